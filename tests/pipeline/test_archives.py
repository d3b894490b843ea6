"""Archives: data files come out, nothing else does, and nothing lands elsewhere."""

import gzip
import hashlib
import io
import os
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.errors import ReadError
from pil_discovery.pipeline.archives import (
    members,
    unpack,
    with_archive,
)
from pil_discovery.pipeline.archives.names import (
    decode_name,
    is_data,
    name_fault,
    written_name,
)
from pil_discovery.pipeline.unpacking import unpack_all
from pil_discovery.types import Source
from tests.layers.making import SHARED

ROWS = "合同编号,签订日期\nHT-1,2024-03-01\n".encode()
TARGET = "解压/x"


def zipped(files, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return stream.getvalue()


def raw_zip(files, *, flags=0, extra=b"", mode=0o100644):
    """A stored ZIP with names as bytes, which `zipfile` cannot write."""
    body, listing = b"", b""
    for raw, content in files:
        crc, size = zlib.crc32(content), len(content)
        facts = struct.pack("<HHHHLLLHH", flags, 0, 0, 33, crc, size, size, len(raw), 0)
        central = (
            struct.pack("<4sHH", b"PK\x01\x02", (3 << 8) | 20, 20)
            + facts[:-2]
            + struct.pack("<HHHHLL", len(extra), 0, 0, 0, mode << 16, len(body))
        )
        listing += central + raw + extra
        body += struct.pack("<4sH", b"PK\x03\x04", 20) + facts + raw + content
    end = (0, 0, len(files), len(files), len(listing), len(body), 0)
    return body + listing + struct.pack("<4s4H2LH", b"PK\x05\x06", *end)


def tarred(entries, mode="w"):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for info, content in entries:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def member(name, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def opened(root, content, name="x.zip"):
    root.mkdir(exist_ok=True)
    (root / name).write_bytes(content)
    return unpack(root / name, root / TARGET, root)


def refusal(root, content, name="x.zip"):
    """The sentence of a refused archive; nothing but the archive is left."""
    with pytest.raises(ReadError) as caught:
        opened(root, content, name)
    (root / name).unlink()
    assert not [p for p in root.rglob("*") if p.is_file()]
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


def test_data_files_come_out_and_the_rest_is_named(tmp_path):
    """Tables are written with their bytes; other members stay in the archive."""
    content = zipped(
        {
            "合同/台账.csv": ROWS,
            "说明.pdf": b"%PDF",
            "里面.zip": b"PK",
            "__MACOSX/._台账.csv": b"",
        }
    )
    found = opened(tmp_path, content)
    assert found.files == ("合同/台账.csv",)
    assert (tmp_path / TARGET / "合同/台账.csv").read_bytes() == ROWS
    assert found.packed == ("__MACOSX/._台账.csv", "说明.pdf")
    assert found.nested == ("里面.zip",)
    assert found.archive.sha256 == hashlib.sha256(content).hexdigest()
    assert "未解开 3 个" in found.sentence()


@pytest.mark.parametrize(
    ("name", "mode"), [("x.tar", "w"), ("x.tar.gz", "w:gz"), ("x.tgz", "w:gz")]
)
def test_tar_files_come_out(tmp_path, name, mode):
    """Plain and gzip TAR files, with long names of pax and GNU headers."""
    long = "/".join(["年度台账" * 12] * 4) + "/台账.csv"
    entries = [
        (member("目录", tarfile.DIRTYPE), b""),
        (member("./目录/a.csv"), ROWS),
        (member(long), ROWS * 9000),
    ]
    found = opened(tmp_path, tarred(entries, mode), name)
    assert found.files == tuple(sorted(("目录/a.csv", long)))
    assert (tmp_path / TARGET / long).read_bytes() == ROWS * 9000


def test_gnu_long_names_come_out(tmp_path):
    """GNU tar writes names over 100 bytes as a member of their own."""
    stream = io.BytesIO()
    name = "台账" * 40 + ".csv"
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as archive:
        info = member(name)
        info.size = len(ROWS)
        archive.addfile(info, io.BytesIO(ROWS))
    assert opened(tmp_path, stream.getvalue(), "x.tar").files == (name,)


def test_gbk_names_are_read(tmp_path):
    """Archives of Chinese Windows state no encoding; names are GBK."""
    found = opened(tmp_path, raw_zip([("数据/出让合同.csv".encode("gbk"), ROWS)]))
    assert found.files == ("数据/出让合同.csv",)


def test_gbk_names_of_tar_files_are_read(tmp_path):
    """The same for TAR files."""
    stream = io.BytesIO()
    with tarfile.open(
        fileobj=stream, mode="w", format=tarfile.GNU_FORMAT, encoding="gbk"
    ) as archive:
        info = member("数据/出让合同.csv")
        info.size = len(ROWS)
        archive.addfile(info, io.BytesIO(ROWS))
    assert opened(tmp_path, stream.getvalue(), "x.tar").files == ("数据/出让合同.csv",)


def test_utf8_names_without_the_flag_are_read(tmp_path):
    """Strict UTF-8 is tried first."""
    found = opened(tmp_path, raw_zip([("出让合同.csv".encode(), ROWS)]))
    assert found.files == ("出让合同.csv",)


def test_the_unicode_field_of_info_zip_is_read(tmp_path):
    """Field 0x7075 counts when its checksum is that of the name in the header."""
    raw, name = b"CR~1.CSV", "出让合同.csv".encode()
    told = struct.pack("<BL", 1, zlib.crc32(raw)) + name
    extra = struct.pack("<HH", 0x7075, len(told)) + told
    assert opened(tmp_path, raw_zip([(raw, ROWS)], extra=extra)).files == (
        "出让合同.csv",
    )


def test_a_unicode_field_of_another_name_is_not_read(tmp_path):
    """A stale field belongs to a name that was changed since."""
    told = struct.pack("<BL", 1, zlib.crc32(b"other")) + "别的.csv".encode()
    extra = struct.pack("<HH", 0x7075, len(told)) + told
    assert opened(tmp_path, raw_zip([(b"A.CSV", ROWS)], extra=extra)).files == (
        "A.CSV",
    )


@pytest.mark.parametrize("raw", [b"\xff\xfe\xff.csv", b"\x81.csv"])
def test_names_in_no_encoding_are_refused(tmp_path, raw):
    """Neither UTF-8 nor GB18030."""
    assert "既不是 UTF-8 也不是 GBK" in refusal(tmp_path, raw_zip([(raw, ROWS)]))


def test_a_name_that_claims_to_be_utf8_must_be(tmp_path):
    """Flag bit 11 leaves no choice of encoding."""
    content = raw_zip([("数据.csv".encode("gbk"), ROWS)], flags=0x800)
    assert "既不是 UTF-8 也不是 GBK" in refusal(tmp_path, content)


HOSTILE = {
    "../evil.csv": "指向压缩包之外",
    "a/../../evil.csv": "指向压缩包之外",
    "/tmp/evil.csv": "绝对路径",  # noqa: S108 -- nothing is written there
    "C:/evil.csv": "绝对路径",
    "C:evil.csv": "绝对路径",
    "..\\..\\evil.csv": "反斜杠",
    "\\\\server\\share\\evil.csv": "反斜杠",
    "a//evil.csv": "空的部分",
    "a/./evil.csv": "空的部分",
    "con.csv": "Windows",
    "LPT1": "Windows",
    "a/AUX/x.csv": "Windows",
    "x.csv:stream.csv": "Windows",
    "what?.csv": "Windows",
    "evil.csv\x07": "控制字符",
    "gpj\u202evsc.csv": "不可见字符",
    "a\u200b.csv": "不可见字符",
    "evil.csv ": "空格",
    "evil.csv.": "点",
    "x" * 97 + ".csv": "100",
    "/".join(["x"] * 30) + ".csv": "层数过多",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_refuse_the_whole_archive(tmp_path, name):
    """Good members beside a hostile one are not unpacked either."""
    root = tmp_path / "root"
    root.mkdir()
    entries = [(b"good.csv", ROWS), (name.encode(), ROWS)]
    assert HOSTILE[name] in refusal(root, raw_zip(entries))
    assert HOSTILE[name] in refusal(
        root, tarred([(member("good.csv"), ROWS), (member(name), ROWS)]), "x.tar"
    )
    assert [p.name for p in tmp_path.iterdir()] == ["root"]


def test_a_climbing_name_would_leave_the_folder_without_the_guard(tmp_path):
    """The same archive, unpacked by the standard library without its filter."""
    content = tarred([(member("../evil.csv"), ROWS)])
    inside = tmp_path / "root" / "inside"
    inside.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(inside, filter="fully_trusted")  # noqa: S202 -- the attack
    assert (tmp_path / "root" / "evil.csv").read_bytes() == ROWS
    (tmp_path / "root" / "evil.csv").unlink()
    assert "指向压缩包之外" in refusal(inside, content, "x.tar")
    assert not (tmp_path / "root" / "evil.csv").exists()


def test_a_link_would_lead_out_of_the_folder_without_the_guard(tmp_path):
    """A link to a folder outside, then a file below the link."""
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    link = member("d", tarfile.SYMTYPE, str(outside))
    content = tarred([(link, b""), (member("d/evil.csv"), ROWS)])
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(inside, filter="fully_trusted")  # noqa: S202 -- the attack
    assert (outside / "evil.csv").read_bytes() == ROWS
    (outside / "evil.csv").unlink()
    (inside / "d").unlink()
    assert "链接或设备" in refusal(inside, content, "x.tar")
    assert not list(outside.iterdir())


def test_a_bomb_would_burst_without_the_guard(tmp_path):
    """A few kilobytes that the standard library turns into sixty megabytes."""
    content = zipped({"a.csv": b"0" * (60 * 2**20)})
    assert len(content) < 100_000
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.read("a.csv")) == 60 * 2**20
    assert "压缩炸弹" in refusal(tmp_path, content)


def test_a_name_with_a_nul_is_refused(tmp_path):
    """Where C programs would see `a.csv`, the archive says something else."""
    assert "控制字符" in refusal(tmp_path, raw_zip([(b"a.csv\x00.exe", ROWS)]))


def test_every_hostile_name_is_listed_at_once(tmp_path):
    """All mistakes come together."""
    said = refusal(tmp_path, zipped({"../a.csv": ROWS, "../b.csv": ROWS}))
    assert "../a.csv" in said
    assert "../b.csv" in said


@pytest.mark.parametrize(
    "file", ["zip-slip.zip", "zip-slip-win.zip", "zip-slip.tar", "zip-slip-win.tar"]
)
def test_the_zip_slip_samples_write_nothing(tmp_path, file):
    """The public samples of Zip Slip, where the shared data are at hand."""
    sample = SHARED / "badinputs" / "zip-slip" / file
    if not sample.is_file():
        pytest.skip("shared data not at hand")
    assert "整个压缩包未解开" in refusal(tmp_path, sample.read_bytes(), file)


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_in_a_zip_are_refused(tmp_path, mode):
    """A link is told by the Unix mode beside the name."""
    said = refusal(tmp_path, raw_zip([(b"a.csv", b"/etc/passwd")], mode=mode | 0o777))
    assert "链接或设备" in said


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path, kind):
    """A link followed by a member below it is the classic way out of the folder."""
    entries = [(member("d", kind, "/tmp"), b""), (member("d/evil.csv"), ROWS)]  # noqa: S108
    assert "链接或设备" in refusal(tmp_path, tarred(entries), "x.tar")


@pytest.mark.parametrize(
    "names",
    [
        ("a.csv", "a.csv"),
        ("a.csv", "A.CSV"),
        ("caf\u00e9.csv", "cafe\u0301.csv"),
        ("a.csv", "a.csv/b.csv"),
        ("a.csv/b.csv", "a.csv"),
        ("d/A.csv", "D/a.csv"),
    ],
)
def test_names_that_meet_are_refused(tmp_path, names):
    """The same file twice, on some file system at least."""
    content = raw_zip([(n.encode(), ROWS) for n in names])
    assert "同名文件" in refusal(tmp_path, content)


def test_two_folders_of_one_name_are_no_fault(tmp_path):
    """A folder may be listed before and after its files."""
    content = raw_zip([(b"d/", b""), (b"d/a.csv", ROWS), (b"d/", b"")])
    assert opened(tmp_path, content).files == ("d/a.csv",)


def test_a_bomb_is_stopped_while_it_unpacks(tmp_path):
    """The size in the header is a lie; the bytes are counted."""
    bomb = bytearray(zipped({"a.csv": b"0" * (60 * 2**20)}))
    for at in (bomb.find(b"PK\x03\x04") + 22, bomb.find(b"PK\x01\x02") + 24):
        bomb[at : at + 4] = struct.pack("<L", 10)
    assert "压缩炸弹" in refusal(tmp_path, bytes(bomb))


def test_a_bomb_in_gzip_is_stopped_although_nothing_of_it_is_wanted(tmp_path):
    """What is passed over in a TAR file is unpacked all the same."""
    content = tarred([(member("a.bin"), bytes(60 * 2**20))], "w:gz")
    assert "压缩炸弹" in refusal(tmp_path, content, "x.tgz")


def test_what_packs_well_and_is_small_is_no_bomb(tmp_path):
    """A table of blanks packs 1000:1 and does no harm."""
    blank = b" " * 900_000
    assert opened(tmp_path, zipped({"a.csv": blank})).files == ("a.csv",)


def test_stated_sizes_beyond_the_cap_are_refused_before_unpacking(tmp_path):
    """Three gigabytes are not written to find out."""
    content = bytearray(raw_zip([(b"a.csv", ROWS)]))
    at = content.find(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<L", 3 * 2**30)
    assert "2 GiB" in refusal(tmp_path, bytes(content))


def test_unpacked_bytes_are_capped(tmp_path, monkeypatch):
    """The cap holds for TAR files, which state no sum."""
    monkeypatch.setattr(members, "MOST_BYTES", 100_000)
    entries = [(member(f"{n}.csv"), os.urandom(30_000)) for n in range(5)]
    assert "2 GiB" in refusal(tmp_path, tarred(entries), "x.tar")


def test_too_many_members_are_refused(tmp_path):
    """10,000 are allowed."""
    content = zipped({f"{n}.txt": b"" for n in range(10_001)})
    assert "多于 10000 个" in refusal(tmp_path, content)


def test_overlapping_members_are_refused(tmp_path):
    """Two names for the same packed bytes: how 42 kB become petabytes."""
    content = bytearray(raw_zip([(b"a.csv", ROWS), (b"a.csv", ROWS)]))
    second = content.rfind(b"PK\x01\x02")
    content[second + 42 : second + 46] = struct.pack("<L", 0)
    assert "重叠" in refusal(tmp_path, bytes(content))


def test_a_member_that_quotes_the_next_is_refused(tmp_path):
    """The first member's packed bytes run over the second one's header."""
    content = bytearray(raw_zip([(b"a.csv", ROWS), (b"b.csv", ROWS)]))
    first = content.find(b"PK\x01\x02")
    content[first + 20 : first + 24] = struct.pack("<L", len(ROWS) + 40)
    assert "重叠" in refusal(tmp_path, bytes(content))


def test_places_beyond_the_file_are_refused(tmp_path):
    """Numbers of 64 bits point anywhere."""
    told = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    content = bytearray(raw_zip([(b"a.csv", ROWS)], extra=told))
    at = content.find(b"PK\x01\x02") + 42
    content[at : at + 4] = b"\xff" * 4
    assert "损坏" in refusal(tmp_path, bytes(content))


def test_a_large_directory_is_read(tmp_path):
    """ZIP64 as large archives have it; a directory beyond the file is refused."""
    content = raw_zip([(b"a.csv", ROWS)])
    start = content.find(b"PK\x01\x02")
    body, listing, end = content[:start], content[start:-22], content[-22:]
    facts = (44, 45, 45, 0, 0, 1, 1, len(listing), start)
    for place, outcome in ((len(content) - 22, "a.csv"), (2**64 - 1, "")):
        more = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", *facts)
        more += struct.pack("<4sLQL", b"PK\x06\x07", 0, place, 1)
        large = body + listing + more + end[:8] + b"\xff" * 12 + end[20:]
        if outcome:
            assert opened(tmp_path / "good", large).files == (outcome,)
        else:
            assert "损坏" in refusal(tmp_path / "bad", large)


def test_a_directory_that_differs_from_the_member_is_refused(tmp_path):
    """Two readers would see two archives."""
    content = bytearray(raw_zip([(b"a.csv", ROWS)]))
    content[30:35] = b"b.csv"
    assert "与目录不符" in refusal(tmp_path, bytes(content))


@pytest.mark.parametrize("flags", [0x1, 0x41])
def test_passwords_are_named(tmp_path, flags):
    """The advice is to ask for the password."""
    said = refusal(tmp_path, raw_zip([(b"a.csv", ROWS)], flags=flags))
    assert "有密码" in said
    assert "索取密码" in said


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_are_named(tmp_path, method):
    """Only stored and deflated members are unpacked."""
    assert "压缩方法" in refusal(tmp_path, zipped({"a.csv": ROWS}, method))


def test_a_spoilt_member_is_refused(tmp_path):
    """The checksum tells."""
    content = raw_zip([(b"a.csv", ROWS)]).replace(b"HT-1", b"HT-2", 1)
    assert "校验不符" in refusal(tmp_path, content)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tgz"])
def test_half_an_archive_is_refused(tmp_path, name, share):
    """Wherever the copy broke off, also between two members."""
    noise = os.urandom(20_000)
    entries = [(member("a.csv"), noise), (member("b.csv"), noise)]
    whole = {
        "x.zip": zipped({"a.csv": noise, "b.csv": noise}),
        "x.tar": tarred(entries)[:42_500],
        "x.tgz": tarred(entries, "w:gz"),
    }[name]
    half = whole[: int(len(whole) * share)]
    assert "x." in refusal(tmp_path, half, name)


def test_a_tar_without_its_end_is_refused(tmp_path):
    """The break lies exactly between two members."""
    whole = tarred([(member("a.csv"), ROWS), (member("b.csv"), ROWS)])
    assert "末尾缺失" in refusal(tmp_path, whole[:1024], "x.tar")


def test_a_spoilt_header_is_not_the_end_of_a_tar(tmp_path):
    """The rest would be lost in silence."""
    whole = bytearray(tarred([(member("a.csv"), ROWS), (member("b.csv"), ROWS)]))
    whole[1024] ^= 1
    assert "校验不符" in refusal(tmp_path, bytes(whole), "x.tar")


def test_members_behind_the_end_of_a_tar_are_refused(tmp_path):
    """Other programs read on."""
    one = tarred([(member("a.csv"), ROWS)])
    assert "还有内容" in refusal(tmp_path, one + one, "x.tar")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.rar", b"Rar!\x1a\x07\x00", "RAR"),
        ("x.7z", b"7z\xbc\xaf\x27\x1c", "7z"),
        ("x.zip", b"Rar!\x1a\x07\x00", "RAR"),
        ("x.gz", gzip.compress(ROWS, mtime=0), "单个文件的 gzip"),
        ("x.zip", b"hello" * 200, "不是 ZIP"),
        ("x.zip", b"", "不是 ZIP"),
    ],
)
def test_other_formats_are_refused_with_advice(tmp_path, name, content, words):
    """By content, whatever the name says."""
    said = refusal(tmp_path, content, name)
    assert words in said
    assert "自行解压" in said


