"""Registers of checks as arrays: days, outcomes, and a number for every value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pil_discovery.errors import ArgumentError, Problem
from pil_discovery.leads.scorers.conduct import demand_allowed
from pil_discovery.leads.scorers.history import Asked, Checks

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pil_discovery.leads.scorers.spec import ScorerSpec

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Register:
    """Checks with a known outcome, row for row.

    Attributes
    ----------
    day
        Days since 1970-01-01.
    outcome
        1 confirmed, 0 refuted.
    names
        Column of entity, place, kind or process → its values.
    numbers
        Numeric column → values, NaN where missing.
    outcomes
        Column → log(1 + value), NaN where missing; the target itself is among them.
    """

    day: Ints
    outcome: Floats
    names: dict[str, pd.Series]
    numbers: dict[str, Floats]
    outcomes: dict[str, Floats]

    def __len__(self) -> int:
        return len(self.day)

    def part(self, at: Ints | Bools) -> Register:
        """Return some of the rows, by number or by mask."""
        return Register(
            self.day[at],
            self.outcome[at],
            {c: v.iloc[at] for c, v in self.names.items()},
            {c: v[at] for c, v in self.numbers.items()},
            {c: v[at] for c, v in self.outcomes.items()},
        )


def read_register(history: pd.DataFrame, spec: ScorerSpec) -> Register:
    """Take a register apart; rows without an outcome are left out.

    Raises
    ------
    ArgumentError
        Columns that are missing, unreadable, or must not be used for ranking.
    """
    demand_allowed(history, spec)
    columns = (spec.target, *spec.numeric, *spec.outcomes)
    problems = [p for c in columns for p in _not_numbers(history[c])]
    problems += _not_days(history[spec.time])
    if problems:
        raise ArgumentError(problems)
    target = numbers_of(history[spec.target])
    known = ~np.isnan(target)
    named = dict.fromkeys([spec.entity, *spec.groups, *spec.process])
    found = Register(
        days_of(history[spec.time])[known],
        (target[known] > 0).astype(float),
        {c: history[c].reset_index(drop=True)[known] for c in named},
        {c: numbers_of(history[c])[known] for c in spec.numeric},
        {c: _log(numbers_of(history[c])[known]) for c in (spec.target, *spec.outcomes)},
    )
    return found.part(_own_order(found))


def _own_order(register: Register) -> Ints:
    """Order rows by their content: how the file lists them must not matter.

    Within a day and an outcome by hashes of the names, whose key is fixed.
    """
    hashes = [
        pd.util.hash_array(texts_of(v).fillna("").to_numpy(dtype=object))
        for v in register.names.values()
    ]
    numbers = [*register.numbers.values(), *register.outcomes.values()]
    return np.lexsort([*numbers, *hashes, register.outcome, register.day])


def read_numbers(new: pd.DataFrame, columns: Iterable[str]) -> dict[str, Floats]:
    """Read the numeric columns of rows to be scored.

    Raises
    ------
    ArgumentError
        Columns that are missing or hold no numbers.
    """
    there = list(columns)
    problems = [missing_column(c) for c in there if c not in new.columns]
    problems += [p for c in there if c in new.columns for p in _not_numbers(new[c])]
    if problems:
        raise ArgumentError(problems)
    return {c: numbers_of(new[c]) for c in there}


def missing_column(column: str) -> Problem:
    """Say that rows to be scored lack a column."""
    return Problem("", "", f"待评分的数据没有“{column}”这一列", "请核对列名")


def days_of(values: pd.Series) -> Ints:
    """Return days since 1970-01-01 of dates, times or ISO texts."""
    return _dates(values).to_numpy(dtype="datetime64[D]").astype(np.int64)


def _dates(values: pd.Series) -> pd.Series:
    """Read dates; what cannot be read as an ISO date is missing."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return values
    texts = values.astype("string")
    return pd.to_datetime(texts, errors="coerce", format="ISO8601")


def day_number(day: dt.date | str | pd.Timestamp) -> int:
    """Return the days since 1970-01-01 of one date."""
    return int(pd.Timestamp(day).to_datetime64().astype("datetime64[D]").astype(int))


def iso(day: int) -> str:
    """Return the date of days since 1970-01-01."""
    return str(np.datetime64(day, "D"))


def numbers_of(values: pd.Series) -> Floats:
    """Return numbers and truth values as floats, NaN where missing."""
    numbers = pd.to_numeric(values, errors="coerce")
    found: Floats = numbers.to_numpy(dtype=float, na_value=np.nan)
    return found


def _log(values: Floats) -> Floats:
    return np.log1p(np.maximum(values, 0.0))


def _not_numbers(values: pd.Series) -> list[Problem]:
    lost = np.isnan(numbers_of(values)) & values.notna().to_numpy()
    infinite = np.isinf(numbers_of(values))
    at = np.flatnonzero(lost | infinite)
    if not len(at):
        return []
    shown = values.iloc[at[0]]
    what = f"“{values.name}”有 {len(at)} 行不是数，例如第 {at[0] + 1} 行的“{shown}”"
    remedy = (
        "须是数或真假值（是为 1、否为 0），缺失请留空；文字的列写在 place 或 category"
    )
    return [Problem("", "", what, remedy)]


def _not_days(values: pd.Series) -> list[Problem]:
    days = _dates(values)
    at = np.flatnonzero(days.isna())
    if not len(at):
        return []
    shown: Any = values.iloc[at[0]]
    what = f"“{values.name}”有 {len(at)} 行没有日期，例如第 {at[0] + 1} 行的“{shown}”"
    return [
        Problem("", "", what, "检查日期不能缺，写作 2026-09-30；请补齐或删去这些行")
    ]


def checks_of(
    register: Register, asked: dict[str, pd.Series], spec: ScorerSpec, as_of: Ints
) -> tuple[Checks, Asked]:
    """Give numbers to the values of a register and of rows to be scored in common.

    Parameters
    ----------
    register
        Past checks.
    asked
        Entity, place and kind columns of the rows to be scored.
    as_of
        Day of the list of each of these rows.
    """
    order = np.argsort(register.day, kind="stable")
    columns = (spec.entity, *spec.groups)
    past, wanted = {}, {}
    for column in columns:
        codes = _codes(register.names[column], asked[column])
        past[column] = codes[: len(register)][order]
        wanted[column] = codes[len(register) :]
    checks = Checks(
        register.day[order],
        register.outcome[order],
        past[spec.entity],
        {c: past[c] for c in spec.groups},
        {c: v[order] for c, v in register.outcomes.items()},
    )
    groups = {c: wanted[c] for c in spec.groups}
    return checks, Asked(as_of, wanted[spec.entity], groups)


def _codes(first: pd.Series, second: pd.Series) -> Ints:
    if first is second:
        codes = pd.factorize(first)[0]
        return np.concatenate([codes, codes]).astype(np.int64)
    numeric = all(pd.api.types.is_numeric_dtype(s) for s in (first, second))
    parts = [s.astype(float) if numeric else texts_of(s) for s in (first, second)]
    return pd.factorize(pd.concat(parts, ignore_index=True))[0].astype(np.int64)


def texts_of(values: pd.Series) -> pd.Series:
    """Return values as text; a number and its text are the same value."""
    if pd.api.types.is_float_dtype(values):
        whole = values.dropna() % 1 == 0
        values = values.astype("Int64") if whole.all() else values
    return values.astype("string").str.strip()
