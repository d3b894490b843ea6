"""What a data set covers: its period, its gaps, how fresh it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pil_discovery.text.characters import squeeze

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
    content = _comparable(frame)
    equal = content.duplicated(keep=False)
    alike = _squeezed(content).duplicated(keep=False)
    return {
        "exact": int(left.get("duplicate", 0)),
        "conflicts": int(left.get("key_conflict", 0)),
        "twins": int(equal.sum()),
        "near": int((alike & ~equal).sum()),
    }


def _comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that came from the file; places as bytes, to be compared."""
    content = frame[[c for c in frame.columns if not str(c).startswith("_")]]
    if "geometry" not in content.columns:
        return content
    shapes = content["geometry"].map(lambda g: None if g is None else g.wkb)
    return pd.DataFrame(content).assign(geometry=shapes)


def _squeezed(content: pd.DataFrame) -> pd.DataFrame:
    texts = [c for c in content.columns if content[c].dtype == "string"]
    plain = {c: _spelt_alike(content[c]) for c in texts}
    return content.assign(**plain)


def _spelt_alike(column: pd.Series) -> pd.Series:
    """Return numbers that are equal where texts differ in nothing that matters."""
    codes, distinct = pd.factorize(column)
    spelt, _ = pd.factorize(pd.Series([squeeze(str(text)) for text in distinct]))
    numbers = [-1, *spelt.tolist()]
    return pd.Series([numbers[code + 1] for code in codes], index=column.index)


def _date_columns(frame: pd.DataFrame, dataset: Dataset) -> list[str]:
    dated = [f.name for f in dataset.fields if f.type in ("date", "datetime")]
    return [name for name in dated if name in frame.columns]


def _iso(day: pd.Timestamp) -> str:
    return day.date().isoformat()


def _share(frame: pd.DataFrame, column: str) -> float:
    if column not in frame.columns or frame.empty:
        return 1.0
    return float(frame[column].isna().mean())
