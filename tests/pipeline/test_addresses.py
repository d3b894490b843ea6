"""`pil.parse_address` and `pil.locate_addresses` as users call them."""

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import pil_discovery as pil
from pil_discovery.errors import ArgumentError, CatalogError

FIRST = ["province", "city", "district", "town", "rest", "division_code"]


def test_columns_rows_and_index_are_those_asked():
    texts = pd.Series(
        ["浙江省温州市鹿城区五马街道公安路12号", None], index=["甲", "乙"]
    )
    before = texts.copy()
    told = pil.parse_address(texts)
    assert list(told.columns[:9]) == [*FIRST, "road", "number", "building"]
    assert list(told.index) == ["甲", "乙"]
    assert list(told.loc["甲", FIRST]) == [
        "浙江省",
        "温州市",
        "鹿城区",
        "五马街道",
        "公安路12号",
        "330302",
    ]
    assert told.loc["乙"].dropna().to_dict() == {"reason": "没有地址"}
    pd.testing.assert_series_equal(texts, before)


def test_no_addresses_give_no_rows():
    assert list(pil.parse_address([]).columns[:6]) == FIRST
    assert len(pil.parse_address([])) == 0


def test_rows_do_not_depend_on_their_order():
    texts = ["鼓楼区", "南京市鼓楼区", "北京崇文区", "鼓楼区", "杭州余杭区临平街道"]
    forward = pil.parse_address(texts)
    backward = pil.parse_address(texts[::-1])[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(forward, backward)


@pytest.mark.parametrize(
    "on",
    [dt.date(2005, 6, 1), "2005-06-01", ["2005-06-01"], pd.to_datetime(["2005-06-01"])],
)
def test_a_day_may_be_given_in_several_ways(on):
    told = pil.parse_address(["北京市崇文区幸福大街32号"], on=on)
    assert told.loc[0, "district"] == "崇文区"
    assert told.loc[0, "current_code"] == "110101"


def test_each_address_may_have_its_own_day():
    told = pil.parse_address(["北京崇文区"] * 3, on=["2005-06-01", None, "2020-01-01"])
    assert list(told["district"]) == ["崇文区", "东城区", "东城区"]


def test_a_day_before_the_first_table_is_answered_by_it_and_said():
    told = pil.parse_address(["浙江省余杭市"], on="1996-01-01")
    assert told.loc[0, "district"] == "余杭市"
    assert "区划表自2000年起" in told.loc[0, "reason"]


def test_a_hint_of_any_length_decides_between_towns():
    for within in ("3303", "330300", "330300000000"):
        told = pil.parse_address(["虹桥镇幸福东路1号"], within=within)
        assert told.loc[0, "division_code"] == "330382"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"on": "去年"}, "不是日期"),
        ({"on": ["2020-01-01"]}, "1个日期"),
        ({"within": "990302"}, "不是区划表里的代码"),
        ({"within": "温州"}, "不是区划表里的代码"),
    ],
)
def test_a_wrong_argument_is_named(options, words):
    with pytest.raises(ArgumentError, match=words):
        pil.parse_address(["浙江省", "江苏省"], **options)


def test_a_single_text_is_refused():
    with pytest.raises(ArgumentError, match="一列地址"):
        pil.parse_address("浙江省温州市")


def test_an_own_table_adds_divisions_and_towns(tmp_path):
    table = tmp_path / "示例.csv"
    rows = ["code,name", "990000,示例省", "990300,示例市", "990302,示例区"]
    rows += ["990302001,滨江街道"]
    table.write_text("\n".join(rows), encoding="utf-8")
    text = "示例市示例区滨江街道江滨路8号"
    told = pil.parse_address([text], divisions=[table], within="990302")
    assert list(told.loc[0, FIRST]) == [
        "示例省",
        "示例市",
        "示例区",
        "滨江街道",
        "江滨路8号",
        "990302",
    ]
    assert told.loc[0, "town_code"] == "990302001"
    assert pd.isna(pil.parse_address([text]).loc[0, "division_code"])
    with pytest.raises(CatalogError):
        pil.parse_address([text], divisions=[tmp_path / "没有.csv"])


def doors():
    texts = ["温州市鹿城区公安路12号", "温州市鹿城区公安路30号"]
    points = [shapely.Point(120.65, 28.01), shapely.Point(120.66, 28.01)]
    return gpd.GeoDataFrame({"地址": texts}, geometry=points, crs=4490)


def test_addresses_are_put_on_the_ground_by_a_layer_of_ones_own():
    told = pil.locate_addresses(
        pd.Series(["浙江省温州市鹿城区公安路12号", "鼓楼区公安路12号"], index=[7, 8]),
        doors(),
        address="地址",
    )
    assert told.crs == "EPSG:4490"
    assert told.loc[7, "matched_level"] == "number"
    assert told.loc[7, "geometry"].equals(shapely.Point(120.65, 28.01))
    assert told.loc[8, "geometry"] is None
    assert told.loc[8, "reason"] == "县区不能确定，不定位"


def test_a_layer_without_the_column_is_refused():
    with pytest.raises(ArgumentError, match="没有「门牌」列"):
        pil.locate_addresses([], doors(), address="门牌")
