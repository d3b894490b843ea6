from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.catalog import load_law, load_procedure
from pil_discovery.errors import LawError
from pil_discovery.procedure.calendar import RestDays
from pil_discovery.procedure.deadlines import add_months, due
from pil_discovery.types import CalendarYear

PROCEDURE = load_procedure(load_law()[0])
CLOCKS = PROCEDURE.clocks


def reckon(step, start, **more):
    return due(CLOCKS, step, start, calendar=PROCEDURE.calendar, **more)


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("step", "start", "expected"),
    [
        # 国庆 1–7 October: rolls to the 8th.
        ("suggestion-reply", "2026-08-01", "2026-10-08"),
        ("suggestion-reply-urgent", "2026-08-03", "2026-08-18"),
        # Saturday, 28 February 2026 is worked by the notice.
        ("suggestion-reply", "2025-12-31", "2026-02-28"),
        ("review-admin", "2026-03-31", "2026-04-30"),
        # Saturday, 10 October 2026 is worked by the notice: no rest day.
        ("filing-decision-service", "2026-10-03", "2026-10-10"),
        # Sunday 16 August 2026 rolls to Monday.
        ("suggestion-service", "2026-08-13", "2026-08-17"),
        # Working days: 29, 30 September, 8, 9, 10 (worked Saturday), 12–16 October.
        ("enforcement-reminder", "2026-09-28", "2026-10-16"),
        ("penalty-limitation", "2024-02-29", "2026-02-28"),
        ("penalty-decision", "2026-05-01", "2026-07-30"),
    ],
)
def test_dates(step, start, expected):
    deadline = reckon(step, start)
    assert deadline.date == day(expected)
    assert not deadline.provisional
    assert deadline.start == day(start)
    assert deadline.basis == CLOCKS["2021"][step].basis


def test_each_step_is_said_in_words():
    assert reckon("suggestion-reply", "2026-08-01").reckoning == (
        "2026-08-01：行政机关收到检察建议书，当日不计入",
        "期限两个月，至 2026-10-01",
        "2026-10-01 是休息日，顺延至 2026-10-08",
    )


def test_who_prolonged_a_period_is_said():
    asked = [{"by": "chief", "months": 1}, {"by": "superior", "months": 2}]
    told = reckon("review-admin", "2026-01-31", extensions=iter(asked)).reckoning
    assert told[1] == (
        "期限1个月，经检察长批准延长1个月，经上一级人民检察院批准延长2个月，"
        "至 2026-05-31"
    )


def test_months_and_extensions_are_added_in_one_step():
    chief = {"by": "chief", "months": 1}
    once = reckon("review-admin", "2026-01-31", extensions=[chief])
    assert once.date == day("2026-03-31")
    superior = {"by": "superior", "months": 2}
    both = reckon("review-admin", "2026-01-31", extensions=[chief, superior])
    assert both.date == day("2026-06-01")  # 31 May 2026 is a Sunday


def test_suspended_days_count_once_and_only_inside():
    spans = [
        ("2026-03-01", "2026-03-05"),  # before the period
        ("2026-03-10", "2026-03-11"),
        ("2026-03-11", "2026-03-12"),  # overlaps
        ("2027-01-01", "2027-02-01"),  # after it
    ]
    deadline = reckon("review-admin", "2026-03-09", suspensions=spans)
    assert deadline.date == day("2026-04-13")  # 9 April + 3 days = Sunday 12 → Monday
    assert "扣除 2026-03-10 至 2026-03-12 共3日，至 2026-04-12" in deadline.reckoning


def test_a_suspension_that_outlasts_the_period_counts_whole():
    spans = [("2026-04-01", "2026-05-31")]
    deadline = reckon("review-admin", "2026-03-09", suspensions=spans)
    assert deadline.date == day("2026-06-09")


def test_a_suspension_within_the_prolonged_period_counts_too():
    spans = [("2026-03-10", "2026-03-19"), ("2026-04-15", "2026-04-16")]
    deadline = reckon("review-admin", "2026-03-09", suspensions=spans)
    assert deadline.date == day("2026-04-21")


def test_the_start_day_itself_is_not_counted():
    spans = [("2026-03-09", "2026-03-09")]
    assert (
        reckon("review-admin", "2026-03-09", suspensions=spans).date
        == reckon("review-admin", "2026-03-09").date
    )


def test_years_without_a_notice_are_provisional():
    deadline = reckon("suggestion-reply", "2026-12-07")
    assert deadline.date == day("2027-02-11")  # 5–10 February are 除夕 to 春节补假
    assert deadline.provisional
    assert deadline.reckoning[-1] == "2027年放假安排未载入，日期为暂定"


def test_only_days_that_were_looked_up_count():
    """A span that crosses into 2027 and comes back is not reckoned there."""
    assert not reckon("penalty-limitation", "2024-11-20").provisional
    assert reckon("penalty-limitation-serious", "2024-11-20").provisional


def test_an_official_table_ends_the_provision():
    notice = CalendarYear(
        year=2027, official=True, rest=(day("2027-02-08"),), work=(day("2027-02-07"),)
    )
    deadline = due(CLOCKS, "suggestion-reply", "2026-12-07", calendar=[notice])
    assert deadline.date == day("2027-02-07")  # a Sunday that is worked
    assert not deadline.provisional


