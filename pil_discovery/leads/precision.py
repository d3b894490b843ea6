"""What share of a model's leads is true: a Beta posterior that leans on its kin.

The prior of the evidence class stands at the top. It is moved by what checks of other
models of the class showed, first in other fields, then in the model's own field; then
the model's own checks speak. Each step is a plain average of counts, so there is no
threshold at which a share could jump: one more confirmed check anywhere never lowers
the share of any model. With a threshold it does (29 of 29 give 0.943 by the class
prior; pulled to a field from 30 checks on, 30 of 30 would give 0.917).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from pil_discovery.leads.formula import PRIORS, prior, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pil_discovery.types.models import Evidence

PULL_CHECKS = 30
"""Checks that the level above counts for."""
MOST_CHECKS = 30
"""Checks that one model counts for at most with its kin: none of them decides alone."""
LOW, HIGH = 0.05, 0.95
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Tally:
    """Checked leads of one model.

    Attributes
    ----------
    model, domain
        Ids of the model and its field.
    evidence
        Class of the model: a key of `formula.PRIORS`.
    confirmed, checked
        Leads found true, and all that were checked.
    """

    model: str
    domain: str
    evidence: Evidence
    confirmed: int = 0
    checked: int = 0


@dataclass(frozen=True)
class Kin:
    """Checks of other models of the class, of each model 30 at most.

    Attributes
    ----------
    confirmed
        Two decimals: of a model with more checks its share of 30.
    checked
        Whole checks.
    """

    confirmed: Decimal = _CENT * 0
    checked: int = 0


@dataclass(frozen=True)
class Precision:
    """A Beta posterior.

    Attributes
    ----------
    evidence
        Class of the model.
    confirmed, checked
        Its own checks.
    elsewhere, field
        Those of its kin in other fields, and in its own.
    """

    evidence: Evidence
    confirmed: int = 0
    checked: int = 0
    elsewhere: Kin = Kin()
    field: Kin = Kin()

    @property
    def leans(self) -> bool:
        """Whether checks of other models say anything."""
        return bool(self.elsewhere.checked or self.field.checked)

    @property
    def base(self) -> Decimal | None:
        """Mean of the prior, four decimals; None where the class alone speaks."""
        if not self.leans:
            return None
        alpha, beta = PRIORS[self.evidence]
        share = Fraction(alpha, alpha + beta)
        for kin in (self.elsewhere, self.field):
            share = (Fraction(kin.confirmed) + PULL_CHECKS * share) / (
                kin.checked + PULL_CHECKS
            )
        return rounded(float(share))

    @property
    def mean(self) -> float:
        """Expected share of true leads."""
        return prior(self.evidence, self.confirmed, self.checked, base=self.base)

    def interval(self) -> tuple[float, float]:
        """Return the 5 % and 95 % quantiles."""
        from scipy.special import betaincinv

        weight = sum(PRIORS[self.evidence]) + self.checked
        alpha, beta = weight * self.mean, weight * (1 - self.mean)
        low, high = (float(betaincinv(alpha, beta, q)) for q in (LOW, HIGH))
        return low, high


def precisions(tallies: Iterable[Tally]) -> dict[str, Precision]:
    """Estimate the share of true leads of every model.

    Parameters
    ----------
    tallies
        One for each model, those without checks, too.

    Returns
    -------
    dict
        Model id → posterior, in the order given.
    """
    told = list(tallies)
    counted = [t for t in told if t.checked]
    return {t.model: _precision(t, counted) for t in told}


def _precision(tally: Tally, told: Iterable[Tally]) -> Precision:
    kin = [t for t in told if t.evidence == tally.evidence and t.model != tally.model]
    return Precision(
        tally.evidence,
        tally.confirmed,
        tally.checked,
        elsewhere=_kin(t for t in kin if t.domain != tally.domain),
        field=_kin(t for t in kin if t.domain == tally.domain),
    )


def _kin(tallies: Iterable[Tally]) -> Kin:
    told = [(t, min(t.checked, MOST_CHECKS)) for t in tallies]
    hits = sum((Fraction(t.confirmed * n, t.checked) for t, n in told), Fraction(0))
    confirmed = Decimal(hits.numerator) / Decimal(hits.denominator)
    return Kin(confirmed.quantize(_CENT, ROUND_HALF_UP), sum(n for _, n in told))
