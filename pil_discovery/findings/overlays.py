"""The step `overlay`: two tables over each other, with zones only while in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from pil_discovery.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from pil_discovery.findings.settings import Setting
    from pil_discovery.types.steps import Overlay

PERIOD = ("_valid_from", "_valid_to")
_FACT_DATE = "fact_date"
_ENDS = {"ended": "已失效", "not_yet": "尚未生效"}
_OWN_SHARE = 0.5
"""A piece that is half of a feature is that feature, however thin it was drawn."""


@dataclass(frozen=True)
class Overlaid:
    """What an overlay of two tables gave.

    Attributes
    ----------
    rows
        The rows of `geo.overlay`, `validity`, and for the evidence `_on` (day that
        decides), `_from`, `_to` (term of the right feature, pairs only) and
        `_left_out` (words on the zones that meet the left one but were not in force).
    slivers
        Rows of the same columns that may be nothing but two drawings of one line.
    doubtful
        Right features of which it is half known whether they were in force. One may
        have left no row: what it covers whole has no remainder.
    out_of_force
        Pairs that meet, but not while the right one was in force.
    """

    rows: pd.DataFrame
    slivers: pd.DataFrame
    doubtful: frozenset[int]
    out_of_force: int


def overlaid(
    spec: Overlay, setting: Setting, left: pd.DataFrame, right: pd.DataFrame
) -> Overlaid:
    """Overlay two tables as a step of a model asks.

    Parameters
    ----------
    left, right
        Rows by `_id` with `geometry` (EPSG:4490), and where known `_sigma_m`; the
        right ones with `_valid_from` and `_valid_to`.

    Raises
    ------
    ModelError
        If a table has no geometry; `demand_columns` asks for all at once.
    """
    from pil_discovery.geo.dated import half_known

    ours = setting.placed(left, spec.left)
    theirs = _with_period(setting.placed(right, spec.right))
    asked = theirs if spec.dated else _with_period(theirs.drop(columns=list(PERIOD)))
    days = _days(spec, setting, ours)
    if not (len(ours) and (len(theirs) or spec.how == "difference")):
        rows = no_rows(spec).to_pandas()
        return Overlaid(rows, rows, frozenset(), 0)
    sigma = _sigma_of(ours)
    groups = _distances(spec, setting, _worst_sigma(ours, theirs))
    parts = [
        _part(spec, setting, (_taken(ours, at), asked, days[at]), (metres, sigma[at]))
        for metres, at in groups
    ]
    rows = _in_order([pd.DataFrame(part) for part in parts])
    if not spec.dated:
        rows["validity"] = "not_asked"
    gone = _out_of_force(spec, setting, (ours, asked, days))
    rows = _with_evidence(rows, (ours, theirs, days), gone)
    doubtful = frozenset(half_known(asked, days))
    if "sliver" not in rows:
        return Overlaid(rows, rows.iloc[:0], doubtful, len(gone))
    apart = _apart(rows, theirs)
    rows = rows.drop(columns="sliver")
    kept = rows[~apart].reset_index(drop=True)
    return Overlaid(kept, rows[apart].reset_index(drop=True), doubtful, len(gone))


def demand_columns(
    spec: Overlay, setting: Setting, left: Collection[str], right: Collection[str]
) -> None:
    """Demand that both tables have a place, and the left one its column of days.

    Raises
    ------
    ModelError
        If they have not, in the order of the step.
    """
    for table, columns in ((spec.left, left), (spec.right, right)):
        if "geometry" not in columns:
            raise ModelError(setting.nowhere(table))
    if spec.day_column is not None and spec.day_column not in left:
        what = (
            f"表 {spec.left} 没有列 {spec.day_column}，不知道按哪一天判断范围是否有效"
        )
        raise ModelError(setting.problem(f"steps.{spec.left}", what))


def no_rows(spec: Overlay) -> pa.Table:
    """Return the answer where a side is empty: its columns without a row."""
    names = ["left_id", "right_id"]
    if spec.by == "left" or spec.how == "difference":
        names.remove("right_id")
    names += ["area_m2", "share", "area_low_m2", "area_high_m2", "p_overlap"]
    names += ["p_over"] if spec.threshold_m2 is not None else []
    names += ["distance_m"] if spec.how == "near" else []
    names += ["validity", "geometry", "_on", "_from", "_to", "_left_out"]
    return pa.table({n: pa.array([], _KINDS.get(n, pa.float64())) for n in names})


def _taken(frame: gpd.GeoDataFrame, at: NDArray[Any]) -> gpd.GeoDataFrame:
    """Return rows of a frame; the frame itself where that is all of them."""
    return frame if len(at) == len(frame) else frame.iloc[at]


def _in_order(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put parts together by left, then right feature."""
    if len(parts) == 1:
        return parts[0]
    rows = pd.concat(parts, ignore_index=True)
    order = [n for n in ("left_id", "right_id") if n in rows.columns]
    return rows.sort_values(order, kind="stable", ignore_index=True)


