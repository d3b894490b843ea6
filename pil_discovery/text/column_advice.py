"""What the unused columns of a file could be: proposed with a reason, never applied."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pil_discovery.text.characters import squeeze
from pil_discovery.text.likeness import NEAR, likeness, names_of
from pil_discovery.text.recognition import (
    FITS,
    MOST_HEADERS,
    SAMPLE,
    SHORT_YEAR,
    TIE,
    TYPES,
    fit_of,
    is_empty,
)
from pil_discovery.types.sources import Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.text.cells import TypedFrame
    from pil_discovery.types.datasets import Dataset, Field


def suggest_columns(
    headers: Sequence[str],
    columns: Mapping[int, Sequence[object]],
    dataset: Dataset,
    taken: Mapping[int, str],
) -> list[Suggestion]:
    """Say what the unused columns of a file could be; nothing of it is applied.

    Parameters
    ----------
    headers
        As in the file.
    columns
        Position of the header → cells.
    taken
        Position → canonical name of the columns in use.

    Returns
    -------
    suggestions
        In file order; one for each header that is near a free name of the data set, or
        whose values are codes or listed values that only a free column would hold.
    """
    free = [f for f in dataset.fields if f.name not in taken.values()]
    found = []
    for position, header in enumerate(headers[:MOST_HEADERS]):
        if position in taken or not squeeze(header) or position not in columns:
            continue
        likely = _likely(header, columns[position], free, dataset)
        if likely:
            found.append(_suggestion(header, likely))
    return found


_Likely = tuple[float, "Field", str]


def _likely(
    header: str, cells: Sequence[object], free: Sequence[Field], dataset: Dataset
) -> list[_Likely]:
    """Return the best fields for one header, more than one where they tie."""
    if all(is_empty(c) for c in cells[: 20 * SAMPLE]):
        return []
    scored: list[_Likely] = []
    names = names_of(dataset)
    for field in free:
        near_by, alias = likeness(header, names[field.name])
        fit = fit_of(cells, field, dataset)
        only = _is_only(field, free) and _shares_a_word(header, alias)
        near = near_by >= NEAR or only
        if fit.share >= FITS and (near or fit.telling):
            why = f"列名与“{alias}”相近" if near else "列名未知"
            why += f"，取值 {fit.share:.0%} 是{fit.words}" if fit.words else ""
            why += f"，{TYPES[field.type]}列只空着这一个" if only else ""
            scored.append((max(near_by, 0.5), field, why))
    best = max((s for s, _, _ in scored), default=0.0)
    return [entry for entry in scored if entry[0] > best - TIE]


def _is_only(field: Field, free: Sequence[Field]) -> bool:
    """Return whether a number, date or the like is the only free one of its type."""
    return field.type in TYPES and sum(f.type == field.type for f in free) == 1


def _shares_a_word(header: str, alias: str) -> bool:
    """Return whether two characters stand side by side in both names."""
    name = squeeze(header)
    return any(name[i : i + 2] in alias for i in range(len(name) - 1))


def _suggestion(header: str, likely: Sequence[_Likely]) -> Suggestion:
    names = " 或 ".join(field.name for _, field, _ in likely[:3])
    why = "；".join(f"{field.words}：{why}" for _, field, why in likely[:3])
    return Suggestion(key="columns", name=header, value=names, why=why)


def column_skeleton(
    headers: Sequence[str], near: Sequence[Suggestion]
) -> list[Suggestion]:
    """Return one line for every header of an unknown file: its column, or `?`."""
    known = {s.name: s for s in near}
    return [
        known.get(h)
        or Suggestion(key="columns", name=h, value="?", why="没有相近的列名，请填写")
        for h in dict.fromkeys(headers[:MOST_HEADERS])
        if squeeze(h)
    ]


def with_column_advice(
    typed: TypedFrame,
    headers: Sequence[str],
    columns: Sequence[Sequence[object]],
    meaning: tuple[Dataset, Mapping[int, str]],
) -> TypedFrame:
    """Add what unused columns and years of two digits could mean.

    Parameters
    ----------
    headers, columns
        As in the file, position by position.
    meaning
        The data set, and position → canonical name of the columns in use.
    """
    dataset, taken = meaning
    cells = dict(enumerate(columns))
    advice = suggest_columns(headers, cells, dataset, taken)
    advice += suggest_centuries(typed, dataset)
    return replace(typed, suggestions=(*typed.suggestions, *advice))


def suggest_centuries(typed: TypedFrame, dataset: Dataset) -> list[Suggestion]:
    """Ask for the century of columns whose years have two digits."""
    counts: dict[str, int] = {}
    for problem in typed.problems:
        if problem.reason_class == "date" and SHORT_YEAR in problem.reason:
            counts[problem.column] = counts.get(problem.column, 0) + 1
    return [
        Suggestion(
            key="century",
            name=name,
            value="2000 或 1900",
            why=f"{dataset.words(name)} 有 {count} 格的年份只有两位",
            asks=True,
        )
        for name, count in counts.items()
    ]
