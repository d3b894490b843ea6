"""What a data set covers: its period, its gaps, how fresh it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pil_discovery.text.columns import picked
from pil_discovery.text.repeats import repeated_rows
from pil_discovery.text.spellings import squeezed

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


def duplicates(frame: pd.DataFrame, quarantine: pd.DataFrame) -> dict[str, int]:
    """Count rows that say the same.

    Parameters
    ----------
    frame
        Typed rows in use.
    quarantine
        Entries of the files of this data set.

    Returns
    -------
    dict
        `exact`: second copies that left; `conflicts`: rows that left because their key
        stands on rows with other content; `twins`: equal rows of a data set without
        key, all kept; `near`: rows in use that differ from another one only in
        spacing, width or case of their texts.
    """
    left = quarantine["reason_class"].value_counts()
    content = [c for c in frame.columns if not str(c).startswith("_")]
    shapes = {c: _drawn_alike for c in content if c == "geometry"}
    texts = {c: squeezed for c in content if frame[c].dtype == "string"}
    alike = repeated_rows(frame, content, {**shapes, **texts})
    equal = len(repeated_rows(picked(frame, alike), content, shapes))
    return {
        "exact": int(left.get("duplicate", 0)),
        "conflicts": int(left.get("key_conflict", 0)),
        "twins": equal,
        "near": len(alike) - equal,
    }


def _drawn_alike(shapes: pd.Series) -> pd.Series:
    """Return a number for each place, equal where they are equal point by point."""
    import shapely

    drawn = pd.Series(shapely.to_wkb(shapes.to_numpy(dtype=object)), dtype=object)
    return pd.Series(pd.factorize(drawn)[0], index=shapes.index)


def _date_columns(frame: pd.DataFrame, dataset: Dataset) -> list[str]:
    dated = [f.name for f in dataset.fields if f.type in ("date", "datetime")]
    return [name for name in dated if name in frame.columns]


def _iso(day: pd.Timestamp) -> str:
    return day.date().isoformat()


def _share(frame: pd.DataFrame, column: str) -> float:
    if column not in frame.columns or frame.empty:
        return 1.0
    return float(frame[column].isna().mean())
