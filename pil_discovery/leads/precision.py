"""What share of a model's leads is true: checks of the model, its field, and all.

Below 30 checks the prior of the evidence class speaks, as in the points card. From
there on a model is drawn towards its field, and the field towards all models, each by
30 checks; from 200 checks on little of that is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.leads.formula import PRIORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LEAST_CHECKS = 30
"""Checks of a model from which it is drawn towards others instead of its class."""
PULL_CHECKS = 30
"""Checks that the level above counts for."""
NATIONAL = 0.337
"""Share of screened leads that became cases, all models together (national, 2024)."""
LOW, HIGH = 0.05, 0.95


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
    evidence: str
    confirmed: int = 0
    checked: int = 0


@dataclass(frozen=True)
class Precision:
    """A Beta posterior.

    Attributes
    ----------
    alpha, beta
        Confirmed and refuted checks, those of the prior included.
    zh
        What it rests on, in words.
    """

    alpha: float
    beta: float
    zh: str

    @property
    def mean(self) -> float:
        """Expected share of true leads."""
        return self.alpha / (self.alpha + self.beta)

    def interval(self) -> tuple[float, float]:
        """Return the 5 % and 95 % quantiles."""
        from scipy.special import betaincinv

        low, high = (float(betaincinv(self.alpha, self.beta, q)) for q in (LOW, HIGH))
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
    overall = _drawn(told, NATIONAL)
    domains = {
        domain: _drawn([t for t in told if t.domain == domain], overall)
        for domain in {t.domain for t in told}
    }
    return {t.model: _precision(t, domains) for t in told}


def _drawn(tallies: Sequence[Tally], towards: float) -> float:
    """Return the pooled share, drawn towards that of the level above."""
    confirmed = math.fsum(t.confirmed for t in tallies)
    checked = math.fsum(t.checked for t in tallies)
    return (confirmed + PULL_CHECKS * towards) / (checked + PULL_CHECKS)


def _precision(tally: Tally, domains: Mapping[str, float]) -> Precision:
    refuted = tally.checked - tally.confirmed
    seen = f"本模型已核查 {tally.checked} 件、属实 {tally.confirmed} 件"
    if tally.checked < LEAST_CHECKS:
        alpha, beta = PRIORS[tally.evidence]
        zh = f"同类模型先验 {alpha}:{beta}；{seen}"
        return Precision(alpha + tally.confirmed, beta + refuted, zh)
    share = domains[tally.domain]
    zh = f"{seen}；向本领域的 {share:.1%} 靠拢，相当于 {PULL_CHECKS} 件"
    confirmed = tally.confirmed + PULL_CHECKS * share
    return Precision(confirmed, refuted + PULL_CHECKS * (1 - share), zh)
