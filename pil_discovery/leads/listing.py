"""Which leads an office checks next: as many as it can, some of them drawn by lot.

The cut is the capacity of the office, never a score. A share of the places goes to
leads below the cut, drawn by lot with a known chance: only so can anybody learn what
the ranking misses, and no subject can be sure that nobody looks.
"""

from __future__ import annotations

import hashlib
import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal

from pil_discovery.leads.formula import FOURTH
from pil_discovery.types import Expected

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pil_discovery.types import Capacity, Lead

BANDS: tuple[Literal["must", "top", "drawn"], ...] = ("must", "top", "drawn")
"""Bands that are checked now; `later` waits."""
_TENTH = Decimal("0.1")
_Z90 = 1.6448536269514722


def shortlist(
    leads: Sequence[Lead], capacity: Capacity | None, *, as_of: dt.date
) -> list[Lead]:
    """Give every listed single lead its band and its chance to be checked.

    `must`: a lane that a person always sees, beyond the capacity if need be; `top`: the
    best of the others; `drawn`: by lot from those below the cut; `later`: the rest. The
    lot is a hash of day and lead, so the same scan draws the same leads.

    Parameters
    ----------
    leads
        By rank.
    capacity
        How many leads the office can check; None leaves all as they are.
    as_of
        Day of the scan.
    """
    if capacity is None:
        return list(leads)
    open_leads = [x for x in leads if x.kind == "single" and x.listed]
    must = [x.lead_id for x in open_leads if x.lanes]
    others = [x.lead_id for x in open_leads if not x.lanes]
    places = math.ceil(capacity.leads * capacity.random_share)
    cut = max(0, capacity.leads - places - len(must))
    below = others[cut:]
    drawn = sorted(below, key=lambda lead_id: _lot(as_of, lead_id))[:places]
    chance = _share(len(drawn), len(below))
    bands = (
        dict.fromkeys(must, "must")
        | dict.fromkeys(others[:cut], "top")
        | dict.fromkeys(below, "later")
        | dict.fromkeys(drawn, "drawn")
    )
    return [
        lead.model_copy(
            update={
                "band": bands[lead.lead_id],
                "inclusion_probability": chance
                if bands[lead.lead_id] in ("drawn", "later")
                else _share(1, 1),
            }
        )
        if lead.lead_id in bands
        else lead
        for lead in leads
    ]


def expected(leads: Sequence[Lead]) -> Expected:
    """Tell how many of these leads can be expected to prove true.

    The sum of certainties; the interval is that of a sum of independent yes and no
    (normal approximation, 90 %), within 0 and the number of leads. It says how many,
    never which.
    """
    chances = [float(x.parts.certainty) for x in leads]
    mean = math.fsum(chances)
    spread = _Z90 * math.sqrt(math.fsum(p * (1 - p) for p in chances))
    low, high = max(0.0, mean - spread), min(float(len(chances)), mean + spread)
    return Expected(
        leads=len(chances), true=_tenth(mean), low=_tenth(low), high=_tenth(high)
    )


def _lot(as_of: dt.date, lead_id: str) -> str:
    return hashlib.sha256(f"{as_of.isoformat()}|{lead_id}".encode()).hexdigest()


def _share(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(FOURTH, ROUND_HALF_UP)


def _tenth(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(_TENTH, ROUND_HALF_UP)
