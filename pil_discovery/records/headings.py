"""Which rows are headers, and which data set they mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pil_discovery.records.grids import Grid, NamedGrid, Row, is_blank
from pil_discovery.records.places import find_axes
from pil_discovery.text.characters import squeeze
from pil_discovery.text.headers import (
    HeaderMatch,
    field_names,
    match_headers,
    read_header,
)
from pil_discovery.text.units import find_unit
from pil_discovery.types.sources import Candidate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.types.datasets import Dataset

_DEPTH = 20
"""Headers are looked for in the first so many rows that are not blank."""

LEAST_SCORE = 0.3
_TITLE_BONUS = 0.15
_MOST_LEVELS = 3
"""Rows of a header at most, without the row of units."""


@dataclass(frozen=True)
class Heading:
    """The header of a grid.

    Attributes
    ----------
    first, last
        Positions of the header rows in the grid; `last` is the units row, if any.
    headers
        One text per column; the words of several rows are joined by spaces.
    units
        Position of the column → unit named in a units row.
    """

    first: int
    last: int
    headers: tuple[str, ...]
    units: dict[int, str]

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that one of the headers may stand for."""
        return frozenset(n for h in self.headers for n in read_header(h).names)


def recognise(
    headers: Sequence[str], datasets: Mapping[str, Dataset], *, hint: str = ""
) -> list[Candidate]:
    """Rank the data sets that these headers may mean.

    Parameters
    ----------
    hint
        Name of the file and sheet; a title found in it speaks for that data set.

    Returns
    -------
    candidates
        Those with two matching columns or more, best first.
    """
    found = []
    readings = [read_header(h).names for h in headers]
    for dataset in datasets.values():
        names, least = field_names(dataset), min(2, len(dataset.fields))
        if sum(any(name in names for name in told) for told in readings) < least:
            continue
        match = match_headers(headers, dataset, cut_bytes=0)
        if len(match.mapping) >= least:
            found.append(_candidate(dataset, match, hint))
    return sorted(found, key=lambda c: (-c.score, c.dataset))


def _candidate(dataset: Dataset, match: HeaderMatch, hint: str) -> Candidate:
    columns = "、".join(dataset.words(n) for n in match.mapping.values())
    count = f"{len(match.mapping)}/{len(dataset.fields)}"
    reasons = [f"相符 {count} 列：{columns}"]
    titles = [t for t in (dataset.title.zh, *dataset.aliases, dataset.id) if t]
    score = match.score
    if any(squeeze(title) in squeeze(hint) for title in titles):
        score += _TITLE_BONUS
        reasons.append("文件名或工作表名含数据集名称")
    return Candidate(
        dataset=dataset.id,
        title=dataset.title.zh,
        score=round(score, 4),
        reasons=tuple(reasons),
    )


def best_heading(
    possible: Sequence[Heading], dataset: Dataset, overrides: Mapping[str, str]
) -> Heading | None:
    """Return the header that best names the columns of the data set, or None.

    One row, or up to three rows where the upper ones group columns (merged cells). The
    first row wins a tie, and fewer rows win over more.
    """
    best: tuple[tuple[int, float], Heading, HeaderMatch] | None = None
    names = field_names(dataset)
    for heading in possible:
        if not overrides and names.keys().isdisjoint(heading.names):
            continue
        match = _try(heading.headers, dataset, overrides)
        # axes are no fields, yet a row that names them says what stands below
        rank = (len(match.mapping) + len(find_axes(heading.headers)), match.score)
        if best is None or rank > best[0]:
            best = (rank, heading, match)
    if best is None or not _enough(best[1], best[2], dataset):
        return None
    return best[1]


def _try(
    headers: Sequence[str], dataset: Dataset, overrides: Mapping[str, str]
) -> HeaderMatch:
    plain = {squeeze(h) for h in headers}
    here = {
        h: n
        for h, n in overrides.items()
        if squeeze(h) in plain and dataset.field(n) is not None
    }
    return match_headers(headers, dataset, here, cut_bytes=0)


def _enough(heading: Heading, match: HeaderMatch, dataset: Dataset) -> bool:
    filled = sum(bool(h) for h in heading.headers)
    return len(match.mapping) >= min(2, filled, len(dataset.fields))


