"""Plates survive a black-and-white printer: outlines are seen and told apart."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pil_discovery.maps.canvas import Canvas, dashes
from pil_discovery.maps.layers import DASHES, MapLayer, styled
from pil_discovery.maps.symbols import COLOURS

SIDE = 400
SQUARE = shapely.box(60, 60, 340, 340)
GROUNDS = (0, 48, 96, 128, 160, 200, 255)


def pens(count=6):
    frame = gpd.GeoDataFrame(geometry=[SQUARE], crs=4490)
    plain = [MapLayer(frame, f"图层{n}") for n in range(count)]
    layers = [MapLayer(frame, "图斑", finding=True), *plain]
    return [pen for _, pen in styled(layers)]


def grey(pen, ground):
    canvas = Canvas(SIDE, SIDE)
    canvas.draw.rectangle((0, 0, SIDE, SIDE), fill=(ground,) * 3)
    canvas.outline(SQUARE, pen, (0, 0, SIDE, SIDE))
    return np.asarray(canvas.image.convert("L")).astype(int)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("number", range(len(COLOURS) + 1))
def test_an_outline_is_seen_on_any_ground(number, ground):
    """Along a side, ink or casing differs from the ground by a third of all greys."""
    across = grey(pens()[number], ground)[45:75, 100:300]
    contrast = np.abs(across - ground).max(axis=0)
    # a gap between dashes shows its casing; on light ground the ink alone is left
    least = 0.9 if ground < 170 or number == 0 else 0.35
    assert (contrast >= 80).mean() >= least


def pattern(pen):
    """Lengths of ink along the upper side, paper below."""
    ink = grey(pen, 255)[60, 70:330] < 170
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ink.astype(int), [0]])))
    return tuple(int(n) for n in edges[1::2] - edges[::2])[1:-1]


def test_the_finding_alone_is_a_whole_line():
    finding, *others = pens()
    assert (grey(finding, 255)[60, 70:330] < 128).all()
    assert all(len(pattern(pen)) > 2 for pen in others)
    assert finding.width > max(pen.width for pen in others)


def test_four_layers_are_told_apart_without_colour():
    found = {tuple(sorted(set(pattern(pen)))) for pen in pens(len(DASHES))[1:]}
    assert len(found) == len(DASHES)


def test_dashes_keep_the_corners_of_a_line():
    line = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]
    pieces = dashes(line, (8, 4))
    assert pieces == [
        [(0.0, 0.0), (8.0, 0.0)],
        [(10.0, 2.0), (10.0, 10.0)],
    ]
    assert dashes(line, (15, 100)) == [[(0.0, 0.0), (10.0, 0.0), (10.0, 5.0)]]
    assert dashes([(1.0, 1.0), (1.0, 1.0)], (5, 5)) == []
