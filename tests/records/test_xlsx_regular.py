import datetime as dt
import io
import random
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from pil_discovery.records.xlsx_regular import read_regular

CELL = st.one_of(
    st.none(),
    st.sampled_from(
        ["甲&乙", "a<b", "  前后有空格 ", "多\n行", "0012", "１２３", '"引"']
    ),
    st.sampled_from([0.0, -3.0, 2.5, 1e20, 1e-7, 0.1 + 0.2, 123456789012345678.0]),
    st.sampled_from([dt.date(1900, 3, 1), dt.date(2024, 2, 29), dt.date(9999, 12, 31)]),
)
ROWS = st.lists(st.lists(CELL, max_size=5), max_size=8)


def book(rows, *, inline=False, merged=None, hidden=()):
    """Write rows as spreadsheet programs do, or as exporters that share no texts."""
    stream = io.BytesIO()
    options = {"in_memory": True, "constant_memory": inline}
    with xlsxwriter.Workbook(stream, options) as file:
        sheet = file.add_worksheet("表")
        days = file.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
        for number, row in enumerate(rows):
            if number in hidden:
                sheet.set_row(number, None, None, {"hidden": True})
            for column, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(number, column, cell, days)
                elif isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell)
        if merged:
            sheet.merge_range(*merged)
    return stream.getvalue()


def rebuilt(content, name, change):
    """Return a workbook one part of which is changed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w") as new,
    ):
        for member in old.namelist():
            part = old.read(member)
            new.writestr(member, change(part) if member == name else part)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def sheet_with(content, old, new):
    def change(part):
        assert old in part
        return part.replace(old, new)

    return rebuilt(content, SHEET, change)


def by_library(content):
    """Return rows and merged ranges as the library reader gives them."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    left = [""] * (sheet.start[1] if sheet.start else 0)
    rows = [[None if c == "" else c for c in (*left, *r)] for r in sheet.iter_rows()]
    while rows and not any(c is not None for c in rows[-1]):
        rows.pop()
    return rows, list(sheet.merged_cell_ranges or ())


def by_columns(content):
    found = read_regular(content)
    if found is None:
        return None
    (sheet,) = found.sheets.values()
    return list(map(list, sheet.rows())), sheet.merged


def typed(rows):
    return [[(type(cell), cell) for cell in row] for row in rows]


@given(ROWS, st.booleans())
def test_rows_are_those_that_the_library_reads(rows, inline):
    content = book(rows, inline=inline)
    found = by_columns(content)
    if not any(cell is not None for row in rows for cell in row):
        assert found in (None, ([], []))
        return
    assert found is not None
    assert typed(found[0]) == typed(by_library(content)[0])


@given(ROWS.filter(any), st.integers(0, 2**32), st.booleans())
def test_a_damaged_sheet_is_left_alone_or_read_as_the_library_does(rows, seed, inline):
    rng = random.Random(seed)
    part = rng.choice([SHEET, "xl/styles.xml", "xl/sharedStrings.xml"])
    content = rebuilt(book(rows, inline=inline), part, lambda old: broken(old, rng))
    found = by_columns(content)
    if found is not None:
        rows, merged = by_library(content)
        assert typed(found[0]) == typed(rows)
        assert found[1] == merged


def broken(part, rng):
    """Change, leave out or repeat some bytes."""
    text = bytearray(part)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text))
        ways = [
            bytes(rng.choices(b'<>/"= 019ABrctsv&;', k=rng.randint(0, 3))),
            bytes(text[at : at + 1]) * 2,
            bytes(text[rng.randrange(len(text)) :][: rng.randint(1, 40)]),
        ]
        text[at : at + rng.randint(0, 8)] = rng.choice(ways)
    return bytes(text)


ROW = [["HT-1", 1.5, dt.date(2024, 1, 2)], ["HT-2", None, None], ["HT-3", 2.0, None]]


def test_hidden_rows_and_merged_cells_are_told():
    content = book(ROW, merged=(1, 0, 2, 0, "HT-2"), hidden=[1])
    found = read_regular(content)
    assert found.hidden == frozenset()
    assert found.sheets["表"].hidden_rows == [2]
    assert found.sheets["表"].merged == [((1, 0), (2, 0))]


