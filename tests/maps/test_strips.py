"""Time strips: every date in order, the curve below, nothing told by colour alone."""

import datetime as dt
import io
import math

import numpy as np
import pytest
from PIL import Image as Picture

from pil_discovery.errors import ImageError
from pil_discovery.maps import strips
from pil_discovery.maps.canvas import Canvas
from pil_discovery.maps.charts import Curve, draw_curve
from pil_discovery.maps.layers import MapLayer
from pil_discovery.maps.strips import ACROSS, MOST, chosen, draw_strip

DAYS = ("2023-06-10", "2024-03-05", "2024-06-12", "2025-06-08", "2025-08-20")
BOX = (100, 60, 900, 360)


def opened(png, mode="L"):
    return np.asarray(Picture.open(io.BytesIO(png)).convert(mode)).astype(int)


def curve(**changed):
    plain = {
        "name": "植被指数",
        "days": tuple(dt.date.fromisoformat(d) for d in DAYS),
        "values": (0.7, 0.6, 0.1, 0.3, 0.4),
        "clear": (True,) * 5,
        "numbers": (1, 2, 3, 4, 5),
    }
    return Curve(**{**plain, **changed})


def charted(**changed):
    canvas = Canvas(1000, 460)
    end = draw_curve(canvas, curve(**changed), BOX, size=24)
    return np.asarray(canvas.image.convert("L")).astype(int), end


@pytest.fixture
def pictures(picture):
    return [picture(f"{n}.tif", day) for n, day in enumerate(DAYS)]


@pytest.fixture
def found(patch):
    return [MapLayer(patch, "疑似图斑", finding=True)]


def test_a_strip_is_a_deterministic_png_of_the_width_of_a_page(pictures, found):
    first = draw_strip(pictures, found, [curve()])
    assert first == draw_strip(pictures, found, [curve()])
    assert b"tIME" not in first
    assert opened(first).shape[1] == 1772


def test_every_date_has_its_frame_and_its_outline(pictures, found):
    pixels = opened(draw_strip(pictures, found, []), "RGB")
    red = (np.abs(pixels - np.array([0xD7, 0x19, 0x1C])).max(axis=-1) < 3).astype(int)
    for view in strips._views(pictures, found):
        x0, y0, x1, y1 = view.box
        assert red[y0:y1, x0:x1].sum() > 200


def test_frames_stand_in_rows(pictures, found):
    views = strips._views([*pictures, *pictures], found)
    tops = [view.box[1] for view in views]
    assert len(set(tops)) == 2
    assert tops[0] == tops[ACROSS - 1] < tops[ACROSS]
    assert {view.extent for view in views} == {views[0].extent}


def test_one_stretch_serves_all_dates_and_hidden_ones_do_not_set_it(picture, found):
    plain, bright = picture("a.tif", DAYS[0]), picture("b.tif", DAYS[1], gain=20)
    two = {"days": curve().days[:2], "values": (0.7, 0.6), "numbers": (1, 2)}
    seen = draw_strip([plain, bright], found, [curve(**two, clear=(True, True))])
    hidden = draw_strip([plain, bright], found, [curve(**two, clear=(True, False))])
    left, top, right, _ = strips._views([plain, bright], found)[0].box
    part = np.s_[top + 8 : top + 44, left + 70 : right - 9]
    wide, narrow = (
        np.subtract(*np.percentile(opened(png)[part], (90, 10)))
        for png in (hidden, seen)
    )
    assert wide > 3 * narrow


def test_a_hidden_date_is_marked_in_its_frame(pictures, found):
    clear = opened(draw_strip(pictures, found, [curve()]))
    veiled = opened(
        draw_strip(pictures, found, [curve(clear=(True, True, False, True, True))])
    )
    boxes = [view.box for view in strips._views(pictures, found)]
    changed = []
    for x0, y0, _, _ in boxes:
        corner = np.s_[y0 + 4 : y0 + 40, x0 + 4 : x0 + 60]
        changed.append(
            bool((clear[corner] >= 250).mean() + 0.2 < (veiled[corner] >= 250).mean())
        )
    assert changed == [False, False, True, False, False]


