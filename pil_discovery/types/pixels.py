"""Reading the pixels behind an `Image` by window."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from rasterio.io import DatasetReader
    from rasterio.windows import Window

    from pil_discovery.types.sources import Image

RASTER_DRIVERS = ("GTiff", "ENVI")
"""Drivers a picture may be opened with; anything else could read other files."""


@contextmanager
def open_raster(path: Path) -> Iterator[DatasetReader]:
    """Open a local raster with one of `RASTER_DRIVERS` and no other.

    `rasterio.open` takes a single driver name; its reader takes the list.
    """
    import rasterio
    from rasterio.io import DatasetReader

    with rasterio.Env(), DatasetReader(str(path), driver=list(RASTER_DRIVERS)) as src:
        yield src


def read_pixels(image: Image, window: Window | None) -> NDArray[np.float64]:
    """Return float64 (bands, rows, columns), scaled, NaN where there is no data."""
    import numpy as np

    numbers = list(image.bands.values())
    with open_raster(image.path) as src:
        masked = src.read(numbers, window=window, masked=True)
        scales = np.asarray(src.scales, dtype=float)[np.asarray(numbers) - 1]
        offsets = np.asarray(src.offsets, dtype=float)[np.asarray(numbers) - 1]
    values = masked.astype(np.float64).filled(np.nan)
    if image.nodata is not None:
        values[masked.data == image.nodata] = np.nan
    result: NDArray[np.float64] = (
        values * scales[:, None, None] + offsets[:, None, None]
    )
    return result


def valid_pixels(image: Image, window: Window | None) -> NDArray[np.bool_]:
    """Return boolean (rows, columns): all bands have data and no cloud covers it."""
    import numpy as np

    has_data = np.isfinite(read_pixels(image, window))
    clear = np.logical_and.reduce(has_data, axis=0)
    if image.cloud_mask is not None:
        with open_raster(image.cloud_mask) as src:
            clear &= src.read(1, window=window) == 0
    return clear
