"""Attribute values of layers as plain Python: text, numbers, ISO dates, None."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from math import isnan

_SAFE_DIGITS = 10**15


def plain_cell(value: object) -> object:
    """Return a value that tables of records hold as well.

    Long integers become text, since a 64-bit column, unlike a spreadsheet, holds every
    digit; dates and times ISO text; bytes hexadecimal; lists and structures JSON; a
    number that is none (NaN) is missing.
    """
    if isinstance(value, float) and isnan(value):
        return None
    long = isinstance(value, int) and abs(value) >= _SAFE_DIGITS
    if long or isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value
