import pytest

from pil_discovery.geo import gcj
from pil_discovery.layers import read_vector
from pil_discovery.pipeline.shifts import suspect_shifts
from tests.geo.test_shift import drawn, patches
from tests.layers.making import DATASETS, features, write


@pytest.fixture
def layer(tmp_path):
    def read(name, shapes, **options):
        path = write(tmp_path / name, features(list(shapes), 4326))
        return read_vector(path, DATASETS, wanted="patch", **options)

    return read


def test_the_shifted_layer_is_named_with_what_to_write(layer):
    right = layer("规划.gpkg", patches())
    shifted = layer("图斑.gpkg", drawn(patches(), gcj.wgs84_to_gcj02))
    (problem,) = suspect_shifts([right, shifted])
    assert problem.file == "图斑.gpkg"
    assert "与“规划.gpkg”共有的 200 个要素" in problem.what
    assert "正好是 GCJ-02 的偏移" in problem.what
    assert "crs: GCJ-02" in problem.remedy
    assert "不自行换算" in problem.remedy
    assert suspect_shifts([shifted, right]) == [problem]


def test_once_declared_nothing_is_suspected(layer):
    right = layer("规划.gpkg", patches())
    shifted = drawn(patches(), gcj.wgs84_to_gcj02)
    assert suspect_shifts([right, layer("图斑.gpkg", shifted, crs="GCJ-02")]) == []


def test_a_wrong_declaration_is_asked_about(layer):
    right = layer("规划.gpkg", patches())
    wrong = layer("图斑.gpkg", patches(), crs="GCJ-02")
    (problem,) = suspect_shifts([right, wrong])
    assert "“图斑.gpkg”写明 GCJ-02，也可能是它写错" in problem.remedy


def test_the_best_reference_counts_and_far_or_empty_layers_do_not(layer):
    shifted = layer("图斑.gpkg", drawn(patches(), gcj.wgs84_to_gcj02))
    some = layer("部分.gpkg", patches()[:60])
    whole = layer("规划.gpkg", patches())
    far = layer("远.gpkg", patches(west=110.0))
    none = layer("空.gpkg", [None])
    (problem,) = suspect_shifts([some, shifted, far, none, whole])
    assert problem.file == "图斑.gpkg"
    assert "规划.gpkg" in problem.what
    assert suspect_shifts([]) == suspect_shifts([whole]) == []


def test_only_layers_of_one_kind_are_compared(layer):
    shifted = drawn(patches(), gcj.wgs84_to_gcj02)
    lines = [shape.boundary for shape in shifted]
    right = layer("规划.gpkg", patches())
    assert suspect_shifts([right, layer("线.gpkg", lines)]) == []


def test_of_large_layers_a_sample_is_looked_for(layer, monkeypatch):
    monkeypatch.setattr("pil_discovery.geo.shift.SAMPLE", 40)
    monkeypatch.setattr("pil_discovery.pipeline.shifts.SAMPLE", 40)
    right = layer("规划.gpkg", patches())
    shifted = layer("图斑.gpkg", drawn(patches(), gcj.wgs84_to_gcj02))
    (problem,) = suspect_shifts([right, shifted])
    assert problem.file == "图斑.gpkg"
    assert "抽查的 40 个要素中共有的 40 个" in problem.what
