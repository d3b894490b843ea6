"""Which findings get a time strip, and what it shows."""

import datetime as dt
import io

import numpy as np
import pytest
import rasterio
import shapely
from PIL import Image as Picture

import pil_discovery as pil
from pil_discovery.catalog import load_catalog
from pil_discovery.geo.crs import safe_transform
from pil_discovery.geo.geojson import geojson_of
from pil_discovery.pipeline.strips import _curve, _indices, _zone, curves_of, strips_of
from pil_discovery.types import Finding, RecordRef

E0, N0 = 500000.0, 3100000.0
DAYS = ("2024-06-10", "2025-06-05", "2026-06-20", "2026-08-10")
FOLLOWED = "environment/rectification-relapsed"


@pytest.fixture
def pictures(tmp_path):
    found = []
    for number, day in enumerate(DAYS):
        values = np.full((4, 40, 40), 0.1, dtype="float32")
        values[1], values[2], values[3] = 0.06, 0.4, 0.2
        values[1:3, 15:25, 15:25] = np.array([0.2, 0.2 + 0.1 * number])[:, None, None]
        path = tmp_path / f"{day}.tif"
        profile = {
            "driver": "GTiff",
            "height": 40,
            "width": 40,
            "crs": "EPSG:4549",
            "dtype": "float32",
            "transform": rasterio.transform.from_origin(E0, N0, 10, 10),
        }
        with rasterio.open(path, "w", count=4, **profile) as out:
            out.write(values)
        mask = tmp_path / f"{day}_cloud.tif"
        with rasterio.open(mask, "w", count=1, **profile) as out:
            out.write(np.full((40, 40), float(number == 1), dtype="float32"), 1)
        found.append(
            pil.read_image(
                path,
                acquired=f"{day}T10:40:00+08:00",
                sensor="合成",
                bands={"green": 1, "red": 2, "nir": 3, "swir1": 4},
                cloud_mask=mask,
            )
        )
    return found


def finding(pictures, *, model=FOLLOWED, shape=None):
    square = shapely.box(E0 + 150, N0 - 250, E0 + 250, N0 - 150)
    placed = safe_transform(np.array([shape or square]), "EPSG:4549", "EPSG:4490")[0]
    refs = [
        RecordRef(dataset="image", source=i.provenance.file, sheet=None, row=1)
        for i in pictures
    ]
    return Finding(
        finding_id="0" * 24,
        model=model,
        code="X",
        model_version="1.0.0",
        domain="environment",
        state="hit",
        key={"site_no": "1"},
        sentence_zh="示例",
        sentence_en="example",
        fact_date="2025-07-01",
        fact_last_date="2026-09-30",
        records=tuple(refs),
        geometry=geojson_of(placed),
    )


@pytest.fixture(scope="module")
def models():
    return load_catalog().models


def test_a_followed_site_gets_a_strip(pictures, models):
    others = finding(pictures, model="land/unpaid-price")
    strips = strips_of([others, finding(pictures)], pictures, models)
    assert list(strips) == ["F2"]
    again = strips_of([others, finding(pictures)], pictures, models)
    assert strips == again
    sheet = Picture.open(io.BytesIO(strips["F2"]))
    assert sheet.width == 1772
    assert sheet.height > 1500


def test_two_pictures_a_point_or_no_place_give_none(pictures, models):
    point = shapely.Point(E0 + 200, N0 - 200)
    for found in (
        finding(pictures[:2]),
        finding(pictures, shape=point),
        finding(pictures).model_copy(update={"geometry": None}),
    ):
        assert strips_of([found], pictures, models) == {}


def test_only_pictures_that_the_finding_names_are_drawn(pictures, models):
    three = strips_of([finding(pictures[1:])], pictures, models)
    alone = strips_of([finding(pictures[1:])], pictures[1:], models)
    assert three == alone


def test_the_curve_is_that_of_the_finding_and_hides_clouds(pictures, models):
    assert _indices(models[FOLLOWED]) == ["ndvi", "mndwi"]
    zone = _zone(finding(pictures))
    curve = _curve(zone, pictures, "ndvi", ((1, 2, 3, 4), None))
    expected = [(0.1 * n) / (0.4 + 0.1 * n) for n in range(4)]
    assert curve.clear == (True, False, True, True)
    assert np.isnan(curve.values[1])
    assert [curve.values[n] for n in (0, 2, 3)] == pytest.approx(
        [expected[n] for n in (0, 2, 3)], abs=1e-3
    )
    assert curve.name == "植被指数（NDVI）"


def test_the_page_is_given_the_same_curves_as_numbers(pictures, models):
    found = finding(pictures)
    ndvi, mndwi = curves_of(found, pictures, models[FOLLOWED])
    assert (ndvi.title.en, mndwi.title.en) == ("NDVI", "MNDWI")
    assert ndvi.clear == (True, False, True, True)
    assert ndvi.values[1] is None
    seen = [float(v) for v in ndvi.values[2:]]
    assert seen == pytest.approx([2 / 6, 3 / 7], abs=1e-3)
    assert ndvi.interval == (dt.date(2025, 7, 1), dt.date(2026, 9, 30))
    assert [d.isoformat() for d in ndvi.days] == [
        p.acquired_date.isoformat() for p in pictures
    ]
    assert curves_of(found, pictures[:2], models[FOLLOWED]) == ()
    assert curves_of(found, pictures, models["land/unpaid-price"]) == ()
    assert curves_of(found, pictures, None) == ()


def test_a_model_that_compares_all_dates_has_a_strip_of_its_indices(pictures, models):
    water = models["environment/turbid-or-blooming-water"]
    assert _indices(water) == ["ndti", "ndvi", "ndwi"]  # and a band, which is no index
    assert _indices(models["environment/farmland-occupied"]) == []
    found = finding(pictures, model="environment/mine-unrestored")
    assert list(strips_of([found], pictures, models)) == ["F1"]
