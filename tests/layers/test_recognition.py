"""What layers are: columns, values and shapes weighed together, or asked."""

import warnings

import geopandas as gpd
import pytest
import shapely

from pil_discovery.errors import ReadError
from pil_discovery.layers import read_vector, survey_vector
from tests.layers.making import balanced, dataset, field, square, write

POINT = field("geometry", kind="geometry", geom="point")
AREA = field("geometry", kind="geometry", geom="polygon")
LEVELS = ("一级", "二级", "准保护区")
WATER = dataset(
    "water",
    "饮用水水源保护区",
    field("name", "名称"),
    field("level", "级别", kind="enum", values=LEVELS),
    field("day", "批复日期", kind="date"),
    AREA,
    key=("name",),
)
HERITAGE = dataset(
    "heritage",
    "文物保护范围",
    field("name", "名称"),
    field("level", "级别", kind="enum", values=("国家级", "省级", "县级")),
    field("day", "批复日期", kind="date"),
    AREA,
    key=("name",),
)
WELL = dataset(
    "well",
    "取水口",
    field("name", "名称"),
    field("level", "级别", kind="enum"),
    field("day", "批复日期", kind="date"),
    POINT,
    key=("name",),
)
FIRM = dataset(
    "firm",
    "排污单位",
    field("no", "许可证编号"),
    field("uscc", "统一社会信用代码", code="uscc"),
    field("other_uscc", "委托方代码", code="uscc"),
    field("kind", "类别", kind="enum", values=("重点", "简化")),
    field("cap_t", "许可量", kind="number"),
    field("start", "起始日", kind="date"),
    field("end", "截止日", kind="date"),
    POINT,
    key=("no",),
)
USCC = "99990302MA0000001Y"
WRITTEN = {
    "a.gpkg": {},
    "a.gdb": {"driver": "OpenFileGDB"},
    "a.fgb": {"driver": "FlatGeobuf", "SPATIAL_INDEX": "NO"},
    "a.geojson": {},
    "a.kml": {"driver": "KML"},
    "gbk.shp": {"encoding": "GB18030"},
    "utf8.shp": {"encoding": "UTF-8"},
    "a.parquet": {},
}


def layer_of(levels, *, shapes=None, days=None, **columns):
    shapes = shapes or [square(120 + i / 100) for i in range(len(levels))]
    days = days or ["2020-01-02"] * len(levels)
    named = [f"甲{i}" for i in range(len(levels))]
    data = {"名称": named, "级别": levels, "批复日期": days, **columns}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=4490)


def made(path, frame):
    """Write a layer in the format of the name; GBK shapefiles without `.cpg`."""
    if path.suffix == ".parquet":
        frame.to_parquet(path)
        return path
    if path.suffix == ".kml":
        frame = frame.to_crs(4326)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL cuts names to ten bytes
        write(path, frame, **WRITTEN.get(path.name, {}))
    if path.name == "gbk.shp":
        path.with_suffix(".cpg").unlink()
    return path


def survey(path, *datasets):
    return balanced(survey_vector(path, {d.id: d for d in datasets}))


def reasons_of(found):
    return {c.dataset: "；".join(c.reasons) for c in found.report.candidates}


@pytest.mark.parametrize("name", sorted(WRITTEN))
@pytest.mark.parametrize(
    ("levels", "wanted"), [(["一级", "二级"], WATER), (["省级", "国家级"], HERITAGE)]
)
def test_values_tell_data_sets_with_equal_columns_apart(tmp_path, name, levels, wanted):
    found = survey(made(tmp_path / name, layer_of(levels)), HERITAGE, WATER)
    assert found.dataset is wanted
    assert found.report.rows_used == 2
    told = reasons_of(found)
    (other,) = {"water", "heritage"} - {wanted.id}
    assert "1 列取值不符：级别（level） 0%" in told[other]
    assert "2 列取值相符：级别（level） 100%" in told[wanted.id]
    assert "图形都是面" in told[wanted.id]
    assert found.report.candidates[0].dataset == wanted.id


def test_values_that_fit_two_data_sets_are_asked(tmp_path):
    path = made(tmp_path / "a.gpkg", layer_of([None, None]))
    found = survey(path, HERITAGE, WATER)
    assert found.dataset is None
    assert [c.dataset for c in found.report.candidates] == ["heritage", "water"]
    assert {s.value for s in found.report.suggestions} == {"heritage", "water"}
    (problem,) = found.report.problems
    assert "heritage（文物保护范围，" in problem.what
    assert "相符 4/4 列" in problem.what


