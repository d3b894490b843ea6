import struct
import zipfile

import pandas as pd
import pytest

from pil_discovery.errors import ReadError
from pil_discovery.records import read_table
from pil_discovery.records.workbook_facts import WIDTH
from pil_discovery.records.xlsb import xlsb_facts
from tests.records.data import CATALOGUE, balanced

HEAD = ["合同编号", "受让人", "成交价", "签订日期"]
ROWS = [HEAD, ["HT-1", "甲", "#", 43890.0], ["HT-2", None, 1.5, 43890.0]]
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
)


def record(kind, body=b""):
    head = [kind] if kind < 128 else [kind & 0x7F | 0x80, kind >> 7]
    length = len(body)
    while True:
        head.append(length & 0x7F | (0x80 if length > 0x7F else 0))
        length >>= 7
        if not length:
            return bytes(head) + body


def text(words):
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def cell(column, value):
    head = struct.pack("<II", column, 0)
    if value == "#":
        return record(3, head + b"\x07")
    if isinstance(value, str):
        return record(6, head + text(value))
    return record(5, head + struct.pack("<d", value))


def styled(column, value, style):
    return record(5, struct.pack("<IId", column, style, value))


def sheet(rows, *, size=None, hidden=(), merged=()):
    parts = [record(129), record(148, struct.pack("<4I", *(size or (0, 2, 0, 3))))]
    parts.append(record(145))
    for number, row in enumerate(rows):
        flags = 0x10 if number in hidden else 0
        head = struct.pack("<IIHBBBI", number, 0, 300, 0, flags, 0, 0)
        parts.append(record(0, head))
        parts += [
            v if isinstance(v, bytes) else cell(c, v)
            for c, v in enumerate(row)
            if v is not None
        ]
    parts.append(record(146))
    parts += [record(176, struct.pack("<4I", *m)) for m in merged]
    return b"".join((*parts, record(130)))


def saved(tmp_path, part, *, from_1904=False, texts=None, styles=None):
    flags = struct.pack("<III", from_1904, 0, 0) + text("")
    bundle = struct.pack("<II", 0, 1) + text("rId1") + text("表")
    book = [record(131), record(153, flags), record(143), record(156, bundle)]
    path = tmp_path / "数据.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"".join((*book, record(144), record(132))))
        archive.writestr("xl/_rels/workbook.bin.rels", RELATIONS)
        archive.writestr("xl/worksheets/sheet1.bin", part)
        if texts is not None:
            archive.writestr("xl/sharedStrings.bin", texts)
        if styles is not None:
            archive.writestr("xl/styles.bin", styles)
    return path


def test_a_binary_workbook_whatever_its_name(tmp_path):
    part = sheet(ROWS, hidden=[1], merged=[(1, 2, 1, 1)])
    table = read_table(saved(tmp_path, part, from_1904=True), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1", "HT-2"]
    assert table.frame["grantee"].tolist() == ["甲", "甲"]
    assert table.frame["sign_date"].tolist() == [pd.Timestamp("2024-03-01")] * 2
    assert table.quarantine["value"].tolist() == ["#DIV/0!"]
    assert any(i.what == "隐藏的行也已读取" for i in table.report.inferences)
    assert balanced(table)


@pytest.mark.parametrize(
    ("part", "texts"),
    [
        (sheet(ROWS, size=(0, 1 << 30, 0, 3)), None),
        (sheet(ROWS, size=(0, 1000, 0, 1 << 20)), None),
        (sheet(ROWS, size=(0, (1 << 20) - 1, 0, (1 << 14) - 1)), None),
        (sheet(ROWS)[:-40], None),
        (record(0, b"\x01"), None),
        (sheet(ROWS), record(159, struct.pack("<II", 1, 0xFFFFFFFF))),
    ],
)
def test_what_would_take_all_memory_or_is_broken_is_refused(tmp_path, part, texts):
    with pytest.raises(ReadError, match="打不开") as caught:
        read_table(saved(tmp_path, part, texts=texts), CATALOGUE)
    assert caught.value.problems[0].remedy


def test_shares_shown_as_percentages_are_found(tmp_path):
    form = record(44, struct.pack("<H", 164) + text("0.0%"))
    plain, share, built_in = (struct.pack("<HH12x", 0, n) for n in (0, 164, 9))
    cells = [record(617), *(record(47, x) for x in (plain, share, built_in))]
    before = record(47, share)  # a named style, which no cell refers to
    styles = b"".join((form, before, *cells, record(618), before))
    shares = [styled(column, 0.5, style) for column, style in ((1, 0), (2, 1), (3, 2))]
    path = saved(tmp_path, sheet([HEAD, ["HT-1", *shares]]), styles=styles)
    facts = xlsb_facts(path.read_bytes()).sheets["表"]
    assert [(p // WIDTH, p % WIDTH) for p in facts.percents] == [(1, 2), (1, 3)]
