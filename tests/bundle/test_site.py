"""The ground of a lead in its bundle: areas, certainty, points."""

import csv
import datetime as dt
import io
import json
import re
import zipfile
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pypdf
import pytest
import shapely
from python_calamine import CalamineWorkbook

from pil_discovery.bundle import build
from pil_discovery.bundle.site import MOST_POINTS, MOST_SHAPES, grounds, site_shapes
from pil_discovery.bundle.workbooks import table_workbook
from pil_discovery.geo.area import area_m2, geodesic_area_m2
from pil_discovery.geo.geojson import geojson_of
from pil_discovery.types import Gate, LayerVersion, Overlap, PictureQuality
from tests.bundle import factory
from tests.bundle.test_documents import (
    bare,
    docx_text,
    letter_of,
    say_the_same,
    texts,
    without_headings,
)

PLOT = shapely.box(120.6, 28.0, 120.602, 28.001) - shapely.box(
    120.6005, 28.0004, 120.6007, 28.0006
)
INSIDE = shapely.box(120.601, 28.0, 120.602, 28.001)


def overlap(**changes):
    (area,) = area_m2([INSIDE])
    values = {
        "step": "cut",
        "how": "intersection",
        "area_m2": Decimal(f"{area:.2f}"),
        "share": Decimal("0.5100"),
        "area_low_m2": Decimal("9000.00"),
        "area_high_m2": Decimal("12000.00"),
        "p_overlap": Decimal("1.0000"),
        "on_date": dt.date(2026, 9, 30),
        "validity": "in_force",
        "valid_from": dt.date(2018, 5, 21),
        "left_out": ("2015-01-01至2018-05-20（已失效）",),
        "geometry": geojson_of(INSIDE),
    }
    return Overlap(**{**values, **changes})


def finding(number=1, *, shape=PLOT, overlaps=(), **more):
    placed = geojson_of(shape)
    return factory.finding(number, geometry=placed, overlaps=overlaps, **more)


def request(folder, *findings, **more):
    return factory.request(folder, findings=list(findings), **more)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    edition = LayerVersion(dataset="pbf", file="图层/基本农田.gpkg", sha256="b" * 64)
    gates = {"shift": Gate(verdict="flag", reason="配准偏差在0.25至0.5像元之间")}
    quality = PictureQuality(verdict="flag", gates=gates)
    found = finding(overlaps=(overlap(),), layers=(edition,), quality=quality)
    return build(request(tmp_path_factory.mktemp("site"), found))


POINTS = "点号圈X（北）/mY（东）/m经度纬度边长/m"
AREAS = "量算方法平方米亩公顷与椭球面积之差"


def table(bundle, name):
    text = (bundle.path / "data/03_分析" / name).read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_word_and_pdf_print_the_same_ground(bundle):
    word, page = texts(bundle)
    assert without_headings(word) == without_headings(page)
    assert POINTS in word
    assert AREAS in word
    for said in (
        "面积核对和界址点坐标",
        "F1筛查图形",
        "F1重叠部分",
        "图斑椭球面积（CGCS2000）",
        "测地线面积",
        "投影平面面积",
        "EPSG:4549（CGCS2000高斯—克吕格3度带，中央经线120°）",
        "90%区间（只计位置误差）：9000.00至12000.00平方米",
        "保守面积（5%分位数）：9000.00平方米",
        "在2026-09-30有效（2018-05-21至今）",
        "未计入的范围：2015-01-01至2018-05-20（已失效）",
        "2孔",
        "影像质量：结论：提示；配准：提示，配准偏差在0.25至0.5像元之间。",
    ):
        assert bare(said) in word


