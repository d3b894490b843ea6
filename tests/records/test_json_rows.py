import json

import pytest

from pil_discovery.errors import ReadError
from pil_discovery.records import read_table
from tests.records.data import CATALOGUE, balanced

ROWS = [
    {"合同编号": "HT-1", "受让人": "示例公司", "成交价": 1.5},
    {"合同编号": "HT-2", "成交价": "2万", "签订日期": "2024年3月"},
]


def saved(tmp_path, content, name="数据.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(*rows):
    return "\n".join(json.dumps(r, ensure_ascii=False) for r in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("array", [True, False])
def test_lines_and_arrays_whatever_the_name(tmp_path, encoding, array):
    text = json.dumps(ROWS, ensure_ascii=False, indent=1) if array else lines(*ROWS)
    table = read_table(saved(tmp_path, text.encode(encoding)), CATALOGUE)
    assert table.frame["price_cny"].tolist() == [1.5, 20000.0]
    assert table.frame["grantee"].isna().tolist() == [False, True]
    assert table.frame["_row"].tolist() == [1, 2]
    assert table.report.rows_skipped == ()
    assert balanced(table)


def test_long_numbers_are_codes_and_stay_exact(tmp_path):
    text = '{"合同编号": 110105194912310021, "受让人": true}'
    table = read_table(saved(tmp_path, text), CATALOGUE, wanted="contract")
    assert table.frame["contract_no"].tolist() == ["110105194912310021"]
    assert table.frame["grantee"].tolist() == ["TRUE"]


def test_bad_lines_leave_with_their_number_and_reason(tmp_path):
    good = lines(ROWS[0])
    text = f"{good}\n\n{{bad\n[1]\n".encode()
    text += '{"合同编号": "HT-3", "合同编号": "HT-4"}\n'.encode() + b'{"\xff": 1}\n'
    table = read_table(saved(tmp_path, text), CATALOGUE, wanted="contract")
    gone = table.quarantine
    assert gone["row"].tolist() == [3, 4, 5, 6]
    assert gone["reason_class"].tolist() == ["fields"] * 3 + ["encoding"]
    assert "出现两次" in gone["reason"][2]
    assert table.report.rows_read == 5
    assert balanced(table)


def test_values_that_are_none_are_cells(tmp_path):
    text = (
        '{"合同编号": "HT-1", "成交价": NaN}\n{"合同编号": "HT-2", "成交价": {"a": 1}}'
    )
    text += '\n{"合同编号": "HT-3", "成交价": -Infinity, "受让人": ["甲", "乙"]}'
    table = read_table(saved(tmp_path, text), CATALOGUE, wanted="contract")
    assert table.quarantine["row"].tolist() == [1, 2, 3]
    assert set(table.quarantine["scope"]) == {"cell"}
    assert table.frame["grantee"][2] == '["甲", "乙"]'


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('{"type": "FeatureCollection", "features": []}', "GeoJSON.*read_layer"),
        ('{\n"type": "FeatureCollection",\n"features": []\n}', "GeoJSON"),
        ('{"type": "Feature", "geometry": null, "properties": {}}', "GeoJSON"),
        ('{"type": "Feature"}\n{"type": "Feature"}', "另存为一个 FeatureCollection"),
        ('{\n"data": [\n{"合同编号": "HT-1"}\n]\n}', "“data”"),
        ('{"a": \n', "没有一行"),
        ('[{"a": 1},\n{"a": 2]', "第2行"),
        ("[" + '{"a":[' * 100_000, "JSON"),
    ],
)
def test_what_is_no_list_of_rows_is_refused_with_advice(tmp_path, text, word):
    with pytest.raises(ReadError, match=word) as caught:
        read_table(saved(tmp_path, text), CATALOGUE, wanted="contract")
    assert caught.value.problems[0].remedy


def test_an_array_with_bytes_that_are_no_text_names_the_line(tmp_path):
    rows = ['[{"合同编号": "HT-1"},', '{"受让人": "?"},', '{"受让人": "乙"}]']
    content = "\n".join(rows).encode().replace(b"?", b"\xff")
    with pytest.raises(ReadError, match="第2行"):
        read_table(saved(tmp_path, content), CATALOGUE, wanted="contract")


def test_a_text_that_only_begins_like_json_is_a_text(tmp_path):
    text = "[合同编号],[受让人]\nHT-1,甲\n"
    table = read_table(saved(tmp_path, text), CATALOGUE, wanted="contract")
    assert table.frame["contract_no"].tolist() == ["HT-1"]
