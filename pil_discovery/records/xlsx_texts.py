"""The shared texts of an XLSX file (ECMA-376 part 1, 18.4) in Arrow memory."""

from __future__ import annotations

import re

import pyarrow as pa

from pil_discovery.records.block_rows import TEXTS
from pil_discovery.records.markup import demand_xml

_PLAIN = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_ITEM = re.compile(rb"<si>(.*?)</si>", re.DOTALL)
_TEXT = re.compile(rb'<t(?: xml:space="preserve")?>([^<]*)</t>')
_READING = re.compile(rb"<rPh [^<>]*>.*?</rPh>", re.DOTALL)
"""How Japanese texts are pronounced; no part of the text."""
_PROPERTIES = re.compile(rb"<rPr>.*?</rPr>|<phoneticPr [^<>]*/>", re.DOTALL)
_EMPTY = re.compile(rb"<t ?/>|<rPr ?/>")
_REFERENCE = re.compile(rb"&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));")
_CHARACTERS = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"', b"apos": "'"}
_ODD = (b"\r", b"_x", b"]]>")
"""What may stand for another text than it spells."""


class UnusualError(Exception):
    """A part is written in a way that is not read here."""


def shared_texts(part: bytes) -> pa.Array:
    """Return the texts of `xl/sharedStrings.xml`, in their order.

    Raises
    ------
    UnusualError
        When the part holds anything but texts, plain or in pieces of several fonts.
    """
    demand_usual(part)
    found = _PLAIN.findall(part)
    if len(found) != part.count(b"<si") or part.count(b"<") != _tags(part, len(found)):
        found = _in_pieces(part)
    return as_texts(pa.array(found, pa.large_binary()))


def _tags(part: bytes, texts: int) -> int:
    """Return how many tags a part has in which each text is plain."""
    start = part.find(b"<si>")
    return 4 * texts + part.count(b"<", 0, start) + 1


def _in_pieces(part: bytes) -> list[bytes]:
    items = _ITEM.findall(part)
    if len(items) != part.count(b"<si") or len(items) != part.count(b"</si>"):
        raise UnusualError
    return [_joined(item) for item in items]


def _joined(item: bytes) -> bytes:
    """Return the text of an item, whose pieces have fonts of their own."""
    for other in (_READING, _PROPERTIES, _EMPTY):
        item = other.sub(b"", item)
    found = _TEXT.findall(item)
    runs = item.count(b"<r>")
    if item.count(b"<") != 2 * len(found) + 2 * runs:
        raise UnusualError
    return b"".join(found)


def demand_usual(part: bytes) -> None:
    """Raise where a part is no XML in UTF-8, or declares or comments on anything.

    Raises
    ------
    UnusualError
        Then.
    """
    declared = re.match(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([^\"']*)", part)
    utf8 = declared is None or declared[1].lower() == b"utf-8"
    if not utf8 or not part.startswith(b"<") or b"<!" in part:
        raise UnusualError
    try:
        demand_xml(part)
    except ValueError:
        raise UnusualError from None


def as_texts(found: pa.Array) -> pa.Array:
    """Return texts of XML as they are meant.

    Raises
    ------
    UnusualError
        When one is not UTF-8, refers to something unknown, or may mean another text
        than it spells.
    """
    joined = bytes(found.buffers()[2] or b"")
    if any(odd in joined for odd in _ODD):
        raise UnusualError
    if b"&" in joined:
        meant = [_meant(text) if b"&" in text else text for text in found.to_pylist()]
        found = pa.array(meant, pa.large_binary())
    try:
        return found.cast(TEXTS)
    except pa.ArrowInvalid:
        raise UnusualError from None


def _meant(text: bytes) -> bytes:
    if text.count(b"&") != len(_REFERENCE.findall(text)):
        raise UnusualError
    return _REFERENCE.sub(_character, text)


def _character(reference: re.Match[bytes]) -> bytes:
    name, decimal, hexadecimal = reference.groups()
    if name:
        return _CHARACTERS[name].encode()
    code = int(decimal) if decimal else int(hexadecimal, 16)
    try:
        return chr(code).encode()
    except (ValueError, UnicodeEncodeError):
        raise UnusualError from None
