import math

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
from pil_discovery.geo.crs import safe_transform
from pil_discovery.geo.overlay import overlay

X0, Y0 = 500_000, 3_100_000  # on the central meridian of EPSG:4549


def metric(shapes, index=None):
    moved = [shapely.affinity.translate(s, X0, Y0) for s in shapes]
    return gpd.GeoSeries(moved, crs=4549, index=index)


def layer(shapes, index=None):
    """Shapes in metres around a point → a layer in EPSG:4490."""
    return safe_transform(metric(shapes, index))


box = shapely.box
boxes = st.lists(
    st.builds(
        lambda x, y, w, h: box(x, y, x + w, y + h),
        st.integers(0, 900),
        st.integers(0, 900),
        st.integers(1, 400),
        st.integers(1, 400),
    ),
    min_size=1,
    max_size=8,
)


def test_pairs_areas_and_shares():
    fields = layer(
        [box(0, 0, 100, 100), box(500, 0, 600, 100), box(10, 10, 20, 20)], list("abc")
    )
    zones = layer([box(50, 0, 200, 100), box(0, 0, 400, 400)], ["x", "y"])
    got = overlay(fields, zones, how="intersection")
    assert list(zip(got.left_id, got.right_id, strict=True)) == [
        ("a", "x"),
        ("a", "y"),
        ("c", "y"),
    ]
    assert got.area_m2.to_numpy() == pytest.approx([5000, 10000, 100], rel=1e-4)
    assert got.share.to_numpy() == pytest.approx([0.5, 1, 1], rel=1e-6)
    assert (got.area_low_m2 == got.area_m2).all()
    assert (got.p_overlap == 1).all()
    assert got.crs.to_epsg() == 4490
    assert area_m2(got) == pytest.approx(got.area_m2.to_numpy())


def test_by_left_counts_ground_once():
    fields = layer([box(0, 0, 100, 100)])
    zones = layer([box(0, 0, 60, 100), box(40, 0, 100, 100), box(0, 0, 10, 10)])
    pairs = overlay(fields, zones, how="intersection")
    once = overlay(fields, zones, how="intersection", by="left")
    assert pairs.area_m2.sum() == pytest.approx(12100, rel=1e-4)
    assert once.share.tolist() == pytest.approx([1.0])
    assert "right_id" not in once


@settings(deadline=None, max_examples=40)
@given(boxes, boxes)
def test_inside_plus_outside_is_the_whole(left, right):
    left, right = layer(left), layer(right)
    inside = overlay(left, right, how="intersection", by="left").set_index("left_id")
    outside = overlay(left, right, how="difference").set_index("left_id")
    whole = pd.Series(area_m2(left))
    total = inside.area_m2.reindex(whole.index, fill_value=0) + outside.area_m2.reindex(
        whole.index, fill_value=0
    )
    # what is thinner than the grid of a millimetre along an edge is no overlap
    rim = 1e-3 * shapely.length(safe_transform(left, target=4549).array).sum()
    assert total.to_numpy() == pytest.approx(whole.to_numpy(), rel=1e-7, abs=rim)
    assert (inside.area_m2 <= whole[inside.index] * (1 + 1e-12)).all()
    union = np.array([shapely.union_all(right.array)])
    exact = area_m2(gpd.GeoSeries(shapely.intersection(left.array, union[0]), crs=4490))
    assert inside.area_m2.sum() == pytest.approx(exact.sum(), rel=1e-9, abs=rim)


@settings(deadline=None, max_examples=25)
@given(boxes, boxes, st.randoms(use_true_random=False))
def test_row_order_does_not_change_rows(left, right, random):
    left, right = layer(left), layer(right)
    order = list(range(len(left)))
    random.shuffle(order)
    keys = ["left_id", "right_id"]
    a = overlay(left, right, how="intersection", sigma_m=3.0)
    b = overlay(left.iloc[order], right[::-1], how="intersection", sigma_m=3.0)
    assert list(a.columns) == list(b.columns)
    pd.testing.assert_frame_equal(
        pd.DataFrame(a.drop(columns="geometry")).sort_values(keys, ignore_index=True),
        pd.DataFrame(b.drop(columns="geometry")).sort_values(keys, ignore_index=True),
    )


def test_planar_equals_shapely_exactly():
    rng = np.random.default_rng(5)
    left = metric(
        [shapely.Point(*p).buffer(r) for *p, r in rng.uniform(10, 300, (40, 3))]
    )
    right = metric(
        [shapely.Point(*p).buffer(r) for *p, r in rng.uniform(10, 300, (5, 3))]
    )
    got = overlay(left, right, how="intersection", area="planar")
    plain = shapely.area(
        shapely.intersection(
            np.asarray(left.array)[:, None], np.asarray(right.array)[None, :]
        )
    )
    assert len(got) == (plain > 0).sum()
    assert got.area_m2.to_numpy() == pytest.approx(plain[plain > 0], rel=1e-12)
    assert got.crs == left.crs


