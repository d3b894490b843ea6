"""Colours stay apart for every kind of colour vision; signs for every printer."""

import itertools

import numpy as np
import pytest

from pil_discovery.maps.canvas import Canvas
from pil_discovery.maps.symbols import COLOURS, FINDING, SIGNS, draw_sign

# Machado, Oliveira and Fernandes 2009, severity 1.0
VISION = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]


def linear(colour):
    share = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lab(colour, vision):
    seen = np.clip(np.array(VISION[vision]) @ linear(colour), 0, 1)
    xyz = np.array(TO_XYZ) @ seen / (0.95047, 1, 1.08883)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISION)
def test_colours_stay_apart(vision):
    seen = [lab(colour, vision) for colour in (FINDING, *COLOURS)]
    least = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert least > 15


@pytest.mark.parametrize("colour", [FINDING, *COLOURS])
def test_lines_stand_out_from_paper(colour):
    assert 1.05 / ((TO_XYZ @ linear(colour))[1] + 0.05) >= 3


def test_signs_differ_without_colour():
    shapes = []
    for sign in (*SIGNS, "finding"):
        canvas = Canvas(60, 60)
        draw_sign(canvas, (30, 30), sign, "#000000", radius=12)
        shapes.append(np.asarray(canvas.image.convert("L")) < 128)
    for one, other in itertools.combinations(shapes, 2):
        assert (one != other).sum() > 60
