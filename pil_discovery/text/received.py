"""Texts that PostgreSQL sends → cells, by the type of their column.

Numbers, dates and codes stay the text that the server sends, with every digit, so that
a database is read exactly as a text file with the same rows is.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pil_discovery.types import BEIJING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

GEOMETRIES = ("geometry", "geography")
"""PostGIS types of a column with places."""
OPAQUE = ("bytea", "raster")
"""Types whose content no column of a data set can hold."""

_FOREVER = "长期"


def cells_of(texts: Iterable[str | None], kind: str) -> list[object]:
    """Return the cells of one column.

    Parameters
    ----------
    texts
        As received; None is NULL.
    kind
        Type name as in `pg_type`.

    Returns
    -------
    cells
        A `timestamptz` (sent with its offset) becomes Beijing wall time, a `bool` a
        truth value, and `infinity` in a date or time an open end (长期). Everything
        else stays text, arrays and JSON too; what a column cannot hold (`NaN`, years
        BC) is told row by row when the column is typed.
    """
    read = _READERS.get(kind)
    if read is None:
        return list(texts)
    return [None if text is None else read(text) for text in texts]


def _truth(text: str) -> bool:
    return text == "t"


def _day(text: str) -> str:
    return _FOREVER if text == "infinity" else text


def _moment(text: str) -> object:
    try:
        return dt.datetime.fromisoformat(text).astimezone(BEIJING).replace(tzinfo=None)
    except (ValueError, OverflowError):  # infinity, or a year that Python has not
        return _day(text)


_READERS: dict[str, Callable[[str], object]] = {
    "bool": _truth,
    "date": _day,
    "timestamp": _day,
    "timestamptz": _moment,
}
