"""A seeded folder of exports as agencies send them, of any size.

One hundred files at every size: 55 CSV (every third in GBK), 20 XLSX, 10 GeoPackage,
5 shapefiles, 5 GeoJSON, 5 GeoTIFF. Headers, types, units, keys and codes follow the
data sets of `models/datasets`; everything is fictional (division 990302).
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from rasterio.transform import from_origin

from pil_discovery.catalog import load_datasets
from pil_discovery.text.check_digits import resident_check_digit, uscc_check_digit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pil_discovery.types import Dataset, Field

TEXT = (
    *("land_contract", "land_payment", "food_licence", "sampling", "penalty"),
    *("hw_manifest", "medins_claim", "drug_sale", "planning_permit", "complaint"),
    "completion",
)
BOOKS = ("land_supply_result", "land_transfer_record", "realty_reg", "vehicle_test")
LAYERS = ("pbf", "forest_patch", "parcel", "land_approval", "temp_land")
DATASETS = load_datasets()
PROBE_ROWS = 1_000
UNITS = {"CNY": "元", "m2": "平方米", "m3": "立方米", "t": "吨", "kWh": "千瓦时"}
WORDS = np.array(list("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"), dtype=object)
TRADES = np.array(["商贸有限公司", "置业有限公司", "食品厂", "养殖场"], dtype=object)
CODECS = ("utf-8", "utf-8", "gb18030")
BYTES_OF_A_PIXEL = 5 * 2
BYTES_OF_A_PATCH = {"shp": 520, "gpkg": 680, "geojson": 830}
"""A patch has 21 vertices and some five attributes."""

WORKSPACE = """name: 一百个文件
as_of: "2026-09-30"
jurisdiction: "990302"
office: {name: 示例区人民检察院, short: 示检}
records: []
layers: []
images:
"""
PICTURE = """  - file: FILE
    acquired: "2026-07-12T10:40:00+08:00"
    sensor: 示例多光谱卫星
    bands: {blue: 1, green: 2, red: 3, nir: 4, swir1: 5}
