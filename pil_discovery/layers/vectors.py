"""Vector files → Layer: right format, right text, right place, every feature told."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from pil_discovery.errors import CrsError, Problem, ReadError
from pil_discovery.layers.accounts import CGCS2000, Part, Told, account
from pil_discovery.layers.contents import (
    layer_headers,
    read_contents,
    read_sample,
    read_single,
)
from pil_discovery.layers.doubts import UnplacedError
from pil_discovery.layers.features import Place
from pil_discovery.layers.files import open_vector
from pil_discovery.layers.formats import SHAPEFILE
from pil_discovery.layers.positions import (
    Where,
    corners,
    find_reference,
)
from pil_discovery.layers.quantities import judge_quantities
from pil_discovery.layers.recognition import MOST_SAMPLED
from pil_discovery.layers.sheets import CUT_BYTES, Layers, choose_sheets
from pil_discovery.layers.sigma import sigma_problems
from pil_discovery.layers.usable import usable_geometries
from pil_discovery.text.cells import TypedFrame, type_frame
from pil_discovery.text.column_advice import with_column_advice
from pil_discovery.text.masking import mask_identifier
from pil_discovery.text.quarantine import (
    Entry,
    cell_entries,
)
from pil_discovery.types import (
    Inference,
    Layer,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from pil_discovery.geo.references import Reference
    from pil_discovery.layers.contents import Contents
    from pil_discovery.layers.files import Opened, Origin
    from pil_discovery.layers.sheets import Sheet
    from pil_discovery.layers.sigma import Expected
    from pil_discovery.layers.usable import Usable
    from pil_discovery.types import Dataset


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
    expected: Expected = None,
    obtained: str | None = None,
    repair: bool = False,
    root: Path | None = None,
) -> Layer:
    """Read a vector file as a data set, in EPSG:4490.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, file geodatabase (`.gdb`), GeoJSON, FlatGeobuf, KML,
        KMZ or GeoParquet inside the workspace.
    datasets
        Known data sets.
    wanted
        Id of the data set; None recognises it from the columns, their first values and
        the kind of the shapes. A single layer that is recognised as none keeps its
        columns as they are.
    layer
        Layer inside the file; None takes every layer that fits the data set.
    crs
        System of the coordinates, wins over the file: EPSG code, `GCJ-02`, `BD-09`, or
        a PROJ pipeline with parameters that the user answers for.
    encoding
        Text encoding of a shapefile; None tries UTF-8, then GB18030, strictly.
    columns
        Header as in the file → canonical name.
    units
        Canonical name → unit of the values in the file.
    scale, sigma_m
        Map scale; the one-axis positional standard deviation in metres, where stated.
    expected
        What maps of this scale are expected to be off by, metres, and who says so; it
        counts where `sigma_m` is not stated.
    repair
        Repair invalid polygons where that is possible without doubt; each is a cell in
        quarantine with its area before and after.
    root
        Workspace folder; file names are relative to it. Default: the file's folder.

    Returns
    -------
    Layer
        `frame`: canonical columns, `geometry` (EPSG:4490, degrees, two-dimensional,
        valid), `_source`, `_sheet` (layer), `_row` (place of the feature in the file,
        from 1), `_sigma_m` (metres, NaN = not known), `_valid_from`, `_valid_to`.
        Features without a usable geometry, outside the area, without key, or in
        conflict are in `quarantine`; read = used + quarantined.

    Raises
    ------
    ReadError
        Forbidden path or format, unreadable, undecodable, unknown data set, column or
        unit, several candidates.
    CrsError
        System missing, unsafe, or contradicted by the numbers.
    """
    opened = open_vector(path, root)
    if problems := sigma_problems(sigma_m, opened.file):
        raise ReadError(problems)
    told = Told(
        crs,
        units or {},
        issuer,
        valid_from,
        valid_to,
        scale,
        sigma_m,
        obtained,
        repair,
        expected,
    )
    headers, single = _headers(opened, layer, encoding)
    layers = Layers(
        opened.file,
        headers,
        columns or {},
        partial(_sample, opened) if single is None else lambda _: single,
        CUT_BYTES if opened.driver == SHAPEFILE else 0,
    )
    choice = choose_sheets(layers, datasets, wanted)
    parts = [
        read_sheet(
            s,
            read_contents(opened, s.name) if single is None else single,
            opened,
            told,
        )
        for s in choice.sheets
    ]
    return account(parts, opened, told, choice)


def _headers(
    opened: Opened, layer: str | None, encoding: str | None
) -> tuple[dict[str, list[str]], Contents | None]:
    """Return the columns of the layers; where there is but one, it is read at once."""
    found = layer_headers(opened)
    if found is not None:
        named = _named(found, layer, opened)
        alone = next(iter(named)) if len(named) == 1 else None
        return named, None if alone is None else read_contents(opened, alone)
    single = read_single(opened, encoding=encoding)
    return _named({single.layer: single.headers}, layer, opened), single


def _sample(opened: Opened, layer: str) -> Contents:
    return read_sample(opened, layer, MOST_SAMPLED)


def _named(
    headers: dict[str, list[str]], layer: str | None, opened: Opened
) -> dict[str, list[str]]:
    if layer is None:
        return headers
    if layer in headers:
        return {layer: headers[layer]}
    what = f"没有图层“{layer}”，现有：{'、'.join(headers)}"
    raise ReadError(Problem(opened.file, "layer", what, "核对 layer 的写法"))


def read_sheet(sheet: Sheet, contents: Contents, opened: Origin, told: Told) -> Part:
    """Type and place one layer; what cannot be used is told, feature by feature."""
    where = Where(opened.file, f"图层 {sheet.name}")
    place = Place(opened.file, sheet.name, contents.rows)
    reference = _reference(sheet, contents, told, where)
    usable = usable_geometries(
        contents, reference, where, wanted=_geometry_kind(sheet), mend=told.repair
    )
    typed = _attributes(sheet, (contents, usable), told, opened)
    frame = typed.frame.assign(
        _source=opened.file, _sheet=sheet.name, _row=contents.rows.astype(np.int64)
    )
    entries = [
        *cell_entries(frame, typed.problems),
        *_cut_entries(sheet, contents, place),
    ]
    return Part(
        sheet,
        gpd.GeoDataFrame(
            frame[usable.kept].reset_index(drop=True),
            geometry=list(usable.geometries[usable.kept]),
            crs=CGCS2000,
        ),
        len(contents),
        [*entries, *usable.entries],
        [
            *contents.notes,
            _system_note(reference, contents.crs, told, where),
            *usable.notes,
            *typed.inferences,
            *sheet.notes,
        ],
        reference,
        contents.encoding,
        typed.suggestions,
    )


def _reference(sheet: Sheet, contents: Contents, told: Told, where: Where) -> Reference:
    points = corners(contents.geometries)
    try:
        return find_reference(told.crs, contents.crs, points, where)
    except CrsError as error:
        named = told.crs or contents.crs
        raise UnplacedError(error, sheet.dataset, points, named) from None


def _geometry_kind(sheet: Sheet) -> str | None:
    field = None if sheet.dataset is None else sheet.dataset.field("geometry")
    return None if field is None else field.geom


def _attributes(
    sheet: Sheet, drawn: tuple[Contents, Usable], told: Told, opened: Origin
) -> TypedFrame:
    contents, _ = drawn
    index = range(len(contents))
    if sheet.dataset is None:
        return TypedFrame(_as_found(contents, index))
    cells = {n: list(contents.columns[at]) for at, n in sheet.mapping.items()}
    for at, name in _cut_columns(sheet, contents):
        cells[name][at] = None  # half a word is no word
    frame = pd.DataFrame(cells, index=index, dtype=object)
    units = {**sheet.units, **told.units}
    try:
        typed = type_frame(frame, sheet.dataset, units=units)
    except ReadError as error:
        raise ReadError(
            Problem(opened.file, p.where, p.what, p.remedy) for p in error.problems
        ) from None
    typed = judge_quantities(typed, frame, sheet, units=units, drawn=drawn)
    return with_column_advice(
        typed, contents.headers, contents.columns, (sheet.dataset, sheet.mapping)
    )


def _as_found(contents: Contents, index: range) -> pd.DataFrame:
    """Columns of a layer of no known data set keep names and values."""
    series: dict[str, pd.Series] = {}
    for header, values in zip(contents.headers, contents.columns, strict=True):
        name, number = f"{header}_" if header == "geometry" else header, 1
        while name in series:  # a shapefile cuts two names to the same ten bytes
            number += 1
            name = f"{header}_{number}"
        series[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(series, index=index).infer_objects()


def _cut_columns(sheet: Sheet, contents: Contents) -> list[tuple[int, str]]:
    """Return (position, canonical name) of the used texts that the file cut."""
    names = {contents.headers[at]: name for at, name in sheet.mapping.items()}
    return [(at, names[header]) for at, header in contents.cut if header in names]


def _cut_entries(sheet: Sheet, contents: Contents, place: Place) -> list[Entry]:
    words = ("文字被 Shapefile 的字段宽度截断在半个字上", "改用 GeoPackage 导出")
    positions = {name: at for at, name in sheet.mapping.items()}
    entries = []
    for at, name in _cut_columns(sheet, contents):
        text = str(contents.columns[positions[name]][at])
        field = None if sheet.dataset is None else sheet.dataset.field(name)
        masked = field is not None and field.pii == "identifier"
        value = mask_identifier(text) if masked else text
        entries.append(place.blank(at, (name, value), "truncated", words))
    return entries


def _system_note(
    reference: Reference, declared: str | None, told: Told, where: Where
) -> Inference:
    why = "文件写明"
    if told.crs is not None:
        why = f"工作区写明{f'，不采用文件写的 {_short(declared)}' if declared else ''}"
    return Inference(what=f"{where.place}：坐标系", value=reference.name, why=why)


def _short(declared: str) -> str:
    return declared if len(declared) <= 40 else f"{declared[:40]}…"
