"""What stands on the map of a lead."""

from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pil_discovery.catalog import load_catalog
from pil_discovery.geo.geojson import geojson_of
from pil_discovery.pipeline.pictures import (
    layers_of,
    names_of,
    pictures_of,
    plate_of,
    surroundings,
)
from tests.bundle import factory


@pytest.mark.parametrize(
    ("dataset", "row", "name"),
    [
        ("water_zone", {"zone_name": "示例水库", "level": "一级"}, "示例水库一级"),
        (
            "mining_right",
            {"licence_no": "C99", "start_date": pd.Timestamp("2018-01-01")},
            "C99",
        ),
        ("temp_land", {"approval_no": "示临用1号", "user_name": "甲"}, "示临用1号"),
        ("lulc_patch", {"land_class": "0101", "year": 2024}, ""),
        ("parcel", {"parcel_no": None}, ""),
    ],
)
def test_a_feature_is_called_by_its_key_without_days(dataset, row, name):
    known = load_catalog().datasets[dataset]
    assert names_of(pd.DataFrame([row]), known) == [name]


@pytest.mark.parametrize(
    ("dates", "drawn"), [(2, [0, 1]), (3, [0, 1, 2]), (6, [0, 4, 5])]
)
def test_a_plate_of_many_dates_shows_the_first_and_the_last_two(dates, drawn):
    """The last one is the state of today; it may not be cut off."""
    pictures = [
        SimpleNamespace(provenance=SimpleNamespace(file=f"{n}.tif"))
        for n in range(dates)
    ]
    refs = [SimpleNamespace(dataset="image", source=f"{n}.tif") for n in range(dates)]
    finding = SimpleNamespace(records=refs)
    found = pictures_of([finding], pictures)
    assert [pictures.index(image) for image in found] == drawn


POINT = shapely.Point(120.61, 28.01)
NEAR = shapely.box(120.612, 28.008, 120.614, 28.012)
FAR = shapely.box(121.0, 28.0, 121.1, 28.1)
WIDE = POINT.buffer(1.0)


def materials_of(shape):
    """One layer of the workspace with one shape, and nothing else."""
    rows = gpd.GeoDataFrame(
        {"_source": ["图层/保护区.gpkg"]}, geometry=[shape], crs="EPSG:4490"
    )
    return SimpleNamespace(frames={"water_zone": rows}, images=(), sources=())


@pytest.mark.parametrize(
    ("shape", "secret", "is_drawn"),
    [
        (NEAR, (), True),
        (NEAR, ("图层/保护区.gpkg",), False),
        (FAR, (), False),
        (WIDE, (), False),
    ],
    ids=["near", "secret", "far", "no line in the frame"],
)
def test_a_dot_is_drawn_with_what_lies_around_it_or_not_at_all(shape, secret, is_drawn):
    finding = factory.finding(1, geometry=geojson_of(POINT), records=())
    known = load_catalog().datasets
    plate = plate_of([finding], materials_of(shape), known, secret=secret)
    assert (plate is not None) == is_drawn
    dot = layers_of([finding], materials_of(shape), known)
    around = surroundings(dot, materials_of(shape), known, secret=secret)
    assert [layer.base for layer in around] == [True] * is_drawn


def test_ground_of_its_own_needs_no_surroundings():
    finding = factory.finding(1, geometry=geojson_of(NEAR), records=())
    assert plate_of([finding], materials_of(FAR), load_catalog().datasets)
