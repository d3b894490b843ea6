"""Columns that seem to know what could not yet be known when the list was drawn up.

A column of the register may have been filled in, or overwritten, after the check. Four
signs: it is filled only where there was a check; it nearly is the outcome; it knows the
entity's next outcome better than its last one; it knows the next month of its place or
kind better than the last. An honest column may be good, but it cannot look ahead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pil_discovery.leads.scorers.metrics import ranked
from pil_discovery.leads.scorers.register import numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pil_discovery.leads.scorers.register import Register
    from pil_discovery.leads.scorers.spec import ScorerSpec

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

SAME_AS_OUTCOME = 0.85
"""AUC of a single column from which it is taken for the outcome itself."""
AHEAD = 0.05
"""By how much the next outcome may be known better than the last one, AUC or r."""
SURE_Z = 4.0
FILLED, EMPTY = 0.9, 0.1
"""Shares of checked and of unchecked rows that hold a value."""
LEAST_ROWS = 50
MONTH_DAY = 30


@dataclass(frozen=True)
class Leak:
    """A column under suspicion.

    Attributes
    ----------
    column
        Its name.
    kind
        `filled_after`, `same_as_outcome`, `ahead_of_entity` or `ahead_of_group`.
    strength
        What was measured: a share, an AUC, or a difference.
    zh
        Why, and what to do.
    """

    column: str
    kind: str
    strength: float
    zh: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(vars(self))


def find_leaks(
    history: pd.DataFrame, register: Register, spec: ScorerSpec
) -> tuple[Leak, ...]:
    """Look at every column that the ranking reads, the first sign of each.

    Parameters
    ----------
    history
        The register as it was given, unchecked rows included.
    register
        Its checks.
    """
    columns = (*spec.groups, *spec.numeric)
    around = _around(register, spec)
    found = []
    for column in columns:
        first = next(_signs(column, history, register, spec=spec, around=around), None)
        found += [] if first is None else [first]
    return tuple(found)


@dataclass(frozen=True)
class _Around:
    """For each check the entity's outcome before and after it, −1 where there is none.

    `entity` numbers the entities; `halves` splits them for cross-fitting.
    """

    last: Ints
    next: Ints
    half: Ints


def _around(register: Register, spec: ScorerSpec) -> _Around:
    entity = pd.factorize(register.names[spec.entity])[0].astype(np.int64)
    order = np.lexsort([register.day, entity])
    same = entity[order][1:] == entity[order][:-1]
    same &= (entity[order][1:] >= 0) & (np.diff(register.day[order]) > 0)
    last, ahead = np.full(len(entity), -1), np.full(len(entity), -1)
    last[order[1:][same]] = order[:-1][same]
    ahead[order[:-1][same]] = order[1:][same]
    return _Around(last, ahead, entity % 2)


def _signs(
    column: str,
    history: pd.DataFrame,
    register: Register,
    *,
    spec: ScorerSpec,
    around: _Around,
) -> Iterator[Leak]:
    share = _filled_after(history, column, spec)
    if share is not None:
        zh = f"“{column}”几乎只有查过的行才有值（未查的行 {share:.0%}），像是检查时填的"
        yield Leak(column, "filled_after", share, f"{zh}；请删去，或改放 outcomes")
    values = _as_numbers(column, register, around)
    for x in (values, np.isnan(values).astype(float)):
        yield from _value_signs(column, x, register, spec=spec, around=around)


def _value_signs(
    column: str, x: Floats, register: Register, *, spec: ScorerSpec, around: _Around
) -> Iterator[Leak]:
    y = register.outcome
    now = _auc(x, y)
    if max(now, 1 - now) >= SAME_AS_OUTCOME:
        zh = f"“{column}”一列就几乎等于结果（AUC {max(now, 1 - now):.2f}）"
        zh += "：请核对它是不是检查之后才填的；是就删去，或改放 outcomes"
        yield Leak(column, "same_as_outcome", max(now, 1 - now), zh)
    ahead = _ahead_of_entity(x, y, around)
    if ahead is not None:
        zh = f"“{column}”对同一对象下一次结果的了解多于上一次（AUC 相差 {ahead:.2f}）"
        zh += "：含有未来的信息，请删去"
        yield Leak(column, "ahead_of_entity", ahead, zh)
    for group in spec.groups:
        further = _ahead_of_group(x, register, group)
        if further is not None:
            zh = f"“{column}”对同一“{group}”下个月的了解多于上个月"
            zh += f"（相关相差 {further:.2f}）"
            zh += "：含有未来的信息，请删去"
            yield Leak(column, "ahead_of_group", further, zh)


def _filled_after(history: pd.DataFrame, column: str, spec: ScorerSpec) -> float | None:
    """Return the share of unchecked rows with a value, where that tells."""
    checked = ~np.isnan(numbers_of(history[spec.target]))
    filled = history[column].notna().to_numpy()
    if min(checked.sum(), (~checked).sum()) < LEAST_ROWS:
        return None
    told, other = float(filled[checked].mean()), float(filled[~checked].mean())
    return other if told >= FILLED and other <= EMPTY else None


def _as_numbers(column: str, register: Register, around: _Around) -> Floats:
    """Return a numeric column as it is, another one as rates of the other entities.

    The rate of a value is taken from the half of the entities that a row is not in: a
    value that only one entity has says nothing.
    """
    if column in register.numbers:
        return register.numbers[column]
    codes = pd.factorize(register.names[column])[0]
    found = np.full(len(codes), np.nan)
    for half in (0, 1):
        there = (around.half != half) & (codes >= 0)
        count = np.bincount(codes[there], minlength=codes.max(initial=0) + 1)
        hits = np.bincount(codes[there], register.outcome[there], len(count))
        rate = (hits + register.outcome.mean()) / (count + 1)
        mine = (around.half == half) & (codes >= 0)
        found[mine] = rate[codes[mine]]
    return found


def _auc(x: Floats, y: Floats) -> float:
    known = ~np.isnan(x)
    if known.sum() < LEAST_ROWS or not 0 < y[known].sum() < known.sum():
        return 0.5
    return ranked(x[known], y[known]).auc()


def _ahead_of_entity(x: Floats, y: Floats, around: _Around) -> float | None:
    """Return by how much the next outcome is known better than the last, if it is."""
    ahead = _known(x, y, around.next)
    back = _known(x, y, around.last)
    if ahead is None or back is None:
        return None
    way = 1 if ahead[0] >= 0.5 else -1
    gain = way * (ahead[0] - back[0])
    sure = gain / math.hypot(ahead[1], back[1])
    return gain if gain > AHEAD and sure > SURE_Z else None


def _known(x: Floats, y: Floats, at: Ints) -> tuple[float, float] | None:
    """Return the AUC of a column for another outcome, and its standard error."""
    rows = np.flatnonzero((at >= 0) & ~np.isnan(x))
    hits = float(y[at[rows]].sum())
    misses = len(rows) - hits
    if min(hits, misses) < 10:
        return None
    # Hanley and McNeil's largest variance, for any shape of the two distributions
    auc = ranked(x[rows], y[at[rows]]).auc()
    return auc, math.sqrt(max(auc * (1 - auc), 1e-4) / min(hits, misses))


def _ahead_of_group(x: Floats, register: Register, group: str) -> float | None:
    """Return by how much the next month of a group is known better than the last."""
    frame = pd.DataFrame(
        {
            "group": pd.factorize(register.names[group])[0],
            "month": register.day // MONTH_DAY,
            "x": x,
            "y": register.outcome,
        }
    )
    means = frame[frame["group"] >= 0].groupby(["group", "month"])[["x", "y"]].mean()
    rates = means["y"].rename("other").reset_index()
    told = means["x"].reset_index()
    ahead, n = _correlation(told, rates.assign(month=rates["month"] - 1))
    back, m = _correlation(told, rates.assign(month=rates["month"] + 1))
    if min(n, m) < LEAST_ROWS:
        return None
    gain = abs(ahead) - abs(back)
    # Fisher's z; two correlations from nearly the same months
    sure = (math.atanh(min(abs(ahead), 0.999)) - math.atanh(min(abs(back), 0.999))) / (
        math.sqrt(1 / (n - 3) + 1 / (m - 3))
    )
    return gain if gain > 2 * AHEAD and sure > SURE_Z else None


def _correlation(told: pd.DataFrame, rates: pd.DataFrame) -> tuple[float, int]:
    both = told.merge(rates, on=["group", "month"]).dropna()
    if len(both) < 4 or both["x"].std() == 0 or both["other"].std() == 0:
        return 0.0, len(both)
    return float(np.corrcoef(both["x"], both["other"])[0, 1]), len(both)
