"""Cases: opened with a lead, recorded under guards, watched, followed up, exchanged."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import procedure
from pil_discovery.catalog import load_case_rules, load_law, load_procedure
from pil_discovery.errors import ArgumentError, LedgerError, Problem, near_names
from pil_discovery.procedure import ledger as books
from pil_discovery.procedure.ledger import (
    Draft,
    Ledger,
    PostgresStore,
    Proposal,
    Rulebook,
    SqliteStore,
)
from pil_discovery.text.databases import read_database
from pil_discovery.types import Entry, FileRef

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pil_discovery.procedure.ledger import Case, Head
    from pil_discovery.types import Due, Followup, LeadSnapshot

_PASSWORD = "PIL_KEY_PASSWORD"  # noqa: S105 -- the name of a variable
_OPEN_TIP = "tip.open"
_SERVER = "postgresql"
_CHUNK = 1 << 20


def open_ledger(place: str | Path, *, key: Path | None = None) -> Ledger:
    """Return the ledger in a file or a database; nothing is read or written yet.

    Parameters
    ----------
    place
        Path of an SQLite file, or `postgresql+psycopg://…` with `${PIL_DB_…}` for the
        password.
    key
        Private key (PEM) that signs the head after each record; its password comes
        from `PIL_KEY_PASSWORD`.
    """
    return Ledger(_store(str(place)), rulebook(), None if key is None else signer(key))


def rulebook() -> Rulebook:
    """Return the law and the rules of recording."""
    facts, topics = load_law()
    procedure = load_procedure(facts)
    return Rulebook(
        facts=facts,
        topics=topics,
        regimes=procedure.regimes,
        clocks=procedure.clocks,
        rules=load_case_rules(facts, topics, procedure.clocks),
        calendar=procedure.calendar,
    )


def _store(place: str) -> SqliteStore | PostgresStore:
    if place.startswith((_SERVER, "${")):
        return PostgresStore(read_database(place, os.environ))
    return SqliteStore(Path(place))


def signer(key: Path) -> Callable[[bytes], str]:
    """Return what signs with the key of a file; its password is in the environment."""
    password = os.environ.get(_PASSWORD)
    return lambda content: books.sign(content, key, password)


def open_case(  # noqa: PLR0913 -- one argument per thing a case is opened with
    ledger: Ledger,
    *,
    track: str,
    matter: str,
    title: str,
    fact_date: dt.date,
    on: dt.date,
    by: str,
    agency: str = "",
    party: str = "",
    tags: Sequence[str] = (),
    scan: str | Path | None = None,
    lead: str | None = None,
) -> Case:
    """Open a case, with the lead of a scan if there is one.

    Raises
    ------
    GateError
        If a case of the same agency and topic still takes up new finds.
    ArgumentError
        With everything that is missing or unknown.
    """
    problems = _opening_problems(ledger, matter, {"title": title, "by": by})
    if track == "admin" and not agency.strip():
        problems.append(Problem("", "--agency", "行政案件要写明行政机关"))
    if track == "civil" and not (agency.strip() or party.strip()):
        what = "民事案件要写明违法行为人（--party）或者行政机关（--agency）"
        problems.append(Problem("", "--party", what))
    if (scan is None) != (lead is None):
        problems.append(Problem("", "--scan --lead", "结果文件夹和线索要一起给出"))
    if fact_date > on:
        what = f"事实发生日 {fact_date} 晚于登记日 {on}"
        problems.append(Problem("", "--fact-date", what))
    if problems:
        raise ArgumentError(problems)
    ledger.book.regime(on)
    told = {
        "track": track,
        "matter": matter,
        "agency": agency.strip(),
        "party": party.strip(),
        "title": title.strip(),
        "fact_date": fact_date.isoformat(),
    }
    fields: dict[str, tuple[str, ...]] = {k: (v,) for k, v in told.items() if v}
    if tags:
        fields["tag"] = tuple(dict.fromkeys(tags))
    entry = Entry(
        seq=0,
        case="",
        event="open",
        on=on,
        by=by.strip(),
        fields=fields,
        lead=None if scan is None or lead is None else _snapshot(scan, lead),
        prev="",
    )
    return ledger.open(entry)


def _snapshot(scan: str | Path, lead: str) -> LeadSnapshot:
    from pil_discovery.pipeline.leads_of_cases import snapshot

    return snapshot(scan, lead)


def _opening_problems(
    ledger: Ledger, matter: str, told: Mapping[str, str]
) -> list[Problem]:
    problems = [
        Problem("", f"--{name}", "不能空着")
        for name, value in told.items()
        if not value.strip()
    ]
    topics = ledger.book.topics
    if matter not in topics:
        near = near_names(matter, topics) or "主题见 models/law/topics"
        problems.append(Problem("", "--matter", f"没有主题「{matter}」", near))
    return problems


def record_event(  # noqa: PLR0913 -- one argument per part of a record
    ledger: Ledger,
    case: str,
    event: str,
    *,
    on: dt.date,
    by: str,
    fields: Iterable[tuple[str, str]] = (),
    files: Iterable[Path] = (),
    tip_key: Path | None = None,
) -> Case:
    """Record an event of a case.

    Parameters
    ----------
    fields
        Pairs of key and value; a repeated key makes a list.
    files
        Files that the record refers to; their hashes are kept.
    tip_key
        File of the key that seals who gave a tip; written when it is not there yet.

    Raises
    ------
    GateError
        With everything that the record lacks, each with its rule.
    """
    grouped: dict[str, tuple[str, ...]] = {}
    for key, value in fields:
        grouped[key.strip()] = (*grouped.get(key.strip(), ()), value.strip())
    if not by.strip():
        raise ArgumentError(Problem("", "--by", "不能空着"))
    draft = Draft(event, on, by.strip(), grouped, tuple(map(_file, files)))
    sealed = set(ledger.event(event, on).sealed) & grouped.keys()
    if not sealed:
        return ledger.record(case, draft)
    if tip_key is None:
        what = "举报人信息要密封，请用 --tip-key 给出密钥文件"
        raise ArgumentError(Problem("", "--tip-key", what))
    return ledger.record(case, draft, seal=_sealer(tip_key))


def _sealer(path: Path) -> Callable[[str, str], str]:
    """Return what seals with the key of a file; a new file is made when first used."""

    def seal(value: str, context: str) -> str:
        key = books.read_key(path) if path.exists() else books.new_key(path)
        return books.seal(value, key, context=context)

    return seal


def _file(path: Path) -> FileRef:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return FileRef(name=path.name, sha256=digest.hexdigest(), bytes=size)


def open_tip(
    ledger: Ledger, seq: int, *, on: dt.date, by: str, reason: str, tip_key: Path
) -> dict[str, str]:
    """Return what a record seals, opened with the key, once it is noted who asked.

    Raises
    ------
    ArgumentError
        If the record seals nothing.
    LedgerError
        If the key is another one; then nothing is noted.
    """
    entry = next((e for e in ledger.read() if e.seq == seq), None)
    if entry is None or not entry.sealed:
        raise ArgumentError(f"第{seq}条没有密封的内容")
    key = books.read_key(tip_key)
    opened = {
        name: books.unseal(value, key, context=f"{entry.case}:{name}")
        for name, value in entry.sealed.items()
    }
    fields = (("seq", str(seq)), ("reason", reason))
    record_event(ledger, entry.case, _OPEN_TIP, on=on, by=by, fields=fields)
    return opened


def case_status(ledger: Ledger, case: str | None = None) -> list[dict[str, Any]]:
    """Return state, records and possible next steps of one case or all.

    `next` lists the events that the state allows, each with what is missing before it
    may be recorded, and the checklist of its document.
    """
    cases = ledger.cases()
    chosen = cases.values() if case is None else [books.find_case(cases, case)]
    return [_status(c, ledger.book) for c in chosen]


def _status(case: Case, book: Rulebook) -> dict[str, Any]:
    rules = book.on(case.latest)
    proposals = [Proposal(case, e, case.latest, {}, book) for e in rules.events]
    return {
        "case": case.id,
        "track": case.track,
        "state": case.state,
        "state_zh": rules.state(case.state).zh,
        "title": case.title,
        "matter": case.matter,
        "agency": case.agency,
        "party": case.party,
        "fact_date": case.fact_date.isoformat(),
        "tags": list(case.tags),
        "events": [
            {
                "seq": e.seq,
                "event": e.event,
                "on": e.on.isoformat(),
                "by": e.by,
                "hash": e.hash,
            }
            for e in case.entries
        ],
        "next": [
            _next(p) for p in proposals if p.event.id != "open" and books.is_open(p)
        ],
    }


def _next(proposal: Proposal) -> dict[str, Any]:
    return {
        "event": proposal.event.id,
        "title_zh": proposal.event.title_zh,
        "missing": [p.what for p in books.refusals(proposal)],
        "checks": [{"zh": zh, "ok": ok} for zh, ok in books.checklist(proposal)],
    }


def case_dues(ledger: Ledger, case: str | None = None, *, as_of: dt.date) -> list[Due]:
    """Return the periods of one case or all, in the order in which they end."""
    cases = ledger.cases()
    chosen = cases.values() if case is None else [books.find_case(cases, case)]
    found = [d for c in chosen for d in books.dues(c, ledger.book, as_of=as_of)]
    return sorted(found, key=lambda due: (due.date, due.case, due.clock))


def case_register(ledger: Ledger, register: str, *, as_of: dt.date) -> dict[str, Any]:
    """Return a register through all cases: tips, appraisals, preservations."""
    cases = ledger.cases().values()
    return books.keep_register(cases, ledger.book, register, as_of=as_of)


def case_calendar(ledger: Ledger, dues: Sequence[Due], *, as_of: dt.date) -> str:
    """Return periods as a calendar file, with the titles of their cases.

    A period of a case keeps its event when it begins anew.
    """
    titles = {name: case.title for name, case in ledger.cases().items()}
    appointments = [
        procedure.Appointment(due.case, due, title=titles.get(due.case, ""), mark="")
        for due in dues
        if due.done is not True
    ]
    return procedure.to_icalendar(appointments, as_of=as_of)


def follow_up(
    ledger: Ledger, case: str, *, scan: str | Path, as_of: dt.date
) -> Followup:
    """Compare the lead of a case with a fresh scan."""
    found = books.find_case(ledger.cases(), case)
    return compare_with(found, ledger.book, scan=scan, as_of=as_of)


def compare_with(
    case: Case, book: Rulebook, *, scan: str | Path, as_of: dt.date
) -> Followup:
    """Compare the lead of a case, as it stood on a day, with a fresh scan."""
    from pil_discovery.pipeline.leads_of_cases import fresh_scan

    found = case.until(as_of)
    rules = book.on(found.latest)
    claims = [entry.on for entry in found.of(rules.followup.reply.event)]
    claimed_on = min(claims, default=None)
    fresh = fresh_scan(scan, found.lead, rules.ground, claimed_on=claimed_on)
    return books.compare(found, fresh, book, as_of=as_of)


def verify_ledger(
    ledger: Ledger, *, head: str | None = None, certificate: Path | None = None
) -> Head:
    """Tell whether a ledger holds everything that was ever written into it.

    Parameters
    ----------
    head
        Hash of an entry, from a receipt that was kept elsewhere: it must still be
        there.
    certificate
        Who must have signed the latest head.

    Raises
    ------
    LedgerError
        With everything that is wrong.
    """
    entries = ledger.read()
    last = ledger.head()
    problems = []
    if head is not None and all(e.hash != head for e in entries):
        what = f"回执上的哈希 {head} 不在账本里：账本被截短或者重写"
        problems.append(Problem("", "", what, "请用备份核对"))
    words = books.head_words(last.seq, last.hash)
    if certificate is not None and not books.is_signed(
        words, last.signature, certificate
    ):
        problems.append(Problem("", "", "最后一条的链头没有签名，或者签名不对"))
    if problems:
        raise LedgerError(problems)
    return last
