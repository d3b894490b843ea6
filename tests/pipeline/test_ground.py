"""Two editions of a zone, from the files to what a reader is shown."""

import hashlib

import geopandas as gpd
import pyogrio
import pytest
import shapely
import yaml

from pil_discovery.pipeline.flow import scan
from pil_discovery.pipeline.results import explain_lead
from tests.pipeline.test_bad_geometry import EAST, MODEL, NORTH

TITLE = "示例水库"
SQL = """
SELECT p.patch_no, p.geometry, '图斑' || p.patch_no AS subject_name,
       (SELECT list(c.overlap ORDER BY c.right_id) FROM cut c WHERE c.left_id = p._id)
           AS overlap,
       (SELECT list(c.right_id ORDER BY c.right_id) FROM cut c WHERE c.left_id = p._id)
           AS zone_rows,
       EXISTS (SELECT 1 FROM cut c WHERE c.left_id = p._id AND c.area_m2 > 0) AS hit
FROM pbf p
"""


def square(east, size):
    return shapely.box(EAST + east, NORTH, EAST + east + size, NORTH + size)


def write(path, shapes, **columns):
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=4549)
    pyogrio.write_dataframe(frame, path)


@pytest.fixture
def out(tmp_path):
    """A scan of three patches: in the new edition, in the old one, in both."""
    folder = tmp_path / "区"
    folder.mkdir()
    patches = [square(0, 50), square(1000, 50), square(2000, 50)]
    write(folder / "图斑.gpkg", patches, 图斑编号=["甲1", "甲2", "甲3"])
    for name, places in (("新", (0, 2000)), ("旧", (1000, 2000))):
        zones = [square(east - 100, 300) for east in places]
        levels = ["一级", "二级"]
        names = [f"{name}{TITLE}"] * 2
        write(folder / f"{name}保护区.gpkg", zones, 名称=names, 级别=levels)
    zone = {"dataset": "water_zone", "issuer": "示例局", "scale": 10000}
    settings = {
        "name": "示例",
        "as_of": "2026-09-30",
        "jurisdiction": "990302",
        "office": {"name": "示例区人民检察院"},
        "records": [],
        "layers": [
            {"dataset": "pbf", "file": "图斑.gpkg"},
            {**zone, "file": "新保护区.gpkg", "valid_from": "2018-05-21"},
            {
                **zone,
                "file": "旧保护区.gpkg",
                "valid_from": "2010-01-01",
                "valid_to": "2018-05-20",
            },
        ],
        "models": ["本地"],
    }
    model = {**MODEL, "population": {"key": ["patch_no"], "sql": SQL}}
    model["records"] = {
        "pbf": {"patch_no": "patch_no"},
        "water_zone": {"_id": "zone_rows"},
    }
    path = folder / "本地" / "environment" / "patch-in-zone.yaml"
    path.parent.mkdir(parents=True)
    for place, value in ((folder / "pil.yaml", settings), (path, model)):
        text = yaml.safe_dump(value, allow_unicode=True)
        place.write_text(text, encoding="utf-8")
    found = scan(folder)
    found.write(tmp_path / "out")
    return folder, found, tmp_path / "out"


def test_only_the_edition_in_force_counts_and_both_are_named(out):
    folder, found, path = out
    hits = {f.key["patch_no"]: f for f in found.findings if f.state == "hit"}
    assert sorted(hits) == ["甲1", "甲3"]
    assert [o.left_out for o in hits["甲1"].overlaps] == [()]
    (both,) = hits["甲3"].overlaps
    assert both.left_out == ("2010-01-01至2018-05-20（已失效）",)
    assert str(both.valid_from) == "2018-05-21"
    edition = next(v for v in hits["甲3"].layers if v.dataset == "water_zone")
    digest = hashlib.sha256((folder / "新保护区.gpkg").read_bytes()).hexdigest()
    assert (edition.file, edition.sha256) == ("新保护区.gpkg", digest)
    (run,) = found.run["models"]
    assert any("2 处相交的范围在事实发生日不在有效期内" in n for n in run["notes"])
    assert run["counts"]["clear"] == 1

    ground = gpd.read_file(path / "leads.gpkg", layer="overlaps")
    assert sorted(ground["finding_id"]) == sorted(f.finding_id for f in hits.values())
    assert (ground["validity"] == "in_force").all()
    lead = next(x for x in found.leads if "甲3" in x.title_zh)
    told = "\n".join(explain_lead(path, lead.lead_id, workspace=folder).lines())
    assert "【空间比对】" in told
    assert "在2026-09-30有效（2018-05-21至今）" in told
    assert "未计入的范围 2010-01-01至2018-05-20（已失效）" in told
    assert f"SHA-256 {digest}" in told