def test_the_same_archive_again_writes_nothing(tmp_path):
    """What stands there already is returned as it is."""
    content = zipped({"a.csv": ROWS})
    first = opened(tmp_path, content)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    again = unpack(tmp_path / "x.zip", tmp_path / TARGET, tmp_path)
    assert again == first
    after = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    assert after == before


def test_a_changed_file_or_archive_is_never_written_over(tmp_path):
    """The folder stays as it is; the user decides."""
    opened(tmp_path, zipped({"a.csv": ROWS}))
    with pytest.raises(ReadError, match="内容与压缩包不同"):
        opened(tmp_path, zipped({"a.csv": ROWS * 2}))
    assert (tmp_path / TARGET / "a.csv").read_bytes() == ROWS
    (tmp_path / TARGET / "a.csv").write_bytes(b"mine")
    with pytest.raises(ReadError, match="内容与压缩包不同"):
        opened(tmp_path, zipped({"a.csv": ROWS}))
    assert (tmp_path / TARGET / "a.csv").read_bytes() == b"mine"


def test_a_folder_of_the_user_is_never_written_into(tmp_path):
    """A folder without the note of an archive is not ours."""
    (tmp_path / TARGET).mkdir(parents=True)
    with pytest.raises(ReadError, match="内容与压缩包不同"):
        opened(tmp_path, zipped({"a.csv": ROWS}))
    assert not list((tmp_path / TARGET).iterdir())


