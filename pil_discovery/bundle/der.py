"""DER: the few shapes that requests for time stamps and envelopes are made of."""

from __future__ import annotations

from typing import NamedTuple

SEQUENCE, SET, INTEGER, OCTETS, BITS, OID, NULL, TRUE = (
    *(0x30, 0x31, 0x02, 0x04, 0x03, 0x06),
    *(b"\x05\x00", b"\x01\x01\xff"),
)


class Value(NamedTuple):
    """One value: its tag, its content, and where the next one begins."""

    tag: int
    content: bytes
    end: int


def tagged(tag: int, *contents: bytes) -> bytes:
    """Return a value of a tag around contents.

    >>> tagged(SEQUENCE, integer(5)).hex()
    '3003020105'
    """
    return header(tag, sum(map(len, contents))) + b"".join(contents)


def header(tag: int, length: int) -> bytes:
    """Return tag and length; the content may follow piece by piece."""
    if length < 128:
        return bytes([tag, length])
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size


def integer(number: int) -> bytes:
    """Return a whole number, 0 or more."""
    return tagged(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """Return an object identifier.

    >>> oid("2.16.840.1.101.3.4.2.1").hex()
    '0609608648016503040201'
    """
    first, second, *rest = map(int, dotted.split("."))
    return tagged(OID, b"".join(_base128(n) for n in (40 * first + second, *rest)))


def read(data: bytes, start: int = 0) -> Value:
    """Return the value that begins at a place.

    Raises
    ------
    ValueError
        When the data end before the value does, or the length is not definite.
    """
    if len(data) < start + 2:
        raise ValueError("DER: value is cut off")
    tag, size, begin = data[start], data[start + 1], start + 2
    if size >= 0x80:
        count = size - 0x80
        if not 0 < count <= 8:
            raise ValueError("DER: length is not definite")
        size = int.from_bytes(data[begin : begin + count], "big")
        begin += count
    if begin + size > len(data):
        raise ValueError("DER: value is cut off")
    return Value(tag, data[begin : begin + size], begin + size)


def members(content: bytes) -> list[Value]:
    """Return the values that follow each other in a content."""
    found, place = [], 0
    while place < len(content):
        value = read(content, place)
        found.append(value)
        place = value.end
    return found


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))
