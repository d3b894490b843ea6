"""Which rung: by confirmed checks, and by a paired comparison on later checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from pil_discovery.leads.scorers.additive import fit_boosted
from pil_discovery.leads.scorers.calibration import calibrate, level
from pil_discovery.leads.scorers.intervals import Interval, Scored, paired_gain
from pil_discovery.leads.scorers.lessons import lessons_of, norm_of, row_features
from pil_discovery.leads.scorers.metrics import Ranked
from pil_discovery.leads.scorers.points import points_card, posterior_rate
from pil_discovery.leads.scorers.ridge import fit_ridge
from pil_discovery.leads.scorers.terms import mixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.leads.scorers.calibration import Calibration
    from pil_discovery.leads.scorers.lessons import Floats, Ints, Lessons
    from pil_discovery.leads.scorers.register import Register
    from pil_discovery.leads.scorers.spec import ScorerSpec
    from pil_discovery.leads.scorers.terms import Curves

Rung = Literal["points", "ridge", "additive"]
RUNGS: tuple[Rung, ...] = ("points", "ridge", "additive")
RUNGS_ZH = {"points": "积分卡", "ridge": "岭回归", "additive": "可加单调提升"}
LEAST_CONFIRMED: dict[Rung, int] = {"points": 0, "ridge": 30, "additive": 700}
"""Confirmed (and refuted) checks from which a rung is tried: working thresholds."""
CARD_CHECKS = 100
"""Confirmed checks that the points card counts for beside the regression."""
RIDGE_CHECKS = 1400
"""Confirmed checks from which the boosted tables count more than the regression."""
FOLDS = 4
LEAST_FOLDS = 3
"""Folds that a comparison needs before the third rung may be taken."""
LEAST_IN_FOLD = 5
"""Confirmed and refuted checks that a fold needs on either side."""
WORTH = 0.05
"""AUC above chance that later checks must rule out before a rung counts for nothing."""
LEAST_VERDICT = 100
"""Confirmed later checks without which none is called worthless: few are unlucky."""
LIST_DAY = 30
"""Days for which one list is worked through before the next is drawn up."""


@dataclass(frozen=True)
class Trial:
    """How the rungs fared on later checks.

    Attributes
    ----------
    periods
        One for each fold: outcomes, and logits of each rung.
    over_chance
        Rung → by how much it is better than chance, AUC; without folds empty.
    gain
        By how much the third rung is better than the second, AUC; None untried.
    """

    periods: tuple[Scored, ...]
    over_chance: dict[str, Interval] = field(default_factory=dict)
    gain: Interval | None = None

    def worthless(self, rung: Rung) -> bool:
        """Whether later checks show that a rung is hardly better than chance."""
        told = self.over_chance.get(rung)
        confirmed = sum(p.truth.sum() for p in self.periods)
        if told is None or confirmed < LEAST_VERDICT:
            return False
        return bool(told.low <= 0 and told.high < WORTH)


def fit_rung(rung: Rung, lessons: Lessons) -> Curves:
    """Fit one rung; each leans on the one below while it knows little itself.

    The regression is mixed with the points card, which counts for as much as 100
    confirmed checks; the boosted step tables are mixed with the regression, half and
    half at 1,400: straight lines carry where rows are few, steps bend where they are
    many.
    """
    card = points_card(lessons, posterior_rate(lessons))
    if rung == "points":
        return card
    known = min(lessons.positives, len(lessons.truth) - lessons.positives)
    ridge = mixed(fit_ridge(lessons).curves, card, known / (known + CARD_CHECKS))
    if rung == "ridge":
        return ridge
    # squared: trees on few rows bend after chance, which a plain share would let in
    share = known**2 / (known**2 + RIDGE_CHECKS**2)
    return mixed(fit_boosted(lessons).curves, ridge, share)


def candidates(positives: int, negatives: int) -> tuple[Rung, ...]:
    """Return the rungs that so many confirmed and refuted checks allow."""
    least = min(positives, negatives)
    return tuple(rung for rung in RUNGS if least >= LEAST_CONFIRMED[rung])


def try_out(register: Register, spec: ScorerSpec, rungs: Sequence[Rung]) -> Trial:
    """Fit each rung on earlier checks and let it score later ones, four times.

    The second half of the checks is cut into four spans of equal number. Inside a span
    lists are drawn up every 30 days, as in use.
    """
    periods = []
    for start, end in _spans(register):
        before = register.part(register.day < start)
        span = register.part((register.day >= start) & (register.day < end))
        if min(_fewest(before), _fewest(span)) >= LEAST_IN_FOLD:
            periods.append(_scored(register, before, span, spec=spec, rungs=rungs))
    return Trial(tuple(periods), *_compared(periods, rungs))


def _compared(
    periods: Sequence[Scored], rungs: Sequence[Rung]
) -> tuple[dict[str, Interval], Interval | None]:
    """Compare two rungs with chance, and the third with the second."""
    if not periods:
        return {}, None
    over: dict[str, Interval] = {
        rung: gain_over_chance(periods, rung) for rung in rungs if rung != "additive"
    }
    if not {"ridge", "additive"} <= set(rungs) or len(periods) < LEAST_FOLDS:
        return over, None
    gain = paired_gain(periods, name="additive", over="ridge", measure=Ranked.auc)
    return over, gain


def gain_over_chance(periods: Sequence[Scored], rung: Rung) -> Interval:
    """Return by how much a rung is better than chance on later checks, AUC."""
    even = [
        Scored(p.truth, p.scores | {"chance": np.zeros(len(p.truth))}) for p in periods
    ]
    return paired_gain(even, name=rung, over="chance", measure=Ranked.auc)


def choose(rungs: Sequence[Rung], trial: Trial) -> Rung:
    """Take the highest rung that has earned it.

    The second unless later checks show it to be worthless: what has learned nothing
    must not put cases in an order of its own. The third only when it beats the second
    on later checks with a paired 95 % interval above zero.
    """
    if "ridge" not in rungs or not trial.periods or trial.worthless("ridge"):
        return "points"
    beaten = trial.gain is not None and trial.gain.low > 0
    return "additive" if "additive" in rungs and beaten else "ridge"


def later_calibration(rung: Rung, trial: Trial) -> Calibration:
    """Fit the sigmoid of a rung to all the later checks that it scored.

    A rung that they show to be worthless gives every row the same probability.
    """
    if not trial.periods:
        return calibrate(np.zeros(0), np.zeros(0))
    score = np.concatenate([p.scores[rung] for p in trial.periods])
    truth = np.concatenate([p.truth for p in trial.periods])
    return level(truth) if trial.worthless(rung) else calibrate(score, truth)


def _spans(register: Register) -> list[tuple[int, int]]:
    """Return first days and ends of spans of about equal number of checks."""
    days = np.sort(register.day)
    shares = 0.5 + 0.5 * np.arange(FOLDS) / FOLDS
    starts = [int(days[int(share * len(days))]) for share in shares]
    ends = [*starts[1:], int(days[-1]) + 1]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if a < b]


def _fewest(register: Register) -> int:
    hits = int(register.outcome.sum())
    return min(hits, len(register) - hits)


def _scored(
    register: Register,
    before: Register,
    span: Register,
    *,
    spec: ScorerSpec,
    rungs: Sequence[Rung],
) -> Scored:
    norm = norm_of(before, spec)
    lessons = lessons_of(before, spec, norm)
    start = int(span.day.min())
    lists: Ints = start + (span.day - start) // LIST_DAY * LIST_DAY
    values = row_features(
        register, span.names, span.numbers, spec=spec, as_of=lists, norm=norm
    )
    logits: dict[str, Floats] = {
        rung: fit_rung(rung, lessons).logit(values) for rung in rungs
    }
    return Scored(span.outcome, logits)
