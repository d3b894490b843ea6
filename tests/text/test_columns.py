import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.columns import picked, repeated, says_the_same, taken_chunks

CHUNKS = st.lists(
    st.lists(st.sampled_from(["示990001", "短", "", None]), max_size=5), max_size=4
)


def column_of(chunks):
    texts = pa.chunked_array(chunks, pa.large_string())
    return pd.Series(pd.array(texts, dtype="string"))


@given(CHUNKS, st.data())
def test_picked_rows_are_those_of_pandas(chunks, data):
    frame = column_of(chunks).to_frame("t").assign(n=1.5)
    frame.index = frame.index + 7
    rows = np.flatnonzero([data.draw(st.booleans()) for _ in range(len(frame))])
    pd.testing.assert_frame_equal(picked(frame, rows), frame.iloc[rows])


@given(CHUNKS, st.data())
def test_taken_cells_are_those_of_arrow(chunks, data):
    cells = pa.chunked_array(chunks, pa.string())
    rows = sorted(data.draw(st.sets(st.integers(0, max(len(cells) - 1, 0)))))
    rows = np.array(rows if len(cells) else [], dtype=np.int64)
    found = taken_chunks(cells, rows)
    assert found.to_pylist() == cells.take(pa.array(rows)).to_pylist()
    assert found.type == pa.string()


@given(CHUNKS)
def test_a_column_says_the_same_where_pandas_finds_one_value(chunks):
    cells = column_of(chunks)
    values = {None if value is pd.NA else value for value in cells}
    assert says_the_same(cells) == (len(values) == 1)


@pytest.mark.parametrize("text", ["表格/合同.csv", "", None])
@pytest.mark.parametrize("times", [1, 2**16, 2**16 + 3])
@pytest.mark.parametrize("dtype", ["string", "str"])
def test_a_repeated_text_stands_in_every_row(text, times, dtype):
    cells = repeated(text, times, dtype)
    assert says_the_same(cells)
    assert len(cells) == times
    assert str(cells.dtype) == dtype
    assert cells.isna().all() if text is None else (cells == text).all()


def test_numbers_and_objects_are_no_repeated_text():
    assert not says_the_same(pd.Series([1.0, 1.0]))
    assert not says_the_same(pd.Series(["a", "a"], dtype=object))
    assert not says_the_same(pd.Series([], dtype="string"))
