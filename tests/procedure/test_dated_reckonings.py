"""When each period ends: days reckoned apart from the program."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import chinese_calendar
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.catalog import load_law, load_procedure
from pil_discovery.procedure.calendar import RestDays
from pil_discovery.procedure.deadlines import due

FACTS = load_law()[0]
PROCEDURE = load_procedure(FACTS)
CLOCKS = PROCEDURE.clocks["2021"]
FILE = Path(__file__).with_name("dated_reckonings.yaml")
ROWS = yaml.safe_load(FILE.read_text(encoding="utf-8"))["reckonings"]


def name(row):
    more = [str(row[k]) for k in ("suspensions", "extensions") if k in row]
    return " ".join([row["clock"], str(row["start"]), *more])


def reckon(step, start, **more):
    return due(PROCEDURE.clocks, step, start, calendar=PROCEDURE.calendar, **more)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_the_day_on_which_it_falls_due(row):
    found = reckon(
        row["clock"],
        row["start"],
        suspensions=[tuple(s) for s in row.get("suspensions", [])],
        extensions=row.get("extensions", []),
    )
    assert found.date == row["due"]
    assert found.provisional == row.get("provisional", False)
    assert row["cites"] in found.basis
    assert str(found.start) in found.reckoning[0]
    assert any(str(found.date) in step for step in found.reckoning[1:])
    assert ("暂定" in found.reckoning[-1]) == found.provisional


def test_enough_is_reckoned_and_every_clock_is_there():
    assert len({name(r) for r in ROWS}) == len(ROWS) >= 150
    assert {r["clock"] for r in ROWS} == set(CLOCKS)
    assert {r["cites"] for r in ROWS} <= set(FACTS)


def test_the_periods_are_those_of_their_facts():
    """Number and unit of a clock stand in one of the facts that it cites."""
    odd = {
        # the facts name these inside a sentence, not as their period
        "temporary-land-term",
        "temporary-land-term-infrastructure",
        "temporary-land-reclaim",
        "temporary-forest-restore",
        "review-admin-transferred",
        "review-civil-transferred",
        "bare-land-cover",
        "civil-notice",
    }
    missing = set()
    for clock in CLOCKS.values():
        said = [FACTS[i].deadline for i in clock.basis]
        known = [(str(d.number), d.unit) for d in said if d is not None]
        unit = "day" if clock.unit == "working_day" else clock.unit
        if (str(clock.number), unit) not in known:
            missing.add(clock.id)
    assert missing <= odd | {
        # further numbers of a fact that names another one first
        "appeal-ruling",
        "penalty-limitation-serious",
        "confiscated-building-handover",
        "demolition-order-suit",
        "support-withdrawal-to-court",
        "civil-withdrawal-to-court",
        # hours; a ledger notes days
        "preservation-ruling",
    }


@pytest.mark.parametrize("year", range(2021, 2027))
def test_the_shipped_notices_agree_with_another_transcript(year):
    (table,) = [y for y in PROCEDURE.calendar if y.year == year]
    assert table.official
    assert str(year) in table.source
    rest = RestDays([table])
    for number in range(366):
        day = dt.date(year, 1, 1) + dt.timedelta(days=number)
        if day.year == year:
            assert rest.is_rest(day) == chinese_calendar.is_holiday(day), day
    assert not rest.unofficial


days = st.dates(dt.date(2010, 1, 1), dt.date(2027, 6, 1))
clocks = st.sampled_from(sorted(CLOCKS))
adjustable = st.sampled_from(sorted(c for c in CLOCKS if CLOCKS[c].suspendable))
spans = st.lists(st.tuples(st.integers(-20, 200), st.integers(0, 60)), max_size=3)


def dated(start, gaps):
    return [
        (start + dt.timedelta(days=a), start + dt.timedelta(days=a + n))
        for a, n in gaps
    ]


@given(clocks, days)
def test_never_on_or_before_the_start(step, start):
    assert reckon(step, start).date > start


@given(adjustable, days, spans, st.lists(st.integers(1, 6), max_size=2))
def test_an_extension_never_shortens(step, start, gaps, months):
    suspended = dated(start, gaps)
    granted = [{"by": "chief", "months": 1}]
    granted += [{"by": "superior", "months": n} for n in months]
    last = reckon(step, start, suspensions=suspended).date
    for number in range(1, len(granted) + 1):
        longer = reckon(
            step, start, suspensions=suspended, extensions=granted[:number]
        ).date
        assert longer >= last
        last = longer


@given(adjustable, days, spans, st.tuples(st.integers(-20, 200), st.integers(0, 60)))
def test_a_further_suspension_never_shortens(step, start, gaps, more):
    plain = reckon(step, start, suspensions=dated(start, gaps)).date
    longer = reckon(step, start, suspensions=dated(start, [*gaps, more])).date
    assert longer >= plain


@given(adjustable, days, spans, st.integers(0, 60))
def test_with_the_same_suspensions_a_later_start_is_never_due_earlier(
    step, start, gaps, later
):
    suspended = dated(start, gaps)
    after = reckon(step, start + dt.timedelta(days=later), suspensions=suspended)
    assert reckon(step, start, suspensions=suspended).date <= after.date
