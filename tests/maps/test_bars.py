"""Bars: as long as their numbers, readable without colour, always the same bytes."""

import io

import numpy as np
from PIL import Image

from pil_discovery.maps.bars import FILL, WIDTH, Stick, draw_bars, draw_columns

BLUE = tuple(int(FILL[n : n + 2], 16) for n in (1, 3, 5))


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def filled(png):
    return (pixels(png) == BLUE).all(axis=2)


def test_a_bar_is_as_long_as_its_number():
    sticks = [Stick("甲", 50, "50%"), Stick("乙", 100, "100%")]
    rows = filled(draw_bars(sticks, longest=100)).sum(axis=1)
    lengths = sorted({int(n) for n in rows if n > 100})
    assert len(lengths) == 2
    assert abs(lengths[1] - 2 * lengths[0]) < 8


def test_without_a_longest_the_longest_bar_fills_the_sheet():
    alone = filled(draw_bars([Stick("甲", 3, "3")])).sum(axis=1).max()
    assert alone > WIDTH * 0.5


def test_what_rests_on_few_cases_is_striped_and_what_is_unknown_is_not_drawn():
    sure = filled(draw_bars([Stick("甲", 50)], longest=100))
    few = filled(draw_bars([Stick("甲", 50, faint=True)], longest=100))
    unknown = pixels(draw_bars([Stick("甲", None, "—")], longest=100))
    nought = pixels(draw_bars([Stick("甲", 0, "—")], longest=100))
    assert sure.any()
    assert not few.any()
    assert (unknown == nought).all()


def test_columns_stand_on_the_ground_in_order():
    sticks = [Stick(f"{n}月", n, str(n)) for n in range(1, 13)]
    heights = filled(draw_columns(sticks)).sum(axis=0)
    step = WIDTH / 12
    tops = [int(heights[int((n + 0.5) * step)]) for n in range(12)]
    assert tops == sorted(tops)
    assert tops[0] > 0


def test_long_names_are_wrapped_and_the_same_bars_give_the_same_bytes():
    stick = Stick("示例区水利和综合行政执法联合工作办公室" * 2, 1, "1")
    assert draw_bars([stick]) == draw_bars([stick])
    assert (
        pixels(draw_bars([stick])).shape[0]
        > pixels(draw_bars([Stick("甲", 1)])).shape[0]
    )


def test_no_bars_are_a_sheet_too():
    assert pixels(draw_bars([])).shape[1] == WIDTH
    assert not filled(draw_columns([Stick("1月", 0, "0")])).any()
