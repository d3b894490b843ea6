import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.errors import ReadError
from pil_discovery.text.headers import match_headers, read_header
from pil_discovery.types import Dataset, Field, Words


def dataset(*fields, key=()):
    return Dataset(
        id="d", title=Words(zh="样例"), domain="common", holder="", kind="record",
        key=key, fields=fields,
    )  # fmt: skip


PATCH = dataset(
    Field(name="patch_no", aliases=("图斑编号",), type="text"),
    Field(name="area_m2", aliases=("面积", "图斑面积平方米"), type="number", unit="m2"),
    Field(name="use", aliases=("土地用途",), type="text"),
    Field(name="far_max", aliases=("容积率上限",), type="number", unit="1"),
    Field(name="late_rate_per_day", aliases=("违约金比例",), type="number", unit="1/d"),
    key=("patch_no",),
)


def found(*headers, **options):
    match = match_headers(headers, PATCH, **options)
    return {headers[p]: name for p, name in match.mapping.items()}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("图斑编号", "patch_no"),
        ("图斑编号 TBBH", "patch_no"),
        ("TBBH_图斑编号", "patch_no"),
        ("图斑\n编号", "patch_no"),
        (" 图 斑 编 号 ", "patch_no"),
        ("图斑编号（必填）", "patch_no"),
        ("*图斑编号:", "patch_no"),
        ("\u200b图斑编号\ufeff", "patch_no"),
        ("PATCH_NO", "patch_no"),
        ("面积(公顷)", "area_m2"),
        ("面积（公顷）", "area_m2"),
        ("面积/亩", "area_m2"),
        ("面积_亩", "area_m2"),
        ("面积：平方米", "area_m2"),
        ("面积平方米", "area_m2"),
        ("容积率(上限)", "far_max"),
        ("ａｒｅａ＿ｍ２", "area_m2"),
    ],
)
def test_spellings_of_one_header(header, name):
    assert found(header) == {header: name}


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("面积(公顷)", "公顷"),
        ("面积/亩", "亩"),
        ("面积（单位：㎡）", "m2"),
        ("面积", None),
    ],
)
def test_the_unit_in_the_header(header, unit):
    assert match_headers([header], PATCH).units.get("area_m2") == unit


def test_a_canonical_name_declares_no_unit():
    assert match_headers(["late_rate_per_day", "area_m2"], PATCH).units == {}


def test_a_repeated_header_is_listed_and_never_overwrites():
    match = match_headers(["土地用途", "面积", "土地用途"], PATCH)
    assert match.mapping == {0: "use", 1: "area_m2"}
    assert match.duplicates == ("土地用途",)


def test_the_better_name_wins_over_the_earlier_column():
    match = match_headers(["面积 备注", "面积"], PATCH)
    assert match.mapping == {1: "area_m2"}
    assert match.duplicates == ("面积 备注",)


def test_cut_names_of_shapefiles_match_when_unique():
    assert found("图斑面积平") == {"图斑面积平": "area_m2"}
    assert found("late_rate_") == {"late_rate_": "late_rate_per_day"}
    assert found("图斑面积平", cut_bytes=0) == {}


def test_unmatched_headers_are_named():
    assert match_headers(["图斑编号", "别的", ""], PATCH).unmatched == ("别的",)


def test_overrides_win():
    match = match_headers(["面积", "实测"], PATCH, {"实测": "area_m2"})
    assert match.mapping == {1: "area_m2"}
    assert match.duplicates == ("面积",)


def test_every_wrong_override_is_reported_at_once():
    with pytest.raises(ReadError) as caught:
        match_headers(["面积"], PATCH, {"面积": "aera_m2", "面机": "area_m2"})
    assert len(caught.value.problems) == 2
    assert "area_m2" in str(caught.value)
    assert "面积" in str(caught.value)


def test_the_score_ranks_the_better_fit_first():
    full = match_headers(["图斑编号", "面积", "土地用途"], PATCH).score
    part = match_headers(["图斑编号", "甲", "乙"], PATCH).score
    assert 0 < part < full <= 1


@given(st.text("aA1万元亩甲平方米公顷吨m２", min_size=1, max_size=6))
def test_a_header_of_one_word_is_read_as_with_a_space_before_it(header):
    spaced = read_header(f" {header}")
    assert read_header(header) == spaced
