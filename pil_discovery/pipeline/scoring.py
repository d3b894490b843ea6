"""Files in, score out: fit a scorer to a register, and judge it by a backtest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import ValidationError

from pil_discovery.catalog import load_catalog
from pil_discovery.catalog.nouns import field_path, read_document
from pil_discovery.errors import ArgumentError, Problem
from pil_discovery.leads.scorers.backtesting import backtest
from pil_discovery.leads.scorers.scorer import Scorer
from pil_discovery.leads.scorers.spec import ScorerSpec
from pil_discovery.leads.scorers.training import fit_scorer
from pil_discovery.pipeline import sandbox
from pil_discovery.report.backtest_cards import Origin, backtest_card
from pil_discovery.report.backtests import write_backtest
from pil_discovery.types import Dataset, Field, Words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pil_discovery.leads.scorers.backtesting import Backtest
    from pil_discovery.types import Table

REGISTER = "history"
_TRUTH = {
    **dict.fromkeys(("是", "真", "有", "属实", "true", "yes", "y"), "1"),
    **dict.fromkeys(("否", "假", "无", "不属实", "false", "no", "n"), "0"),
}


@dataclass(frozen=True)
class History:
    """A register of checks that was read from a file.

    Attributes
    ----------
    name
        Of the file.
    frame
        Columns of the spec.
    read, used
        Rows of the file, and rows that could be used.
    problems
        Rows and cells that could not.
    """

    name: str
    frame: pd.DataFrame
    read: int
    used: int
    problems: tuple[Problem, ...]


def fit_file(history: Path, spec: Path, out: Path) -> tuple[Scorer, History]:
    """Fit a scorer to a file and write it as JSON, with its card beside it.

    Parameters
    ----------
    history
        Table file: CSV, workbook, Parquet …
    spec
        YAML file with the fields of `ScorerSpec`.
    out
        JSON file; the card has the same name with `.md`.

    Raises
    ------
    PilError
        Files or columns that cannot be used.
    """
    told = read_spec(spec)
    register = read_history(history, told)
    scorer = fit_scorer(register.frame, told)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(scorer.to_json(), encoding="utf-8")
    out.with_suffix(".md").write_text(scorer.card, encoding="utf-8")
    return scorer, register


def backtest_file(
    history: Path, spec: Path, out: Path, *, folds: int, previous: Path | None = None
) -> tuple[Backtest, History]:
    """Backtest a file and write page, picture, numbers and card into a folder.

    Parameters
    ----------
    history, spec
        As for `fit_file`.
    out
        Folder.
    folds
        Periods to judge.
    previous
        JSON of an older scorer for the same columns, to compare with.

    Raises
    ------
    PilError
        Files or columns that cannot be used.
    """
    told = read_spec(spec)
    register = read_history(history, told)
    old = None if previous is None else read_scorer(previous)
    found = backtest(register.frame, told, folds=folds, previous=old)
    plain = found.as_dict()
    digest = hashlib.sha256(history.read_bytes()).hexdigest()
    origin = Origin(register.name, digest, register.read, register.used)
    card = backtest_card(plain, origin)
    write_backtest(out, plain, register.name, card=card)
    return found, register


def read_scorer(path: Path) -> Scorer:
    """Read a scorer from its JSON file.

    Raises
    ------
    PilError
        A file that `pil fit` did not write.
    """
    try:
        return Scorer.from_json(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        what = "不是 UTF-8 文字"
        raise ArgumentError(
            Problem(str(path), "", what, "请用 pil fit 的结果")
        ) from error
    except ArgumentError as error:
        places = [Problem(str(path), "", p.what, p.remedy) for p in error.problems]
        raise ArgumentError(places) from error


def read_spec(path: Path) -> ScorerSpec:
    """Read the columns of a score from a YAML file.

    Raises
    ------
    PilError
        With every mistake of the file.
    """
    document = read_document(path, name=path.name)
    try:
        return ScorerSpec.model_validate(document.value)
    except ValidationError as error:
        told = [_mistake(path.name, fault) for fault in error.errors()]
        raise ArgumentError(told) from error


def _mistake(file: str, fault: Any) -> Problem:  # noqa: ANN401 -- a dict of pydantic's
    kinds = {
        "missing": "缺少这一项",
        "extra_forbidden": "不认识这一项",
        "literal_error": "只能是 1 或 -1",
    }
    known = "、".join(ScorerSpec.model_fields)
    what = kinds.get(fault["type"], "应当是列名，或者列名的列表")
    return Problem(file, field_path(fault["loc"]), what, f"可写的项：{known}")


def read_history(path: Path, spec: ScorerSpec) -> History:
    """Read the columns of a spec from a table file, in a process of its own.

    Columns of the catalogue that are marked as personal are refused whatever their
    name.

    Raises
    ------
    PilError
        A file that cannot be read, or personal columns.
    """
    _demand_impersonal(spec)
    table = sandbox.read_table(path, {REGISTER: _dataset(spec)}, wanted=REGISTER)
    frame = table.frame[[c for c in _columns(spec) if c in table.frame.columns]].copy()
    for column in _numeric(spec):
        if column in frame.columns:
            frame[column] = _numbers(frame[column])
    report = table.report
    return History(
        path.name, frame, report.rows_read, report.rows_used, tuple(_left_out(table))
    )


def _demand_impersonal(spec: ScorerSpec) -> None:
    marked = {
        name
        for dataset in load_catalog().datasets.values()
        for f in dataset.fields
        if f.pii is not None
        for name in (f.name, *f.aliases)
    }
    found = [c for c in (*spec.ranking, *spec.process) if c in marked]
    if found:
        remedy = "请从评分说明中删去；可改用企业、地块、点位等列"
        raise ArgumentError(
            [Problem("", "", f"“{c}”是个人信息，不得用于评分", remedy) for c in found]
        )


def _columns(spec: ScorerSpec) -> list[str]:
    told = [spec.target, spec.time, *spec.ranking, *spec.process]
    return list(dict.fromkeys(told))


def _numeric(spec: ScorerSpec) -> list[str]:
    return list(dict.fromkeys([spec.target, *spec.numeric, *spec.outcomes]))


def _dataset(spec: ScorerSpec) -> Dataset:
    """Describe the register so that it is read like any other table."""
    kinds = {c: "date" if c == spec.time else "text" for c in _columns(spec)}
    return Dataset(
        id=REGISTER,
        title=Words(zh="核查登记"),
        domain="",
        holder="",
        kind="record",
        fields=tuple(
            Field.model_validate({"name": c, "aliases": (c,), "type": kind})
            for c, kind in kinds.items()
        ),
    )


def _numbers(values: pd.Series) -> pd.Series:
    """Return numbers and truth values of texts; what is neither stays as it is."""
    texts = values.astype("string").str.strip()
    plain = texts.str.lower().replace(_TRUTH).str.replace(",", "", regex=False)
    numbers = pd.to_numeric(plain, errors="coerce")
    if numbers.isna().equals(texts.isna()):
        return numbers
    return texts


def _left_out(table: Table) -> Iterator[Problem]:
    for row in table.quarantine.to_dict(orient="records"):
        where = f"第 {row['row']} 行" + (f"“{row['column']}”" if row["column"] else "")
        yield Problem(str(row["source"]), where, str(row["reason"]), str(row["remedy"]))
