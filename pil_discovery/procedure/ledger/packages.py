"""Packages: a case as it travels to another office and back.

One JSON document in canonical form: format, sender, the records of the case with their
hashes, a hash over all of it, and a signature if the office signs. Records that seal
who gave a tip never leave.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pydantic import Field as _Field
from pydantic import ValidationError

from pil_discovery.errors import GateError, LedgerError, Problem
from pil_discovery.procedure.ledger.arrivals import demand_sound
from pil_discovery.procedure.ledger.cases import CONFIRM, RECEIVE, SEND
from pil_discovery.procedure.ledger.chain import body_of, hash_of
from pil_discovery.text.canonical import dump_json
from pil_discovery.types import Entry
from pil_discovery.types.base import Noun

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from pil_discovery.procedure.ledger.cases import Case
    from pil_discovery.procedure.ledger.rulebook import Rulebook

FORMAT = "pil-case-package"
VERSION = 1
_SIGNATURE = "signature"
_SHA256 = "sha256"


class Package(Noun):
    """A case on its way; `withheld` counts the records that stayed behind.

    `recipient`: for which office it is; empty for any.
    """

    format: str
    version: int
    sender: str
    case: str
    state: str
    entries: tuple[Entry, ...]
    recipient: str = ""
    withheld: int = 0
    sha256: str = ""
    signature: str = ""
    text_sha256: str = _Field(default="", exclude=True)

    @property
    def words(self) -> bytes:
        """What a signature covers."""
        return f"{FORMAT}:{self.version}:{self.sha256}".encode()


def pack(
    case: Case,
    book: Rulebook,
    *,
    sender: str,
    recipient: str = "",
    sign: Callable[[bytes], str] | None = None,
) -> str:
    """Return the package of a case as text.

    Parameters
    ----------
    sender
        The office that sends it.
    recipient
        The only office that is to take it; empty for any.
    sign
        Content → signature; without it the package is not signed.
    """
    going = _going(case, book)
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "sender": sender,
        "case": case.id,
        "state": case.state,
        "entries": [_plain(e) for e in going],
        "withheld": sum(_stays(e, book) for e in case.entries),
    }
    if recipient:
        content["recipient"] = recipient
    content[_SHA256] = digest_of(content)
    content[_SIGNATURE] = ""
    package = Package.model_validate_json(dump_json(content))
    if sign is not None:
        content[_SIGNATURE] = sign(package.words)
    return f"{dump_json(content)}\n"


def _stays(entry: Entry, book: Rulebook) -> bool:
    event = book.on(entry.on).event(entry.event)
    return bool(entry.sealed) or (event is not None and bool(event.sealed))


def _plain(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(body_of(entry))
    return values | {"hash": entry.hash}


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the hash of what travels, its own hash and signature left out."""
    kept = {k: v for k, v in content.items() if k not in {_SHA256, _SIGNATURE}}
    return hashlib.sha256(dump_json(kept).encode()).hexdigest()


def unpack(held: bytes) -> Package:
    """Return a package that is exactly what was packed.

    Raises
    ------
    LedgerError
        If a single byte differs from what its hashes say.
    """
    try:
        text = held.decode()
        content = json.loads(text)
        package = Package.model_validate_json(text)
    except (UnicodeDecodeError, ValueError, ValidationError) as error:
        raise LedgerError(_changed("读不出来")) from error
    faults = []
    if package.format != FORMAT or package.version != VERSION:
        faults.append(f"格式是 {package.format} {package.version}，不认识")
    if f"{dump_json(content)}\n" != text or digest_of(content) != package.sha256:
        faults.append("内容与哈希不符")
    faults += [
        f"第{n}条记录与自身的哈希不符"
        for n, entry in enumerate(package.entries, 1)
        if hash_of(body_of(entry)) != entry.hash or entry.case != package.case
    ]
    if faults or not package.entries:
        raise LedgerError([_changed(what) for what in faults or ["没有记录"]])
    digest = hashlib.sha256(held).hexdigest()
    return package.model_copy(update={"text_sha256": digest})


def _changed(what: str) -> Problem:
    return Problem("", "", f"移送包不完整或者被改动：{what}", "请发送方重新发送")


def new_entries(
    package: Package,
    cases: Mapping[str, Case],
    book: Rulebook,
    *,
    by: str,
    trusted: bool = False,
) -> list[Entry]:
    """Return the records of a package that a ledger does not hold yet, and its receipt.

    Parameters
    ----------
    trusted
        The signature of the sender was checked; see `demand_sound`.

    Raises
    ------
    GateError
        If the ledger holds other records of the same case: the two went different
        ways, and a person must say which holds; or a record does not fit the rules.
    """
    case = cases.get(package.case)
    here = [] if case is None else list(_going(case, book))
    known = [_name(e) for e in here]
    sent = [e.origin or e.hash for e in package.entries]
    common = min(len(known), len(sent))
    if known[:common] != sent[:common] or len(known) > len(sent):
        if known[: len(sent)] == sent:
            return []
        what = f"案件 {package.case} 在两处各有不同的后续记录，不能合并"
        raise GateError(Problem("", "", what, "请与发送方核对，由人决定以哪一份为准"))
    fresh = package.entries[len(known) :]
    if not fresh:
        return []
    demand_sound(here, fresh, book, trusted=trusted)
    latest = max([e.on for e in fresh] + ([case.latest] if case is not None else []))
    copies = [_copy(e) for e in fresh]
    return [*copies, _receipt(package, latest, by)]


def _going(case: Case, book: Rulebook) -> Sequence[Entry]:
    """Return the records of a case that travel: no sealed ones, none of the way."""
    way = (SEND, RECEIVE, CONFIRM)
    return [e for e in case.entries if not _stays(e, book) and e.event not in way]


def _name(entry: Entry) -> str:
    """Return the hash by which every ledger knows a record."""
    return entry.origin or entry.hash


def _copy(entry: Entry) -> Entry:
    change = {"origin": entry.origin or entry.hash, "seq": 0, "prev": "", "hash": ""}
    return entry.model_copy(update=change)


def _receipt(package: Package, on: dt.date, by: str) -> Entry:
    return Entry(
        seq=0,
        case=package.case,
        event=RECEIVE,
        on=on,
        by=by,
        fields={
            "sender": (package.sender,),
            "package": (package.text_sha256,),
            "signed": ("yes" if package.signature else "no",),
        },
        prev="",
    )
