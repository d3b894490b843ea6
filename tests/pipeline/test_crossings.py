"""What the ground of a lead meets in the layers of a workspace."""

from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pil_discovery.geo.area import area_m2
from pil_discovery.geo.geojson import geojson_of
from pil_discovery.pipeline.crossings import crossings_of
from pil_discovery.types import Dataset, Field, RecordRef, Source, Words
from tests.bundle import factory

PLOT = shapely.box(120.6, 28.0, 120.602, 28.001)
HALF = shapely.box(120.601, 27.999, 120.61, 28.01)
FAR = shapely.box(121.6, 28.0, 121.7, 28.1)
ZONES = Dataset(
    id="pbf",
    title=Words(zh="永久基本农田图斑"),
    domain="environment",
    holder="示例区自然资源和规划局",
    kind="vector",
    key=("patch_no",),
    fields=(
        Field(name="patch_no", type="text"),
        Field(name="geometry", type="geometry", geom="polygon"),
    ),
)
SOURCE = Source(
    dataset="pbf", file="图层/农田.gpkg", sha256="a" * 64, bytes=1, issuer="示例局"
)


def frame(*shapes, sigma=np.nan, first=pd.NaT):
    count = len(shapes)
    return gpd.GeoDataFrame(
        {
            "patch_no": [f"N{n}" for n in range(1, count + 1)],
            "_source": SOURCE.file,
            "_sheet": "农田",
            "_row": range(1, count + 1),
            "_sigma_m": sigma,
            "_valid_from": first,
            "_valid_to": pd.NaT,
        },
        geometry=list(shapes),
        crs="EPSG:4490",
    )


def met(zones, *, shape=PLOT, records=()):
    found = factory.finding(1, geometry=geojson_of(shape), records=records)
    context = ({factory.MODEL.id: factory.MODEL}, [SOURCE])
    return crossings_of([found], {"pbf": zones}, {"pbf": ZONES}, context)


def test_the_common_part_is_measured_and_led_back_to_its_row():
    (one,) = met(frame(HALF, FAR, first=pd.Timestamp("2021-11-01")))
    (area,) = area_m2([PLOT & HALF])
    assert one.area_m2 == Decimal(f"{area:.2f}")
    assert (one.item, one.name, one.row, one.sheet) == ("F1", "N1", 1, "农田")
    assert (one.issuer, one.sha256) == ("示例局", "a" * 64)
    assert one.valid_from.isoformat() == "2021-11-01"
    assert one.valid_to is one.area_low_m2 is one.p_overlap is None
    assert not one.used


def test_positional_error_gives_an_interval_around_the_area():
    (one,) = met(frame(HALF, sigma=10.0))
    assert one.area_low_m2 < one.area_m2 < one.area_high_m2
    assert one.p_overlap == Decimal("1.0000")


def test_a_point_lies_in_a_zone_and_has_no_area():
    (one,) = met(frame(HALF, FAR), shape=shapely.Point(120.605, 28.0))
    assert (one.how, one.area_m2) == ("within", None)


def test_touching_is_no_overlap_and_nothing_meets_itself():
    beside = shapely.box(120.602, 28.0, 120.603, 28.001)
    own = RecordRef(dataset="pbf", source=SOURCE.file, sheet="农田", row=2)
    assert met(frame(beside, PLOT), records=(own,)) == []
    (one,) = met(frame(beside, PLOT))
    assert one.row == 2


@pytest.mark.parametrize("rows", [frame(), pd.DataFrame({"patch_no": ["N1"]})])
def test_layers_without_ground_meet_nothing(rows):
    assert met(rows) == []


def test_a_finding_without_a_place_meets_nothing():
    context = ({}, [SOURCE])
    nowhere = [factory.finding(1)]
    assert crossings_of(nowhere, {"pbf": frame(HALF)}, {"pbf": ZONES}, context) == []


def test_every_zone_that_is_met_is_told_of():
    strips = [
        shapely.box(120.6 + n * 5e-6, 28.0, 120.6 + (n + 1) * 5e-6, 28.001)
        for n in range(260)
    ]
    assert len(met(frame(*strips))) == 260
