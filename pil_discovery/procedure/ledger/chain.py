"""Entries in a chain of hashes: what was written can only be added to.

The hash of an entry is SHA-256 of its canonical JSON, which holds the hash of the entry
before it. Whoever changes, removes or reorders an entry breaks the chain; whoever cuts
its end is betrayed by a head kept elsewhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from pil_discovery.errors import LedgerError, Problem
from pil_discovery.text.canonical import dump_json
from pil_discovery.types import Entry

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

GENESIS = "0" * 64
_CASE_LENGTH = 12


@dataclass(frozen=True)
class Row:
    """An entry as it is stored: number, canonical JSON, hash."""

    seq: int
    body: str
    hash: str


@dataclass(frozen=True)
class Head:
    """How far a ledger had come: number and hash of its last entry, and a signature."""

    seq: int
    hash: str
    signature: str = ""


def body_of(entry: Entry) -> str:
    """Return the canonical JSON of an entry without its hash."""
    values = entry.model_dump(exclude={"hash"})
    values["fields"] = dict(sorted(values["fields"].items()))
    values["sealed"] = dict(sorted(values["sealed"].items()))
    return dump_json(values)


def hash_of(body: str) -> str:
    """Return the hash of an entry by its canonical JSON."""
    return hashlib.sha256(body.encode()).hexdigest()


def linked(entry: Entry, before: Row | None) -> Entry:
    """Return an entry as the next after a row: number, hash before it, own hash.

    An entry without a case opens one; the case is called by the beginning of a hash of
    all that it was opened with.
    """
    place = {
        "seq": before.seq + 1 if before else 1,
        "prev": before.hash if before else GENESIS,
    }
    entry = entry.model_copy(update=place)
    if not entry.case:
        name = hash_of(body_of(entry))[:_CASE_LENGTH]
        entry = entry.model_copy(update={"case": name})
    return entry.model_copy(update={"hash": hash_of(body_of(entry))})


def read_chain(rows: Sequence[Row], heads: Iterable[Head] = ()) -> list[Entry]:
    """Return the entries of a sound chain.

    Parameters
    ----------
    rows
        In the order in which they are stored.
    heads
        What is known of how far the ledger had come.

    Raises
    ------
    LedgerError
        With everything that shows that rows were changed, removed, moved or added.
    """
    problems: list[Problem] = []
    entries: list[Entry] = []
    before: Row | None = None
    for number, row in enumerate(rows, 1):
        entry, faults = _read(row, number, before)
        problems += [Problem("", f"第{number}条", what, _REMEDY) for what in faults]
        if entry is not None:
            entries.append(entry)
        before = row
    problems += _backwards(entries)
    problems += _beyond(rows, heads)
    if problems:
        raise LedgerError(problems)
    return entries


_REMEDY = "请停止使用，保留原样，用备份和已签收的回执核对"


def _read(row: Row, number: int, before: Row | None) -> tuple[Entry | None, list[str]]:
    faults: list[str] = []
    if row.seq != number:
        faults.append(f"序号应为 {number}，实为 {row.seq}：有记录被删去或者移动")
    if hash_of(row.body) != row.hash:
        faults.append("内容与哈希不符：记录被改动")
    try:
        entry = Entry.model_validate_json(row.body)
    except ValidationError:
        return None, [*faults, "不是一条账本记录"]
    if entry.prev != (before.hash if before else GENESIS):
        faults.append("与上一条不相连：有记录被删去、替换或者移动")
    if entry.seq != row.seq or body_of(entry) != row.body:
        faults.append("内容不是写入时的形式：记录被改动")
    return entry.model_copy(update={"hash": row.hash}), faults


def _backwards(entries: Iterable[Entry]) -> list[Problem]:
    """Return entries that are dated before an earlier one of their case.

    What another office recorded is compared with its own records only: it may arrive
    after a later day was recorded here.
    """
    latest: dict[str, dt.date] = {}
    received: dict[str, dt.date] = {}
    found = []
    for entry in entries:
        before = (received if entry.origin else latest).get(entry.case, entry.on)
        if entry.on < before:
            what = f"日期 {entry.on} 早于同案上一条 {before}"
            found.append(Problem("", f"第{entry.seq}条", what, _REMEDY))
        latest[entry.case] = max(entry.on, latest.get(entry.case, entry.on))
        if entry.origin:
            received[entry.case] = entry.on
    return found


def _beyond(rows: Sequence[Row], heads: Iterable[Head]) -> list[Problem]:
    """Return heads that the rows do not lead to: the end was cut or rewritten."""
    found = []
    hashes = {row.seq: row.hash for row in rows}
    for head in heads:
        if head.seq > len(rows):
            what = f"账本曾有 {head.seq} 条，现在只有 {len(rows)} 条：末尾被截去"
            found.append(Problem("", "", what, _REMEDY))
        elif hashes.get(head.seq) != head.hash:
            what = f"第{head.seq}条与当时的链头不符：记录被替换"
            found.append(Problem("", "", what, _REMEDY))
    return list(dict.fromkeys(found))
