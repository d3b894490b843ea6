"""Law by date: which rule was in force, and when a period ends."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pil_discovery import procedure
from pil_discovery.catalog import load_catalog
from pil_discovery.errors import LawError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pil_discovery.types import Basis, Clock, Deadline, Fact

Day = dt.date | str


def resolve_basis(
    ids_or_topic: str | Sequence[str],
    on: Day | tuple[Day, Day],
    *,
    decided_on: Day | None = None,
    local_models: Sequence[Path] = (),
) -> list[Basis]:
    """Resolve legal facts for the date of the fact.

    Parameters
    ----------
    ids_or_topic
        A topic, or fact ids.
    on
        Date of the fact, or first and last day of a continuing state.
    decided_on
        Date of a penalty decision; only topics ending in `.penalty` use it.
    local_models
        Folders with law of their own (`law/`), such as local regulations.

    Returns
    -------
    list
        Rows in force on any of these days; one row of role `gap` when none is loaded.

    Raises
    ------
    LawError
        If a name is unknown; near names are given.
    """
    catalog = load_catalog(tuple(local_models))
    return procedure.resolve_basis(
        ids_or_topic,
        on,
        facts=catalog.facts,
        topics=catalog.topics,
        decided_on=decided_on,
    )


def due(
    step: str,
    start: Day,
    *,
    regime: str = "2021",
    suspensions: Sequence[tuple[Day, Day]] = (),
    extensions: Sequence[Mapping[str, object]] = (),
    local_models: Sequence[Path] = (),
) -> Deadline:
    """Reckon the last day of a statutory period.

    The facts behind it are those in force between its first and last day; where none
    was, all are named and the reckoning says so.

    Parameters
    ----------
    step
        Clock, such as `suggestion-reply`.
    start
        Day of the event; it is not counted (fact `cpl-85`).
    regime
        Version of the procedure.
    suspensions
        First and last day of each suspension, both inclusive.
    extensions
        `{"by": "chief"|"superior", "months": n}`.
    local_models
        Folders with years of rest days or bodies of rules of their own.

    Raises
    ------
    LawError
        If the clock, the regime, a suspension or an extension is not possible.
    """
    catalog = load_catalog(tuple(local_models))
    found = procedure.due(
        catalog.clocks,
        step,
        start,
        regime=regime,
        suspensions=suspensions,
        extensions=extensions,
        calendar=catalog.calendar,
    )
    return _grounded(found, catalog.facts)


def _grounded(deadline: Deadline, facts: Mapping[str, Fact]) -> Deadline:
    span = (deadline.start, deadline.date)
    held = tuple(i for i in deadline.basis if procedure.in_force(facts[i], *span))
    if held:
        return deadline.model_copy(update={"basis": held})
    note = f"{deadline.start} 所依据的规定：{procedure.GAP}，请核对当时的期限"
    return deadline.model_copy(update={"reckoning": (*deadline.reckoning, note)})


def regime_for(day: Day, local_models: Sequence[Path] = ()) -> str:
    """Return the body of rules of a day; before the first one, the first."""
    regimes = load_catalog(tuple(local_models)).regimes
    first = min(regimes.values(), key=lambda regime: regime.valid_from)
    return procedure.regime_on(regimes, procedure.as_day(day)) or first.id


def list_clocks(regime: str = "2021") -> list[tuple[Clock, str]]:
    """Return every period of a body of rules with its length in words.

    Raises
    ------
    LawError
        If the regime is unknown.
    """
    table = load_catalog().clocks.get(regime)
    if table is None:
        known = "、".join(load_catalog().clocks)
        raise LawError(Problem("", "", f"没有「{regime}」这套规则", f"可用：{known}"))
    return [(clock, procedure.period_zh(clock)) for clock in table.values()]


def write_calendar(
    deadlines: Mapping[str, Sequence[Deadline]], path: Path, *, as_of: Day
) -> None:
    """Write deadlines as a calendar file (iCalendar).

    Parameters
    ----------
    deadlines
        Case → its open deadlines.
    path
        File to write; one that is there is replaced whole.
    as_of
        The day on which they were reckoned; the same input gives the same bytes.
    """
    appointments = [
        procedure.Appointment(case, deadline)
        for case, found in deadlines.items()
        for deadline in found
    ]
    text = procedure.to_icalendar(appointments, as_of=procedure.as_day(as_of))
    path.write_bytes(text.encode())


def show_law(name: str, local_models: Sequence[Path] = ()) -> list[Fact]:
    """Return the loaded rows of a fact id, a topic, a law key, or a law's title.

    Raises
    ------
    LawError
        If nothing fits; near names are given.
    """
    catalog = load_catalog(tuple(local_models))
    facts = catalog.facts
    if name in catalog.topics and name not in facts:
        return [facts[i] for i in catalog.topics[name]]
    of_law = [
        f for f in facts.values() if name in (f.law, f.law_key, f.law_key.lower())
    ]
    return of_law or procedure.law_versions(facts, name)