def test_of_equal_columns_and_values_the_name_of_the_file_decides(tmp_path):
    path = made(tmp_path / "文物保护范围2024.gpkg", layer_of([None, None]))
    found = survey(path, HERITAGE, WATER)
    assert found.dataset is HERITAGE
    assert "文件名或图层名含数据集名称" in reasons_of(found)["heritage"]


def test_a_name_does_not_outweigh_values(tmp_path):
    path = made(tmp_path / "文物保护范围2024.gpkg", layer_of(["一级", "准保护区"]))
    assert survey(path, HERITAGE, WATER).dataset is WATER


@pytest.mark.parametrize("name", ["a.gpkg", "gbk.shp", "a.fgb", "a.geojson"])
def test_points_and_areas_tell_data_sets_with_equal_columns_apart(tmp_path, name):
    points = [shapely.Point(120, 28), shapely.Point(120.1, 28)]
    bare = dataset(
        "bare", "保护区", *HERITAGE.fields[:1], *WELL.fields[1:3], AREA, key=("name",)
    )
    areas = made(tmp_path / f"area_{name}", layer_of(["甲", "乙"]))
    dots = made(tmp_path / f"dots_{name}", layer_of(["甲", "乙"], shapes=points))
    for path, wanted in ((areas, bare), (dots, WELL)):
        found = survey(path, bare, WELL)
        assert found.dataset is wanted
        assert found.report.rows_used == 2
    assert "图形应为面，100% 不是" in reasons_of(survey(dots, bare, WELL))["bare"]


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (
            layer_of(["一级"], shapes=[shapely.LineString([(120, 28), (120.1, 28)])]),
            "图形应为面，100% 不是",
        ),
        (
            layer_of(["国家级", "省级"]).drop(columns=["名称", "批复日期"]),
            "1 列取值不符：级别（level） 0%",
        ),
        (layer_of(["国家级", "省级"], days=["甲", "乙"]), "2 列取值不符"),
    ],
    ids=["lines", "few-columns", "all-columns"],
)
def test_columns_that_values_or_shapes_contradict_are_asked(tmp_path, frame, words):
    path = made(tmp_path / "a.gpkg", frame)
    found = survey(path, WATER)
    assert found.dataset is None
    assert words in found.report.problems[0].what
    assert [s.value for s in found.report.suggestions] == ["water"]
    with pytest.raises(ReadError, match="不能确定是哪个数据集"):
        read_vector(path, {"water": WATER})
    told = balanced(read_vector(path, {"water": WATER}, wanted="water"))
    assert told.report.rows_read == len(frame)


def test_one_column_of_wrong_values_is_no_doubt_but_is_said(tmp_path):
    found = survey(made(tmp_path / "a.gpkg", layer_of(["国家级", "省级"])), WATER)
    assert found.dataset is WATER
    assert "1 列取值不符：级别（level） 0%" in reasons_of(found)["water"]


def test_one_column_that_many_data_sets_have_is_asked(tmp_path):
    fairway = dataset("fairway", "航道", field("name", "名称"), AREA, key=("name",))
    frame = layer_of(["国家级"])[["名称", "geometry"]].assign(备注="甲")
    path = made(tmp_path / "自然保护地.gpkg", frame)
    found = survey(path, fairway, HERITAGE)
    assert found.dataset is None
    assert found.report.candidates[0].dataset == "fairway"
    assert "只有“名称”一列相符，别的数据集也有这样的列" in found.report.problems[0].what
    assert survey(path, fairway).dataset is fairway
    named = made(tmp_path / "航道.gpkg", frame)
    assert survey(named, fairway, HERITAGE).dataset is fairway


def test_fewer_columns_of_a_data_set_are_no_evidence(tmp_path):
    """Two columns fit both; that one of them has a third column says nothing."""
    short = dataset(
        "short", "林地审批", *WATER.fields[:1], *WATER.fields[2:], key=("name",)
    )
    more = [field(f"more{i}", f"另一列{i}") for i in range(3)]
    wide = dataset("wide", "用地审批", *short.fields, *more, key=("name",))
    other = dataset("other", "楼栋", field("id", "楼号"), *short.fields, key=("id",))
    frame = layer_of(["一级"])[["名称", "批复日期", "geometry"]]
    path = made(tmp_path / "a.gpkg", frame)
    found = survey(path, short, wide, other)
    assert found.dataset is None
    assert [s.value for s in found.report.suggestions] == ["short", "wide"]
    named = made(tmp_path / "用地审批.gpkg", frame)
    assert survey(named, short, wide, other).dataset is wide