def test_unfinished_work_is_swept(tmp_path):
    """A run that was ended leaves a folder of which the next knows."""
    stale = tmp_path / "解压" / ".x.partial"
    stale.mkdir(parents=True)
    (stale / "old.csv").write_bytes(b"old")
    assert opened(tmp_path, zipped({"a.csv": ROWS})).files == ("a.csv",)
    assert sorted(p.name for p in (tmp_path / "解压").iterdir()) == ["x"]
    assert not (tmp_path / TARGET / "old.csv").exists()


def test_a_folder_that_is_a_link_is_not_written_through(tmp_path):
    """A folder of an agency may hold a link named as ours is."""
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (root / "解压").symlink_to(outside)
    assert "经过链接" in refusal(root, zipped({"a.csv": ROWS}))
    assert not list(outside.iterdir())


def test_the_bytes_do_not_depend_on_the_clock(tmp_path):
    """Two unpackings differ in nothing, the note of the folder included."""
    content = zipped({"b.csv": ROWS, "a.csv": ROWS, "c.pdf": b""})
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        opened(tmp_path / name, content)
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / n / TARGET).iterdir()}
        for n in ("one", "two")
    )
    assert one == two


def test_a_file_knows_its_archive_until_it_is_changed(tmp_path):
    """The hash of the file is held against the note."""
    content = zipped({"d/a.csv": ROWS})
    opened(tmp_path, content)
    digest = hashlib.sha256(ROWS).hexdigest()
    source = Source(
        dataset=None, file=f"{TARGET}/d/a.csv", sha256=digest, bytes=len(ROWS)
    )
    found = with_archive(tmp_path, source).archive
    assert (found.file, found.sha256) == ("x.zip", hashlib.sha256(content).hexdigest())
    for change in ({"sha256": "0" * 64}, {"file": "x.zip"}, {"file": "解压/b.csv"}):
        other = source.model_copy(update=change)
        assert with_archive(tmp_path, other).archive is None


