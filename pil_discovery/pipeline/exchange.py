"""Cases on their way: packages to other offices, tables that agencies send back."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from pil_discovery.catalog import load_exchange
from pil_discovery.errors import (
    ArgumentError,
    GateError,
    LedgerError,
    PilError,
    Problem,
    near_names,
)
from pil_discovery.pipeline import sandbox
from pil_discovery.pipeline.cases import record_event, signer
from pil_discovery.procedure import ledger as books

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pil_discovery.procedure.ledger import Case, Ledger, Package
    from pil_discovery.types import ExchangeTable

    Row = Mapping[str, Any]


def export_case(  # noqa: PLR0913 -- one argument per part of a package
    ledger: Ledger,
    case: str,
    out: Path,
    *,
    sender: str = "",
    recipient: str = "",
    on: dt.date | None = None,
    by: str = "",
    key: Path | None = None,
) -> dict[str, Any]:
    """Write the package of a case; return its hash and what stayed behind.

    Parameters
    ----------
    recipient
        The only office that is to take it; the ledger then notes the day `on` which it
        went and who sent it (`by`).

    Raises
    ------
    ArgumentError
        If day or sender are missing, or another file stands in the way.
    """
    if recipient and (on is None or not by.strip()):
        what = "写明接收单位的，要记入账本：请写 --on 日期和 --by 经办人"
        raise ArgumentError(Problem("", "--to", what))
    found = books.find_case(ledger.cases(), case)
    text = books.pack(
        found,
        ledger.book,
        sender=sender or found.opened.by,
        recipient=recipient.strip(),
        sign=None if key is None else signer(key),
    )
    package = books.unpack(text.encode())
    if out.exists() and not _is_earlier(out, package):
        what = "已有同名文件，不是这件案件较早的移送包"
        raise ArgumentError(Problem(str(out), "", what, "请换一个文件名"))
    out.write_text(text, encoding="utf-8", newline="\n")
    if recipient and on is not None:
        told = (("to", recipient), ("package", package.text_sha256))
        record_event(ledger, found.id, books.SEND, on=on, by=by, fields=told)
    return {
        "case": package.case,
        "state": package.state,
        "entries": len(package.entries),
        "withheld": package.withheld,
        "recipient": package.recipient,
        "sha256": package.text_sha256,
        "signed": bool(package.signature),
    }


def _is_earlier(out: Path, package: Package) -> bool:
    """Whether a file is a package of the same case that the new one continues."""
    try:
        there = books.unpack(out.read_bytes())
    except LedgerError:
        return False
    told = [entry.hash for entry in there.entries]
    return told == [entry.hash for entry in package.entries][: len(told)]


def import_case(  # noqa: PLR0913 -- one argument per part of a receipt
    ledger: Ledger,
    file: Path,
    *,
    by: str,
    certificate: Path | None = None,
    office: str = "",
    receipt: Path | None = None,
    key: Path | None = None,
) -> dict[str, Any]:
    """Take the records of a package into a ledger and return the receipt.

    Parameters
    ----------
    office
        Which office takes it; needed for a package that names its recipient.
    receipt, key
        Where to write the receipt for the sender, and the key that signs it.

    Raises
    ------
    LedgerError
        If the package was changed, or is not signed by the holder of the certificate.
    GateError
        If it is for another office, or the ledger holds other records of that case.
    """
    package = books.unpack(file.read_bytes())
    _demand_recipient(package, office, file)
    if certificate is not None and not books.is_signed(
        package.words, package.signature, certificate
    ):
        what = "移送包没有签名，或者不是该证书持有人签名"
        raise LedgerError(Problem(file.name, "", what, "请与发送方核对"))
    trusted = certificate is not None
    made = ledger.receive(
        lambda cases: books.new_entries(
            package, cases, ledger.book, by=by, trusted=trusted
        )
    )
    case = books.find_case(ledger.cases(), package.case)
    if receipt is not None:
        text = books.write_receipt(
            package,
            recipient=office or by,
            state=case.state,
            entry=made[-1].hash if made else "",
            sign=None if key is None else signer(key),
        )
        receipt.write_text(text, encoding="utf-8", newline="\n")
    return {
        "case": case.id,
        "state": case.state,
        "added": sum(bool(e.origin) for e in made),
        "sender": package.sender,
        "sha256": package.text_sha256,
        "signed": bool(package.signature),
        "signature_checked": certificate is not None,
        "receipt": made[-1].hash if made else "",
    }


def _demand_recipient(package: Package, office: str, file: Path) -> None:
    wanted = package.recipient
    if not wanted or books.same_name(wanted, office):
        return
    what = f"移送包写给 {wanted}{f'，不是 {office}' if office else ''}"
    remedy = "是写给本单位的，用 --as 写明单位名称；不是的，不收，告知发送方"
    raise GateError(Problem(file.name, "--as", what, remedy))


def confirm_receipt(
    ledger: Ledger,
    file: Path,
    *,
    on: dt.date,
    by: str,
    certificate: Path | None = None,
) -> dict[str, Any]:
    """Note the receipt of a package that was sent, in the case that it was about.

    Raises
    ------
    LedgerError
        If the receipt was changed, or is not signed by the holder of the certificate.
    GateError
        If no such package was sent, or the receipt was noted before.
    """
    receipt = books.read_receipt(file.read_bytes())
    if certificate is not None and not books.is_signed(
        receipt.words, receipt.signature, certificate
    ):
        what = "回执没有签名，或者不是该证书持有人签名"
        raise LedgerError(Problem(file.name, "", what, "请与接收方核对"))
    told = {
        "to": receipt.recipient,
        "package": receipt.package,
        "receipt": receipt.sha256,
        "state": receipt.state,
        "signed": "yes" if receipt.signature else "no",
    }
    record_event(ledger, receipt.case, books.CONFIRM, on=on, by=by, fields=told.items())
    return {"case": receipt.case, **told, "signature_checked": certificate is not None}


def import_replies(
    ledger: Ledger,
    file: Path,
    *,
    by: str,
    agency: str = "",
    columns: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Record what agencies send back in a table, row by row.

    Parameters
    ----------
    agency
        Who sent it; headers that it is known to use are understood.
    columns
        Further headers → columns of the table.

    Returns
    -------
    dict
        `rows` = `added` + `known` (recorded before) + `quarantined`, and `quarantine`
        with row, what is wrong and what to do.

    Raises
    ------
    ReadError
        If the file cannot be read as a table.
    """
    table = next(iter(load_exchange().values()))
    named = _headers(table, agency) | dict(columns or {})
    read = sandbox.read_table(
        file, {table.id: table.dataset}, wanted=table.id, columns=named
    )
    outcome = _Outcome(ledger, table, by)
    for row in read.frame.to_dict("records"):
        outcome.take({str(column): cell for column, cell in row.items()})
    aside = [
        {"row": int(q["row"]), "what": str(q["reason"]), "remedy": str(q["remedy"])}
        for q in read.quarantine.to_dict("records")
        if q["scope"] == "row"
    ]
    quarantine = sorted([*aside, *outcome.quarantine], key=lambda q: q["row"])
    return {
        "rows": read.report.rows_read,
        "added": outcome.added,
        "known": outcome.known,
        "quarantined": len({q["row"] for q in quarantine}),
        "quarantine": quarantine,
    }


