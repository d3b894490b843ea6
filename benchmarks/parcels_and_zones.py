"""W1: synthetic parcels and protection zones of one district, by fixed seeds.

EPSG:4549, 60 × 60 km. Parcels: stars of 5–30 corners, areas lognormal (median
6,000 m², σ 1.1, 500–200,000 m²), 60 % around 40 towns. Zones: 1,680 small to middling
(50–1,200 corners, 2e4–2e6 m²), 80 huge (1,000–2,000 corners, 8e6–9e7 m², 25 of them
with a hole), 240 rivers (random walks, buffered by 15–120 m). Zones overlap.

With 100,000 parcels: 403,740 pairs of bounding boxes, 114,501 that meet, 36,486 of them
on a border, 103,526.0563 ha of overlap; with 1,000,000: 1,166,240 pairs, 1,050,259.0973
ha.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

CRS = "EPSG:4549"
SIDE_M = 60_000.0
CORNER = np.array([460_000.0, 3_070_000.0])
HARMONICS = (2, 3, 5, 9, 17, 33, 65)


def parcels(count, seed=42, *, corner=CORNER, side_m=SIDE_M) -> gpd.GeoDataFrame:
    """Return parcels with a `parcel_id`, in a square above a lower left corner."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(5, 31, count)
    area = np.clip(np.exp(rng.normal(np.log(6000), 1.1, count)), 500, 200_000)
    towns, town = rng.uniform(0, side_m, (40, 2)), rng.integers(0, 40, count)
    near_town = rng.random(count) < 0.6
    centre = np.empty((count, 2))
    for axis in (0, 1):
        around = towns[town, axis] + rng.normal(0, side_m / 25, count)
        anywhere = rng.uniform(300, side_m - 300, count)
        around = np.clip(around, 300, side_m - 300)
        centre[:, axis] = np.where(near_town, around, anywhere)
    shapes = stars(rng, corners, centre + corner, area, wild=(0.35, 0.25))
    return _layer("parcel_id", shapes)


def zones(seed: int = 7) -> gpd.GeoDataFrame:
    """Return 2,000 zones with a `zone_id`."""
    rng = np.random.default_rng(seed)
    corners = np.exp(rng.uniform(np.log(50), np.log(1200), 1680)).astype(int)
    middling = _zone_stars(rng, corners, (2e4, 2e6), rough=0.06)
    huge = _zone_stars(rng, rng.integers(1000, 2001, 80), (8e6, 9e7), rough=0.03)
    for i in range(25):
        hole = huge[i].centroid.buffer(np.sqrt(huge[i].area) * 0.12)
        huge[i] = huge[i].difference(hole)
    rivers = [_river(rng) for _ in range(240)]
    return _layer("zone_id", np.array([*middling, *huge, *rivers]))


def stars(rng, corners, centre, area, *, wild):
    """Return star polygons of given areas; `wild` is the roughness of form and edge."""
    form, edge = wild
    count = len(corners)
    first = np.r_[0, np.cumsum(corners)]
    of = np.repeat(np.arange(count), corners)
    place = np.arange(first[-1]) - first[of]
    jitter = rng.uniform(-0.35, 0.35, len(of))
    turn = np.repeat(rng.uniform(0, 6.28, count), corners)
    angle = 2 * np.pi * (place + jitter) / corners[of] + turn
    radius = np.ones(len(of))
    for h in HARMONICS:
        phase = rng.uniform(0, 6.28, count)[of]
        size = (rng.uniform(0.2, 1, count) * form / h**0.7)[of]
        fits = h * 3 < corners[of]
        radius += np.where(fits, size * np.sin(h * angle + phase), 0)
    noise = 1 + edge * form * rng.uniform(-1, 1, len(of))
    radius = np.maximum(radius * noise, 0.15)
    flat = np.repeat(rng.uniform(0.35, 1, count), corners)
    tilt = np.repeat(rng.uniform(0, 3.14, count), corners)
    u, v = radius * np.cos(angle), radius * np.sin(angle) * flat
    x, y = u * np.cos(tilt) - v * np.sin(tilt), u * np.sin(tilt) + v * np.cos(tilt)
    after = np.arange(len(of)) + 1
    after[first[1:] - 1] = first[:-1]
    twice = np.abs(np.add.reduceat(x * y[after] - x[after] * y, first[:-1]))
    scale = np.sqrt(area / (twice / 2))[of]
    xy = np.column_stack([x * scale + centre[of, 0], y * scale + centre[of, 1]])
    return _polygons(xy, first, of)


def _zone_stars(rng, corners, sizes, *, rough):
    count = len(corners)
    x = rng.uniform(CORNER[0], CORNER[0] + SIDE_M, count)
    y = rng.uniform(CORNER[1], CORNER[1] + SIDE_M, count)
    area = np.exp(rng.uniform(*np.log(sizes), count))
    centre = np.column_stack([x, y])
    return stars(rng, corners, centre, area, wild=(0.5, rough))


def _river(rng):
    points, step = int(rng.integers(100, 500)), rng.uniform(20, 60)
    heading = np.cumsum(rng.normal(0, 0.12, points)) + rng.uniform(0, 6.28)
    way = np.cumsum(np.column_stack([np.cos(heading), np.sin(heading)]) * step, axis=0)
    source = [rng.uniform(c, c + SIDE_M) for c in CORNER]
    return shapely.LineString(way + source).buffer(rng.uniform(15, 120), quad_segs=3)


def _polygons(xy, first, of):
    ends = first + np.arange(len(first))
    closed = np.empty((ends[-1], 2))
    closed[np.arange(len(of)) + of] = xy
    closed[ends[1:] - 1] = closed[ends[:-1]]
    offsets = (ends, np.arange(len(first)))
    kind = shapely.GeometryType.POLYGON
    return shapely.from_ragged_array(kind, np.round(closed, 3), offsets)


def _layer(name, shapes):
    numbers = {name: np.arange(len(shapes))}
    return gpd.GeoDataFrame(numbers, geometry=shapely.make_valid(shapes), crs=CRS)
