"""Divisions by year: short names, parents, what followed what."""

import pytest

from pil_discovery.text.divisions import (
    Division,
    index_divisions,
    parents,
    region_words,
    short_name,
    town_stem,
)

ROWS = [
    Division("330000", "浙江省", 2000),
    Division("330100", "杭州市", 2000),
    Division("330102", "上城区", 2000),
    Division("330104", "江干区", 2000, 2020, ("330102", "330114")),
    Division("330109", "萧山区", 2001),
    Division("330181", "萧山市", 2000, 2000, ("330109",)),
    Division("330114", "钱塘区", 2021, None, (), ("330104", "330109")),
]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("浙江省", "浙江"),
        ("内蒙古自治区", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("新疆维吾尔自治区", "新疆"),
        ("香港特别行政区", "香港"),
        ("恩施土家族苗族自治州", "恩施"),
        ("博尔塔拉蒙古自治州", "博尔塔拉"),
        ("隆林各族自治县", "隆林"),
        ("鄂伦春自治旗", "鄂伦春"),
        ("东乡族自治县", "东乡族"),
        ("神农架林区", "神农架"),
        ("浦东新区", "浦东"),
        ("大兴安岭地区", "大兴安岭"),
        ("城区", "城区"),
        ("渠县", "渠县"),
    ],
)
def test_a_short_name_keeps_what_tells_the_place_apart(name, short):
    assert short_name(name) == short


def test_a_town_stem_survives_the_change_to_a_street_office():
    assert town_stem("九堡镇") == town_stem("九堡街道") == "九堡"
    assert town_stem("建政路街道") == "建政路"


def test_parents_skip_the_level_that_does_not_exist():
    assert parents("330102") == ("330100", "330000")
    assert parents("330100") == ("330000",)
    assert parents("110101") == ("110000",)
    assert parents("429004") == ("420000",)
    assert parents("330000") == ()


def test_what_governs_an_area_today_is_followed_through_the_years():
    known = index_divisions(ROWS)
    today = {
        row.name: codes for row, codes in zip(known.rows, known.today, strict=True)
    }
    assert today["萧山市"] == ("330109",)
    assert today["江干区"] == ("330102", "330114")
    assert today["钱塘区"] == ("330114",)


def names(known, places):
    return {known.rows[p].name for p in places}


def place(known, name):
    return next(p for p, row in enumerate(known.rows) if row.name == name)


def test_a_row_is_answered_by_those_of_the_year_before_and_after():
    known = index_divisions(ROWS)
    old, new = place(known, "江干区"), place(known, "钱塘区")
    assert names(known, known.in_year(old, 2010)) == {"江干区"}
    assert names(known, known.in_year(old, 2021)) == {"江干区"}  # left during 2021
    assert names(known, known.in_year(old, 2022)) == {"上城区", "钱塘区"}
    assert names(known, known.in_year(new, 2010)) == {"江干区", "萧山区"}
    assert names(known, known.in_year(place(known, "萧山区"), 2000)) == {"萧山市"}


def test_region_words_hold_full_and_short_names():
    words = region_words(index_divisions(ROWS))
    assert {"浙江省", "浙江", "杭州", "萧山", "萧山市", "钱塘区"} <= words
    assert "上城" in words


def test_the_order_of_rows_changes_nothing():
    forward, backward = index_divisions(ROWS), index_divisions(ROWS[::-1])
    assert forward.rows == backward.rows
    assert forward.spellings == backward.spellings
    assert forward.today == backward.today
