"""What the typed steps name: tables, columns of them, an index of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.types.restoration import RestorationStep
from pil_discovery.types.steps import (
    ChangeStep,
    MatchStep,
    OverlayStep,
    SeriesStep,
    ZonalStep,
)

if TYPE_CHECKING:
    from pil_discovery.types import Step
    from pil_discovery.types.restoration import Restoration
    from pil_discovery.types.steps import Change, Series, Zonal


_DAY_COLUMNS = (
    *("before_column", "start_column"),
    *("damaged_column", "claimed_column", "intact_column"),
)


def table_names(step: Step) -> tuple[str, ...]:
    """Return the tables that a typed step takes in; of an SQL step none."""
    if isinstance(step, OverlayStep):
        return step.overlay.left, step.overlay.right
    if isinstance(step, MatchStep):
        return step.match.left, step.match.right
    spec = _picture_spec(step)
    return () if spec is None else (spec.zones,)


def column_names(step: Step) -> dict[str, tuple[str, ...]]:
    """Return table → columns that a typed step names besides the geometry."""
    if isinstance(step, OverlayStep) and step.overlay.day_column is not None:
        return {step.overlay.left: (step.overlay.day_column,)}
    if isinstance(step, MatchStep):
        match = step.match
        pairs = [match.name, match.code, match.region, match.address]
        left, right = zip(*(p for p in pairs if p is not None), strict=True)
        if match.left == match.right:
            return {match.left: (*left, *right)}
        return {match.left: tuple(left), match.right: tuple(right)}
    spec = _picture_spec(step)
    days = () if spec is None else _day_columns(spec)
    return {} if spec is None or not days else {spec.zones: days}


def _picture_spec(step: Step) -> Zonal | Change | Series | Restoration | None:
    """Return what a step asks of pictures, None where it asks nothing."""
    if isinstance(step, ZonalStep):
        return step.zonal
    if isinstance(step, ChangeStep):
        return step.change
    if isinstance(step, SeriesStep):
        return step.series
    return step.restoration if isinstance(step, RestorationStep) else None


def _day_columns(spec: Zonal | Change | Series | Restoration) -> tuple[str, ...]:
    """Return the columns of the polygons that tell days."""
    columns = (getattr(spec, name, None) for name in _DAY_COLUMNS)
    return tuple(column for column in columns if column)


def looks_at_pictures(step: Step) -> bool:
    """Tell whether a step's rows come with the quality of pictures."""
    return _picture_spec(step) is not None


def index_of(step: Step) -> str | None:
    """Return the index of pictures that a step reckons, if it does."""
    return getattr(_picture_spec(step), "index", None)


def numbers_in(step: Step) -> set[str]:
    """Return the parameters that a typed step takes as `$name`."""
    spec = step.model_dump(exclude={"table", "sql"})
    values = [v for part in spec.values() for v in part.values()]
    texts = {v for v in values if isinstance(v, str) and v.startswith("$")}
    return {text.removeprefix("$") for text in texts} - {"as_of"}