def possible_headings(grid: Grid) -> list[Heading]:
    """Return every row that may be a header: single rows, then pairs, then triples."""
    if isinstance(grid, NamedGrid):
        return [Heading(0, -1, grid.headers, {})]
    filled = [p for p, row in enumerate(grid.rows[: 4 * _DEPTH]) if _texts(row)]
    filled = filled[:_DEPTH]
    singles = [Heading(p, p, _headers(grid.rows[p]), {}) for p in filled]
    stacks = [
        Heading(p, p + depth - 1, _joined(grid, p, depth), {})
        for depth in range(2, _MOST_LEVELS + 1)
        for p in filled
        if _is_stack(grid, p, depth, filled)
    ]
    return [_with_units(grid, heading) for heading in singles + stacks]


def _texts(row: Row) -> int:
    return sum(isinstance(c, str) and not is_blank(c) for c in row)


def _headers(row: Row) -> tuple[str, ...]:
    return tuple(" ".join(str(c).split()) if not is_blank(c) else "" for c in row)


def _is_stack(grid: Grid, first: int, depth: int, filled: Sequence[int]) -> bool:
    """Return whether rows may be one header: the upper ones have gaps, as groups do."""
    rows = range(first, first + depth)
    if not all(p in filled for p in rows):
        return False
    return all(any(is_blank(c) for c in grid.rows[p]) for p in rows[:-1])


def _joined(grid: Grid, first: int, depth: int) -> tuple[str, ...]:
    """Return per column the words of all its header cells, from the top down.

    An upper cell stands over all columns that it groups, as far as the rows below it
    name them; a cell merged downwards stands over its own column.
    """
    rows = grid.rows[first : first + depth]
    width = max(map(len, rows))
    own = [_headers([*row, *[""] * (width - len(row))]) for row in rows]
    groups: list[object] = [None] * width
    columns: list[list[str]] = [[] for _ in range(width)]
    for level, tops in enumerate(own):
        last = level == depth - 1
        spread = list(tops) if last else _spread(grid, first + level, tops, groups)
        for column in range(width):
            named = any(below[column] for below in own[level + 1 :])
            columns[column].append(spread[column] if named else tops[column])
        groups = list(zip(groups, spread, strict=True))
    return tuple(" ".join(filter(None, words)) for words in columns)


def _spread(
    grid: Grid, position: int, tops: Sequence[str], groups: Sequence[object]
) -> list[str]:
    """Return the headers of a row over all columns that they group.

    `groups` are what the rows above say of each column: no header reaches into the
    next group.
    """
    spread = list(tops)
    spans = [m for m in grid.merged if m[0][0] == position == m[1][0]]
    for (_, left), (_, right) in spans:
        spread[left : right + 1] = [tops[left]] * (right + 1 - left)
    if spans:
        return spread
    for column in range(1, len(spread)):
        if groups[column] == groups[column - 1]:
            spread[column] = spread[column] or spread[column - 1]
    return spread


def _with_units(grid: Grid, heading: Heading) -> Heading:
    """Return the heading with the row of units below it, if there is one.

    Below named columns such a row holds only units; below nameless ones it may name
    them.
    """
    below = heading.last + 1
    row = grid.rows[below] if below < len(grid.rows) else ()
    cells = {p: str(c).strip("()（）[] ") for p, c in enumerate(row) if not is_blank(c)}
    cells = {p: c for p, c in cells.items() if not _is_dash(c)}
    named = {p for p, header in enumerate(heading.headers) if header}
    units = {p: c for p, c in cells.items() if p in named}
    if not units or not all(map(_is_unit, units.values())):
        return heading
    width = max([len(heading.headers), *(p + 1 for p in cells)])
    headers = [*heading.headers, *[""] * (width - len(heading.headers))]
    for position in cells.keys() - named:
        headers[position] = str(row[position]).strip()
    return Heading(heading.first, below, tuple(headers), units)


@lru_cache(maxsize=1024)
def _is_unit(text: str) -> bool:
    number = text.replace(".", "").isdecimal()
    return not number and find_unit(text) is not None


def _is_dash(text: str) -> bool:
    return set(text) <= set("-—/－")
