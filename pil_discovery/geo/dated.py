"""Overlay with zones that are in force at the date of the fact, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from pil_discovery.errors import GeometryError
from pil_discovery.geo.overlay import overlay

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import ArrayLike, NDArray

    Days: TypeAlias = NDArray[np.datetime64]
    Flags: TypeAlias = NDArray[np.bool_]
    Frame: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries

IN_FORCE, UNKNOWN, UNSTATED = "in_force", "unknown", "unstated"
ENDED, NOT_YET = "ended", "not_yet"
_COUNTED = (IN_FORCE, UNKNOWN, UNSTATED)


def validity(
    days: ArrayLike, valid_from: ArrayLike, valid_to: ArrayLike
) -> NDArray[np.object_]:
    """Tell whether something was in force on a day.

    Parameters
    ----------
    days
        Date of the fact; NaT = not known.
    valid_from, valid_to
        First and last day in force, both included; NaT = not known. Broadcast against
        `days`.

    Returns
    -------
    array
        `not_yet` before the first day, `ended` after the last one, `in_force` where the
        first day is known and has come, `unstated` where neither day is known, else
        `unknown`. A last day that is not stated is no end: what has begun stays in
        force until someone ends it.
    """
    day, first, last = np.broadcast_arrays(*map(_days, (days, valid_from, valid_to)))
    result = np.full(day.shape, UNKNOWN, dtype=object)
    result[np.isnat(first) & np.isnat(last)] = UNSTATED
    result[first <= day] = IN_FORCE
    result[first > day] = NOT_YET
    result[last < day] = ENDED
    return result


def half_known(right: gpd.GeoDataFrame, days: ArrayLike) -> pd.Index:
    """Name the features of which it is half known whether they were in force.

    Parameters
    ----------
    right
        As for `overlay_dated`.
    days
        Days in question; one that is not known (NaT) makes every stated term doubtful.
    """
    periods = [right[name].to_numpy() for name in ("_valid_from", "_valid_to")]
    open_ = np.zeros(len(right), dtype=bool)
    for day in np.unique(_days(days)):
        open_ |= validity(day, *periods) == UNKNOWN
    return right.index[open_]


def overlay_dated(
    left: Frame,
    right: gpd.GeoDataFrame,
    *,
    days: ArrayLike,
    doubtful: bool = True,
    **asked: Any,  # noqa: ANN401 - the keywords of `overlay`
) -> gpd.GeoDataFrame:
    """Overlay each left feature with the right ones in force on its day.

    Parameters
    ----------
    left
        As for `overlay`.
    right
        As for `overlay`, with `_valid_from` and `_valid_to` as read layers have them.
    days
        Date of the fact of each left row (or one for all); NaT = not known.
    doubtful
        Whether right features count of which it is not known whether they were in
        force; who must know asks twice and compares.
    **asked
        As for `overlay`; each σ is one number, or one per row of its layer.

    Returns
    -------
    GeoDataFrame
        The rows of `overlay` with a further column `validity`: `in_force`; `unstated`
        where the right feature names neither day and is taken to hold; `unknown` where
        half is known: its first day, or the day of the fact, is not. Features that had
        ended or not begun take no part. Rows of all right features (`by="left"`,
        `difference`) bear the least certain state of those that took part.

    Raises
    ------
    CrsError, GeometryError
        As `overlay`; also for dates that do not fit the rows.
    """
    counted = _COUNTED if doubtful else (IN_FORCE, UNSTATED)
    parts = [
        _of_group(left, right, (at, states, np.isin(states, counted)), asked=asked)
        for at, states in _groups(_for_each(days, left), right)
    ]
    if len(parts) == 1:
        return parts[0]
    rows = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)
    result: gpd.GeoDataFrame = _in_order(rows, left, right)
    return result


def out_of_force(
    left: Frame,
    right: gpd.GeoDataFrame,
    *,
    days: ArrayLike,
    distance_m: float | None = None,
) -> pd.DataFrame:
    """Find the right features that meet a left one but were not in force on its day.

    Parameters
    ----------
    left, right, days
        As for `overlay_dated`.
    distance_m
        Features that near meet, too, metres; needed where right ones are no polygons.

    Returns
    -------
    DataFrame
        `left_id`, `right_id` and `validity` (`ended` or `not_yet`), ordered by left,
        then right position. What merely touches as drawn counts as meeting.

    Raises
    ------
    CrsError, GeometryError
        As `overlay_dated`.
    """
    parts = []
    for at, states in _groups(_for_each(days, left), right):
        gone = np.isin(states, (ENDED, NOT_YET))
        if not (gone.any() and len(at)):
            continue
        asked = {"how": "near", "distance_m": distance_m or 0.0}
        parts.append(_of_group(left, right, (at, states, gone), asked=asked))
    names = ["left_id", "right_id", "validity"]
    if not parts:
        return pd.DataFrame(columns=names)
    rows = pd.concat([pd.DataFrame(p[names]) for p in parts], ignore_index=True)
    result: pd.DataFrame = _in_order(rows, left, right)
    return result


def _for_each(days: ArrayLike, left: Frame) -> Days:
    """Return one day for each left row."""
    dates = _days(days)
    if dates.ndim == 0:
        dates = np.full(len(left), dates)
    if dates.shape != (len(left),):
        raise GeometryError(
            f"days 须为一个日期，或与左侧图层逐行对应（{len(left)} 个）"
        )
    return dates


def _days(values: ArrayLike) -> Days:
    days: Days = np.asarray(values, dtype="datetime64[D]")
    return days


def _groups(
    dates: Days, right: gpd.GeoDataFrame
) -> list[tuple[NDArray[np.intp], NDArray[np.object_]]]:
    """Left rows for which the same right ones are in force; one group at least."""
    unique, back = np.unique(dates, return_inverse=True)
    periods = [right[name].to_numpy() for name in ("_valid_from", "_valid_to")]
    found: dict[tuple[str, ...], list[int]] = {}
    for i, day in enumerate(unique):
        found.setdefault(tuple(validity(day, *periods)), []).append(i)
    groups = [
        (np.flatnonzero(np.isin(back, of)), np.array(states, dtype=object))
        for states, of in found.items()
    ]
    nobody = np.zeros(0, dtype=np.intp), np.full(len(right), UNKNOWN, dtype=object)
    return groups or [nobody]


def _of_group(
    left: Frame,
    right: gpd.GeoDataFrame,
    group: tuple[NDArray[np.intp], NDArray[np.object_], Flags],
    *,
    asked: dict[str, Any],
) -> gpd.GeoDataFrame:
    at, states, counts = group
    zones = right if counts.all() else right[counts]
    moving = left if len(at) == len(left) else left.iloc[at]
    here = dict(asked)
    for name, mask in (("sigma_m", at), ("right_sigma_m", counts)):
        if np.ndim(here.get(name, 0.0)):
            here[name] = np.asarray(here[name])[mask]
    rows = overlay(cast("Frame", moving), zones, **here)
    if "right_id" in rows:
        known = pd.Series(states[counts], index=zones.index)
        said = rows["right_id"].map(known).to_numpy(dtype=object)
    else:
        state = next((s for s in (UNKNOWN, UNSTATED) if s in states[counts]), IN_FORCE)
        said = np.full(len(rows), state, dtype=object)
    place = list(rows.columns).index("geometry")
    rows.insert(place, "validity", said)
    return rows


def _in_order(rows: pd.DataFrame, left: Frame, right: Frame) -> Any:  # noqa: ANN401 -- a frame of the same kind
    """Order rows by left, then right position."""
    named = (("left_id", left.index), ("right_id", right.index))
    keys = [rows[n].map(_places(index)) for n, index in named if n in rows]
    order = np.lexsort([key.to_numpy() for key in reversed(keys)])
    return rows.iloc[order].reset_index(drop=True)


def _places(index: pd.Index) -> pd.Series:
    return pd.Series(np.arange(len(index)), index=index)