def test_every_archive_of_a_folder_is_unpacked(tmp_path):
    """Each into its folder; what cannot be is told, and the rest goes on."""
    (tmp_path / "甲局").mkdir()
    (tmp_path / "甲局" / "一.zip").write_bytes(zipped({"a.csv": ROWS}))
    (tmp_path / "二.zip").write_bytes(zipped({"a.csv": ROWS}))
    (tmp_path / "二.tar").write_bytes(tarred([(member("a.csv"), ROWS)]))
    (tmp_path / "三.gdb.zip").write_bytes(zipped({"三.gdb/a00000001.gdbtable": b"1"}))
    (tmp_path / "坏.zip").write_bytes(b"PK\x03\x04")
    (tmp_path / "旧.rar").write_bytes(b"Rar!\x1a\x07\x00")
    (tmp_path / "空.zip").write_bytes(zipped({"说明.pdf": b"", "里.7z": b""}))
    done, problems = unpack_all(tmp_path)
    assert [u.folder for u in done] == [
        "解压/三",
        "解压/二.tar",
        "解压/二.zip",
        "解压/甲局/一",
        "解压/空",
    ]
    assert sorted({p.file for p in problems}) == ["坏.zip", "旧.rar", "空.zip"]
    assert unpack_all(tmp_path) == (done, problems)


