"""Canonical bytes: JSON, JSON lines and text that can be printed without surprises."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal

from pydantic import BaseModel

_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_UNPRINTABLE = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})


def plain(value: object) -> object:
    """Turn a tree into JSON types; decimals and floats become plain decimal strings.

    A float never reaches a file as a binary number: it is written with the shortest
    digits that read back to it, so the text is the same on every machine.
    """
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return str(value)


def json_bytes(value: object) -> bytes:
    """Return readable canonical JSON: sorted keys, two blanks, UTF-8, final newline."""
    text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, indent=2)
    return _utf8(text + "\n")


def json_lines(values: Iterable[object]) -> bytes:
    """Return canonical JSON, one object per line."""
    return b"".join(_utf8(_line(value) + "\n") for value in values)


def geojson_bytes(value: object) -> bytes:
    """Return GeoJSON; coordinates stay numbers, as RFC 7946 wants, 7 decimals."""
    text = json.dumps(_rounded(value), ensure_ascii=False, sort_keys=True)
    return _utf8(text + "\n")


def printable(text: object) -> str:
    """Return text as it may be printed: one line, no control or invisible characters.

    Direction marks and zero-width characters could make a name read otherwise than it
    is stored; they are taken out of print (`items.jsonl` keeps the original).
    """
    visible = _HIDDEN.sub("", str(text))
    shown = "".join(
        " " if unicodedata.category(c) in _UNPRINTABLE else c for c in visible
    )
    return " ".join(unicodedata.normalize("NFC", shown).split(" ")).strip(" ")


def _line(value: object) -> str:
    return json.dumps(
        plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 7)
    if isinstance(value, Mapping):
        return {str(k): _rounded(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(v) for v in value]
    return _scalar(value)


def _utf8(text: str) -> bytes:
    # A lone surrogate (a damaged name) must not stop the evidence: it is written as
    # the replacement character, and the row still leads back to the source file.
    return text.encode("utf-8", errors="replace")
