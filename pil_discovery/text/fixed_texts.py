"""Texts of a fixed length as matrices of characters: dates, and codes that check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.text.check_digits import ID_WEIGHTS, USCC, USCC_WEIGHTS
from pil_discovery.text.register_numbers import PROVINCES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pil_discovery.types.datasets import CodeKind

Characters = "NDArray[np.uint8]"
"""ASCII codes, one row per text."""

_FIRST_DAY = np.datetime64("1900-01-02", "s")
_LAST_SECOND = np.datetime64("2100-12-31T23:59:59", "s")
"""Moments outside are placeholders or faults, which the exact reader tells apart."""

_NO_DIGIT = 255
_DIGITS = np.full(256, _NO_DIGIT, dtype=np.uint8)
_DIGITS[ord("0") : ord("9") + 1] = np.arange(10)
_USCC_VALUES = np.full(256, _NO_DIGIT, dtype=np.uint8)
_USCC_VALUES[np.frombuffer(USCC.encode(), np.uint8)] = np.arange(len(USCC))
_ID_ENDS = np.frombuffer(b"10X98765432", np.uint8)


def moments_of(texts: pa.Array) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """Read texts such as 2024-03-01 and 2024-03-01 08:30:00.

    Returns
    -------
    moments, good
        Moments to the second, NaT where the text is no such moment or lies outside
        1900-01-02 … 2100-12-31; and which texts are good.
    """
    moments = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[s]")
    lengths = _lengths(texts)
    for length in (10, 19):
        rows = np.flatnonzero(lengths == length)
        moments[rows] = _moments(_matrix(texts, rows, length))
    good = (moments >= _FIRST_DAY) & (moments <= _LAST_SECOND)
    moments[~good] = np.datetime64("NaT")
    return moments, good


def right_codes(kind: CodeKind, texts: pa.Array) -> NDArray[np.bool_]:
    """Mark the codes that are right as they are written, check digit included.

    A code that is not marked may be right none the less: identity numbers of persons
    born before 1900 and codes of organisations are left to `check_code`.
    """
    checks: dict[str, tuple[int, Callable[[NDArray[np.uint8]], NDArray[np.bool_]]]] = {
        "uscc": (18, _right_uscc),
        "resident_id": (18, _right_resident),
        "division": (6, _right_division),
    }
    right = np.zeros(len(texts), dtype=bool)
    if kind in checks:
        length, check = checks[kind]
        rows = np.flatnonzero(_lengths(texts) == length)
        right[rows] = check(_matrix(texts, rows, length))
    return right


def _lengths(texts: pa.Array) -> NDArray[np.int64]:
    """Return the number of bytes of each text, 0 for a missing one."""
    return np.asarray(pc.fill_null(pc.binary_length(texts), 0), dtype=np.int64)


def _matrix(texts: pa.Array, rows: NDArray[np.int64], length: int) -> NDArray[np.uint8]:
    """Return the bytes of the texts in these rows, all of one length."""
    if not len(rows):
        return np.zeros((0, length), dtype=np.uint8)
    chosen = texts if len(rows) == len(texts) else texts.take(pa.array(rows))
    _, ends, data = chosen.buffers()
    start = int(np.frombuffer(ends, np.int64)[chosen.offset])
    codes = np.frombuffer(data, np.uint8, len(rows) * length, start)
    return codes.reshape(len(rows), length)


def _number(digits: NDArray[np.uint8], first: int, last: int) -> NDArray[np.int64]:
    """Return the number that the digits in columns first … last - 1 write."""
    number = np.zeros(len(digits), dtype=np.int64)
    for column in range(first, last):
        number = number * 10 + digits[:, column]
    return number


def _moments(codes: NDArray[np.uint8]) -> NDArray[np.datetime64]:
    """Return the moments that the characters write, NaT where they do not."""
    digits = _DIGITS[codes]
    marks = {4: b"-", 7: b"-", 10: b" ", 13: b":", 16: b":"}
    length = codes.shape[1]
    good = np.ones(len(codes), dtype=bool)
    for column in range(length):
        if column in marks:
            good &= codes[:, column] == marks[column][0]
        else:
            good &= digits[:, column] != _NO_DIGIT
    days, exist = _days(digits[:, [0, 1, 2, 3, 5, 6, 8, 9]])
    moments = days.astype("datetime64[s]")
    if length > 10:
        hour, minute, second = (_number(digits, at, at + 2) for at in (11, 14, 17))
        exist &= (hour < 24) & (minute < 60) & (second < 60)
        moments += (hour * 3600 + minute * 60 + second).astype("timedelta64[s]")
    moments[~(good & exist)] = np.datetime64("NaT")
    return moments


def _days(
    digits: NDArray[np.uint8],
) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """Return the days that eight digits write, and whether each exists."""
    year, month, day = (_number(digits, a, b) for a, b in ((0, 4), (4, 6), (6, 8)))
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    same = days.astype("datetime64[M]") == months
    return days, (month >= 1) & (month <= 12) & (day >= 1) & same


def _right_uscc(codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    values = _USCC_VALUES[codes]
    right: NDArray[np.bool_] = (values != _NO_DIGIT).all(axis=1)
    right &= np.isin(codes[:, 0], np.frombuffer(b"123456789ANY", np.uint8))
    right &= (_DIGITS[codes[:, 2:8]] != _NO_DIGIT).all(axis=1)
    total = values[:, :17].astype(np.int64) @ np.array(USCC_WEIGHTS)
    right &= -total % 31 == values[:, 17]
    return right


def _right_resident(codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    digits = _DIGITS[codes[:, :17]]
    right: NDArray[np.bool_] = (digits != _NO_DIGIT).all(axis=1)
    days, exist = _days(digits[:, 6:14])
    right &= exist & (days >= _FIRST_DAY) & (days <= _LAST_SECOND)
    total = digits.astype(np.int64) @ np.array(ID_WEIGHTS)
    right &= _ID_ENDS[total % 11] == codes[:, 17]
    return right


def _right_division(codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    digits = _DIGITS[codes]
    known = np.array(sorted(map(int, PROVINCES)))
    right = np.isin(_number(digits, 0, 2), known)
    right &= (digits != _NO_DIGIT).all(axis=1)
    return right
