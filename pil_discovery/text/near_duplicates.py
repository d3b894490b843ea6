"""Rows that may be one fact entered twice: named for a person, never removed.

Two kinds are told: rows that differ only in how their words are written, and rows that
are equal in everything but their key (one party, date and amount under two numbers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.text.columns import picked
from pil_discovery.text.repeats import repeated_rows
from pil_discovery.text.spellings import bare
from pil_discovery.types.sources import ORIGIN_COLUMNS, Inference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.types.datasets import Dataset, FieldType

_SHOWN = 20
"""Groups of rows that a note names; all are counted."""

_WORDS: frozenset[FieldType] = frozenset({"text", "enum", "geometry"})
_NUMBERS: frozenset[FieldType] = frozenset({"number", "integer"})
_DATES: frozenset[FieldType] = frozenset({"date", "datetime"})


def near_duplicates(frame: pd.DataFrame, dataset: Dataset) -> list[Inference]:
    """Return a note for each kind of rows that may be duplicates.

    Parameters
    ----------
    frame
        Typed rows of one data set with `_source`, `_sheet`, `_row`; no row label
        repeats. Rows that are wholly equal are not told here.

    Returns
    -------
    notes
        They name rows only, so that no identifier of a person is printed.
    """
    alike = _alike(frame, dataset)
    written, numbered = _written_twice(alike, dataset), _numbered_twice(alike, dataset)
    return [
        *_note("仅空格、全半角、大小写或标点不同", alike, written),
        *_note("除编号外各列都相同", alike, numbered),
    ]


def near_duplicates_across(frame: pd.DataFrame, dataset: Dataset) -> list[Inference]:
    """Return the notes on rows of different files; those of one file are told there.

    Parameters
    ----------
    frame
        Rows of several files, as for `near_duplicates`.
    """
    alike = _alike(frame, dataset)
    written = _across(_written_twice(alike, dataset), alike)
    numbered = _across(_numbered_twice(alike, dataset), alike)
    return [
        *_note("不同文件的行仅空格、全半角、大小写或标点不同", alike, written),
        *_note("不同文件的行除编号外各列都相同", alike, numbered),
    ]


def _alike(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Return the few rows whose words, numbers and dates another row has as well.

    The key is left out where it is no identity of its own: all rows of both kinds are
    among these.
    """
    keyless = _beside_key(frame, dataset)
    content = keyless or [n for n in frame.columns if n not in ORIGIN_COLUMNS]
    return picked(frame, _repeated(frame, dataset, content))


def _across(groups: pd.Series, frame: pd.DataFrame) -> pd.Series:
    """Return the groups with rows of more than one file."""
    if groups.empty:
        return groups
    sources = frame.loc[groups.index, "_source"]
    across: pd.Series = groups[sources.groupby(groups).transform("nunique") > 1]
    return across


def _written_twice(frame: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """Return the groups of rows equal but for width, case, space and punctuation."""
    content = [name for name in frame.columns if name not in ORIGIN_COLUMNS]
    groups = _equal(frame, dataset, content)
    return _differing(groups, frame.loc[groups.index, content])


def _numbered_twice(frame: pd.DataFrame, dataset: Dataset) -> pd.Series:
    """Return the groups of rows equal in all but the key.

    Where the key names a person, other keys are other people; and where rows have no
    date, amount and words besides their key, equality says nothing. Keys that differ in
    writing only are told as such.
    """
    content = _beside_key(frame, dataset)
    if not content:
        return _NO_GROUPS
    told = np.ones(len(frame), dtype=bool)
    for kinds in (_WORDS, _NUMBERS, _DATES):
        names = [n for n in content if _is_of(dataset, n, kinds)]
        told &= frame[names].notna().any(axis=1).to_numpy()
    groups = _equal(frame if told.all() else frame[told], dataset, content)
    keys = frame.loc[groups.index, [n for n in dataset.key if n in frame.columns]]
    return _differing(groups, _normal(keys, dataset))


def _beside_key(frame: pd.DataFrame, dataset: Dataset) -> list[str]:
    """Return the columns beside the key; none where the key says nothing or a person.

    A frame of nothing but its key has none either.
    """
    fields = [f for f in dataset.fields if f.name in frame.columns]
    keyed = [f for f in fields if f.name in dataset.key]
    if not keyed or any(f.pii == "identifier" for f in keyed):
        return []
    others = [f.name for f in fields if f.name not in dataset.key]
    candidates = (f"{name}{end}" for name in others for end in ("", "_last", "_open"))
    return [name for name in candidates if name in frame.columns]


_NO_GROUPS = pd.Series(dtype="int64")


def _equal(frame: pd.DataFrame, dataset: Dataset, content: list[str]) -> pd.Series:
    """Return row → number of its group, of rows whose normalised content is equal.

    Words are normalised last and only where numbers and dates agree already: that
    leaves few rows of a large file.
    """
    rows = _repeated(frame, dataset, content)
    if not len(rows):
        return _NO_GROUPS
    same = _normal(frame.iloc[rows][content], dataset)
    return same.groupby(content, dropna=False, sort=False).ngroup()


def _repeated(
    frame: pd.DataFrame, dataset: Dataset, content: list[str]
) -> NDArray[np.int64]:
    words = {n: bare for n in content if _is_of(dataset, n, _WORDS)}
    return repeated_rows(frame, content, words)


def _differing(groups: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """Return the groups in which not all rows are equal."""
    if groups.empty:
        return groups
    columns = list(rows.columns)
    exact = rows.groupby(columns, dropna=False, sort=False).ngroup()
    return groups[exact.groupby(groups).transform("nunique") > 1]


def _is_of(dataset: Dataset, name: str, kinds: frozenset[FieldType]) -> bool:
    known = dataset.field(name)
    return known is not None and known.type in kinds


def _normal(rows: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Return words as numbers, the same for spellings that a typist varies."""
    words = {n: bare(rows[n]) for n in rows.columns if _is_of(dataset, n, _WORDS)}
    return rows.assign(**words)


def _note(what: str, frame: pd.DataFrame, groups: pd.Series) -> list[Inference]:
    if groups.empty:
        return []
    numbers = groups.unique()
    shown = [frame.loc[groups.index[groups == n]] for n in numbers[:_SHOWN]]
    more = f" 等 {len(numbers)} 组" if len(numbers) > _SHOWN else ""
    return [
        Inference(
            what=f"疑似重复：{what}",
            value=f"{len(groups)} 行",
            why=f"{'；'.join(map(_places, shown))}{more}；都已保留，请核实是否同一事项",
        )
    ]


def _places(rows: pd.DataFrame) -> str:
    """Return where rows stand, sheet by sheet."""
    words = []
    several = len(rows["_source"].unique()) > 1
    places = [rows["_source"], rows["_sheet"].fillna("")]
    for (source, sheet), part in rows.groupby(places, sort=False):
        numbers = "、".join(map(str, part["_row"].tolist()))
        named = f"{source} " if several else ""
        named += f"工作表“{sheet!s}”" if sheet else ""
        words.append(f"{named}第{numbers}行")
    return "、".join(words)