def _headers(table: ExchangeTable, agency: str) -> dict[str, str]:
    if not agency:
        return {}
    known = {m.agency: m.columns for m in table.mappings}
    if agency not in known:
        near = near_names(agency, known) or "用 --columns 写明表头"
        what = f"没有「{agency}」的字段对照"
        raise ArgumentError(Problem("", "--from", what, near))
    return dict(known[agency])


class _Outcome:
    """What became of the rows of a table."""

    def __init__(self, ledger: Ledger, table: ExchangeTable, by: str) -> None:
        self._ledger, self._table, self._by = ledger, table, by
        self.added = self.known = 0
        self.quarantine: list[dict[str, Any]] = []

    def take(self, row: Row) -> None:
        """Record a row, or set it aside with the reason."""
        number = int(row["_row"])
        name, day = row[self._table.case], row[self._table.day]
        if not isinstance(name, str) or not isinstance(day, dt.date) or pd.isna(day):
            words = "缺少案件编号或者日期，或者日期读不出来"
            self._aside(number, Problem("", "", words, "请发送方补正"))
            return
        on = day.date() if isinstance(day, dt.datetime) else day
        pairs = list(self._pairs(row))
        try:
            case = books.find_case(self._ledger.cases(), name)
            if _is_known(case, self._table.event, on, pairs):
                self.known += 1
                return
            record_event(
                self._ledger, name, self._table.event, on=on, by=self._by, fields=pairs
            )
        except LedgerError:
            raise
        except PilError as error:
            for problem in error.problems:
                self._aside(number, problem)
            return
        self.added += 1

    def _pairs(self, row: Row) -> Iterator[tuple[str, str]]:
        cut = (
            f"[{re.escape(self._table.separators)}]" if self._table.separators else "$^"
        )
        for key, column in self._table.fields.items():
            cell = row.get(column)
            for part in re.split(cut, cell) if isinstance(cell, str) else ():
                if part.strip():
                    yield key, part.strip()

    def _aside(self, row: int, problem: Problem) -> None:
        told = {"row": row, "what": problem.what, "remedy": problem.remedy}
        self.quarantine.append(told)


def _is_known(
    case: Case, event: str, on: dt.date, pairs: list[tuple[str, str]]
) -> bool:
    """Whether the case already holds exactly this record."""
    told: dict[str, tuple[str, ...]] = {}
    for key, value in pairs:
        told[key] = (*told.get(key, ()), value)
    return any(e.on == on and dict(e.fields) == told for e in case.of(event))
