import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.special import ndtr

from pil_discovery.geo.crs import safe_transform
from pil_discovery.geo.overlay import overlay
from pil_discovery.geo.uncertainty import UNIT_SHIFTS

box = shapely.box


def layer(shapes):
    moved = [shapely.affinity.translate(s, 500_000, 3_100_000) for s in shapes]
    return safe_transform(gpd.GeoSeries(moved, crs=4549))


def monte_carlo(shape, zone, sigma, draws=8000):
    shifts = np.random.default_rng(0).normal(0, sigma, (draws, 2))
    copies = [shapely.affinity.translate(shape, *d) for d in shifts]
    return shapely.area(shapely.intersection(np.array(copies), zone))


ZONE = box(0, 0, 1000, 1000)
SHAPES = {
    "crossing": box(-100, 400, 100, 500),
    "corner": box(-30, -30, 20, 20),
    "just inside": box(2, 400, 40, 440),
    "just outside": box(-44, 400, -4, 440),
    "outside, corner": box(-44, -44, -4, -4),
    "mostly inside": box(-3, 400, 60, 460),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("sigma", [2.5, 5.0, 12.5])
def test_agrees_with_monte_carlo(name, sigma):
    shape = SHAPES[name]
    got = overlay(
        layer([shape]),
        layer([ZONE]),
        how="intersection",
        sigma_m=sigma,
        threshold_m2=400,
    )
    areas = monte_carlo(shape, ZONE, sigma)
    spread = areas.std()
    (row,) = got.itertuples()
    assert row.p_overlap == pytest.approx((areas > 0).mean(), abs=0.025)
    assert row.p_over == pytest.approx((areas > 400).mean(), abs=0.025)
    low, high = np.quantile(areas, (0.05, 0.95))
    assert row.area_low_m2 == pytest.approx(low, abs=0.15 * spread + 1)
    assert row.area_high_m2 == pytest.approx(high, abs=0.15 * spread + 1)


@pytest.mark.parametrize("sigma", [2.5, 5.0])
def test_the_delta_method_spread_is_within_ten_per_cent(sigma):
    shape = shapely.affinity.rotate(box(-100, 400, 100, 500), 20)
    got = overlay(layer([shape]), layer([ZONE]), how="intersection", sigma_m=sigma)
    spread = (got.area_high_m2 - got.area_low_m2)[0] / (2 * 1.6449)
    assert spread == pytest.approx(monte_carlo(shape, ZONE, sigma).std(), rel=0.1)


def test_a_point_near_a_straight_border():
    points = layer([shapely.Point(d, 500) for d in (-4, 0.001, 4, 200)])
    got = overlay(points, layer([ZONE]), how="intersection", sigma_m=4.0)
    assert got.p_overlap.to_numpy() == pytest.approx(ndtr([-1, 0, 1, 50]), abs=0.01)
    assert got.share.tolist() == [0, 1, 1, 1]
    inside = overlay(points, layer([ZONE]), how="within", sigma_m=4.0)
    assert inside.left_id.tolist() == [1, 2, 3]
    assert inside.p_overlap.to_numpy() == pytest.approx(ndtr([0, 1, 50]), abs=0.01)


def test_candidates_have_no_area_and_leave_with_a_minimum():
    fields, zone = (
        layer([box(-44, 400, -4, 440), box(-90, 400, -50, 440)]),
        layer([ZONE]),
    )
    got = overlay(fields, zone, how="intersection", sigma_m=5.0)
    assert got.left_id.tolist() == [0]
    assert got.area_m2.tolist() == [0]
    assert got.p_overlap[0] == pytest.approx(ndtr(-0.8), abs=0.01)
    assert overlay(fields, zone, how="intersection").empty
    assert overlay(fields, zone, how="intersection", sigma_m=5.0, min_area_m2=1).empty


def test_unknown_sigma_is_not_assessed_never_zero():
    fields = layer([box(-100, 400, 100, 500), box(-100, 600, 100, 700)])
    got = overlay(
        fields,
        layer([ZONE]),
        how="intersection",
        sigma_m=[np.nan, 5.0],
        threshold_m2=1.0,
    )
    unknown = got.loc[0, ["area_low_m2", "area_high_m2", "p_overlap", "p_over"]]
    assert unknown.isna().all()
    assert got.loc[0, "area_m2"] > 0
    assert 0 < got.loc[1, "area_low_m2"] < got.loc[1, "area_m2"]


def test_errors_of_both_layers_add_in_squares():
    field, zone = layer([box(-100, 400, 100, 500)]), layer([ZONE])
    both = overlay(field, zone, how="intersection", sigma_m=3.0, right_sigma_m=4.0)
    one = overlay(field, zone, how="intersection", sigma_m=5.0)
    assert both.equals(one)
    unknown = overlay(
        field, zone, how="intersection", sigma_m=3.0, right_sigma_m=np.nan
    )
    assert unknown.p_overlap.isna().all()


def test_by_left_and_difference_see_the_union():
    """Two zones side by side are one: their common border is no uncertainty."""
    field = layer([box(400, 400, 600, 500)])
    halves = layer([box(0, 0, 500, 1000), box(500, 0, 1000, 1000)])
    once = overlay(field, halves, how="intersection", by="left", sigma_m=5.0)
    assert once.area_low_m2[0] == pytest.approx(once.area_m2[0])
    assert overlay(field, halves, how="difference", sigma_m=5.0).empty
    edge = layer([box(-2, 400, 100, 500)])
    rest = overlay(edge, halves, how="difference", sigma_m=5.0)
    areas = 102 * 100 - monte_carlo(box(-2, 400, 100, 500), ZONE, 5.0)
    assert rest.p_overlap[0] == pytest.approx((areas > 0).mean(), abs=0.025)
    assert rest.area_high_m2[0] == pytest.approx(np.quantile(areas, 0.95), rel=0.06)


def test_nearness_under_error():
    point, river = (
        layer([shapely.Point(0, 0)]),
        layer([shapely.LineString([(95, -900), (95, 900)])]),
    )
    for by in ("pair", "left"):
        got = overlay(point, river, how="near", distance_m=100, sigma_m=5.0, by=by)
        assert got.p_overlap[0] == pytest.approx(ndtr(1.0), abs=0.01)


def test_a_whole_field_within_a_zone_under_error():
    got = overlay(
        layer([box(5, 400, 50, 440)]), layer([ZONE]), how="within", sigma_m=5.0
    )
    assert got.p_overlap[0] == pytest.approx(ndtr(1.0), abs=0.01)


def test_shifts_are_centred_and_of_unit_size():
    assert UNIT_SHIFTS.mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    assert UNIT_SHIFTS.std(axis=0) == pytest.approx([1, 1])


def test_an_unknown_error_on_the_right_is_not_zero():
    """A neighbour of unknown accuracy leaves the row not assessed; far ones do not."""
    left = layer([box(0, 0, 100, 100), box(5000, 0, 5100, 100)])
    right = layer([box(50, 0, 150, 100), box(60, 0, 160, 100)])
    for by in ("pair", "left"):
        rows = overlay(
            left,
            right,
            how="intersection",
            by=by,
            sigma_m=5.0,
            right_sigma_m=np.array([5.0, np.nan]),
        )
        assert np.isnan(rows["p_overlap"].iloc[-1])
        assert np.isnan(rows["area_low_m2"].iloc[-1])
    known = overlay(
        left,
        right,
        how="difference",
        by="left",
        sigma_m=5.0,
        right_sigma_m=np.array([np.nan, np.nan]),
    )
    assert np.isnan(known["p_overlap"].iloc[0])
