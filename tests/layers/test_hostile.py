"""GeoPackages whose tables try to reach outside."""

import sqlite3

import pandas as pd
import pyogrio
import pytest

from pil_discovery.errors import ReadError
from pil_discovery.layers import read_vector
from tests.layers.making import (
    DATASETS,
    balanced,
    features,
    square,
    write,
)

WORD = "TOPSECRET"
CONTENTS = (
    "insert into gpkg_contents(table_name, data_type, identifier, srs_id) "
    "values('v', 'features', 'v', 4490)"
)
COLUMNS = "insert into gpkg_geometry_columns values('v','geom','POLYGON',4490,0,0)"


def read(path, **options):
    return balanced(read_vector(path, DATASETS, **{"wanted": "patch", **options}))


def geopackage(path, *statements):
    """Write a sound GeoPackage and let a hostile hand change its tables."""
    write(path, features([square()]), layer="good")
    base = sqlite3.connect(path)
    base.execute("pragma writable_schema = on")
    for statement in (*statements, CONTENTS, COLUMNS):
        base.execute(statement)
    base.commit()
    base.close()
    return path


def view(expression):
    cells = f"fid, geom, {expression} as 图斑编号"
    return f"create view v as select {cells} from good"


def virtual(module):
    quoted = f"CREATE VIRTUAL TABLE v USING {module}".replace("'", "''")
    return (
        "insert into sqlite_master(type, name, tbl_name, rootpage, sql) "
        f"values('table', 'v', 'v', 0, '{quoted}')"
    )


@pytest.fixture
def secret(tmp_path):
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.csv").write_text(f"图斑编号\n{WORD}\n", encoding="utf-8")
    return write(folder / "secret.gpkg", features([square()], 图斑编号=[WORD]))


def test_a_plain_view_is_read(tmp_path, secret):
    path = geopackage(tmp_path / "a.gpkg", view(f"'{WORD}'"))
    assert read(path, layer="v").frame["no"].tolist() == [WORD]


ATTACKS = {
    "other data set": lambda s: virtual(f"VirtualOGR('{s}')"),
    "other format": lambda s: virtual(f"VirtualOGR('CSV:{s.with_suffix('.csv')}')"),
    "csv module": lambda s: virtual(f"csv(filename='{s.with_suffix('.csv')}')"),
    "search module": lambda _: virtual("fts3(geom, x)"),
    "file function": lambda s: view(f"readfile('{s}')"),
    "extension": lambda _: view("load_extension('/tmp/x.so')"),
    "pixel": lambda s: view(f"gdal_get_pixel_value('{s}', 1, 'georef', 120, 28)"),
    "extent": lambda s: view(f"ogr_layer_Extent('{s}')"),
    "network": lambda _: view("ogr_geocode('x')"),
}


@pytest.mark.parametrize("layer", ["v", "good", None])
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_table_of_a_geopackage_reaches_outside(tmp_path, secret, attack, layer):
    path = geopackage(tmp_path / "a.gpkg", ATTACKS[attack](secret))
    before = secret.read_bytes()
    try:
        found = read(path, layer=layer)
    except ReadError as error:
        told = str(error)
        assert str(tmp_path) not in told
    else:
        told = found.frame.astype(str).to_csv() + found.quarantine.to_csv()
    assert WORD not in told
    assert secret.read_bytes() == before


def test_a_view_that_fails_half_way_is_refused_not_read_as_empty(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", view("abs(-9223372036854775808)"))
    with pytest.raises(ReadError, match="无法读取（integer overflow）"):
        read(path, layer="v")


def test_a_trigger_changes_nothing(tmp_path):
    path = geopackage(
        tmp_path / "a.gpkg",
        view("1"),
        "create trigger t instead of insert on v begin delete from good; end",
    )
    before = path.read_bytes()
    assert len(read(path, layer="good")) == 1
    assert path.read_bytes() == before


def test_styles_and_tables_beside_the_layer_do_not_matter(tmp_path):
    path = write(tmp_path / "a.gpkg", features([square()]), layer="甲")
    styles = pd.DataFrame({"f_table_name": ["甲"], "styleQML": ["<x/>"]})
    pyogrio.write_dataframe(styles, path, layer="layer_styles", append=True)
    assert read(path).frame["_sheet"].tolist() == ["甲"]