def test_texts_in_pieces_are_joined_and_readings_left_out():
    pieces = (
        b"<si><r><rPr><b/></rPr><t>HT</t></r><r><t>-1</t></r>"
        b'<rPh sb="0" eb="1"><t>x</t></rPh></si>'
    )
    content = rebuilt(
        book(ROW),
        "xl/sharedStrings.xml",
        lambda part: part.replace(b"<si><t>HT-1</t></si>", pieces),
    )
    assert by_columns(content) == by_library(content)
    assert by_columns(content)[0][0][0] == "HT-1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<v>1.5</v>", b"<f>1+0.5</f><v>1.5</v>"),
        (b"<v>1.5</v>", b"<v>1.5</v><v>2</v>"),
        (b"<v>1.5</v>", b"<v>1.5x</v>"),
        (b"<v>1.5</v>", b"<v>nan</v>"),
        (b"<v>1.5</v>", b"<v></v>"),
        (b"<v>0</v>", b"<v>99</v>"),
        (b"<v>0</v>", b"<v>-1</v>"),
        (b'<c r="B1">', b'<c r="B1" t="b">'),
        (b'<c r="B1">', b'<c r="B1" t="e">'),
        (b'<c r="B1">', b'<c r="B2">'),
        (b'<c r="B1">', b'<c r="A1">'),
        (b'<c r="B1">', b'<c r="ZZZ1">'),
        (b'<c r="B1">', b"<c>"),
        (b'<c r="B1">', b'<!-- --><c r="B1">'),
        (b'<row r="2"', b'<row r="1"'),
        (b'<row r="2"', b"<row"),
        (b"<sheetData>", b"<x:sheetData>"),
        (b'encoding="UTF-8"', b'encoding="GBK"'),
        (b"</worksheet>", b"</worksheets>"),
    ],
)
def test_what_is_written_otherwise_is_left_to_the_library(old, new):
    content = book(ROW)
    assert by_columns(content) is not None
    assert by_columns(sheet_with(content, old, new)) is None


@pytest.mark.parametrize("form", ["0%", "hh:mm", "[h]:mm", "m/d", "d-mmm"])
def test_shares_and_times_are_left_to_the_library(form):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as file:
        sheet = file.add_worksheet()
        sheet.write_number(0, 0, 0.25, file.add_format({"num_format": form}))
    assert read_regular(stream.getvalue()) is None


@pytest.mark.parametrize("day", [1, 60, 45000.5, 3_000_000])
def test_days_that_excel_counts_oddly_are_left_to_the_library(day):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as file:
        sheet = file.add_worksheet()
        sheet.write_number(0, 0, day, file.add_format({"num_format": "yyyy-mm-dd"}))
    assert read_regular(stream.getvalue()) is None


def test_a_workbook_that_counts_from_1904_or_is_damaged_is_left_to_the_library():
    stream = io.BytesIO()
    options = {"in_memory": True, "date_1904": True}
    with xlsxwriter.Workbook(stream, options) as file:
        file.add_worksheet().write_number(0, 0, 1)
    assert read_regular(stream.getvalue()) is None
    content = book(ROW)
    assert read_regular(content[:-30]) is None
    assert read_regular(b"PK\x03\x04") is None


def test_the_named_sheet_is_read_even_when_hidden():
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as file:
        file.add_worksheet("一").write_string(0, 0, "甲")
        second = file.add_worksheet("二")
        second.write_string(0, 0, "乙")
        second.hide()
    found = read_regular(stream.getvalue())
    assert list(found.sheets) == ["一"]
    assert found.hidden == {"二"}
    assert list(read_regular(stream.getvalue(), sheet="二").sheets) == ["二"]
    assert read_regular(stream.getvalue(), sheet="三") is None


def test_the_progress_tells_the_rows_that_the_sheet_states():
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as file:
        sheet = file.add_worksheet()
        for row in range(140_000):
            sheet.write_number(row, 0, row)
    told = []
    read_regular(stream.getvalue(), progress=lambda *step: told.append(step))
    assert [total for _, total in told] == [140_000] * len(told)
    assert len(told) >= 2
    assert told[-1] == (140_000, 140_000)


def test_far_cells_leave_empty_rows_and_columns():
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as file:
        sheet = file.add_worksheet()
        sheet.write_number(3, 2, 7)
        sheet.write_blank(9, 9, None, file.add_format({"bold": True}))
    rows, _ = by_columns(stream.getvalue())
    assert rows == [[None] * 3] * 3 + [[None, None, 7.0]]
