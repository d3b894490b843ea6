"""The values that a document's sentences name, taken from lead, law and evidence."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.case_words import case_words
from pil_discovery.bundle.kinds import load_remedies, several
from pil_discovery.bundle.numbers import LEAD, mark, mark_each
from pil_discovery.bundle.words import (
    date_zh,
    grouped,
    is_interpretation,
    joined,
    spelt,
    term,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.bundle.documents import ExhibitRow
    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.kinds import Kind, Sheet
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import Basis, CourseStep

_MARK = re.compile("[，,。；;（(]*待核查[）)]*$")
_INNER = re.compile("[，,]待核查。?(?=（[^（]*(?:（[^（）]*）[^（）]*)*）$)")
"""The mark before a remark in brackets that ends a sentence."""


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
    told = case_words(request)
    fields = _field_words(kind, request, told)
    law, period = _law_words(kind, request), _period_words(kind, request, told)
    return {
        **told,
        **fields,
        **_lead_words(request),
        **law,
        **period,
        "ids": {**law["ids"], **period["ids"]},
        "facts": facts[: kind.max_facts],
        "more_facts": mark(str(max(0, len(facts) - kind.max_facts) or ""), LEAD),
        "inaction": (inaction := _inaction(evidence, exhibits)),
        "no_inaction": not inaction,
        "exhibits": [_exhibit_words(e) for e in exhibits],
        "pairs": _pairs(told),
        "public_harm": fields.get("harm") or "；".join(f["sentence"] for f in facts),
        "source": told.get("decided_source") or bool(request.lead_models),
        "default_grounds": told.get("decided_default")
        or any(m.why for m in request.lead_models)
        or inaction,
        "requests": _requests(kind, request, told),
    }


def _pairs(told: Mapping[str, Any]) -> list[dict[str, str]]:
    """Pair what was suggested with the claim that stands for it, as decided."""
    asked, claimed = told.get("decided_requests", ()), told.get("decided_claims", ())
    return [
        {"request": one["text"], "claim": claim["text"], "on": one["on"]}
        for one, claim in zip(asked, claimed, strict=False)
    ]


def _field_words(
    kind: Kind, request: BundleRequest, told: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the office filled in, or the word that stands for it."""
    words: dict[str, Any] = {}
    for name, field in kind.fields.items():
        given = printable(request.fields.get(name, ""))
        if given and field.type == "date":
            given = date_zh(dt.date.fromisoformat(given))
        words[name] = given or (told.get(field.from_, "") if field.from_ else "")
    return words


def _exhibit_words(row: ExhibitRow) -> dict[str, str]:
    return {
        "number": row.number,
        "title": row.title,
        "covers": row.covers,
        "origin": row.origin,
        "obtained": row.obtained,
    }


