"""Learning from labelled pixels which features mean change on this one scene.

Trained pixel models do not carry over to other scenes, so none is kept: a model is
fitted on the labels of one case and lives as long as its map. Several kinds are fitted,
because none wins everywhere, and judged by cross-validation over blocks of ground;
neighbouring pixels are alike, and judging on the neighbours of what was learned would
flatter. Everything runs on one thread and from one seed: an exhibit must come out the
same on every run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from pil_discovery.errors import ImageError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Scorer = Callable[[Floats], Floats]

TREES = 100
PENALTY = 0.3
"""Inverse strength of the penalty of the logistic regression."""
BLOCKS = 6
"""The ground of the labels is cut into 6 × 6 blocks."""
FOLDS = 5
DRAWS = 1000
"""Samples of blocks, with replacement, behind the interval of F1."""
SHARES = (0.002, 0.9)
"""Least and greatest share of changed pixels that a scene is taken to have."""
EXPECTATIONS = 200
"""Rounds of expectation and maximisation for that share."""


@dataclass(frozen=True)
class CrossValidation:
    """How a kind of model fares on blocks it has not seen.

    Attributes
    ----------
    f1, f1_low, f1_high
        F1 over all labels, each judged by a model of other blocks, and its 95 %
        interval (blocks drawn again with replacement).
    log_loss
        Mean of −log of the calibrated probability of what the label says.
    """

    f1: float
    f1_low: float
    f1_high: float
    log_loss: float


@dataclass(frozen=True)
class _Known:
    """Labelled pixels: features (features, labels), truth, block of each, seed."""

    features: Floats
    truth: Bools
    blocks: Ints
    seed: int

    def part(self, at: Ints) -> _Known:
        return _Known(self.features[:, at], self.truth[at], self.blocks[at], self.seed)


@dataclass(frozen=True)
class Refinement:
    """A model of one scene with its calibration.

    Attributes
    ----------
    kind
        Name of the model in `KINDS`.
    scorer
        Features (features, pixels) → scores (pixels,), higher where changed.
    slope, start
        Probability = expit(start + slope · score), for the share of the scene.
    threshold
        Probability above which a pixel counts as changed.
    share
        Share of changed pixels that the scene is taken to have.
    blocks, folds
        Blocks that hold labels, and parts of the cross-validation.
    judged
        Every kind that was tried → how it fared.
    """

    kind: str
    scorer: Scorer
    slope: float
    start: float
    threshold: float
    share: float
    blocks: int
    folds: int
    judged: dict[str, CrossValidation]

    def probability(self, features: Floats) -> Floats:
        """Return the probability of change of each pixel.

        Parameters
        ----------
        features
            Shape (features, pixels), finite.
        """
        values: Floats = expit(self.start + self.slope * self.scorer(features))
        return values


def fit_refinement(
    features: Floats, truth: Bools, place: Ints, *, scene: Floats, seed: int
) -> Refinement:
    """Fit all kinds of models and keep the one that cross-validation prefers.

    Of the kinds within one standard error of the least log-loss the first in the order
    of `KINDS` is taken: it depends least on which points happened to be labelled.

    Labels seldom hold as large a share of change as the scene does. The share of the
    scene is estimated from its own pixels (Saerens and others 2002, Neural Computation
    14(1)), and the threshold is the one of greatest expected F1 at that share (half of
    that F1: Lipton and others 2014). Neither looks at any truth but the labels.

    Parameters
    ----------
    features
        Of the labelled pixels, shape (features, labels), finite.
    truth
        Whether each is changed, shape (labels,).
    place
        Row and column of each, shape (2, labels).
    scene
        Features of pixels from all over the scene, shape (features, pixels).
    seed
        Of forests, folds and draws.

    Raises
    ------
    ImageError
        The labels of a class lie in one block, so that no block can judge another.
    """
    from threadpoolctl import threadpool_limits

    known = _Known(features, truth, _blocks(place), seed)
    folds = _folds(known)
    with threadpool_limits(limits=1):
        held = {kind: _held_out(grow, known, folds) for kind, grow in KINDS.items()}
        lines = {kind: _calibrate(score, truth) for kind, score in held.items()}
        chances = {k: expit(slope * held[k] + at) for k, (slope, at) in lines.items()}
        kind = _preferred(chances, truth)
        scorer = KINDS[kind](known)
        slope, start = lines[kind]
        chance = expit(slope * scorer(scene) + start)
    share = _scene_share(chance, float(truth.mean()))
    shift = float(logit(share) - logit(truth.mean()))
    threshold = _best_threshold(expit(logit(_open(chance)) + shift))
    limit = float(expit(logit(threshold) - shift))
    return Refinement(
        kind,
        scorer,
        slope,
        start + shift,
        threshold,
        share,
        len(np.unique(known.blocks)),
        len(folds),
        {k: _judge(p, p > limit, known) for k, p in chances.items()},
    )


def _blocks(place: Ints) -> Ints:
    """Return the number of the block that each label lies in."""
    low = place.min(axis=1, keepdims=True)
    span = place.max(axis=1, keepdims=True) - low + 1
    row, column = (place - low) * BLOCKS // span
    return np.asarray(row * BLOCKS + column)


def _folds(known: _Known) -> list[tuple[Ints, Ints]]:
    """Return (labels to learn from, labels to judge) by whole blocks."""
    from sklearn.model_selection import StratifiedGroupKFold

    truth, blocks = known.truth, known.blocks
    spread = min(len(np.unique(blocks[truth == side])) for side in (True, False))
    count = min(FOLDS, spread)
    if count >= 2:
        cut = StratifiedGroupKFold(count, shuffle=True, random_state=known.seed)
        folds = [
            (learned, judged)
            for learned, judged in cut.split(truth[:, None], truth, blocks)
            if len(judged)
        ]
        if all(0 < truth[learned].sum() < len(learned) for learned, _ in folds):
            return folds
    what = "变化（或者未变化）的标注点集中在一处，无法用其他地块检验"
    raise ImageError(Problem("", "labels", what, "请在影像各处分别标注两类点"))


def _held_out(
    grow: Callable[[_Known], Scorer], known: _Known, folds: list[tuple[Ints, Ints]]
) -> Floats:
    """Return the score of each label by a model that has not seen its block."""
    scores = np.empty(len(known.truth))
    for learned, judged in folds:
        scores[judged] = grow(known.part(learned))(known.features[:, judged])
    return scores


def _calibrate(scores: Floats, truth: Bools) -> tuple[float, float]:
    """Return slope and start of Platt's sigmoid, with his softened targets (1999)."""
    from sklearn.linear_model import LogisticRegression

    many, few = int(truth.sum()), int((~truth).sum())
    target = np.where(truth, (many + 1) / (many + 2), 1 / (few + 2))
    fit = LogisticRegression(C=1e6, max_iter=1000).fit(
        np.tile(scores, 2)[:, None],
        np.repeat([1, 0], len(scores)),
        sample_weight=np.concatenate([target, 1.0 - target]),
    )
    return float(fit.coef_[0, 0]), float(fit.intercept_[0])


