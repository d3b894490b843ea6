"""The values that a document's sentences name, taken from lead, law and evidence."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.documents import ExhibitRow, LawRow
from pil_discovery.bundle.kinds import load_remedies
from pil_discovery.bundle.numbers import LEAD, mark, mark_each
from pil_discovery.bundle.words import (
    citation,
    date_zh,
    grouped,
    in_order,
    is_interpretation,
    joined,
    plain_summary,
    term,
    validity,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.kinds import Kind
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import Basis, CourseStep

_MARK = re.compile("[，,。；;（(]*待核查[）)]*$")
_ROLES = {"if_milder": "（处罚较轻时适用）", "transition": "（新旧衔接）"}


def gather_words(
    kind: Kind,
    request: BundleRequest,
    found: tuple[Evidence, Sequence[ExhibitRow]],
) -> dict[str, Any]:
    """Return every value that the sentences of a kind may name.

    Lists (`facts`, `inaction`, `requests`, `duties`) are for `each`; a name beginning
    with `no_` is true where the other is empty, for `when`.
    """
    evidence, exhibits = found
    facts = _facts(evidence, exhibits)
    return {
        **{n: printable(request.fields.get(n, "")) for n in kind.fields},
        **_case_words(request),
        **_law_words(kind, request),
        **_period_words(kind, request),
        "facts": facts[: kind.max_facts],
        "more_facts": mark(str(max(0, len(facts) - kind.max_facts) or ""), LEAD),
        "inaction": (inaction := _inaction(evidence, exhibits)),
        "no_inaction": not inaction,
        "requests": _requests(kind, request),
    }


def _case_words(request: BundleRequest) -> dict[str, Any]:
    models = request.lead_models
    titles = [f"“{printable(m.title.zh)}”监督模型" for m in models]
    agency = request.fields.get("addressee") or request.course.agency
    return {
        "models": joined(titles) or "公益诉讼监督模型",
        "lead_title": mark(_bare(request.lead.title_zh), LEAD),
        "as_of": mark(date_zh(request.as_of), LEAD),
        "agency": printable(agency or request.lead.agency or ""),
        "duties": list(dict.fromkeys(printable(m.why) for m in models if m.why)),
    }


def printed_bases(request: BundleRequest) -> list[Basis]:
    """Return the bases a document may cite: binding, and read in their own text."""
    unique = {b.id: b for b in request.bases}
    return [
        b
        for b in unique.values()
        if b.kind == "binding" and b.role != "gap" and b.verified != "secondary"
    ]


def _law_words(kind: Kind, request: BundleRequest) -> dict[str, Any]:
    bases = cited_bases(kind, request)
    course = request.course
    formal = {*course.mandate, *(i for s in course.steps for i in s.basis)}
    matter = [b for b in bases if b.id not in formal] or bases
    duty = [b for b in matter if not is_interpretation(b)]
    rulings = [b for b in matter if is_interpretation(b)]
    mandate = [b for b in bases if b.id in course.mandate]
    since = request.lead.fact_date
    return {
        "laws": _dated(duty, since),
        "rulings": _dated(rulings, since),
        "mandate": printable(grouped(mandate)),
        "no_mandate": not mandate,
        "law_rows": [_law_row(n, b) for n, b in enumerate(_listed(bases, duty), 1)],
        "law_ids": [b.id for b in duty],
        "ruling_ids": [b.id for b in rulings],
        "mandate_ids": [b.id for b in mandate],
    }


def _dated(bases: list[Basis], since: dt.date | None) -> str:
    """Return grouped citations; the days of a version name their rule."""
    text = printable(grouped(bases, since))
    for basis in bases:
        said = term(basis, since)
        text = text.replace(said, mark(said, basis.id)) if said else text
    return text


def _listed(bases: list[Basis], duty: list[Basis]) -> list[Basis]:
    """Return the law of the duty first, then what the procedure rests on."""
    return [*in_order(duty), *in_order([b for b in bases if b not in duty])]


def cited_bases(kind: Kind, request: BundleRequest) -> list[Basis]:
    """Return the printed bases without the rule of the period that was not chosen."""
    clocks = {kind.reply_clock, kind.urgent_clock} - {_chosen_clock(kind, request)}
    chosen = _reply_step(request, _chosen_clock(kind, request))
    kept = {*(chosen.basis if chosen else ()), *request.course.mandate}
    other = {i for s in request.course.steps if s.clock in clocks for i in s.basis}
    return [b for b in printed_bases(request) if b.id not in other - kept]


def _chosen_clock(kind: Kind, request: BundleRequest) -> str:
    urgent = request.fields.get("urgent") == "yes"
    return kind.urgent_clock if urgent else kind.reply_clock


def _law_row(number: int, basis: Basis) -> LawRow:
    return LawRow(
        number=str(number),
        citation=printable(citation(basis)) + _ROLES.get(basis.role, ""),
        validity=validity(basis),
        summary=printable(plain_summary(basis)),
        id=basis.id,
    )


def _period_words(kind: Kind, request: BundleRequest) -> dict[str, Any]:
    clock = _chosen_clock(kind, request)
    step, urgent = _reply_step(request, clock), clock == kind.urgent_clock
    by = request.fields.get("rectify_by")
    return {
        "period": printable(step.period_zh).removesuffix("内") if step else "",
        "period_ids": list(step.basis) if step else [],
        "rectify_by": mark(date_zh(dt.date.fromisoformat(by)), LEAD) if by else "",
        "prompt_reply": urgent and not by,
        "plain_reply": not urgent and not by,
    }


def _reply_step(request: BundleRequest, clock: str) -> CourseStep | None:
    return next((s for s in request.course.steps if s.clock == clock), None)


def _facts(evidence: Evidence, exhibits: Sequence[ExhibitRow]) -> list[dict[str, Any]]:
    return [
        {
            "sentence": mark(_bare(fact["statement"]), fact["item"]),
            "place": mark(_new_place(fact), fact["item"]),
            "review": mark(_review(fact), fact["item"]),
            **_exhibit_numbers(fact, exhibits),
            "items": (fact["item"], *fact["parents"]),
        }
        for fact in evidence.facts
        if fact["state"] in {"hit", "review"} and printable(fact["statement"])
    ]


def _bare(sentence: str) -> str:
    # The letter marks every fact 待核查 itself: once, where it names the evidence.
    text = printable(sentence).rstrip("。.；;")
    return _MARK.sub("", text).rstrip("。.；;")


def _new_place(fact: Mapping[str, Any]) -> str:
    place = printable(fact["place"] or "")
    return "" if place in printable(fact["statement"]) else place


def _review(fact: Mapping[str, Any]) -> str:
    doubts = [e["zh"] for e in fact["exclusions"] if e["then"] == "review"]
    return "；".join(_bare(d) for d in [*doubts, *fact["undecided"]])


def _exhibit_numbers(
    fact: Mapping[str, Any], exhibits: Sequence[ExhibitRow]
) -> dict[str, str]:
    """Return which exhibits show a fact, and which registers it was held against."""
    shown = {*fact["sources"]}
    shown |= {"ROWS"} if fact["parents"] else set()
    shown |= {"LAYERS"} if fact["geometry"] else set()
    held = {*fact["searched"]} - shown
    return {"exhibits": _named(exhibits, shown), "searched": _named(exhibits, held)}


def _named(exhibits: Sequence[ExhibitRow], items: set[str]) -> str:
    """Return the numbers of the exhibits of items, each marked with its item."""
    found = [(e.number, e.item) for e in exhibits if e.item in items]
    return mark_each(found, _folded([int(number) for number, _ in found]))


def _folded(numbers: Sequence[int]) -> str:
    """Write ascending numbers, three and more in a row as first 至 last."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(
        f"{run[0]}至{run[-1]}" if len(run) > 2 else "、".join(map(str, run))
        for run in runs
    )


