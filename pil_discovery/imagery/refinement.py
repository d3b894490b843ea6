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

BELIEF = 10.0
"""Labels that the surest pixels of the unsupervised map count as much as, together."""
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
class Pixels:
    """Pixels with an answer each.

    Attributes
    ----------
    features
        Shape (features, pixels), finite.
    truth
        Whether each is changed, shape (pixels,).
    """

    features: Floats
    truth: Bools

    def part(self, at: Ints) -> Pixels:
        """Return some of the pixels."""
        return Pixels(self.features[:, at], self.truth[at])


@dataclass(frozen=True)
class _Lesson:
    """What a model learns from: pixels, how much each counts, and a seed."""

    pixels: Pixels
    weights: Floats
    seed: int


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
    labels: Pixels, place: Ints, *, scene: Floats, belief: Pixels, seed: int
) -> Refinement:
    """Fit all kinds of models and keep the one that cross-validation prefers.

    Of the kinds within one standard error of the least log-loss the first in the order
    of `KINDS` is taken: it depends least on which points happened to be labelled.

    Few labels miss some of the ways in which ground changes, or stays. What the
    unsupervised map is surest of is therefore learned, too, all of it counting as much
    as `BELIEF` labels at most; judging and calibrating is done on labels alone.

    Labels seldom hold as large a share of change as the scene does. The share of the
    scene is estimated from its own pixels (Saerens and others 2002, Neural Computation
    14(1)), and the threshold is the one of greatest expected F1 at that share (half of
    that F1: Lipton and others 2014). Neither looks at any truth but the labels.

    Parameters
    ----------
    labels
        The labelled pixels.
    place
        Row and column of each, shape (2, labels).
    scene
        Features of pixels from all over the scene, shape (features, pixels).
    belief
        Pixels of which the unsupervised map is surest, in any number.
    seed
        Of forests, folds and draws.

    Raises
    ------
    ImageError
        The labels of a class lie in one block, so that no block can judge another.
    """
    from threadpoolctl import threadpool_limits

    truth, blocks = labels.truth, _blocks(place)
    folds = _folds(truth, blocks, seed)
    with threadpool_limits(limits=1):
        lessons = [_lesson(labels.part(at), belief, seed) for at, _ in folds]
        held = {
            kind: _held_out([grow(lesson) for lesson in lessons], labels, folds)
            for kind, grow in KINDS.items()
        }
        lines = {kind: _calibrate(score, truth) for kind, score in held.items()}
        chances = {k: expit(slope * held[k] + at) for k, (slope, at) in lines.items()}
        kind = _preferred(chances, truth)
        scorer = KINDS[kind](_lesson(labels, belief, seed))
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
        len(np.unique(blocks)),
        len(folds),
        {
            k: CrossValidation(
                _f1(truth, p > limit),
                *_interval(truth, p > limit, blocks, seed),
                float(_losses(truth, p).mean()),
            )
            for k, p in chances.items()
        },
    )


def _blocks(place: Ints) -> Ints:
    """Return the number of the block that each label lies in."""
    low = place.min(axis=1, keepdims=True)
    span = place.max(axis=1, keepdims=True) - low + 1
    row, column = (place - low) * BLOCKS // span
    return np.asarray(row * BLOCKS + column)


def _lesson(labels: Pixels, belief: Pixels, seed: int) -> _Lesson:
    """Add the belief to labels; its two answers count alike, whatever their numbers."""
    sides = np.array([(~belief.truth).sum(), belief.truth.sum()])
    each = BELIEF / 2.0 / np.maximum(sides, 1)
    return _Lesson(
        Pixels(
            np.concatenate([labels.features, belief.features], axis=1),
            np.concatenate([labels.truth, belief.truth]),
        ),
        np.concatenate([np.ones(len(labels.truth)), each[belief.truth.astype(int)]]),
        seed,
    )


