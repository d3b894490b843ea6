"""One file → Table, Layer or Image: the readers that Python users call."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.catalog import load_catalog
from pil_discovery.pipeline import sandbox
from pil_discovery.pipeline.materials import given
from pil_discovery.pipeline.persons import masked_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from pil_discovery.types import Image, ImageSource, Layer, Table


def read_records(
    path: str | Path,
    dataset: str | None = None,
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Table:
    """Read a table file into typed rows and a quarantine.

    A process of its own reads the file. Measured: five million rows of eight columns
    (640 MB of GBK text) take 2.9 GiB there and 1.5 GiB here, a million rows of a
    workbook (67 MB) 0.8 GiB there, or 1.1 GiB if it is written in an unusual way.

    Parameters
    ----------
    path
        CSV, TSV or text file; workbook (XLSX, XLSM, XLSB, XLS, ET, ODS); HTML or
        XML 2003 export, whatever its ending; JSON lines or array; Parquet.
    dataset
        Id of the canonical data set; None recognises it from the headers.
    sheet
        Sheet to read; None reads every visible sheet that fits.
    columns
        Header in the file → canonical column, where the headers do not tell.
    units
        Canonical column → unit of the file (`万元`, `亩`, …).
    encoding
        Text encoding; None tries BOM, UTF-8, GB18030, in that order, strictly.

    Returns
    -------
    Table
        `.frame`, `.quarantine`, `.report`.

    Raises
    ------
    ReadError
        If the file cannot be read as what it claims to be.
    """
    return masked_words(
        partial(
            sandbox.read_table,
            Path(path),
            load_catalog().datasets,
            wanted=dataset,
            sheet=sheet,
            columns=columns,
            units=units,
            encoding=encoding,
        )
    )


def read_layer(
    path: str | Path,
    dataset: str | None = None,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
) -> Layer:
    """Read a vector layer into EPSG:4490.

    Parameters
    ----------
    path
        GeoPackage, Shapefile with its parts, file geodatabase (`.gdb`, a folder),
        GeoJSON (`.geojson`, `.json`), FlatGeobuf, KML, KMZ or GeoParquet file.
    dataset
        Id of the canonical data set; None recognises it from the column names.
    layer
        Layer inside the file.
    crs
        Coordinate system, needed when the file does not carry one
        (`EPSG:…`, `GCJ-02`, `BD-09`).
    encoding
        Encoding of the attribute text.

    Returns
    -------
    Layer
        `.frame` (GeoDataFrame in EPSG:4490), `.quarantine`, `.report`, `.provenance`.

    Raises
    ------
    ReadError, CrsError
        If the file or its coordinate system cannot be used.
    """
    return masked_words(
        partial(
            sandbox.read_vector,
            Path(path),
            load_catalog().datasets,
            wanted=dataset,
            layer=layer,
            crs=crs,
            encoding=encoding,
        )
    )


def read_image(
    path: str | Path,
    *,
    acquired: dt.datetime | str,
    sensor: str,
    bands: Mapping[str, int],
    cloud_mask: str | Path | None = None,
) -> Image:
    """Open a picture with its provenance.

    Parameters
    ----------
    path
        GeoTIFF, JPEG 2000, ENVI file with its header, or STAC Item (`.json`).
    acquired
        Time of acquisition with time zone.
    sensor
        Sensor and product level in words.
    bands
        Canonical band name → band number from 1.
    cloud_mask
        Raster on the same grid; every value but 0 is cloud. The quality band of a
        Landsat or Sentinel-2 product under its own name is read by its codes.

    Raises
    ------
    ReadError, CrsError, ImageError
        If the picture cannot serve as evidence.
    """
    return sandbox.read_raster(
        Path(path),
        acquired=acquired,
        sensor=sensor,
        bands=dict(bands),
        cloud_mask=None if cloud_mask is None else Path(cloud_mask),
    )


def read_entry(entry: ImageSource, root: Path) -> Image:
    """Read a picture as an entry of a workspace tells it.

    Raises
    ------
    ReadError, CrsError, ImageError
        If the picture cannot serve as evidence.
    """
    mask = entry.cloud_mask
    return sandbox.read_raster(
        root / entry.file,
        acquired=entry.acquired,
        sensor=entry.sensor,
        bands=entry.bands,
        files={band: root / file for band, file in entry.files.items()},
        cloud_mask=None if mask is None else root / mask,
        mask_kind=entry.mask_kind,
        nodata=entry.nodata,
        scale=entry.scale,
        offset=entry.offset,
        crs=entry.crs,
        sigma_m=entry.sigma_m,
        orthorectified=entry.orthorectified,
        licence=entry.licence,
        obtained_by=entry.obtained_by,
        **given(entry),
        root=root,
    )
