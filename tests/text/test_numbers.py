from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.numbers import (
    NOT_CALCULATED,
    is_error_value,
    read_han,
    read_number,
    read_ordinal,
)


@pytest.mark.parametrize(
    ("cell", "value", "unit"),
    [
        ("1,234.5", "1234.5", None),
        ("１２３", "123", None),
        ("1\xa0234.50", "1234.50", None),
        ("−5", "-5", None),
        ("(1,200)", "-1200", None),
        ("1,200.50-", "-1200.50", None),
        ("-¥12", "-12", None),
        ("12 m²", "12", "m2"),
        ("¥1,200.00元", "1200.00", "元"),
        ("1.2万", "1.2", "万"),
        ("12万元整", "12", "万元"),
        ("1200 平方米", "1200", "平方米"),
        ("3亩2分", "3.2", "亩"),
        ("35%", "35", "%"),
        ("1‰", "1", "‰"),
        ("千分之一", "0.001", "1"),
        ("万分之5", "0.0005", "1"),
        ("1.2e5", "120000", None),
        (3.5, "3.5", None),
        (7, "7", None),
    ],
)
def test_numbers_are_read_exactly(cell, value, unit):
    reading = read_number(cell)
    assert reading.fault == ""
    assert reading.value == Decimal(value)
    assert reading.unit == unit


@pytest.mark.parametrize(
    "cell", ["", "/", "-", "——", "无", "NULL", "暂无", float("nan")]
)
def test_placeholders_are_missing_not_faults(cell):
    assert read_number(cell).value is None
    assert read_number(cell).fault == ""


def test_a_trailing_separator_is_stripped_and_named():
    reading = read_number("24.9480;")
    assert reading.value == Decimal("24.9480")
    assert "分隔符" in reading.note


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("24.9480;12.0000;", "多个数"),
        ("约1200", "约数"),
        ("<0.01", "约数"),
        ("1-2", "约数"),
        ("1,23", "不是可读"),
        ("1.234,5", "欧洲"),
        ("1.234.567", "欧洲"),
        ("12,5", "欧洲"),
        ("10²", "上标"),
        ("12①", "脚注"),
        ("1-2-", "约数"),
        ("#REF!", "错误值"),
        (NOT_CALCULATED, "公式没有算出的结果"),
        ("壹万贰仟元整", "汉字写的数字"),
        ("人民币壹佰贰拾叁万元整", "汉字写的数字"),
        ("三十", "汉字写的数字"),
        ("元", "不是可读的数字"),
        ("abc", "不是可读"),
        (float("inf"), "有限"),
        (True, "逻辑值"),
    ],
)
def test_anything_else_is_a_fault_not_a_guess(cell, word):
    reading = read_number(cell)
    assert reading.value is None
    assert word in reading.fault


@pytest.mark.parametrize(
    "text",
    ["#REF!", "#DIV/0!", "#NAME?", "Err:502", "#NaN", "#Infinity"],
)
def test_error_values_of_programs(text):
    assert is_error_value(text)
    assert "错误值" in read_number(text).fault


@pytest.mark.parametrize("text", ["#N/A", "#1", "#3楼", "Err", "合同#REF!", ""])
def test_what_only_looks_like_an_error_value(text):
    assert not is_error_value(text)


@given(st.decimals(-(10**12), 10**12, places=2))
def test_written_money_reads_back(amount):
    for text in (f"{amount}", f"{amount:,}", f" {amount};", f"{amount}元"):
        assert read_number(text).value == amount


@given(st.text(max_size=12))
def test_any_text_gives_a_value_or_a_fault_or_nothing(text):
    reading = read_number(text)
    assert reading.value is None or reading.fault == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [("第一期", 1), ("第12期", 12), ("3期", 3), ("二十一", 21), ("2024年度", 2024)],
)
def test_ordinals(text, number):
    assert read_ordinal(text) == number


def test_what_is_no_ordinal():
    assert read_ordinal("第一二期") is None
    assert read_ordinal("首期") is None
    assert read_han("十十") is None
