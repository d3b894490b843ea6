"""Who is who among people and households, by many columns: splink behind one call."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from pil_discovery.errors import ArgumentError, Problem
from pil_discovery.pipeline.linking import Column, chosen_columns
from pil_discovery.subjects.judging import CODE_DIFFERS, CODE_SAME
from pil_discovery.text.codes import check_code
from pil_discovery.text.names import normalise_name
from pil_discovery.text.pseudonyms import is_pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Kind: TypeAlias = Literal["name", "date", "number", "address", "other"]

SAME_FROM, REVIEW_FROM, LISTED_FROM = 0.95, 0.1, 0.01
_SAMPLED = 1_000_000
"""Pairs drawn to learn how often columns agree by chance."""
_TELLING: tuple[Kind, ...] = ("number", "date", "name", "address")
"""Kinds by which pairs are sought, the most telling first."""


def link_people(
    left: pd.DataFrame,
    right: pd.DataFrame | None = None,
    *,
    columns: Mapping[str, tuple[Column, Kind]],
    code: Column | None = None,
) -> pd.DataFrame:
    """Return which rows mean one person or household, by all columns together.

    How much an agreement weighs is learned from the tables themselves (Fellegi and
    Sunter 1969, by expectation maximisation), so there is nothing to label; tables of
    some hundred rows at least and three columns or more are needed for that. Two
    different right identity numbers are never one person; an equal one is enough.

    Parameters
    ----------
    left, right
        Tables; without `right`, duplicates within `left` are sought.
    columns
        What is compared, by a name for readers: the column of both tables, or (left,
        right), with its kind. `name`, `address`: words with slips; `date`: ISO texts or
        dates; `number`: telephone, household or account numbers with slips; `other`:
        equal or not. A pair must agree in one column that is not `other` to be seen.
    code
        Identity numbers, in clear or as pseudonyms.

    Returns
    -------
    DataFrame
        `left`, `right`, `probability`, `decision`, `reason`, as from `link`; pairs
        from a probability of 0.01, in the order of the rows.

    Raises
    ------
    ArgumentError
        When a table lacks a column, fewer than three are given, a kind is unknown, or
        splink is not installed (`pip install 'pil_discovery[persons]'`).
    """
    _demand(columns)
    named = {name: column for name, (column, _) in columns.items()}
    tables = [left] if right is None else [left, right]
    sides = [
        chosen_columns(table, named if code is None else {**named, _CODE: code}, side)
        for side, table in enumerate(tables)
    ]
    rows = pd.concat(sides, ignore_index=True)
    codes = rows.pop(_CODE).map(_person) if code is not None else None
    rows = rows.map(_text)
    kinds = {name: kind for name, (_, kind) in columns.items()}
    likely = _compared(rows, kinds, [len(side) for side in sides])
    judged = _judged(likely, rows, codes)
    offset = len(left) if right is not None else 0
    last = left if right is None else right
    return pd.DataFrame(
        {
            "left": left.index.take(judged["first"].to_numpy()),
            "right": last.index.take(judged["second"].to_numpy() - offset),
            **{name: judged[name] for name in ("probability", "decision", "reason")},
        }
    )


_CODE = "\0code"


def _demand(columns: Mapping[str, tuple[Column, Kind]]) -> None:
    unknown = {kind for _, kind in columns.values()} - {*_TELLING, "other"}
    if unknown:
        what = f"不认识的列类型：{'、'.join(sorted(unknown))}"
        raise ArgumentError(f"{what}；可用 {'、'.join(_TELLING)}、other")
    telling = [name for name, (_, kind) in columns.items() if kind != "other"]
    if len(columns) < 3 or len(telling) < 2:
        what = "比对人员至少要三列，其中至少两列是姓名、日期、号码或地址"
        raise ArgumentError(f"{what}；只有姓名时请用 pil.link")


def _text(cell: Any) -> str | None:  # noqa: ANN401 - any cell
    if pd.isna(cell):
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat()
    return normalise_name(str(cell)) or None


def _person(cell: object) -> str:
    """Return what identifies a person for certain, or nothing."""
    if not isinstance(cell, str) or is_pseudonym(cell):
        return cell if isinstance(cell, str) else ""
    return check_code("resident_id", cell).normal or ""


def _compared(
    rows: pd.DataFrame, kinds: Mapping[str, Kind], sizes: list[int]
) -> pd.DataFrame:
    """Return `first`, `second` and `probability` of the pairs that splink finds."""
    linker, block = _linker(rows, kinds, sizes)
    ranked = sorted(
        (k for k in kinds if kinds[k] != "other"),
        key=lambda k: _TELLING.index(kinds[k]),
    )
    names = {name: f"c{at}" for at, name in enumerate(kinds)}
    surest, next_best = (names[name] for name in ranked[:2])
    train = linker.training
    train.estimate_probability_two_random_records_match(
        [block(surest, next_best)], recall=0.6
    )
    train.estimate_u_using_random_sampling(max_pairs=_SAMPLED, seed=1)
    for column in (surest, next_best):
        train.estimate_parameters_using_expectation_maximisation(block(column))
    found = linker.inference.predict(threshold_match_probability=LISTED_FROM)
    frame = found.as_pandas_dataframe()
    ends = frame[["unique_id_l", "unique_id_r"]].to_numpy(dtype=np.int64)
    likely = {"first": ends.min(axis=1), "second": ends.max(axis=1)}
    pairs = pd.DataFrame({**likely, "probability": frame["match_probability"]})
    return pairs.sort_values(["first", "second"]).reset_index(drop=True)


def _linker(
    rows: pd.DataFrame, kinds: Mapping[str, Kind], sizes: list[int]
) -> tuple[Any, Callable[..., Any]]:
    """Return a linker over the rows, one thread, and how it names a block."""
    import duckdb

    try:
        import splink.comparison_library as compare
        from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    except ImportError:
        what = "没有安装按多列比对人员的组件 splink"
        remedy = "请运行 pip install 'pil_discovery[persons]'（离线安装包里有）"
        raise ArgumentError(Problem("", "", what, remedy)) from None
    logging.getLogger("splink").setLevel(logging.ERROR)
    levels = {
        "name": lambda c: compare.JaroWinklerAtThresholds(c, [0.9, 0.7]).configure(
            term_frequency_adjustments=True
        ),
        "address": lambda c: compare.JaroWinklerAtThresholds(c, [0.9, 0.7]),
        "date": lambda c: compare.LevenshteinAtThresholds(c, [1, 2]),
        "number": lambda c: compare.LevenshteinAtThresholds(c, [1, 2]),
        "other": compare.ExactMatch,
    }
    names = [f"c{at}" for at in range(len(kinds))]
    of_kind = dict(zip(names, kinds.values(), strict=True))
    settings = SettingsCreator(
        link_type="link_only" if len(sizes) == 2 else "dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on(name) for name in names if of_kind[name] != "other"
        ],
        comparisons=[levels[of_kind[name]](name) for name in names],
        retain_matching_columns=False,
    )
    plain = rows.set_axis(names, axis=1).assign(unique_id=np.arange(len(rows)))
    parts = np.split(np.arange(len(rows)), np.cumsum(sizes)[:-1])
    database = DuckDBAPI(connection=duckdb.connect(config={"threads": 1}))
    registered = [
        database.register(plain.iloc[part], dataset_display_name=f"t{at}")
        for at, part in enumerate(parts)
    ]
    given = registered if len(registered) == 2 else registered[0]
    return Linker(given, settings, log_level=None), block_on


def _judged(
    likely: pd.DataFrame, rows: pd.DataFrame, codes: pd.Series[str] | None
) -> pd.DataFrame:
    first, second = likely["first"].to_numpy(), likely["second"].to_numpy()
    chance = likely["probability"].to_numpy().round(4)
    reasons = _reasons(rows, first, second)
    if codes is not None:
        ours, theirs = codes.to_numpy()[first], codes.to_numpy()[second]
        given = (ours != "") & (theirs != "")
        same, differs = given & (ours == theirs), given & (ours != theirs)
        chance = np.select([same, differs], [CODE_SAME, CODE_DIFFERS], chance)
        words = ["身份证号相同", "身份证号都有效而不同，认定为不同的人"]
        reasons = np.select([same, differs], words, reasons)
    marks = [chance >= SAME_FROM, chance >= REVIEW_FROM]
    decision = np.select(marks, ["same", "review"], "different")
    told = {"probability": chance, "decision": decision, "reason": reasons}
    return likely.assign(**told)


def _reasons(rows: pd.DataFrame, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return which columns of each pair agree, which differ."""
    texts = np.full(len(first), "", dtype=object)
    for word, agree in (("相同", True), ("不同", False)):
        part = np.full(len(first), "", dtype=object)
        for name in rows.columns:
            values = rows[name].to_numpy(dtype=object)
            ours, theirs = values[first], values[second]
            given = pd.notna(ours) & pd.notna(theirs)
            part[given & ((ours == theirs) == agree)] += f"、{name}"
        filled = part != ""
        texts[filled] += np.array(
            [f"；{word}：{p[1:]}" for p in part[filled]], dtype=object
        )
    return np.array([text[1:] for text in texts], dtype=object)
