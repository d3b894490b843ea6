"""The days that rows tell of, and where a source comes from, in words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from pil_discovery.types import Archive, Dataset, Source

NOT_GIVEN = "未提供"
_SET_AHEAD = ("due_date", "end_date", "until_date", "handover_date")
"""Endings of names of dates that are agreed or granted, and mostly lie ahead."""


def fact_period(frame: pd.DataFrame, dataset: Dataset | None) -> tuple[str, str] | None:
    """Return the first and the last day that rows tell of, None where they tell none.

    Parameters
    ----------
    frame
        Typed rows; a partial date (2024年3月) reaches to its `<column>_last`.
    dataset
        Whose date columns count; days that are due or on which something runs out are
        no facts yet and do not.

    Returns
    -------
    tuple
        ISO dates.
    """
    if dataset is None:
        return None
    days = [d for c in _fact_columns(dataset) for d in _days(frame, c) if len(d)]
    if not days:
        return None
    first = min(d.min() for d in days).date().isoformat()
    return first, max(d.max() for d in days).date().isoformat()


def _fact_columns(dataset: Dataset) -> list[str]:
    dated = [f.name for f in dataset.fields if f.type in ("date", "datetime")]
    return [name for name in dated if not name.endswith(_SET_AHEAD)]


def _days(frame: pd.DataFrame, column: str) -> Iterator[pd.Series]:
    for name in (column, f"{column}_last"):
        if name in frame.columns and frame[name].dtype.kind == "M":
            yield frame[name].dropna()


def source_words(source: Source, as_of: dt.date | None = None) -> dict[str, str]:
    """Return what is known of where a source comes from; unknown is said, not left out.

    Parameters
    ----------
    as_of
        With it the period says how long before this day it ends.

    Returns
    -------
    dict
        Chinese label → words: 提供单位, 取得日期; 数据时段 of rows, 有效期 of a layer,
        成像日期 and 使用许可 of a picture; SHA-256; 压缩包 where it was in one.
    """
    words = {
        "提供单位": source.issuer or NOT_GIVEN,
        "取得日期": source.obtained or NOT_GIVEN,
        **_coverage(source, as_of),
        "SHA-256": source.sha256,
    }
    if source.archive is not None:
        words["压缩包"] = archive_words(source.archive)
    return words


def archive_words(archive: Archive | None) -> str:
    """Return name and hash of an archive; empty without one."""
    return "" if archive is None else f"{archive.file}（SHA-256 {archive.sha256}）"


def coverage_words(source: Source) -> str:
    """Return what a source covers as one line for a list of evidence."""
    return "；".join(f"{label}{text}" for label, text in _coverage(source).items())


def _coverage(source: Source, as_of: dt.date | None = None) -> dict[str, str]:
    if source.kind == "image":
        day = source.period[0] if source.period else NOT_GIVEN
        return {"成像日期": day, "使用许可": source.licence or NOT_GIVEN}
    words = {}
    if source.kind == "layer":
        words["有效期"] = _validity(source)
    if source.kind == "table" or source.period is not None:
        words["数据时段"] = _period(source, as_of)
    return words


def _validity(source: Source) -> str:
    start, end = source.valid_from, source.valid_to
    if start and end:
        return f"{start}至{end}"
    if start:
        return f"{start}起"
    return f"至{end}" if end else NOT_GIVEN


def _period(source: Source, as_of: dt.date | None) -> str:
    if source.period is None:
        return f"{NOT_GIVEN}（无日期）"
    first, last = source.period
    days = first if first == last else f"{first}至{last}"
    if as_of is None or source.kind != "table":
        return days
    age = (as_of - dt.date.fromisoformat(last)).days
    return f"{days}（止于基准日前{age}天）" if age > 0 else days
