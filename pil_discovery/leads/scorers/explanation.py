"""Why a row has its score: one contribution for each feature, and words for them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pil_discovery.leads.scorers.terms import expit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pil_discovery.leads.scorers.history import Usual
    from pil_discovery.leads.scorers.terms import Curves


@dataclass(frozen=True)
class Contribution:
    """What one feature adds to the logit.

    Attributes
    ----------
    feature
        Name of the feature.
    value
        Its value, None where missing.
    amount
        Logit; a multiple of 2⁻⁴⁴.
    zh
        The feature and its value in words.
    """

    feature: str
    value: float | None
    amount: float
    zh: str


@dataclass(frozen=True)
class Explanation:
    """A score taken apart; `start` and all amounts add up to `logit` exactly.

    Attributes
    ----------
    start
        Logit of a row that nothing speaks for or against.
    contributions
        The largest first.
    logit, probability
        The score.
    """

    start: float
    contributions: tuple[Contribution, ...]
    logit: float
    probability: float

    def lines(self) -> list[str]:
        """Return one Chinese line for the start, each contribution, and the sum."""
        told = [f"起点 {self.start:+.4f}"]
        told += [f"{c.amount:+.4f} {c.zh}" for c in self.contributions]
        return [*told, f"合计 {self.logit:+.4f}，概率 {self.probability:.4f}（待核查）"]


def explain_row(curves: Curves, norm: Usual, row: Mapping[str, Any]) -> Explanation:
    """Take the score of one row of features apart."""
    amounts: dict[str, float] = {}
    for term in curves.terms:
        value = np.array([_number(row.get(term.feature))])
        added = float(term.at(value)[0])
        amounts[term.feature] = amounts.get(term.feature, 0.0) + added
    logit = curves.start + sum(amounts.values())
    told = [
        _contribution(name, _number(row.get(name)), amount, norm)
        for name, amount in amounts.items()
    ]
    ordered = sorted(told, key=lambda c: (-abs(c.amount), c.feature))
    chance = float(expit(np.array([logit]))[0])
    return Explanation(curves.start, tuple(ordered), logit, chance)


def _number(value: object) -> float:
    try:
        return math.nan if value is None else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan  # pandas.NA refuses to be a float, and so does a word


def _contribution(name: str, value: float, amount: float, norm: Usual) -> Contribution:
    words = feature_words(name)
    if math.isnan(value):
        return Contribution(name, None, amount, f"{words}：没有")
    if name == "own_rate" or name.startswith("rate"):
        shown = f"{value:.4f}（全体 {norm.rate:.4f}）"
    else:
        shown = f"{value:.4f}".rstrip("0").rstrip(".")
    return Contribution(name, value, amount, f"{words} {shown}")


def feature_words(name: str) -> str:
    """Return what a feature is, in Chinese."""
    fixed = {
        "own_rate": "该对象历次检查属实率（近的一次占一半）",
        "own_checks": "此前检查过的天数",
        "days_since": "距上次检查的天数",
    }
    kind, _, column = name.partition(":")
    if kind == "own":
        return f"该对象历次“{column}”（取对数，近的一次占一半）"
    if kind == "rate":
        return f"同“{column}”的长期属实率"
    if column and kind.startswith("rate"):
        return f"同“{column}”近 {kind.removeprefix('rate')} 日属实率"
    return fixed.get(name, f"“{name}”")
