"""An overlay of two tables in parts, so that memory is bounded and others can help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa

from pil_discovery.findings.overlays import (
    arrow_rows,
    demand_columns,
    no_rows,
    overlaid,
)
from pil_discovery.findings.settings import framed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pandas as pd

    from pil_discovery.findings.settings import Setting
    from pil_discovery.types.steps import Overlay

PART_ROWS = 100_000
"""Rows of the left table in a part; it changes no result."""


@dataclass(frozen=True)
class Question:
    """What an overlay step asks, without its tables."""

    spec: Overlay
    setting: Setting


@dataclass(frozen=True)
class Solved:
    """The answer for one part, or for all: as `overlays.Overlaid`, rows in Arrow."""

    rows: pa.Table
    slivers: pa.Table
    doubtful: frozenset[int]
    out_of_force: int


Solver: TypeAlias = (
    "Callable[[Question, Sequence[pa.Table], pa.Table], Iterable[Solved]]"
)
"""Question, parts of the left table, right table → answers in order of the parts."""


def parts_of(rows: pa.Table, size: int = PART_ROWS) -> list[pa.Table]:
    """Cut a table into parts of a size; an empty one is one part."""
    starts = range(0, max(len(rows), 1), size)
    return [rows.slice(start, size) for start in starts]


def in_turn(
    question: Question, lefts: Sequence[pa.Table], right: pa.Table
) -> Iterator[Solved]:
    """Solve the parts here, one after the other."""
    zones = framed(right if any(map(len, lefts)) else right.slice(0, 0))
    for left in lefts:
        yield solve(question, left, zones)


def solve(question: Question, left: pa.Table, right: pd.DataFrame) -> Solved:
    """Solve one part; a row depends on one left row and on the right table alone.

    Raises
    ------
    ModelError
        As `overlaid`.
    """
    spec, setting = question.spec, question.setting
    demand_columns(spec, setting, left.column_names, right.columns)
    if not len(left) or (right.empty and spec.how != "difference"):
        # most overlays of an example and many of a small office: no frame for nothing
        none = no_rows(spec)
        return Solved(none, none, frozenset(), 0)
    found = overlaid(spec, setting, framed(left), right)
    return Solved(
        arrow_rows(found.rows),
        arrow_rows(found.slivers),
        found.doubtful,
        found.out_of_force,
    )


def together(parts: Iterable[Solved]) -> Solved:
    """Put the answers for all parts together."""
    every = list(parts)
    return Solved(
        pa.concat_tables([p.rows for p in every]),
        pa.concat_tables([p.slivers for p in every]),
        frozenset().union(*(p.doubtful for p in every)),
        sum(p.out_of_force for p in every),
    )
