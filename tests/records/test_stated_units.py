"""Units that stand in the title of a table, not in its header."""

import pytest

from pil_discovery.records import read_table
from pil_discovery.records.stated_units import stated_units
from tests.records.data import CATALOGUE, csv_file

CONTRACT = CATALOGUE["contract"]
PRICE = "price_cny"


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("单位：万元", "万元"),
        ("（单位:万元）", "万元"),
        ("示例区台账（金额单位：万元、面积单位：亩）", "万元"),
        ("金额单位为亿元", "亿元"),
        ("台账（万元）", "万元"),
        ("单位：亩，千元。", "千元"),
        ("面积单位：亩；金额单位：万元", "万元"),
        ("单位：元和万元", None),
        ("单位：示例区自然资源局", None),
        ("单位：亩", None),
        ("台账（1）", None),
        ("共 3 万元", None),
        ("", None),
    ],
)
def test_a_title_states_the_unit_of_the_amounts(title, unit):
    rows = [["2024年"], [None, title, 5]]
    assert stated_units(rows, CONTRACT, [PRICE]).get(PRICE) == unit


def test_texts_have_no_unit():
    assert stated_units([["单位：万元"]], CONTRACT, ["contract_no"]) == {}


@pytest.mark.parametrize(
    ("title", "header", "told", "price"),
    [
        ("单位：万元", "成交价", {}, 5_000_000.0),
        ("单位：万元", "成交价(元)", {}, 500.0),
        ("单位：万元", "成交价", {PRICE: "千元"}, 500_000.0),
        ("台账", "成交价", {}, 500.0),
    ],
)
def test_what_stands_nearer_wins(tmp_path, title, header, told, price):
    text = f"{title},,\n合同编号,受让人,{header}\nHT-1,甲,500\n"
    path = csv_file(tmp_path, text)
    table = read_table(path, CATALOGUE, wanted="contract", units=told)
    assert table.frame[PRICE].tolist() == [price]
    notes = [i.why for i in table.report.inferences if i.value == "万元"]
    assert ("表头以上的标题写明，列名没有另写" in notes) is (price == 5_000_000.0)
