import datetime as dt

import pytest

from pil_discovery.pipeline.cases import open_ledger
from pil_discovery.procedure.ledger.periods import period_end, read_period


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("2个月", 2, "month"),
        ("两个月内", 2, "month"),
        ("30日", 30, "day"),
        ("十五日", 15, "day"),
        ("90 天", 90, "day"),
        ("3 months", 3, "month"),
        ("60d", 60, "day"),
    ],
)
def test_a_period_is_read_in_days_or_months(text, number, unit):
    clock = read_period(text)
    assert (clock.number, clock.unit) == (number, unit)


@pytest.mark.parametrize("text", ["", "尽快", "0日", "2026-13-01", "二十", "1年"])
def test_what_is_no_period_is_none(text):
    assert read_period(text) is None


def test_a_date_stays_as_written_and_a_period_rolls_over_rest_days(tmp_path):
    book = open_ledger(tmp_path / "x").book
    served = dt.date(2026, 8, 1)  # two months later is the National Day
    assert period_end("2026-10-01", served, book) == dt.date(2026, 10, 1)
    assert period_end("2个月", served, book) == dt.date(2026, 10, 8)
    assert period_end("尽快", served, book) is None
