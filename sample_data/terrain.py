"""Layers, events and clouds while the environment side is put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
from scenes import AFTER, CONFIRM, SOUTH, WEST, Cloud, Event
from shapely.geometry import Point, Polygon, box

if TYPE_CHECKING:
    from district import District

METRIC, GEOGRAPHIC = "EPSG:4549", "EPSG:4490"


def at(x: float, y: float, width: float, height: float) -> Polygon:
    """Return a rectangle given in metres from the district's corner, EPSG:4549."""
    return box(WEST + x, SOUTH + y, WEST + x + width, SOUTH + y + height)


def degrees(x: float, y: float) -> tuple[str, str]:
    """Return longitude and latitude of a point in metres from the corner, EPSG:4490."""
    spot = gpd.GeoSeries([Point(WEST + x, SOUTH + y)], crs=METRIC)
    there = spot.to_crs(GEOGRAPHIC)[0]
    return f"{there.x:.7f}", f"{there.y:.7f}"


def layer(rows: list[dict[str, object]], crs: str) -> gpd.GeoDataFrame:
    """Return rows with metric geometry as a layer in the wanted CRS."""
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=METRIC)
    return frame if crs == METRIC else frame.to_crs(crs)


class Nature:
    """Layers, events and clouds while they are being put together."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.layers: list[tuple[str, str, gpd.GeoDataFrame]] = []
        self.events: list[Event] = []
        self.clouds: list[Cloud] = [
            Cloud(3600, 600, 260, ("20250720",)),
            Cloud(3380, 1300, 150, ("20250720",)),
            Cloud(3560, 1900, 230, (AFTER,)),
            Cloud(3650, 300, 170, (CONFIRM,)),
        ]

    def add(
        self, dataset: str, path: str, frame: gpd.GeoDataFrame, **how: object
    ) -> None:
        """Add a layer file and its entry in pil.yaml."""
        self.layers.append((dataset, path, frame))
        self.district.layers.append({"dataset": dataset, "file": path, **how})

    def change(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        cover: str = "bare",
        dates: tuple[str, ...] = (AFTER, CONFIRM),
    ) -> None:
        """Show other ground on some dates."""
        self.events.append(Event(x, y, width, height, cover, dates))
