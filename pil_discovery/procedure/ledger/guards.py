"""What must be there before a record: its own fields, earlier records, and the law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.errors import LawError, Problem
from pil_discovery.procedure.bases import GAP, in_force
from pil_discovery.procedure.ledger.cases import RECEIVE, holds
from pil_discovery.procedure.ledger.contents import (
    basis_faults,
    dictated_duties,
    pair_faults,
    same_name,
)
from pil_discovery.procedure.ledger.dues import dues
from pil_discovery.procedure.ledger.numbers import number_faults
from pil_discovery.procedure.ledger.periods import (
    period_end,
    read_amount,
    read_count,
    read_day,
    read_period,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pil_discovery.procedure.ledger.proposals import Proposal
    from pil_discovery.types import Entry, EventField, Guard, Rung

    Fields = Mapping[str, tuple[str, ...]]


def refusals(proposal: Proposal) -> list[Problem]:
    """Return everything that a record lacks, each with the rule that wants it.

    An empty list means that it may be recorded.
    """
    return [
        *_state_faults(proposal),
        *_date_faults(proposal),
        *(p for f in proposal.event.fields for p in _field_faults(f, proposal)),
        *_emptiness(proposal),
        *_numbers(proposal),
        *(p for g in proposal.event.guards for p in _guard_faults(g, proposal)),
    ]


def unmet(guards: Iterable[Guard], proposal: Proposal) -> list[Problem]:
    """Return what a case lacks of what some guards want, each with its rule."""
    return [p for guard in guards for p in _guard_faults(guard, proposal)]


def is_open(proposal: Proposal) -> bool:
    """Whether the event may be recorded in the state of the case, fields aside."""
    return not _state_faults(proposal)


def checklist(proposal: Proposal) -> list[tuple[str, bool]]:
    """Return what should be looked at before the document goes out, and whether it is.

    Nothing of this refuses a record.
    """
    checks = (c for c in proposal.event.checks if _applies(c, proposal))
    return [
        (f"{c.zh}{proposal.book.cite(c.basis)}", not _CHECKS[c.check](c, proposal))
        for c in checks
    ]


def _problem(proposal: Proposal, what: str, basis: Iterable[str]) -> Problem:
    return Problem("", "", f"{what}{proposal.book.cite(basis)}")


def _state_faults(proposal: Proposal) -> list[Problem]:
    case, event, rules = proposal.case, proposal.event, proposal.rules
    if case.track not in event.tracks:
        kinds = {"admin": "行政公益诉讼", "civil": "民事公益诉讼"}
        what = f"{kinds[case.track]}案件没有「{event.title_zh}」这一步"
        return [_problem(proposal, what, event.basis)]
    now = rules.state(case.state)
    allowed = event.from_ or tuple(s.id for s in rules.states if not s.over)
    if now.id in allowed:
        return []
    why = f"：{event.from_zh}" if event.from_zh else ""
    what = f"案件处于「{now.zh}」，不能记录「{event.title_zh}」（{event.id}）{why}"
    return [_problem(proposal, what, event.basis)]


def _date_faults(proposal: Proposal) -> list[Problem]:
    latest = proposal.case.latest
    if proposal.on >= latest:
        return []
    what = f"日期 {proposal.on} 早于本案最近一次记录 {latest}：账本只能按先后记录"
    return [Problem("", "", what, "补记以前的事，用今天的日期，在字段里写明发生日")]


def _field_faults(field: EventField, proposal: Proposal) -> list[Problem]:
    if not _wanted(field, proposal):
        return []
    values = [v for v in proposal.fields.get(field.key, ()) if v.strip()]
    faults = _value_faults(field, values)
    if field.as_ == "period":
        faults += [
            f"{field.key}={v} 不晚于 {proposal.on}：{field.zh}"
            for v in values
            if (end := period_end(v, proposal.on, proposal.book)) is not None
            and end <= proposal.on
        ]
    return [_problem(proposal, what, field.basis) for what in faults]


def _wanted(field: EventField, proposal: Proposal) -> bool:
    return (
        (not field.tracks or proposal.case.track in field.tracks)
        and (not field.marks or bool(proposal.marks & set(field.marks)))
        and holds(proposal.fields, field.when)
        and not (field.unless and holds(proposal.fields, field.unless))
    )


def _value_faults(field: EventField, values: list[str]) -> list[str]:
    if not values:
        return [] if field.optional else [f"缺少 {field.key}：{field.zh}"]
    if len(set(values)) < field.at_least:
        return [f"{field.key} 只有 {len(set(values))} 项：{field.zh}"]
    wrong = [v for v in values if not _fits(field, v)]
    return [f"{field.key}={v} 不符合要求：{field.zh}" for v in wrong]


def _fits(field: EventField, value: str) -> bool:
    if field.values:
        return value in field.values
    if value.strip().lower() in field.not_:
        return False
    reader = _READERS.get(field.as_)
    return reader is None or reader(value) is not None


_READERS: dict[str, Callable[[str], object]] = {
    "period": read_period,
    "day": read_day,
    "count": read_count,
    "amount": read_amount,
}


def _emptiness(proposal: Proposal) -> list[Problem]:
    told = any(v.strip() for values in proposal.fields.values() for v in values)
    if not proposal.event.something or told or proposal.has_files:
        return []
    what = f"「{proposal.event.title_zh}」至少要有一个字段或者一个文件"
    return [_problem(proposal, what, proposal.event.basis)]


def _numbers(proposal: Proposal) -> list[Problem]:
    rule = proposal.rules.numbering
    faults = number_faults(proposal)
    return [_problem(proposal, f"{what}：{rule.zh}", rule.basis) for what in faults]


def _guard_faults(guard: Guard, proposal: Proposal) -> list[Problem]:
    if not _applies(guard, proposal):
        return []
    faults = _CHECKS[guard.check](guard, proposal)
    basis = guard.basis or proposal.rules.private_duty.basis
    return [_problem(proposal, fault, basis) for fault in faults]


def _applies(guard: Guard, proposal: Proposal) -> bool:
    fits_track = not guard.tracks or proposal.case.track in guard.tracks
    return fits_track and holds(proposal.fields, guard.when)


def _found(guard: Guard, proposal: Proposal) -> bool:
    case = proposal.case
    after = max((e.seq for e in case.of(guard.since)), default=0) if guard.since else 0
    entries = [e for e in case.of(*guard.events) if e.seq > after]
    if guard.same:
        named = set(proposal.fields.get(guard.same, ()))
        entries = [e for e in entries if named & set(e.fields.get(guard.same, ()))]
    looked = entries[-1:] if guard.last else entries
    return any(holds(entry.fields, guard.having) for entry in looked)


def _recorded(guard: Guard, proposal: Proposal) -> list[str]:
    return [] if _found(guard, proposal) else [guard.zh]


def _absent(guard: Guard, proposal: Proposal) -> list[str]:
    return [guard.zh] if _found(guard, proposal) else []


def _passed(guard: Guard, proposal: Proposal) -> list[str]:
    running = dues(proposal.case, proposal.book, as_of=proposal.on)
    ends = [d.date for d in running if d.clock in guard.clocks]
    if any(end < proposal.on for end in ends):
        return []
    when = f"（{max(ends)} 届满）" if ends else ""
    return [f"{guard.zh}{when}"]


def _missed(guard: Guard, proposal: Proposal) -> list[str]:
    running = dues(proposal.case, proposal.book, as_of=proposal.on)
    late = any(d.overdue for d in running if d.clock in guard.clocks)
    return [] if late else [guard.zh]


def _within(guard: Guard, proposal: Proposal) -> list[str]:
    running = dues(proposal.case, proposal.book, as_of=proposal.on)
    ends = [d.date for d in running if d.clock in guard.clocks]
    if not ends or max(ends) >= proposal.on:
        return []
    return [f"{guard.zh}（{max(ends)} 届满）"]


def _names_entry(guard: Guard, proposal: Proposal) -> list[str]:
    known = {str(entry.seq) for entry in proposal.case.of(*guard.events)}
    return [guard.zh] if set(_given(guard, proposal)) - known else []


def _period_over(guard: Guard, proposal: Proposal) -> list[str]:
    for entry in proposal.case.of(*guard.events)[-1:]:
        told = entry.fields.get(guard.fields[0], ("",))[-1]
        end = period_end(told, entry.on, proposal.book)
        if end is not None and end < proposal.on:
            return []
    return [guard.zh]


def _running(guard: Guard, proposal: Proposal) -> bool:
    start, end = guard.events
    return len(proposal.case.of(start)) > len(proposal.case.of(end))


def _balanced(guard: Guard, proposal: Proposal) -> list[str]:
    return [guard.zh] if _running(guard, proposal) else []


def _unbalanced(guard: Guard, proposal: Proposal) -> list[str]:
    return [] if _running(guard, proposal) else [guard.zh]


def _mandated(proposal: Proposal, tracks: Iterable[str]) -> bool:
    case = proposal.case
    return any(
        proposal.book.mandate(track, case.matter, case.tags, day=case.fact_date)
        for track in tracks
    )


def _mandate(guard: Guard, proposal: Proposal) -> list[str]:
    return [] if _mandated(proposal, [proposal.case.track]) else [guard.zh]


def _no_mandate(guard: Guard, proposal: Proposal) -> list[str]:
    return [guard.zh] if _mandated(proposal, ("admin", "civil")) else []


def _given(guard: Guard, proposal: Proposal) -> list[str]:
    return [v for key in guard.fields for v in proposal.fields.get(key, ()) if v]


def _same_agency(guard: Guard, proposal: Proposal) -> list[str]:
    case = proposal.case
    others = [v for v in _given(guard, proposal) if not same_name(v, case.agency)]
    return [f"{guard.zh}（本案：{case.agency}；填写：{v}）" for v in others]


def _not_returned(guard: Guard, proposal: Proposal) -> list[str]:
    senders = [v for e in proposal.case.of(RECEIVE) for v in e.fields.get("sender", ())]
    back = [v for v in _given(guard, proposal) if any(same_name(v, s) for s in senders)]
    return [guard.zh] if back else []


def _binding(guard: Guard, proposal: Proposal) -> list[str]:
    given = _given(guard, proposal)
    if not given:
        return []  # already listed as missing
    span = (proposal.case.fact_date, max(proposal.on, proposal.case.fact_date))
    return basis_faults(given, span, proposal.book.facts, rule=guard.zh)


def _paired(guard: Guard, proposal: Proposal) -> list[str]:
    left, right = (
        [v for v in proposal.fields.get(key, ()) if v.strip()] for key in guard.fields
    )
    return pair_faults(left, right, rule=guard.zh) if left and right else []


def _no_private_duty(guard: Guard, proposal: Proposal) -> list[str]:
    lead = proposal.case.lead
    names = [proposal.case.party, lead.subject if lead is not None else ""]
    words = proposal.rules.private_duty
    return [
        f"{words.zh}：“{clause}”"
        for claim in _given(guard, proposal)
        for clause in dictated_duties(claim, words, names)
    ]


def _extension(guard: Guard, proposal: Proposal) -> list[str]:
    rule = next(c for c in proposal.rules.clocks if c.clock in guard.clocks)
    restarts = proposal.case.of(rule.restart) if rule.restart else []
    since = restarts[-1].seq if restarts else 0
    earlier = [e for e in proposal.case.of(rule.extended) if e.seq > since]
    by, months = (proposal.fields.get(key, ("",))[-1] for key in ("by", "months"))
    if not by or not months.isdecimal():
        return []  # already listed as missing
    asked = [_asked(e) for e in earlier] + [{"by": by, "months": int(months)}]
    try:
        proposal.book.due(rule.clock, proposal.on, on=proposal.on, extensions=asked)
    except LawError as error:
        return [f"{guard.zh}（{'；'.join(p.what for p in error.problems)}）"]
    return []


def _asked(entry: Entry) -> dict[str, object]:
    return {"by": entry.fields["by"][-1], "months": int(entry.fields["months"][-1])}


def _rung(guard: Guard, proposal: Proposal) -> list[str]:
    """Return what the step of the ladder lacks that a record names, if any."""
    faults: list[str] = []
    for name in _given(guard, proposal):
        rung = next((r for r in proposal.rules.ladder if r.id == name), None)
        if rung is None:
            faults.append(f"{guard.zh}：{name}")
        else:
            faults += lacking(rung, proposal)
    return faults


def lacking(rung: Rung, proposal: Proposal) -> list[str]:
    """Return what is missing before a step of the ladder, each with its rule."""
    book, day = proposal.book, proposal.on
    if not any(in_force(book.facts[i], day, day) for i in rung.basis):
        return [f"{rung.to}：{GAP}（{day}）{book.cite(rung.basis)}"]
    return [p.what for p in unmet(rung.wants, proposal)]


def _fee_claimed(guard: Guard, proposal: Proposal) -> list[str]:
    if not _found(guard, proposal):
        return []
    claims = _given(guard, proposal)
    named = any(word in claim for claim in claims for word in guard.words)
    return [] if named else [guard.zh]


def _either(guard: Guard, proposal: Proposal) -> list[str]:
    fits = any(not _CHECKS[part.check](part, proposal) for part in guard.any)
    return [] if fits else [guard.zh]


_CHECKS: dict[str, Callable[[Guard, Proposal], list[str]]] = {
    "recorded": _recorded,
    "absent": _absent,
    "passed": _passed,
    "missed": _missed,
    "within": _within,
    "names_entry": _names_entry,
    "period_over": _period_over,
    "balanced": _balanced,
    "unbalanced": _unbalanced,
    "mandate": _mandate,
    "no_mandate": _no_mandate,
    "same_agency": _same_agency,
    "not_returned": _not_returned,
    "binding": _binding,
    "paired": _paired,
    "no_private_duty": _no_private_duty,
    "extension": _extension,
    "rung": _rung,
    "fee_claimed": _fee_claimed,
    "either": _either,
}
