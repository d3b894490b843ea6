"""What a ledger tells of a year: counts, rates, agencies, gaps; anonymous digests.

Every number can be counted again in the ledger whose head is named with it.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from pil_discovery.procedure.ledger.cases import Case, holds
from pil_discovery.procedure.ledger.dues import dues
from pil_discovery.procedure.ledger.guards import lacking
from pil_discovery.procedure.ledger.proposals import Proposal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.procedure.ledger.rulebook import Rulebook
    from pil_discovery.types import CaseRules, Due, Entry

_SHARE = Decimal("0.0001")
_MONEY = Decimal("0.01")
_SEVERAL = 2


def analyse_year(
    cases: Iterable[Case], book: Rulebook, *, first: dt.date, last: dt.date
) -> dict[str, Any]:
    """Return the annual analysis of a period, both days included.

    Only what was recorded up to `last` counts.

    Returns
    -------
    dict
        `counts` by kind of record; `replies` (due, replied, on_time and their shares);
        `outcomes` of the latest check of each case; `recovered` amounts; `agencies`
        (those with several suggestions are `repeated`); `gaps`: topics that concern
        several agencies or cases.
    """
    known = [case.until(last) for case in cases if case.opened.on <= last]
    rules = book.on(last)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "counts": _counts(known, rules, first),
        "replies": _replies(known, rules, book, (first, last)),
        "outcomes": _outcomes(known, rules, first),
        "recovered": _recovered(known, rules, first),
        "agencies": score_agencies(known, book, first=first, last=last),
        "gaps": _gaps(known, first),
    }


def _counts(cases: Sequence[Case], rules: CaseRules, first: dt.date) -> dict[str, int]:
    return {
        rule.id: sum(
            holds(entry.fields, rule.having)
            for case in cases
            for entry in case.of(rule.event)
            if entry.on >= first
        )
        for rule in rules.counts
    }


def _replies(
    cases: Iterable[Case],
    rules: CaseRules,
    book: Rulebook,
    span: tuple[dt.date, dt.date],
) -> dict[str, Any]:
    """Count the replies whose period ended in the span, whenever they were due from."""
    first, last = span
    ended = [
        (due, _first_reply(case, rules))
        for case in cases
        for due in _waits(case, rules, book, last)
        if first <= due.date <= last
    ]
    replied = sum(day is not None for _, day in ended)
    on_time = sum(day is not None and day <= due.date for due, day in ended)
    return {
        "due": len(ended),
        "replied": replied,
        "on_time": on_time,
        "reply_share": _share(replied, len(ended)),
        "on_time_share": _share(on_time, len(ended)),
    }


def _waits(case: Case, rules: CaseRules, book: Rulebook, day: dt.date) -> list[Due]:
    clocks = rules.followup.clocks
    return [d for d in dues(case, book, as_of=day) if d.clock in clocks]


def _first_reply(case: Case, rules: CaseRules) -> dt.date | None:
    return next((e.on for e in case.of(rules.followup.reply.event)), None)


def _share(part: int, whole: int) -> str | None:
    if not whole:
        return None
    return str((Decimal(part) / Decimal(whole)).quantize(_SHARE))


def _outcomes(
    cases: Iterable[Case], rules: CaseRules, first: dt.date
) -> dict[str, int]:
    check = rules.followup.check
    latest = [
        case.of(check.event)[-1].fields.get(check.field, ("",))[-1]
        for case in cases
        if case.of(check.event) and case.of(check.event)[-1].on >= first
    ]
    return {name: latest.count(name) for name in sorted(set(latest))}


def _recovered(
    cases: Sequence[Case], rules: CaseRules, first: dt.date
) -> dict[str, str]:
    found = {}
    for rule in rules.recovered:
        amounts = [_last_amount(case, rule.field, first) for case in cases]
        found[rule.field] = str(sum(amounts, Decimal(0)).quantize(_MONEY))
    return found


def _last_amount(case: Case, field: str, first: dt.date) -> Decimal:
    """Return the amount that the latest record tells; what is no number is nothing."""
    told = [e.fields[field][-1] for e in case.entries if _tells(e, field, first)]
    try:
        return Decimal(told[-1].replace(",", "")) if told else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


def _tells(entry: Entry, field: str, first: dt.date) -> bool:
    return entry.on >= first and bool(entry.fields.get(field))


def score_agencies(
    cases: Iterable[Case], book: Rulebook, *, first: dt.date, last: dt.date
) -> list[dict[str, Any]]:
    """Return a row for each agency: suggestions, replies, what checks found, suits."""
    rules = book.on(last)
    grouped: dict[str, list[Case]] = {}
    for case in cases:
        if case.agency and case.opened.on <= last:
            grouped.setdefault(case.agency, []).append(case.until(last))
    rows = []
    for agency, own in sorted(grouped.items()):
        counts = _counts(own, rules, first)
        overdue = [
            d for c in own for d in _waits(c, rules, book, last) if _is_missed(d)
        ]
        rows.append(
            {
                "agency": agency,
                "suggestions": counts["suggestions"],
                "repeated": counts["suggestions"] >= _SEVERAL,
                "suits": counts["suits"],
                "replies": _replies(own, rules, book, (first, last)),
                "outcomes": _outcomes(own, rules, first),
                "recovered": _recovered(own, rules, first),
                "unanswered": len(overdue),
            }
        )
    return rows


def _is_missed(due: Due) -> bool:
    return due.overdue and due.done is False


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
    return {
        "track": case.track,
        "matter": case.matter,
        "state": rules.state(case.state).zh,
        "basis": [book.cite([name]).strip("（）") for name in ids],
        "steps": list(dict.fromkeys(steps)),
        "outcome": checked[-1] if checked else None,
        "recovered": _recovered([case], rules, case.opened.on),
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