def test_values_that_tell_lift_few_columns(tmp_path):
    columns = {"统一社会信用代码": USCC, "委托方代码": USCC, "类别": "重点"}
    extra = {f"其他{i}": "x" for i in range(6)}
    frame = gpd.GeoDataFrame(
        {**columns, **extra}, geometry=[shapely.Point(120, 28)], crs=4490, index=[0]
    )
    assert survey(made(tmp_path / "a.gpkg", frame), FIRM).dataset is FIRM
    wrong = frame.assign(统一社会信用代码="甲", 委托方代码="乙", 类别="丙")
    asked = survey(made(tmp_path / "b.gpkg", wrong), FIRM)
    assert asked.dataset is None
    assert "3 列取值不符" in asked.report.candidates[0].reasons[1]
    assert "firm" in {s.value for s in asked.report.suggestions if s.key == "dataset"}


def test_wrong_headers_with_right_values_are_asked_with_what_they_could_be(tmp_path):
    frame = gpd.GeoDataFrame(
        {"许可证编": ["甲1"], "单位码": [USCC], "F3": ["重点"]},
        geometry=[shapely.Point(120, 28)],
        crs=4490,
    )
    found = survey(made(tmp_path / "a.gpkg", frame), FIRM)
    assert found.dataset is None
    assert found.report.rows_used == 1
    told = {s.name: s.value for s in found.report.suggestions if s.key == "columns"}
    assert told["许可证编"] == "no"
    assert told["F3"] == "kind"
    assert "uscc" in told["单位码"]


def test_a_layer_of_shapes_alone_is_asked(tmp_path):
    frame = layer_of(["一级"])[["geometry"]]
    found = survey(made(tmp_path / "a.gpkg", frame), WATER)
    assert found.dataset is None
    assert "图层只有图形，没有属性列" in found.report.problems[0].what
    assert found.report.rows_used == 1


def test_columns_hidden_in_the_web_page_of_a_kml_are_told(tmp_path):
    table = "<table><tr><td>级别</td><td>一级</td></tr></table>"
    frame = layer_of(["一级"])[["geometry"]].assign(Name="甲", Description=table)
    found = survey(made(tmp_path / "a.kml", frame), FIRM)
    assert found.dataset is None
    assert "没有展开成列" in found.report.problems[0].what


@pytest.mark.parametrize("name", ["a.gpkg", "gbk.shp", "a.fgb"])
def test_an_empty_layer_is_told_by_its_columns_alone(tmp_path, name):
    path = made(tmp_path / name, layer_of(["一级"]).iloc[:0])
    found = survey(path, WATER, FIRM)
    assert found.dataset is WATER
    assert found.report.rows_read == 0
    assert len(reasons_of(found)["water"].split("；")) == 1


def test_each_layer_of_a_file_is_told_by_its_own_values(tmp_path):
    path = tmp_path / "a.gpkg"
    write(path, layer_of(["一级"]), layer="甲")
    write(path, layer_of(["二级"]).assign(名称="乙"), layer="乙", append=True)
    found = survey(path, HERITAGE, WATER)
    assert found.dataset is WATER
    assert found.frame["_sheet"].tolist() == ["甲", "乙"]
    write(path, layer_of(["省级"]).assign(名称="丙"), layer="丙", append=True)
    asked = survey(path, HERITAGE, WATER)
    assert asked.dataset is None
    told = {(s.name, s.value) for s in asked.report.suggestions}
    assert told == {("甲", "water"), ("乙", "water"), ("丙", "heritage")}
    wanted = read_vector(path, {"water": WATER, "heritage": HERITAGE}, wanted="water")
    assert wanted.frame["_sheet"].tolist() == ["甲", "乙"]
    assert ("未读取的图层", "丙") in {
        (i.what, i.value) for i in wanted.report.inferences
    }


def test_only_the_first_features_are_weighed_and_all_are_read(tmp_path):
    path = made(tmp_path / "a.gpkg", layer_of(["一级"] * 200 + ["省级"] * 200))
    found = survey(path, HERITAGE, WATER)
    assert found.dataset is WATER
    assert found.report.rows_used == 400


def test_a_data_set_that_is_told_is_not_weighed(tmp_path):
    path = made(tmp_path / "a.gpkg", layer_of(["省级"]))
    both = {"water": WATER, "heritage": HERITAGE}
    found = balanced(read_vector(path, both, wanted="water"))
    assert found.dataset is WATER
    assert found.report.candidates == ()
