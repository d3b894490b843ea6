"""Tables of a run in files."""

import pickle

import pyarrow as pa
import pytest

from pil_discovery.pipeline.stored import store_tables


def test_tables_come_back_and_only_paths_cross_a_border(tmp_path):
    large = pa.table({"x": range(100_000), "y": ["甲"] * 100_000})
    stored = store_tables({"a/b": large, "空": large.slice(0, 0)}, tmp_path)
    carried = pickle.dumps(stored)
    assert len(carried) < 1_000
    again = pickle.loads(carried)  # noqa: S301 - what we have just written
    assert list(again) == ["a/b", "空"]
    assert again["a/b"].equals(large)
    assert again["空"].schema == large.schema
    assert again.get("无") is None


def test_mapped_tables_take_no_memory_of_their_own(tmp_path):
    stored = store_tables({"a": pa.table({"x": range(1_000_000)})}, tmp_path)
    before = pa.total_allocated_bytes()
    table = stored["a"]
    assert len(table) == 1_000_000
    assert pa.total_allocated_bytes() - before < 100_000


def test_a_table_that_was_not_read_is_not_there(tmp_path):
    with pytest.raises(KeyError):
        store_tables({}, tmp_path)["a"]
