import zipfile

import numpy as np
import pytest
import shapely

from pil_discovery.errors import ReadError
from pil_discovery.layers import kml, read_vector
from pil_discovery.layers.kml import read_kml, read_kmz
from pil_discovery.layers.kml_tree import MOST_DEPTH
from tests.layers.making import DATASETS, balanced, reasons

SPACE = "http://www.opengis.net/kml/2.2"
RING = "120,28,0 120.1,28,0 120.1,28.1,0 120,28,0"
HOLE = "120.06,28.02 120.08,28.02 120.08,28.04 120.06,28.02"


def ring(text=RING):
    return f"<LinearRing><coordinates>{text}</coordinates></LinearRing>"


def polygon(outer=RING, *holes):
    inner = "".join(f"<innerBoundaryIs>{ring(h)}</innerBoundaryIs>" for h in holes)
    outside = f"<outerBoundaryIs>{ring(outer)}</outerBoundaryIs>"
    return f"<Polygon>{outside}{inner}</Polygon>"


def mark(shape=None, name="甲1", extra=""):
    return (
        f"<Placemark><name>{name}</name>{extra}"
        f"{polygon() if shape is None else shape}</Placemark>"
    )


def data(**values):
    cells = "".join(
        f'<Data name="{k}"><value>{v}</value></Data>' for k, v in values.items()
    )
    return f"<ExtendedData>{cells}</ExtendedData>"


def document(*content, space=SPACE, head="", encoding="UTF-8"):
    spoken = f' xmlns="{space}"' if space else ""
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{head}<kml{spoken}>'
        f"<Document><name>图斑层</name>{''.join(content)}</Document></kml>"
    )


def write(path, text, codec="utf-8"):
    path.write_bytes(text.encode(codec))
    return path


def parsed(tmp_path, *content, **options):
    return read_kml(write(tmp_path / "a.kml", document(*content, **options)), "a.kml")


def read(path, **options):
    columns = {"name": "no"}
    return balanced(
        read_vector(path, DATASETS, wanted="patch", columns=columns, **options)
    )


@pytest.mark.parametrize(
    "space",
    [
        "",
        SPACE,
        "http://earth.google.com/kml/2.0",
        "http://earth.google.com/kml/2.1",
        "http://earth.google.com/kml/2.2",
    ],
)
def test_a_polygon_with_a_hole_is_read_in_every_version(tmp_path, space):
    path = write(tmp_path / "a.kml", document(mark(polygon(RING, HOLE)), space=space))
    found = read(path)
    (shape,) = found.frame.geometry
    assert len(shape.interiors) == 1
    assert shape.bounds == (120, 28, 120.1, 28.1)
    assert not shape.has_z
    assert found.frame["no"].tolist() == ["甲1"]
    assert found.provenance.layer == "图斑层"
    assert found.provenance.driver == "KML"
    assert found.provenance.crs_in == "EPSG:4326"


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ("<Point><coordinates>120,28</coordinates></Point>", "Point"),
        (
            "<LineString><coordinates>120,28 121,29</coordinates></LineString>",
            "LineString",
        ),
        (ring(), "LineString"),
        (f"<MultiGeometry>{polygon()}{polygon(HOLE)}</MultiGeometry>", "MultiPolygon"),
        (
            f"<MultiGeometry><MultiGeometry>{polygon()}</MultiGeometry></MultiGeometry>",
            "MultiPolygon",
        ),
        (f"<MultiGeometry>{polygon()}{ring()}</MultiGeometry>", "GeometryCollection"),
        (polygon(RING.replace(",", ", ").replace(" 120", "\n\t120")), "Polygon"),
        (polygon() + polygon(HOLE), "MultiPolygon"),
        (polygon("120,28,5 120.1,28 120.1,28.1,7 120,28,5"), "Polygon"),
    ],
)
def test_every_kind_of_geometry_is_read(tmp_path, shape, kind):
    found = parsed(tmp_path, mark(shape))
    assert found.geometries[0].geom_type == kind
    assert not found.broken.any()


