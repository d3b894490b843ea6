"""leads.parquet is GeoParquet as other programs expect it."""

import json

import pyarrow.parquet as pq
import pytest

from tests.report.builders import POINT, make_lead, write

AREA = {
    "type": "Polygon",
    "coordinates": [[[119.0, 30.0], [119.1, 30.0], [119.1, 30.1], [119.0, 30.0]]],
}


def told(tmp_path, *geometries):
    leads = [make_lead(i, geometry=g) for i, g in enumerate(geometries, 1)]
    table = pq.read_table(write(tmp_path / "out", leads=leads) / "leads.parquet")
    return table, json.loads(table.schema.metadata[b"geo"])


def test_it_names_its_system_its_kinds_and_its_bounds(tmp_path):
    table, geo = told(tmp_path, POINT, AREA, None)
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert column["encoding"] == "WKB"
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4490}
    assert column["crs"]["type"] == "GeographicCRS"
    assert column["geometry_types"] == ["Point", "Polygon"]
    west, south, east, north = column["bbox"]
    assert (west, south) <= (119.0, 30.0)
    assert (east, north) >= (119.1, 30.1)
    assert set(column["covering"]["bbox"]) == {"xmin", "ymin", "xmax", "ymax"}
    assert table["bbox"][2].as_py() is None or table["geometry"][2].as_py() is None


@pytest.mark.parametrize("geometries", [(), (None,)])
def test_leads_without_a_place_are_valid_too(tmp_path, geometries):
    table, geo = told(tmp_path, *geometries)
    assert table.num_rows == len(geometries)
    assert geo["columns"]["geometry"]["crs"]["id"]["code"] == 4490
