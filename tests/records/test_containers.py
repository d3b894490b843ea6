"""Workbooks that would make the reader take all memory of the machine."""

import re
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from pil_discovery.errors import ReadError
from pil_discovery.records.containers import ole_fault
from pil_discovery.records.files import load
from pil_discovery.records.workbooks import read_workbook

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "workspace" / "数据"
XLS = (SAMPLE / "闲置土地台账.xls").read_bytes()


def opened(path):
    return read_workbook(load(path, path.parent)).grids


def with_cells(folder, *places):
    path = folder / "表.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("甲")
        for row, column in places:
            sheet.write(row, column, 1)
    return path


def test_one_stray_cell_in_the_far_corner_is_refused_in_words(tmp_path):
    path = with_cells(tmp_path, (0, 0), (1048575, 16383))
    with pytest.raises(ReadError, match=r"第 1048576 行、第 16384 列.*删去数据区以外"):
        opened(path)


@pytest.mark.parametrize("far", [(1048575, 0), (300, 16383)])
def test_a_long_or_a_wide_sheet_is_read(tmp_path, far):
    (grid,) = opened(with_cells(tmp_path, (0, 0), far))
    assert (len(grid.rows), len(grid.rows[0])) == (far[0] + 1, far[1] + 1)


def test_a_claim_of_more_texts_than_bytes_is_refused(tmp_path):
    with zipfile.ZipFile(SAMPLE / "水土保持方案.xlsx") as archive:
        members = {m: archive.read(m) for m in archive.namelist()}
    texts = members["xl/sharedStrings.xml"]
    claim = b'uniqueCount="9999999999"'
    members["xl/sharedStrings.xml"] = re.sub(rb'uniqueCount="\d+"', claim, texts)
    sheet = members["xl/worksheets/sheet1.xml"]
    # A formula leaves the sheet to the reader that believes such claims.
    members["xl/worksheets/sheet1.xml"] = sheet.replace(b"<v>", b"<f>A1</f><v>", 1)
    path = tmp_path / "表.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(ReadError, match="文字条数超过"):
        opened(path)


def test_an_ods_sheet_counts_its_repeated_cells(tmp_path):
    cell = '<table:table-cell table:number-columns-repeated="16384"{}'
    filled = cell.format("><text:p>1</text:p></table:table-cell>")
    body = (
        '<table:table><table:table-row table:number-rows-repeated="1048576">'
        f"{filled}</table:table-row></table:table>"
    )
    path = tmp_path / "表.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", body)
    with pytest.raises(ReadError, match="第 1048576 行、第 16384 列"):
        opened(path)


def patched(at, form, *values):
    content = bytearray(XLS)
    struct.pack_into(form, content, at, *values)
    return bytes(content)


def test_a_sound_xls_has_no_fault():
    assert ole_fault(XLS) == ""


@pytest.mark.parametrize(
    ("at", "form", "value", "words"),
    [
        (30, "<H", 31, "扇区大小"),
        (44, "<I", 0xFFFFFFFF, "扇区数"),
        (64, "<I", 0xFFFF, "扇区数"),
    ],
)
def test_absurd_sizes_in_the_header_are_found(at, form, value, words):
    assert words in ole_fault(patched(at, form, value))


def test_a_chain_of_sectors_that_comes_back_to_itself_is_found():
    table = (struct.unpack_from("<I", XLS, 76)[0] + 1) * 512
    assert "成环" in ole_fault(patched(table + 4, "<2I", 2, 1))


def test_a_sheet_that_ends_before_it_begins_is_found():
    at = XLS.index(b"\x00\x02\x0e\x00") + 4
    assert "行列数" in ole_fault(patched(at, "<I", 0x7FFFFFFF))