def _inaction(
    evidence: Evidence, exhibits: Sequence[ExhibitRow]
) -> list[dict[str, Any]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for fact in evidence.facts:
        if fact["state"] in {"hit", "review"}:
            for fired in fact["inaction"]:
                found.setdefault(_bare(fired["zh"]), []).append(fact)
    return [
        {
            "text": mark(text, facts[0]["item"]),
            **_exhibit_numbers(_united(facts), exhibits),
            "items": tuple(f["item"] for f in facts),
        }
        for text, facts in found.items()
    ]


def _united(facts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "sources": [s for f in facts for s in f["sources"]],
        "searched": [s for f in facts for s in f["searched"]],
        "parents": [p for f in facts for p in f["parents"]],
        "geometry": next((f["geometry"] for f in facts if f["geometry"]), None),
    }


def remedy_words(request: BundleRequest) -> dict[str, str]:
    """Return remedy → words; empty words where a code has none in any list."""
    codes = request.lead.remedy or tuple(
        r for m in request.lead_models for r in m.remedy
    )
    known = {**load_remedies(request.templates), **request.remedies}
    return {c: known.get(c, "" if c.isascii() else c) for c in codes}


def _requests(kind: Kind, request: BundleRequest) -> list[dict[str, Any]]:
    # A code without words is never printed; the duty is then asked for in general, and
    # `limits.md` names the code.
    words = remedy_words(request).values()
    texts = dict.fromkeys(_bare(w or kind.plain_request) for w in words)
    last, basis = len(texts), list(kind.request_basis)
    return [
        {"text": text, "stop": "。" if n == last else "；", "ids": basis}
        for n, text in enumerate(texts, 1)
    ]
