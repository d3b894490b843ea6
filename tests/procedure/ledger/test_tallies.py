"""What is counted of a period, and from which records."""

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest

from pil_discovery.procedure import ledger as books
from pil_discovery.procedure.ledger.tallies import (
    DUE,
    ENDED,
    ON_TIME,
    OPEN,
    REPLIED,
    UNANSWERED,
    UNREAD,
)
from tests.pipeline.years import TWO, Books, two_years

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


def ended(path, *, closed, reply=None):
    """A ledger of one suggestion served on 2026-01-25, its case over on a day."""
    books_ = Books(path)
    books_.open("2026-01-02")
    books_.served("2026-01")
    if reply:
        books_.record("agency.reply", reply, measure="已缴清")
    books_.record("followup.check", closed, outcome="restored", collector=TWO)
    approved = {"approved_by": "检察长王五一"}
    books_.record("review.end", closed, report="报告", proposal="close", **approved)
    books_.record("case.close", closed, ground="duty-performed", **approved)
    return books_.ledger


REPLIES = (DUE, REPLIED, ON_TIME, OPEN, ENDED, UNANSWERED)


def replies(ledger, last=LAST, first=FIRST):
    told = Counter(c.measure for c in count(ledger, first, last))
    return tuple(told[m] for m in REPLIES)


def test_a_period_in_which_the_case_ended_was_not_missed(tmp_path):
    assert replies(ended(tmp_path / "a.ledger", closed="2026-02-10")) == (0,) * 6


def test_a_case_that_ended_after_its_period_was_never_answered(tmp_path):
    ledger = ended(tmp_path / "a.ledger", closed="2026-06-10")
    assert replies(ledger) == (1, 0, 0, 0, 1, 0)
    assert replies(ledger, dt.date(2026, 5, 31)) == (1, 0, 0, 1, 0, 1)
    assert replies(ledger, dt.date(2027, 6, 1), dt.date(2027, 1, 1)) == (0,) * 6


def test_the_last_day_of_a_report_counts_whole(tmp_path):
    """A period that ends on the last day is due and unanswered: its parts add up."""
    ledger = ended(tmp_path / "a.ledger", closed="2026-06-10")
    (due,) = (c for c in count(ledger) if c.measure == DUE)
    assert replies(ledger, due.on) == (1, 0, 0, 1, 0, 1)
    assert replies(ledger, due.on - dt.timedelta(1)) == (0,) * 6
    assert replies(ledger, first=due.on + dt.timedelta(1)) == (0,) * 6


def test_a_reply_on_the_last_day_is_on_time(tmp_path):
    told = {"closed": "2026-06-10"}
    missed = ended(tmp_path / "a.ledger", **told)
    (due,) = (c.on for c in count(missed) if c.measure == DUE)
    kept = ended(tmp_path / "b.ledger", reply=due.isoformat(), **told)
    assert replies(kept) == (1, 1, 1, 0, 0, 0)
    late = (due + dt.timedelta(1)).isoformat()
    assert replies(ended(tmp_path / "c.ledger", reply=late, **told))[:3] == (1, 1, 0)


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        (("0",), Decimal(0)),
        (("1,234,567.89",), Decimal("1234567.89")),
        (("12001.125",), Decimal("12001.125")),
        *((one, None) for one in ((s,) for s in ("-5", "NaN", "Infinity", "1e9"))),
        *((one, None) for one in ((s,) for s in ("12,5", "１２", "约三万", "9" * 30))),
        (("100", "200"), None),
    ],
)
def test_only_one_plain_amount_is_counted(tmp_path, told, counted):
    books_ = Books(tmp_path / "a.ledger")
    books_.open("2026-01-02")
    books_.record("note.add", "2026-01-03", text="数额", recovered_cny=told)
    found = [c for c in count(books_.ledger) if "recovered_cny" in c.measure]
    wanted = f"{UNREAD}recovered_cny" if counted is None else "recovered_cny"
    assert [(c.measure, c.value) for c in found] == [
        (wanted, counted or found[0].value)
    ]


def test_a_corrected_amount_stands_for_the_one_before(tmp_path):
    books_ = Books(tmp_path / "a.ledger")
    books_.open("2026-01-02")
    for day, amount in (("2026-12-30", "500"), ("2026-12-31", "0")):
        books_.record("note.add", day, text="数额", recovered_cny=amount)
    books_.record("note.add", "2027-01-01", text="数额", recovered_cny="700")
    sums = Counter()
    for one in count(books_.ledger):
        sums[one.measure] += one.value
    assert sums["recovered_cny"] == 0
    assert count(books_.ledger, last=dt.date(2026, 12, 30))[-1].value == 500


def test_before_any_rules_nothing_was_counted(ledger):
    assert count(ledger, dt.date(2020, 1, 1), dt.date(2020, 12, 31)) == []
