import geopandas as gpd
import pyogrio
import pytest

from tests.report.builders import POINT, make_lead, write

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


def test_gdal_gets_its_clock_back(tmp_path):
    write(tmp_path / "out")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
