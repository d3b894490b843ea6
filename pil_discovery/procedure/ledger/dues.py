"""Which periods run in a case, when they end, and whether they were kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.procedure.ledger.cases import holds
from pil_discovery.procedure.ledger.periods import period_end
from pil_discovery.types import Due

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from pil_discovery.procedure.ledger.cases import Case
    from pil_discovery.procedure.ledger.rulebook import Rulebook
    from pil_discovery.types import CaseClock, Deadline, Entry


@dataclass(frozen=True)
class _Running:
    """A clock that an entry started, in a case as it stands on a day."""

    clock: CaseClock
    case: Case
    started: Entry
    book: Rulebook
    as_of: dt.date


def dues(case: Case, book: Rulebook, *, as_of: dt.date) -> list[Due]:
    """Return the periods that run in a case on a day, in the order in which they end.

    Only what was recorded up to `as_of` counts. A period is `overdue` when it was not
    done by its last day; one that nothing tells to be done (`done` None) is neither,
    and one that stands still (appraisal, suspension) is not overdue either. What ends
    the case ends its periods.
    """
    standing = case.until(as_of)
    rules = book.on(max(standing.latest, standing.opened.on))
    found = [
        due
        for clock in rules.clocks
        for due in _of_clock(clock, standing, book, as_of)
        if standing.opened.on <= as_of
    ]
    return sorted(found, key=lambda due: (due.date, due.clock))


def _of_clock(
    clock: CaseClock, case: Case, book: Rulebook, as_of: dt.date
) -> Iterator[Due]:
    if clock.tracks and case.track not in clock.tracks:
        return
    if not _meant(clock, case):
        return
    started = [e for e in case.of(clock.from_) if holds(e.fields, clock.having)]
    if not started:
        return
    running = _Running(clock, case, started[-1], book, as_of)
    restarted = case.of(clock.restart) if clock.restart else []
    start = restarted[-1].on if restarted else _start(running)
    if start is None:
        return
    yield _due(running, start, since=(restarted or started)[-1])


def _meant(clock: CaseClock, case: Case) -> bool:
    """Whether the earlier records that the clock asks for are (not) there."""
    for condition, wanted in ((clock.given, True), (clock.unless, False)):
        if condition is not None:
            latest = case.of(condition.event)[-1:]
            there = any(holds(e.fields, condition.having) for e in latest)
            if there is not wanted:
                return False
    return True


def _start(running: _Running) -> dt.date | None:
    clock, case, book = running.clock, running.case, running.book
    if clock.start_field is not None:
        told = [
            e.fields[clock.start_field.field][-1]
            for e in case.of(clock.start_field.event)
            if e.fields.get(clock.start_field.field)
        ]
        return period_end(told[-1], running.started.on, book) if told else None
    if clock.start_clock:
        return book.due(
            clock.start_clock, running.started.on, on=running.started.on
        ).date
    return running.started.on


def _due(running: _Running, start: dt.date, *, since: Entry) -> Due:
    clock, case, as_of = running.clock, running.case, running.as_of
    done_on = _done_on(running, since)
    spans, still = _suspensions(running)
    deadline = running.book.due(
        clock.clock,
        start,
        on=running.started.on,
        suspensions=spans,
        extensions=_extensions(running, since),
    )
    done: bool | None = done_on is not None
    if clock.waits and done_on is None and as_of > deadline.date:
        done, done_on = True, deadline.date
    if clock.unseen and done_on is None:
        done = None
    late = (done_on or as_of) > deadline.date
    return Due(
        case=case.id,
        clock=clock.clock,
        title_zh=running.book.clock(clock.clock, running.started.on).title_zh,
        start=start,
        date=deadline.date,
        provisional=deadline.provisional,
        overdue=late and done is not None and not still and not clock.waits,
        done=done,
        done_on=done_on,
        standing=still and not done,
        basis=deadline.basis,
        reckoning=_words(deadline, still=still and not done),
    )


def _words(deadline: Deadline, *, still: bool) -> tuple[str, ...]:
    more = ("期间正在扣除，到期日随之后移",) if still else ()
    return (*deadline.reckoning, *more)


def _done_on(running: _Running, since: Entry) -> dt.date | None:
    """Return the day on which the period was done, or the case was over."""
    clock, case = running.clock, running.case
    rules = running.book.on(case.latest)
    over = {state.id for state in rules.states if state.over}
    for entry, state in zip(case.entries, case.states, strict=True):
        if entry.seq <= since.seq:
            continue
        said = entry.fields.get(rules.done.field, ())
        told = entry.event == rules.done.event and clock.clock in said
        ended = entry.event in clock.until or any(
            entry.event == by.event and holds(entry.fields, by.having)
            for by in clock.done_by
        )
        if ended or told or state in over:
            return entry.on
    return None


def _suspensions(
    running: _Running,
) -> tuple[list[tuple[dt.date, dt.date]], bool]:
    """Return the days that do not count, and whether the clock stands still now."""
    spans: list[tuple[dt.date, dt.date]] = []
    still = False
    for begin, end in running.clock.suspended:
        first: dt.date | None = None
        for entry in running.case.of(begin, end):
            if entry.event == begin:
                first = entry.on
            elif first is not None:
                spans.append((first, entry.on))
                first = None
        if first is not None:
            still = True
            spans.append((first, max(first, running.as_of)))
    return spans, still


def _extensions(running: _Running, since: Entry) -> list[dict[str, object]]:
    clock, case = running.clock, running.case
    if not clock.extended:
        return []
    return [
        {"by": e.fields["by"][-1], "months": int(e.fields["months"][-1])}
        for e in case.of(clock.extended)
        if e.seq > since.seq
    ]
