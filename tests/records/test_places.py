import pytest

from pil_discovery.records import read_table
from pil_discovery.records.places import read_coordinate
from tests.records.data import CATALOGUE, csv_file, workbook


def places(folder, head, row):
    table = read_table(csv_file(folder, f"编号,场名,{head}\nF-1,甲,{row}\n"), CATALOGUE)
    return table, table.frame[["_x", "_y"]].iloc[0].tolist()


@pytest.mark.parametrize(
    ("head", "row", "xy"),
    [
        ("经度,纬度", "120.5,28.1", [120.5, 28.1]),
        ("纬度,经度", "28.1,120.5", [120.5, 28.1]),
        ("lon,lat", "120.5,28.1", [120.5, 28.1]),
        ("东坐标,北坐标", "500100.5,3100200", [500100.5, 3100200.0]),
        ("横坐标(m),纵坐标(m)", "40500100,3100200", [40500100.0, 3100200.0]),
        ("X坐标,Y坐标", "500100.5,3100200", [500100.5, 3100200.0]),
        ("x,y", "120.5,28.1", [120.5, 28.1]),
    ],
)
def test_names_of_coordinate_columns(tmp_path, head, row, xy):
    assert places(tmp_path, head, row)[1] == xy


def test_survey_x_points_north(tmp_path):
    table, xy = places(tmp_path, "X坐标,Y坐标", "3100200,40500100")
    assert xy == [40500100.0, 3100200.0]
    assert any("坐标列按数值交换" in i.what for i in table.report.inferences)


def test_what_cannot_be_told_apart_is_listed(tmp_path):
    table, xy = places(tmp_path, "X坐标,Y坐标", "12,15")
    assert [v != v for v in xy] == [True, True]  # noqa: PLR0124 - NaN
    assert table.quarantine["reason_class"].tolist() == ["crs"]


def test_an_unreadable_coordinate_is_a_cell(tmp_path):
    table, _ = places(tmp_path, "经度,纬度", "东边,28.1")
    assert table.quarantine["column"].tolist() == ["经度"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("120°30′36″", 120.51),
        ("东经120度30分36秒", 120.51),
        ("28°6'E", 28.1),
        ("120.5", 120.5),
        ("", None),
        ("x", None),
    ],
)
def test_degrees_minutes_seconds(cell, value):
    assert read_coordinate(cell) == (value if value is None else pytest.approx(value))


def test_a_data_set_without_a_place_has_no_coordinates(tmp_path):
    path = csv_file(tmp_path, "合同编号,受让人,经度,纬度\nHT-1,甲,120,28\n")
    assert "_x" not in read_table(path, CATALOGUE).frame


def test_an_empty_cell_of_a_workbook_is_no_unreadable_coordinate(tmp_path):
    rows = [["编号", "场名", "经度", "纬度"], ["F-1", "甲", "120.5", "28.1"]]
    rows.append(["F-2", "乙", None, None])
    table = read_table(workbook(tmp_path, {"a": rows}), CATALOGUE)
    assert table.frame["_x"].isna().tolist() == [False, True]
    assert table.quarantine.empty


@pytest.mark.parametrize("group", ["坐标", "地理坐标", "中心点坐标", "位置"])
def test_axes_below_a_common_header(tmp_path, group):
    rows = [
        ["编号", "场名", group, None],
        [None, None, "经度(°)", "纬度(°)"],
        ["F-1", "甲", 120.5, 28.1],
    ]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert table.frame[["_x", "_y"]].to_numpy().tolist() == [[120.5, 28.1]]
    assert (table.report.rows_read, table.report.rows_used) == (1, 1)


def test_the_ends_of_a_line_are_not_taken_for_its_place(tmp_path):
    head = "起点 经度,起点 纬度,终点 经度,终点 纬度"
    table = read_table(
        csv_file(tmp_path, f"编号,场名,{head}\nF-1,甲,120.5,28.1,120.6,28.2\n"),
        CATALOGUE,
    )
    assert "_x" not in table.frame
