"""What the numbers of a year are counted from: one row a thing, with its records."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pil_discovery.procedure.ledger.cases import holds
from pil_discovery.procedure.ledger.dues import dues
from pil_discovery.procedure.ledger.periods import read_number

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from pil_discovery.procedure.ledger.cases import Case
    from pil_discovery.procedure.ledger.rulebook import Rulebook
    from pil_discovery.types import CaseRules, Due, Entry

    Span = tuple[dt.date, dt.date]

DUE, REPLIED, ON_TIME, UNANSWERED = "due", "replied", "on_time", "unanswered"
OPEN, ENDED = "unanswered_of_period", "ended_unanswered"
"""Periods that ended without a reply: the case waits on, the case was over later. Of a
year, `DUE` is the sum of `REPLIED`, `OPEN` and `ENDED`."""
OUTCOME, UNREAD = "outcome:", "unread:"
"""Beginnings of measures: latest check of a case; an amount that is no number."""


@dataclass(frozen=True)
class Counted:
    """One thing that a number counts.

    Attributes
    ----------
    measure
        Id of a count or an amount of the rules, or one of the measures above.
    case
        As it stood on the last day of the period.
    records
        The records that show it.
    on
        The day to which it belongs: that of the record, of a period its last day.
    value
        1, or the amount.
    """

    measure: str
    case: Case
    records: tuple[Entry, ...]
    on: dt.date
    value: Decimal = Decimal(1)


def count_period(
    cases: Iterable[Case], book: Rulebook, *, first: dt.date, last: dt.date
) -> list[Counted]:
    """Return everything that an analysis of a period counts, both days included.

    Only what was recorded up to `last` counts. A reply is due in the period in which
    its time ended, unless the case was over by then; `unanswered` also counts periods
    that ended before. Of the checks and the amounts of a case the latest one counts.
    A period of before all rules, in which nothing was recorded, holds nothing.
    """
    known = [case.until(last) for case in cases if case.opened.on <= last]
    if not known:
        return []
    rules = book.on(last)
    return [
        counted
        for case in known
        for counted in (
            *_events(case, rules, first),
            *_replies(case, rules, book, (first, last)),
            *_outcome(case, rules, first),
            *_amounts(case, rules, first),
        )
    ]


def _events(case: Case, rules: CaseRules, first: dt.date) -> Iterator[Counted]:
    for rule in rules.counts:
        for entry in case.of(rule.event):
            if entry.on >= first and holds(entry.fields, rule.having):
                yield Counted(rule.id, case, (entry,), entry.on)


def _replies(
    case: Case, rules: CaseRules, book: Rulebook, span: Span
) -> Iterator[Counted]:
    first, last = span
    reply = next(iter(case.of(rules.followup.reply.event)), None)
    for due in dues(case, book, as_of=last):
        if due.clock not in rules.followup.clocks or due.date > last:
            continue
        started = _started(case, rules, due)
        told = started if reply is None else (*started, reply)
        for measure in _measures(due, reply, is_new=due.date >= first):
            yield Counted(measure, case, told, due.date)


def _measures(due: Due, reply: Entry | None, *, is_new: bool) -> Iterator[str]:
    """Yield what a period that has ended counts as; `is_new`: it ended in the span."""
    waits = reply is None and not due.done
    if waits:
        yield UNANSWERED
    over = reply is None and due.done_on is not None and due.done_on <= due.date
    if not is_new or over:
        return
    yield DUE
    if reply is None:
        yield OPEN if waits else ENDED
        return
    yield REPLIED
    if reply.on <= due.date:
        yield ON_TIME


def _started(case: Case, rules: CaseRules, due: Due) -> tuple[Entry, ...]:
    events = {clock.from_ for clock in rules.clocks if clock.clock == due.clock}
    return tuple(case.of(*events)[-1:])


def _outcome(case: Case, rules: CaseRules, first: dt.date) -> Iterator[Counted]:
    check = rules.followup.check
    for entry in case.of(check.event)[-1:]:
        if entry.on >= first:
            outcome = entry.fields.get(check.field, ("",))[-1]
            yield Counted(f"{OUTCOME}{outcome}", case, (entry,), entry.on)


def _amounts(case: Case, rules: CaseRules, first: dt.date) -> Iterator[Counted]:
    for rule in rules.recovered:
        told = [e for e in case.entries if e.on >= first and e.fields.get(rule.field)]
        for entry in told[-1:]:
            words = entry.fields[rule.field]
            value = read_number(words[0]) if len(words) == 1 else None
            if value is None:
                yield Counted(f"{UNREAD}{rule.field}", case, (entry,), entry.on)
            else:
                yield Counted(rule.field, case, (entry,), entry.on, value)