def _folds(truth: Bools, blocks: Ints, seed: int) -> list[tuple[Ints, Ints]]:
    """Return (labels to learn from, labels to judge) by whole blocks."""
    from sklearn.model_selection import StratifiedGroupKFold

    spread = min(len(np.unique(blocks[truth == side])) for side in (True, False))
    count = min(FOLDS, spread)
    if count >= 2:
        cut = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
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
    scorers: list[Scorer], labels: Pixels, folds: list[tuple[Ints, Ints]]
) -> Floats:
    """Return the score of each label by the model that has not seen its block."""
    scores = np.empty(len(labels.truth))
    for scorer, (_, judged) in zip(scorers, folds, strict=True):
        scores[judged] = scorer(labels.features[:, judged])
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
    losses = {kind: _losses(truth, p) for kind, p in chances.items()}
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


def _interval(
    truth: Bools, changed: Bools, blocks: Ints, seed: int
) -> tuple[float, float]:
    """Return the 95 % interval of F1, blocks drawn again with replacement."""
    names, owner = np.unique(blocks, return_inverse=True)
    hits, found, real = (
        np.bincount(owner[chosen], minlength=len(names))
        for chosen in (changed & truth, changed, truth)
    )
    draw = np.random.default_rng(seed)
    drawn = draw.integers(0, len(names), (DRAWS, len(names)))
    sums = np.maximum((found + real)[drawn].sum(axis=1), 1)
    low, high = np.quantile(2.0 * hits[drawn].sum(axis=1) / sums, [0.025, 0.975])
    return float(low), float(high)


def _f1(truth: Bools, changed: Bools) -> float:
    return float(2.0 * (truth & changed).sum() / (truth.sum() + changed.sum()))


def _losses(truth: Bools, chance: Floats) -> Floats:
    p = _open(chance)
    return np.asarray(-np.log(np.where(truth, p, 1.0 - p)))


def _open(chance: Floats) -> Floats:
    """Keep probabilities away from 0 and 1."""
    return np.clip(chance, 1e-6, 1.0 - 1e-6)


def _extra_trees(lesson: _Lesson) -> Scorer:
    from sklearn.ensemble import ExtraTreesClassifier

    return _grown(ExtraTreesClassifier(TREES, random_state=lesson.seed), lesson)


def _random_forest(lesson: _Lesson) -> Scorer:
    from sklearn.ensemble import RandomForestClassifier

    return _grown(RandomForestClassifier(TREES, random_state=lesson.seed), lesson)


def _grown(
    forest: ExtraTreesClassifier | RandomForestClassifier, lesson: _Lesson
) -> Scorer:
    pixels = lesson.pixels
    forest.fit(pixels.features.T, pixels.truth, sample_weight=lesson.weights)

    def score(values: Floats) -> Floats:
        if not values.shape[1]:
            return np.zeros(0)
        share: Floats = forest.predict_proba(values.T)[:, 1]
        return share

    return score


def _logistic(lesson: _Lesson) -> Scorer:
    from sklearn.linear_model import LogisticRegression

    features, truth = lesson.pixels.features, lesson.pixels.truth
    mean, scale = features.mean(axis=1), features.std(axis=1)
    scale[scale == 0] = 1.0
    scaled = (features - mean[:, None]) / scale[:, None]
    fit = LogisticRegression(C=PENALTY, max_iter=2000)
    fit.fit(scaled.T, truth, sample_weight=lesson.weights)
    weights = fit.coef_[0] / scale

    def score(values: Floats) -> Floats:
        # term by term: a matrix product of few pixels differs in the last bit
        total = np.full(values.shape[1], float(fit.intercept_[0]))
        for band, weight, middle in zip(values, weights, mean, strict=True):
            total += (band - middle) * weight
        return total

    return score


KINDS: dict[str, Callable[[_Lesson], Scorer]] = {
    "extra_trees": _extra_trees,
    "random_forest": _random_forest,
    "logistic_regression": _logistic,
}
"""Name of a kind of model → how it is fitted, in order of preference."""
