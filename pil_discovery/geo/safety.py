"""Which geometries can take part in a measurement; nothing is repaired here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely

from pil_discovery.errors import GeometryError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Geometries: TypeAlias = NDArray[np.object_]
    GeometriesLike: TypeAlias = Geometries | Sequence[BaseGeometry | None]

_WORDS = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "环自相交",
    "Hole lies outside shell": "内环在外环之外",
    "Holes are nested": "内环相互嵌套",
    "Nested shells": "外环相互嵌套",
    "Interior is disconnected": "内部不连通",
    "Duplicate Rings": "环重复",
    "Too few points in geometry component": "点数不足",
    "Invalid Coordinate": "坐标不是有效数值",
    "Ring is not closed": "环未闭合",
}
_SHOWN = 20  # mistakes named one by one in an error; the rest is counted


def flat(geometries: GeometriesLike) -> Geometries:
    """Copy geometries without Z and M values.

    Parameters
    ----------
    geometries
        Array-like of shapely geometries or None.

    Returns
    -------
    array
        New objects, same length; missing stays None.
    """
    array = np.asarray(geometries, dtype=object)
    result: Geometries = np.asarray(shapely.force_2d(array), dtype=object)
    return result


def missing(geometries: Geometries) -> NDArray[np.bool_]:
    """Tell where there is no geometry at all or an empty one."""
    result: NDArray[np.bool_] = shapely.is_missing(geometries) | shapely.is_empty(
        geometries
    )
    return result


def finite(geometries: Geometries) -> NDArray[np.bool_]:
    """Tell where no coordinate is NaN or infinite."""
    result = np.ones(len(geometries), dtype=bool)
    if np.isfinite(shapely.get_coordinates(geometries)).all():  # whose is rarely asked
        return result
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    result[owner[~np.isfinite(xy).all(axis=1)]] = False
    return result


def usable(geometries: Geometries) -> NDArray[np.bool_]:
    """Tell where a geometry is valid, or there is none.

    Validity as OGC Simple Features defines it, judged by GEOS, which counts NaN and
    infinite coordinates as invalid.
    """
    with np.errstate(all="ignore"):
        valid: NDArray[np.bool_] = shapely.is_valid(geometries)
    return valid | shapely.is_missing(geometries)


def reasons(geometries: Geometries) -> NDArray[np.object_]:
    """Say in Chinese why a geometry is unusable.

    Parameters
    ----------
    geometries
        shapely geometries or None.

    Returns
    -------
    array
        Object array: None where the geometry is usable or missing, else the reason.
    """
    result = np.full(len(geometries), None, dtype=object)
    # Ask for the words only where the quick test says no: it is many times cheaper.
    at = np.flatnonzero(~usable(geometries))
    with np.errstate(all="ignore"):
        result[at] = [_chinese(r) for r in shapely.is_valid_reason(geometries[at])]
    return result


def demand_valid(
    geometries: Geometries, names: Sequence[Any] | pd.Index, side: str
) -> None:
    """Raise unless every geometry present is valid.

    Parameters
    ----------
    geometries
        shapely geometries or None.
    names
        How to name each of them in the message, same length.
    side
        What the geometries are, in Chinese.

    Raises
    ------
    GeometryError
        Naming the invalid ones and why; none is repaired.
    """
    why = reasons(geometries)
    at = [i for i, w in enumerate(why) if w is not None]
    if not at:
        return
    shown = [
        Problem("", "", f"{side} {names[i]} 的图形无效：{why[i]}") for i in at[:_SHOWN]
    ]
    total = f"共 {len(at)} 个无效图形，未自动修复；请在图层中修正后重新读取"
    raise GeometryError([*shown, Problem("", "", total)])


def _chinese(reason: str) -> str:
    kind, _, place = reason.partition("[")
    words = _WORDS.get(kind.strip(), kind.strip() or "坐标不是有效数值")
    return f"{words}（{place.rstrip(']')}）" if place else words
