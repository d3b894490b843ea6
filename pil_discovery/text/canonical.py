"""Canonical JSON and fixed number formats: the same values give the same bytes."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

_DECIMALS = {
    "CNY": 2,
    "CNY/a": 2,
    "CNY/month": 2,
    "m2": 2,
    "mu": 2,
    "亩": 2,
    "ha": 4,
    "1": 4,
    "share": 4,
    "1/d": 6,
    "t": 3,
    "t/a": 3,
    "m3": 2,
    "m3/a": 2,
    "L": 2,
    "kWh": 2,
    "mg/L": 4,
    "m": 2,
    "km": 3,
    "km/h": 1,
    "deg": 7,
}
_WHOLE = (
    "day d month year a person household head bed visit order count piece time record"
)
_COUNTS = frozenset(_WHOLE.split())
_OTHER_DECIMALS = 4


def decimal_of(value: object, unit: str) -> Decimal | int | None:
    """Return the value with the decimals of its unit.

    Parameters
    ----------
    value
        A number; None, NaN and other missing values give None.
    unit
        Money and areas have two decimals, hectares, shares and probabilities four,
        daily rates six, tonnes and kilometres three, metres two; counts and days are
        integers; a unit that is not known has four decimals.

    Raises
    ------
    ValueError
        When the value is infinite or not a number.
    """
    number = _number(value)
    if number is None:
        return None
    if unit in _COUNTS:
        return int(number.to_integral_value(ROUND_HALF_UP))
    step = Decimal(1).scaleb(-_DECIMALS.get(unit, _OTHER_DECIMALS))
    return number.quantize(step, ROUND_HALF_UP) + 0


def _number(value: object) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        return _finite(value)
    if isinstance(value, int):
        return Decimal(value)
    try:
        real = float(value)  # type: ignore[arg-type]  # numpy scalars and pandas NA
    except TypeError:
        return None  # pandas.NA refuses to be a float
    return None if math.isnan(real) else _finite(Decimal(repr(real)))


def _finite(value: Decimal | None) -> Decimal | None:
    if value is None or value.is_nan():
        return None
    if not value.is_finite():
        raise ValueError("不是有限的数，无法按固定格式输出")
    return value


def dump_json(value: object) -> str:
    """Return canonical JSON: given key order, no spaces, one form for every number.

    Decimals are printed as plain decimal numbers, dates as ISO text.

    Raises
    ------
    TypeError
        For a float: its number of decimals would depend on how it was computed.
    """
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, Mapping):
        return _dump_object(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(map(dump_json, value))}]"
    return _dump_scalar(value)


def _dump_object(value: Mapping[object, object]) -> str:
    parts = []
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"JSON 的键必须是文字，不能是 {type(key).__name__}")
        parts.append(f"{json.dumps(key, ensure_ascii=False)}:{dump_json(item)}")
    return f"{{{','.join(parts)}}}"


def _dump_scalar(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError("JSON 不能表示非有限的数")
        return f"{value + 0 if value.is_zero() else value:f}"
    if isinstance(value, dt.date | dt.datetime):
        return json.dumps(value.isoformat())
    raise TypeError(
        f"没有固定格式的类型：{type(value).__name__}（小数请先用 decimal_of）"
    )
