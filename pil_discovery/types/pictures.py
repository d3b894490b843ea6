"""Pictures: provenance, and pixels that are read by window."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pil_discovery.types.base import Noun
from pil_discovery.types.pixels import (
    PLAIN_MASK,
    BandSource,
    MaskKind,
    MaskRule,
    hidden_pixels,
    read_bands,
)
from pil_discovery.types.sources import Part

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy as np
    from affine import Affine
    from numpy.typing import NDArray
    from pyproj import CRS
    from rasterio.windows import Window

BEIJING = dt.timezone(dt.timedelta(hours=8))
"""Beijing time (UTC+8, no summer time since 1992): the day that the law counts."""


class ImageProvenance(Noun):
    """Identity, acquisition, geometry and radiometry of a picture.

    Unknown stays None and is listed in `missing`, in Chinese; nothing is guessed.
    `notes` say in Chinese where sources contradict each other, what was taken from
    where, and what was not used.

    Attributes
    ----------
    file, sha256, bytes
        The picture, or the STAC Item that names its files.
    pixel_sha256
        SHA-256 of the SHA-256 of each band of each file, in the order in which `bands`
        name the files; stored values row by row, little-endian, whatever tiling or
        compression a file has.
    parts
        The further files behind the pixels: ENVI header, bands, cloud mask.
    issuer, obtained, obtained_by
        Who supplied the picture, when it was obtained (as written), and by whom.
    acquired_utc, acquired_beijing
        ISO date-times of the same instant.
    product_id, product_level, collection
        As in the product's name; `collection` is a Landsat collection or a Sentinel-2
        processing baseline.
    orbit, place
        Relative orbit; path/row or tile.
    scene_cloud_percent
        Cloud over the whole scene as the supplier states it, never over the area.
    crs_sha256
        SHA-256 of the WKT 2 text of the coordinate system.
    transform
        The six numbers a, b, c, d, e, f: x = a·column + b·row + c, y = d·column + ….
    gsd_x_m, gsd_y_m
        Sides of a pixel on the ground in metres.
    orthorectified
        Whether relief was removed; None = not known.
    sigma_m
        Absolute positional standard deviation on one axis in metres.
    sigma_relative_m
        The same between pictures of this sensor; says nothing of the place on earth.
    wavelengths_nm
        Centre wavelength of each band.
    nodata, scales, offsets
        As applied when reading, for each band; None where the file's own declaration
        is used (`nodata` above it: the one value that holds for all bands).
    mask_kind
        How the cloud mask is read.
    """

    file: str
    sha256: str
    pixel_sha256: str
    bytes: int
    licence: str | None = None
    issuer: str | None = None
    obtained: str | None = None
    obtained_by: str | None = None
    acquired_utc: str
    acquired_beijing: str
    sensor: str
    platform: str | None = None
    instrument: str | None = None
    product_level: str | None = None
    product_id: str | None = None
    collection: str | None = None
    orbit: str | None = None
    place: str | None = None
    sun_elevation_deg: float | None = None
    scene_cloud_percent: float | None = None
    crs: str
    crs_sha256: str = ""
    transform: tuple[float, ...] = ()
    gsd_x_m: float
    gsd_y_m: float
    orthorectified: bool | None = None
    dem: str | None = None
    sigma_m: float | None = None
    sigma_source: str = ""
    sigma_relative_m: float | None = None
    sigma_relative_source: str = ""
    bands: tuple[str, ...]
    wavelengths_nm: tuple[float | None, ...] = ()
    dtype: str
    bits: int | None = None
    nodata: float | None = None
    scales: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    mask_kind: MaskKind | None = None
    missing: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Image:
    """A picture with provenance; pixels are read by window, never kept.

    Attributes
    ----------
    path
        The file; with several, the one of the first band.
    bands
        Canonical band name → 1-based band number in its file.
    transform
        Affine transform, pixel (column, row) → CRS of the picture.
    shape
        Rows and columns.
    nodata
        The value without data where it is the same in all bands.
    sources
        Where each band lies, in the order of `bands`; empty: all in `path`.
    mask
        How `cloud_mask` is read.
    """

    path: Path
    bands: dict[str, int]
    crs: CRS
    transform: Affine
    shape: tuple[int, int]
    nodata: float | None
    acquired: dt.datetime
    sensor: str
    cloud_mask: Path | None
    provenance: ImageProvenance
    sources: tuple[BandSource, ...] = ()
    mask: MaskRule = PLAIN_MASK

    @property
    def acquired_date(self) -> dt.date:
        """Return the calendar day of acquisition in Beijing (naive: as told)."""
        moment = self.acquired
        return (moment if moment.tzinfo is None else moment.astimezone(BEIJING)).date()

    def only(self, names: Iterable[str]) -> Image:
        """Return the picture with some of its bands, in its own order of bands.

        Where it is read, and where it shows the ground, the others do not count then.
        """
        wanted = frozenset(names)
        kept = [name in wanted for name in self.bands]
        bands = {n: number for n, number in self.bands.items() if n in wanted}
        return replace(
            self, bands=bands, sources=tuple(itertools.compress(self.sources, kept))
        )

    def read(self, window: Window | None = None) -> NDArray[np.float64]:
        """Read all named bands.

        Parameters
        ----------
        window
            rasterio window, or None for the whole picture.

        Returns
        -------
        array
            float64, shape (bands, rows, columns), in the order of `bands`; scale and
            offset applied; NaN where there is no data.
        """
        return read_bands(self.sources or self._within_path(), window)

    def valid(self, window: Window | None = None) -> NDArray[np.bool_]:
        """Return where the picture shows the ground: clouds and no-data are False.

        Parameters
        ----------
        window
            rasterio window, or None for the whole picture.

        Returns
        -------
        array
            boolean, shape (rows, columns).
        """
        return self.clear(self.read(window), window)

    def clear(
        self, values: NDArray[np.float64], window: Window | None = None
    ) -> NDArray[np.bool_]:
        """Return `valid` of a window whose values were read before.

        Parameters
        ----------
        values
            What `read` gave for the window.
        """
        import numpy as np

        clear: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(values), axis=0)
        if self.cloud_mask is not None:
            clear &= ~hidden_pixels(self.cloud_mask, self.mask, window)
        return clear

    def _within_path(self) -> list[BandSource]:
        return [
            BandSource(path=self.path, number=number, nodata=self.nodata)
            for number in self.bands.values()
        ]
