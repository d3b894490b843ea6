"""Measures of a lead: sums where a unit adds up, maxima where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from pil_discovery.types import Finding

    Measure = Decimal | int | None

_AMOUNTS = frozenset(
    {"CNY", "m2", "km2", "mu", "亩", "ha", "m3", "t", "kg", "L", "kWh"}
)
_COUNTS = frozenset(
    {"person", "household", "head", "bed", "visit", "order", "count", "piece"}
    | {"record", "certificate", "shop", "permit", "item"}
)
ADDITIVE = _AMOUNTS | _COUNTS
"""Units whose amounts may be added over findings; days, shares, distances,
concentrations and rates may not."""


def combine(
    findings: Sequence[Finding], units: Mapping[str, str]
) -> dict[str, Measure]:
    """Combine the measures of findings: sum additive units, else take the maximum.

    Parameters
    ----------
    findings
        Findings of one model.
    units
        Measure → unit, as the model declares them.

    Returns
    -------
    dict
        Measure → amount in the same unit; None where no finding knows it. A sum over
        findings of which some do not know the amount is a lower bound.
    """
    return {
        name: _combined([f.measures.get(name) for f in findings], unit)
        for name, unit in units.items()
    }


def total(findings: Sequence[Finding], units: Mapping[str, str]) -> dict[str, Measure]:
    """Combine only the measures that add up (for a class of leads)."""
    additive = {name: unit for name, unit in units.items() if unit in ADDITIVE}
    return combine(findings, additive)


def incomplete(findings: Sequence[Finding], names: Iterable[str]) -> dict[str, int]:
    """Count the findings that do not know a measure, only where some do not."""
    counts = {n: sum(f.measures.get(n) is None for f in findings) for n in names}
    return {name: count for name, count in counts.items() if count}


def _combined(amounts: Sequence[Measure], unit: str) -> Measure:
    known = [a for a in amounts if a is not None]
    if not known:
        return None
    return sum(known) if unit in ADDITIVE else max(known)
