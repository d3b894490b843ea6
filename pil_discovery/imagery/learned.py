"""Change as an expert's labels show it, instead of a threshold on √Z."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
from rasterio.windows import Window

from pil_discovery.imagery.features import PairFeatures
from pil_discovery.imagery.labels import place_labels
from pil_discovery.imagery.refinement import BELIEF, Pixels, fit_refinement
from pil_discovery.types import Layer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.imagery.detection import Detector
    from pil_discovery.imagery.labels import LabelledPixels
    from pil_discovery.imagery.refinement import Refinement

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

TILES = 64
TILE_SIDE = 32
"""Tiles over the scene whose pixels tell the share of change."""
SURE = (0.5, 1.2)
"""√Z, in units of Otsu's threshold, below and above which its answer seems sure."""
TRUST = 0.9
"""Share of the labels there that must say the same."""
BELIEVED = 100
"""Pixels that are drawn on either side of it."""
ADVISED = 50
GOOD_F1 = 0.8
KINDS_ZH = {
    "extra_trees": "极端随机树",
    "random_forest": "随机森林",
    "logistic_regression": "逻辑回归",
}


@dataclass(frozen=True)
class LearnedRule:
    """Change by a model that was fitted on labels of this scene."""

    features: PairFeatures
    refinement: Refinement
    labels: LabelledPixels
    seed: int

    def probability(self, window: Window) -> Floats:
        """Return probabilities of change, NaN where a date shows no ground."""
        values, clear = self.features.at(window)
        chance = np.full(clear.shape, np.nan)
        chance[clear] = self.refinement.probability(values[:, clear])
        return chance

    def changed(self, window: Window) -> tuple[Bools, Bools]:
        """Return where the probability is above the threshold, and where known."""
        chance = self.probability(window)
        with np.errstate(invalid="ignore"):
            return chance > self.refinement.threshold, np.isfinite(chance)


def learn(detector: Detector, labels: gpd.GeoDataFrame | Layer, seed: int) -> Detector:
    """Refine a fitted detector by labelled points.

    Parameters
    ----------
    detector
        Fitted on the same pictures.
    labels
        Points with a boolean column `changed`.
    seed
        Of the models and of the cross-validation.

    Returns
    -------
    Detector
        With a `LearnedRule`.

    Raises
    ------
    ArgumentError
        Labels that cannot be used, see `labels.place_labels`.
    ImageError
        Labels of a class that lie all in one place.
    """
    grid = detector.first.grid
    features = PairFeatures(
        detector.first, detector.second, detector.model, detector.normalisation
    )
    points = labels.frame if isinstance(labels, Layer) else labels
    if not isinstance(points, gpd.GeoDataFrame):
        raise TypeError(f"expected a GeoDataFrame, not {type(points).__name__}")
    placed = place_labels(points, grid, lambda window: features.at(window)[1])
    pixels = [Window(int(c), int(r), 1, 1) for r, c in placed.place.T]
    known = np.concatenate([features.at(p)[0].reshape(-1, 1) for p in pixels], axis=1)
    scene, judged = _scene(features, grid.shape), Pixels(known, placed.truth)
    # √Z in units of the threshold: what the unsupervised map is sure of
    row, unit = features.names.index("root_z"), detector.model.threshold
    trusted = _trusted(known[row] / unit, placed.truth)
    refinement = fit_refinement(
        judged,
        placed.place,
        scene=scene,
        belief=_belief(scene, scene[row] / unit, trusted, seed=seed),
        seed=seed,
    )
    return replace(detector, rule=LearnedRule(features, refinement, placed, seed))


def _scene(features: PairFeatures, shape: tuple[int, int]) -> Floats:
    """Return the features of clear pixels in tiles spread evenly over the scene."""
    corners = [
        (row, column)
        for row in range(0, shape[0], TILE_SIDE)
        for column in range(0, shape[1], TILE_SIDE)
    ]
    count = min(TILES, len(corners))
    chosen = np.linspace(0, len(corners) - 1, count).round().astype(int)
    parts = []
    for row, column in (corners[i] for i in chosen):
        height, width = (
            min(TILE_SIDE, shape[0] - row),
            min(TILE_SIDE, shape[1] - column),
        )
        values, clear = features.at(Window(column, row, width, height))
        parts.append(values[:, clear])
    return np.concatenate(parts, axis=1)


def _sure(root_z: Floats) -> tuple[Bools, Bools]:
    """Return where √Z in units of the threshold says unchanged, and changed, surely."""
    return root_z < SURE[0], root_z > SURE[1]


def _trusted(root_z: Floats, truth: Bools) -> tuple[bool, bool]:
    """Tell for unchanged and for changed whether the labels bear out what is sure."""
    right = [
        (truth == answer)[where]
        for answer, where in zip((False, True), _sure(root_z), strict=True)
    ]
    still, moved = (not len(r) or r.mean() >= TRUST for r in right)
    return bool(still), bool(moved)


def _belief(
    scene: Floats, root_z: Floats, trusted: tuple[bool, bool], *, seed: int
) -> Pixels:
    """Draw pixels that lie far below and far above the unsupervised threshold.

    Parameters
    ----------
    scene
        Features, shape (features, pixels).
    root_z
        √Z of each pixel in units of the threshold.
    trusted
        Which of the two answers to draw at all.
    """
    draw = np.random.default_rng(seed)
    drawn = []
    for where, wanted in zip(_sure(root_z), trusted, strict=True):
        there = np.flatnonzero(where & wanted)
        size = min(BELIEVED, len(there))
        drawn.append(draw.choice(there, size, replace=False))
    truth = np.repeat([False, True], [len(d) for d in drawn])
    return Pixels(scene[:, np.concatenate(drawn)], truth)


def label_gate(rule: LearnedRule) -> dict[str, Any]:
    """Return what `quality` says of the labels and of what was learned from them.

    Flagged below 50 labels, and where cross-validation gives an F1 below 0.8. `belief`
    is the number of labels that the surest pixels of the unsupervised map count for.
    """
    refinement, placed = rule.refinement, rule.labels
    fared = refinement.judged[refinement.kind]
    many, few = int(placed.truth.sum()), int((~placed.truth).sum())
    words = (
        f"按 {many + few} 个标注像元（变化 {many} 个、未变化 {few} 个）修正，"
        f"模型为{KINDS_ZH[refinement.kind]}；空间分块交叉验证 F1 为 {fared.f1:.2f}"
        f"（95% 区间 {fared.f1_low:.2f} 至 {fared.f1_high:.2f}）"
    )
    doubts = []
    if many + few < ADVISED:
        doubts.append(f"标注不足 {ADVISED} 个")
    if fared.f1 < GOOD_F1:
        doubts.append(f"F1 低于 {GOOD_F1}，变化图只供定位")
    if placed.unlabelled:
        words += f"；{placed.unlabelled} 个点没有判读，未计入"
    return {
        "verdict": "flag" if doubts else "ok",
        "reason": "；".join([words, *doubts]),
        "n": many + few,
        "changed": many,
        "unchanged": few,
        "unlabelled": placed.unlabelled,
        "model": refinement.kind,
        "f1": fared.f1,
        "f1_low": fared.f1_low,
        "f1_high": fared.f1_high,
        "models": {
            kind: {"f1": v.f1, "log_loss": v.log_loss}
            for kind, v in refinement.judged.items()
        },
        "features": list(rule.features.names),
        "blocks": refinement.blocks,
        "folds": refinement.folds,
        "belief": BELIEF,
        "share": refinement.share,
        "threshold": refinement.threshold,
        "seed": rule.seed,
    }
