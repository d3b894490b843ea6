import hashlib
import shutil

import pandas as pd
import pytest

from pil_discovery.errors import ReadError
from pil_discovery.layers import read_vector
from pil_discovery.layers.files import open_vector
from tests.layers.making import (
    BOW_TIE,
    DATASETS,
    balanced,
    features,
    metres,
    reasons,
    square,
    write,
)


def read(path, **options):
    return balanced(read_vector(path, DATASETS, **{"wanted": "patch", **options}))


def geodatabase(path, **layers):
    for i, (name, frame) in enumerate(layers.items()):
        write(path, frame, driver="OpenFileGDB", layer=name, append=i > 0)
    return path


def test_the_layers_of_a_geodatabase_are_read(tmp_path):
    path = geodatabase(
        tmp_path / "库.gdb",
        东区=features([square(), BOW_TIE], 面积=[1.5, 2.0]),
        西区=features(
            [metres(40_500_000)],
            4528,
            图斑编号=["乙1"],
            面积=[2.0],
            发现日期=pd.to_datetime(["2024-03-01"]).astype("datetime64[ms]"),
        ),
    )
    found = read(path)
    assert found.frame["no"].tolist() == ["甲1", "乙1"]
    assert found.frame["_sheet"].tolist() == ["东区", "西区"]
    assert set(found.frame["_source"]) == {"库.gdb"}
    assert found.frame["found"].iloc[1] == pd.Timestamp("2024-03-01")
    assert reasons(found) == ["geometry_invalid"]
    assert found.provenance.driver == "OpenFileGDB"
    assert found.provenance.crs_in == "EPSG:4490、EPSG:4528"
    assert read(path, layer="西区").frame["no"].tolist() == ["乙1"]


def test_the_hash_is_that_of_the_listing_and_every_member_is_a_part(tmp_path):
    path = geodatabase(tmp_path / "a.gdb", 甲=features([square()]))
    (path / "_gdb.HOST.1.2.sr.lock").touch()
    (source,) = read(path).sources
    files = sorted(p for p in path.iterdir() if p.suffix != ".lock")
    assert [p.file for p in source.parts] == [f"a.gdb/{p.name}" for p in files]
    digests = [hashlib.sha256(p.read_bytes()).hexdigest() for p in files]
    assert [p.sha256 for p in source.parts] == digests
    lines = [
        f"{p.name} {p.stat().st_size} {d}\n"
        for p, d in zip(files, digests, strict=True)
    ]
    assert source.sha256 == hashlib.sha256("".join(lines).encode()).hexdigest()
    assert source.bytes == sum(p.stat().st_size for p in files)


def test_the_file_name_is_below_the_workspace(tmp_path):
    (tmp_path / "图层").mkdir()
    path = geodatabase(tmp_path / "图层/a.gdb", 甲=features([square()]))
    opened = open_vector(path, tmp_path)
    assert opened.file == "图层/a.gdb"
    assert all(p.file.startswith("图层/a.gdb/") for p in opened.parts)


@pytest.mark.parametrize("name", ["x.shp", "a.csv", "a00000001.vrt", "x.gdbtable"])
def test_foreign_files_in_a_geodatabase_are_refused(tmp_path, name):
    path = geodatabase(tmp_path / "a.gdb", 甲=features([square()]))
    (path / name).write_text("x")
    with pytest.raises(ReadError, match=f"混有其他文件：{name}"):
        read(path)


def test_links_and_folders_in_a_geodatabase_are_refused(tmp_path):
    path = geodatabase(tmp_path / "a.gdb", 甲=features([square()]))
    outside = tmp_path / "a.gdbtable"
    shutil.move(path / "a00000009.gdbtable", outside)
    (path / "a00000009.gdbtable").symlink_to(outside)
    with pytest.raises(ReadError, match="有链接或子文件夹：a00000009"):
        read(path)
    (path / "a00000009.gdbtable").unlink()
    (path / "a00000009.gdbtable").mkdir()
    with pytest.raises(ReadError, match="有链接或子文件夹"):
        read(path)


def test_a_folder_without_catalogue_is_refused(tmp_path):
    path = tmp_path / "a.gdb"
    path.mkdir()
    with pytest.raises(ReadError, match="没有地理数据库的目录表"):
        read(path)
    (path / "a00000001.gdbtable").write_bytes(b"\3" * 40)
    (path / "a00000001.gdbtablx").write_bytes(b"\3" * 40)
    with pytest.raises(ReadError, match="没有地理数据库的目录表"):
        read(path)


def test_a_file_named_gdb_and_a_missing_one_are_refused(tmp_path):
    (tmp_path / "a.gdb").write_text("x")
    for name in ("a.gdb", "b.gdb"):
        with pytest.raises(ReadError, match="或不是文件夹"):
            read(tmp_path / name)


@pytest.mark.parametrize(
    "member",
    [
        "a00000001.gdbtable",
        "a00000004.gdbtable",
        "a00000009.gdbtable",
        "a00000009.gdbtablx",
    ],
)
def test_a_cut_member_is_refused_without_its_folder(tmp_path, member):
    rows = features([square(x) for x in range(100, 130)])
    path = geodatabase(tmp_path / "a.gdb", 甲=rows)
    whole = (path / member).read_bytes()
    (path / member).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ReadError) as caught:
        read(path)
    assert str(tmp_path) not in str(caught.value)


def test_a_table_without_geometry_is_left_alone(tmp_path):
    path = geodatabase(
        tmp_path / "a.gdb",
        甲=features([square()]),
        附表=pd.DataFrame({"图斑编号": ["乙"], "面积": [1.0]}),
    )
    assert read(path).frame["no"].tolist() == ["甲1"]


def test_a_geodatabase_without_layers_is_refused(tmp_path):
    path = geodatabase(tmp_path / "a.gdb", 附表=pd.DataFrame({"图斑编号": ["乙"]}))
    with pytest.raises(ReadError, match="没有带图形的图层"):
        read(path)


def test_a_layer_without_features_is_no_error(tmp_path):
    path = tmp_path / "a.gdb"
    none = features([square()]).iloc[:0]
    write(path, none, driver="OpenFileGDB", layer="甲", geometry_type="MultiPolygon")
    assert len(read(path)) == 0
