"""Small valid files of every format, and the ways in which files break."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tests.zoo.layer_cases import TWO, feature, geojson, polygon, ring, written
from tests.zoo.making import ROWS, archive, book, content, text, text_of
from tests.zoo.picture_cases import TOLD, raster
from tests.zoo.shape_cases import KML

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.random import Generator

RECORDS = ("records", {"dataset": "land_contract"})
UNKNOWN = ("records", {})
LAYER = ("layer", {"dataset": "parcel"})
IMAGE = ("image", TOLD)


@dataclass(frozen=True)
class Seed:
    """A valid file: how it is made, how it is read, and which of its parts break."""

    make: Callable[[Path], Path]
    read: tuple[str, Mapping[str, Any]]
    parts: tuple[str, ...] = ("",)


def _parquet(folder):
    path = folder / "合同.parquet"
    pd.DataFrame(list(ROWS[1:]), columns=list(ROWS[0])).to_parquet(path)
    return path


_MANY = [
    *ROWS,
    *((f"示合-{i}", "丙公司", "5亩", "2万元", "2024年3月") for i in range(20)),
]
_LINES = '{"合同编号": "A-1", "受让人": "甲", "出让面积": 1.5}\n' * 3
SEEDS = {
    "csv": Seed(text(_MANY), RECORDS),
    "csv-gbk": Seed(text(_MANY, encoding="gbk"), UNKNOWN),
    "txt-utf-16": Seed(text(_MANY, encoding="utf-16", delimiter="\t"), RECORDS),
    "xlsx": Seed(book({"台账": _MANY}), RECORDS),
    "xls": Seed(book({"台账": _MANY}, kind="xls"), RECORDS),
    "ods": Seed(book({"台账": _MANY}, kind="ods"), RECORDS),
    "shp": Seed(
        written(TWO, "宗地.shp", encoding="GBK", cpg="GBK"),
        LAYER,
        (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    ),
    "gpkg": Seed(written(TWO, "a.gpkg"), LAYER),
    "geojson": Seed(
        geojson([feature(i, polygon(ring(120 + i))) for i in (1, 2)]), LAYER
    ),
    "fgb": Seed(written(TWO, "a.fgb"), LAYER),
    "tif": Seed(raster(compress="deflate", nodata=0), IMAGE),
    "tif-plain": Seed(raster(), IMAGE),
    "envi": Seed(raster("a.img"), IMAGE, (".img", ".hdr")),
    "kml": Seed(content(KML, "a.kml"), LAYER),
    "jsonl": Seed(content(_LINES.encode(), "a.jsonl"), RECORDS),
    "parquet": Seed(_parquet, RECORDS),
    "zip": Seed(content(archive({"a.csv": text_of(ROWS).encode()}), "a.zip"), UNKNOWN),
}


def mutated(data: bytes, other: bytes, rng: Generator) -> bytes:
    """Break a file once or twice; half of the breaks fall into its first bytes."""
    if data[:2] == b"PK" and rng.random() < 0.7:
        return _inside(data, other, rng)
    for _ in range(1 if rng.random() < 0.7 else 3):
        data = WAYS[rng.integers(len(WAYS))](data or b"\0", other, rng)
    return data


def _inside(data: bytes, other: bytes, rng: Generator) -> bytes:
    """Break one member of an archive, so that the archive itself stays sound."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        members = {m: old.read(m) for m in old.namelist()}
    victim = sorted(members)[rng.integers(len(members))]
    way = WAYS[rng.integers(len(WAYS))]
    members[victim] = way(members[victim] or b"\0", other, rng)
    return archive(members)


def _place(data: bytes, rng: Generator) -> int:
    end = len(data) if rng.random() < 0.5 else min(len(data), 600)
    return int(rng.integers(end))


def _size(rng: Generator) -> int:
    return int(rng.choice((1, 1, 2, 4, 8, 64, 512)))


def flip(data: bytes, other: bytes, rng: Generator) -> bytes:
    del other
    broken = bytearray(data)
    for _ in range(int(rng.integers(1, 9))):
        broken[_place(data, rng)] ^= 1 << int(rng.integers(8))
    return bytes(broken)


def delete(data: bytes, other: bytes, rng: Generator) -> bytes:
    del other
    at = _place(data, rng)
    return data[:at] + data[at + _size(rng) :]


def insert(data: bytes, other: bytes, rng: Generator) -> bytes:
    del other
    at = _place(data, rng)
    words = (
        b"\xef\xbb\xbf",
        b'"',
        "\u202e𠀀".encode(),
        b"1e999",
        b"=1+1",
        b"\r",
        b"NaN",
    )
    added = rng.bytes(_size(rng)) if rng.random() < 0.5 else words[rng.integers(7)]
    return data[:at] + added + data[at:]


def truncate(data: bytes, other: bytes, rng: Generator) -> bytes:
    del other
    return data[: _place(data, rng)]


def swap(data: bytes, other: bytes, rng: Generator) -> bytes:
    """Exchange two blocks of equal length."""
    del other
    a, b = sorted((_place(data, rng), _place(data, rng)))
    size = min(_size(rng) * 8, b - a)
    blocks = data[a : a + size], data[b : b + size]
    return data[:a] + blocks[1] + data[a + size : b] + blocks[0] + data[b + size :]


def head(data: bytes, other: bytes, rng: Generator) -> bytes:
    """Put random bytes or the head of another file in front."""
    size = int(rng.choice((2, 4, 16, 100)))
    front = other[:size] if rng.random() < 0.5 else rng.bytes(size)
    return front + data[size:]


def length(data: bytes, other: bytes, rng: Generator) -> bytes:
    """Overwrite what may be a length or an offset with one that is none."""
    del other
    size = int(rng.choice((2, 4, 8)))
    at = _place(data, rng) // size * size
    limit = 1 << (8 * size)
    value = rng.choice((0, 1, limit // 2 - 1, limit // 2, limit - 1, len(data) + 1))
    order = "little" if rng.random() < 0.5 else "big"
    return data[:at] + (int(value) % limit).to_bytes(size, order) + data[at + size :]


def blank(data: bytes, other: bytes, rng: Generator) -> bytes:
    del other
    at, size = _place(data, rng), _size(rng)
    mark = (b"\0", b"\xff", b" ")[rng.integers(3)]
    return data[:at] + mark * size + data[at + size :]


def join(data: bytes, other: bytes, rng: Generator) -> bytes:
    at = _place(data, rng)
    return (data + other, other + data, data[:at] + other)[rng.integers(3)]


WAYS = (flip, delete, insert, truncate, swap, head, length, blank, join)


def generator(name: str, number: int = 0) -> Generator:
    """Return the generator of one seed file; the same numbers on every machine."""
    return np.random.default_rng([number, *name.encode()])
