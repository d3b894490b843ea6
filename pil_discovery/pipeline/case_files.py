"""A case of a ledger as documents tell it, and whether it has come far enough."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pil_discovery.bundle import load_kind
from pil_discovery.bundle.case_words import load_case_wording
from pil_discovery.catalog import models_folder
from pil_discovery.errors import GateError, Problem
from pil_discovery.findings import text_key
from pil_discovery.pipeline.cases import compare_with, open_ledger, rulebook
from pil_discovery.procedure import in_force, period_zh, to_basis
from pil_discovery.procedure import ledger as books
from pil_discovery.procedure.ledger import Proposal
from pil_discovery.types import CaseEvent, CaseFile, CaseRecord, Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.bundle import BundleRequest
    from pil_discovery.bundle.kinds import Kind
    from pil_discovery.procedure.ledger import Case, Rulebook
    from pil_discovery.types import Entry, Followup

_TRACKS = {"admin": "行政公益诉讼", "civil": "民事公益诉讼"}


@dataclass(frozen=True)
class Told:
    """A kind, and the case that was named for it, if any."""

    kind: Kind
    book: Rulebook
    day: dt.date
    case: Case | None = None
    file: CaseFile | None = None


def templates_folder() -> Path:
    """Return the folder of the document kinds."""
    return models_folder() / "procedure" / "documents"


def told_case(
    kind_id: str,
    named: tuple[str | Path, str] | None,
    fields: Mapping[str, str],
    as_of: dt.date,
) -> Told:
    """Return the kind and the case behind a document.

    Parameters
    ----------
    named
        Ledger and name of the case.
    fields
        Of the document; `date` dates it: later records of the case do not count.
    as_of
        Day of the scan, which dates the document otherwise.

    Raises
    ------
    GateError
        When the kind wants a case and none is named, or the case has not come far
        enough.
    """
    kind = load_kind(templates_folder(), kind_id)
    day = _given_day(fields) or as_of
    if named is None:
        book = rulebook()
        if kind.case == "required":
            what = f"“{kind.title}”要以账本里的案件为根据{book.cite(kind.basis)}"
            remedy = "用 --case 账本 案件 指明"
            raise GateError(Problem("--case", "", what, remedy))
        return Told(kind, book, day)
    ledger = open_ledger(named[0])
    case = books.find_case(ledger.cases(), named[1])
    if _given_day(fields) is not None:
        case = case.until(day)
    file = case_file(case, kind, ledger.book, as_of=day)
    if _given_day(fields) is None:
        file = _dated(file, case, kind, ledger.book)
    return Told(kind, ledger.book, file.day, case, file)


def _dated(file: CaseFile, case: Case, kind: Kind, book: Rulebook) -> CaseFile:
    """Return the case as it stood on the day of the record that dates the document.

    What was recorded later may show that somebody signed it; the document cannot tell
    of it.
    """
    days = [r.on for r in file.records if r.event in kind.dated]
    if not days:
        return file
    day, then = days[-1], case.until(days[-1])
    return file.model_copy(
        update={
            "records": tuple(r for r in file.records if r.on <= day),
            "dues": tuple(books.dues(then, book, as_of=day)),
            "state_zh": book.on(day).state(then.state).zh,
            "day": day,
        }
    )


def with_case(request: BundleRequest, told: Told) -> BundleRequest:
    """Return a request with its case, the rules it names, and the check of claims.

    Raises
    ------
    GateError
        When the case was opened with another lead.
    """
    if told.case is not None:
        _demand_same_lead(told.case, request)
    day, facts = told.day, told.book.facts
    mandate = () if told.file is None else told.file.mandate
    rules = {
        i: to_basis(facts[i])
        for i in dict.fromkeys((*told.kind.facts, *mandate))
        if i in facts and in_force(facts[i], day, day)
    }
    party = "" if told.case is None else told.case.party
    names = (party, request.lead.subject_name or "")
    check = claim_check(told.book, day, names)
    clocks = told.book.clocks[told.book.regime(day)]
    periods = {n: period_zh(c).removesuffix("内") for n, c in clocks.items()}
    return replace(
        request,
        case=told.file,
        rules=rules,
        periods=periods,
        claim_faults=check,
        followup=_compared(request, told),
    )


def _compared(request: BundleRequest, told: Told) -> Followup | None:
    """Return the lead of the case against this scan, where the kind tells of it."""
    case = told.case
    if case is None or case.lead is None or not told.kind.compares:
        return None
    return compare_with(case, told.book, scan=request.scan_dir, as_of=told.day)


def _given_day(fields: Mapping[str, str]) -> dt.date | None:
    try:
        return dt.date.fromisoformat(fields["date"]) if fields.get("date") else None
    except ValueError:
        return None  # told with the other faults of the fields


def _demand_same_lead(case: Case, request: BundleRequest) -> None:
    kept, lead = case.lead, request.lead
    if kept is None or kept.lead_id == lead.lead_id:
        return
    known = {(f.model, f.key) for f in kept.findings}
    if known.isdisjoint((f.model, text_key(f.key.values())) for f in request.findings):
        what = f"案件登记的是另一条线索 {kept.lead_id[:12]}（{kept.title_zh}）"
        where = f"线索 {lead.lead_id[:12]}"
        raise GateError(Problem(where, "--case", what, "核对线索和案件编号"))


def case_file(case: Case, kind: Kind, book: Rulebook, *, as_of: dt.date) -> CaseFile:
    """Return a case for a document, as it stood on the day of the document.

    Parameters
    ----------
    as_of
        Day of the document. Where the ledger holds later records the day of the latest
        counts.

    Raises
    ------
    GateError
        When the case has not come to where the law allows the document, with everything
        that is missing, each with its rule.
    """
    told = [e for e in case.entries if _is_told(e, book)]
    day = max(as_of, *(entry.on for entry in told))
    proposal = Proposal(case, _step(kind), day, {}, book)
    problems = [*_track_faults(kind, case, book), *books.unmet(kind.guards, proposal)]
    if problems:
        where = f"案件 {case.id[:12]}"
        raise GateError(Problem(where, kind.title, p.what, p.remedy) for p in problems)
    approvals = [*kind.signed, *_signatures(kind)]
    rules = book.on(day)
    return CaseFile(
        case=case.id,
        track=case.track,
        track_zh=_TRACKS[case.track],
        matter=case.matter,
        title=case.title,
        agency=case.agency,
        party=case.party,
        fact_date=case.fact_date,
        state_zh=rules.state(case.state).zh,
        records=tuple(_record(entry, book) for entry in told),
        dues=tuple(books.dues(case, book, as_of=day)),
        day=day,
        mandate=book.mandate(case.track, case.matter, case.tags, day=case.fact_date),
        is_signed=any(not books.unmet([guard], proposal) for guard in approvals),
    )


def claim_check(
    book: Rulebook, day: dt.date, names: Iterable[str]
) -> Callable[[str], Sequence[str]]:
    """Return what tells how a claim dictates the duties of a private party."""
    words = book.on(day).private_duty
    parties = [name for name in names if name]

    def check(claim: str) -> list[str]:
        found = books.dictated_duties(claim, words, parties)
        return [f"{words.zh}：“{clause}”{book.cite(words.basis)}" for clause in found]

    return check


def _is_told(entry: Entry, book: Rulebook) -> bool:
    """Whether documents may tell of a record: not of notes, and of no tip at all."""
    rules = book.on(entry.on)
    event = rules.event(entry.event)
    sealed = bool(entry.sealed) or (event is not None and bool(event.sealed))
    return not sealed and entry.event != rules.done.event


def _step(kind: Kind) -> CaseEvent:
    return CaseEvent(id=kind.kind, title_zh=kind.title, tracks=("admin", "civil"))


def _track_faults(kind: Kind, case: Case, book: Rulebook) -> list[Problem]:
    if kind.route in ("any", case.track):
        return []
    what = f"{_TRACKS[case.track]}案件没有“{kind.title}”"
    return [Problem("", "", what + book.cite(kind.basis))]


def _signatures(kind: Kind) -> list[Guard]:
    """Return what shows that somebody signed this document, by its id or title."""
    sign = load_case_wording(templates_folder()).sign
    if sign is None:
        return []
    names = (kind.kind, kind.title)
    having = {**sign.having, sign.field: names}
    return [Guard(check="recorded", events=(sign.event,), having=having)]


def _record(entry: Entry, book: Rulebook) -> CaseRecord:
    event = book.on(entry.on).event(entry.event)
    return CaseRecord(
        seq=entry.seq,
        event=entry.event,
        title_zh=entry.event if event is None else event.title_zh,
        on=entry.on,
        by=entry.by,
        fields=entry.fields,
        files=entry.files,
        hash=entry.hash,
    )
