"""Overlay on real layers and on the shapes that have troubled GEOS."""

import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pil_discovery.errors import GeometryError
from pil_discovery.geo.overlay import overlay

DATA = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data"))
HANGZHOU = DATA / "hangzhou_osm/hangzhou.gpkg"
TROUBLE = DATA / "badinputs/geos-xmltester"
KEYED = re.compile(r"[0-9A-Fa-f]+")


@pytest.fixture(scope="module")
def hangzhou():
    if not HANGZHOU.exists():
        pytest.skip(f"no data at {HANGZHOU}")
    land = gpd.read_file(HANGZHOU, layer="landuse", rows=slice(0, 1200))
    water = gpd.read_file(HANGZHOU, layer="water")
    land, water = (layer.to_crs(4549) for layer in (land, water))
    return land, water[water.is_valid]


def test_land_use_and_the_banks_of_waters(hangzhou):
    land, water = hangzhou
    sound = land[land.is_valid]
    assert len(sound) > 1000
    asked = {"area": "planar", "distance_m": 30.0}
    inside = overlay(sound, water, how="intersection", by="left", **asked)
    outside = overlay(sound, water, how="difference", **asked)
    banks = water.buffer(30.0, quad_segs=32).union_all()
    union = gpd.GeoDataFrame(geometry=[banks], crs=water.crs)
    named = gpd.GeoDataFrame({"id": sound.index}, geometry=sound.geometry.array)
    peer = gpd.overlay(named, union, how="intersection")
    theirs = peer.set_index("id").area.groupby(level=0).sum()
    ours = inside.set_index("left_id").area_m2
    assert set(theirs[theirs > 1e-6].index) <= set(ours.index)
    common = ours.reindex(theirs.index, fill_value=0)
    assert common.to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-9, abs=1e-6)
    rest = outside.set_index("left_id").area_m2
    both = ours.reindex(sound.index, fill_value=0) + rest.reindex(
        sound.index, fill_value=0
    )
    assert both.to_numpy() == pytest.approx(sound.area.to_numpy(), rel=1e-9)
    pairs = overlay(sound, water, how="intersection", **asked)
    assert pairs.area_m2.sum() > ours.sum() * 1.01  # banks overlap: counted twice


def geometry_of(text):
    text = " ".join((text or "").split())
    read = shapely.from_wkb if KEYED.fullmatch(text) else shapely.from_wkt
    return read(text, on_invalid="ignore")


def cases(folder):
    """Yield file, number and the geometries A and B of every case."""
    for path in sorted((TROUBLE / "tests/xmltester/tests" / folder).glob("*.xml")):
        try:
            found = list(ET.parse(path).iter("case"))  # noqa: S314
        except ET.ParseError:
            continue  # one of the files is cut short
        for number, case in enumerate(found):
            sides = [geometry_of(case.findtext(name)) for name in "ab"]
            valid = [
                op.text.strip()
                for op in case.iter("op")
                if op.get("name").lower() == "isvalid"
            ]
            yield f"{path.stem}-{number}", *sides, valid


def layer(shape):
    return gpd.GeoSeries([shape], crs=4549)


def flat(shape):
    return shapely.get_dimensions(shape) == 2 and not shapely.is_empty(shape)


@pytest.mark.skipif(not TROUBLE.exists(), reason=f"no data at {TROUBLE}")
def test_overlays_that_failed_in_geos_add_up():
    """What is inside and what is outside make the whole, or the shape is refused."""
    done = refused = 0
    for name, a, b, _ in cases("robust/overlay"):
        if not (flat(a) and flat(b)):
            continue
        if not (shapely.is_valid(a) and shapely.is_valid(b)):
            with pytest.raises(GeometryError, match="图形无效"):
                overlay(layer(a), layer(b), how="intersection", area="planar")
            refused += 1
            continue
        parts = [
            overlay(layer(a), layer(b), how=how, area="planar").area_m2.sum()
            for how in ("intersection", "difference")
        ]
        whole = shapely.area(shapely.normalize(a))
        assert sum(parts) == pytest.approx(whole, rel=1e-6), name
        assert max(parts) <= whole, name
        done += 1
    assert done >= 10


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.skipif(not TROUBLE.exists(), reason=f"no data at {TROUBLE}")
def test_every_shape_of_the_validity_suite_is_measured_or_refused():
    """As the suite says: invalid polygons are refused, valid ones keep their area."""
    seen = {"true": 0, "false": 0}
    for name, shape, _, valid in cases("general"):
        if not flat(shape) or shapely.get_type_id(shape) == 7 or not valid:
            continue
        seen[valid[0]] += 1
        asked = {"how": "intersection", "area": "planar"}
        if valid[0] == "false":
            with pytest.raises(GeometryError, match="图形无效"):
                overlay(layer(shape), layer(shapely.box(0, 0, 9, 9)), **asked)
        else:
            around = shapely.box(*shapely.bounds(shape)).buffer(1.0)
            got = overlay(layer(shape), layer(around), **asked)
            assert got.area_m2.sum() == pytest.approx(shapely.area(shape)), name
    assert min(seen.values()) > 40


