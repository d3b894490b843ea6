import csv
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.errors import ReadError
from pil_discovery.records import read_table
from pil_discovery.records.delimiters import find_dialect
from pil_discovery.records.text_tables import decode, read_text
from tests.records.data import CATALOGUE, balanced, csv_file

TEXT = "合同编号,受让人,成交价\nHT-1,示例公司甲,1\nHT-2,示例公司乙,2\n"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_encodings_are_found(tmp_path, encoding, name):
    table = read_table(csv_file(tmp_path, TEXT, encoding=encoding), CATALOGUE)
    assert table.frame["grantee"].tolist() == ["示例公司甲", "示例公司乙"]
    assert table.sources[0].encoding == name


def test_rare_characters_of_gb18030(tmp_path):
    text = TEXT.replace("甲", "𠮷㐂")
    table = read_table(csv_file(tmp_path, text, encoding="gb18030"), CATALOGUE)
    assert table.frame["grantee"][0] == "示例公司𠮷㐂"


def test_an_undecidable_encoding_is_asked(tmp_path):
    path = csv_file(tmp_path, TEXT)
    path.write_bytes(b"\xff\xd8abc,\xff\xff\n"[2:])
    with pytest.raises(ReadError, match="既不是 UTF-8 也不是 GB18030"):
        read_table(path, CATALOGUE)


def test_a_told_encoding_is_strict():
    with pytest.raises(ReadError, match="第2行"):
        list(decode("a\n合".encode("gbk"), "f", encoding="utf-8").pieces())
    with pytest.raises(ReadError, match="不认识的编码"):
        decode(b"a", "f", encoding="utf-99")
    assert decode(TEXT.encode("gbk"), "f", encoding="GB2312").text == TEXT


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters(tmp_path, delimiter):
    text = TEXT.replace(",", delimiter)
    assert find_dialect(text, "f").delimiter == delimiter
    assert len(read_table(csv_file(tmp_path, text), CATALOGUE)) == 2


def test_the_row_is_the_line_on_which_the_record_begins(tmp_path):
    text = '合同编号,受让人\r\nHT-1,"示例\r\n公司"\r\nHT-2,乙\r\n'
    table = read_table(csv_file(tmp_path, text), CATALOGUE, wanted="contract")
    assert table.frame["_row"].tolist() == [2, 4]


def test_unpaired_quotes_are_refused_with_the_line(tmp_path):
    path = csv_file(tmp_path, '合同编号,受让人\nHT-1,甲\nHT-2,"乙\nHT-3,丙\n')
    with pytest.raises(ReadError, match=r"第3行.*引号"):
        read_table(path, CATALOGUE, wanted="contract")


def test_too_many_and_too_few_fields_leave_with_their_line(tmp_path):
    text = "合同编号,受让人,成交价\nHT-1,甲,1,000\nHT-2,乙\nHT-3,丙,3,,\n"
    table = read_table(csv_file(tmp_path, text), CATALOGUE)
    gone = table.quarantine
    assert table.frame["contract_no"].tolist() == ["HT-3"]
    assert gone["reason_class"].tolist() == ["fields", "fields"]
    assert gone["row"].tolist() == [2, 3]
    assert balanced(table)


FIELDS = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")
)


@settings(max_examples=50)
@given(st.lists(st.tuples(FIELDS, FIELDS), max_size=6))
def test_what_a_csv_writer_wrote_is_read_back(rows):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("a", "b"), *rows])
    decoded = decode(out.getvalue().encode(), "f")
    grid, _ = read_text(decoded, "f")
    assert [tuple(r) for r in grid.rows] == [("a", "b"), *rows]
    assert list(grid.lines) == sorted(grid.lines)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-8-sig"])
