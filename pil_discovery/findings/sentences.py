"""Sentences of findings: a template filled with the values of one row."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from string import Formatter
from typing import TYPE_CHECKING

from pil_discovery.text.areas import rounded_area

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ABSENT = {"zh": "（缺）", "en": "(missing)"}
_CENT = Decimal("0.01")


def fill(template: str, row: Mapping[str, object], *, lang: str = "zh") -> str:
    """Fill `{name}` and `{name:unit}` from a row; nothing else is understood.

    Units: `wan` (万元), `yuan` (元 with separators), `mu` (亩), `ha` (公顷), `m2`,
    `pct` (per cent), `date`. A missing value prints «（缺）».

    Parameters
    ----------
    lang
        `zh` or `en`: how dates and missing values are written.

    Raises
    ------
    KeyError
        If the row has no such column.
    ValueError
        If the template holds anything but plain names and these units.
    """
    parts: list[str] = []
    for text, name, unit, conversion in Formatter().parse(template):
        parts.append(text)
        if name is None:
            continue
        if not name.isidentifier() or conversion:
            msg = f"only plain names may stand in braces: {name}"
            raise ValueError(msg)
        parts.append(show(row[name], unit or "", lang=lang))
    return "".join(parts)


def template_faults(template: str, columns: Mapping[str, str]) -> Iterator[str]:
    """Say which braces of a template cannot be filled, in Chinese.

    Parameters
    ----------
    columns
        Those of the population: name → DuckDB type.

    Raises
    ------
    ValueError
        If a brace is not closed.
    """
    for _, name, unit, conversion in Formatter().parse(template):
        if not name or name not in columns:
            continue
        if conversion or (unit and unit not in (*_UNITS, "date")):
            shown = f"{name}{'!' + conversion if conversion else ''}"
            shown += f":{unit}" if unit else ""
            yield f"花括号里只能写列名，或者列名加单位（{'、'.join(_UNITS)}）：{shown}"
        elif unit in _UNITS and not _NUMERIC.match(columns[name]):
            yield f"「{name}」不是数，不能写单位 {unit}"


_NUMERIC = re.compile(
    r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?\b|DECIMAL|DOUBLE|FLOAT|.?NULL"
)


def names_in(template: str) -> list[str]:
    """List the columns that a template uses."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]


def show(value: object, unit: str = "", *, lang: str = "zh") -> str:
    """Write one value for a reader."""
    if value is None:
        return _ABSENT[lang]
    if unit and unit != "date":
        return _UNITS[unit](value)
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return value.isoformat() if lang == "en" else _chinese_date(value)
    if isinstance(value, (Decimal, float)):
        return _plain(Decimal(str(value)).quantize(_CENT, ROUND_HALF_UP))
    return str(value)


def _chinese_date(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(value: object, divisor: Decimal, places: str) -> str:
    number = Decimal(str(value)) / divisor
    return _plain(number.quantize(Decimal(places), ROUND_HALF_UP))


_UNITS: dict[str, Callable[[object], str]] = {
    # four places of 万元 are one yuan; six keep the cent
    "wan": lambda v: _rounded(v, Decimal(10000), "0.000001"),
    "yuan": lambda v: f"{Decimal(str(v)).quantize(_CENT, ROUND_HALF_UP):,.2f}",
    "mu": lambda v: _plain(rounded_area(str(v), "mu")),
    "ha": lambda v: _plain(rounded_area(str(v), "ha")),
    "m2": lambda v: _plain(rounded_area(str(v), "m2")),
    "pct": lambda v: _rounded(Decimal(str(v)) * 100, Decimal(1), "0.1") + "%",
}
