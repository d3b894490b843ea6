"""Files made to make their reader open, fetch or run something else."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import rasterio

from tests.zoo.layer_cases import TWO, written
from tests.zoo.making import ROWS, archive, rewritten, text_of, xlsx_bytes
from tests.zoo.picture_cases import TOLD, raster

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "机密：不得外传"
MARK = 77
SHEET = "xl/worksheets/sheet1.xml"
RECORDS = ("records", {"dataset": "land_contract"})
LAYER = ("layer", {"dataset": "parcel"})
IMAGE = ("image", TOLD)


def canaries(folder: Path) -> Path:
    """Put files outside the workspace that nobody may open."""
    folder.mkdir()
    (folder / "secret.csv").write_text(
        f"宗地编号,WKT\n{CANARY},POINT(120 28)\n", "utf-8"
    )
    raster("secret.tif", np.full((2, 6, 10), MARK, "uint16"))(folder)
    return folder


def raster_vrt(outside: Path) -> bytes:
    with rasterio.open(outside / "secret.tif") as secret:
        wkt = secret.crs.to_wkt().replace('"', "&quot;")
    bands = "".join(
        f'<VRTRasterBand dataType="UInt16" band="{n}"><SimpleSource>'
        f'<SourceFilename relativeToVRT="0">{outside}/secret.tif</SourceFilename>'
        f"<SourceBand>{n}</SourceBand></SimpleSource></VRTRasterBand>"
        for n in (1, 2)
    )
    place = "<GeoTransform>500000, 10, 0, 3100000, 0, -10</GeoTransform>"
    head = '<VRTDataset rasterXSize="10" rasterYSize="6">'
    return f"{head}<SRS>{wkt}</SRS>{place}{bands}</VRTDataset>".encode()


def vector_vrt(outside: Path) -> bytes:
    return (
        '<OGRVRTDataSource><OGRVRTLayer name="secret">'
        f"<SrcDataSource>{outside}/secret.csv</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>"
    ).encode()


def entity(outside: Path) -> bytes:
    """Return XML whose one text is the content of another file."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{outside}/secret.csv">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>合同编号</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>受让人</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>A-1</t></is></c>'
        '<c r="B2" t="inlineStr"><is><t>&x;</t></is></c></row></sheetData></worksheet>'
    ).encode()


def laughs(depth: int = 9) -> bytes:
    """Return XML of some hundred bytes that unfolds to 10 to the power of `depth`."""
    lines = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, depth + 1)
    )
    head = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">{lines}]>'
    return f"{head}<a>&l{depth};</a>".encode()


def book_with(member: str, data: bytes) -> bytes:
    return rewritten(xlsx_bytes({"台账": list(ROWS)}), member, lambda _: data)


def _hostile_geopackage(path: Path, outside: Path) -> None:
    written(TWO, path.name)(path.parent)
    with sqlite3.connect(path) as base:
        base.execute(
            "CREATE VIEW bad AS SELECT load_extension('/tmp/x.so') AS 宗地编号"
        )
        base.execute(
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT load_extension('x'); END"
        )
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier)"
            " VALUES ('bad', 'attributes', ?)",
            (f"{outside}/secret.csv",),
        )
    base.close()


def hostile_files(folder: Path, outside: Path) -> list[tuple[str, str, dict]]:
    """Write the attacks into a workspace; return (path, reader, options) of each."""
    network = (
        "<kml><Document><NetworkLink><Link><href>http://127.0.0.1:9/x</href></Link>"
        "</NetworkLink></Document></kml>"
    )
    pipeline = {
        "type": "gdal_streamed_alg",
        "command_line": f"gdal vector pipeline ! read {outside}/secret.csv",
    }
    files = {
        "影像.tif": (raster_vrt(outside), IMAGE),
        "红线.geojson": (vector_vrt(outside), LAYER),
        "流程.geojson": (json.dumps(pipeline).encode(), LAYER),
        "链接.kml": (network.encode(), LAYER),
        "实体.xlsx": (book_with(SHEET, entity(outside)), RECORDS),
        "膨胀.xlsx": (book_with(SHEET, laughs()), RECORDS),
        "实体.csv": (entity(outside), RECORDS),
        "膨胀.xls": (laughs(), RECORDS),
        "越界.zip": (archive({"../../越界.csv": text_of(ROWS).encode()}), RECORDS),
        "公式.csv": ("合同编号,受让人\n=cmd|'/C calc'!A0,@SUM(1)\n".encode(), RECORDS),
    }
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)
    jobs = [(str(folder / n), *read) for n, (_, read) in files.items()]
    (folder / "链接.csv").symlink_to(outside / "secret.csv")
    (folder / "链接.tif").symlink_to(outside / "secret.tif")
    _hostile_geopackage(folder / "a.gpkg", outside)
    jobs += [
        (str(folder / "链接.csv"), *RECORDS),
        (str(folder / "链接.tif"), *IMAGE),
        (str(folder / "a.gpkg"), *LAYER),
    ]
    connections = (
        f"CSV:{outside}/secret.csv",
        f"/vsizip/{folder}/越界.zip/a.csv",
        "/vsicurl/http://127.0.0.1:9/a.geojson",
        "http://127.0.0.1:9/a.geojson",
        "PG:host=127.0.0.1 dbname=x",
    )
    return jobs + [(c, *read) for c in connections for read in (RECORDS, LAYER, IMAGE)]
