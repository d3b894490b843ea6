"""What a field may hold beside words: a date, a period, a sum of money."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from pil_discovery.types import Clock

if TYPE_CHECKING:
    from pil_discovery.procedure.ledger.rulebook import Rulebook

_NUMERALS = dict(
    zip("一二两三四五六七八九十", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10), strict=True)
)
_PERIOD = re.compile(
    r"(?P<number>[1-9][0-9]{0,2}|[一二两三四五六七八九十]|十五|三十|六十|九十)\s*"
    r"(?:(?P<month>个月|月|months?|m)|(?P<day>日|天|days?|d))内?"
)
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")
_NUMBER = re.compile(
    r"(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,6})?", re.ASCII
)
_TENS = {"十五": 15, "三十": 30, "六十": 60, "九十": 90}


def read_day(text: str) -> dt.date | None:
    """Return the date that a text names (2026-09-30); None if it names none."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


def read_count(text: str) -> int | None:
    """Return a whole number from one; None if the text is none."""
    told = text.strip()
    return int(told) or None if told.isascii() and told.isdecimal() else None


def read_amount(text: str) -> Decimal | None:
    """Return a sum of money above nothing, in yuan and cents; None if it is none."""
    told = text.strip().replace(",", "")
    amount = Decimal(told) if _AMOUNT.fullmatch(told) else Decimal(0)
    return amount if amount > 0 else None


def read_number(text: str) -> Decimal | None:
    """Return an amount that is not below nothing; None if the text is no such number.

    Commas part thousands and nothing else: «12,5» may be twelve and a half.
    """
    told = text.strip()
    return Decimal(told.replace(",", "")) if _NUMBER.fullmatch(told) else None


def read_period(text: str) -> dt.date | Clock | None:
    """Return the date that a text names, or its period as a clock; None = neither."""
    if (day := read_day(text)) is not None:
        return day
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        return None
    digits = found["number"]
    number = _TENS.get(digits) or _NUMERALS.get(digits) or int(digits)
    return Clock(
        id="rectification",
        title_zh="整改期限",
        number=number,
        unit="month" if found["month"] else "day",
        starts_from="收到检察建议书",
    )


def period_end(text: str, start: dt.date, book: Rulebook) -> dt.date | None:
    """Return the last day: a date as written, a period rolled over rest days."""
    period = read_period(text)
    if isinstance(period, Clock):
        return book.due(period, start, on=start).date
    return period
