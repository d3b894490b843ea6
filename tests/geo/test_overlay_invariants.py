"""What must not change an overlay, and what it must not lose."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.errors import CrsError, GeometryError
from pil_discovery.geo import overlay as overlay_module
from pil_discovery.geo.area import area_m2
from pil_discovery.geo.overlay import overlay, overlay_parts
from pil_discovery.geo.space import robust

CORNER = np.array([500_000.0, 3_100_000.0])  # on the central meridian of EPSG:4549


def blobs(seed, count, size):
    """Return irregular polygons over two kilometres, sides far from straight."""
    rng = np.random.default_rng(seed)
    corners = 60
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = size * (0.7 + 0.6 * rng.random((count, corners)))
    centre = CORNER + rng.uniform(0, 2000, (count, 2))
    x = centre[:, :1] + radius * np.cos(angle)
    y = centre[:, 1:] + radius * np.sin(angle)
    corners = np.round(np.stack([x, y], axis=-1) * 1024) / 1024
    return gpd.GeoSeries(shapely.polygons(corners), crs=4549)


def plain(rows):
    """Return all but the shapes, in the order of the features."""
    keys = [name for name in ("left_id", "right_id") if name in rows]
    return pd.DataFrame(rows.drop(columns="geometry")).sort_values(
        keys, ignore_index=True
    )


def same(one, other, rel):
    pd.testing.assert_frame_equal(plain(one), plain(other), rtol=rel, atol=1e-6)


seeds = st.integers(0, 10_000)
few = settings(deadline=None, max_examples=4)


@few
@given(seeds, st.sampled_from(["intersection", "difference", "within"]))
def test_moving_both_layers_changes_no_plane_area(seed, how):
    left, right = blobs(seed, 30, 60), blobs(seed + 1, 8, 400)
    shift = 1024.0, -2048.0
    moved = [layer.translate(*shift) for layer in (left, right)]
    asked = {"how": how, "area": "planar", "sigma_m": 2.0}
    same(overlay(left, right, **asked), overlay(*moved, **asked), rel=1e-9)


@few
@given(seeds, st.integers(1, 29), st.sampled_from(["pair", "left"]))
def test_parts_give_the_rows_of_the_whole(seed, cut, by):
    left, right = blobs(seed, 30, 60), blobs(seed + 1, 8, 400)
    asked = {"how": "intersection", "by": by, "sigma_m": 2.0, "threshold_m2": 50.0}
    parts = list(overlay_parts([left[:cut], left[cut:]], right, **asked))
    whole = overlay(left, right, **asked)
    together = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(plain(together), plain(whole), check_exact=True)
    assert shapely.equals_exact(together.geometry.array, whole.geometry.array).all()


@pytest.mark.parametrize("how", ["intersection", "difference", "within"])
@pytest.mark.parametrize("area", ["official", "planar"])
def test_knowing_the_borders_changes_no_row(monkeypatch, how, area):
    left, right = blobs(1, 400, 60), blobs(2, 8, 400)
    asked = {"how": how, "area": area, "sigma_m": 1.0}
    without = overlay(left, right, **asked)
    monkeypatch.setattr(overlay_module, "MANY", 1)
    assert overlay(left, right, **asked).equals(without)
    monkeypatch.setattr(overlay_module, "LARGE", 1)
    assert overlay(left, right, workers=2, **asked).equals(without)
    assert len(without) > 50


@few
@given(seeds, st.sampled_from(["intersection", "difference"]))
def test_zones_drawn_twice_change_nothing_by_left(seed, how):
    left, right = blobs(seed, 30, 60), blobs(seed + 1, 8, 400)
    twice = pd.concat([right, right[::2]], ignore_index=True)
    once, more = (overlay(left, z, how=how, by="left") for z in (right, twice))
    same(once, more, rel=1e-9)


@few
@given(seeds)
def test_no_ground_is_counted_twice(seed):
    """Against the union of all zones, made by other means: ≤ 1e-9."""
    left, right = blobs(seed, 30, 60), blobs(seed + 1, 8, 400)
    rows = overlay(left, right, how="intersection", by="left", area="planar")
    union = shapely.union_all(right.array)
    exact = shapely.area(shapely.intersection(np.asarray(left.array), union))
    got = rows.set_index("left_id").area_m2.reindex(left.index, fill_value=0)
    assert got.to_numpy() == pytest.approx(exact, rel=1e-9, abs=1e-6)
    pairs = overlay(left, right, how="intersection", area="planar")
    assert pairs.area_m2.sum() >= got.sum() * (1 - 1e-12)


def test_the_official_area_is_that_of_the_common_part():
    left, right = blobs(3, 200, 60), blobs(4, 8, 400)
    rows = overlay(left, right, how="intersection")
    assert rows.area_m2.to_numpy() == pytest.approx(area_m2(rows), rel=1e-12)
    flat = overlay(left, right, how="intersection", area="planar")
    both = plain(rows).merge(plain(flat), on=["left_id", "right_id"])
    wide = both[both.area_m2_y > 10]  # the plane is 1e-4 off, and lines bend by 1 mm
    ratio = wide.area_m2_x / wide.area_m2_y
    assert len(wide) > 50
    assert ratio.to_numpy() == pytest.approx(np.ones(len(wide)), abs=1e-3)


def strips():
    """A field beside zones that overlap it by 2 m, 30 cm, 5 cm, and 0.8 m²."""
    field = shapely.box(0, 0, 100, 100)
    zones = [
        shapely.box(98, 0, 200, 100),
        shapely.box(-50, 0, 0.3, 100),
        shapely.box(0, 99.95, 100, 200),
        shapely.box(50, 50, 51, 50.8),
    ]
    layers = [[field], zones]
    return [
        gpd.GeoSeries(
            [shapely.affinity.translate(g, *CORNER) for g in shapes], crs=4549
        )
        for shapes in layers
    ]


@pytest.mark.parametrize("area", ["official", "planar"])
def test_slivers_are_marked_and_stay(area):
    field, zones = strips()
    asked = {"how": "intersection", "area": area}
    rows = overlay(field, zones, sliver_width_m=0.5, **asked)
    assert rows.sliver.tolist() == [False, True, True, True]
    assert rows.area_m2.to_numpy() == pytest.approx([200, 30, 5, 0.8], rel=1e-3)
    tight = overlay(field, zones, sliver_width_m=0.1, **asked)
    assert tight.sliver.tolist() == [False, False, True, True]
    usual = overlay(field, zones, **asked)
    assert "sliver" not in usual
    assert usual.equals(rows.drop(columns="sliver"))


def test_what_is_only_possible_is_no_sliver():
    field, zones = strips()
    beside = zones.translate(200, 0)[:1]
    rows = overlay(
        field.translate(196, 0), beside, how="intersection",
        sigma_m=3.0, sliver_width_m=0.5,
    )  # fmt: skip
    assert rows.sliver.tolist() == [False]
    with pytest.raises(GeometryError, match="sliver_width_m 只用于"):
        overlay(field, zones, how="within", sliver_width_m=0.5)
    with pytest.raises(GeometryError, match="sliver_width_m 须为不小于 0 的数"):
        overlay(field, zones, how="intersection", sliver_width_m=-1)


def test_a_line_drawn_twice_within_a_millimetre_is_one():
    """The precision grid: 0.9 mm of overlap is none, 2 mm is some."""
    field, _ = strips()
    for width, rows in ((0.0009, 0), (0.002, 1)):
        zone = field.translate(100 - width, 0)
        assert len(overlay(field, zone, how="intersection")) == rows
        assert len(overlay(field, zone, how="intersection", area="planar")) == 1


def test_heights_measures_collections_and_nothing():
    """Z and M go, a collection counts by its polygons, empty ones have no row."""
    box = shapely.box(120, 28, 120.001, 28.001)
    high = shapely.force_3d(box, 5.0)
    measured = shapely.from_wkt(
        "POLYGON ZM ((120 28 1 2, 120.001 28 1 2, 120.001 28.001 1 2, 120 28 1 2))"
    )
    mixed = shapely.GeometryCollection([box, shapely.Point(121, 29)])
    nested = shapely.GeometryCollection([mixed])
    alone = shapely.GeometryCollection([shapely.Point(120, 28)])
    shapes = [high, measured, mixed, nested, alone, shapely.Polygon(), None]
    left = gpd.GeoSeries(shapes, crs=4490)
    zone = gpd.GeoSeries([shapely.box(119, 27, 121, 29)], crs=4490)
    rows = overlay(left, zone, how="intersection")
    assert rows.left_id.tolist() == [0, 1, 2, 3]
    assert not (rows.geometry.has_z | shapely.has_m(rows.geometry.array)).any()
    assert rows.share.tolist() == [1, 1, 1, 1]
    assert rows.area_m2.to_numpy() == pytest.approx(
        area_m2([box])[0] * np.array([1, 0.5, 1, 1]), rel=1e-4
    )
    assert left[0].has_z  # the layer itself is not changed
    metric = gpd.GeoSeries([shapely.force_3d(shapely.box(*CORNER, *CORNER + 9), 1)])
    plane = overlay(
        metric.set_crs(4549), metric.set_crs(4549), how="intersection", area="planar"
    )
    assert plane.area_m2.tolist() == [81]
    assert not plane.geometry.has_z.any()


def test_a_grid_of_the_layer_itself_rounds_no_area():
    """Geometries of GEOS may carry a grid, to which all that is made of them snaps."""
    field = gpd.GeoSeries([shapely.box(*CORNER, *CORNER + 9.3)], crs=4549)
    coarse = field.set_precision(0.1)
    zone = coarse.translate(4.123, 0)
    rows = overlay(coarse, zone, how="intersection", area="planar")
    assert rows.area_m2.to_numpy() == pytest.approx([5.177 * 9.3], rel=1e-9)


def test_the_180th_meridian():
    """Cut in two it is measured; drawn across, it would be the rest of the world."""
    west, east = shapely.box(179.9, 28, 180, 28.1), shapely.box(-180, 28, -179.9, 28.1)
    cut = gpd.GeoSeries([shapely.MultiPolygon([west, east])], crs=4490)
    zone = gpd.GeoSeries([shapely.box(-180, 28, -179.95, 28.1)], crs=4490)
    got = overlay(cut, zone, how="intersection")
    assert got.share.tolist() == pytest.approx([0.25])
    assert got.area_m2.to_numpy() == pytest.approx(area_m2(zone))
    across = shapely.Polygon([(179.9, 28), (-179.9, 28), (-179.9, 28.1), (179.9, 28.1)])
    drawn = gpd.GeoSeries([across], crs=4490, index=["甲"])
    for measure in (area_m2, lambda g: overlay(g, zone, how="intersection")):
        with pytest.raises(GeometryError, match="要素 甲 东西跨度超过 180°"):
            measure(drawn)
    beyond = gpd.GeoSeries([shapely.box(179.9, 28, 180.1, 28.1)], crs=4490)
    with pytest.raises(CrsError, match="超出经纬度的范围"):
        overlay(beyond, zone, how="intersection")


@pytest.mark.parametrize(
    ("shape", "crs", "reason"),
    [
        (shapely.box(28, 120, 28.1, 120.1), 4490, "超出经纬度的范围"),  # axes swapped
        (shapely.box(5e5, 3.1e6, 5.001e5, 3.101e6), 4490, "超出经纬度的范围"),
        (shapely.box(40.5e6, 3.1e6, 40.6e6, 3.2e6), 4549, "不能换算"),  # zone 40 in it
        (shapely.box(5e5, 3.1e6, 5.001e5, 3.101e6), 4528, "不能换算"),  # and without
    ],
)
def test_numbers_of_another_system_are_refused_not_measured(shape, crs, reason):
    layer = gpd.GeoSeries([shape], crs=crs)
    zone = gpd.GeoSeries([shapely.box(119, 27, 121, 29)], crs=4490)
    for left, right in ((layer, zone), (zone, layer)):
        with pytest.raises(CrsError, match=reason):
            overlay(left, right, how="intersection")


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize(
    ("ring", "reason"),
    [
        ([(120, 28), (120.1, 28), (np.nan, 28.1)], "坐标不是有效数值"),
        ([(120, 28), (120.1, 28.1), (120.1, 28), (120, 28.1)], "边界自相交"),
    ],
)
def test_broken_shapes_are_named_not_measured(ring, reason):
    good = shapely.box(120, 28, 120.1, 28.1)
    layer = gpd.GeoSeries([good, shapely.Polygon(ring)], crs=4490, index=["好", "坏"])
    zone = gpd.GeoSeries([good], crs=4490)
    for left, right in ((layer, zone), (zone, layer)):
        with pytest.raises(GeometryError, match=f"要素 坏 的图形无效：{reason}"):
            overlay(left, right, how="intersection")


def test_a_failure_stays_with_its_pair():
    """One pair that GEOS cannot solve does not round the others."""
    third = shapely.box(0, 0, 1 / 3, 1)
    asked = []

    def operation(one, other, grid_size=None):
        asked.append(grid_size)
        if grid_size is None and shapely.is_empty(np.atleast_1d(one)).any():
            raise shapely.GEOSException("side location conflict")
        return shapely.intersection(one, other, grid_size=grid_size)

    left = np.array([third, shapely.Polygon()])
    got = robust(operation, left, np.array([third, third]), grid=0.1)
    assert shapely.equals_exact(got[0], shapely.intersection(third, third))
    assert shapely.is_empty(got[1])
    assert asked == [None, None, None, 0.1]
