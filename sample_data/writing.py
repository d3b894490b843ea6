"""Writers of the formats that agencies send; the same bytes every time."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from typing import TYPE_CHECKING

import pyogrio
import rasterio
import xlsxwriter
import xlwt
from district import Sheet, TextFile, Workbook
from rasterio.transform import from_origin

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    import numpy as np

# GDAL notes the day of writing in GeoPackages and dBase files
os.environ["OGR_CURRENT_DATE"] = "2026-09-30T00:00:00.000Z"
_CREATED = dt.datetime(2026, 9, 30)  # noqa: DTZ001 - a workbook knows no zone


def write_file(root: Path, file: TextFile | Workbook) -> None:
    """Write a table file in its own format."""
    path = root / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(file, TextFile):
        _write_text(path, file)
    elif path.suffix == ".xls":
        _write_xls(path, file.sheets)
    else:
        _write_xlsx(path, file.sheets)


def _write_text(path: Path, file: TextFile) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=file.delimiter, lineterminator="\r\n")
    writer.writerows(["" if c is None else c for c in row] for row in file.rows)
    path.write_bytes(buffer.getvalue().encode(file.encoding))


def _write_xlsx(path: Path, sheets: Sequence[Sheet]) -> None:
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": _CREATED})
    centred = book.add_format({"align": "center", "valign": "vcenter", "bold": True})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        for r, row in enumerate(sheet.rows):
            for c, cell in enumerate(row):
                if cell is not None:
                    page.write(r, c, cell)
        for top, left, bottom, right in sheet.merges:
            page.merge_range(top, left, bottom, right, sheet.rows[top][left], centred)
        if sheet.hidden:
            page.hide()
    book.close()


def _write_xls(path: Path, sheets: Sequence[Sheet]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        for r, row in enumerate(sheet.rows):
            for c, cell in enumerate(row):
                if cell is not None:
                    page.write(r, c, cell)
        if sheet.hidden:
            page.visibility = 1
    book.save(str(path))


def write_layer(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write a layer as GeoPackage, Shapefile (GBK without .cpg) or GeoJSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".shp":
        pyogrio.write_dataframe(
            frame,
            path,
            driver="ESRI Shapefile",
            encoding="GBK",
            DBF_DATE_LAST_UPDATE="2026-09-30",
        )
        path.with_suffix(".cpg").unlink(missing_ok=True)
    elif path.suffix == ".geojson":
        pyogrio.write_dataframe(frame, path, driver="GeoJSON", COORDINATE_PRECISION=9)
    else:
        path.unlink(missing_ok=True)
        pyogrio.write_dataframe(frame, path, driver="GPKG", layer=path.stem)


def write_raster(
    path: Path, pixels: np.ndarray, corner: tuple[float, float], size_m: float
) -> None:
    """Write bands (bands, rows, columns) as a compressed GeoTIFF in EPSG:4549."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count, height, width = pixels.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=width,
        height=height,
        count=count,
        dtype=pixels.dtype,
        crs="EPSG:4549",
        transform=from_origin(*corner, size_m, size_m),
        compress="deflate",
        predictor=2,
        zlevel=9,
        interleave="band",
        nodata=0 if count > 1 else None,
    ) as target:
        target.write(pixels)
