"""Amounts as a reader wants them: title, thousands set apart, unit behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

UNKNOWN = "未知"
PLAIN, PERCENT = "1", "%"
"""Units that are not written out: a mere number, and a sign that stands close."""


def amount_words(
    value: Decimal | float | None, unit: str, names: Mapping[str, str]
) -> str:
    """Write an amount with its unit: «376,300.00 元».

    Parameters
    ----------
    value
        With as many decimals as are to be shown; None is said to be unknown, never 0.
    unit
        Symbol of the unit, as models and data sets declare it.
    names
        Symbol → name for readers; a symbol without a name stands as it is.
    """
    if value is None:
        return UNKNOWN
    if unit == PERCENT:
        return f"{value:,}%"
    return f"{value:,}" if unit == PLAIN else f"{value:,} {names.get(unit, unit)}"


def measure_words(
    measures: Mapping[str, Any],
    model: Mapping[str, Any] | None,
    names: Mapping[str, str],
) -> dict[str, str]:
    """Write the measures of a finding or lead: title → amount with its unit.

    Parameters
    ----------
    measures
        Measure → amount, None where it is unknown.
    model
        How the model ran, as `run.json` tells: its `labels` and `units`.
    names
        Symbol → name of the units.
    """
    labels = (model or {}).get("labels") or {}
    units = (model or {}).get("units") or {}
    return {
        labels.get(name, name): amount_words(value, units.get(name, PLAIN), names)
        for name, value in measures.items()
    }
