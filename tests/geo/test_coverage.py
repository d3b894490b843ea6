"""How often the 90 % interval holds the area of the true place."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pil_discovery.geo.overlay import overlay

DRAWS = 1200
SIDE = 400.0


def star(rng, middle, size, corners):
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = size * rng.uniform(0.55, 1.0, corners)
    xy = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None] + middle
    return shapely.make_valid(shapely.Polygon(xy))


def parcels_and_zones(rng):
    """Parcels of 20–60 m, each on the border of a larger zone of its own."""
    parcels, zones = [], []
    for n in range(DRAWS):
        middle = np.array([500_000 + SIDE * (n % 40), 3_100_000 + SIDE * (n // 40)])
        zones.append(star(rng, middle, 120, 24))
        border = shapely.get_coordinates(shapely.boundary(zones[-1]))
        place = border[rng.integers(len(border))] + rng.uniform(-25, 25, 2)
        parcels.append(star(rng, place, rng.uniform(20, 60), 12))
    return np.array(parcels, dtype=object), np.array(zones, dtype=object)


def shifted(shapes, shifts):
    moved = [
        shapely.transform(s, lambda xy, d=d: xy + d)
        for s, d in zip(shapes, shifts, strict=True)
    ]
    return np.array(moved, dtype=object)


@pytest.mark.parametrize("sigma", [1.0, 2.5, 5.0, 12.5])
def test_nine_of_ten_intervals_hold_the_true_area(sigma):
    """What is drawn is off by a normal error; the interval is made from it alone."""
    rng = np.random.default_rng([20260930, int(sigma * 10)])
    parcels, zones = parcels_and_zones(rng)
    drawn = shifted(parcels, rng.normal(0, sigma, (DRAWS, 2)))
    rows = overlay(
        gpd.GeoSeries(drawn, crs=4549),
        gpd.GeoSeries(zones, crs=4549),
        how="intersection",
        sigma_m=sigma,
    )
    own = rows[rows["left_id"] == rows["right_id"]].set_index("left_id")
    crs = {"crs": 4549}
    truth = overlay(
        gpd.GeoSeries(parcels, **crs), gpd.GeoSeries(zones, **crs), how="intersection"
    )
    truth = truth[truth["left_id"] == truth["right_id"]].set_index("left_id")["area_m2"]
    area = truth.reindex(own.index, fill_value=0.0).to_numpy()
    # where parcel or zone lies wholly inside, the area is certain either way
    open_ = (own["area_high_m2"] - own["area_low_m2"] > 1e-6).to_numpy()
    low, high = (own[f"area_{side}_m2"].to_numpy()[open_] for side in ("low", "high"))
    inside = (low <= area[open_] + 1e-6) & (area[open_] <= high + 1e-6)
    assert open_.sum() > 800
    assert 0.86 <= inside.mean() <= 0.94, inside.mean()