@pytest.mark.parametrize(
    "shape",
    [
        polygon("120,28 120.1,28 120.1,28.1"),
        polygon("120,28 120.1,28 120.1,28.1 120,28.1"),
        polygon(""),
        polygon("120 28 121 29 122 28 120 28"),
        polygon("120,28 120.1,x 120.1,28.1 120,28"),
        polygon("120,28,0,5 120.1,28 120.1,28.1 120,28"),
        polygon("120,28 120.1,28, 120.1,28.1, 120,28"),
        f"<Polygon><innerBoundaryIs>{ring()}</innerBoundaryIs></Polygon>",
        polygon(RING, "120,28 121,28"),
        "<Point><coordinates>120,28 121,29</coordinates></Point>",
        f"<MultiGeometry>{polygon()}{polygon('')}</MultiGeometry>",
        '<gx:Track xmlns:gx="http://www.google.com/kml/ext/2.2"/>',
        "<Model/>",
    ],
)
def test_a_geometry_that_cannot_be_parsed_breaks_its_placemark_only(tmp_path, shape):
    path = write(tmp_path / "a.kml", document(mark(shape), mark(name="甲2")))
    found = read(path)
    assert found.frame["no"].tolist() == ["甲2"]
    assert reasons(found) == ["geometry_invalid"]


def test_numbers_that_are_none_are_invalid_and_a_placemark_may_be_bare(tmp_path):
    path = write(
        tmp_path / "a.kml",
        document(
            mark(polygon("120,28 nan,28 120.1,28.1 120,28")),
            mark("", "甲2"),
            mark(name="甲3"),
        ),
    )
    assert reasons(read(path)) == ["geometry_invalid", "geometry_empty"]


def test_attributes_become_columns(tmp_path):
    schema = (
        '<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="面积">12.5'
        '</SimpleData><SimpleData name="name">乙</SimpleData></SchemaData>'
        "</ExtendedData>"
    )
    found = parsed(
        tmp_path,
        "<Folder><name>东区</name>",
        mark(extra=data(级别="一级")),
        "<Folder><name>一片</name>",
        mark(extra=f"<description><![CDATA[<b>x</b>]]></description>{schema}"),
        "</Folder></Folder>",
        mark(extra="<TimeStamp><when>2024-03-01</when></TimeStamp>"),
    )
    columns = dict(zip(found.headers, found.columns, strict=True))
    assert columns["name"] == ["甲1", "甲1", "甲1"]
    assert columns["级别"] == ["一级", None, None]
    assert columns["面积"] == [None, "12.5", None]
    assert columns["name（扩展）"] == [None, "乙", None]
    assert columns["description"] == [None, "<b>x</b>", None]
    assert columns["Folder"] == ["东区", "东区/一片", None]
    assert columns["when"] == [None, None, "2024-03-01"]


def test_links_are_named_and_never_followed(tmp_path):
    secret = write(tmp_path / "secret.kml", document(mark(name="密")))
    link = f"<NetworkLink><Link><href>{secret}</href></Link></NetworkLink>"
    picture = (
        "<GroundOverlay><Icon><href>http://example.invalid/a.png</href></Icon>"
        "</GroundOverlay>"
    )
    found = parsed(tmp_path, mark(), link, link, picture)
    assert found.columns[0] == ["甲1"]
    notes = [(n.what, n.value) for n in found.notes]
    assert notes.count(("链接未打开", str(secret))) == 2
    assert ("未读取的内容", "NetworkLink 2 处") in notes
    assert ("未读取的内容", "GroundOverlay 1 处") in notes


def test_heights_and_tables_in_descriptions_are_noted(tmp_path):
    table = "<description><![CDATA[<TABLE><tr/></TABLE>]]></description>"
    high = polygon(RING.replace(",0", ",7.5"))
    found = parsed(tmp_path, mark(high, extra=table))
    assert {n.what for n in found.notes} == {"高程", "description 是网页表格"}
    assert not parsed(tmp_path, mark()).notes


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE kml [<!ENTITY x SYSTEM "{secret}">]>',
        '<!DOCTYPE kml SYSTEM "{secret}">',
        '<!DOCTYPE kml [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;&a;">]>',
        "<!DOCTYPE kml>",
    ],
)
def test_a_document_type_or_an_entity_is_refused(tmp_path, head):
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET")
    text = document(mark(name="&x;"), head=head.format(secret=secret))
    with pytest.raises(ReadError, match="DOCTYPE") as caught:
        read(write(tmp_path / "a.kml", text))
    assert "TOPSECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html/>", "不是 KML"),
        ('<kml xmlns="urn:other"/>', "不是 KML"),
        ("<OGRVRTDataSource/>", "不是 KML"),
        (document(mark())[:-20], "不是完整的 XML（第 1 行"),
        (document(mark(name="&nothing;")), "不是完整的 XML"),
        (document("<Folder>" * (MOST_DEPTH + 1)), "嵌套"),
        (document(mark(), encoding="klingon"), "XML|编码"),
        ("{}", "内容却不是 KML"),
    ],
)
def test_what_is_no_kml_is_refused(tmp_path, text, words):
    with pytest.raises(ReadError, match=words):
        read(write(tmp_path / "a.kml", text))


