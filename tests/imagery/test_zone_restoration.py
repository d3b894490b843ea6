"""Polygons and the ground around them, read from pictures."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

import pil_discovery as pil
from pil_discovery.errors import ImageError
from pil_discovery.geo.area import area_m2
from pil_discovery.imagery.zone_restoration import Ring, restoration_in_zones, rings

RULE = pil.RestorationRule(
    restored_share=0.8,
    partly_share=0.3,
    relapse_share=0.3,
    min_loss=0.15,
    noise=0.02,
    drift=0.15,
)
E0, N0 = 500000.0, 3100000.0
SITE = (12, 18)
GREEN, BARE = (0.06, 0.40), (0.30, 0.33)
RING = Ring(10.0, 50.0)


def polygon(first=12, last=18, east=0.0):
    x0, x1 = E0 + 10 * first + east, E0 + 10 * last + east
    return shapely.box(x0, N0 - 10 * last, x1, N0 - 10 * first)


def layer(*shapes):
    frame = gpd.GeoDataFrame(geometry=list(shapes), crs=4549)
    return frame.to_crs(4490).set_axis([f"S{n}" for n in range(len(shapes))])


@pytest.fixture
def picture(tmp_path):
    """Return a function (day, site, …) → picture of green ground with one site."""

    def make(day, site, *, bands=("red", "nir"), masked=True, cloud=False):
        rng = np.random.default_rng(int(day[:4]))
        values = np.empty((2, 30, 30), dtype="float32")
        values[:] = np.array(GREEN)[:, None, None]
        rows = slice(*SITE)
        values[:, rows, rows] = np.array(site)[:, None, None]
        values += rng.normal(0, 0.002, values.shape)
        path = tmp_path / f"{day}.tif"
        profile = {
            "driver": "GTiff",
            "height": 30,
            "width": 30,
            "crs": "EPSG:4549",
            "dtype": "float32",
            "transform": rasterio.transform.from_origin(E0, N0, 10, 10),
        }
        with rasterio.open(path, "w", count=2, **profile) as out:
            out.write(values)
        mask = tmp_path / f"{day}_cloud.tif"
        with rasterio.open(mask, "w", count=1, **profile) as out:
            out.write(np.full((30, 30), float(cloud), dtype="float32"), 1)
        return pil.read_image(
            path,
            acquired=f"{day}T10:40:00+08:00",
            sensor="合成",
            bands={name: n for n, name in enumerate(bands, 1)},
            cloud_mask=mask if masked else None,
        )

    return make


def judged(zones, images, **more):
    when = pd.DataFrame({"damaged_by": [dt.date(2024, 7, 1)] * len(zones)})
    given = {"index": "ndvi", "rule": RULE, "ring": RING, **more}
    return restoration_in_zones(zones, images, when, **given)


DATES = ("2024-06-10", "2026-06-20", "2026-08-10")


@pytest.mark.parametrize(
    ("now", "state"), [(BARE, "not_restored"), (GREEN, "restored")]
)
def test_a_site_is_compared_with_the_ground_around_it(picture, now, state):
    images = [picture(DATES[0], BARE), *(picture(d, now) for d in DATES[1:])]
    (row,) = judged(layer(polygon()), images[::-1]).itertuples()
    assert (row.zone_id, row.state, row.reference) == ("S0", state, "ring")
    assert row.latest_first == pd.Timestamp(DATES[1])
    assert row.confirmed


def test_without_a_ring_and_without_a_past_nothing_is_told(picture):
    images = [picture(d, BARE) for d in DATES]
    (row,) = judged(layer(polygon()), images, ring=None).itertuples()
    assert (row.state, row.reference) == ("cannot_tell", "none")


def test_clouds_over_all_later_dates_tell_nothing(picture):
    images = [picture(DATES[0], BARE)]
    images += [picture(d, GREEN, cloud=True) for d in DATES[1:]]
    (row,) = judged(layer(polygon()), images).itertuples()
    assert row.state == "cannot_tell"
    assert "没有可用影像" in row.reason


def test_pictures_without_the_band_do_not_count(picture):
    images = [picture(d, BARE, bands=("red", "green")) for d in DATES]
    (row,) = judged(layer(polygon()), images).itertuples()
    assert row.state == "cannot_tell"
    assert "缺少波段" in row.reason


def test_pictures_without_a_cloud_mask_are_named(picture):
    images = [picture(d, BARE, masked=d != DATES[1]) for d in DATES]
    (row,) = judged(layer(polygon()), images).itertuples()
    assert row.state == "not_restored"
    assert "没有云掩膜" in row.reason


def test_no_pictures_and_no_polygons(picture):
    (row,) = judged(layer(polygon()), []).itertuples()
    assert row.state == "cannot_tell"
    none = judged(layer(), [picture(d, BARE) for d in DATES])
    assert none.empty
    assert none["latest_last"].dtype.kind == "M"


def test_an_unknown_index_is_refused(picture):
    with pytest.raises(ImageError, match="没有这个光谱指数"):
        judged(layer(polygon()), [picture(DATES[0], BARE)], index="绿度")


def test_a_ring_keeps_its_distance_and_leaves_out_other_polygons():
    alone = rings(layer(polygon()), RING)
    near = rings(layer(polygon(), polygon(east=90.0)), RING)
    site = layer(polygon()).geometry.iloc[0]
    assert alone.index.tolist() == ["S0"]
    assert not alone.geometry.iloc[0].intersects(site)
    # a square of 60 m: 4 · 60 · 50 m on its sides and the quarter rings of its corners
    expected = 4 * 60 * 50 + np.pi * (60**2 - 10**2)
    assert area_m2([alone.geometry.iloc[0]])[0] == pytest.approx(expected, rel=5e-3)
    assert area_m2([near.geometry.iloc[0]])[0] < 0.9 * expected
    assert not near.geometry.iloc[0].intersects(
        layer(polygon(east=90.0)).geometry.iloc[0]
    )


def test_polygons_that_fill_all_around_leave_no_reference(picture):
    site = polygon()
    around = shapely.difference(site.buffer(80), site.buffer(5))
    images = [picture(d, BARE) for d in DATES]
    first = judged(layer(site, around), images).iloc[0]
    assert (first["state"], first["reference"]) == ("cannot_tell", "none")


def test_most_of_the_surroundings_may_lie_outside_the_picture(picture):
    images = [picture(d, BARE) for d in DATES]
    found = judged(layer(polygon(first=0, last=6)), images)
    assert found["reference"].tolist() == ["ring"]
    found = judged(layer(polygon(first=-5, last=1)), images)
    assert found["reference"].tolist() == ["none"]
