"""What a ledger tells of a year: counts, rates, agencies, gaps; anonymous digests.

Every number can be counted again in the ledger whose head is named with it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pil_discovery.procedure.ledger.guards import lacking
from pil_discovery.procedure.ledger.proposals import Proposal
from pil_discovery.procedure.ledger.tallies import (
    DUE,
    ENDED,
    ON_TIME,
    OUTCOME,
    REPLIED,
    UNANSWERED,
    count_period,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.procedure.ledger.cases import Case
    from pil_discovery.procedure.ledger.rulebook import Rulebook
    from pil_discovery.procedure.ledger.tallies import Counted
    from pil_discovery.types import CaseRules, Entry

_SHARE = Decimal("0.0001")
_MONEY = Decimal("0.01")
_SEVERAL = 2


def analyse_year(
    cases: Iterable[Case], book: Rulebook, *, first: dt.date, last: dt.date
) -> dict[str, Any]:
    """Return the annual analysis of a period, both days included.

    Only what was recorded up to `last` counts; see `count_period`.

    Returns
    -------
    dict
        `counts` by kind of record; `replies` (due, replied, on_time and their shares);
        `outcomes` of the latest check of each case; `recovered` amounts; `agencies`
        (those with several suggestions are `repeated`); `gaps`: topics that concern
        several agencies or cases.
    """
    known = [case for case in cases if case.opened.on <= last]
    rules = book.on(last)
    counted = count_period(known, book, first=first, last=last)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "counts": _counts(counted, rules),
        "replies": _replies(counted),
        "outcomes": _outcomes(counted),
        "recovered": _recovered(counted, rules),
        "agencies": score_agencies(known, book, first=first, last=last),
        "gaps": _gaps(known, first),
    }


def _sum(counted: Iterable[Counted], measure: str) -> Decimal:
    return sum((c.value for c in counted if c.measure == measure), Decimal(0))


def _counts(counted: Sequence[Counted], rules: CaseRules) -> dict[str, int]:
    return {rule.id: int(_sum(counted, rule.id)) for rule in rules.counts}


def _replies(counted: Sequence[Counted]) -> dict[str, Any]:
    due, replied, on_time, ended = (
        int(_sum(counted, m)) for m in (DUE, REPLIED, ON_TIME, ENDED)
    )
    return {
        "due": due,
        "replied": replied,
        "on_time": on_time,
        "ended_unanswered": ended,
        "reply_share": _share(replied, due),
        "on_time_share": _share(on_time, due),
    }


def _share(part: int, whole: int) -> str | None:
    if not whole:
        return None
    return str((Decimal(part) / Decimal(whole)).quantize(_SHARE))


def _outcomes(counted: Iterable[Counted]) -> dict[str, int]:
    told = [c.measure for c in counted if c.measure.startswith(OUTCOME)]
    return {m.removeprefix(OUTCOME): told.count(m) for m in sorted(set(told))}


def _recovered(counted: Sequence[Counted], rules: CaseRules) -> dict[str, str]:
    return {
        rule.field: str(_sum(counted, rule.field).quantize(_MONEY))
        for rule in rules.recovered
    }


def score_agencies(
    cases: Iterable[Case], book: Rulebook, *, first: dt.date, last: dt.date
) -> list[dict[str, Any]]:
    """Return a row for each agency: suggestions, replies, what checks found, suits."""
    rules = book.on(last)
    grouped: dict[str, list[Case]] = {}
    for case in cases:
        if case.agency and case.opened.on <= last:
            grouped.setdefault(case.agency, []).append(case)
    rows = []
    for agency, own in sorted(grouped.items()):
        counted = count_period(own, book, first=first, last=last)
        counts = _counts(counted, rules)
        rows.append(
            {
                "agency": agency,
                "suggestions": counts["suggestions"],
                "repeated": counts["suggestions"] >= _SEVERAL,
                "suits": counts["suits"],
                "replies": _replies(counted),
                "outcomes": _outcomes(counted),
                "recovered": _recovered(counted, rules),
                "unanswered": int(_sum(counted, UNANSWERED)),
            }
        )
    return rows


def _gaps(cases: Iterable[Case], first: dt.date) -> list[dict[str, Any]]:
    grouped: dict[str, list[Case]] = {}
    for case in cases:
        if case.opened.on >= first:
            grouped.setdefault(case.matter, []).append(case)
    return [
        {
            "matter": matter,
            "cases": len(own),
            "agencies": sorted({c.agency for c in own if c.agency}),
        }
        for matter, own in sorted(grouped.items())
        if len(own) >= _SEVERAL
    ]


def digest_case(case: Case, book: Rulebook) -> dict[str, Any]:
    """Return a case without any name: field, law, steps by month, outcome.

    Free texts are left out: they may name people, firms and places.
    """
    rules = book.on(case.latest)
    check = rules.followup.check
    checked = [e.fields.get(check.field, ("",))[-1] for e in case.of(check.event)]
    titles = {e.id: e.title_zh for e in rules.events}
    steps = [
        f"{entry.on:%Y-%m} {titles[entry.event]}"
        for entry in case.entries
        if entry.event in titles and not _is_hidden(entry, rules)
    ]
    ids = book.mandate(case.track, case.matter, case.tags, day=case.fact_date)
    counted = count_period([case], book, first=case.opened.on, last=case.latest)
    return {
        "track": case.track,
        "matter": case.matter,
        "state": rules.state(case.state).zh,
        "basis": [book.cite([name]).strip("（）") for name in ids],
        "steps": list(dict.fromkeys(steps)),
        "outcome": checked[-1] if checked else None,
        "recovered": _recovered(counted, rules),
    }


def _is_hidden(entry: Entry, rules: CaseRules) -> bool:
    event = rules.event(entry.event)
    return event is None or bool(event.sealed) or event.id == rules.done.event


def climb_ladder(case: Case, book: Rulebook) -> list[dict[str, Any]]:
    """Return whom a refusal may be carried to, each with its rules and what it lacks.

    What every step wants alike stands with the event of the ladder.
    """
    rules = book.on(case.latest)
    event = rules.event(rules.ladder_event)
    if event is None:
        return []
    proposal = Proposal(case, event, case.latest, {}, book)
    return [
        {
            "id": rung.id,
            "to": rung.to,
            "basis": book.cite(rung.basis),
            "missing": lacking(rung, proposal),
        }
        for rung in rules.ladder
    ]


def tell_case(case: Case, book: Rulebook) -> dict[str, Any]:
    """Return what the records of a case say, by heading, with number and day of each.

    Sealed records say nothing.
    """
    rules = book.on(case.latest)
    parts = {
        told.zh: [
            f"{value}（第{entry.seq}条，{entry.on}）"
            for entry in case.of(told.event)
            for value in entry.fields.get(told.field, ())
        ]
        for told in rules.told
    }
    return {
        "case": case.id,
        "title": case.title,
        "agency": case.agency,
        "matter": case.matter,
        "fact_date": case.fact_date.isoformat(),
        "state": rules.state(case.state).zh,
        "parts": {zh: lines for zh, lines in parts.items() if lines},
        "basis": book.cite(rules.report_basis),
    }


def tools_of(book: Rulebook, day: dt.date) -> list[dict[str, Any]]:
    """Return by which means a standing committee supervises, each with its rules."""
    rungs = book.on(day).tools
    return [{"to": rung.to, "basis": book.cite(rung.basis)} for rung in rungs]


def labels_of(rules: CaseRules) -> Mapping[str, str]:
    """Return the Chinese names of what is counted and recovered."""
    counts = {rule.id: rule.zh for rule in rules.counts}
    return counts | {r.field: f"{r.zh}（{r.unit}）" for r in rules.recovered}
