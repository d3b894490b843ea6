import io
import json
import sys
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pil_discovery.pipeline.kinds import advice, kind_of

ROWS = "合同编号,受让人\nHT-1,甲\nHT-2,乙\n"


def book(member):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(zipfile.ZipInfo(member), "x")
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("台账.xlsm", b"", "table"),
        ("台账.ET", b"", "table"),
        ("台账.jsonl", b"{}", "table"),
        ("导出.htm", b"<table>", "table"),
        ("红线.kmz", b"", "layer"),
        ("影像.jp2", b"", "picture"),
        ("台账", ROWS.encode("gb18030"), "table"),
        ("台账.202409", ROWS.encode("utf-16"), "table"),
        ("台账.bak", book("xl/workbook.xml"), "table"),
        ("台账.bak", book("content.xml"), "table"),
        ("台账", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "table"),
        ("函.bak", book("word/document.xml"), "foreign"),
        ("说明", "只有一行,没有表".encode(), "foreign"),
        ("说明", "第一行\n第二行\n第三行\n".encode(), "foreign"),
        ("程序", b"a,b\0\nc,d\n", "foreign"),
        ("乱码", b"\xff\xff,\n\xff\xff,\n", "foreign"),
        ("影像", b"II*\x00", "picture"),
        (
            "旧版.xml",
            b"<x xmlns='urn:schemas-microsoft-com:office:spreadsheet'>",
            "table",
        ),
        ("元数据.xml", b"<meta/>", "foreign"),
        ("函.docx", ROWS.encode(), "foreign"),
        ("图.dxf", ROWS.encode(), "foreign"),
        ("空", b"", "foreign"),
    ],
)
def test_a_file_is_what_its_ending_says_or_else_its_first_bytes(
    tmp_path, name, content, kind
):
    path = tmp_path / name
    path.write_bytes(content)
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ([{"合同编号": "HT-1"}], "table"),
        ({"type": "FeatureCollection", "features": []}, "layer"),
        ({"features": [{"x": "y" * 99_999}], "type": "FeatureCollection"}, "layer"),
        ({"type": "Feature", "stac_version": "1.0.0", "assets": {}}, "picture"),
        (
            {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "stac_version": "1.0.0"}],
            },
            "layer",
        ),
        ({"type": "合同", "合同编号": "HT-1"}, "table"),
        ({"geometryType": "esriGeometryPolygon", "features": []}, "layer"),
    ],
)
def test_json_is_told_by_what_it_holds(tmp_path, content, kind):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    assert kind_of(path) == kind


def test_parquet_is_told_by_its_places(tmp_path):
    frame = pd.DataFrame({"primary_column": ["geo", "geometry"]})
    frame.to_parquet(tmp_path / "表.parquet")
    places = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)], crs=4490)
    places.to_parquet(tmp_path / "图.parquet")
    (tmp_path / "坏.parquet").write_bytes(b"PAR1")
    found = {p.name: kind_of(p) for p in sorted(tmp_path.iterdir())}
    assert found == {
        "图.parquet": "layer",
        "坏.parquet": "table",
        "表.parquet": "table",
    }


def test_an_envi_picture_is_told_by_the_header_beside_it(tmp_path):
    for name in ("a.dat", "b", "c.img"):
        (tmp_path / name).write_bytes(b"\0" * 8)
    (tmp_path / "a.hdr").write_bytes(b"ENVI\n")
    (tmp_path / "b.hdr").write_bytes(b"ENVI\n")
    (tmp_path / "c.hdr").write_bytes(b"BYTEORDER I\n")
    found = [kind_of(tmp_path / n) for n in ("a.dat", "b", "c.img", "a.hdr")]
    assert found == ["picture", "picture", "foreign", "foreign"]


def test_what_cannot_be_read_is_answered_with_a_way_out(tmp_path):
    assert ".shx" in advice(tmp_path / "单独.dbf")
    assert "CAD" in advice(tmp_path / "规划.DXF")
    assert ".xlsx" in advice(tmp_path / "函.docx")
    assert "附属文件" in advice(tmp_path / "图.png.aux.xml")
    assert "附属文件" in advice(tmp_path / "图.tfw")
    assert "GML" in advice(tmp_path / "图.xml")
    (tmp_path / "表").write_bytes(b"%PDF-1.7")
    (tmp_path / "空").write_bytes(b"")
    assert advice(tmp_path / "表").startswith("内容是PDF 文档")
    assert advice(tmp_path / "空").startswith("认不出的格式")
    assert advice(tmp_path / "没有") == "打不开，请检查权限"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("台账", "foreign"),
        ("a.xml", "foreign"),
        ("a.json", "table"),
        ("a.csv", "table"),
    ],
)
def test_nothing_behind_a_link_is_looked_at(tmp_path, name, kind):
    outside = tmp_path / "外" / "密.json"
    outside.parent.mkdir()
    outside.write_text('{"type": "FeatureCollection"}\na,b\nc,d\n', "utf-8")
    link = tmp_path / name
    link.symlink_to(outside)
    seen.clear()
    assert kind_of(link) == kind
    assert "链接" in advice(link)
    assert seen == []


seen: list[str] = []


def note_opening(event, args):
    if event == "open" and "looked_at" in str(args[0]):
        seen.append(str(args[0]))


def test_what_is_looked_at_is_noted(tmp_path):
    (tmp_path / "密").write_text(ROWS, "utf-8")
    seen.clear()
    assert kind_of(tmp_path / "密") == "table"
    assert seen


sys.addaudithook(note_opening)
