"""Each attack works on the plain library, and not on ours."""

import http.server
import io
import shutil
import subprocess
import sys
import threading
import time
import zipfile

import pyogrio
import pytest
import rasterio
import xlsxwriter
from lxml import etree

import pil_discovery as pil
from pil_discovery.errors import PilError, WorkspaceError
from pil_discovery.pipeline.checking import check_workspace
from tests.zoo.cases import HEAD_OF_WORKSPACE
from tests.zoo.hostile import (
    CANARY,
    MARK,
    SHEET,
    book_with,
    canaries,
    entity,
    laughs,
    raster_vrt,
    vector_vrt,
)
from tests.zoo.making import ROWS, archive, rewritten, text_of, xlsx_bytes
from tests.zoo.picture_cases import TOLD
from tests.zoo.test_corpora import HERE, SHARED

PAYLOAD = "=cmd|'/C calc'!A0"


@pytest.fixture
def outside(tmp_path):
    return canaries(tmp_path / "outside")


@pytest.fixture
def inside(tmp_path):
    folder = tmp_path / "收件"
    folder.mkdir()
    return folder


def refused(read, *args, **options):
    with pytest.raises(PilError) as caught:
        read(*args, **options)
    assert CANARY not in str(caught.value)
    return str(caught.value)


# ---- virtual data sources ----


def test_a_vrt_named_tif(inside, outside):
    path = inside / "a.tif"
    path.write_bytes(raster_vrt(outside))
    with rasterio.open(path) as plain:
        assert (plain.read() == MARK).all()
    assert "内容不是 GeoTIFF" in refused(pil.read_image, path, **TOLD)


def test_a_vrt_behind_an_envi_header(inside, outside):
    (inside / "a.img").write_bytes(raster_vrt(outside))
    (inside / "a.hdr").write_text("ENVI\nsamples = 10\nlines = 6\nbands = 2\n")
    with rasterio.open(inside / "a.img") as plain:
        assert (plain.read() == MARK).all()
    refused(pil.read_image, inside / "a.img", **TOLD)


def test_a_vrt_named_geojson(inside, outside):
    path = inside / "a.geojson"
    path.write_bytes(vector_vrt(outside))
    assert CANARY in str(pyogrio.read_dataframe(path, read_geometry=False).to_numpy())
    assert "内容却不是 GeoJSON" in refused(pil.read_layer, path, "parcel")


# ---- paths that are none ----


def test_a_path_with_a_driver_in_front(inside, outside):
    path = f"CSV:{outside}/secret.csv"
    assert CANARY in str(pyogrio.read_dataframe(path, read_geometry=False).to_numpy())
    refused(pil.read_layer, path, "parcel")
    refused(pil.read_records, path, "parcel")
    refused(pil.read_image, path, **TOLD)


def test_a_path_into_an_archive(inside, outside):
    data = (outside / "secret.csv").read_bytes()
    (inside / "a.zip").write_bytes(archive({"a.csv": data}))
    path = f"/vsizip/{inside}/a.zip/a.csv"
    assert CANARY in str(pyogrio.read_dataframe(path, read_geometry=False).to_numpy())
    refused(pil.read_layer, path, "parcel")
    refused(pil.read_records, path, "parcel")


class _Counting(http.server.BaseHTTPRequestHandler):
    hits = 0

    def do_GET(self):
        type(self).hits += 1
        self.send_error(404)

    def do_HEAD(self):
        self.do_GET()

    def log_message(self, *_):
        pass