def test_touching_neighbours_and_slivers_below_a_millimetre_are_no_overlap():
    field = layer([box(0, 0, 100, 100)])
    assert overlay(field, layer([box(100, 0, 200, 100)]), how="intersection").empty
    assert overlay(field, layer([box(99.9998, 0, 200, 100)]), how="intersection").empty
    assert (
        len(overlay(field, layer([box(99.99, 0, 200, 100)]), how="intersection")) == 1
    )


def test_difference_grows_the_right_side_and_has_no_right_id():
    pit = layer([box(0, 0, 100, 100), box(0, 0, 50, 50)])
    licence = layer([box(0, 0, 80, 100)])
    got = overlay(pit, licence, how="difference", distance_m=10)
    assert got.left_id.tolist() == [0]
    assert got.area_m2.to_numpy() == pytest.approx([1000], rel=1e-3)
    assert "right_id" not in got


def test_points_and_lines_on_the_left():
    things = layer(
        [
            shapely.Point(5, 5),
            shapely.Point(50, 5),
            shapely.LineString([(5, 5), (15, 5)]),
        ]
    )
    zone = layer([box(0, 0, 10, 10)])
    got = overlay(things, zone, how="intersection")
    assert got.left_id.tolist() == [0, 2]
    assert got.area_m2.tolist() == [0, 0]
    assert got.share.tolist() == pytest.approx([1, 0.5], rel=1e-6)
    assert overlay(things, zone, how="within").left_id.tolist() == [0]
    assert overlay(things, zone, how="within", distance_m=41).left_id.tolist() == [
        0,
        1,
        2,
    ]
    with pytest.raises(GeometryError, match="within"):
        overlay(things, zone, how="difference")


def test_within_needs_the_whole_feature():
    fields = layer([box(0, 0, 10, 10), box(5, 0, 15, 10), box(20, 0, 30, 10)])
    zones = layer([box(0, 0, 12, 10), box(12, 0, 40, 10)])
    assert overlay(fields, zones, how="within").left_id.tolist() == [0, 2]
    united = overlay(fields, zones, how="within", by="left")
    assert united.left_id.tolist() == [0, 1, 2]
    assert united.share.tolist() == [1, 1, 1]


def test_near_measures_metres():
    houses = layer([shapely.Point(0, 0), shapely.Point(1000, 0), box(30, 0, 40, 10)])
    rivers = layer([shapely.LineString([(50, -900), (50, 900)]), shapely.Point(300, 0)])
    got = overlay(houses, rivers, how="near", distance_m=300)
    assert list(zip(got.left_id, got.right_id, strict=True)) == [
        (0, 0),
        (0, 1),
        (2, 0),
        (2, 1),
    ]
    assert got.distance_m.to_numpy() == pytest.approx([50, 300, 10, 260], abs=1e-3)
    nearest = overlay(houses, rivers, how="near", distance_m=300, by="left")
    assert nearest.distance_m.to_numpy() == pytest.approx([50, 10], abs=1e-3)
    assert overlay(houses, rivers, how="near", distance_m=49.9).left_id.tolist() == [2]


def test_near_across_zone_borders():
    """Left features east and west of 118.5° E are measured each in their own zone."""
    left = gpd.GeoSeries(gpd.points_from_xy([118.499, 118.501], [28, 28]), crs=4490)
    right = gpd.GeoSeries(gpd.points_from_xy([118.5], [28]), crs=4490)
    got = overlay(left, right, how="near", distance_m=120)
    assert got.left_id.tolist() == [0, 1]
    assert got.distance_m.to_numpy() == pytest.approx([98.35, 98.35], abs=0.05)


def test_missing_and_empty_geometries_give_no_row():
    left = gpd.GeoSeries(
        [None, shapely.Polygon(), box(120, 28, 120.001, 28.001)], crs=4490
    )
    right = gpd.GeoSeries([None, box(120, 28, 121, 29)], crs=4490)
    assert overlay(left, right, how="intersection").left_id.tolist() == [2]
    assert overlay(left, right, how="near", distance_m=1.0).left_id.tolist() == [2]
    assert overlay(left, right.iloc[:1], how="difference").left_id.tolist() == [2]


