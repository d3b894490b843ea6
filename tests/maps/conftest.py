"""A synthetic picture and a place to draw."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import CRS

from pil_discovery.types import Image, ImageProvenance

BANDS = {"blue": 1, "green": 2, "red": 3}


@pytest.fixture
def picture(tmp_path):
    """Return a function (name, date, …) → Image of coloured noise."""

    def make(
        name, acquired, *, gain=1.0, crs="EPSG:4549", origin=(500000.0, 3100000.0)
    ):
        path = tmp_path / name
        values = np.random.default_rng(1).uniform(100, 900, (3, 120, 120)) * gain
        profile = {
            "driver": "GTiff",
            "count": 3,
            "height": 120,
            "width": 120,
            "crs": crs,
            "transform": Affine(10, 0, origin[0], 0, -10, origin[1]),
        }
        with rasterio.open(path, "w", dtype="uint16", **profile) as out:
            out.write(values.astype("uint16"))
        provenance = ImageProvenance(
            file=name,
            sha256="0123456789abcdef" * 4,
            pixel_sha256="00" * 32,
            bytes=1,
            acquired_utc=f"{acquired}T02:30:00+00:00",
            acquired_beijing=f"{acquired}T10:30:00+08:00",
            sensor="合成影像",
            crs=crs,
            gsd_x_m=10.0,
            gsd_y_m=10.0,
            bands=tuple(BANDS),
            dtype="uint16",
        )
        moment = dt.datetime.fromisoformat(f"{acquired}T10:30:00+08:00")
        return Image(
            path,
            BANDS,
            CRS(crs),
            profile["transform"],
            (120, 120),
            None,
            moment,
            "合成影像",
            None,
            provenance,
        )

    return make


@pytest.fixture
def patch():
    """Return a suspected patch of 200 × 100 m with a name."""
    box = shapely.box(500500, 3099400, 500700, 3099500)
    frame = gpd.GeoDataFrame({"name": ["示例图斑"]}, geometry=[box], crs=4549)
    return frame.to_crs(4490)
