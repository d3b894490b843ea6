"""What the typed steps name: tables, columns of them, an index of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.types.models import (
    ChangeStep,
    MatchStep,
    OverlayStep,
    SeriesStep,
    ZonalStep,
)

if TYPE_CHECKING:
    from pil_discovery.types import Step


def table_names(step: Step) -> tuple[str, ...]:
    """Return the tables that a typed step takes in; of an SQL step none."""
    if isinstance(step, OverlayStep):
        return step.overlay.left, step.overlay.right
    if isinstance(step, ZonalStep):
        return (step.zonal.zones,)
    if isinstance(step, ChangeStep):
        return (step.change.zones,)
    if isinstance(step, SeriesStep):
        return (step.series.zones,)
    if isinstance(step, MatchStep):
        return step.match.left, step.match.right
    return ()


def column_names(step: Step) -> dict[str, tuple[str, ...]]:
    """Return table → columns that a typed step names besides the geometry."""
    if isinstance(step, OverlayStep) and step.overlay.day_column is not None:
        return {step.overlay.left: (step.overlay.day_column,)}
    if isinstance(step, ChangeStep) and step.change.before_column:
        return {step.change.zones: (step.change.before_column,)}
    if isinstance(step, SeriesStep) and step.series.start_column:
        return {step.series.zones: (step.series.start_column,)}
    if isinstance(step, MatchStep):
        match = step.match
        pairs = [match.name, match.code, match.region, match.address]
        left, right = zip(*(p for p in pairs if p is not None), strict=True)
        if match.left == match.right:
            return {match.left: (*left, *right)}
        return {match.left: tuple(left), match.right: tuple(right)}
    return {}


def index_of(step: Step) -> str | None:
    """Return the index of pictures that a step reckons, if it does."""
    if isinstance(step, ZonalStep):
        return step.zonal.index
    return step.series.index if isinstance(step, SeriesStep) else None


def numbers_in(step: Step) -> set[str]:
    """Return the parameters that a typed step takes as `$name`."""
    spec = step.model_dump(exclude={"table", "sql"})
    values = [v for part in spec.values() for v in part.values()]
    texts = {v for v in values if isinstance(v, str) and v.startswith("$")}
    return {text.removeprefix("$") for text in texts} - {"as_of"}