@given(
    text=st.text(st.sampled_from("a,\n合𠮷㐂é"), max_size=40), size=st.integers(1, 9)
)
def test_characters_may_be_cut_by_the_end_of_a_block(encoding, text, size):
    content = text.encode(encoding)
    blocks = [content[at : at + size] for at in range(0, len(content), size)]
    assert decode(lambda: iter(blocks), "f", encoding=encoding).text == text


def test_the_line_of_an_undecodable_byte_far_down(tmp_path):
    lines = [f"HT-{n},示例公司" for n in range(300_000)]
    content = "\n".join(["合同编号,受让人", *lines]).encode("gb18030")
    at = content.index(b"HT-250000,")
    path = tmp_path / "数据.csv"
    path.write_bytes(content[:at] + b"\xff" + content[at:])
    with pytest.raises(ReadError, match=r"第250002行.*既不是 UTF-8 也不是 GB18030"):
        read_table(path, CATALOGUE)


def test_a_byte_that_cannot_be_decoded_is_told_before_an_open_quote(tmp_path):
    path = tmp_path / "数据.csv"
    path.write_bytes(
        '合同编号,受让人\nHT-1,"甲\nHT-2,乙\n'.encode("gb18030") + b"\xff\n"
    )
    with pytest.raises(ReadError, match=r"第4行.*GB18030"):
        read_table(path, CATALOGUE, wanted="contract")


def test_the_progress_is_told_in_bytes(tmp_path):
    text = TEXT + "".join(f"HT-{n},示例公司{n},{n}\n" for n in range(200_000))
    path = csv_file(tmp_path, text, encoding="gb18030")
    told = []
    read_table(path, CATALOGUE, progress=lambda *step: told.append(step))
    size = path.stat().st_size
    assert told == [(2**22, size), (size, size)]


def test_footers_and_odd_lines_between_a_hundred_thousand_rows(tmp_path):
    lines = [f"HT-{n},示例公司{n},{n}.5" for n in range(100_000)]
    lines[60_000] = "HT-60000,甲"
    lines[70_000] = ""
    lines[80_000] = '"HT-80000","示例\n公司",1'
    lines[90_000] = "HT-90000,甲,约3"
    lines.append("合计,,5000000")
    text = "合同编号,受让人,成交价\n" + "\n".join(lines) + "\n"
    table = read_table(csv_file(tmp_path, text, encoding="gb18030"), CATALOGUE)
    assert balanced(table)
    assert len(table) == 99_998
    gone = table.quarantine[["row", "scope", "reason_class"]].to_numpy().tolist()
    assert gone == [[60_002, "row", "fields"], [90_003, "cell", "type"]]
    skipped = {s.row: s.reason for s in table.report.rows_skipped}
    assert skipped == {1: "表头", 70_002: "空行", 100_003: "合计或小计行"}
    rows = table.frame["_row"]
    assert rows.iloc[0] == 2
    assert rows.iloc[-1] == 100_002
    assert table.frame["grantee"].iloc[79_998] == "示例\n公司"
    assert rows.iloc[79_998] == 80_002
    assert rows.iloc[79_999] == 80_004


COMMON = [
    bytes([high, low]).decode("gb2312")
    for high in range(0xB0, 0xD7)
    for low in range(0xA1, 0xFF)
]


def test_texts_in_gbk_are_not_taken_for_broken_utf_8():
    rng = random.Random(7)
    for length in (2, 3, 5, 10, 40):
        for _ in range(1000):
            text = "".join(rng.choices(COMMON, k=length))
            found = decode(text.encode("gb18030"), "a.csv")
            assert found.sound or found.text == text


@pytest.mark.parametrize("lines", [1, 300])
def test_utf_8_cut_inside_characters_is_not_taken_for_gbk(lines):
    content = b"".join(
        f"HT-{i},示例有限责任公司".encode()[:-1] + b"\n" for i in range(lines)
    )
    with pytest.raises(ReadError, match=r"a\.csv：第1行：文字大都是 UTF-8.*残缺"):
        decode(content, "a.csv")
