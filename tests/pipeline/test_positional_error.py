"""A workspace's map scale becomes a positional error of its features."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pil_discovery.catalog import load_catalog
from pil_discovery.pipeline.reading import gather, open_workspace

WORKSPACE = """name: 试
as_of: "2026-09-30"
jurisdiction: "990302"
office: {{name: 示例区人民检察院, short: 示检}}
records: []
layers:
  - {{file: a.gpkg, dataset: lulc_patch, {facts}}}
images: []
"""


@pytest.mark.parametrize(
    ("facts", "sigma"),
    [
        ("scale: 10000", 5.0),
        ("scale: 10000, sigma_m: 0.3", 0.3),
        ("scale: 90000", None),
    ],
)
def test_the_scale_of_a_layer(tmp_path, facts, sigma):
    rows = {"编号": ["甲1"], "地类编码": ["0101"]}
    shape = shapely.box(120, 28, 120.01, 28.01)
    frame = gpd.GeoDataFrame(rows, geometry=[shape], crs=4490)
    frame.to_file(tmp_path / "a.gpkg")
    text = WORKSPACE.format(facts=facts)
    (tmp_path / "pil.yaml").write_text(text, encoding="utf-8")
    found, problems = gather(open_workspace(tmp_path), load_catalog())
    assert not problems
    (got,) = found.frames["lulc_patch"]["_sigma_m"]
    assert np.isnan(got) if sigma is None else got == sigma
