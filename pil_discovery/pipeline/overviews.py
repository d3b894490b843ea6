"""What a data set covers: its period, its gaps, how fresh it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from pil_discovery.types import Dataset, Model


def required_columns(models: Iterable[Model]) -> dict[str, list[str]]:
    """Return data set → columns that some model cannot do without, in name order."""
    wanted: dict[str, set[str]] = {}
    for model in models:
        for dataset, columns in model.data.items():
            wanted.setdefault(dataset, set()).update(columns)
    return {name: sorted(columns) for name, columns in sorted(wanted.items())}


def overview(
    frame: pd.DataFrame, dataset: Dataset, required: Sequence[str], as_of: dt.date
) -> dict[str, Any]:
    """Describe the rows of one data set.

    Parameters
    ----------
    frame
        Typed rows.
    required
        Columns that models need; a column that is not there is missing in every row.
    as_of
        Day of the screening; dates after it say nothing of freshness.

    Returns
    -------
    dict
        `dataset`, `title_zh`, `rows`, `period` (column → first and last day), `latest`
        (latest day not after `as_of`, None without dates), `age_day` (days from there
        to `as_of`), `missing` (required column → share, four decimals as text).
    """
    dates = {c: frame[c].dropna() for c in _date_columns(frame, dataset)}
    period = {
        c: [_iso(days.min()), _iso(days.max())]
        for c, days in dates.items()
        if len(days)
    }
    past = [days[days <= pd.Timestamp(as_of)] for days in dates.values()]
    latest = max((days.max() for days in past if len(days)), default=None)
    age = None if latest is None else (pd.Timestamp(as_of) - latest).days
    return {
        "dataset": dataset.id,
        "title_zh": dataset.title.zh,
        "rows": len(frame),
        "period": period,
        "latest": None if latest is None else _iso(latest),
        "age_day": age,
        "missing": {c: f"{_share(frame, c):.4f}" for c in required},
    }


def _date_columns(frame: pd.DataFrame, dataset: Dataset) -> list[str]:
    dated = [f.name for f in dataset.fields if f.type in ("date", "datetime")]
    return [name for name in dated if name in frame.columns]


def _iso(day: pd.Timestamp) -> str:
    return day.date().isoformat()


def _share(frame: pd.DataFrame, column: str) -> float:
    if column not in frame.columns or frame.empty:
        return 1.0
    return float(frame[column].isna().mean())
