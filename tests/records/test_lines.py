import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.records.block_rows import TEXTS, Block, BlockRows
from pil_discovery.records.grids import Grid
from pil_discovery.records.headings import Heading
from pil_discovery.records.lines import split_body

HEADING = Heading(0, 0, ("合同编号", "受让人"), {})
WORDS = (
    "合同编号 受让人 合计 合肥示例公司 小计:1 制表人：甲 第1页 HT-1 1,2 说明".split()  # noqa: SIM905
)
CELL = st.sampled_from(["", " ", "\u3000", "合同 编号", *WORDS])


def blocks(rows, cut):
    parts = [rows[:cut], rows[cut:]]
    return BlockRows(
        Block(tuple(pa.array(cells, TEXTS) for cells in zip(*part, strict=True)))
        for part in parts
        if part
    )


@pytest.mark.parametrize("ragged", [True, False])
@given(data=st.data())
def test_blocks_are_split_like_single_rows(ragged, data):
    width = data.draw(st.integers(1 if ragged else 2, 4))
    row = st.tuples(*[CELL] * width)
    rows = [HEADING.headers[:width], *data.draw(st.lists(row, max_size=15))]
    rows[0] = rows[0] + ("",) * (width - len(rows[0]))
    lines = range(1, len(rows) + 1)
    alone = split_body(Grid(None, rows, lines, ragged=ragged), HEADING)
    cut = data.draw(st.integers(0, len(rows)))
    told = split_body(Grid(None, blocks(rows, cut), lines, ragged=ragged), HEADING)
    assert told.records.tolist() == alone.records.tolist()
    assert (told.misfits, told.skipped) == (alone.misfits, alone.skipped)
