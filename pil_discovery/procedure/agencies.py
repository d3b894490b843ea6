"""Who must act: power × jurisdiction × time → agency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.errors import LawError, Problem, near_names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pil_discovery.types import Power


def find_agency(
    powers: Iterable[Power], power: str, *, jurisdiction: str, on: dt.date
) -> str | None:
    """Return the agency that holds a power on a day.

    None where only the record of a case names it, and no local table does.

    Parameters
    ----------
    powers
        Defaults (without jurisdiction: the statute's agency) and rows of local tables.
    power
        Power id, e.g. `land.transfer.collect`.
    jurisdiction
        Division code. A local row counts when its code begins the code asked for; the
        longest one wins, then the one that began last.
    on
        The day on which the agency must be competent.

    Raises
    ------
    LawError
        If no power has that id; near ids are named.
    """
    rows = list(powers)
    held = [p for p in rows if p.id == power]
    if not held:
        what = f"没有「{power}」这项职权"
        raise LawError(Problem("", "", what, near_names(power, {p.id for p in rows})))
    valid = [p for p in held if _holds(p, jurisdiction, on)]
    if not valid:
        what = f"「{power}」在 {on} 没有载入主管部门"
        raise LawError(Problem("", "", what, "请补充本地职权表"))
    best = max(valid, key=lambda p: (len(p.jurisdiction or ""), str(p.valid_from)))
    return None if best.by_record else best.agency


def _holds(power: Power, jurisdiction: str, on: dt.date) -> bool:
    return (
        jurisdiction.startswith(power.jurisdiction or "")
        and (power.valid_from is None or power.valid_from <= on)
        and (power.valid_to is None or on <= power.valid_to)
    )
