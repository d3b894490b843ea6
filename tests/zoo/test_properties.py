"""However an agency writes one table, it is read as the same table."""

import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import pil_discovery as pil
from tests.zoo.cases import accounted
from tests.zoo.making import book, text

FIELDS = {
    "contract_no": ("合同编号", "出让合同号", "合同编号 HTBH", "*合同编号"),
    "grantee": ("受让人", "土地使用权人", "受 让 人"),
    "area_m2": ("出让面积", "宗地面积"),
    "price_total_cny": ("成交价", "出让价款", "出让金总额"),
    "sign_date": ("签订日期",),
}
# square metres → unit of the same area: multiples of 2000 m² are exact in every unit
UNITS = {
    "area_m2": {
        "平方米": Decimal(1),
        "㎡": Decimal(1),
        "亩": Decimal("0.0015"),
        "公顷": Decimal("0.0001"),
    },
    "price_total_cny": {
        "元": Decimal(1),
        "万元": Decimal("0.0001"),
        "亿元": Decimal("0.00000001"),
    },
}
# number, grantee, 2000 m², yuan, date: a copy, a conflict, no key, bad cells
TABLE = [
    ("示合-001", "甲公司", 1, 5_000_000, "2024-03-05"),
    ("示合-002", "乙公司", 7, 7_200_301, "2024-13-05"),
    ("示合-001", "甲公司", 1, 5_000_000, "2024-03-05"),
    ("示合-003", "丙公司", 30, 1, "03/04/2024"),
    ("", "丁公司", 2, 90_000, "2024年3月"),
    ("示合-004", "戊公司", 4, 123_456_789, "/"),
    ("示合-004", "己公司", 4, 123_456_789, "长期"),
    ("示合-005", "庚,辛;壬|公司", 5, 2, "2024-3-5"),
]
ENCODINGS = ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16")
DELIMITERS = (",", "\t", ";", "|")


@st.composite
def writings(draw):
    """Draw one way of writing the table: header names, units, cells, column order."""
    columns = []
    for place, name in enumerate(FIELDS):
        header = draw(st.sampled_from(FIELDS[name]))
        cells = [row[place] for row in TABLE]
        if name in UNITS:
            header, cells = draw(_measured(name, header, cells))
        columns.append((header, *cells))
    return list(zip(*draw(st.permutations(columns)), strict=True))


@st.composite
def _measured(draw, name, header, cells):
    """Write quantities in a unit of the header, or each cell in a unit of its own."""
    plain = {"area_m2": 2000, "price_total_cny": 1}[name]
    unit = draw(st.sampled_from([*UNITS[name], None]))
    written = []
    for cell in cells:
        own = draw(st.sampled_from([*UNITS[name], None]))
        spoken = own or unit or next(iter(UNITS[name]))
        number = cell * plain * UNITS[name][spoken]
        written.append(f"{number.normalize():f}{own or ''}")
    if unit is None:
        return header, written
    form = draw(st.sampled_from(["{}({})", "{}（{}）", "{}/{}", "{}：{}"]))
    return form.format(header, unit), written


def read(make):
    with tempfile.TemporaryDirectory() as folder:
        table = pil.read_records(make(Path(folder)), "land_contract")
    accounted(table)
    return table


def same(table, wanted):
    """Frames equal whatever the order of the columns and the kind of file."""
    place = ["_source", "_sheet"]
    found = table.frame.drop(columns=place)
    expected = wanted.frame.drop(columns=place)
    pd.testing.assert_frame_equal(found[sorted(found)], expected[sorted(expected)])
    place = ["source", "sheet"]
    pd.testing.assert_frame_equal(
        table.quarantine.drop(columns=place), wanted.quarantine.drop(columns=place)
    )


PLAIN = [tuple(names[0] for names in FIELDS.values())] + [
    (number, name, str(area * 2000), str(price), day)
    for number, name, area, price, day in TABLE
]


@cache
def plain_table():
    return read(text(PLAIN))


def test_the_plain_table_is_read_as_it_was_written():
    table = plain_table()
    assert table.frame["_row"].tolist() == [2, 3, 5, 9]
    assert table.frame["area_m2"].tolist() == [2000.0, 14000.0, 60000.0, 10000.0]
    assert table.frame["price_total_cny"].tolist() == [5e6, 7200301.0, 1.0, 2.0]
    assert table.quarantine["reason_class"].tolist() == [
        "date",
        "duplicate",
        "date",
        "key_missing",
        "key_conflict",
        "key_conflict",
    ]


@settings(max_examples=120)
@given(writings(), st.sampled_from(ENCODINGS), st.sampled_from(DELIMITERS))
def test_columns_units_encoding_and_delimiter_do_not_matter(rows, encoding, mark):
    found = read(text(rows, encoding=encoding, delimiter=mark))
    same(found, plain_table())


@settings(max_examples=45)
@given(writings(), st.sampled_from(["xlsx", "xls", "ods"]))
def test_the_kind_of_file_does_not_matter(rows, kind):
    cells = [[cell or None for cell in row] for row in rows]
    same(read(book({"台账": cells}, kind=kind)), plain_table())


@settings(max_examples=30)
@given(st.sampled_from(list(UNITS["price_total_cny"])))
def test_a_unit_of_the_workspace_is_a_unit_of_the_header(unit):
    share = UNITS["price_total_cny"][unit]
    rows = [(*r[:3], f"{int(r[3]) * share:f}", r[4]) for r in PLAIN[1:]]
    with tempfile.TemporaryDirectory() as folder:
        path = text([PLAIN[0], *rows])(Path(folder))
        units = {"price_total_cny": unit}
        found = pil.read_records(path, "land_contract", units=units)
    same(found, plain_table())