@pytest.mark.parametrize("declared", ["GBK", "gb2312", "GB18030", "UTF-16", "UTF-8"])
def test_the_declared_encoding_is_used(tmp_path, declared):
    text = document(mark(name="林地"), encoding=declared)
    codec = "gb18030" if declared.lower().startswith("gb") else declared
    found = read(write(tmp_path / "a.kml", text, codec))
    assert found.frame["no"].tolist() == ["林地"]


def test_bytes_that_contradict_the_declared_encoding_are_refused(tmp_path):
    text = document(mark(name="林地"), encoding="GBK").encode("gb18030") + b"\xff\xff"
    (tmp_path / "a.kml").write_bytes(text)
    with pytest.raises(ReadError, match="写明 GBK 编码"):
        read(tmp_path / "a.kml")
    (tmp_path / "b.kml").write_bytes(document(mark(name="林")).encode("gb18030"))
    with pytest.raises(ReadError, match="XML"):
        read(tmp_path / "b.kml")


def archive(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, text in members.items():
            opened.writestr(name.replace("__", "."), text)
    return path


def test_a_kmz_is_read_in_memory(tmp_path):
    path = archive(tmp_path / "a.kmz", doc__kml=document(mark()), files="x" * 9)
    before = sorted(tmp_path.iterdir())
    found = read(path)
    assert found.frame["no"].tolist() == ["甲1"]
    assert found.provenance.driver == "KMZ"
    assert sorted(tmp_path.iterdir()) == before


def test_a_kmz_with_no_or_two_documents_is_refused(tmp_path):
    with pytest.raises(ReadError, match="实有 0 个"):
        read(archive(tmp_path / "a.kmz", doc__txt="x"))
    two = archive(tmp_path / "b.kmz", doc__kml=document(), b__kml=document())
    with pytest.raises(ReadError, match="实有 2 个"):
        read(two)


def test_a_kmz_that_unpacks_to_far_more_is_refused(tmp_path):
    bomb = document(" " * 4_000_000, mark())
    with pytest.raises(ReadError, match="过大"):
        read(archive(tmp_path / "a.kmz", doc__kml=bomb))


def test_a_broken_kmz_is_refused(tmp_path):
    whole = archive(tmp_path / "a.kmz", doc__kml=document(mark())).read_bytes()
    (tmp_path / "b.kmz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ReadError, match="不是完整的压缩包"):
        read(tmp_path / "b.kmz")
    middle = whole.index(b"doc.kml") + 30
    spoiled = whole[:middle] + bytes(b ^ 255 for b in whole[middle : middle + 40])
    (tmp_path / "c.kmz").write_bytes(spoiled + whole[middle + 40 :])
    with pytest.raises(ReadError, match=r"不是完整的压缩包|XML"):
        read_kmz(tmp_path / "c.kmz", "c.kmz")


def test_a_kmz_whose_directory_lies_is_refused(tmp_path):
    whole = archive(tmp_path / "a.kmz", doc__kml=document(mark())).read_bytes()
    entry = whole.index(b"PK\x01\x02")
    for at in (entry + 42, entry + 10):  # place of the file, way of packing
        lie = bytearray(whole)
        lie[at : at + 4] = b"\xff\xff\xff\x7f"
        (tmp_path / "b.kmz").write_bytes(bytes(lie))
        with pytest.raises(ReadError, match="不是完整的压缩包"):
            read(tmp_path / "b.kmz")


def test_a_file_beyond_the_bound_is_refused(tmp_path, monkeypatch):
    path = write(tmp_path / "a.kml", document(mark()))
    monkeypatch.setattr(kml, "MOST_KML_BYTES", 100)
    with pytest.raises(ReadError, match="512 MiB"):
        read(path)


def test_many_vertices_are_read_exactly(tmp_path):
    angle = np.linspace(0, 2 * np.pi, 200_001)
    angle[-1] = 0.0
    xy = np.column_stack([120 + np.cos(angle) / 10, 28 + np.sin(angle) / 10])
    text = " ".join(f"{x!r},{y!r}" for x, y in xy.tolist())
    found = parsed(tmp_path, mark(polygon(text)))
    assert np.array_equal(shapely.get_coordinates(found.geometries), xy)
