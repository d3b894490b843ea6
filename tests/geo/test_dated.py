import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pil_discovery.errors import GeometryError
from pil_discovery.geo.dated import out_of_force, overlay_dated, validity
from pil_discovery.geo.overlay import overlay

NAT = np.datetime64("NaT", "D")


def zones(*periods):
    """Zones side by side over one field, each with its first and last day."""
    shapes = [
        shapely.box(120, 28, 120.001 + i / 1000, 28.01) for i in range(len(periods))
    ]
    return gpd.GeoDataFrame(
        {
            "_valid_from": pd.to_datetime([p[0] for p in periods]),
            "_valid_to": pd.to_datetime([p[1] for p in periods]),
        },
        geometry=shapes,
        index=[f"区{i}" for i in range(len(periods))],
        crs=4490,
    )


def fields(count):
    low = 28 + np.arange(count) / 1000
    return gpd.GeoSeries(shapely.box(120, low, 120.01, low + 0.0005), crs=4490)


@pytest.mark.parametrize(
    ("day", "first", "last", "said"),
    [
        ("2020-01-01", "2020-01-01", "2020-12-31", "in_force"),
        ("2020-12-31", "2020-01-01", "2020-12-31", "in_force"),
        ("2019-12-31", "2020-01-01", "2020-12-31", "not_yet"),
        ("2021-01-01", "2020-01-01", "2020-12-31", "ended"),
        ("2050-01-01", "2020-01-01", None, "in_force"),
        ("2019-01-01", "2020-01-01", None, "not_yet"),
        ("2019-01-01", None, None, "unstated"),
        (None, None, None, "unstated"),
        (None, "2020-01-01", None, "unknown"),
        ("2019-01-01", None, "2020-01-01", "unknown"),
        ("2021-01-01", None, "2020-01-01", "ended"),
        (None, "2020-01-01", "2020-12-31", "unknown"),
    ],
)
def test_in_force_on_a_day(day, first, last, said):
    assert (
        validity(*(np.datetime64(d or "NaT", "D") for d in (day, first, last))) == said
    )


def test_a_zone_counts_only_while_it_is_in_force():
    layer = zones(
        ("2015-01-01", "2019-12-31"), ("2020-01-01", None), (None, "2030-01-01")
    )
    days = pd.to_datetime(["2016-05-01", "2020-01-01", None, "2010-01-01"])
    rows = overlay_dated(fields(4), layer, days=days, how="intersection")
    assert list(zip(rows.left_id, rows.right_id, rows.validity, strict=True)) == [
        (0, "区0", "in_force"),
        (0, "区2", "unknown"),
        (1, "区1", "in_force"),
        (1, "区2", "unknown"),
        (2, "区0", "unknown"),
        (2, "区1", "unknown"),
        (2, "区2", "unknown"),
        (3, "区2", "unknown"),
    ]


def test_the_union_holds_only_what_is_in_force():
    layer = zones(("2015-01-01", "2019-12-31"), ("2020-01-01", None))
    days = ["2016-05-01", "2021-01-01", "2010-01-01"]
    inside = overlay_dated(
        fields(3), layer, days=days, how="intersection", by="left",
        sigma_m=[1.0, 2.0, 3.0], right_sigma_m=[0.0, 1.0],
    )  # fmt: skip
    assert inside.left_id.tolist() == [0, 1]
    assert inside.validity.tolist() == ["in_force", "in_force"]
    assert inside.share.tolist() == pytest.approx([0.1, 0.2])
    outside = overlay_dated(fields(3), layer, days=days, how="difference")
    assert outside.share.tolist() == pytest.approx([0.9, 0.8, 1.0])


def test_without_dates_that_matter_the_rows_are_those_of_overlay():
    layer = zones(*[("2000-01-01", None)] * 3)
    rows = overlay_dated(fields(5), layer, days="2020-01-01", how="intersection")
    plain = overlay(fields(5), layer, how="intersection")
    assert rows.drop(columns="validity").equals(plain)
    assert set(rows.validity) == {"in_force"}
    none = overlay_dated(fields(0), layer, days=[], how="intersection")
    assert none.empty
    assert "validity" in none


def test_a_day_for_each_row():
    with pytest.raises(GeometryError, match="逐行对应（2 个）"):
        overlay_dated(
            fields(2), zones((None, None)), days=["2020-01-01"] * 3, how="within"
        )


def test_what_is_half_known_can_be_left_out():
    layer = zones(("2015-01-01", None), (None, "2030-01-01"), (None, None))
    asked = {"days": "2020-01-01", "how": "intersection"}
    with_it = overlay_dated(fields(1), layer, **asked)
    assert with_it.validity.tolist() == ["in_force", "unknown", "unstated"]
    without = overlay_dated(fields(1), layer, doubtful=False, **asked)
    assert without.right_id.tolist() == ["区0", "区2"]
    both = overlay_dated(fields(1), layer, by="left", **asked)
    assert both.validity.tolist() == ["unknown"]
    sure = overlay_dated(fields(1), layer, by="left", doubtful=False, **asked)
    assert sure.validity.tolist() == ["unstated"]


def test_zones_that_were_not_in_force_are_named():
    layer = zones(("2015-01-01", "2019-12-31"), ("2020-01-01", None), (None, None))
    days = ["2010-01-01", "2016-05-01", "2021-01-01"]
    rows = out_of_force(fields(3), layer, days=days)
    assert [tuple(row) for row in rows.to_numpy()] == [
        (0, "区0", "not_yet"),
        (0, "区1", "not_yet"),
        (1, "区1", "not_yet"),
        (2, "区0", "ended"),
    ]
    far = fields(1).translate(1.0)
    assert out_of_force(far, layer, days="2010-01-01").empty
    assert list(out_of_force(fields(0), layer, days=[])) == list(rows)
