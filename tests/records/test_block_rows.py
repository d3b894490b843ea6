import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.records.block_rows import TEXTS, Block, BlockRows, gather
from pil_discovery.records.grids import is_blank


def texts(*columns):
    return Block(tuple(pa.array(cells, TEXTS) for cells in columns))


ROWS = BlockRows(
    [texts("abc", "123"), (("d",), ("e", "5", "!")), texts("fg", "67"), texts("", "")]
)
PLAIN = [tuple(row) for row in ("a1", "b2", "c3", "d", "e5!", "f6", "g7")]


def test_blocks_are_a_sequence_of_rows():
    assert len(ROWS) == len(PLAIN)
    assert list(ROWS) == PLAIN
    assert [ROWS[n] for n in range(-7, 7)] == PLAIN * 2
    with pytest.raises(IndexError):
        ROWS[7]


@given(st.slices(len(PLAIN)), st.slices(len(PLAIN)))
def test_slices_are_those_of_a_list(first, second):
    assert list(ROWS[first]) == PLAIN[first]
    assert list(ROWS[first][second]) == PLAIN[first][second]


def test_a_slice_of_consecutive_rows_is_a_view():
    part = ROWS[1:6]
    assert isinstance(part, BlockRows)
    assert part.blocks[0].columns[0].buffers()[2].address == (
        ROWS.blocks[0].columns[0].buffers()[2].address
    )


@given(st.sets(st.sampled_from([0, 1, 2, 4, 5, 6])).map(sorted))
def test_a_column_of_chosen_rows(records):
    column = ROWS.column(1, np.array(records, dtype=np.int64))
    assert column.type == TEXTS
    assert column.to_pylist() == [PLAIN[r][1] for r in records]


def test_gathered_cells_come_back_with_blanks_as_none():
    day = dt.date(2024, 1, 1)
    rows = [["a", 1.5, day, ""], ["", "", 2, ""], ["b", 2.0, "x", ""]]
    found = BlockRows(gather(iter(rows)))
    assert list(found) == [
        ("a", 1.5, day, None),
        (None, None, 2, None),
        ("b", 2.0, "x", None),
    ]
    everywhere = np.arange(3)
    assert found.column(0, everywhere).to_pylist() == ["a", None, "b"]
    assert found.column(1, everywhere).to_pylist() == [1.5, None, 2.0]
    assert found.column(1, everywhere).type == pa.float64()
    assert found.column(2, everywhere) == [day, 2, "x"]


CELLS = st.sampled_from(["甲", "合同编号", " ", "", "\u3000", "\x1f", "a"])
MIXED = st.sampled_from([None, 1.5, 2, "合同编号", " ", "甲"])


@given(st.data())
def test_rows_are_found_in_blocks_as_in_lists(data):
    blocks = []
    for width in data.draw(st.lists(st.integers(1, 3), max_size=3)):
        rows = data.draw(
            st.lists(st.tuples(*[data.draw(st.sampled_from([CELLS, MIXED]))] * width))
        )
        if not rows:
            continue
        columns = list(zip(*rows, strict=True))
        texts_only = all(isinstance(c, str) for row in rows for c in row)
        blocks.append(texts(*columns) if texts_only else Block(tuple(columns)))
    if data.draw(st.booleans()):
        blocks.append((("合同编号",), (), ("", "甲")))
    rows = BlockRows(blocks)
    listed, known = list(rows), frozenset({"合同编号"})
    assert rows.holding(known) == [
        p for p, row in enumerate(listed) if not known.isdisjoint(row)
    ]
    assert rows.blank_in_front() == [
        p for p, row in enumerate(listed) if not row or is_blank(row[0])
    ]
    assert rows.width() == max(map(len, listed), default=0)
    for column in range(3):
        assert rows.is_empty(column) == all(
            column >= len(row) or is_blank(row[column]) for row in listed
        )
    some = list(range(0, len(listed), 2))
    assert rows.take(some) == listed[::2]


SHORT_CELLS = st.lists(
    st.one_of(st.none(), st.text("合同编a号b", max_size=4), st.text(max_size=3)),
    max_size=9,
)


@given(
    st.lists(SHORT_CELLS, max_size=3),
    st.sets(st.text("合同编a号b", max_size=4), max_size=6).map(frozenset),
    st.integers(0, 3),
)
def test_rows_that_hold_a_text_are_found(columns, wanted, skipped):
    blocks = [Block((pa.array(cells, TEXTS)[skipped:],)) for cells in columns]
    rows = BlockRows(blocks)
    found = [at for at, (cell,) in enumerate(rows) if cell in wanted]
    assert rows.holding(wanted) == found
