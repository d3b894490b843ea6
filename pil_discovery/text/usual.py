"""Cells in their usual spelling, typed in columns through Arrow and numpy.

Each function settles the cells that the exact readers of `readings` return as they
stand and without a word; the rest, a small share of most exports, is left to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.text.fixed_texts import moments_of, right_codes
from pil_discovery.text.plain_texts import plain_texts
from pil_discovery.text.readings import column_factor

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from numpy.typing import NDArray

    from pil_discovery.text.rules import Rules

Settled = tuple[pa.Array, pa.Array]
"""Typed values, null where missing or left over; and whether each cell is settled."""


def usual_reader(rules: Rules) -> Callable[[pa.Array, Rules], Settled] | None:
    """Return the function that settles the texts of such a column, if there is one.

    It takes an Arrow array of large strings.
    """
    field = rules.field
    readers: dict[str, Callable[[pa.Array, Rules], Settled]] = {
        "text": _codes if field.code else _texts,
        "geometry": _texts,
        **({} if field.values or field.code else {"enum": _texts}),
        "date": _dates,
        "datetime": _dates,
    }
    if field.type == "number":
        return _numbers if column_factor(rules) == 1 else _scaled
    if field.type == "integer" and column_factor(rules) == 1:
        return _integers
    return readers.get(field.type)


def settle_floats(reals: NDArray[np.float64], rules: Rules) -> NDArray[np.bool_]:
    """Mark the number cells of a column of numbers that stay as they are.

    Money does where it is the nearest float of a whole number of cents.
    """
    field = rules.field
    if field.unit == "1/d" or column_factor(rules) != 1:
        return np.zeros(len(reals), dtype=bool)
    if field.type == "integer":
        return np.asarray((reals >= 0) & (reals < 10**14) & (reals == np.rint(reals)))
    plain = np.abs(reals) < 10**13
    if _is_money(rules):
        plain &= np.rint(np.where(plain, reals, 0) * 100) / 100 == reals
    return plain


def _is_money(rules: Rules) -> bool:
    return rules.field.unit is not None and rules.field.unit.startswith("CNY")


def _match(cells: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(cells, pattern), fill_value=False)


def _only(cells: pa.Array, plain: pa.Array) -> pa.Array:
    """Return the plain cells, null for the others."""
    if pc.all(plain, min_count=0).as_py():
        return cells
    return pc.if_else(plain, cells, pa.scalar(None, cells.type))


def _or_blank(plain: pa.Array, cells: pa.Array) -> pa.Array:
    """Return which cells are settled: the plain ones, and the blank as missing."""
    return pc.or_(plain, pc.fill_null(pc.equal(cells, ""), fill_value=True))


# ---- texts ----


def _texts(cells: pa.Array, rules: Rules) -> Settled:
    plain = plain_texts(cells, identifier=rules.identifier)
    return _only(cells, plain), _or_blank(plain, cells)


def _codes(cells: pa.Array, rules: Rules) -> Settled:
    assert rules.field.code is not None  # noqa: S101 - chosen for columns of codes
    plain = pa.array(right_codes(rules.field.code, cells))
    return _only(cells, plain), _or_blank(plain, cells)


# ---- numbers ----


def _numbers(cells: pa.Array, rules: Rules) -> Settled:
    """Settle plain decimals, money with two places at most.

    The nearest float of such a text is already right to the cent.
    """
    places = 2 if _is_money(rules) else 12
    plain = _match(cells, rf"^-?[0-9]{{1,13}}(\.[0-9]{{1,{places}}})?$")
    reals = pc.cast(_only(cells, plain), pa.float64())
    if _may_be_in_doubt(rules):
        plain = pc.and_(plain, pc.fill_null(pc.less(reals, _SMALL), fill_value=False))
        reals = _only(reals, plain)
    return reals, _or_blank(plain, cells)


_SMALL = 0.0099
"""Late fees a day below this are plausible, whatever their unit is."""


def _may_be_in_doubt(rules: Rules) -> bool:
    """Return whether large numbers of a column are asked for their unit."""
    return rules.field.unit == "1/d" and not rules.declared


_PLACES = 6


def _scaled(cells: pa.Array, rules: Rules) -> Settled:
    """Settle plain decimals in another unit, in whole numbers that a float can hold.

    One division of two such numbers gives the nearest float of the exact value.
    """
    plain = _match(cells, rf"^[0-9]{{1,12}}(\.[0-9]{{1,{_PLACES}}})?$")
    texts = _only(cells, plain)
    point = pc.find_substring(texts, ".")
    after = pc.subtract(pc.subtract(pc.binary_length(texts), point), 1)
    places = _whole(pc.if_else(pc.less(point, 0), 0, after))
    digits = _whole(pc.cast(pc.replace_substring(texts, ".", ""), pa.int64()))
    money = _is_money(rules)
    upper, lower = _ratios(column_factor(rules) * (100 if money else 1))
    exact = digits <= 2**53 // upper[places]
    upper, lower = np.where(exact, digits, 0) * upper[places], lower[places]
    reals = (2 * upper + lower) // (2 * lower) / 100 if money else upper / lower
    good = plain.to_numpy(zero_copy_only=False) & exact & (reals < 10**14)
    if _may_be_in_doubt(rules):
        good &= reals < _SMALL
    return pa.array(reals, mask=~good), _or_blank(pa.array(good), cells)


def _ratios(factor: Fraction) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return numerators and denominators of the factor for each number of places."""
    ratios = [factor / 10**places for places in range(_PLACES + 1)]
    upper = np.array([r.numerator for r in ratios], dtype=np.int64)
    return upper, np.array([r.denominator for r in ratios], dtype=np.int64)


def _whole(numbers: pa.Array) -> NDArray[np.int64]:
    return np.asarray(pc.fill_null(numbers, 0), dtype=np.int64)


def _integers(cells: pa.Array, rules: Rules) -> Settled:
    del rules
    plain = _match(cells, r"^[0-9]{1,14}$")
    return pc.cast(_only(cells, plain), pa.int64()), _or_blank(plain, cells)


# ---- dates ----


def _dates(cells: pa.Array, rules: Rules) -> Settled:
    """Settle ISO dates, with or without a time, over the distinct ones."""
    coded = cells.dictionary_encode()
    moments, good = moments_of(coded.dictionary)
    if rules.field.type == "date":
        moments = moments.astype("datetime64[D]").astype("datetime64[s]")
    values = pa.array(moments, pa.timestamp("s"), mask=~good)
    plain = pc.fill_null(pa.array(good).take(coded.indices), fill_value=False)
    return values.take(coded.indices), _or_blank(plain, cells)
