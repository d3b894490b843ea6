import hashlib
import shutil
import subprocess

import pytest

from pil_discovery.errors import PilError, ReadError
from pil_discovery.layers import read_vector, sha256_of
from pil_discovery.layers.files import open_picture, open_vector
from tests.layers.making import (
    DATASETS,
    SHARED,
    balanced,
    features,
    geojson,
    polygon,
    square,
    write,
)

VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)


def read(path, **options):
    return read_vector(path, DATASETS, wanted="patch", **options)


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.fgb", "a.json"])
@pytest.mark.parametrize(
    "content",
    ["", VRT.format("secret.gpkg"), "图斑编号,WKT\n甲,POINT(1 1)\n", "\0" * 99],
)
def test_content_must_be_what_the_name_says(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ReadError, match="重新导出"):
        read(tmp_path / name)


def test_a_pipeline_named_geojson_is_refused(tmp_path):
    secret = write(tmp_path / "secret.gpkg", features([square()]))
    command = f"gdal vector pipeline ! read {secret}"
    path = tmp_path / "a.geojson"
    geojson(path, type="gdal_streamed_alg", command_line=command)
    with pytest.raises(ReadError, match="不是 FeatureCollection"):
        read(path)


@pytest.mark.parametrize(
    "word",
    [VRT, {"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! …"}],
)
@pytest.mark.parametrize("shapes", [[], [polygon()]])
def test_no_word_inside_a_geojson_starts_anything(tmp_path, word, shapes):
    secret = write(tmp_path / "secret.gpkg", features([square()], 图斑编号=["密"]))
    told = word.format(secret) if isinstance(word, str) else word
    found = read(geojson(tmp_path / "a.geojson", *shapes, x=told, name="甲层"))
    assert found.provenance.layer == "甲层"
    assert found.report.rows_read == len(shapes)


def test_sqlite_that_is_no_geopackage_is_refused(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\x00" + b"\0" * 84)
    with pytest.raises(ReadError, match="内容却不是 GPKG"):
        read(tmp_path / "a.gpkg")


@pytest.mark.parametrize("end", ["gpkg", "fgb", "shp", "dbf", "shx", "geojson"])
def test_a_cut_file_is_refused_without_its_folder(tmp_path, end):
    layer = tmp_path / (f"a.{end}" if end not in ("dbf", "shx") else "a.shp")
    rows = features([square(x) for x in range(100, 130)])
    write(layer, rows.rename(columns={"图斑编号": "no"}))
    path = layer.with_suffix(f".{end}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(ReadError) as caught:
        read(layer)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["a.dxf", "a.mdb", "a", "a.zip", "a.vrt", "a.wp", "a.tab", "a.gml"]
)
def test_other_formats_are_refused_with_a_way_out(tmp_path, name):
    (tmp_path / name).write_text("x")
    with pytest.raises(ReadError, match=r"请导出为 \.gpkg、\.shp"):
        read(tmp_path / name)


@pytest.mark.parametrize(
    "path", ["/vsicurl/http://x/a.gpkg", "/vsizip/a.zip/a.gpkg", "PG:dbname=x"]
)
def test_connections_are_not_opened(path):
    with pytest.raises(ReadError, match="不是本地文件路径"):
        read(type(SHARED)(path))


def test_files_outside_and_links_are_refused(tmp_path):
    root = tmp_path / "工作区"
    (root / "图层").mkdir(parents=True)
    outside = write(tmp_path / "a.gpkg", features([square()]))
    with pytest.raises(ReadError, match="不在工作区之内"):
        read(outside, root=root)
    (root / "a.gpkg").symlink_to(outside)
    with pytest.raises(ReadError, match=r"a\.gpkg：文件或所在文件夹是链接"):
        read(root / "a.gpkg", root=root)
    shutil.copy(outside, root / "图层/a.gpkg")
    (root / "别名").symlink_to(root / "图层")
    with pytest.raises(ReadError, match="链接"):
        read(root / "别名/a.gpkg", root=root)
    assert read(root / "图层/a.gpkg", root=root).sources[0].file == "图层/a.gpkg"
    with pytest.raises(ReadError, match=r"图层/b\.gpkg：文件不存在"):
        read(root / "图层/b.gpkg", root=root)
    with pytest.raises(ReadError, match="不是普通文件"):
        read(root / "图层", root=root)


def test_the_hash_is_that_of_sha256sum(tmp_path):
    path = write(tmp_path / "a.gpkg", features([square()]))
    assert sha256_of(path) == hashlib.sha256(path.read_bytes()).hexdigest()
    if shutil.which("sha256sum"):
        said = subprocess.run(["sha256sum", path], capture_output=True, check=True)
        assert said.stdout.decode().split()[0] == sha256_of(path)
    assert open_vector(path).parts == ()


def test_a_shapefile_with_two_tables_is_refused(tmp_path):
    path = write(tmp_path / "a.shp", features([square()]), encoding="GB18030")
    shutil.copy(path.with_suffix(".dbf"), tmp_path / "a.DBF")
    if len(list(tmp_path.iterdir())) < 6:
        pytest.skip("this file system knows no case")
    with pytest.raises(ReadError, match=r"只差大小写的 \.dbf"):
        read(path)


def test_a_picture_is_told_by_its_bytes(tmp_path):
    (tmp_path / "a.tif").write_bytes(b"\x89PNG")
    with pytest.raises(ReadError, match="不是 GeoTIFF"):
        open_picture(tmp_path / "a.tif")


def test_bad_geojson_is_read_or_refused_in_words():
    folder = SHARED / "badinputs/geojsonhint-bad/test/data"
    files = sorted(folder.rglob("*.geojson")) + sorted(folder.rglob("*.json"))
    if not files:
        pytest.skip("no shared data")
    refused = 0
    for path in files:
        try:
            balanced(read(path))
        except PilError:
            refused += 1
    assert refused > 0
