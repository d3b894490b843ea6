"""What stands behind the leads on a map: the workspace's own layers and pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from decimal import Decimal

    import geopandas as gpd

    from pil_discovery.types.base import Words


@dataclass(frozen=True)
class BaseLayer:
    """A layer of the workspace as it lies under the leads.

    Attributes
    ----------
    frame
        GeoDataFrame in EPSG:4490: `name` (what a feature is called, may be empty) and
        `geometry`, lines and areas only.
    """

    dataset: str
    title: Words
    frame: gpd.GeoDataFrame


@dataclass(frozen=True)
class Shot:
    """A square cut of one picture around a finding, as WebP."""

    day: dt.date
    sensor: str
    file: str
    webp: bytes


@dataclass(frozen=True)
class IndexCurve:
    """An index of the ground of a finding, date by date.

    Attributes
    ----------
    title
        Name of the index.
    days, values
        In order of days, all pictures behind the finding; None where nothing was seen.
    clear
        Whether enough of the ground was seen on that day.
    interval
        First and last day of what the finding says, or None.
    """

    title: Words
    days: tuple[dt.date, ...]
    values: tuple[Decimal | None, ...]
    clear: tuple[bool, ...]
    interval: tuple[dt.date, dt.date] | None = None


@dataclass(frozen=True)
class Album:
    """The pictures that a finding rests on, cut alike.

    Attributes
    ----------
    shots
        In order of days, all of the same ground.
    side_m
        Side of the square on the ground in metres.
    outline
        Rings of the finding in thousandths of the side, from the upper left corner.
    curves
        What the indices of the model showed; none where it looks at two dates only.
    """

    shots: tuple[Shot, ...]
    side_m: float
    outline: tuple[tuple[tuple[int, int], ...], ...]
    curves: tuple[IndexCurve, ...] = ()


@dataclass(frozen=True)
class Backdrop:
    """Layers in order of data set, and albums by finding id."""

    layers: tuple[BaseLayer, ...] = ()
    albums: Mapping[str, Album] = field(default_factory=dict)
