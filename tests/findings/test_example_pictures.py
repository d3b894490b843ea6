"""A picture of examples is drawn once, and only where it is the same in all."""

import datetime as dt

import numpy as np

from pil_discovery.findings import Gallery
from pil_discovery.types import Example

BEFORE = {
    "acquired": "2025-05-12T10:41:00+08:00",
    "size": [8, 8],
    "origin": [500000, 3100000],
    "pixel_m": 10,
    "base": {"red": 0.1, "nir": 0.4},
    "noise": 0.01,
}
AFTER = {**BEFORE, "acquired": "2026-05-12T10:41:00+08:00", "cloud": [[0, 2, 0, 2]]}


def example(*images, **more):
    told = {
        "name": "x",
        "as_of": dt.date(2026, 9, 30),
        "given": {},
        "expect": {},
        "crs": "EPSG:4549",
        "images": images,
    }
    return Example.model_validate({**told, **more})


def test_equal_pictures_of_two_examples_are_one_file():
    with Gallery() as gallery:
        first = gallery.images_of(example(BEFORE, AFTER))
        second = gallery.images_of(example(BEFORE, AFTER, name="y"))
        assert [i.path for i in first] == [i.path for i in second]
        assert len({i.path for i in first}) == 2
        folder = first[0].path.parent
        assert len(list(folder.glob("*.tif"))) == 4  # two pictures, two cloud masks
    assert not folder.exists()


def test_whatever_is_told_of_a_picture_makes_it_another_one():
    changed = [
        example({**BEFORE, "noise": 0.02}),
        example({**BEFORE, "cloud": [[0, 1, 0, 1]]}),
        example({**BEFORE, "patches": [{"block": [0, 1, 0, 1], "bands": {"red": 1}}]}),
        example({**BEFORE, "origin": [500010, 3100000]}),
        example(BEFORE, crs="EPSG:4548"),
        example(BEFORE, sigma_m=2.0),
        example(BEFORE, sigma_m=3.0),
        example(AFTER, BEFORE),
    ]
    with Gallery() as gallery:
        plain = gallery.images_of(example(BEFORE))
        others = [gallery.images_of(e) for e in changed]
        paths = {i.path for images in (plain, *others) for i in images}
        assert len(paths) == 1 + len(changed) + 1
        assert others[6][0].provenance.sigma_m == 3.0


def test_a_picture_is_drawn_as_it_is_told_and_named_by_its_place():
    with Gallery() as gallery:
        before, after = gallery.images_of(example(BEFORE, AFTER))
        values = before.read()
        assert values.shape == (2, 8, 8)
        assert np.abs(values[list(before.bands).index("nir")] - 0.4).max() < 0.1
        assert before.valid().all()
        assert (~after.valid()).sum() == 4
        names = [i.provenance.file for i in (before, after)]
        assert names == ["0.tif", "1.tif"]
        assert before.path.name < after.path.name


def test_texture_is_the_same_ground_on_all_dates_and_moves_with_it():
    still = {**BEFORE, "noise": 0.0, "size": [20, 20]}
    woven = {**still, "texture": 0.2}
    later = {**woven, "acquired": AFTER["acquired"]}
    with Gallery() as gallery:
        plain, first, second, moved = (
            gallery.images_of(example(e))[0].read()
            for e in (still, woven, later, {**later, "moved": [0, 2]})
        )
    assert np.ptp(plain[0]) == 0
    assert (first == second).all()
    assert 0 < np.abs(first / plain - 1).max() <= 0.2001
    assert np.allclose(first[0] / plain[0], first[1] / plain[1])
    assert (moved[:, :, 2:] == second[:, :, :-2]).all()
