"""A fitted score as plain numbers: predicts, explains, and is written as JSON."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pil_discovery.errors import ArgumentError, Problem
from pil_discovery.leads.scorers.explanation import Explanation, explain_row
from pil_discovery.leads.scorers.history import RECENT_DAY, Usual, window_days
from pil_discovery.leads.scorers.lessons import row_features
from pil_discovery.leads.scorers.register import (
    checks_of,
    day_number,
    days_of,
    iso,
    missing_column,
    read_numbers,
    read_register,
)
from pil_discovery.leads.scorers.spec import ScorerSpec
from pil_discovery.leads.scorers.terms import Curves, expit, term_of
from pil_discovery.text.canonical import dump_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pil_discovery.leads.scorers.register import Register

    Floats = NDArray[np.float64]
    Day = dt.date | str | pd.Timestamp

FORMAT = "pil-scorer/1"


@dataclass(frozen=True)
class Window:
    """How far recent rates look back for one list.

    Attributes
    ----------
    as_of
        Day of the list.
    checks
        Checks with an outcome before it.
    days
        Days wanted → days taken.
    zh
        The same in words.
    """

    as_of: str
    checks: int
    days: dict[int, int]
    zh: str

    @property
    def widened(self) -> bool:
        """Whether a gap in the feed made any window longer."""
        return any(wanted < taken for wanted, taken in self.days.items())


@dataclass(frozen=True)
class Scorer:
    """A score that anyone can recompute from its JSON.

    Attributes
    ----------
    spec
        The columns it reads.
    rung
        `points`, `ridge` or `additive`.
    norm
        What the training period says of the feed.
    curves
        Calibrated: logit = start + one contribution for each feature.
    facts
        Where it comes from: `training`, `calibration`, `choice`, `doubts`.
    """

    spec: ScorerSpec
    rung: str
    norm: Usual
    curves: Curves
    facts: Mapping[str, Any] = field(default_factory=dict)

    def features(
        self, history: pd.DataFrame, new: pd.DataFrame, *, as_of: Day | None = None
    ) -> pd.DataFrame:
        """Compute the features of rows to be scored, one row each, in their order.

        Parameters
        ----------
        history
            Register of checks; rows from `as_of` on, and rows without an outcome, do
            not count.
        new
            Rows to be scored; the outcome is not read.
        as_of
            Day of the list; without it the earliest day of `new`.

        Raises
        ------
        ArgumentError
            Columns that are missing or unreadable.
        """
        past, day = self._past(history, new, as_of)
        names = {c: _column(new, c) for c in (self.spec.entity, *self.spec.groups)}
        values = row_features(
            past,
            names,
            read_numbers(new, self.spec.numeric),
            spec=self.spec,
            as_of=np.full(len(new), day, dtype=np.int64),
            norm=self.norm,
        )
        return pd.DataFrame(values, index=new.index)

    def predict(
        self, history: pd.DataFrame, new: pd.DataFrame, *, as_of: Day | None = None
    ) -> Floats:
        """Return the probability of each row of `new`, in its order.

        Parameters
        ----------
        history, new, as_of
            See `features`.
        """
        return self.score(self.features(history, new, as_of=as_of))

    def score(self, features: pd.DataFrame) -> Floats:
        """Return the probabilities of rows of features."""
        values = {name: features[name].to_numpy(dtype=float) for name in self._used()}
        return expit(self.curves.logit(values) + np.zeros(len(features)))

    def explain(self, row: Mapping[str, Any] | pd.Series) -> Explanation:
        """Take the score of one row apart.

        Parameters
        ----------
        row
            One row of `features`; a feature that it lacks counts as missing.

        Returns
        -------
        Explanation
            Its contributions and `start` add up to `logit` exactly, in any order.
        """
        return explain_row(self.curves, self.norm, dict(row))

    def window(self, history: pd.DataFrame, *, as_of: Day) -> Window:
        """Tell how far recent rates look back for a list of this day, and why."""
        register = read_register(history, self.spec)
        day = day_number(as_of)
        past = register.part(register.day < day)
        checks, _ = checks_of(past, past.names, self.spec, past.day)
        at = np.array([day], dtype=np.int64)
        days = {d: int(window_days(checks, at, self.norm, d)[0]) for d in RECENT_DAY}
        return Window(iso(day), len(past), days, _window_words(days))

    @property
    def card(self) -> str:
        """The model card, in Chinese, as Markdown."""
        from pil_discovery.leads.scorers.card import model_card

        return model_card(self.rung, self.spec, self.curves, self.facts)

    @property
    def sha256(self) -> str:
        """Hash of the JSON text."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Return canonical JSON: the same scorer gives the same text."""
        told = {
            "format": FORMAT,
            "rung": self.rung,
            "spec": self.spec.model_dump(mode="json"),
            "usual": {
                "rate": self.norm.rate,
                "checks_per_day": self.norm.checks_per_day,
                "outcomes": self.norm.outcomes,
            },
            "start": self.curves.start,
            "terms": [term.as_dict() for term in self.curves.terms],
            "facts": dict(self.facts),
        }
        return dump_json(_decimals(told)) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Scorer:
        """Read a scorer back.

        Raises
        ------
        ArgumentError
            A text that `to_json` did not write.
        """
        try:
            told = json.loads(text)
            _demand_format(told["format"])
            curves = Curves(told["start"], tuple(map(term_of, told["terms"])))
            norm = Usual(**told["usual"])
            spec = ScorerSpec.model_validate(told["spec"])
            return cls(spec, told["rung"], norm, curves, told["facts"])
        except (ValueError, KeyError, TypeError) as error:
            what = f"不是评分模型文件（{FORMAT}）：{type(error).__name__} {error}"
            remedy = "请用 pil fit 写出的 JSON 文件"
            raise ArgumentError(Problem("", "", what, remedy)) from error

    def _past(
        self, history: pd.DataFrame, new: pd.DataFrame, as_of: Day | None
    ) -> tuple[Register, int]:
        register = read_register(history, self.spec)
        if as_of is None:
            day = int(days_of(_column(new, self.spec.time)).min()) if len(new) else 0
        else:
            day = day_number(as_of)
        return register.part(register.day < day), day

    def _used(self) -> list[str]:
        return list(dict.fromkeys(term.feature for term in self.curves.terms))


def _demand_format(told: object) -> None:
    if told != FORMAT:
        raise ValueError(f"格式是 {told}")


def _column(new: pd.DataFrame, column: str) -> pd.Series:
    if column not in new.columns:
        raise ArgumentError(missing_column(column))
    return new[column]


def _window_words(days: Mapping[int, int]) -> str:
    told = [
        f"近 {wanted} 日的比率因数据中断改看近 {taken} 日"
        for wanted, taken in days.items()
        if taken > wanted
    ]
    return "；".join(told) or "近期比率的数据没有中断"


def _decimals(value: Any) -> Any:  # noqa: ANN401 -- plain JSON values
    """Turn floats into decimals that read back as the same floats."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ArgumentError("评分模型里有不是数的值，不能写成 JSON")
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {key: _decimals(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_decimals(item) for item in value]
    return value