def evidence_sql(spec: Overlay, setting: Setting, table: str, source: str) -> str:
    """Return the SELECT that packs what proves a row into one column `overlap`."""
    threshold = setting.number(spec.threshold_m2, "threshold_m2")
    bar = "NULL::DOUBLE" if threshold is None else f"{threshold!r}::DOUBLE"
    over = "NULL::DOUBLE" if threshold is None else "p_over"
    apart = "NULL::DOUBLE" if spec.how != "near" else "distance_m"
    return f"""
        SELECT * EXCLUDE (_on, _from, _to, _left_out), struct_pack(
            step := '{table}', how := '{spec.how}', area_m2 := area_m2, share := share,
            area_low_m2 := area_low_m2, area_high_m2 := area_high_m2,
            p_overlap := p_overlap, p_over := {over}, threshold_m2 := {bar},
            distance_m := {apart}, on_date := _on, validity := validity,
            valid_from := _from, valid_to := _to, left_out := _left_out,
            geometry := geometry
        ) AS overlap FROM {source}"""


def _with_period(right: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give every right row a term; not known where the table tells none."""
    told = {n: right[n] for n in PERIOD if n in right}
    nothing = np.full(len(right), np.datetime64("NaT", "D"))
    days = {
        n: np.asarray(told.get(n, nothing), dtype="datetime64[D]").astype("M8[s]")
        for n in PERIOD
    }
    return right.assign(**days)


def _days(spec: Overlay, setting: Setting, left: gpd.GeoDataFrame) -> NDArray[Any]:
    """Return the day of each left row on which a zone must be in force."""
    column = spec.day_column
    if spec.in_force_on is None and _FACT_DATE in left:
        column = _FACT_DATE
    if column is None:
        return np.full(len(left), np.datetime64(setting.as_of, "D"))
    return np.asarray(left[column], dtype="datetime64[D]")


def _part(
    spec: Overlay,
    setting: Setting,
    sides: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, NDArray[Any]],
    reach: tuple[float | None, NDArray[Any]],
) -> pd.DataFrame:
    from pil_discovery.geo.dated import overlay_dated

    left, right, days = sides
    metres, sigma = reach
    cuts = spec.how in ("intersection", "difference")
    width = setting.number(spec.sliver_width_m, "sliver_width_m") if cuts else None
    return overlay_dated(
        left,
        right,
        days=days,
        doubtful=setting.doubtful,
        how=spec.how,
        by=spec.by,
        distance_m=metres,
        sigma_m=sigma,
        right_sigma_m=_sigma_of(right),
        min_area_m2=setting.number(spec.min_area_m2, "min_area_m2") or 0.0,
        threshold_m2=setting.number(spec.threshold_m2, "threshold_m2"),
        sliver_width_m=width,
    )


def _out_of_force(
    spec: Overlay,
    setting: Setting,
    sides: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, NDArray[Any]],
) -> pd.DataFrame:
    from pil_discovery.geo.dated import out_of_force

    left, right, days = sides
    metres = setting.number(spec.distance_m, "distance_m")
    return out_of_force(left, right, days=days, distance_m=metres)


def _with_evidence(
    rows: pd.DataFrame,
    sides: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, NDArray[Any]],
    gone: pd.DataFrame,
) -> pd.DataFrame:
    left, right, days = sides
    on = days.astype("M8[s]")[left.index.get_indexer(pd.Index(rows["left_id"]))]
    on[rows["validity"].isin(["unstated", "not_asked"]).to_numpy()] = np.datetime64(
        "NaT"
    )
    words = _words(gone, right)
    terms = {name: np.full(len(rows), np.datetime64("NaT", "s")) for name in PERIOD}
    if "right_id" in rows:
        at = right.index.get_indexer(pd.Index(rows["right_id"]))
        terms = {name: right[name].to_numpy()[at] for name in PERIOD}
    said = np.empty(len(rows), dtype=object)
    said[:] = [words.get(i, []) for i in rows["left_id"]]
    terms = {"_from": terms["_valid_from"], "_to": terms["_valid_to"]}
    return rows.assign(_on=on, **terms, _left_out=said)


def _words(gone: pd.DataFrame, right: gpd.GeoDataFrame) -> dict[Any, list[str]]:
    """Say of each left row which zones it meets that were not in force."""
    found: dict[Any, dict[str, None]] = {}
    terms = [right[name].to_dict() for name in PERIOD]
    for left_id, right_id, state in gone.itertuples(index=False):
        first, last = (_day(term[right_id]) for term in terms)
        said = f"{first or '？'}至{last or '今'}（{_ENDS[state]}）"
        found.setdefault(left_id, {})[said] = None
    return {left_id: list(said) for left_id, said in found.items()}


def _day(value: pd.Timestamp) -> str:
    return "" if pd.isna(value) else value.date().isoformat()


def _apart(rows: pd.DataFrame, right: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which rows are slivers and not most of a feature that is itself so small."""
    most = rows["share"].to_numpy(dtype=float) >= _OWN_SHARE
    apart: NDArray[np.bool_] = rows["sliver"].to_numpy(dtype=bool) & ~most
    at = np.flatnonzero(apart)
    if "right_id" in rows and len(at):
        theirs = np.asarray(right.geometry.loc[rows["right_id"].iloc[at]])
        mine = shapely.area(np.asarray(rows["geometry"].iloc[at]))
        apart[at] = mine < _OWN_SHARE * shapely.area(theirs)
    return apart


def _sigma_of(frame: gpd.GeoDataFrame) -> NDArray[Any]:
    if "_sigma_m" not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame["_sigma_m"].to_numpy(dtype=float, na_value=np.nan)


def _worst_sigma(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> NDArray[Any]:
    """Combine the error of each left row with the largest known one of the right."""
    known = _sigma_of(right)
    known = known[np.isfinite(known)]
    worst = float(np.max(known)) if len(known) else np.nan
    both: NDArray[Any] = np.hypot(_sigma_of(left), worst)
    return both


def _distances(
    spec: Overlay, setting: Setting, sigma: NDArray[Any]
) -> Sequence[tuple[float | None, NDArray[Any]]]:
    """Pair each distance by which the right side grows with the left rows it is for."""
    times = setting.number(spec.tolerance_sigma, "tolerance_sigma")
    if times is None or not len(sigma):
        distance = setting.number(spec.distance_m, "distance_m")
        return [(distance, np.arange(len(sigma)))]
    # whole centimetres, upwards: few groups, and never less than asked
    metres = np.ceil(np.nan_to_num(sigma * times) * 100) / 100
    return [(float(m), np.flatnonzero(metres == m)) for m in np.unique(metres)]


def arrow_rows(rows: pd.DataFrame) -> pa.Table:
    """Turn rows of an overlay into Arrow: geometry as WKB, NaN as NULL."""
    shapes = np.asarray(rows["geometry"], dtype=object)
    plain = {n: rows[n].to_numpy() for n in rows.columns if n != "geometry"}
    plain["geometry"] = shapely.to_wkb(shapes)
    return pa.table({n: _column(n, values) for n, values in plain.items()})


_KINDS = {
    **dict.fromkeys(("left_id", "right_id"), pa.int64()),
    **dict.fromkeys(("_on", "_from", "_to"), pa.date32()),
    "_left_out": pa.list_(pa.string()),
    "validity": pa.string(),
    "geometry": pa.binary(),
}


def _column(name: str, values: NDArray[Any]) -> pa.Array:
    kind = _KINDS.get(name, pa.float64())
    if values.dtype.kind == "M":
        return pa.array(values.astype("M8[D]"), type=kind)
    if values.dtype.kind == "O" or not len(values):
        return pa.array(values.tolist(), type=kind)
    return pa.array(values, type=kind, from_pandas=True)
