from decimal import Decimal
from fractions import Fraction

import pytest

from pil_discovery.text.units import conversion, convert, find_unit, unit_fault


@pytest.mark.parametrize(
    ("found", "wanted", "factor"),
    [
        ("万元", "CNY", 10000),
        ("亿元", "CNY", 10**8),
        ("千元", "CNY", 1000),
        ("亩", "m2", Fraction(2000, 3)),
        ("公顷", "亩", 15),
        ("㎡", "m2", 1),
        ("平方公里", "m2", 10**6),
        ("万平方米", "m2", 10**4),
        ("公斤", "t", Fraction(1, 1000)),
        ("吨", "t", 1),
        ("升", "L", 1),
        ("立方米", "L", 1000),
        ("吨", "m3", 1),
        ("万千瓦时", "kWh", 10**4),
        ("度", "kWh", 1),
        ("度", "deg", 1),
        ("%", "1", Fraction(1, 100)),
        ("‰", "1/d", Fraction(1, 1000)),
        ("‰/日", "1/d", Fraction(1, 1000)),
        ("万元/年", "CNY/a", 10**4),
        ("元/月", "CNY/month", 1),
        ("万吨/年", "t/a", 10**4),
        ("单位：万元", "CNY", 10**4),
        ("万", "person", 10**4),
        ("千米/小时", "km/h", 1),
    ],
)
def test_exact_factors(found, wanted, factor):
    assert conversion(found, wanted) == factor


@pytest.mark.parametrize(
    ("found", "wanted"),
    [("人", "m2"), ("公项", "m2"), ("t", "m3"), ("元/月", "CNY/a"), ("天", "CNY")],
)
def test_units_that_do_not_compare(found, wanted):
    assert conversion(found, wanted) is None


def test_an_unknown_unit_is_answered_with_near_names():
    assert "公顷" in unit_fault("公项", "m2")
    assert "不是同一种量" in unit_fault("人", "m2")
    with pytest.raises(ValueError, match="不认识的单位"):
        convert(Decimal(1), "公项", "m2")


def test_three_mu_are_two_thousand_square_metres():
    assert convert(Decimal(3), "亩", "m2") == 2000


def test_numbers_are_no_units():
    assert find_unit("2024") is None
    assert find_unit("土地用途") is None