def test_without_any_table_weekends_are_rest_days():
    rest = RestDays()
    assert rest.is_rest(day("2035-06-02"))
    assert not rest.is_rest(day("2035-06-04"))
    assert rest.unofficial == [day("2035-06-02"), day("2035-06-04")]


def test_tax_periods_grow_by_runs_of_rest_days():
    deadline = reckon("farmland-tax-payment", "2026-09-28")
    # 28 October, and 1–7 October inside: 4 November.
    assert deadline.date == day("2026-11-04")
    plain = reckon("civil-notice", "2026-09-28")
    assert plain.date == day("2026-10-28")


def test_a_tax_period_that_begins_within_a_run_does_not_grow_by_it():
    """The run of 1–7 October lies inside the first period, two days of it in the other.

    So a later start may fall due earlier: the one clock that is not monotone.
    """
    whole = reckon("farmland-tax-payment", "2026-09-30")
    assert whole.date == day("2026-11-06")  # 30 October and seven days
    within = reckon("farmland-tax-payment", "2026-10-05")
    assert within.date == day("2026-11-04")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"step": "suggestion-repli"}, "没有「suggestion-repli」这个期限；是不是"),
        ({"regime": "1999"}, "没有「1999」这套规则；可用：2021"),
        ({"start": "2026-8-1"}, "「2026-8-1」不是日期"),
        ({"suspensions": [("2026-03-02", "2026-03-01")]}, "晚于末日"),
        (
            {"step": "suggestion-reply", "suspensions": [("2026-03-02", "2026-03-03")]},
            "不能扣除期间",
        ),
        (
            {"step": "civil-notice", "extensions": [{"by": "chief", "months": 1}]},
            "不能延长",
        ),
        ({"extensions": [{"by": "mayor", "months": 1}]}, "「mayor」不能批准延长"),
        ({"extensions": [{"by": "chief", "months": 2}]}, "批准延长的是1个月"),
        ({"extensions": [{"by": "chief", "months": 1}] * 2}, "只能批准延长一次"),
        ({"extensions": [{"by": "superior", "months": 1}]}, "应当先由检察长批准"),
        ({"extensions": [{"by": "chief", "months": 0}]}, "不是正整数"),
        ({"extensions": [{"by": "chief"}]}, "不是正整数"),
    ],
)
def test_errors_in_words(arguments, message):
    asked = {"step": "review-admin", "start": "2026-03-01"} | arguments
    with pytest.raises(LawError, match=message):
        reckon(asked.pop("step"), asked.pop("start"), **asked)


def test_all_errors_at_once():
    with pytest.raises(LawError) as caught:
        reckon(
            "civil-notice",
            "2026-03-01",
            suspensions=[("2026-03-02", "2026-03-01")],
            extensions=[{"by": "chief", "months": 1}],
        )
    assert len(caught.value.problems) == 3


days = st.dates(dt.date(2010, 1, 1), dt.date(2026, 8, 1))
plain = st.sampled_from(sorted(set(CLOCKS["2021"]) - {"farmland-tax-payment"}))


@given(plain, days, st.integers(0, 60))
def test_a_later_start_never_falls_due_earlier(step, start, later):
    after = reckon(step, start + dt.timedelta(days=later))
    assert reckon(step, start).date <= after.date


@given(plain, days)
def test_a_deadline_is_after_its_start_and_no_rest_day(step, start):
    found = reckon(step, start)
    assert found.date > start
    assert not RestDays(PROCEDURE.calendar).is_rest(found.date)


@given(days, st.lists(st.tuples(st.integers(0, 200), st.integers(0, 40)), max_size=4))
def test_order_and_overlap_of_suspensions_do_not_matter(start, gaps):
    spans = [
        (start + dt.timedelta(days=a), start + dt.timedelta(days=a + n))
        for a, n in gaps
    ]
    found = reckon("review-civil", start, suspensions=spans)
    again = reckon("review-civil", start, suspensions=[*reversed(spans), *spans])
    assert found.date == again.date
    assert found.date >= reckon("review-civil", start).date


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_months_end_on_the_corresponding_day_or_month_end(start, one, more):
    end = add_months(start, one)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == one
    following = end + dt.timedelta(days=1)
    assert end.day == start.day or following.day == 1
    assert add_months(start, one + more) >= end


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"suspensions": "x"}, "扣除期间「x」不是（首日，末日）"),
        ({"suspensions": [("2026-02-05",)]}, "不是（首日，末日）"),
        ({"extensions": "x"}, "延长「x」的写法不对"),
        ({"suspensions": [("2026-02-05", "9999-12-31")]}, "末日 9999-12-31 超出 2100"),
        (
            {
                "extensions": [
                    {"by": "chief", "months": 1},
                    {"by": "superior", "months": 10**9},
                ]
            },
            "超出 2100 年",
        ),
        ({"start": "9999-12-31"}, "起算日 9999-12-31 不在 1900 至 2100 年之内"),
    ],
)
def test_misuse_is_a_sentence(more, sentence):
    given = {"start": "2026-01-31", **more}
    with pytest.raises(LawError, match=sentence):
        reckon("review-admin", **given)
