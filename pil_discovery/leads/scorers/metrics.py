"""How good a list is: order, precision at capacity, days won, honest probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

BINS = 10
_DRAWS = 200


@dataclass(frozen=True)
class Ranked:
    """Scores and outcomes put in order once, for fast reweighting.

    Attributes
    ----------
    order
        Rows from the highest score to the lowest.
    truth
        Outcomes in that order.
    first
        Where each run of equal scores starts.
    """

    order: Ints
    truth: Floats
    first: Ints

    def auc(self, weight: Floats | None = None) -> float:
        """Return the chance that a confirmed row stands above a refuted one."""
        w = np.ones(len(self.truth)) if weight is None else weight[self.order]
        hits = np.add.reduceat(w * self.truth, self.first)
        misses = np.add.reduceat(w * (1 - self.truth), self.first)
        below = misses.sum() - np.cumsum(misses)
        pairs = hits.sum() * misses.sum()
        return float((hits * (below + misses / 2)).sum() / pairs) if pairs else np.nan

    def average_precision(self) -> float:
        """Return the mean precision over confirmed rows; equal scores count as one."""
        ends = np.append(self.first[1:], len(self.truth))
        found = np.cumsum(self.truth)[ends - 1]
        gained = np.diff(found, prepend=0.0)
        total = float(found[-1])
        return float((gained * found / ends).sum() / total) if total else np.nan

    def found(self, capacity: float, weight: Floats | None = None) -> float:
        """Return the share of confirmed rows among the first, ties shared out evenly.

        Parameters
        ----------
        capacity
            Share of all rows that can be checked, 0–1.
        weight
            Weight of each row.
        """
        w = np.ones(len(self.truth)) if weight is None else weight[self.order]
        size = np.add.reduceat(w, self.first)
        hits = np.add.reduceat(w * self.truth, self.first)
        room = np.clip(capacity * size.sum() - (np.cumsum(size) - size), 0, size)
        taken = np.divide(room, size, out=np.zeros_like(size), where=size > 0)
        return float((taken * hits).sum() / (capacity * size.sum()))


def ranked(score: Floats, truth: Floats) -> Ranked:
    """Put rows in order of score."""
    order = np.argsort(-score, kind="stable")
    scores = score[order]
    first = np.flatnonzero(np.append(True, scores[1:] != scores[:-1]))
    return Ranked(order, truth[order].astype(float), first)


@dataclass(frozen=True)
class TopPrecision:
    """Share of confirmed rows among the first k: best and worst over ties, and mean."""

    mean: float
    best: float
    worst: float


def precision_at(score: Floats, truth: Floats, k: int) -> TopPrecision:
    """Return precision among the first `k` rows, as far as ties leave it open."""
    k = min(k, len(score))
    if k == 0:
        return TopPrecision(np.nan, np.nan, np.nan)
    cut = np.sort(score)[-k]
    sure, tied = score > cut, score == cut
    hits, room = float(truth[sure].sum()), k - int(sure.sum())
    good, size = float(truth[tied].sum()), int(tied.sum())
    return TopPrecision(
        mean=(hits + room * good / size) / k,
        best=(hits + min(room, good)) / k,
        worst=(hits + max(0.0, room - (size - good))) / k,
    )


@dataclass(frozen=True)
class Replay:
    """What checking in order of score would have changed.

    Attributes
    ----------
    days_earlier
        Mean of real minus simulated day over confirmed rows.
    first_half, first_half_before
        Share of confirmed rows met in the days that hold the first half of all checks,
        in order of score and as it really was.
    """

    days_earlier: float
    first_half: float
    first_half_before: float


def replay(score: Floats, truth: Floats, day: Ints) -> Replay:
    """Give the real days of checks out again by descending score.

    As many checks a day as there really were. Rows of equal score share the mean of
    their days: the result does not depend on the order of the register. Source: the
    evaluation of City of Chicago, food-inspections-evaluation (MIT).
    """
    slots = np.sort(day).astype(float)
    early = _early_slots(day)
    order = ranked(score, truth)
    where = np.repeat(np.arange(len(order.first)), _run_lengths(order))
    size = np.bincount(where)
    simulated = (np.bincount(where, slots) / size)[where]
    share = (np.bincount(where, early) / size)[where]
    total = truth.sum()
    if not total:
        return Replay(np.nan, np.nan, np.nan)
    won = (day[order.order] - simulated) * order.truth
    before = np.searchsorted(np.sort(day), day, side="left")
    return Replay(
        days_earlier=float(won.sum() / total),
        first_half=float((share * order.truth).sum() / total),
        first_half_before=float((early[before] * truth).sum() / total),
    )


def _run_lengths(order: Ranked) -> Ints:
    ends: Ints = np.append(order.first, len(order.truth))
    return np.diff(ends)


def _early_slots(day: Ints) -> Floats:
    """Mark slots in days whose cumulative number of checks is below half of all."""
    slots = np.sort(day)
    upto = np.searchsorted(slots, slots, side="right")
    return (upto < len(slots) / 2).astype(float)


def brier(chance: Floats, truth: Floats) -> float:
    """Return the mean squared error of probabilities."""
    return float(((chance - truth) ** 2).mean())


@dataclass(frozen=True)
class Calibrated:
    """How far probabilities are from observed shares.

    Attributes
    ----------
    ece
        Mean distance over ten groups of equal size, by number of rows.
    floor, floor_high
        What a perfectly calibrated model would show with these probabilities: mean and
        95 % quantile of 200 simulations with a fixed seed.
    table
        Rows, mean probability, observed share of each group.
    """

    ece: float
    floor: float
    floor_high: float
    table: tuple[tuple[int, float, float], ...]


def calibration_error(chance: Floats, truth: Floats, seed: int = 0) -> Calibrated:
    """Compare probabilities with outcomes in ten groups of equal size."""
    order = np.argsort(chance, kind="stable")
    p, y = chance[order], truth[order].astype(float)
    groups = (np.arange(len(p)) * BINS) // max(len(p), 1)
    size = np.maximum(np.bincount(groups, minlength=BINS), 1)
    mean = np.bincount(groups, p, BINS) / size
    observed = np.bincount(groups, y, BINS) / size
    share = np.bincount(groups, minlength=BINS) / max(len(p), 1)
    draw = np.random.default_rng(seed)
    drawn = np.array(
        [
            np.bincount(groups, draw.random(len(p)) < p, BINS) / size
            for _ in range(_DRAWS)
        ]
    )
    floors = (np.abs(drawn - mean) * share).sum(axis=1)
    rows = np.bincount(groups, minlength=BINS)
    table = zip(rows.tolist(), mean.tolist(), observed.tolist(), strict=True)
    return Calibrated(
        ece=float((np.abs(observed - mean) * share).sum()),
        floor=float(floors.mean()),
        floor_high=float(np.quantile(floors, 0.95)),
        table=tuple(table),
    )
