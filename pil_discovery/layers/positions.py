"""Coordinates as given → EPSG:4490, with everything that was recognised on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.errors import CrsError, Problem
from pil_discovery.geo.area import is_web_mercator
from pil_discovery.geo.axes import propose_crs, recognise_axes
from pil_discovery.geo.crs import in_china, outside_use, to_lonlat
from pil_discovery.geo.references import parse_reference
from pil_discovery.types import Inference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.geo.references import Points, Reference


@dataclass(frozen=True)
class Where:
    """What has coordinates, for messages: its file and place in it."""

    file: str
    place: str


@dataclass(frozen=True)
class Placed:
    """Degrees of EPSG:4490, which of them lie where they cannot, and the notes."""

    geometries: NDArray[np.object_]
    outside: NDArray[np.bool_]
    notes: list[Inference]


def find_reference(
    given: str | None, declared: str | None, points: Points, where: Where
) -> Reference:
    """Settle a coordinate system: the user's word, else the file's.

    Parameters
    ----------
    given
        `crs` of the workspace or of the call.
    declared
        System in the file.
    points
        Shape (n, 2), to say what the numbers look like where there is none.

    Raises
    ------
    CrsError
        Missing, unknown or unsafe.
    """
    named = given or declared
    if not named:
        remedy = f"在 pil.yaml 的该文件写明 crs；{propose_crs(_telling(points))}"
        raise CrsError(Problem(where.file, where.place, "没有坐标系", remedy))
    try:
        return parse_reference(named, "图层" if given is None else "crs 写明")
    except CrsError as error:
        raise _placed_error(error, where) from None


def place_geometries(
    geometries: NDArray[np.object_], reference: Reference, where: Where
) -> Placed:
    """Bring geometries to EPSG:4490, axes and zone numbers read as the numbers demand.

    Parameters
    ----------
    geometries
        Two-dimensional, None where there is nothing to place.
    reference
        Their system.

    Raises
    ------
    CrsError
        When the numbers contradict the system, or nothing lies where it is meant for.
    """
    try:
        axes = recognise_axes(_telling(corners(geometries)), reference)
    except CrsError as error:
        raise _placed_error(error, where) from None

    def move(xy: Points) -> Points:
        return to_lonlat(axes.apply(xy), reference) if len(xy) else xy

    moved = np.asarray(shapely.transform(geometries, move), dtype=object)
    outside = _outside(moved, reference)
    there = ~shapely.is_missing(geometries)
    if there.any() and outside[there].all():
        what = f"全部位置都在坐标系 {reference.name} 的适用范围之外"
        remedy = f"核对 crs；{propose_crs(corners(geometries))}"
        raise CrsError(Problem(where.file, where.place, what, remedy))
    notes = [Inference(what="坐标读法", value=v, why=w) for v, w in axes.notes]
    return Placed(moved, outside, [*notes, *_remarks(moved, reference)])


def _remarks(degrees: NDArray[np.object_], reference: Reference) -> list[Inference]:
    """Say what makes the places of a layer doubtful although they can be read."""
    notes = []
    if is_web_mercator(reference.crs):
        value = "网络墨卡托（EPSG:3857）已换算为经纬度"
        why = "该投影平面上的面积约偏大三分之一；面积一律换算后按图斑椭球面积公式计算"
        notes.append(Inference(what="坐标系提示", value=value, why=why))
    box = corners(degrees)
    if len(box) and not in_china(box).any():
        why = "请核对坐标系和坐标顺序"
        notes.append(Inference(what="位置提示", value="全部位置在中国之外", why=why))
    return notes


def corners(geometries: NDArray[np.object_]) -> Points:
    """Bounding corners of all geometries with finite coordinates, shape (n, 2)."""
    box = shapely.bounds(geometries)
    box = box[np.isfinite(box).all(axis=1)]
    return np.concatenate([box[:, :2], box[:, 2:]])


def _telling(points: Points) -> Points:
    """Leave out points at (0, 0): a place that was never filled in says nothing."""
    kept: Points = points[(np.abs(points) >= 1.0).any(axis=1)]
    return kept if len(kept) else points


def _placed_error(error: CrsError, where: Where) -> CrsError:
    return CrsError(
        Problem(where.file, where.place, p.what, p.remedy) for p in error.problems
    )


def _outside(degrees: NDArray[np.object_], reference: Reference) -> NDArray[np.bool_]:
    """Tell which geometries reach outside the area of use.

    WGS 84 covers the globe; but where most of a layer lies in China, a feature that
    does not is a mistake. At (0, 0) there is only sea: a place never filled in.
    """
    xy, owner = shapely.get_coordinates(degrees, return_index=True)
    bad = outside_use(xy, reference) | (np.abs(xy) < 1.0).all(axis=1)
    home = in_china(xy)
    if len(home) and home.mean() > 0.5:
        bad |= ~home
    result = np.zeros(len(degrees), dtype=bool)
    result[owner[bad]] = True
    return result
