import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pil_discovery.catalog import load_catalog
from pil_discovery.errors import ImageError
from pil_discovery.imagery.directions import (
    direction_bits,
    label_directions,
    missing_directions,
)
from pil_discovery.imagery.indices import INDICES, compute_index, missing_bands
from pil_discovery.imagery.quality import INFRARED

GRASS = {"blue": 0.05, "green": 0.08, "red": 0.06, "nir": 0.40, "swir1": 0.2}
WATER = {"blue": 0.08, "green": 0.07, "red": 0.05, "nir": 0.03, "swir1": 0.01}
SOIL = {"blue": 0.12, "green": 0.16, "red": 0.22, "nir": 0.28, "swir1": 0.38}


def bands(kind):
    return {name: np.array([value]) for name, value in kind.items()}


def test_known_values():
    assert compute_index("NDVI", bands(GRASS))[0] == pytest.approx(0.34 / 0.46)
    assert compute_index("mndwi", bands(WATER))[0] == pytest.approx(0.06 / 0.08)
    expected = (0.38 + 0.22 - 0.28 - 0.12) / (0.38 + 0.22 + 0.28 + 0.12)
    assert compute_index("bsi", bands(SOIL))[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "needs", "low", "high"),
    [
        ("ndvi", {"nir", "red"}, SOIL, GRASS),
        ("mndwi", {"green", "swir1"}, GRASS, WATER),
        ("ndbi", {"swir1", "nir"}, GRASS, SOIL),
        ("bsi", {"swir1", "red", "nir", "blue"}, GRASS, SOIL),
        ("nbr", {"nir", "swir2"}, {"nir": 0.15, "swir2": 0.3}, {**GRASS, "swir2": 0.1}),
        ("ndti", {"red", "green"}, WATER, {**WATER, "red": 0.12}),
        (
            "ndci",
            {"red_edge", "red"},
            {**WATER, "red_edge": 0.04},
            {"red": 0.05, "red_edge": 0.1},
        ),
    ],
)
def test_each_index_rises_with_what_it_is_named_for(name, needs, low, high):
    """Plants, water, buildings, bare soil, unburnt plants, turbid and green water."""
    index = INDICES[name]
    assert set(index.bands) == needs
    assert index.zh
    assert re.search(r"[12][09]\d\d$", index.source)
    less, more = compute_index(name, bands(low)), compute_index(name, bands(high))
    assert less[0] < more[0]
    for band in needs:
        rest = {n: v for n, v in bands(high).items() if n != band}
        assert compute_index(name, rest) is None
        assert missing_bands(name, rest) == (band,)


def test_missing_band_gives_none_and_its_name():
    assert compute_index("nbr", bands(GRASS)) is None
    assert missing_bands("nbr", GRASS) == ("swir2",)
    with pytest.raises(ImageError, match="没有这个光谱指数"):
        compute_index("nvdi", bands(GRASS))


@given(
    arrays(float, (7, 5), elements=st.floats(0, 2)), st.sampled_from(sorted(INDICES))
)
def test_reflectance_gives_minus_one_to_one(values, name):
    every = ("blue", "green", "red", "nir", "swir1", "swir2", "red_edge")
    result = compute_index(name, dict(zip(every, values, strict=True)))
    known = result[~np.isnan(result)]
    assert ((known >= -1 - 1e-12) & (known <= 1 + 1e-12)).all()


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        (GRASS, SOIL, ["vegetation_lost", "bare_gained", "built_gained"]),
        (WATER, SOIL, ["water_filled", "bare_gained", "built_gained"]),
        (SOIL, GRASS, []),
        (GRASS, GRASS, []),
    ],
)
def test_directions(before, after, names):
    drift = {"ndvi": 0.0, "mndwi": 0.0, "bsi": 0.0, "ndbi": 0.0}
    found = label_directions(bands(before), bands(after), drift)
    assert found.tolist() == [direction_bits(names)]


def test_four_bands_cannot_show_bare_or_built_ground():
    names = ("vegetation_lost", "water_filled", "bare_gained", "built_gained")
    assert missing_directions(names, ["blue", "green", "red", "nir"]) == names[2:]


def test_indices_and_gates_speak_of_the_bands_of_the_catalogue():
    field = load_catalog().datasets["image"].field("bands")
    assert {b for index in INDICES.values() for b in index.bands} <= set(field.values)
    assert set(INFRARED) <= set(field.values)
    water = {"red": np.array([0.02]), "red_edge": np.array([0.06])}
    assert compute_index("ndci", water) == pytest.approx(0.5)