def cited_words(
    sheet: Sheet, request: BundleRequest, words: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the citations that a document makes itself."""
    cited = {
        name: [request.rules[i] for i in ids if i in request.rules]
        for name, ids in sheet.cites.items()
    }
    return {
        **{name: printable(grouped(found)) for name, found in cited.items()},
        "ids": {**words["ids"], **{n: [b.id for b in f] for n, f in cited.items()}},
    }


def _lead_words(request: BundleRequest) -> dict[str, Any]:
    models = request.lead_models
    titles = [f"“{printable(m.title.zh)}”监督模型" for m in models]
    case = request.case
    agency = request.fields.get("addressee") or (case.agency if case else "")
    agency = agency or request.course.agency or request.lead.agency or ""
    party = (case.party if case else "") or request.lead.subject_name or ""
    return {
        "office": printable(request.office.name),
        "agency": printable(agency),
        "party": printable(party),
        "defendants": several(printable(request.fields.get("defendant") or agency))
        if case is None or case.track == "admin"
        else several(printable(request.fields.get("defendant") or party)),
        "fact_date": date_zh(day) if (day := _fact_date(request)) else "",
        "today": date_zh(request.day),
        "models": joined(titles) or "公益诉讼监督模型",
        "lead_title": mark(_bare(request.lead.title_zh), LEAD),
        "as_of": mark(date_zh(request.as_of), LEAD),
        "duties": list(dict.fromkeys(printable(m.why) for m in models if m.why)),
    }


def _fact_date(request: BundleRequest) -> dt.date | None:
    return request.lead.fact_date or (request.case.fact_date if request.case else None)


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
    matter = matter_bases(kind, request)
    duty = [b for b in matter if not is_interpretation(b)]
    rulings = [b for b in matter if is_interpretation(b)]
    mandate = _mandate(request, bases)
    since = request.lead.fact_date
    return {
        "laws": _dated(duty, since),
        "rulings": _dated(rulings, since),
        "mandate": printable(grouped(mandate)),
        "no_mandate": not mandate,
        "ids": {
            "laws": [b.id for b in duty],
            "rulings": [b.id for b in rulings],
            "mandate": [b.id for b in mandate],
        },
    }


def _dated(bases: list[Basis], since: dt.date | None) -> str:
    """Return grouped citations; the days of a version name their rule."""
    text = printable(grouped(bases, since))
    for basis in bases:
        said = term(basis, since)
        text = text.replace(said, mark(said, basis.id)) if said else text
    return text


def _mandate(request: BundleRequest, bases: Sequence[Basis]) -> list[Basis]:
    """Return what lets the office act: in the case, or on the route of the lead."""
    if request.case is None:
        return [b for b in bases if b.id in request.course.mandate]
    return [request.rules[i] for i in request.case.mandate if i in request.rules]


def matter_bases(kind: Kind, request: BundleRequest) -> list[Basis]:
    """Return the printed rules of the matter itself, without those of the procedure."""
    bases, course = cited_bases(kind, request), request.course
    formal = {*course.mandate, *(i for s in course.steps for i in s.basis)}
    return [b for b in bases if b.id not in formal] or bases


def cited_bases(kind: Kind, request: BundleRequest) -> list[Basis]:
    """Return the printed bases without the rule of the period that was not chosen.

    A kind that sets no period names none.
    """
    chosen = _reply_step(request, _chosen_clock(kind, request))
    kept = {*(chosen.basis if chosen else ()), *request.course.mandate}
    other = {i for s in request.course.steps if s is not chosen for i in s.basis}
    return [b for b in printed_bases(request) if b.id not in other - kept]


def _chosen_clock(kind: Kind, request: BundleRequest) -> str:
    return kind.urgent_clock if _is_urgent(request) else kind.reply_clock


def _is_urgent(request: BundleRequest) -> bool:
    given = request.fields.get("urgent")
    if given or request.case is None:
        return given == "yes"
    decided = (r.fields.get("urgent", ()) for r in request.case.records)
    return any("yes" in values for values in decided)


def _period_words(
    kind: Kind, request: BundleRequest, told: Mapping[str, Any]
) -> dict[str, Any]:
    clock = _chosen_clock(kind, request)
    step, urgent = _reply_step(request, clock), _is_urgent(request)
    by = request.fields.get("rectify_by") or str(told.get("decided_rectify_by", ""))
    day = _as_day(by)
    span = "" if day else spelt(by)
    return {
        "period": printable(step.period_zh).removesuffix("内") if step else "",
        "ids": {"period": list(step.basis) if step else []},
        "rectify_by": mark(date_zh(day), LEAD) if day else "",
        "rectify_within": span,
        "prompt_reply": urgent and not by,
        "plain_reply": not urgent and not by,
        "is_urgent": urgent,
    }


def _as_day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


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
    text = _INNER.sub("", printable(sentence).rstrip("。.；;"))
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
    return {"exhibits": _shown(exhibits, shown), "searched": _shown(exhibits, held)}


def _shown(exhibits: Sequence[ExhibitRow], items: set[str]) -> str:
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


def _requests(
    kind: Kind, request: BundleRequest, told: Mapping[str, Any]
) -> list[dict[str, Any]]:
    # What was decided in the ledger goes first. A code without words is never printed;
    # the duty is then asked for in general, and `limits.md` names the code.
    words = remedy_words(request).values()
    decided = [_bare(one["text"]) for one in told.get("decided_requests", ())]
    texts = decided or list(
        dict.fromkeys(text for w in words if (text := _bare(w or kind.plain_request)))
    )
    last, basis = len(texts), list(kind.request_basis)
    return [
        {"text": text, "stop": "。" if n == last else "；", "ids": basis}
        for n, text in enumerate(texts, 1)
    ]
