import re

import numpy as np
import pandas as pd
import pytest
import shapely

from pil_discovery.catalog import load_catalog
from pil_discovery.errors import WorkspaceError
from pil_discovery.geo.area import area_m2
from pil_discovery.geo.crs import safe_transform
from pil_discovery.layers import read_vector
from pil_discovery.pipeline.reading import gather, open_workspace
from tests.layers.making import (
    BOW_TIE,
    DATASETS,
    balanced,
    features,
    reasons,
    square,
    write,
)

TWICE = shapely.MultiPolygon([square(), square(120.0005)])
LINE = shapely.LineString([(120, 28), (121, 28)])


def read(path, **options):
    return balanced(read_vector(path, DATASETS, **{"wanted": "patch", **options}))


def test_nothing_is_repaired_unless_it_is_asked_for(tmp_path):
    found = read(write(tmp_path / "a.gpkg", features([square(), BOW_TIE])))
    assert len(found) == 1
    assert reasons(found) == ["geometry_invalid"]
    assert "不自动修复" in found.quarantine["remedy"].iloc[0]


def test_a_repaired_geometry_is_used_and_listed_with_its_areas(tmp_path):
    rows = features([square(), BOW_TIE, TWICE, LINE, None])
    found = read(write(tmp_path / "a.gpkg", rows), repair=True)
    assert found.frame["no"].tolist() == ["甲1", "甲2"]
    assert found.frame.geometry.is_valid.all()
    listed = found.quarantine.set_index("row")
    assert listed["scope"].to_dict() == {2: "cell", 3: "row", 4: "row", 5: "row"}
    assert listed["column"].loc[2] == "geometry"
    reason = listed["reason"].loc[2]
    assert reason.startswith("图形已按要求修复：原因是边界自相交")
    before, after, more = (float(n) for n in re.findall(r"([-+]?[\d.]+) m²", reason))
    assert before < 50_000 < after
    assert after == pytest.approx(area_m2(found.frame.geometry[1:])[0], abs=0.01)
    assert more == pytest.approx(after - before, abs=0.011)
    assert "未修复：不同的修复方法所得图形不一致；修复前面积" in listed["reason"].loc[3]
    note = next(i for i in found.report.inferences if i.what == "图形修复")
    assert note.value == "无效图形 2 个，修复 1 个"


def test_valid_features_are_the_same_with_and_without_repair(tmp_path):
    path = write(tmp_path / "a.gpkg", features([square(), square(121)]))
    one, two = read(path), read(path, repair=True)
    pd.testing.assert_frame_equal(pd.DataFrame(one.frame), pd.DataFrame(two.frame))
    assert one.report == two.report


def test_a_repair_in_a_plane_is_measured_in_degrees(tmp_path):
    plane = safe_transform(np.array([BOW_TIE], dtype=object), 4490, 4549)
    found = read(write(tmp_path / "a.gpkg", features(list(plane), 4549)), repair=True)
    straight = read(write(tmp_path / "b.gpkg", features([BOW_TIE])), repair=True)
    assert area_m2(found.frame)[0] == pytest.approx(area_m2(straight.frame)[0])


def test_numbers_that_are_none_are_never_repaired(tmp_path):
    bad = shapely.transform(BOW_TIE, lambda xy: np.where(xy == 120.1, np.inf, xy))
    found = read(write(tmp_path / "a.fgb", features([square(), bad])), repair=True)
    assert found.frame["no"].tolist() == ["甲1"]
    assert reasons(found) == ["geometry_invalid"]


WORKSPACE = """
name: 示例
as_of: "2024-06-30"
jurisdiction: "330300"
office: {{name: 示例市人民检察院, short: 示检}}
layers:
  - {{dataset: lulc_patch, file: a.gpkg, repair: {repair}}}
"""


def test_the_workspace_says_whether_to_repair(tmp_path):
    write(tmp_path / "a.gpkg", features([BOW_TIE], 地类编码=["0101"]))
    for repair, count in (("true", 1), ("false", 0)):
        (tmp_path / "pil.yaml").write_text(WORKSPACE.format(repair=repair), "utf-8")
        materials, problems = gather(open_workspace(tmp_path), load_catalog())
        assert not problems
        assert len(materials.frames["lulc_patch"]) == count
        assert materials.quarantine["reason_class"].tolist() == ["geometry_invalid"]
    (tmp_path / "pil.yaml").write_text(WORKSPACE.format(repair="也许"), "utf-8")
    with pytest.raises(WorkspaceError, match="repair"):
        open_workspace(tmp_path)