def test_results_and_hidden_folders_are_not_looked_into(tmp_path):
    """A bundle in a result folder may carry archives as evidence."""
    for folder in ("结果", ".git"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.zip").write_bytes(zipped({"a.csv": ROWS}))
    (tmp_path / "结果" / "run.json").write_text("{}")
    assert unpack_all(tmp_path) == ([], [])


NAMES = st.text(
    st.sampled_from("ab./\\:~ \u00e9e\u0301数据\x00\u202e?CON"), min_size=1, max_size=12
)


@settings(max_examples=150, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=5))
def test_no_name_leaves_the_folder(names):
    """Whatever names say: refused whole, or every file is below the target."""
    entries = [(f"{n}.csv".encode(), ROWS) for n in names]
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "root"
        root.mkdir()
        try:
            found = opened(root, raw_zip(entries))
        except ReadError:
            assert [p.name for p in root.rglob("*") if p.is_file()] == ["x.zip"]
        else:
            kept = {written_name(f"{n}.csv") for n in names}
            wanted = {n for n in kept if is_data(n)}
            assert set(found.files) == wanted
            assert all((root / TARGET / n).is_file() for n in wanted)
        assert [p.name for p in Path(place).iterdir()] == ["root"]


@given(st.text(min_size=1))
def test_a_name_without_fault_is_a_path_below(name):
    """What the allow-list lets through cannot climb, whatever it is joined to."""
    if not name_fault(name):
        path = os.path.normpath(os.path.join("/base", name))  # noqa: PTH118
        assert path == f"/base/{name}"


