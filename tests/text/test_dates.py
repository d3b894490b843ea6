import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.dates import read_date, read_dates

DAYS = st.dates(dt.date(1900, 1, 2), dt.date(2100, 12, 31))


def day(cell, century=None):
    reading = read_date(cell, century)
    assert reading.state == "day", reading
    return reading.first


@given(DAYS)
def test_every_usual_spelling_of_a_day_is_read(date):
    y, m, d = date.year, date.month, date.day
    spellings = [
        f"{y}-{m:02}-{d:02}",
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日",
        f"{y}年{m:02}月{d:02}日 00:00:00",
        f"{y}{m:02}{d:02}",
        f"{y} - {m} - {d}",
        date,
    ]
    for cell in spellings:
        assert day(cell).date() == date


@given(st.dates(dt.date(1927, 5, 19), dt.date(2099, 12, 31)))
def test_day_numbers_of_spreadsheets(date):
    serial = (date - dt.date(1899, 12, 30)).days
    assert day(serial).date() == date
    assert day(str(serial)).date() == date


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("2016/1/12 10:59:31", (10, 59, 31)),
        ("2024-1-1 下午3:05", (15, 5, 0)),
        ("20260301123456", (12, 34, 56)),
        ("2025-05-12T02:41:00Z", (10, 41, 0)),
        ("2025-05-12T10:41:00+08:00", (10, 41, 0)),
        (42370.5, (12, 0, 0)),
        ("2024-03-01 下午3点", (15, 0, 0)),
        ("Fri Mar 01 09:30:00 CST 2024", (9, 30, 0)),
    ],
)
def test_times_are_kept_as_beijing_time(cell, clock):
    moment = day(cell)
    assert (moment.hour, moment.minute, moment.second) == clock


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("2024年3月", "2024-03-01", "2024-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("202403", "2024-03-01", "2024-03-31"),
        ("2024.10", "2024-10-01", "2024-10-31"),
        ("2024", "2024-01-01", "2024-12-31"),
        (2023, "2023-01-01", "2023-12-31"),
        ("2024年度", "2024-01-01", "2024-12-31"),
        ("2024年第一季度", "2024-01-01", "2024-03-31"),
        ("2024Q3", "2024-07-01", "2024-09-30"),
        ("2024年上半年", "2024-01-01", "2024-06-30"),
        ("2024年2月下旬", "2024-02-21", "2024-02-29"),
        ("二〇二四年三月", "2024-03-01", "2024-03-31"),
        ("2024年三月", "2024-03-01", "2024-03-31"),
        ("2024H2", "2024-07-01", "2024-12-31"),
    ],
)
def test_partial_dates_are_intervals(cell, first, last):
    reading = read_date(cell)
    assert reading.state == "period"
    assert str(reading.first.date()) == first
    assert str(reading.last.date()) == last


@pytest.mark.parametrize("cell", ["长期", "长期有效", "永久", "无固定期限"])
def test_open_ends(cell):
    assert read_date(cell).state == "open"


@pytest.mark.parametrize(
    "cell",
    ["1900-01-01", "1900年01月01日", "9999-12-31", "0000-00-00", "/", "", "无", 0, 1],
)
def test_placeholders_are_missing(cell):
    assert read_date(cell).state == "missing"


@pytest.mark.parametrize(
    "cell",
    [
        "24-3-1",
        "2024-02-30",
        "1899-05-05",
        "2150-1-1",
        "2024-13",
        "2024.1",
        "昨天",
        "#REF!",
        "2024-03-01 25点",
        "Fri Foo 01 09:30:00 CST 2024",
        True,
    ],
)
def test_unreadable_dates_are_bad(cell):
    reading = read_date(cell)
    assert reading.state == "bad"
    assert reading.fault


def test_two_digit_years_need_the_century():
    assert day("24-3-1", 2000).date() == dt.date(2024, 3, 1)


def test_day_and_month_order_is_settled_by_the_column():
    settled = read_dates(["03/04/2024", "13/04/2024"])
    assert [r.first.date() for r in settled] == [
        dt.date(2024, 4, 3),
        dt.date(2024, 4, 13),
    ]
    assert "同列" in settled[0].note
    contradictory = read_dates(["03/04/2024", "13/04/2024", "04/13/2024"])
    assert [r.state for r in contradictory] == ["bad", "day", "day"]
    assert read_dates(["03/04/2024"])[0].state == "bad"
    assert read_dates(["05/05/2024"])[0].state == "day"


@given(st.text(max_size=16) | st.floats(allow_nan=True) | st.integers())
def test_nothing_raises_and_no_day_lies_outside_the_years(cell):
    reading = read_date(cell)
    if reading.first is not None:
        assert 1900 <= reading.first.year <= reading.last.year <= 2100


@pytest.mark.parametrize("cell", [float("inf"), -float("inf"), -3, 10**30, 1e300, 5])
def test_numbers_that_are_no_days(cell):
    assert read_date(cell).state == "bad"
