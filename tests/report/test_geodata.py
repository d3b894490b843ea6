from decimal import Decimal
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest

from pil_discovery.types import LayerVersion, Overlap
from tests.report.builders import POINT, make_finding, make_lead, write

AREA = {
    "type": "Polygon",
    "coordinates": [[[119.0, 30.0], [119.1, 30.0], [119.1, 30.1], [119.0, 30.0]]],
}


def read_both(out):
    return (
        gpd.read_file(out / "leads.gpkg", layer="leads"),
        gpd.read_parquet(out / "leads.parquet"),
    )


@pytest.mark.parametrize(
    "geometries",
    [[POINT, None], [AREA, None], [AREA, POINT, None], [None, None], []],
)
def test_every_lead_survives_with_or_without_a_place(tmp_path, geometries):
    leads = [make_lead(i, geometry=g) for i, g in enumerate(geometries, 1)]
    for frame in read_both(write(tmp_path / "out", leads=leads)):
        assert len(frame) == len(leads)
        assert frame.crs.to_epsg() == 4490
        assert list(frame["lead_id"]) == [lead.lead_id for lead in leads]
        assert list(frame.geometry.isna()) == [g is None for g in geometries]


def test_attributes_are_those_of_the_lead(tmp_path):
    for frame in read_both(write(tmp_path / "out")):
        [lead] = frame.to_dict("records")
        assert lead["score"] == 17.68
        assert lead["certainty"] == 0.5
        assert lead["title_zh"].endswith("（待核查）")
        assert lead["subject_code"] == "919903020000000012"


def test_the_layer_brings_its_style(tmp_path):
    out = write(tmp_path / "out", leads=[make_lead(geometry=AREA)])
    style = pyogrio.read_dataframe(out / "leads.gpkg", layer="layer_styles")
    [row] = style.to_dict("records")
    assert row["f_table_name"] == "leads"
    assert 'attr="score"' in row["styleQML"]
    assert "SimpleFill" in row["styleQML"]
    named = ET.fromstring(row["styleQML"]).findall("aliases/alias")  # noqa: S314
    columns = gpd.read_parquet(out / "leads.parquet").columns.drop("geometry")
    assert [alias.get("field") for alias in named] == list(columns)
    assert {a.get("name") for a in named} >= {"得分", "叠加面积（平方米）"}


def test_gdal_gets_its_clock_back(tmp_path):
    write(tmp_path / "out")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def overlap(**changes):
    values = {
        "step": "cut",
        "how": "intersection",
        "area_m2": Decimal("12.50"),
        "share": Decimal("0.5000"),
        "p_overlap": Decimal("0.9800"),
        "left_out": ("2015-01-01至2018-05-20（已失效）",),
        "geometry": AREA,
    }
    return Overlap(**{**values, **changes})


def test_the_ground_of_each_finding_is_a_layer_of_its_own(tmp_path):
    edition = LayerVersion(dataset="pbf", file="基本农田.shp", sha256="0" * 64)
    findings = [
        make_finding(
            1, overlaps=(overlap(), overlap(geometry=None)), layers=(edition,)
        ),
        make_finding(2),
    ]
    leads = [
        make_lead(1),
        make_lead(2),
        make_lead(3, kind="class", members=(f"{1:024x}",), findings=(f"{1:024x}",)),
    ]
    out = write(tmp_path / "out", findings=findings, leads=leads)
    ground = gpd.read_file(out / "leads.gpkg", layer="overlaps")
    assert ground.crs.to_epsg() == 4490
    assert ground["finding_id"].tolist() == [f"{1:024x}"] * 2
    assert ground["area_m2"].tolist() == [12.5, 12.5]
    assert ground["area_low_m2"].isna().all()
    assert ground["left_out"].iloc[0] == "2015-01-01至2018-05-20（已失效）"
    assert "基本农田.shp" in ground["layers"].iloc[0]
    assert ground.geometry.isna().tolist() == [False, True]
    again = write(tmp_path / "again", findings=findings, leads=leads)
    assert (out / "leads.gpkg").read_bytes() == (again / "leads.gpkg").read_bytes()


def test_a_lead_tells_the_largest_ground_of_its_findings(tmp_path):
    small = overlap(area_low_m2=Decimal(9), area_high_m2=Decimal("13.50"))
    large = overlap(area_m2=Decimal(80), area_low_m2=None, p_overlap=Decimal(1))
    findings = [
        make_finding(1, overlaps=(small,)),
        make_finding(2, overlaps=(small, large)),
        make_finding(3, overlaps=(overlap(area_m2=None, how="within"),)),
        make_finding(4),
    ]
    leads = [make_lead(i) for i in range(1, 5)]
    both = tuple(f"{i:024x}" for i in (1, 2))
    leads.append(make_lead(5, kind="class", members=both, findings=both))
    for frame in read_both(
        write(tmp_path / "out", findings=findings, leads=leads),
    ):
        got = frame[["overlap_area_m2", "overlap_low_m2", "overlap_high_m2"]]
        assert got.fillna(-1).to_numpy().tolist() == [
            [12.5, 9, 13.5], [80, -1, -1], [-1, -1, -1], [-1, -1, -1], [80, -1, -1],
        ]  # fmt: skip
        assert frame["overlap_p"].fillna(-1).tolist() == [0.98, 1, 0.98, -1, 1]


def test_without_overlaps_there_is_no_such_layer(tmp_path):
    out = write(tmp_path / "out")
    assert "overlaps" not in pyogrio.list_layers(out / "leads.gpkg")[:, 0]
