"""Rows that may be one fact entered twice: named for a person, never removed.

Two kinds are told: rows that differ only in how their words are written, and rows that
are equal in everything but their key (one party, date and amount under two numbers).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.text.characters import squeeze
from pil_discovery.types.sources import ORIGIN_COLUMNS, Inference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.types.datasets import Dataset, FieldType

_SHOWN = 20
"""Groups of rows that a note names; all are counted."""

_PUNCTUATION = re.compile(r"[^\w]+|_+")
_WORDS: frozenset[FieldType] = frozenset({"text", "enum", "geometry"})
_NUMBERS: frozenset[FieldType] = frozenset({"number", "integer"})
_DATES: frozenset[FieldType] = frozenset({"date", "datetime"})


def near_duplicates(frame: pd.DataFrame, dataset: Dataset) -> list[Inference]:
    """Return a note for each kind of rows that may be duplicates.

    Parameters
    ----------
    frame
        Typed rows of one data set with `_source`, `_sheet`, `_row`. Rows that are
        wholly equal are not told here.

    Returns
    -------
    notes
        They name rows only, so that no identifier of a person is printed.
    """
    return [
        *_note("仅空格、全半角、大小写或标点不同", _written_twice(frame, dataset)),
        *_note("除编号外各列都相同", _numbered_twice(frame, dataset)),
    ]


def _written_twice(frame: pd.DataFrame, dataset: Dataset) -> list[pd.DataFrame]:
    """Return groups of rows equal but for width, case, space and punctuation."""
    content = [name for name in frame.columns if name not in ORIGIN_COLUMNS]
    groups = _equal_groups(frame, dataset, content)
    return [g for g in groups if not _all_equal(g[content])]


def _all_equal(rows: pd.DataFrame) -> bool:
    return bool(rows.duplicated(keep=False).all()) and len(rows.drop_duplicates()) == 1


def _numbered_twice(frame: pd.DataFrame, dataset: Dataset) -> list[pd.DataFrame]:
    """Return groups of rows equal in all but the key, with party, date and amount.

    Where the key names a person, other keys are other people; and where rows have no
    date, amount and words besides their key, equality says nothing.
    """
    fields = [f for f in dataset.fields if f.name in frame.columns]
    keyed = [f for f in fields if f.name in dataset.key]
    others = [f for f in fields if f.name not in dataset.key]
    if not keyed or any(f.pii == "identifier" for f in keyed):
        return []
    told = pd.Series(True, index=frame.index)
    for kinds in (_WORDS, _NUMBERS, _DATES):
        names = [f.name for f in others if f.type in kinds]
        told &= frame[names].notna().any(axis=1)
    companions = [
        n
        for f in others
        for n in (f.name, f"{f.name}_last", f"{f.name}_open")
        if n in frame.columns
    ]
    groups = _equal_groups(frame[told], dataset, companions)
    return [
        g for g in groups if not _same_key(g, dataset, keyed=[f.name for f in keyed])
    ]


def _same_key(rows: pd.DataFrame, dataset: Dataset, *, keyed: list[str]) -> bool:
    """Tell whether the keys differ in writing only, which the other note says."""
    plain = [_plain(rows[n], dataset, n) for n in keyed]
    return len(pd.concat(plain, axis=1).drop_duplicates()) == 1


def _equal_groups(
    frame: pd.DataFrame, dataset: Dataset, content: Sequence[str]
) -> list[pd.DataFrame]:
    """Return the groups of two rows and more whose normalised content is equal.

    Words are normalised last and only where numbers and dates agree already: that
    leaves few rows of a large file.
    """
    plain = [n for n in content if not _is_words(dataset, n)]
    close = frame[frame.duplicated(subset=plain, keep=False)] if plain else frame
    normal = pd.DataFrame({n: _plain(close[n], dataset, n) for n in content})
    same = normal.duplicated(keep=False) if content else pd.Series(dtype=bool)
    if not same.any():
        return []
    numbers = normal[same].groupby(list(content), dropna=False, sort=False).ngroup()
    return [rows for _, rows in close[same].groupby(numbers.to_numpy(), sort=False)]


def _is_words(dataset: Dataset, name: str) -> bool:
    known = dataset.field(name)
    return known is not None and known.type in _WORDS


def _plain(cells: pd.Series, dataset: Dataset, name: str) -> pd.Series:
    """Return words without what a typist varies; other cells as they are."""
    if not _is_words(dataset, name):
        return cells
    codes, distinct = pd.factorize(cells, use_na_sentinel=True)
    numbers: dict[str, int] = {}
    alike = [numbers.setdefault(_bare(str(t)), len(numbers)) for t in distinct]
    return pd.Series(np.array([*alike, -1])[codes], index=cells.index)


def _bare(text: str) -> str:
    squeezed = squeeze(text)
    return _PUNCTUATION.sub("", squeezed) or squeezed


def _note(what: str, groups: Sequence[pd.DataFrame]) -> list[Inference]:
    if not groups:
        return []
    rows = sum(map(len, groups))
    shown = "；".join(_places(group) for group in groups[:_SHOWN])
    more = f" 等 {len(groups)} 组" if len(groups) > _SHOWN else ""
    return [
        Inference(
            what=f"疑似重复：{what}",
            value=f"{rows} 行",
            why=f"{shown}{more}；都已保留，请核实是否同一事项",
        )
    ]


def _places(rows: pd.DataFrame) -> str:
    """Return where rows stand, sheet by sheet."""
    words = []
    for sheet, part in rows.groupby(rows["_sheet"].fillna(""), sort=False):
        numbers = "、".join(map(str, part["_row"].tolist()))
        named = f"工作表“{sheet!s}”" if sheet else ""
        words.append(f"{named}第{numbers}行")
    return "、".join(words)
