"""Rung 3: additive, monotone gradient boosting, one step table for each feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pil_discovery.leads.scorers.terms import Curves, Steps, on_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.ensemble import HistGradientBoostingClassifier

    from pil_discovery.leads.scorers.lessons import Lessons

    Floats = NDArray[np.float64]

ROUNDS = 200
RATE = 0.03
LEAVES = 8
LEAST_LEAF = 100


@dataclass(frozen=True)
class BoostedFit:
    """A fitted model and the same as step tables."""

    model: HistGradientBoostingClassifier
    curves: Curves


def fit_boosted(lessons: Lessons) -> BoostedFit:
    """Fit trees of one feature each, without early stopping.

    scikit-learn would else hold out random rows, so that the result would depend on
    the order of the register.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    model = HistGradientBoostingClassifier(
        learning_rate=RATE,
        max_iter=ROUNDS,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_LEAF,
        interaction_cst="no_interactions",
        monotonic_cst=list(lessons.directions.values()),
        early_stopping=False,
        random_state=0,
    )
    with threadpool_limits(limits=1):
        model.fit(_without_empty(lessons.matrix), lessons.truth)
    return BoostedFit(model, _curves(list(lessons.columns), model))


def _without_empty(matrix: Floats) -> Floats:
    """Fill columns that hold no value at all, which scikit-learn cannot bin."""
    return np.where(np.isnan(matrix).all(axis=0), 0.0, matrix)


def _curves(names: list[str], model: HistGradientBoostingClassifier) -> Curves:
    """Add the trees of each feature up: without interactions that loses nothing."""
    trees: dict[int, list[Any]] = {}
    start = float(np.ravel(model._baseline_prediction)[0])  # noqa: SLF001 -- no public way to the trees
    for (tree,) in model._predictors:  # noqa: SLF001
        nodes = tree.nodes
        if nodes[0]["is_leaf"]:
            start += float(nodes[0]["value"])
        else:
            trees.setdefault(int(nodes[0]["feature_idx"]), []).append(nodes)
    terms = tuple(_steps(names[at], trees[at]) for at in sorted(trees))
    return Curves(float(on_grid(start)), terms)


def _steps(name: str, trees: list[Any]) -> Steps:
    splits = [tree["num_threshold"][tree["is_leaf"] == 0] for tree in trees]
    found = np.unique(np.concatenate(splits))
    edges = found[np.isfinite(found)]
    probes = np.append(edges, np.inf)
    values = sum(_walk(tree, probes) for tree in trees)
    missing = sum(_walk(tree, np.array([np.nan])) for tree in trees)
    return Steps(
        name,
        tuple(edges.tolist()),
        tuple(on_grid(values).tolist()),
        float(on_grid(np.ravel(missing)[0])),
    )


def _walk(nodes: Any, x: Floats) -> Floats:  # noqa: ANN401 -- a record array
    """Return the value of the leaf that each number falls into."""
    at = np.zeros(len(x), dtype=np.int64)
    while not nodes["is_leaf"][at].all():
        here = nodes[at]
        with np.errstate(invalid="ignore"):
            left = np.where(
                np.isnan(x), here["missing_go_to_left"] == 1, x <= here["num_threshold"]
            )
        then = np.where(left, here["left"], here["right"])
        at = np.where(here["is_leaf"] == 1, at, then)
    leaves: Floats = nodes["value"][at]
    return leaves
