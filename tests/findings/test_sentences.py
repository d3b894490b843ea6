import datetime as dt
from decimal import Decimal

import pytest

from pil_discovery.findings.sentences import fill, names_in


def test_units_are_written_as_a_reader_expects():
    row = {
        "sum": Decimal("8571600.00"),
        "area": 4800.0,
        "day": dt.date(2026, 3, 1),
        "share": 0.5264,
    }
    text = fill(
        "{sum:wan}万元，{sum:yuan}元，{area:mu}亩，{area:ha}公顷，{day}，{share:pct}",
        row,
    )
    assert text == "857.16万元，8,571,600.00元，7.2亩，0.48公顷，2026年3月1日，52.6%"


def test_a_cent_is_kept_in_wan():
    assert fill("{x:wan}", {"x": Decimal("10000.01")}) == "1.000001"


def test_a_missing_value_is_said():
    assert fill("{x:wan}万元", {"x": None}) == "（缺）万元"


def test_english_dates_are_iso():
    assert fill("{d}", {"d": dt.date(2026, 3, 1)}, lang="en") == "2026-03-01"


@pytest.mark.parametrize("template", ["{x.__class__}", "{x!r}", "{0[a]}"])
def test_only_plain_names_are_understood(template):
    with pytest.raises(ValueError, match="plain names"):
        fill(template, {"x": 1, "0[a]": 1})


def test_names_are_listed():
    assert names_in("{a:wan}与{b}") == ["a", "b"]