def _preferred(chances: dict[str, Floats], truth: Bools) -> str:
    """Return the first kind whose log-loss is within a standard error of the least."""
    losses = {
        kind: -np.log(np.where(truth, _open(p), 1.0 - _open(p)))
        for kind, p in chances.items()
    }
    best = min(losses.values(), key=lambda loss: float(loss.mean()))
    for kind, loss in losses.items():
        more = loss - best
        if more.mean() <= more.std() / np.sqrt(len(more)):
            return kind
    raise AssertionError(losses)


def _scene_share(chance: Floats, share: float) -> float:
    """Return the share of change that explains the chances of a scene's pixels.

    Parameters
    ----------
    chance
        Probabilities that were calibrated where `share` of the pixels is changed.
    """
    p, prior = _open(chance), share
    for _ in range(EXPECTATIONS):
        yes = p * share / prior
        no = (1.0 - p) * (1.0 - share) / (1.0 - prior)
        share = float(np.clip((yes / (yes + no)).mean(), *SHARES))
    return share


def _best_threshold(chance: Floats) -> float:
    """Return the probability above which the expected F1 is greatest: half of it."""
    ordered = np.sort(chance)[::-1]
    found = np.arange(1, len(ordered) + 1)
    expected = 2.0 * np.cumsum(ordered) / (found + ordered.sum())
    return float(expected.max() / 2.0)


def _judge(chance: Floats, changed: Bools, known: _Known) -> CrossValidation:
    """Judge held-out probabilities and the answers that a threshold makes of them."""
    truth = known.truth
    names, owner = np.unique(known.blocks, return_inverse=True)
    counts = np.array(
        [
            np.bincount(owner[chosen], minlength=len(names))
            for chosen in (changed & truth, changed, truth)
        ]
    )
    draw = np.random.default_rng(known.seed)
    drawn = draw.integers(0, len(names), (DRAWS, len(names)))
    spread = [_f1(*counts[:, blocks].sum(axis=1)) for blocks in drawn]
    low, high = np.quantile(spread, [0.025, 0.975])
    p = _open(chance)
    loss = -np.log(np.where(truth, p, 1.0 - p)).mean()
    return CrossValidation(
        _f1(*counts.sum(axis=1)), float(low), float(high), float(loss)
    )


def _f1(hits: int, found: int, real: int) -> float:
    return float(2.0 * hits / (found + real)) if found + real else 0.0


def _open(chance: Floats) -> Floats:
    """Keep probabilities away from 0 and 1."""
    return np.clip(chance, 1e-6, 1.0 - 1e-6)


def _extra_trees(known: _Known) -> Scorer:
    from sklearn.ensemble import ExtraTreesClassifier

    return _grown(ExtraTreesClassifier(TREES, random_state=known.seed), known)


def _random_forest(known: _Known) -> Scorer:
    from sklearn.ensemble import RandomForestClassifier

    return _grown(RandomForestClassifier(TREES, random_state=known.seed), known)


def _grown(
    forest: ExtraTreesClassifier | RandomForestClassifier, known: _Known
) -> Scorer:
    forest.fit(known.features.T, known.truth)

    def score(values: Floats) -> Floats:
        if not values.shape[1]:
            return np.zeros(0)
        share: Floats = forest.predict_proba(values.T)[:, 1]
        return share

    return score


def _logistic(known: _Known) -> Scorer:
    from sklearn.linear_model import LogisticRegression

    features = known.features
    mean, scale = features.mean(axis=1), features.std(axis=1)
    scale[scale == 0] = 1.0
    scaled = (features - mean[:, None]) / scale[:, None]
    fit = LogisticRegression(C=PENALTY, max_iter=2000).fit(scaled.T, known.truth)
    weights = fit.coef_[0] / scale

    def score(values: Floats) -> Floats:
        # term by term: a matrix product of few pixels differs in the last bit
        total = np.full(values.shape[1], float(fit.intercept_[0]))
        for band, weight, middle in zip(values, weights, mean, strict=True):
            total += (band - middle) * weight
        return total

    return score


KINDS: dict[str, Callable[[_Known], Scorer]] = {
    "extra_trees": _extra_trees,
    "random_forest": _random_forest,
    "logistic_regression": _logistic,
}
"""Name of a kind of model → how it is fitted, in order of preference."""
