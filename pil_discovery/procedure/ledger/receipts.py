"""Receipts: what an office that took a package gives back to the one that sent it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from pil_discovery.errors import LedgerError, Problem
from pil_discovery.procedure.ledger.packages import digest_of
from pil_discovery.text.canonical import dump_json
from pil_discovery.types.base import Noun

if TYPE_CHECKING:
    from collections.abc import Callable

    from pil_discovery.procedure.ledger.packages import Package

FORMAT = "pil-case-receipt"
VERSION = 1


class Receipt(Noun):
    """That an office holds a package: whose it was, which, and the state there.

    `entry` is the hash under which its ledger noted the package; empty where it held
    everything before.
    """

    format: str
    version: int
    case: str
    package: str
    sender: str
    recipient: str
    state: str
    entry: str = ""
    sha256: str = ""
    signature: str = ""

    @property
    def words(self) -> bytes:
        """What a signature covers."""
        return f"{FORMAT}:{self.version}:{self.sha256}".encode()


def write_receipt(
    package: Package,
    *,
    recipient: str,
    state: str,
    entry: str,
    sign: Callable[[bytes], str] | None = None,
) -> str:
    """Return the receipt of a package as text; without `sign` it is not signed."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "case": package.case,
        "package": package.text_sha256,
        "sender": package.sender,
        "recipient": recipient,
        "state": state,
        "entry": entry,
    }
    content["sha256"] = digest_of(content)
    content["signature"] = ""
    if sign is not None:
        content["signature"] = sign(Receipt.model_validate(content).words)
    return f"{dump_json(content)}\n"


def read_receipt(held: bytes) -> Receipt:
    """Return a receipt that is exactly what was written.

    Raises
    ------
    LedgerError
        If a single byte differs from what its hash says.
    """
    try:
        text = held.decode()
        content = json.loads(text)
        receipt = Receipt.model_validate_json(text)
    except (UnicodeDecodeError, ValueError, ValidationError) as error:
        raise LedgerError(_changed("读不出来")) from error
    if receipt.format != FORMAT or receipt.version != VERSION:
        what = f"格式是 {receipt.format} {receipt.version}，不认识"
        raise LedgerError(_changed(what))
    if f"{dump_json(content)}\n" != text or digest_of(content) != receipt.sha256:
        raise LedgerError(_changed("内容与哈希不符"))
    return receipt


def _changed(what: str) -> Problem:
    return Problem("", "", f"回执不完整或者被改动：{what}", "请接收方重新出具")
