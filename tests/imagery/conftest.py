"""Pictures written to a temporary folder, the smallest thing an `Image` can rest on."""

import datetime as dt
import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS

from pil_discovery.types import Image, ImageProvenance

BANDS = ("blue", "green", "red", "nir", "swir1", "swir2")


def image_of(path, bands, acquired, *, cloud=None, sigma_m=None, sensor="Test"):
    """Return the `Image` of a raster file, bands named in file order."""
    with rasterio.open(path) as src:
        crs, transform, shape = src.crs, src.transform, src.shape
        nodata, dtype = src.nodata, src.dtypes[0]
    moment = dt.datetime.fromisoformat(acquired + "T10:30:00+08:00")
    provenance = ImageProvenance(
        file=Path(path).name,
        sha256="ab" * 32,
        pixel_sha256="cd" * 32,
        bytes=Path(path).stat().st_size,
        acquired_utc=moment.astimezone(dt.UTC).isoformat(),
        acquired_beijing=moment.isoformat(),
        sensor=sensor,
        crs=str(crs),
        gsd_x_m=abs(transform.a),
        gsd_y_m=abs(transform.e),
        bands=tuple(bands),
        dtype=dtype,
        sigma_m=sigma_m,
    )
    return Image(
        Path(path),
        {name: number + 1 for number, name in enumerate(bands)},
        CRS.from_user_input(crs.to_epsg() or crs.to_wkt()),
        transform,
        shape,
        nodata,
        moment,
        sensor,
        cloud,
        provenance,
    )


@pytest.fixture
def picture(tmp_path):
    """Return a function (array, date, …) → Image."""
    count = iter(range(1000))

    def make(
        values,
        acquired,
        *,
        bands=BANDS,
        origin=(500000.0, 3100000.0),
        size=10.0,
        crs="EPSG:4549",
        cloud=None,
        sigma_m=None,
    ):
        values = np.asarray(values)
        path = tmp_path / f"picture{next(count)}.tif"
        profile = {
            "driver": "GTiff",
            "count": len(values),
            "height": values.shape[1],
            "width": values.shape[2],
            "crs": crs,
            "transform": Affine(size, 0, origin[0], 0, -size, origin[1]),
        }
        with rasterio.open(path, "w", dtype="float64", nodata=np.nan, **profile) as out:
            out.write(values.astype("float64"))
        mask = None
        if cloud is not None:
            mask = path.with_suffix(".cloud.tif")
            profile["count"] = 1
            with rasterio.open(mask, "w", dtype="uint8", **profile) as out:
                out.write(np.asarray(cloud).astype("uint8"), 1)
        names = bands[: len(values)]
        return image_of(path, names, acquired, cloud=mask, sigma_m=sigma_m)

    return make


@pytest.fixture
def image_file():
    """Return a function (path, bands, date) → Image of a file that is there."""
    return image_of


@pytest.fixture
def taizhou():
    """Return the Taizhou pair, and where experts say that it changed and did not."""
    folder = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data"))
    folder /= "landsat_taizhou"
    if not folder.exists():
        pytest.skip(f"no real data in {folder}")
    masks = []
    for name in ("change.bmp", "unchanged.bmp"):
        with (
            pytest.warns(rasterio.errors.NotGeoreferencedWarning),
            rasterio.open(folder / name) as src,
        ):
            masks.append(src.read(1) > 127)
    before = image_of(folder / "2000TM", BANDS, "2000-03-17")
    after = image_of(folder / "2003TM", BANDS, "2003-02-06")
    return before, after, *masks
