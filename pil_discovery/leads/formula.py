"""The points card: numbers a prosecutor can recompute by hand.

Score = 100 · C · √V · (0.45 H + 0.25 I + 0.15 U + 0.15 S), every part 0–1. The weights
weigh values (harm, inaction, urgency, scale) and are a printed policy choice; the sizes
of the logit shifts are design defaults, only their signs are fixed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from pil_discovery.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pil_discovery.types import Parts
    from pil_discovery.types.models import Evidence

FOURTH = Decimal("0.0001")
CENT = Decimal("0.01")

WEIGHTS = {
    "harm": Decimal("0.45"),
    "inaction": Decimal("0.25"),
    "urgency": Decimal("0.15"),
    "scale": Decimal("0.15"),
}

PRIORS: dict[Evidence, tuple[int, int]] = {
    "register": (4, 2),
    "balance": (2, 3),
    "imagery": (2, 4),
}
"""Beta priors (confirmed : refuted) by class of evidence."""

SHIFT_SOURCE = 0.7
SHIFT_REVIEW = -1.0
SHIFT_DOWNGRADE = -0.7
SHIFT_ABSENT_CLEARS = -0.5  # house default: an unsearched approval may clear the hit
SHIFT_FUZZY = -0.8
SHIFT_OLD_PICTURE = -0.5
MOST_SOURCES = 2
MOST_ABSENT_CLEARS = 2


@dataclass(frozen=True)
class Shift:
    """One step on the logit of certainty, with its ground in words."""

    amount: float
    zh: str


def rounded(value: float) -> Decimal:
    """Round a part to four decimals, half up."""
    return Decimal(repr(float(value))).quantize(FOURTH, ROUND_HALF_UP)


def prior(
    evidence: Evidence,
    confirmed: int = 0,
    checked: int = 0,
    *,
    base: Decimal | None = None,
) -> float:
    """Mean of the Beta prior of an evidence class, updated by checked leads.

    Parameters
    ----------
    evidence
        Class of the model.
    confirmed, checked
        Leads of the model that were checked, and those found true.
    base
        Mean of the prior where other models moved it; its weight stays.
    """
    alpha, beta = PRIORS[evidence]
    stands = alpha if base is None else float((alpha + beta) * base)
    return (stands + confirmed) / (alpha + beta + checked)


def certainty(start: float, shifts: Iterable[Shift]) -> float:
    """Shift a probability strictly between 0 and 1 on the logit."""
    logit = math.log(start / (1 - start)) + math.fsum(s.amount for s in shifts)
    return 1 / (1 + math.exp(-logit))


def severity(amount: Decimal | float | None, floor: float, cap: float) -> float:
    """Place an amount between two anchors on a logarithmic ruler, 0–1.

    s = clip(log10(x / floor) / log10(cap / floor), 0, 1); a missing or non-positive
    amount gives 0.

    Raises
    ------
    ModelError
        If not 0 < floor < cap.
    """
    if not 0 < floor < cap:
        msg = f"损害锚点须满足 0 < floor < cap，现为 {floor} 与 {cap}"
        raise ModelError(msg)
    if amount is None or amount <= 0:
        return 0.0
    ratio = math.log10(float(amount) / floor) / math.log10(cap / floor)
    return min(1.0, max(0.0, ratio))


def any_of(shares: Iterable[float]) -> float:
    """Combine shares as independent chances: 1 − ∏(1 − s)."""
    return 1 - math.prod(1 - s for s in shares)


def worth(parts: Parts) -> Decimal:
    """Weigh the values: 0.45 H + 0.25 I + 0.15 U + 0.15 S, unrounded."""
    return sum(
        (weight * getattr(parts, name) for name, weight in WEIGHTS.items()), Decimal(0)
    )


def score(parts: Parts) -> Decimal:
    """Compute the score, 0–100, two decimals, from the printed parts.

    Decimal arithmetic on the rounded parts: the number can be recomputed by hand and
    has the same digits on every machine.
    """
    value = 100 * parts.certainty * parts.verifiability.sqrt() * worth(parts)
    return value.quantize(CENT, ROUND_HALF_UP)