@given(st.text(st.characters(codec="gb18030"), min_size=1, max_size=20))
def test_names_in_either_encoding_come_back(name):
    """UTF-8 always; GB18030 unless the bytes are valid UTF-8 too."""
    assert decode_name(name.encode()) == name
    raw = name.encode("gb18030")
    try:
        raw.decode()
    except UnicodeDecodeError:
        assert decode_name(raw) == name


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_spoilt_archives_raise_nothing_but_sentences(data):
    """Any byte of a ZIP or TAR file changed: whole, or refused in words."""
    kind = data.draw(st.sampled_from(["x.zip", "x.tar", "x.tgz"]))
    files = {"a/数据.csv": ROWS, "b.txt": ROWS * 40}
    entries = [(member(n), c) for n, c in files.items()]
    whole = {
        "x.zip": zipped(files),
        "x.tar": tarred(entries),
        "x.tgz": gzip.compress(tarred(entries), mtime=0),
    }[kind]
    at = data.draw(st.integers(0, len(whole) - 1))
    spoilt = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    with tempfile.TemporaryDirectory() as place:
        try:
            found = opened(Path(place), spoilt, kind)
        except ReadError:
            assert not list(Path(place).rglob("*.csv"))
        else:
            assert all((Path(place) / TARGET / n).is_file() for n in found.files)
