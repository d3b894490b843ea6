"""What is counted of a period, and from which records."""

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest

from pil_discovery.procedure import ledger as books
from pil_discovery.procedure.ledger.tallies import (
    DUE,
    ON_TIME,
    REPLIED,
    UNANSWERED,
    UNREAD,
)
from tests.pipeline.years import two_years

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    return two_years(tmp_path_factory.mktemp("账本") / "a.ledger").ledger


def count(ledger, first=FIRST, last=LAST):
    cases = ledger.cases().values()
    return books.count_period(cases, ledger.book, first=first, last=last)


def test_what_is_counted_one_by_one_adds_up_to_the_analysis(ledger):
    told = books.analyse_year(
        ledger.cases().values(), ledger.book, first=FIRST, last=LAST
    )
    sums = Counter()
    for one in count(ledger):
        sums[one.measure] += one.value
    assert {m: sums[m] for m in told["counts"]} == told["counts"]
    replies = told["replies"]
    assert sums[DUE] == replies["due"]
    assert sums[REPLIED] == replies["replied"]
    assert sums[ON_TIME] == replies["on_time"]
    outcomes = {f"outcome:{k}": v for k, v in told["outcomes"].items()}
    assert {m: sums[m] for m in outcomes} == outcomes
    for field, amount in told["recovered"].items():
        assert sums[field] == Decimal(amount)
    silent = sum(a["unanswered"] for a in told["agencies"])
    assert sums[UNANSWERED] == silent


def test_records_behind_a_number_are_of_its_case_and_period(ledger):
    for one in count(ledger):
        assert {e.case for e in one.records} == {one.case.id}
        assert all(e.on <= LAST for e in one.records)
        if one.measure != UNANSWERED:
            assert FIRST <= one.on <= LAST


def test_a_suggestion_of_late_autumn_is_due_in_the_next_year(ledger):
    served = {c.case.id for c in count(ledger) if c.measure == "suggestions"}
    due = {c.case.id for c in count(ledger) if c.measure == DUE}
    assert len(served - due) == 1
    following = count(ledger, dt.date(2027, 1, 1), dt.date(2027, 12, 31))
    assert served - due <= {c.case.id for c in following if c.measure == DUE}


def test_an_amount_that_is_no_number_is_told_apart(ledger):
    unread = [c for c in count(ledger) if c.measure.startswith(UNREAD)]
    assert [c.measure for c in unread] == [f"{UNREAD}recovered_cny"]
    assert unread[0].records[0].fields["recovered_cny"] == ("约三万",)


def test_a_day_within_the_year_hides_what_came_later(ledger):
    early = Counter(c.measure for c in count(ledger, last=dt.date(2026, 2, 28)))
    assert (early["opened"], early[DUE], early[REPLIED]) == (2, 0, 0)