def test_a_path_into_the_network():
    with http.server.HTTPServer(("127.0.0.1", 0), _Counting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        path = f"/vsicurl/http://127.0.0.1:{server.server_port}/a.geojson"
        with pytest.raises(Exception, match=r"404|not exist|No such|a\.geojson"):
            pyogrio.read_dataframe(path)
        asked = _Counting.hits
        assert asked > 0
        for name in (path, path.removeprefix("/vsicurl/")):
            refused(pil.read_layer, name, "parcel")
            refused(pil.read_records, name, "parcel")
            refused(pil.read_image, name, **TOLD)
        server.shutdown()
    assert _Counting.hits == asked


@pytest.mark.parametrize("way", ["link", "up", "absolute"])
def test_a_source_outside_the_workspace(inside, outside, way):
    name = {
        "link": "a.csv",
        "up": "../outside/secret.csv",
        "absolute": str(outside / "secret.csv"),
    }[way]
    if way == "link":
        (inside / "a.csv").symlink_to(outside / "secret.csv")
    assert CANARY in (inside / name).read_text("utf-8")
    entry = f"records:\n- {{dataset: parcel, file: {name}}}\n"
    (inside / "pil.yaml").write_text(HEAD_OF_WORKSPACE + entry, "utf-8")
    with pytest.raises(WorkspaceError) as caught:
        pil.open_workspace(inside)
    assert caught.value.exit_code == 2
    assert CANARY not in str(caught.value)


def test_a_linked_file_is_told_of_and_not_read(inside, outside):
    (inside / "a.csv").symlink_to(outside / "secret.csv")
    (inside / "b.csv").write_text(text_of(ROWS), "utf-8")
    assert CANARY in (inside / "a.csv").read_text("utf-8")
    check = check_workspace(inside)
    assert CANARY not in str(check.as_dict())
    assert any("a.csv" in p.file for p in check.problems)


# ---- archives ----


def test_a_member_that_climbs_out(inside, outside):
    del outside
    data = archive({"../climbed.csv": b"x"})
    with zipfile.ZipFile(io.BytesIO(data)) as plain:
        for name in plain.namelist():
            (inside / name).write_bytes(plain.read(name))
    climbed = inside.parent / "climbed.csv"
    assert climbed.is_file()
    climbed.unlink()
    (inside / "a.zip").write_bytes(data)
    (inside / "b.csv").write_text(text_of(ROWS), "utf-8")
    refused(pil.read_records, inside / "a.zip")
    check_workspace(inside)
    assert not climbed.exists()


def test_a_bomb(inside):
    data = archive({"xl/workbook.xml": b"<a/>", SHEET: b" " * (64 << 20)})
    with zipfile.ZipFile(io.BytesIO(data)) as plain:
        assert len(plain.read(SHEET)) > 500 * len(data)
    (inside / "a.xlsx").write_bytes(data)
    assert "压缩炸弹" in refused(pil.read_records, inside / "a.xlsx")


# ---- XML ----


def outcome(path):
    """Return what is read from a file, or the words with which it is refused."""
    try:
        return str(pil.read_records(path, "land_contract").frame.to_numpy())
    except PilError as error:
        return str(error)


def test_an_entity_that_is_another_file(inside, outside):
    data = entity(outside)
    parser = etree.XMLParser(resolve_entities=True, load_dtd=True)
    assert CANARY in "".join(etree.fromstring(data, parser).itertext())
    for name, content in {"a.xlsx": book_with(SHEET, data), "a.csv": data}.items():
        (inside / name).write_bytes(content)
        assert CANARY not in outcome(inside / name)


def test_an_entity_that_unfolds(inside):
    few = laughs(4)
    parser = etree.XMLParser(resolve_entities=True, huge_tree=True)
    unfolded = etree.fromstring(few, parser).text
    assert len(unfolded) == 2 * 10**4
    for name, content in {
        "a.xlsx": book_with(SHEET, laughs()),
        "b.xlsx": book_with("xl/sharedStrings.xml", laughs()),
        "a.xls": laughs(),
        "a.csv": laughs(),
    }.items():
        (inside / name).write_bytes(content)
        started = time.perf_counter()
        refused(pil.read_records, inside / name, "land_contract")
        assert time.perf_counter() - started < 10


def test_a_workbook_with_links_to_other_files(inside, outside):
    rows = [*ROWS]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("台账")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        sheet.write_formula(1, 1, f"='{outside}/[secret.csv]x'!A2", None, "旧值")
    (inside / "a.xlsx").write_bytes(stream.getvalue())
    table = pil.read_records(inside / "a.xlsx", "land_contract")
    assert table.frame["grantee"].tolist()[0] == "旧值"


# ---- sizes that are claimed ----

CALAMINE = """
import resource, sys
from python_calamine import CalamineWorkbook
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()
"""


def test_a_sheet_of_two_to_the_34_cells(inside):
    good = xlsx_bytes({"台账": ROWS})
    far = rewritten(good, SHEET, lambda x: x.replace(b'r="B2"', b'r="XFD1048576"'))
    path = inside / "a.xlsx"
    path.write_bytes(far)
    plain = [sys.executable, "-c", CALAMINE, str(path)]
    assert subprocess.run(plain, check=False, capture_output=True).returncode != 0
    assert "第 1048576 行" in refused(pil.read_records, path, "land_contract")


def test_a_picture_of_a_million_by_a_million(inside):
    path = inside / "a.tif"
    profile = {"driver": "GTiff", "width": 10**6, "height": 10**6, "count": 1}
    grid = {"transform": rasterio.Affine(1, 0, 5e5, 0, -1, 3.1e6), "crs": "EPSG:4549"}
    tiles = {"tiled": True, "blockxsize": 16384, "blockysize": 16384}
    with rasterio.open(
        path,
        "w",
        dtype="uint8",
        SPARSE_OK=True,
        BIGTIFF="YES",
        **profile,
        **grid,
        **tiles,
    ):
        pass
    assert path.stat().st_size < 1 << 20
    with (
        rasterio.open(path) as plain,
        pytest.raises(MemoryError),
    ):
        plain.read()
    told = {**TOLD, "bands": {"red": 1}}
    assert "影像过大" in refused(pil.read_image, path, **told)


def test_a_shapefile_that_claims_four_gigabytes(inside):
    from tests.zoo.layer_cases import TWO, written

    path = written(TWO, "a.shp", encoding="GBK", cpg="GBK")(inside)
    data = path.read_bytes()
    path.write_bytes(data[:24] + (2**31 - 1).to_bytes(4, "big") + data[28:])
    assert len(pyogrio.read_dataframe(path, encoding="GBK")) == 2  # says nothing
    assert "不完整" in refused(pil.read_layer, path, "parcel")


# ---- formulas ----


def sheets_of(path):
    with zipfile.ZipFile(path) as book:
        names = [n for n in book.namelist() if n.startswith("xl/worksheets/")]
        texts = [book.read(n) for n in book.namelist() if n.endswith("Strings.xml")]
        return b"".join(map(book.read, names)), b"".join(texts).decode()


def payloads():
    file = SHARED / "badinputs" / "csv-injection" / "csv-payload.txt"
    known = file.read_text("utf-8").splitlines() if file.is_file() else []
    lines = [PAYLOAD, "@SUM(1+1)*cmd|' /C calc'!A0", "+1+cmd", "-2+3", *known]
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def test_a_formula_in_a_cell_stays_text_in_the_report(inside, tmp_path):
    naive = tmp_path / "naive.xlsx"
    with xlsxwriter.Workbook(naive) as book:
        book.add_worksheet().write(0, 0, PAYLOAD)
    assert b"<f>" in sheets_of(naive)[0]
    head = ["合同编号", "受让人", "签订日期", "成交价", PAYLOAD]
    rows = [(f"{p}#{n}", p, p, p, p) for n, p in enumerate(payloads())]
    (inside / "合同.csv").write_text(text_of([head, *rows, rows[0]]), "utf-8")
    check_workspace(inside)
    cells, texts = sheets_of(inside / "检查结果.xlsx")
    assert b"<f>" not in cells
    assert b"<hyperlink" not in cells
    assert "cmd|" in texts


def test_a_formula_in_a_name_stays_text_in_the_leads(tmp_path):
    folder = tmp_path / "workspace"
    shutil.copytree(HERE / "sample_data" / "workspace", folder)
    changed = 0
    for file in sorted((folder / "数据").glob("*.xlsx")):
        data = file.read_bytes()
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        if "xl/sharedStrings.xml" in names:
            spoilt = rewritten(data, "xl/sharedStrings.xml", _spoil)
            changed += spoilt != data
            file.write_bytes(spoilt)
    assert changed
    out = tmp_path / "out"
    pil.scan(folder, models=["LAND-01", "FOOD-01"]).write(out)
    cells, texts = sheets_of(out / "leads.xlsx")
    assert b"<f>" not in cells
    assert "=cmd|" in texts


def _spoil(data):
    return data.replace("<t>示例".encode(), "<t>=cmd|示例".encode())


# ---- names ----


@pytest.mark.parametrize(
    "name", ["=cmd|x.csv", "a\nb.csv", "\u202evsc.exe.csv", "@SUM(1).csv", "'x\".csv"]
)
def test_a_name_is_only_a_name(inside, name):
    (inside / name).write_text(text_of(ROWS), "utf-8")
    check = check_workspace(inside)
    named = {p.file for p in check.problems} | {s["file"] for s in check.sources}
    assert name in named
    cells, _ = sheets_of(inside / "检查结果.xlsx")
    assert b"<f>" not in cells
    check_workspace(inside)  # reads the pil.yaml that was just written
