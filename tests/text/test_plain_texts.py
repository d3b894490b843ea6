import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.plain_texts import _pattern, plain_texts

TEXTS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "无",
            "无锡市甲公司",
            "-",
            "—",
            "E2024",
            "Err:502",
            "'12",
            "+5",
            "n/a",
            "",
            " ",
        ]
    ),
    st.text("甲乙无暂Aa0-_/ （）·", max_size=6),
    st.text(max_size=3),
)


@pytest.mark.parametrize("identifier", [False, True])
@given(cells=st.lists(TEXTS, max_size=12), skipped=st.integers(0, 3))
def test_many_at_once_are_marked_as_one_by_one(identifier, cells, skipped):
    column = pa.array(cells, pa.large_string())[skipped:]
    pattern = re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", _escaped, _pattern(identifier)))
    wanted = [
        cell is not None and pattern.fullmatch(cell) is not None
        for cell in cells[skipped:]
    ]
    assert plain_texts(column, identifier=identifier).to_pylist() == wanted


def _escaped(found):
    return re.escape(chr(int(found[1], 16)))


@pytest.mark.parametrize("text", ["甲有限公司", "示990000001", "a b（c）", "ab"])
def test_usual_texts_are_plain(text):
    assert (
        plain_texts(
            pa.array([text] * 3, pa.large_string()), identifier=False
        ).to_pylist()
        == [True] * 3
    )


def test_a_strange_character_spoils_no_other_cell():
    cells = pa.array(["甲公司", "乙\u3000公司", " 丙", "丁 ", "无"], pa.large_string())
    found = plain_texts(cells, identifier=False).to_pylist()
    assert found == [True, False, False, False, False]
