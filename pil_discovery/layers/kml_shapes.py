"""The geometry of a KML placemark: written coordinates → shapely."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely
from shapely.errors import ShapelyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from pil_discovery.layers.kml_tree import Node

    Points: TypeAlias = NDArray[np.float64]

_GAPS = re.compile(r"\s*,\s*")
_POINT = r"[^,\s]++,[^,\s]++(?:,[^,\s]++)?+"
_ALL = re.compile(rf"(?:{_POINT}(?:\s++|\Z))*+")
_HEIGHT = re.compile(r"([^,\s]+,[^,\s]+),[^,\s]+")
_MULTI: dict[str, Callable[[list[Any]], BaseGeometry]] = {
    "Point": shapely.MultiPoint,
    "LineString": shapely.MultiLineString,
    "LinearRing": shapely.MultiLineString,
    "Polygon": shapely.MultiPolygon,
}


@dataclass(frozen=True)
class Shape:
    """A geometry without heights; `broken` where it is there and cannot be parsed."""

    geometry: BaseGeometry | None
    broken: bool = False
    high: bool = False


def shape_of(node: Node | None) -> Shape:
    """Build the geometry of a placemark.

    Parameters
    ----------
    node
        `Point`, `LineString`, `LinearRing`, `Polygon`, `MultiGeometry` as written.

    Returns
    -------
    Shape
        Rings must be closed as written: an open one is broken, never closed here. A
        part that cannot be parsed breaks the whole geometry: nothing is left out.
    """
    if node is None:
        return Shape(None)
    heights: list[bool] = []
    try:
        geometry = _built(node, heights)
    except (ValueError, ShapelyError):
        return Shape(None, broken=True)
    return Shape(geometry, high=any(heights))


def _built(node: Node, heights: list[bool]) -> BaseGeometry:
    if node.kind == "MultiGeometry":
        return _collected(node, heights)
    if node.kind == "Polygon":
        outer = _rings(node, "outerBoundaryIs", heights)
        if len(outer) != 1:
            msg = "a polygon has one outer boundary"
            raise ValueError(msg)
        return shapely.Polygon(outer[0], _rings(node, "innerBoundaryIs", heights))
    points = _points(node, heights)
    if node.kind == "Point" and len(points) == 1:
        return shapely.Point(points[0])
    if node.kind == "LineString":
        return shapely.LineString(points)
    if node.kind == "LinearRing":
        return shapely.LineString(_closed(points))
    raise ValueError(node.kind)


def _collected(node: Node, heights: list[bool]) -> BaseGeometry:
    """Put the parts of all levels together: alike in a multi-geometry, else mixed."""
    leaves: list[Node] = []
    waiting = [node]
    while waiting:
        current = waiting.pop(0)
        if current.kind == "MultiGeometry":
            waiting = [*current.parts, *waiting]
        else:
            leaves.append(current)
    parts = [_built(leaf, heights) for leaf in leaves]
    kinds = {leaf.kind for leaf in leaves}
    if len(kinds) == 1:
        return _MULTI[kinds.pop()](parts)
    return shapely.GeometryCollection(parts)


def _rings(node: Node, kind: str, heights: list[bool]) -> list[Points]:
    return [_closed(_points(p, heights)) for p in node.parts if p.kind == kind]


def _closed(points: Points) -> Points:
    if len(points) < 4 or not np.array_equal(points[0], points[-1]):
        msg = "the ring is not closed"
        raise ValueError(msg)
    return points


def _points(node: Node, heights: list[bool]) -> Points:
    """Return longitude and latitude of all vertices, shape (n, 2)."""
    text = " ".join(node.text).strip()
    if ", " in text or " ," in text:  # some programs write «120.1, 30.2, 0»
        text = _GAPS.sub(",", text)
    if not text or not _ALL.fullmatch(text):
        raise ValueError(text[:40])
    count = len(text.split())
    width = text.count(",") // count + 1
    if text.count(",") != count * (width - 1):
        width, text = 2, _HEIGHT.sub(r"\1", text)  # some with height, some without
    values = np.array(text.replace(",", " ").split(), dtype=np.float64)
    found: Points = values.reshape(count, width)
    if not np.isfinite(found[:, :2]).all():
        raise ValueError(text[:40])
    heights.append(bool(found[:, 2:].any()))
    return found[:, :2]
