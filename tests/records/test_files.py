import hashlib
import zipfile

import pytest

from pil_discovery.errors import ReadError
from pil_discovery.records import read_table
from pil_discovery.records.files import load
from tests.records.data import CATALOGUE, csv_file


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"II*\x00" + b"\x01" * 50, "TIFF"),
        (b"\x89PNG\r\n", "PNG"),
        (b"%PDF-1.7", "PDF"),
        (b"SQLite format 3\x00", "GeoPackage"),
        (b"<html><form>login</form></html>", "网页.*没有表格"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "网页或 XML"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "网页归档"),
        (b"a,b\n1,2\n\x00,3\n", "空字节"),
        (b"", "空的"),
        (b"\xef\xbb\xbf \r\n", "空的"),
        (b"PK\x03\x04broken", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken", "打不开"),
    ],
)
def test_what_is_not_a_table_is_refused_in_words(tmp_path, content, word):
    path = tmp_path / "名单.csv"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=word) as caught:
        read_table(path, CATALOGUE, wanted="contract")
    assert caught.value.problems[0].file == "名单.csv"


def test_the_line_of_a_nul_byte_is_named(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_bytes(b"a,b\n1,2\n\x00,3\n")
    with pytest.raises(ReadError, match="第3行"):
        read_table(path, CATALOGUE)


def test_an_archive_is_not_a_workbook(tmp_path):
    path = tmp_path / "名单.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "1")
    with pytest.raises(ReadError, match="ZIP 压缩包"):
        read_table(path, CATALOGUE)


def test_a_bomb_is_refused_before_it_is_opened(tmp_path):
    path = tmp_path / "名单.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
    with pytest.raises(ReadError, match="炸弹"):
        read_table(path, CATALOGUE)


def test_files_stay_inside_the_workspace(tmp_path):
    inside = tmp_path / "区"
    inside.mkdir()
    outside = csv_file(tmp_path, "a\n1\n")
    link = inside / "link.csv"
    link.symlink_to(outside)
    for path in (outside, inside / ".." / "数据.csv", link):
        with pytest.raises(ReadError, match="不在工作区"):
            load(path, inside)


def test_a_missing_file(tmp_path):
    with pytest.raises(ReadError, match="不存在"):
        load(tmp_path / "没有.csv", tmp_path)


def test_the_hash_is_that_of_the_bytes(tmp_path):
    folder = tmp_path / "数据"
    folder.mkdir()
    blob = load(csv_file(folder, "a\n1\n"), tmp_path)
    assert blob.sha256 == hashlib.sha256(b"a\n1\n").hexdigest()
    assert blob.file == "数据/数据.csv"


def test_a_text_file_is_hashed_but_not_kept(tmp_path):
    content = ("a,b\n" + "1,2\n" * 2_000_000).encode()
    path = tmp_path / "数据.csv"
    path.write_bytes(content)
    blob = load(path, tmp_path)
    assert (blob.content, blob.size) == (b"", len(content))
    assert blob.sha256 == hashlib.sha256(content).hexdigest()
    assert b"".join(blob.blocks()) == content


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    path = csv_file(tmp_path, "a,b\n1,2\n")
    blob = load(path, tmp_path)
    path.write_bytes(b"a,b\n1,3\n")
    with pytest.raises(ReadError, match="被改动"):
        list(blob.blocks())


def test_the_line_of_a_nul_byte_far_down(tmp_path):
    path = tmp_path / "名单.csv"
    path.write_bytes(b"1,2\n" * 2_000_000 + b"\x00,3\n")
    with pytest.raises(ReadError, match="第2000001行"):
        load(path, tmp_path)


def test_what_would_have_no_effect_is_refused(tmp_path):
    path = csv_file(tmp_path, "合同编号,签订日期\nHT-1,2024-01-01\n")
    with pytest.raises(ReadError) as caught:
        read_table(
            path,
            CATALOGUE,
            wanted="contract",
            sheet="台账",
            units={"contract_no": "元"},
        )
    told = "\n".join(str(p) for p in caught.value.problems)
    assert "文本文件没有工作表，不能指定“台账”" in told
    assert "“contract_no”这一列没有单位" in told
