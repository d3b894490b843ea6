"""Addresses of all provinces, changes of 2000–2025, and what must stay undecided."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.catalog.divisions import load_divisions
from pil_discovery.text.address_parts import read_detail
from pil_discovery.text.addresses import read_address
from pil_discovery.text.divisions import parents, short_name
from pil_discovery.text.placing import Placing
from tests.text.known_addresses import known_addresses

KNOWN = known_addresses()
DIVISIONS = load_divisions()
TODAY = Placing(DIVISIONS)


def read(text, **context):
    return read_address(text, Placing(DIVISIONS, **context) if context else TODAY)


def answer(address):
    return address.province, address.city, address.district, address.division_code


@pytest.mark.parametrize("known", KNOWN, ids=lambda k: k.text)
def test_an_address_of_a_public_building(known):
    wanted = (known.province, known.city, known.district, known.code)
    assert answer(read(known.text)) == wanted


def test_the_set_is_large_enough_to_say_something():
    provinces = Counter(k.province for k in KNOWN)
    assert len(KNOWN) >= 300
    assert len(provinces) == 34 + 1  # and those without any


# ---- changes of divisions ----


def test_an_abolished_district_is_answered_by_its_successor():
    address = read("北京市崇文区幸福大街32号")
    assert (address.district, address.division_code) == ("东城区", "110101")
    assert address.written == "崇文区"
    assert address.reason == "“崇文区”对应东城区"


def test_a_district_that_was_divided_is_not_guessed():
    address = read("浙江省杭州市江干区庆春东路1号")
    assert (address.district, address.division_code) == (None, "330100")
    assert "上城区" in address.reason
    assert "钱塘区" in address.reason


def test_the_town_decides_which_part_of_a_divided_district_is_meant():
    assert read("杭州市江干区下沙街道1号").district == "钱塘区"
    assert read("杭州市江干区九堡镇九环路1号").district == "上城区"


def test_a_day_asks_for_the_divisions_of_then_and_tells_those_of_today():
    then = read("杭州市江干区庆春东路1号", year=2015)
    assert (then.district, then.division_code, then.current_code) == (
        "江干区",
        "330104",
        None,
    )
    later = read("杭州市临平区临平大道1号", year=2015)
    assert (later.district, later.current_code) == ("余杭区", "330113")
    town = read("浙江省苍南县龙港镇人民路12号", year=2010)
    assert (town.division_code, town.current_code) == ("330327", "330383")


def test_names_are_those_of_the_year():
    assert read("湖北襄阳市樊城区人民路1号", year=2005).city == "襄樊市"
    assert read("湖北省襄樊市樊城区人民路1号").city == "襄阳市"


def test_in_the_year_of_a_change_both_names_stand():
    assert read("北京市宣武区永安路106号", year=2010).district == "宣武区"
    assert read("北京市西城区永安路106号", year=2010).district == "西城区"
    assert read("北京市宣武区永安路106号", year=2011).district == "西城区"


# ---- what cannot be decided ----


def test_a_name_of_several_places_is_listed_and_left_open():
    address = read("鼓楼区中山路1号")
    assert answer(address) == (None, None, None, None)
    assert "南京市鼓楼区" in address.reason
    assert "福州市鼓楼区" in address.reason


def test_a_hint_decides_between_places_of_one_name_only():
    assert read("鼓楼区中山路1号", within="320100").division_code == "320106"
    assert read("鼓楼区中山路1号", within="330300").division_code is None
    assert read("中山路1号", within="320100").division_code is None
    assert read("南京市鼓楼区", within="350100").division_code == "320106"


def test_a_town_needs_a_province_a_city_or_a_hint():
    assert read("柳市镇柳青路1号").division_code is None
    assert read("浙江省柳市镇柳青路1号").division_code == "330382"
    assert read("柳市镇柳青路1号", within="330300").division_code == "330382"


def test_a_county_in_a_foreign_city_is_said():
    address = read("浙江省温州市朝阳区1号")
    assert (address.city, address.district) == ("温州市", None)
    assert address.reason == "“朝阳区”不在温州市"


@pytest.mark.parametrize(
    "text",
    [
        "北京路5号",
        "中山公园",
        "上海南路1号",
        "北京大学深圳研究生院",
        "杭州湾新区",
        "南京西路街道",
    ],
)
def test_a_road_or_a_house_named_after_a_place_is_no_place(text):
    assert read(text).division_code is None


def test_the_rest_keeps_an_office_named_after_the_city():
    assert read("南京市鼓楼区南京大学").rest == "南京大学"
    assert read("温州市鹿城区温州市政府").rest == "温州市政府"


def test_a_zone_is_no_division_and_stays_in_the_rest():
    address = read("成都高新区天府大道北段18号")
    assert (address.division_code, address.district) == ("510100", None)
    assert (address.zone, address.rest) == ("高新区", "高新区天府大道北段18号")


def test_nothing_is_read_from_nothing():
    assert read("  ").reason == "没有地址"
    assert read("　").division_code is None


# ---- below the town ----


@pytest.mark.parametrize(
    ("text", "village", "road", "number", "building"),
    [
        ("永定路1188号3号楼", None, "永定路", "1188", "3号楼"),
        ("幸福东路101弄3号", None, "幸福东路101弄", "3", None),
        ("人民路3幢", None, "人民路", None, "3幢"),
        ("人民路3号楼2单元501室", None, "人民路", None, "3号楼"),
        ("解放街123弄4号楼2单元", None, "解放街123弄", None, "4号楼"),
        ("人民路3号楼下", None, "人民路", "3", None),
        ("太平街12号院3号楼", None, "太平街", "12", "3号楼"),
        ("人民路12号A座501室", None, "人民路", "12", "A座"),
        ("人民路12-1号", None, "人民路", "12-1", None),
        ("工业大道甲8号", None, "工业大道", "甲8", None),
        ("后洋村256号7幢", "后洋村", None, "256", "7幢"),
        ("后街村12号", "后街村", None, "12", None),
        ("航天大道三段1号", None, "航天大道三段", "1", None),
        ("某某大厦", None, None, None, None),
        ("", None, None, None, None),
    ],
)
def test_village_road_number_and_building(text, village, road, number, building):
    assert tuple(read_detail(text)) == (village, road, number, building)


# ---- invariants ----

ADDRESSES = st.sampled_from([k.text for k in KNOWN])


@given(ADDRESSES)
def test_full_width_and_spaces_change_nothing(text):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert read(" ".join(wide)) == read(text)


@given(ADDRESSES)
def test_an_answer_written_out_is_read_as_itself(text):
    first = read(text)
    parts = (first.province, first.city, first.district, first.town)
    said = [p for i, p in enumerate(parts) if p and p not in parts[:i]]
    if first.division_code is None or first.reason or not first.district:
        return
    again = read("".join(said) + (first.rest or ""))
    assert answer(again) == answer(first)
    assert (again.town, again.road, again.number) == (
        first.town,
        first.road,
        first.number,
    )


@given(st.lists(ADDRESSES, max_size=5), st.text(max_size=30))
def test_what_was_read_before_changes_nothing(before, text):
    warm = Placing(DIVISIONS)
    for other in before:
        read_address(other, warm)
    assert read_address(text, warm) == read_address(text, Placing(DIVISIONS))


@given(st.text(alphabet="省市区县镇乡路街号鼓楼朝阳浙江温州北京(),-12 ", max_size=25))
def test_no_text_breaks_the_reader_and_none_is_lost(text):
    address = read(text)
    squeezed = "".join(text.split())
    assert (address.rest or "") in squeezed or address.zone
    assert address.division_code is None or address.division_code in DIVISIONS.by_code


# ---- every county ----

FORMS = {
    "whole": lambda p, c, d: f"{p}{c}{d}人民路12号",
    "no province": lambda p, c, d: f"{c or p}{d}人民路12号",
    "repeated": lambda p, c, d: f"{p}{p}{c}{c}{d}人民路12号",
    "short above": lambda p, c, d: f"{short_name(p)}{short_name(c)}{d}人民路12号",
    "short": lambda p, c, d: f"{short_name(p)}{short_name(c)}{short_name(d)}人民路12号",
}


@pytest.mark.parametrize(
    ("form", "least"), [*zip(FORMS, (1, 1, 1, 0.97, 0.93), strict=True)]
)
def test_every_county_of_the_newest_table_is_read_or_left_open(form, least):
    right = wrong = 0
    rows = [r for r in DIVISIONS.rows if r.level == 3 and r.last_year is None]
    for row in rows:
        over = [DIVISIONS.name(code) for code in reversed(parents(row.code))]
        province, city = over if len(over) == 2 else (over[0], "")
        address = read(FORMS[form](province, city, row.name))
        right += address.division_code == row.code
        wrong += address.district not in {None, row.name}
    assert right >= least * len(rows)
    assert wrong == 0
