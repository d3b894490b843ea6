"""Areas of a layer against its shapes, and against a second column of the same."""

import pytest

from pil_discovery.geo.area import area_m2
from pil_discovery.layers import read_vector
from tests.layers.making import DATASETS, balanced, features, square, write

MU = 2000 / 3
SQUARES = [square(120 + i / 100, size=0.001 * (i + 1)) for i in range(4)]
AREAS = area_m2(SQUARES)


def read(path, **options):
    return balanced(read_vector(path, DATASETS, wanted="patch", **options))


def questions(found):
    return {(s.key, s.name): s.value for s in found.report.suggestions if s.asks}


def layer(tmp_path, **columns):
    return write(tmp_path / "a.gpkg", features(SQUARES, **columns))


def test_areas_that_are_those_of_the_shapes_are_taken(tmp_path):
    found = read(layer(tmp_path, 面积=AREAS.round(2)))
    assert found.frame["area_m2"].tolist() == AREAS.round(2).tolist()
    assert questions(found) == {}
    assert "_drawn_m2" not in found.frame


@pytest.mark.parametrize(("unit", "size"), [("亩", MU), ("公顷", 10_000)])
def test_areas_of_another_unit_are_missing_until_it_is_told(tmp_path, unit, size):
    path = layer(tmp_path, 面积=AREAS / size)
    found = read(path)
    assert found.frame["area_m2"].isna().all()
    assert questions(found) == {("units", "area_m2"): unit}
    assert set(found.quarantine["reason_class"]) == {"unit"}
    assert "应与图形的椭球面积相等" in found.quarantine["reason"].iloc[0]
    told = read(path, units={"area_m2": unit})
    assert told.frame["area_m2"].tolist() == pytest.approx(AREAS.tolist())
    assert questions(told) == {}


def test_a_declared_unit_that_the_shapes_contradict_is_asked_and_kept(tmp_path):
    found = read(layer(tmp_path, **{"面积(亩)": AREAS}))
    assert found.frame["area_m2"].tolist() == pytest.approx((AREAS * MU).tolist())
    assert questions(found) == {("units", "area_m2"): "平方米"}


def test_areas_that_no_unit_explains_are_kept(tmp_path):
    found = read(layer(tmp_path, 面积=[1.0, 2.0, 3.0, 4.0]))
    assert found.frame["area_m2"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert questions(found) == {}


def test_shapes_that_leave_are_not_measured(tmp_path):
    shapes = [None, *SQUARES]
    path = write(tmp_path / "a.gpkg", features(shapes, 面积=[1.0, *(AREAS / MU)]))
    found = read(path)
    assert questions(found) == {("units", "area_m2"): "亩"}
    assert found.report.rows_used == 4


def test_a_second_column_of_the_same_quantity_is_compared(tmp_path):
    second = {"面积(亩)": AREAS.round(2), "面积": AREAS.round(2)}
    found = read(layer(tmp_path, **second))
    (what,) = [i.what for i in found.report.inferences if "写在两列" in i.what]
    assert "4 行中有 4 行不符" in what
    assert questions(found)
    same = {"面积(亩)": AREAS / MU, "面积": AREAS}
    assert questions(read(layer(tmp_path, **same))) == {}


def test_the_workspace_settles_which_of_two_columns_counts(tmp_path):
    path = layer(tmp_path, **{"面积(亩)": AREAS.round(2), "面积": AREAS.round(2)})
    found = read(path, columns={"面积": "area_m2"})
    assert found.frame["area_m2"].tolist() == AREAS.round(2).tolist()
    assert questions(found) == {}
