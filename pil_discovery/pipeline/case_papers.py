"""Papers of a case: meeting, hearing, evaluation, report to a committee, digest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import report
from pil_discovery.bundle.kinds import load_remedies
from pil_discovery.bundle.papers import Paper, compose_papers, load_paper_kind
from pil_discovery.bundle.papers.nouns import BOX
from pil_discovery.bundle.words import date_zh
from pil_discovery.catalog import load_catalog
from pil_discovery.errors import ArgumentError, Problem
from pil_discovery.pipeline.minors import is_case_of_minors, without_minors
from pil_discovery.pipeline.outside import for_outside
from pil_discovery.pipeline.paper_names import (
    UNKNOWN,
    cited,
    load_names,
    papers_folder,
    tools_of,
)
from pil_discovery.pipeline.results import find_lead, findings_of
from pil_discovery.procedure import ledger as books
from pil_discovery.report.privacy import mask_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.procedure.ledger import Case, Ledger, Rulebook
    from pil_discovery.types import Due, Finding, Lead

    Row = dict[str, Any]

MEETING, HEARING, EVALUATION = "meeting-pack", "hearing-pack", "evaluation-form"
COMMITTEE, DIGEST = "npc-report", "case-digest"
_FREE = ("case_title", "facts", "duties", "requests", "measures", "told")
"""Values that hold words written by people."""
_TOLD = frozenset({"hit", "review"})
_END = "。.；; "
_MARKS = ("（待核查）", "，待核查", "待核查")
_WAN, _MU_M2 = Decimal(10000), Decimal(2000) / 3


@dataclass(frozen=True)
class Told:
    """A lead of a scan with its findings, as papers may tell it."""

    lead: Lead
    findings: Sequence[Finding]
    as_of: dt.date


def read_told(scan: str | Path, wanted: str) -> Told:
    """Return a lead of a finished scan with its findings.

    Raises
    ------
    PilError
        If the folder is not a finished scan, or no lead or several are meant.
    """
    run, findings, leads = report.read_scan(Path(scan))
    lead = find_lead(leads, wanted)
    found = findings_of(lead, findings, leads)
    return Told(lead, found, dt.date.fromisoformat(run["as_of"]))


def case_papers(
    ledger: Ledger,
    case: str,
    kind: str,
    *,
    told: Told | None = None,
    office: str = "",
    fields: Mapping[str, str] | None = None,
) -> list[Paper]:
    """Write the papers of a case.

    Parameters
    ----------
    kind
        `meeting-pack`, `hearing-pack`, `evaluation-form`, `npc-report` or
        `case-digest`.
    told
        The lead behind the case; without it facts come from the ledger alone.
    fields
        Values that the office fills in (time, place, …); what is not given stays blank.

    The papers leave the office, so persons are labels in them; the agency of a meeting
    reads the names of those whom it must act on. What the office fills in stays, but
    for identifiers where no telephone number is asked for.

    Raises
    ------
    ArgumentError
        If there is no such case, or a field is not one of the kind.
    """
    found = books.find_case(ledger.cases(), case)
    text = load_paper_kind(papers_folder(), kind)
    given = {
        k: v if k in text.open_fields else mask_sentence(v)
        for k, v in (fields or {}).items()
    }
    if unknown := sorted(given.keys() - text.fields.keys()):
        known = "、".join(f"{k}（{zh}）" for k, zh in text.fields.items())
        what = f"没有这个字段：{'、'.join(unknown)}"
        raise ArgumentError(Problem("", "--field", what, f"可用：{known or '（无）'}"))
    if kind == DIGEST:
        values = digest_values(found, ledger.book)
    else:
        values = {
            **_outward(case_values(found, ledger.book, told), kind, found, told),
            **ledger_values(ledger, found),
        }
    as_of = found.latest if told is None else max(found.latest, told.as_of)
    return compose_papers(text, {**values, **given}, office=office, as_of=as_of)


def _outward(
    values: Mapping[str, Any], kind: str, case: Case, told: Told | None
) -> Mapping[str, Any]:
    """Return the values as the reader of a kind may see them: all are outside."""
    subjects = {case.lead.subject} if case.lead is not None else set()
    if told is not None:
        subjects.add(told.lead.subject_name or "")
        subjects |= {one.subject_name or "" for one in told.findings}
    return for_outside(
        values,
        _FREE,
        case,
        profile="agency" if kind == MEETING else "public",
        subjects=subjects,
        templates=papers_folder().parent,
    )


def case_values(case: Case, book: Rulebook, told: Told | None) -> dict[str, Any]:
    """Return every value that the wording of a case may name.

    Returns
    -------
    dict
        Texts about the case; `facts`, `duties`, `requests`, `measures`: rows with
        `text`; `told`, `timeline`, `terms`: rows of the ledger with days and numbers.
        Nothing of the score of a lead is among them; identifiers of persons are masked,
        and a case of minors is told without persons, schools, ages and places.
    """
    names, rules = load_names(), book.on(case.latest)
    day = case.latest if told is None else max(case.latest, told.as_of)
    values = {
        "case_no": case.id,
        "case_title": mask_sentence(case.title),
        "case_track": names.track(case.track),
        "case_state": rules.state(case.state).zh,
        "matter_zh": names.topic(case.matter),
        "field_zh": names.field(case.matter),
        "agency": case.agency,
        "fact_date_zh": date_zh(case.fact_date),
        "as_of_zh": date_zh(day),
        "facts": _facts(case, told),
        "duties": _duties(case, told),
        "requests": _requests(case, told),
        "measures": _lines(
            case, rules.followup.reply.event, rules.followup.reply.field
        ),
        "told": _told(case, book),
        "timeline": _timeline(case, book),
        "terms": [_term(d) for d in books.dues(case, book, as_of=day)],
        "nobody": [],
        "pictures": [],
    }
    if is_case_of_minors(case, book):
        return without_minors(values, _FREE)
    return values


def ledger_values(ledger: Ledger, case: Case) -> dict[str, Any]:
    """Return the rules a report rests on, means of supervision, and the head."""
    rules = ledger.book.on(case.latest)
    return {
        "report_basis": cited(ledger.book, rules.report_basis),
        "tools": tools_of(ledger.book, case.latest),
        "head16": ledger.head().hash[:16],
    }


def _facts(case: Case, told: Told | None) -> list[Row]:
    if told is None:
        return _lines(case, "filing.decide", "harm")
    texts = dict.fromkeys(
        _bare(f.sentence_zh) + (f"（{f.place}）" if _is_new(f) else "")
        for f in told.findings
        if f.state in _TOLD and f.sentence_zh
    )
    return [{"text": _masked(text), "day": ""} for text in texts]


def _is_new(finding: Finding) -> bool:
    return bool(finding.place) and str(finding.place) not in finding.sentence_zh


def _duties(case: Case, told: Told | None) -> list[Row]:
    kept = _lines(case, "filing.decide", "default")
    if told is None:
        return kept
    fired = dict.fromkeys(
        _bare(one.zh) for f in told.findings if f.state in _TOLD for one in f.inaction
    )
    return [{"text": _masked(text), "day": ""} for text in fired] or kept


def _requests(case: Case, told: Told | None) -> list[Row]:
    """Return what the suggestion asks for; before it, what the model would ask for."""
    kept = _lines(case, "suggestion.decide", "content")
    if kept or told is None:
        return kept
    known = {**load_remedies(papers_folder().parent), **load_catalog().remedies}
    words = [known.get(r, "" if r.isascii() else r) for r in told.lead.remedy]
    return [{"text": _bare(w), "day": ""} for w in dict.fromkeys(words) if w]


def _lines(case: Case, event: str, field: str) -> list[Row]:
    return [
        {"text": _masked(value), "day": entry.on.isoformat()}
        for entry in case.of(event)
        for value in entry.fields.get(field, ())
        if value.strip()
    ]


def _masked(text: str) -> str:
    # A box in a record is not one that somebody may tick.
    return mask_sentence(text).replace(BOX, "")


def _bare(sentence: str) -> str:
    text = sentence.rstrip(_END)
    for mark in _MARKS:
        text = text.removesuffix(mark)
    return text.rstrip(_END + "，,（")


def _told(case: Case, book: Rulebook) -> list[Row]:
    names, rules = load_names(), book.on(case.latest)
    return [
        {
            "zh": told.zh,
            "text": _masked(_word(value, told.field, names.outcome)),
            "day": entry.on.isoformat(),
            "seq": str(entry.seq),
        }
        for told in rules.told
        for entry in case.of(told.event)
        for value in entry.fields.get(told.field, ())
    ]


def _word(value: str, field: str, outcome: Any) -> str:  # noqa: ANN401 -- str → str
    return str(outcome(value)) if field == "outcome" else value


def _timeline(case: Case, book: Rulebook) -> list[Row]:
    rows = []
    for entry in case.entries:
        event = book.on(entry.on).event(entry.event)
        if event is None or event.sealed or event.id == book.on(entry.on).done.event:
            continue
        day, seq = entry.on.isoformat(), str(entry.seq)
        rows.append({"day": day, "title": event.title_zh, "seq": seq})
    return rows


def _term(due: Due) -> Row:
    state = "待确认" if due.done is None else "已办" if due.done else "未届满"
    if due.overdue:
        state = f"逾期办理（{due.done_on}）" if due.done_on else "逾期未办"
    if due.standing:
        state = "已暂停"
    mark = "（暂定）" if due.provisional else ""
    return {
        "title": due.title_zh,
        "start": due.start.isoformat(),
        "end": f"{due.date.isoformat()}{mark}",
        "state": state,
    }


def digest_values(case: Case, book: Rulebook) -> dict[str, Any]:
    """Return what an anonymous digest may say: no name, no free text, round amounts."""
    names, told = load_names(), books.digest_case(case, book)
    steps = [step.partition(" ") for step in told["steps"]]
    ids = book.mandate(case.track, case.matter, case.tags, day=case.fact_date)
    laws = [cited(book, [one]) for one in ids]
    return {
        "track_zh": names.track(case.track),
        "field_zh": names.field(case.matter),
        "matter_zh": names.topic(case.matter),
        "state_zh": told["state"],
        "outcome_zh": names.outcome(told["outcome"] or ""),
        "recovered_zh": _recovered(told["recovered"]),
        "laws": laws,
        "no_laws": not laws,
        "steps": [{"month": month, "title": title} for month, _, title in steps],
    }


def _recovered(amounts: Mapping[str, str]) -> str:
    """Round amounts: an exact one could be looked up."""
    money = Decimal(amounts.get("recovered_cny", "0"))
    area = Decimal(amounts.get("recovered_m2", "0"))
    words = []
    if money:
        words.append(f"金额约{_rounded(money / _WAN)}万元")
    if area:
        words.append(f"面积约{_rounded(area / _MU_M2)}亩")
    return "，".join(words) or UNKNOWN


def _rounded(value: Decimal) -> str:
    """Return two significant digits, at least one."""
    if value < 1:
        return "不足1" if value < Decimal("0.5") else "1"
    digits = max(len(str(int(value))) - 2, 0)
    step = Decimal(10) ** digits
    return str(int((value / step).to_integral_value() * step))