"""


@dataclass(frozen=True)
class Kind:
    """How many files of a kind there are, and their share of all bytes."""

    folder: str
    suffix: str
    count: int
    share: float


KINDS = (
    Kind("表格", "csv", 55, 0.55),
    Kind("工作簿", "xlsx", 20, 0.10),
    Kind("图层", "gpkg", 10, 0.10),
    Kind("旧图层", "shp", 5, 0.10),
    Kind("网图层", "geojson", 5, 0.05),
    Kind("影像", "tif", 5, 0.10),
)


def make_folder(root: Path, megabytes: float, seed: int = 0) -> list[dict[str, str]]:
    """Write the folder.

    Returns
    -------
    files
        For the plain readers: `file`, `kind`, `encoding`.
    """
    rng = np.random.default_rng(seed)
    files = []
    for kind in KINDS:
        (root / kind.folder).mkdir(parents=True)
        size = megabytes * 1e6 * kind.share / kind.count
        files += [_Export(kind, n, size, rng).write(root) for n in range(kind.count)]
    pictures = [f["file"] for f in files if f["kind"] == "tif"]
    text = WORKSPACE + "".join(PICTURE.replace("FILE", f) for f in pictures)
    (root / "pil.yaml").write_text(text, encoding="utf-8")
    return files


@dataclass(frozen=True)
class _Export:
    """One file: of which kind, the how manieth, and how many bytes."""

    kind: Kind
    number: int
    size: float
    rng: np.random.Generator

    def write(self, root: Path) -> dict[str, str]:
        suffix = self.kind.suffix
        encoding = {"csv": CODECS[self.number % 3], "shp": "gbk"}.get(suffix, "utf-8")
        names = {"csv": TEXT, "xlsx": BOOKS, "tif": ("20260712",)}.get(suffix, LAYERS)
        name = names[self.number % len(names)]
        title = DATASETS[name].title.zh if name in DATASETS else name
        stem = f"{title.replace('/', '、')}_{self.number + 1:02d}"
        path = root / self.kind.folder / f"{stem}.{suffix}"
        if suffix == "csv":
            path.write_bytes(self._sized(lambda n: self._csv(name, n, encoding)))
        elif suffix == "xlsx":
            path.write_bytes(self._sized(lambda n: workbook(self._frame(name, n))))
        elif suffix == "tif":
            self._picture(path)
        else:
            self._layer(name).to_file(path, encoding=encoding)
        file = path.relative_to(root).as_posix()
        return {"file": file, "kind": suffix, "encoding": encoding}

    def _sized(self, content: Callable[[int], bytes]) -> bytes:
        """Return content of about the size; a first try shows what a row takes."""
        fixed, probe = len(content(1)), len(content(PROBE_ROWS))
        rows = int((self.size - fixed) * PROBE_ROWS / (probe - fixed))
        return content(max(rows, 1))

    def _csv(self, dataset: str, rows: int, encoding: str) -> bytes:
        return self._frame(dataset, rows).to_csv(index=False).encode(encoding)

    def _layer(self, dataset: str) -> gpd.GeoDataFrame:
        rows = max(int(self.size / BYTES_OF_A_PATCH[self.kind.suffix]), 1)
        frame = self._frame(dataset, rows)
        shapes = patches(rows, self.rng)
        return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4490")

    def _picture(self, path: Path) -> None:
        side = max(int((self.size / BYTES_OF_A_PIXEL) ** 0.5), 16)
        pixels = self.rng.integers(200, 4_000, (5, side, side), dtype=np.uint16)
        facts = {"driver": "GTiff", "width": side, "height": side, "count": 5}
        place = from_origin(500_000, 3_330_000, 10, 10)
        with rasterio.open(
            path, "w", **facts, dtype="uint16", crs="EPSG:4549", transform=place
        ) as file:
            file.write(pixels)

    def _frame(self, name: str, rows: int) -> pd.DataFrame:
        """Return rows of a data set under the headers of an export."""
        dataset = DATASETS[name]
        short = self.kind.suffix == "shp"
        fields = [f for f in dataset.fields if f.type != "geometry"]
        columns = {
            header(f, short=short): self._values(f, dataset, rows) for f in fields
        }
        return pd.DataFrame(columns)

    def _values(self, field: Field, dataset: Dataset, rows: int) -> np.ndarray:
        if field.code in ("uscc", "resident_id"):
            return self.rng.choice(_codes(field.code), rows)
        if field.name in dataset.key[:1] and field.type == "text":
            numbers = np.arange(rows) + self.number * 10_000_000
            return pd.Series(numbers).astype(str).str.zfill(9).radd("示99").to_numpy()
        if field.type in ("number", "integer"):
            return self._numbers(field, dataset, rows)
        if field.type in ("date", "datetime"):
            return self._days(rows, {"date": "D", "datetime": "s"}[field.type])
        words = ("是", "否") if field.type == "boolean" else tuple(field.values)
        return self.rng.choice(np.array(words or _names(), dtype=object), rows)

    def _numbers(self, field: Field, dataset: Dataset, rows: int) -> np.ndarray:
        if field.type == "integer":
            return self.rng.integers(1, 90, rows)
        if field.unit == "1/d":
            return self.rng.integers(1, 10, rows) / 10_000
        if field.name in {high for _, high in dataset.ordered}:
            return self.rng.integers(200, 400, rows) / 100
        most = 200 if field.unit == "1" else 10**8
        return self.rng.integers(1, most, rows) / 100

    def _days(self, rows: int, unit: str) -> np.ndarray:
        seconds = self.rng.integers(0, 7 * 365 * 86_400, rows)
        days = np.datetime64("2019-01-01", "s") + seconds.astype("timedelta64[s]")
        return np.char.replace(days.astype(f"datetime64[{unit}]").astype(str), "T", " ")


def header(field: Field, *, short: bool) -> str:
    if short:  # a shapefile has room for ten bytes
        fitting = [a for a in field.aliases if len(a.encode("gbk")) <= 10]
        return next(iter(fitting), field.name[:10])
    name = next(iter(field.seen or field.aliases), field.name)
    unit = UNITS.get(field.source_unit or field.unit or "")
    return f"{name}({unit})" if unit else name


@cache
def _names():
    rng = np.random.default_rng(1)
    parts = rng.choice(WORDS, (20_000, 3)).sum(axis=1)
    return "示例" + parts + rng.choice(TRADES, 20_000)


@cache
def _codes(kind: str):
    if kind == "uscc":
        bodies = [f"91990302{n:09d}" for n in range(100_000, 120_000)]
        found = [b + uscc_check_digit(b) for b in bodies]
    else:
        bodies = [
            f"9903021990{1 + n % 12:02d}{1 + n % 28:02d}{n % 1000:03d}"
            for n in range(20_000)
        ]
        found = [b + resident_check_digit(b) for b in bodies]
    return np.array(found, dtype=object)


def patches(rows: int, rng):
    """Return round patches of 20 corners, about a hectare each, that do not touch."""
    wide = int(rows**0.5) + 1
    place = np.arange(rows)
    middle = np.column_stack([place % wide, place // wide]) * 0.0015 + (119.2, 30.0)
    angle = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    radius = rng.uniform(0.0004, 0.0006, (rows, 1, 1))
    rings = np.round(middle[:, None, :] + circle * radius, 7)
    return shapely.polygons(rings)


def workbook(frame: pd.DataFrame) -> bytes:
    """Return a workbook as spreadsheet programs save it, with shared texts."""
    texts = [c for c in frame if frame[c].dtype.kind not in "if"]
    numbers, words = pd.factorize(
        np.concatenate([frame.columns.to_numpy(str), *(frame[c] for c in texts)])
    )
    heads, rest = numbers[: len(frame.columns)], numbers[len(frame.columns) :]
    shared = dict(zip(texts, rest.reshape(len(texts), len(frame)), strict=True))
    lines = _lines(frame, shared)
    head = "".join(
        f'<c r="{_letters(n)}1" t="s"><v>{h}</v></c>' for n, h in enumerate(heads)
    )
    sheet = f'{_SHEET}<row r="1">{head}</row>{"".join(lines)}</sheetData></worksheet>'
    table = f'{_TEXTS} uniqueCount="{len(words)}">' + "".join(
        f"<si><t>{w}</t></si>" for w in words
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, text in _FIXED.items():
            book.writestr(zipfile.ZipInfo(name), text)
        for name, text in (("worksheets/sheet1", sheet), ("sharedStrings", table)):
            info = zipfile.ZipInfo(f"xl/{name}.xml")
            info.compress_type = zipfile.ZIP_DEFLATED
            book.writestr(info, text + ("</sst>" if name == "sharedStrings" else ""))
    return stream.getvalue()


def _lines(frame: pd.DataFrame, shared) -> pd.Series:
    rows = pd.Series(np.arange(2, len(frame) + 2)).astype(str)
    lines = '<row r="' + rows + '">'
    for n, column in enumerate(frame):
        kind = ' t="s"' if column in shared else ""
        values = pd.Series(shared.get(column, frame[column].to_numpy())).astype(str)
        lines += f'<c r="{_letters(n)}' + rows + f'"{kind}><v>' + values + "</v></c>"
    return lines + "</row>"


def _letters(column: int) -> str:
    return chr(65 + column)


_SPACE = "http://schemas.openxmlformats.org"
_MAIN = f'xmlns="{_SPACE}/spreadsheetml/2006/main"'
_SHEET = f"<worksheet {_MAIN}><sheetData>"
_TEXTS = f"<sst {_MAIN}"
_OFFICE = f"{_SPACE}/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIXED = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_SPACE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{_TYPES}.worksheet+xml"/>'
        '<Override PartName="/xl/sharedStrings.xml" '
        f'ContentType="{_TYPES}.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_SPACE}/package/2006/relationships"><Relationship '
        f'Id="a" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="a"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_SPACE}/package/2006/relationships"><Relationship '
        f'Id="a" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="b" Type="{_OFFICE}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>'
    ),
}
