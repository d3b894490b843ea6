import pytest

from pil_discovery.geo.references import parse_reference
from pil_discovery.layers.sigma import positional_sigma, sigma_problems

EXPECTED = (5.0, "某规程")


def test_what_is_stated_wins_over_what_is_expected():
    reference = parse_reference("EPSG:4549")
    assert positional_sigma(reference, sigma_m=2.0, expected=EXPECTED) == (
        2.0,
        "工作区写明",
    )
    assert positional_sigma(reference, sigma_m=None, expected=EXPECTED) == EXPECTED


@pytest.mark.parametrize(
    ("crs", "expected"),
    [("EPSG:4549", 4.0), ("EPSG:4326", 4.0311), ("GCJ-02", 5.0), ("BD-09", 5.0)],
)
def test_the_way_to_cgcs2000_adds_its_own_error(crs, expected):
    sigma, source = positional_sigma(
        parse_reference(crs), sigma_m=4.0, expected=EXPECTED
    )
    assert sigma == pytest.approx(expected)
    assert source.startswith("工作区写明")


def test_unknown_stays_unknown():
    reference = parse_reference("GCJ-02")
    assert positional_sigma(reference, sigma_m=None, expected=None) == (None, "")


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_what_is_no_error_is_refused(value):
    assert sigma_problems(value, "a.gpkg")
    assert not sigma_problems(2.5, "a.gpkg")
