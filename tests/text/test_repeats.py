import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.repeats import repeated_rows

ROW = st.tuples(
    st.sampled_from(["a", "b", None]),
    st.sampled_from([0.0, -0.0, 1.5, float("nan")]),
    st.sampled_from([1, None]),
    st.sampled_from(["2024-01-01", None]),
    st.sampled_from([None, "x", 2]),
)


def frame_of(rows):
    frame = pd.DataFrame(rows, columns=["a", "b", "c", "d", "e"], dtype=object)
    return frame.astype(
        {"a": "string", "b": "float64", "c": "Int64", "d": "datetime64[s]"}
    )


@given(st.lists(ROW, max_size=12), st.sets(st.sampled_from("abcde"), min_size=1))
def test_repeats_are_those_that_pandas_finds(rows, columns):
    frame = frame_of(rows)
    wanted = frame.duplicated(subset=sorted(columns), keep=False)
    assert (
        repeated_rows(frame, sorted(columns)).tolist()
        == np.flatnonzero(wanted).tolist()
    )


def test_rows_that_differ_only_in_one_text_are_told_apart():
    frame = pd.DataFrame({"n": [1.0] * 4, "t": list("abca")}).astype({"t": "string"})
    assert repeated_rows(frame, ["n", "t"]).tolist() == [0, 3]


@given(st.lists(ROW, max_size=12))
def test_cells_may_count_as_equal(rows):
    frame = frame_of(rows)
    alike = {"a": lambda cells: cells.notna().astype("int64")}
    wanted = frame.assign(a=frame["a"].notna()).duplicated(keep=False)
    found = repeated_rows(frame, list("abcde"), alike)
    assert found.tolist() == np.flatnonzero(wanted).tolist()


def test_without_columns_no_row_repeats():
    assert not len(repeated_rows(frame_of([("a", 0.0, 1, None, None)] * 2), []))


CHUNKS = st.lists(
    st.lists(st.sampled_from(["示990001", "示990002", "甲乙丙丁戊", "短"]), max_size=5),
    max_size=4,
)


def in_chunks(chunks):
    texts = pa.chunked_array(chunks, pa.large_string())
    return pd.DataFrame({"t": pd.array(texts, dtype="string")})


@given(CHUNKS)
def test_texts_of_one_length_and_of_several_repeat_alike(chunks):
    frame = in_chunks(chunks)
    for part in (frame, frame[frame["t"].str.startswith("示")]):
        wanted = np.flatnonzero(part.duplicated(keep=False))
        assert repeated_rows(part, ["t"]).tolist() == wanted.tolist()


def test_missing_whole_numbers_are_equal_to_each_other_alone():
    cells = pd.array([1, None, 0, -1, None, 0], dtype="Int64")
    frame = pd.DataFrame({"n": cells, "x": 1.0})
    assert repeated_rows(frame, ["n", "x"]).tolist() == [1, 2, 4, 5]


def test_few_repeats_among_many_rows_are_found():
    count = 5_000
    keys = [f"示99{n:09d}" for n in range(count)]
    keys[4_321] = keys[17]
    days = pd.Series(np.arange(count) % 7).astype("datetime64[s]")
    frame = pd.DataFrame({"d": days, "n": np.arange(count) % 10.0, "k": keys})
    frame = frame.astype({"k": "string"})
    assert repeated_rows(frame, ["k"]).tolist() == [17, 4_321]
    assert repeated_rows(frame, ["d", "n", "k"]).tolist() == []
    frame.loc[4_321, ["d", "n"]] = frame.loc[17, ["d", "n"]].to_numpy()
    assert repeated_rows(frame, ["d", "n", "k"]).tolist() == [17, 4_321]
