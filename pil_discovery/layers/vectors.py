"""Vector files → Layer: right format, right text, right place, every feature told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from pil_discovery.errors import CrsError, PilError, Problem, ReadError
from pil_discovery.geo import safety
from pil_discovery.geo.crs import Reference, parse_reference, safe_transform
from pil_discovery.layers.dbf import dbf_encoding
from pil_discovery.layers.files import name_below, sha256_of, vector_driver
from pil_discovery.layers.sheets import Sheet, choose_sheets
from pil_discovery.layers.sigma import SOURCE, sigma_of_scale
from pil_discovery.text.cells import type_frame
from pil_discovery.text.quarantine import (
    Entry,
    cell_entries,
    quarantine_frame,
    sift_rows,
)
from pil_discovery.types import (
    Inference,
    Layer,
    LayerProvenance,
    ReadReport,
    Source,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from pil_discovery.geo.crs import CrsLike
    from pil_discovery.types import Dataset

CGCS2000 = "EPSG:4490"


@dataclass(frozen=True)
class _Told:
    """What the workspace says of a layer beyond the file itself."""

    crs: str | None
    units: Mapping[str, str]
    issuer: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    scale: int | None
    sigma_m: float | None
    obtained: str | None


def read_vector(  # noqa: PLR0913 -- the options of a layer, as in the workspace file
    path: Path,
    datasets: Mapping[str, Dataset],
    *,
    wanted: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    issuer: str | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    scale: int | None = None,
    sigma_m: float | None = None,
    obtained: str | None = None,
    root: Path | None = None,
) -> Layer:
    """Read a vector file.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON or FlatGeobuf.
    datasets
        Known data sets.
    wanted
        Id of the data set; None recognises it from the column names.
    layer
        Layer inside the file; None takes every layer that fits the data set.
    crs
        System of the coordinates where the file carries none or a wrong one.
    encoding
        Text encoding of a shapefile; None tries UTF-8, then GB18030, strictly.
    scale, sigma_m
        Map scale, or the one-axis positional standard deviation in metres.
    root
        Workspace folder; file names are relative to it.

    Returns
    -------
    Layer
        `frame`: canonical columns, `geometry` (EPSG:4490, degrees), `_source`, `_sheet`
        (layer), `_row` (place of the feature, from 1), `_sigma_m`, `_valid_from`,
        `_valid_to`. Features without a usable geometry, without key, or in conflict are
        in `quarantine`.

    Raises
    ------
    ReadError, CrsError
        If the file or its coordinate system cannot be used.
    """
    file = name_below(path, root)
    driver = vector_driver(path, file)
    text, notes = _encoding(path, file, driver, encoding)
    sheets = choose_sheets(
        path, file, datasets, wanted=wanted, layer=layer, text=text, columns=columns
    )
    told = _Told(
        crs, units or {}, issuer, valid_from, valid_to, scale, sigma_m, obtained
    )
    parts = [_read_sheet(path, file, sheet, text=text, told=told) for sheet in sheets]
    return _account(path, file, parts, told=told, driver=driver, text=text, notes=notes)


@dataclass(frozen=True)
class _Part:
    sheet: Sheet
    frame: gpd.GeoDataFrame
    entries: list[Entry]
    inferences: list[Inference]
    reference: Reference


def _encoding(
    path: Path, file: str, driver: str, given: str | None
) -> tuple[str | None, list[Inference]]:
    if driver != "ESRI Shapefile":
        return None, []
    if given is not None:
        return given, []
    found, why = dbf_encoding(path, file)
    return found, [Inference(what="文字编码", value=found, why=why)]


def _read_sheet(
    path: Path, file: str, sheet: Sheet, *, text: str | None, told: _Told
) -> _Part:
    raw = _features(path, file, sheet, text)
    reference, notes = _reference(raw.crs, told.crs, file, sheet.name)
    match, dataset = sheet.match, sheet.dataset
    units = {**match.units, **told.units}
    named = {name: raw.iloc[:, at] for at, name in match.mapping.items()}
    typed = type_frame(pd.DataFrame(named, dtype=object), dataset, units=units)
    frame = typed.frame.assign(
        geometry=np.asarray(raw.geometry, dtype=object),
        _source=file,
        _sheet=sheet.name,
        _row=np.arange(1, len(raw) + 1),
    )
    entries = cell_entries(frame, typed.problems)
    frame, unusable = _without_bad_geometry(frame)
    moved = _moved(frame, reference, file, sheet.name)
    notes += [*typed.inferences, *sheet.notes]
    return _Part(sheet, moved, entries + unusable, notes, reference)


def _features(
    path: Path, file: str, sheet: Sheet, text: str | None
) -> gpd.GeoDataFrame:
    try:
        read = pyogrio.read_dataframe(
            path,
            layer=sheet.name,
            encoding=text,
            force_2d=True,
            datetime_as_string=True,
        )
    except (pyogrio.errors.DataSourceError, UnicodeDecodeError, ValueError) as error:
        what = f"图层 {sheet.name} 无法读取（{str(error).splitlines()[0]}）"
        raise ReadError(Problem(file, "", what, "请重新导出")) from error
    if not isinstance(read, gpd.GeoDataFrame):
        what = f"图层 {sheet.name} 没有图形"
        raise ReadError(Problem(file, "", what, "请导出带图形的图层"))
    return read


def _reference(
    found: CrsLike, given: str | None, file: str, sheet: str
) -> tuple[Reference, list[Inference]]:
    where = f"图层 {sheet}"
    if found is None and given is None:
        remedy = "在 pil.yaml 的该图层写明 crs，例如 crs: EPSG:4490 或 EPSG:4549"
        raise CrsError(Problem(file, where, "文件没有坐标系", remedy))
    try:
        if given is None:
            return parse_reference(found, where), []
        reference = parse_reference(given, where)
    except PilError as error:
        raise CrsError(
            Problem(file, where, p.what, p.remedy or "在 pil.yaml 的该图层写明 crs")
            for p in error.problems
        ) from error
    if found is None:
        return reference, []
    note = f"文件写明 {_short(found)}，工作区指定 {reference.name}，以工作区为准"
    return reference, [Inference(what="坐标系", value=reference.name, why=note)]


def _short(crs: object) -> str:
    to_authority = getattr(crs, "to_authority", lambda: None)()
    return ":".join(to_authority) if to_authority else str(getattr(crs, "name", crs))


def _without_bad_geometry(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Entry]]:
    """Take out features without a usable geometry; nothing is repaired silently."""
    shapes = safety.flat(np.asarray(frame["geometry"], dtype=object))
    empty = safety.missing(shapes)
    why = safety.reasons(shapes)
    invalid = np.array([bool(w) for w in why], dtype=bool) & ~empty
    entries = [_unusable(frame, at, None) for at in np.flatnonzero(empty).tolist()]
    entries += [
        _unusable(frame, at, str(why[at])) for at in np.flatnonzero(invalid).tolist()
    ]
    kept = frame.assign(geometry=shapes)[~(empty | invalid)]
    return kept.reset_index(drop=True), entries


def _unusable(frame: pd.DataFrame, at: int, why: str | None) -> Entry:
    row = frame.iloc[at]
    return Entry(
        source=row["_source"],
        sheet=row["_sheet"],
        row=int(row["_row"]),
        column="geometry",
        value=None,
        scope="row",
        reason_class="geometry_empty" if why is None else "geometry_invalid",
        reason="没有图形" if why is None else f"图形无效：{why}",
        remedy="补画图形后重新导出"
        if why is None
        else "在 QGIS 中修正几何后重新导出，不自动修复",
    )


def _moved(
    frame: pd.DataFrame, reference: Reference, file: str, sheet: str
) -> gpd.GeoDataFrame:
    shapes = np.asarray(frame["geometry"], dtype=object)
    source: Any = reference.crs or reference.name
    try:
        moved = safe_transform(shapes, source, CGCS2000)
    except PilError as error:
        raise CrsError(
            Problem(file, f"图层 {sheet}", p.what, p.remedy) for p in error.problems
        ) from error
    return gpd.GeoDataFrame(
        frame.drop(columns="geometry"), geometry=list(moved), crs=CGCS2000
    )


def _account(  # noqa: PLR0913 -- everything that a layer tells of itself
    path: Path,
    file: str,
    parts: list[_Part],
    *,
    told: _Told,
    driver: str,
    text: str | None,
    notes: list[Inference],
) -> Layer:
    dataset = parts[0].sheet.dataset
    read = sum(len(p.frame) + _rows_of(p.entries) for p in parts)
    together = gpd.GeoDataFrame(
        pd.concat([p.frame for p in parts], ignore_index=True), crs=CGCS2000
    )
    sifted = sift_rows(together, dataset)
    entries = [*(e for p in parts for e in p.entries), *sifted.entries]
    sigma = told.sigma_m if told.sigma_m is not None else sigma_of_scale(told.scale)
    frame = gpd.GeoDataFrame(sifted.frame, geometry="geometry", crs=CGCS2000).assign(
        _sigma_m=np.nan if sigma is None else float(sigma),
        _valid_from=_stamp(told.valid_from),
        _valid_to=_stamp(told.valid_to),
    )
    counts = {
        "rows_read": read,
        "rows_used": len(frame),
        "rows_quarantined": _rows_of(entries),
    }
    inferences = [*notes, *(i for p in parts for i in p.inferences), *sifted.inferences]
    return Layer(
        dataset=dataset,
        frame=frame,
        quarantine=quarantine_frame(entries),
        report=ReadReport(**counts, inferences=tuple(inferences)),
        provenance=_provenance(parts, told, driver, sigma),
        sources=(
            Source(
                dataset=dataset.id,
                file=file,
                sha256=sha256_of(path),
                bytes=path.stat().st_size,
                encoding=text,
                crs=parts[0].reference.name,
                issuer=told.issuer,
                obtained=told.obtained,
                **counts,
            ),
        ),
    )


def _rows_of(entries: list[Entry]) -> int:
    return sum(e.scope == "row" for e in entries)


def _stamp(day: dt.date | None) -> np.datetime64:
    return np.datetime64("NaT" if day is None else day.isoformat(), "s")


def _provenance(
    parts: list[_Part], told: _Told, driver: str, sigma: float | None
) -> LayerProvenance:
    given = "工作区写明" if told.sigma_m is not None else ""
    by_scale = f"比例尺 1:{told.scale}，{SOURCE}" if sigma is not None else ""
    return LayerProvenance(
        issuer=told.issuer,
        valid_from=None if told.valid_from is None else told.valid_from.isoformat(),
        valid_to=None if told.valid_to is None else told.valid_to.isoformat(),
        scale=told.scale,
        sigma_m=sigma,
        sigma_source=given or by_scale,
        crs_in=parts[0].reference.name,
        transformation=parts[0].reference.transformation,
        driver=driver,
        layer="、".join(p.sheet.name for p in parts),
    )