def test_nothing_in_common_gives_an_empty_frame_with_all_columns():
    got = overlay(
        layer([box(0, 0, 1, 1)]),
        layer([box(9, 9, 10, 10)]),
        how="near",
        distance_m=1,
        threshold_m2=5,
    )
    assert list(got.columns) == [
        "left_id", "right_id", "area_m2", "share", "area_low_m2", "area_high_m2",
        "p_overlap", "p_over", "distance_m", "geometry",
    ]  # fmt: skip
    assert got.crs.to_epsg() == 4490


def test_small_overlaps_can_be_left_out():
    fields = layer([box(0, 0, 100, 100), box(0, 0, 101, 1)])
    zone = layer([box(0, 0, 50, 100)])
    got = overlay(fields, zone, how="intersection", min_area_m2=1000)
    assert got.left_id.tolist() == [0]


def test_inputs_with_z_and_other_systems_are_brought_together():
    field = gpd.GeoSeries([shapely.force_3d(box(0, 0, 100, 100), 7)], crs=4490)
    field = metric([box(0, 0, 100, 100)]).apply(lambda g: shapely.force_3d(g, 7))
    zone = layer([box(50, 0, 200, 100)])
    before = field.copy()
    got = overlay(field, zone, how="intersection")
    assert got.area_m2.to_numpy() == pytest.approx([5000], rel=1e-4)
    assert not got.geometry[0].has_z
    assert field.equals(before)
    assert field[0].has_z


def test_all_wrong_arguments_at_once():
    field = layer([box(0, 0, 1, 1)])
    with pytest.raises(GeometryError, match=r"(?s)how 只能.*min_area_m2"):
        overlay(field, field, how="touch", min_area_m2=-1)
    with pytest.raises(GeometryError, match="distance_m"):
        overlay(field, field, how="near")
    with pytest.raises(GeometryError, match="索引有重复"):
        overlay(pd.concat([field, field]), field, how="within")
    with pytest.raises(GeometryError, match="逐行对应"):
        overlay(field, field, how="within", sigma_m=[1, 2])
    with pytest.raises(GeometryError, match="右侧图层须为面"):
        overlay(field, layer([shapely.Point(0, 0)]), how="intersection")


def test_unsafe_systems_and_invalid_shapes_are_refused():
    field = layer([box(0, 0, 1, 1)])
    with pytest.raises(CrsError, match="缺少坐标系"):
        overlay(
            gpd.GeoSeries(field.array, crs=None).set_crs(None, allow_override=True),
            field,
            how="within",
        )
    with pytest.raises(CrsError, match="网络墨卡托"):
        overlay(field.to_crs(4326).to_crs(3857), field, how="within")
    with pytest.raises(CrsError, match="投影坐标系"):
        overlay(field, field, how="within", area="planar")
    bow_tie = layer([shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])], ["甲"])
    with pytest.raises(GeometryError, match="左侧要素 甲 的图形无效：边界自相交"):
        overlay(bow_tie, field, how="intersection")


def test_workers_give_the_same_rows(monkeypatch):
    monkeypatch.setattr(overlay_module, "LARGE", 10)
    rng = np.random.default_rng(3)
    left = layer([shapely.Point(*p).buffer(20) for p in rng.uniform(0, 2000, (300, 2))])
    right = layer([shapely.Point(*p).buffer(300) for p in rng.uniform(0, 2000, (9, 2))])
    for how, by in [
        ("intersection", "pair"),
        ("intersection", "left"),
        ("difference", "left"),
        ("near", "pair"),
    ]:
        asked = {"how": how, "by": by, "distance_m": 5, "sigma_m": 2.0}
        one = overlay(left, right, **asked)
        two = overlay(left, right, workers=2, **asked)
        assert one.equals(two)
        assert len(one) > 50


@pytest.mark.parametrize("distance_m", [None, 5.0])
@pytest.mark.parametrize(
    "ring", [[(0, 0), (9, 9), (9, 0), (0, 9)], [(0, 0), (9, math.nan), (9, 0), (0, 9)]]
)
@pytest.mark.parametrize("side", ["左侧", "右侧"])
def test_workers_refuse_what_one_process_refuses(monkeypatch, side, ring, distance_m):
    monkeypatch.setattr(overlay_module, "LARGE", 10)
    good = [box(x, 0, x + 1, 1) for x in range(20)]
    with np.errstate(invalid="ignore"):
        ill = shapely.Polygon(ring)
    bad = layer([*good, ill], [*range(20), "甲"])
    left, right = (bad, layer(good)) if side == "左侧" else (layer(good), bad)
    said = []
    for workers in (1, 2):
        with pytest.raises(GeometryError, match=f"{side}要素 甲 的图形无效") as caught:
            overlay(
                left, right, how="intersection", distance_m=distance_m, workers=workers
            )
        said.append(str(caught.value))
    assert said[0] == said[1]