def test_hidden_dates_are_hollow_and_seen_ones_are_filled():
    whole, _ = charted()
    veiled, _ = charted(clear=(True, True, False, True, True))
    lone, _ = charted(
        values=(0.7, 0.6, math.nan, 0.3, 0.4), clear=(True, True, False, True, True)
    )
    dark = [(p[70:350, 110:890] < 60).sum() for p in (whole, veiled, lone)]
    assert dark[1] < dark[0] - 60
    assert dark[2] < dark[0] - 60
    # a date without a value stands on the foot of the chart
    assert (lone[352:368, 110:890] < 60).sum() > (whole[352:368, 110:890] < 60).sum()


def test_an_interval_is_hatched_not_tinted():
    """Grey print keeps strokes with paper between them."""
    bare, _ = charted()
    days = dt.date(2024, 3, 5), dt.date(2024, 6, 12)
    pixels, _ = charted(interval=days, interval_name="变化发生的区间")
    span = (curve().days[-1] - curve().days[0]).days
    start, end = (
        BOX[0] + 800 * ((d - curve().days[0]).days + span // 40) / (span + span // 20)
        for d in days
    )
    inside = np.s_[70:340, int(start) + 8 : int(end) - 8]
    shaded = np.abs(pixels[inside] - bare[inside]) > 60
    assert 0.03 < shaded.mean() < 0.3
    assert (np.abs(pixels - bare)[70:340, int(end) + 8 : BOX[2] - 8] > 60).mean() < 0.01


def test_what_it_is_compared_with_is_a_broken_line():
    pixels, _ = charted(compared=(0.72,) * 5, compared_name="周边参照")
    level = np.flatnonzero((pixels[70:140, 300:880] < 140).sum(axis=1) > 150)
    assert len(level)
    row = pixels[70 + level[len(level) // 2], 300:880] < 140
    changes = np.abs(np.diff(row.astype(int))).sum()
    assert changes > 20


def test_the_key_names_only_what_is_there():
    _, end = charted()
    assert end > BOX[3]
    names = [[words for _, words in strips_key(c)] for c in (curve(), full())]
    assert len(names[0]) == 1
    assert names[1][1:] == ["有云等遮挡，不参与判断", "周边参照", "区间"]


def strips_key(item):
    from pil_discovery.maps.charts import _entries

    return list(_entries(item))


def full():
    return curve(
        clear=(True, False, True, True, True),
        compared=(0.7,) * 5,
        compared_name="周边参照",
        interval=(dt.date(2024, 1, 1), dt.date(2024, 2, 1)),
        interval_name="区间",
    )


def test_one_date_and_many_years_have_axes():
    one = {
        "days": curve().days[:1],
        "values": (0.5,),
        "clear": (True,),
        "numbers": (1,),
    }
    assert charted(**one)[0].min() < 60
    long = tuple(dt.date(1990 + 4 * n, 1, 1) for n in range(5))
    assert charted(days=long)[0].min() < 60


def test_the_ends_are_among_the_chosen():
    assert chosen(MOST) == list(range(MOST))
    picked = chosen(68)
    assert (picked[0], picked[-1], len(set(picked))) == (0, 67, MOST)
    assert picked == sorted(picked)


def test_what_cannot_be_drawn_is_said(pictures, found, patch):
    with pytest.raises(ImageError, match="没有可以绘制"):
        draw_strip([], found, [])
    with pytest.raises(ImageError, match="最多绘制20期影像，现有25期"):
        draw_strip(pictures * 5, found, [])
    with pytest.raises(ImageError, match="没有可在影像上标绘"):
        draw_strip(pictures, [MapLayer(patch.iloc[:0], "图斑", finding=True)], [])


def test_small_scatter_looks_small():
    """Values that differ by 0.03 use a twentieth of the height of the chart."""
    pixels, _ = charted(values=(0.50, 0.52, 0.49, 0.51, 0.52), numbers=(0,) * 5)
    rows = np.flatnonzero((pixels[70:350, 130:870] < 60).any(axis=1))
    assert np.ptp(rows) < 0.15 * (BOX[3] - BOX[1])
