"""What is large lies in a nameless file, and reads as if it were in memory."""

import mmap
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pil_discovery.errors import ReadError
from pil_discovery.text.mapped import LARGE, Spool, has_room, mapped_bytes, mapped_table

resource = pytest.importorskip("resource")


def parts(count, rows=2**17):
    for number in range(count):
        numbers = np.arange(rows) + number * rows
        yield pa.table({"n": numbers, "text": pa.array(map(str, numbers.tolist()))})


def held():
    """Memory of this process that is not the page of a file, in bytes."""
    status = Path("/proc/self/status").read_text("ascii")
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return int(lines["RssAnon"].split()[0]) * 1024


@pytest.fixture
def full_disk():
    """Let no file of this process grow beyond 4 MiB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**22, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("content", [[], [b""], [b"abc", b"", memoryview(b"de")]])
@pytest.mark.parametrize("size", [5, LARGE])
def test_bytes_come_back_in_their_order(content, size):
    assert mapped_bytes(content, size) == b"".join(map(bytes, content))


@pytest.mark.parametrize("size", [6, LARGE, 2**62])
def test_parts_may_come_in_one_place(size):
    place = bytearray(2)

    def arriving():
        for text in (b"ab", b"cd", b"ef"):
            place[:] = text
            yield memoryview(place)

    assert mapped_bytes(arriving(), size) == b"abcdef"


@pytest.mark.parametrize("size", [3, LARGE])
def test_a_change_stays_with_its_reader(size):
    whole = mapped_bytes([b"abc"], size)
    np.frombuffer(whole, np.uint8)[0] = ord("x")
    assert whole == b"xbc"


@pytest.mark.parametrize("count", [1, 12])
def test_tables_come_back_below_each_other(count):
    size = count * 2**17 * 16
    found = mapped_table(parts(count), size)
    assert found.equals(pa.concat_tables(parts(count)))


def test_large_tables_are_not_held():
    mapped_table(parts(1), LARGE)
    pa.default_memory_pool().release_unused()
    arrow, own = pa.total_allocated_bytes(), held()
    found = mapped_table(parts(24), LARGE)
    assert found.nbytes > 2**25
    assert pa.total_allocated_bytes() - arrow < 2**22
    pa.default_memory_pool().release_unused()
    assert held() - own < 2**23


def test_nothing_is_left_in_the_folder_for_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = mapped_table(parts(1), LARGE)
    assert list(tmp_path.iterdir()) == []
    assert found["n"][-1].as_py() == 2**17 - 1


def test_a_small_table_needs_no_file(full_disk):
    assert len(mapped_table(parts(4), LARGE - 1)) == 2**19


def test_a_full_disk_is_told(full_disk):
    with pytest.raises(ReadError, match=r"临时文件夹写不进去.*TMPDIR"):
        mapped_table(parts(8), LARGE)
    with pytest.raises(ReadError, match="临时文件夹写不进去"):
        mapped_bytes([bytes(2**23)], LARGE)
    assert len(mapped_table(parts(1, 10), LARGE)) == 10


def test_rows_are_added_one_after_the_other():
    schema = pa.schema({"n": pa.int64()})
    with Spool(schema) as spool:
        for number in range(3):
            spool.add(pa.table({"n": [number]}))
        found = spool.table()
    assert found["n"].to_pylist() == [0, 1, 2]
    assert [len(batch) for batch in found.to_batches()] == [1, 1, 1]


def test_there_is_room_for_a_byte_and_none_for_all():
    assert has_room(1)
    assert not has_room(2**62)


def test_what_is_mapped_is_a_file():
    assert isinstance(mapped_bytes([b"abc"], LARGE).obj, mmap.mmap)
    assert not isinstance(mapped_bytes([b"abc"], LARGE - 1).obj, mmap.mmap)
    assert not isinstance(mapped_bytes([b"abc"], 2**62).obj, mmap.mmap)