def test_three_areas_and_their_differences(bundle):
    rows = [r for r in table(bundle, "面积核对.csv") if r["图形"] == "筛查图形"]
    assert [r["量算方法"] for r in rows] == [
        "图斑椭球面积（CGCS2000）",
        "测地线面积",
        "投影平面面积",
    ]
    official, geodesic = area_m2([PLOT])[0], geodesic_area_m2([PLOT])[0]
    assert rows[0]["面积（平方米）"] == f"{official:.2f}"
    assert rows[0]["面积（亩）"] == f"{official * 3 / 2000:.2f}"
    assert rows[0]["面积（公顷）"] == f"{official / 10_000:.4f}"
    assert rows[0]["与椭球面积之差"] == "—"
    assert rows[1]["面积（平方米）"] == f"{geodesic:.2f}"
    difference = geodesic - official
    said = f"{abs(difference):.2f}平方米（{100 * abs(difference) / official:.4f}%）"
    assert rows[1]["与椭球面积之差"].strip("多少") == said
    assert re.fullmatch(r"多1\.8\d平方米（0\.0086%）", rows[2]["与椭球面积之差"])


def test_the_list_of_points_holds_every_ring(bundle):
    rows = table(bundle, "界址点坐标.csv")
    plot = [r for r in rows if r["图形"] == "筛查图形"]
    assert [r["点号"] for r in plot] == [f"J{n}" for n in range(1, 9)]
    assert [r["内外"] for r in plot] == ["外圈"] * 4 + ["内圈（孔）"] * 4
    assert {r["图形"] for r in rows} == {"筛查图形", "重叠部分"}
    first = plot[0]
    assert (first["经度（度）"], first["纬度（度）"]) == ("120.6000000", "28.0010000")
    assert float(first["X（北，米）"]) == pytest.approx(3_098_000, abs=2_000)
    assert 500_000 < float(first["Y（东，米）"]) < 600_000
    north = [float(r["X（北，米）"]) for r in plot[:4]]
    east = [float(r["Y（东，米）"]) for r in plot[:4]]
    side = np.hypot(north[1] - north[0], east[1] - east[0])
    assert float(first["至下一点边长（米）"]) == pytest.approx(side, abs=0.005)


def test_the_workbook_holds_the_same_as_the_lists(bundle):
    path = bundle.path / "data/03_分析/界址点坐标.xlsx"
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["界址点坐标", "面积核对"]
    lines = book.get_sheet_by_name("界址点坐标").to_python()
    rows = table(bundle, "界址点坐标.csv")
    assert len(lines) == len(rows) + 1
    assert lines[1][5] == float(rows[0]["X（北，米）"])
    assert lines[1][4] == "J1"


def test_overlaps_lie_in_the_layer_file_and_among_the_items(bundle):
    layers = json.loads(
        (bundle.path / "data/03_分析/layers.geojson").read_text("utf-8")
    )
    assert [f["id"] for f in layers["features"]] == ["F1", "F1.1"]
    assert layers["features"][1]["properties"]["p_overlap"] == "1.0000"
    lines = (bundle.path / "data/03_分析/items.jsonl").read_text("utf-8").splitlines()
    facts = [i for i in map(json.loads, lines) if i["kind"] == "finding"]
    assert facts[0]["overlaps"][0]["area_low_m2"] == "9000.00"
    assert facts[0]["layers"][0]["file"] == "图层/基本农田.gpkg"


def test_equal_requests_give_equal_bytes(tmp_path):
    roots = {
        build(request(tmp_path / name, finding(overlaps=(overlap(),)))).root_sha256
        for name in ("a", "b")
    }
    assert len(roots) == 1


def test_long_lists_are_cut_in_print_and_whole_beside_it(tmp_path):
    angle = np.linspace(0, 2 * np.pi, 3001)[:-1]
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * 0.01 + (120.6, 28.0)
    made = build(request(tmp_path, finding(shape=shapely.Polygon(ring))))
    assert len(table(made, "界址点坐标.csv")) == 3000
    word, page = texts(made)
    assert without_headings(word) == without_headings(page)
    assert f"共3000点，此处只列前{MOST_POINTS}点，全部坐标见界址点坐标.csv" in word
    assert len(letter_of(made).site[0].points) == MOST_POINTS


def test_many_shapes_are_cut_in_print(tmp_path):
    many = [
        finding(n, shape=shapely.box(120, 28, 120.001, 28 + n / 1e4))
        for n in range(1, 26)
    ]
    wanted = request(tmp_path, *many)
    found = grounds(wanted)
    assert len(found) == 25
    assert len(site_shapes(found)) == MOST_SHAPES
    word = docx_text((build(wanted).path / "data/00_建议书/建议书.docx").read_bytes())
    assert "其余5个图形见界址点坐标.csv" in word


