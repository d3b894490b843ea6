import datetime as dt
import json
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.canonical import decimal_of, dump_json


def test_fixed_formats():
    value = {
        "b": Decimal("1.20"),
        "a": [1, None, True, "中\n"],
        "d": dt.date(2024, 1, 1),
    }
    assert dump_json(value) == '{"b":1.20,"a":[1,null,true,"中\\n"],"d":"2024-01-01"}'
    assert dump_json(Decimal("1E+3")) == "1000"
    assert dump_json(Decimal("0.000001")) == "0.000001"
    assert dump_json(Decimal("-0.00")) == "0.00"


@pytest.mark.parametrize("value", [1.5, {1: 2}, object(), Decimal("NaN"), {"a": [0.1]}])
def test_values_without_a_fixed_format_are_refused(value):
    with pytest.raises(TypeError):
        dump_json(value)


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(TREES)
def test_it_is_json_and_reads_back(tree):
    assert json.loads(dump_json(tree)) == tree


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2.675, "CNY", "2.68"),
        (Decimal("2.665"), "m2", "2.67"),
        (0.12345, "1", "0.1235"),
        (0.0005, "1/d", "0.000500"),
        (1.23456, "ha", "1.2346"),
        (1.2345, "t", "1.235"),
        (3.6, "day", "4"),
        (5, "person", "5"),
        (-0.001, "CNY", "0.00"),
    ],
)
def test_decimals_by_unit(value, unit, text):
    assert str(decimal_of(value, unit)) == text


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, Decimal("NaN")])
def test_missing_stays_missing(value):
    assert decimal_of(value, "CNY") is None


def test_infinity_is_refused():
    with pytest.raises(ValueError, match="有限"):
        decimal_of(float("inf"), "CNY")
