"""Resident identity numbers wherever they stand in a text, as people write them.

GB 11643-1999: six digits of the division, the day of birth, three of a sequence and a
check digit; before 1999 fifteen digits with a year of two. A number is told by its
structure, also where a slip of the pen spoiled the check digit: what hides personal
data must not depend on its being free of errors.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

from pil_discovery.text.check_digits import is_right_uscc, resident_check_digit
from pil_discovery.text.masking import mask_identifier
from pil_discovery.text.register_numbers import PROVINCES

if TYPE_CHECKING:
    from collections.abc import Iterator


class ResidentNumber(NamedTuple):
    """A number found in a text: where it stands, and its form of eighteen characters.

    `right` tells whether the check digit holds; an old number has none to be wrong.
    """

    start: int
    end: int
    number: str
    right: bool


_ALIKE = str.maketrans("０１２３４５６７８９ＸｘxⅩⅹ×", "0123456789XXXXXX")
"""One character for one, so that places in the text stay what they are."""

_GAP = r"[\s\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\uff0d\ufeff·]{0,2}"
_RUN = re.compile(rf"[0-9](?:{_GAP}[0-9]){{13,}}(?:{_GAP}X(?![0-9A-Z]))?")
_PIECE = re.compile(r"[0-9]+X?")
LONG_RUN = r"[0-9０-９](?:[^0-9０-９A-Za-z]{0,2}[0-9０-９]){13,}"
"""What a text with a number in it holds at least, for looking through whole columns."""


def normal_number(text: str) -> str | None:
    """Return the eighteen characters of a right number, written new or old; else None.

    Sequence numbers 996 to 999 of old numbers were kept for people born before 1900:
    their century is not told.
    """
    if re.fullmatch(r"[0-9]{15}", text):
        return _renewed(text)
    if re.fullmatch(r"[0-9]{17}[0-9X]", text) and is_day(text[6:14]):
        return text if resident_check_digit(text[:17]) == text[17] else None
    return None


def _renewed(text: str) -> str | None:
    if text[12:] >= "996" or not is_day(f"19{text[6:12]}"):
        return None
    body = f"{text[:6]}19{text[6:]}"
    return body + resident_check_digit(body)


def is_day(text: str) -> bool:
    """Return whether eight digits write a day that exists."""
    try:
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def find_numbers(text: str) -> list[ResidentNumber]:
    """Return the numbers of a text in their order, none overlapping another.

    Full-width digits, spaces, hyphens and invisible characters within a number are
    seen through. Eighteen characters that stand alone count where two of division,
    century and day fit; within a longer run of digits only what is right in every
    respect does.
    """
    plain = text.translate(_ALIKE)
    return [number for run in _RUN.finditer(plain) for number in _of_run(plain, run)]


def _of_run(plain: str, run: re.Match[str]) -> Iterator[ResidentNumber]:
    at = [i for i in range(run.start(), run.end()) if plain[i] in "0123456789X"]
    compact = "".join(plain[i] for i in at)
    whole = _number(compact, 0)
    loose = len(compact) < run.end() - run.start() or _touched(plain, run)
    if whole is not None and (whole.right or not loose):
        yield _placed(whole, at)
        return
    pieces = [
        piece
        for match in _PIECE.finditer(plain, run.start(), run.end())
        if (piece := _number(match[0], match.start())) is not None
    ]
    yield from pieces or (_placed(number, at) for number in _within(compact))


def _touched(plain: str, run: re.Match[str]) -> bool:
    """Return whether a letter stands at the digits, as in a hash or a file number."""
    beside = plain[max(run.start() - 1, 0) : run.start()] + plain[run.end() :][:1]
    return any(c.isascii() and c.isalnum() for c in beside)


def _placed(number: ResidentNumber, at: list[int]) -> ResidentNumber:
    end = at[number.end - 1] + 1
    return number._replace(start=at[number.start], end=end)


def _number(digits: str, start: int) -> ResidentNumber | None:
    """Return the number that digits standing alone are, right or with a slip."""
    normal = normal_number(digits)
    fits = normal is not None and digits[:2] in PROVINCES
    if not fits and not _seems(digits):
        return None
    return ResidentNumber(start, start + len(digits), normal or digits, fits)


def _seems(digits: str) -> bool:
    if len(digits) != 18:
        return False
    parts = (
        digits[:2] in PROVINCES,
        digits[6:8] in {"19", "20"},
        is_day(f"2000{digits[10:14]}"),
    )
    is_firm = is_right_uscc(digits) and digits[2:4] in PROVINCES
    return all(parts) or (sum(parts) == 2 and not is_firm)


def _within(digits: str) -> Iterator[ResidentNumber]:
    start = 0
    while start + 18 <= len(digits):
        found = digits[start : start + 18]
        if (
            found[:2] in PROVINCES
            and found[6:8] in {"19", "20"}
            and normal_number(found)
        ):
            yield ResidentNumber(start, start + 18, found, right=True)
            start += 18
        else:
            start += 1


_PSEUDONYM = re.compile(
    r"(?<![0-9A-Za-z])[0-9]{3}(?:[A-Z]{13}|[a-z]{13})[0-9][0-9Xx](?![0-9A-Za-z])",
    re.ASCII,
)


def mask_persons(text: str) -> str:
    """Return a text for readers: identity numbers and pseudonyms with ends alone."""
    pieces, at = [], 0
    for found in find_numbers(text):
        pieces += [text[at : found.start], mask_identifier(found.number)]
        at = found.end
    whole = "".join([*pieces, text[at:]])
    return _PSEUDONYM.sub(lambda match: mask_identifier(match[0]), whole)
