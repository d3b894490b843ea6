import numpy as np
import pytest

from pil_discovery.errors import CrsError
from pil_discovery.geo.axes import likely_systems, propose_crs, recognise_axes
from pil_discovery.geo.crs import to_lonlat
from pil_discovery.geo.references import parse_reference

HERE = np.array([[500_000.0, 3_100_000.0], [510_000.0, 3_110_000.0]])
PREFIXED = np.add(HERE, [40e6, 0])
DEGREES = np.array([[120.0, 28.0], [120.1, 28.1]])


MERCATOR = np.array([[13_358_338.0, 3_248_973.0], [13_369_470.0, 3_261_585.0]])


@pytest.mark.parametrize("code", [4549, 4528])
@pytest.mark.parametrize("given", [HERE, PREFIXED, HERE[:, ::-1], PREFIXED[:, ::-1]])
def test_zone_numbers_and_order_are_recognised(code, given):
    reference = parse_reference(code)
    axes = recognise_axes(given, reference)
    right = to_lonlat(HERE, parse_reference(4549))
    assert to_lonlat(axes.apply(given), reference) == pytest.approx(right, abs=1e-10)
    as_declared = given is (HERE if code == 4549 else PREFIXED)
    assert bool(axes.notes) != as_declared


def test_swapped_degrees_are_exchanged_only_when_all_agree():
    reference = parse_reference(4490)
    assert not recognise_axes(DEGREES, reference).swap
    axes = recognise_axes(DEGREES[:, ::-1], reference)
    assert axes.apply(DEGREES[:, ::-1]).tolist() == DEGREES.tolist()
    assert axes.notes
    mixed = np.array([[120.0, 28.0], [28.0, 120.0]])
    assert not recognise_axes(mixed, reference).swap


def test_numbers_that_contradict_their_system_are_refused():
    with pytest.raises(CrsError, match="不是经纬度"):
        recognise_axes(HERE, parse_reference(4490))
    with pytest.raises(CrsError, match="坐标值是经纬度"):
        recognise_axes(DEGREES, parse_reference(4549))
    with pytest.raises(CrsError, match=r"带号 39 .*矛盾"):
        recognise_axes(np.add(HERE, [39e6, 0]), parse_reference(4549))
    with pytest.raises(CrsError, match="按带分开"):
        recognise_axes(np.vstack([HERE, PREFIXED]), parse_reference(4549))


def test_other_systems_are_left_alone():
    for code in (32651, 3857, "GCJ-02"):
        xy = DEGREES if code == "GCJ-02" else HERE
        assert recognise_axes(xy, parse_reference(code)).notes == ()
    assert recognise_axes(HERE[:0], parse_reference(4549)).notes == ()


@pytest.mark.parametrize(
    ("xy", "words"),
    [
        (DEGREES, "EPSG:4490"),
        (PREFIXED, "EPSG:4528"),
        (PREFIXED[:, ::-1], "EPSG:4528"),
        (np.add(HERE, [20e6, 0]), "EPSG:4498"),
        (HERE, "中央经线"),
        (HERE[:0], "crs"),
        (MERCATOR, "EPSG:3857；也坐标像6 度带第 13 带"),
        (MERCATOR - [3e6, 0], "EPSG:3857"),
    ],
)
def test_what_a_missing_system_could_be(xy, words):
    assert words in propose_crs(xy)


def test_web_maps_are_among_the_likely_systems():
    assert likely_systems(MERCATOR) == ("EPSG:3857", "EPSG:4491")
    assert likely_systems(MERCATOR - [3e6, 0]) == ("EPSG:3857",)
    assert likely_systems(PREFIXED) == ("EPSG:4528",)