def test_a_point_has_a_place_and_no_area(tmp_path):
    shape = shapely.Point(120.6, 28.0)
    near = overlap(how="within", geometry=geojson_of(shape), area_m2=Decimal(0))
    (ground,) = grounds(request(tmp_path, finding(shape=shape, overlaps=(near,))))
    assert ground.areas == ()
    assert ground.points["label"].tolist() == ["P1"]
    (shown,) = site_shapes([ground])
    assert "位于范围内" in shown.notes[0]


def test_what_cannot_be_measured_is_said_never_guessed(tmp_path):
    bow = shapely.Polygon([(120, 28), (120.001, 28.001), (120.001, 28), (120, 28.001)])
    made = build(request(tmp_path, finding(shape=bow)))
    assert say_the_same(made)
    word = texts(made)[0]
    assert "不能量算面积" in word
    assert table(made, "面积核对.csv") == []
    assert len(table(made, "界址点坐标.csv")) == 4


def test_the_zone_numbering_of_the_sources_is_kept(tmp_path):
    plain = request(tmp_path, finding())
    zoned = [s.model_copy(update={"crs": "EPSG:4528"}) for s in plain.sources]
    (ground,) = grounds(request(tmp_path, finding(), sources=zoned))
    assert ground.plane.to_epsg() == 4528
    assert ground.points["east_m"].min() > 40_000_000


def test_a_workbook_of_texts_never_holds_a_formula():
    sheets = {"表": (("甲", "乙"), [("=1+1", "12.30"), ("+1", "-1.5"), ("", "J1")])}
    data = table_workbook(sheets, dt.date(2026, 9, 30))
    assert data == table_workbook(sheets, dt.date(2026, 9, 30))
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    rows = book.get_sheet_by_name("表").to_python()
    assert rows[1:] == [["=1+1", 12.3], ["+1", "-1.5"], ["", "J1"]]
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_a_strip_is_printed_with_the_first_shape_of_its_finding(tmp_path):
    found = [finding(1, overlaps=(overlap(),)), finding(2)]
    strip = factory.png(1772, 1853)
    built = build(request(tmp_path, *found, strips={"F1": strip}))
    letter = json.loads((built.path / "data/03_分析/letter.json").read_text("utf-8"))
    marks = [shape["strip"] for shape in letter["site"]]
    assert marks == [{"item": "F1", "width_mm": 150}, None, None]
    with zipfile.ZipFile(built.path / "data/00_建议书/建议书.docx") as word:
        held = [word.read(n) for n in word.namelist() if n.startswith("word/media/")]
    assert strip in held
    without = build(request(tmp_path / "b", *found))
    pages = [
        pypdf.PdfReader(b.path / "data/00_建议书/建议书.pdf") for b in (built, without)
    ]
    shown, less = (sum(len(p.images) for p in pdf.pages) for pdf in pages)
    assert shown == less + 1


def test_a_long_strip_is_made_narrow_enough_for_one_page(tmp_path):
    ground = grounds(request(tmp_path, finding()))
    (shape,) = site_shapes(ground, {"F1": factory.png(1772, 3544)})
    assert shape.strip.width_mm == 100
    assert site_shapes(ground)[0].strip is None


def test_a_document_without_a_map_says_so(tmp_path):
    """And what is only a dot has no area of which to speak."""
    dot = finding(1).model_copy(
        update={"geometry": {"type": "Point", "coordinates": [120.6, 28.0]}}
    )
    for plate in (None, factory.png()):
        folder = tmp_path / str(plate is None)
        built = build(replace(request(folder, dot), plate=plate))
        letter = json.loads(
            (built.path / "data/03_分析/letter.json").read_text("utf-8")
        )
        note = letter["site_note"]
        assert ("没有附位置图" in note) == (plate is None)
        assert "椭球面积" not in note
        assert letter["plate"] == (plate is not None)