def winding_bank(count, seed):
    """Return a zone under a winding line, and fields across that line."""
    rng = np.random.default_rng(seed)
    along = np.linspace(0, 40_000, 2001)
    bank = 60 * np.sin(along / 90) + 25 * np.sin(along / 23)
    corners = [*zip(along, bank, strict=True), (40_000, -2000), (0, -2000)]
    x = rng.uniform(100, 39_900, count)
    y = np.interp(x, along, bank) + rng.uniform(-30, 30, count)
    fields = [
        shapely.affinity.rotate(shapely.box(-w, -h, w, h), rng.uniform(0, 180))
        for w, h in rng.uniform(25, 60, (count, 2))
    ]
    return shapely.Polygon(corners), moved(fields, np.column_stack([x, y]))


def moved(shapes, shifts):
    pairs = zip(shapes, shifts, strict=True)
    return np.array([shapely.affinity.translate(g, *d) for g, d in pairs])


def judged(fields, zone, sigma):
    rows = overlay(
        gpd.GeoSeries(fields, crs=4549), layer(zone), how="intersection",
        area="planar", sigma_m=sigma,
    ).set_index("left_id")  # fmt: skip
    names = ("area_m2", "area_low_m2", "area_high_m2")
    every = range(len(fields))
    return (rows[n].reindex(every, fill_value=0).to_numpy() for n in names)


def test_the_interval_holds_the_truth_nine_times_in_ten():
    """Fields on a winding bank, drawn off by σ at random: 86–94 % coverage."""
    zone, true = winding_bank(800, seed=20)
    truth = shapely.area(shapely.intersection(true, zone))
    open_rows = (truth > 0) & (truth < shapely.area(true))
    assert open_rows.sum() > 500
    rng = np.random.default_rng(21)
    for sigma in (2.5, 5.0):
        _, low, high = judged(moved(true, rng.normal(0, sigma, (800, 2))), zone, sigma)
        held = (low <= truth + 1e-6) & (truth <= high + 1e-6)
        assert 0.86 <= held[open_rows].mean() <= 0.94


def test_the_delta_method_agrees_with_drawing_at_random():
    """Within 10 % where neither side is near nothing: both above 4 of the spread."""
    zone, fields = winding_bank(30, seed=22)
    area, low, high = judged(fields, zone, 2.5)
    spread = (high - low) / (2 * 1.6448536)
    holds = np.minimum(area, shapely.area(fields) - area) > 4 * spread
    assert holds.sum() > 15
    rng = np.random.default_rng(23)
    ratios = []
    for i in np.flatnonzero(holds):
        copies = moved([fields[i]] * 1000, rng.normal(0, 2.5, (1000, 2)))
        drawn = shapely.area(shapely.intersection(copies, zone)).std()
        ratios.append(spread[i] / drawn)
    assert np.median(ratios) == pytest.approx(1.0, abs=0.05)
    assert np.mean(np.abs(np.array(ratios) - 1) <= 0.1) >= 0.9


@pytest.mark.parametrize("sigma", [2.5, 5.0])
def test_the_spread_of_real_overlaps_is_that_of_a_monte_carlo(hangzhou, sigma):
    """Where overlap and remainder exceed 3 σ_A: the delta method, within a tenth."""
    land, water = hangzhou
    sound = land[land.is_valid & (land.area > 5000)]
    banks = gpd.GeoSeries([water.buffer(30.0).union_all()], crs=water.crs)
    rows = overlay(
        sound, banks, how="intersection", by="left", area="planar", sigma_m=sigma
    )
    spread = (rows["area_high_m2"] - rows["area_low_m2"]) / (2 * 1.6448536)
    whole = sound.area.reindex(rows["left_id"]).to_numpy()
    least = np.minimum(rows["area_m2"], whole - rows["area_m2"])
    rows = rows.assign(spread=spread)[(least > 3.2 * spread) & (spread > 1)]
    assert len(rows) > 60
    shifts = np.random.default_rng(42).normal(0, sigma, (1000, 2))
    ratios = []
    for row in rows.iloc[:: max(1, len(rows) // 40)].itertuples():
        shape = sound.geometry.loc[row.left_id]
        near = shapely.intersection(banks.iloc[0], shapely.buffer(shape, 8 * sigma))
        moved = [shapely.affinity.translate(shape, *shift) for shift in shifts]
        areas = shapely.area(shapely.intersection(np.array(moved), near))
        ratios.append(row.spread / areas.std())
    assert np.median(ratios) == pytest.approx(1.0, abs=0.1)
    assert np.mean(np.abs(np.array(ratios) - 1) <= 0.1) > 0.8, sorted(ratios)
