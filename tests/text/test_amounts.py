from decimal import Decimal

import pytest

from pil_discovery.catalog import load_units
from pil_discovery.text.amounts import amount_words, measure_words

NAMES = load_units()


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (Decimal("376300.00"), "CNY", "376,300.00 元"),
        (2150, "person", "2,150 人"),
        (Decimal("-1234.5"), "m3/a", "-1,234.5 立方米/年"),
        (Decimal("0.0500"), "1", "0.0500"),
        (Decimal("12.5"), "%", "12.5%"),
        (0, "day", "0 日"),
        (3, "furlong", "3 furlong"),
        (None, "CNY", "未知"),
    ],
)
def test_an_amount_keeps_its_digits_and_has_its_unit(value, unit, words):
    assert amount_words(value, unit, NAMES) == words


def test_measures_are_called_as_the_model_calls_them():
    model = {"labels": {"owed_cny": "欠缴"}, "units": {"owed_cny": "CNY", "n": "count"}}
    told = measure_words({"owed_cny": 5, "n": None}, model, NAMES)
    assert told == {"欠缴": "5 元", "n": "未知"}


def test_a_model_nobody_knows_leaves_names_and_numbers():
    assert measure_words({"owed_cny": 5000}, None, NAMES) == {"owed_cny": "5,000"}
