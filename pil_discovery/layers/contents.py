"""What one layer of a vector file holds, before anything is interpreted."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyogrio

from pil_discovery.errors import Problem, ReadError
from pil_discovery.layers.cells import plain_cell
from pil_discovery.layers.curves import flattened, parsed
from pil_discovery.layers.dbf import decode_columns, read_dbf
from pil_discovery.layers.formats import (
    GEOJSON,
    KML,
    KMZ,
    OWN_READERS,
    PARQUET,
    SHAPEFILE,
)
from pil_discovery.layers.geojson import read_geojson
from pil_discovery.layers.kml import read_kml, read_kmz
from pil_discovery.layers.parquet import read_geoparquet
from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from pil_discovery.layers.collection import Collection
    from pil_discovery.layers.files import Opened

_READERS: Mapping[str, Callable[[Path, str], Collection]] = {
    GEOJSON: read_geojson,
    KML: read_kml,
    KMZ: read_kmz,
    PARQUET: read_geoparquet,
}
_MOST_NOTES = 20

# Even inside the allowed formats nothing may run code or load libraries.
pyogrio.set_gdal_config_options(
    {"GDAL_VRT_ENABLE_PYTHON": "NO", "OGR_SQLITE_LOAD_EXTENSIONS": "NO"}
)


@dataclass(frozen=True)
class Contents:
    """One layer as it is in the file.

    Attributes
    ----------
    layer
        Its name.
    headers, columns
        Column names and their cells (text, numbers, dates as ISO text, None).
    geometries
        Two-dimensional; None where there is none or where it could not be parsed.
    broken
        Where a geometry is there but could not be parsed.
    rows
        The feature's place in the file, from 1.
    crs
        Declared system as text, or None.
    encoding
        Encoding of the texts.
    cut
        (position from 0, header) of texts that the file cut inside a character.
    notes
        What was concluded on the way.
    """

    layer: str
    headers: list[str]
    columns: list[list[Any]]
    geometries: NDArray[np.object_]
    broken: NDArray[np.bool_]
    rows: NDArray[np.int64]
    crs: str | None
    encoding: str
    cut: tuple[tuple[int, str], ...] = ()
    notes: tuple[Inference, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


def layer_headers(opened: Opened) -> dict[str, list[str]] | None:
    """Return the layers that hold geometry with their columns, in file order.

    None for formats that hold a single layer; that is read whole.

    Raises
    ------
    ReadError
        When the file cannot be opened.
    """
    if opened.driver == SHAPEFILE or opened.driver in OWN_READERS:
        return None
    with _telling(opened):
        named = pyogrio.list_layers(opened.path)
        names = [str(name) for name, kind in named if kind is not None]
        infos = [pyogrio.read_info(opened.path, layer=name) for name in names]
        for info in infos:
            _demand_driver(str(info["driver"]), opened)
        found = {
            n: [str(f) for f in i["fields"]] for n, i in zip(names, infos, strict=True)
        }
    if not found:
        what = "文件里没有带图形的图层"
        raise ReadError(Problem(opened.file, "", what, "请导出带图形的图层"))
    return found


def read_single(opened: Opened, *, encoding: str | None) -> Contents:
    """Read a file that holds one layer.

    Parameters
    ----------
    opened
        A recognised file.
    encoding
        Text encoding named by the user; only shapefiles need one.

    Raises
    ------
    ReadError
        Unreadable, or text that fits no encoding.
    """
    if opened.driver in OWN_READERS:
        return _from_collection(_READERS[opened.driver](opened.path, opened.file))
    contents = _read(opened, opened.path.stem, columns=[], text="ISO-8859-1")
    return _with_table(contents, opened, encoding)


def read_contents(opened: Opened, layer: str) -> Contents:
    """Read one layer of a GeoPackage, file geodatabase or FlatGeobuf.

    Raises
    ------
    ReadError
        When it cannot be read.
    """
    return _read(opened, layer, columns=None, text=None)


def read_sample(opened: Opened, layer: str, most: int) -> Contents:
    """Read the first features of a layer, as `read_contents` reads all of them."""
    return _read(opened, layer, columns=None, text=None, most=most)


def _read(
    opened: Opened,
    layer: str,
    *,
    columns: list[str] | None,
    text: str | None,
    most: int | None = None,
) -> Contents:
    with _telling(opened) as notes:
        info = pyogrio.read_info(
            opened.path, layer=layer, encoding=text, force_feature_count=most is None
        )
        _demand_driver(str(info["driver"]), opened)
        meta, table = pyogrio.raw.read_arrow(
            opened.path,
            layer=layer,
            columns=columns,
            encoding=text,
            max_features=most,
            return_fids=True,
            datetime_as_string=True,
        )
        demand_sound(table, opened.file)
        if most is None:
            _demand_whole(int(info["features"]), table.num_rows, opened)
        fids = table.column(0).to_numpy().astype(np.int64)
        # By position: in a damaged file several columns may have one name.
        names = table.column_names
        shape = names.index(meta["geometry_name"] or "wkb_geometry")
        found = parsed(table.column(shape).to_pylist(), fids, (opened.path, layer))
        others = [at for at in range(1, len(names)) if at != shape]
        cells = [_cells(table.column(at)) for at in others]
    single = opened.driver == SHAPEFILE
    return Contents(
        layer,
        [names[at] for at in others],
        cells,
        found.geometries,
        found.broken,
        fids + 1 if single else np.arange(1, len(fids) + 1),
        meta["crs"],
        "utf-8",
        notes=(*notes, *found.notes),
    )


def _cells(column: pa.ChunkedArray) -> list[Any]:
    """Return the cells of a column as plain values."""
    cells: list[Any] = column.to_pylist()
    texts = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return cells if texts else [plain_cell(v) for v in cells]


def _demand_driver(found: str, opened: Opened) -> None:
    if found != opened.driver:
        what = f"内容被识别为 {found}，不是 {opened.driver}，拒绝打开"
        raise ReadError(Problem(opened.file, "", what, "请核对文件来源并重新导出"))


def demand_sound(table: pa.Table, file: str) -> None:
    """Refuse a table whose texts lie anywhere, or are none: a damaged FlatGeobuf.

    Raises
    ------
    ReadError
        Before a cell is looked at, which would end in a fault of the interpreter.
    """
    try:
        table.validate(full=True)
    except pa.ArrowInvalid as error:
        is_text = "UTF8" in str(error)
        what = "文字不是合法的 UTF-8" if is_text else "文件内部结构已损坏"
        raise ReadError(Problem(file, "", what, "请用原软件重新导出")) from error


def _demand_whole(promised: int, found: int, opened: Opened) -> None:
    """Raise when a file holds fewer features than it says (deleted ones aside)."""
    if opened.driver == SHAPEFILE:
        with opened.path.open("rb") as stream:
            promised = int.from_bytes(stream.read(28)[24:28], "big") * 2
        found = opened.path.stat().st_size
    if found < promised:
        what = "文件不完整：内容少于文件头所写"
        raise ReadError(Problem(opened.file, "", what, "请重新拷贝或重新导出"))


@contextmanager
def _telling(opened: Opened) -> Iterator[list[Inference]]:
    """Turn what GDAL says into notes, and what it refuses into a ReadError."""
    notes: list[Inference] = []
    folder = f"{opened.path.parent}/"
    with warnings.catch_warnings(record=True) as log:
        warnings.simplefilter("always")
        try:
            yield notes
        except UnicodeDecodeError as error:  # of the names of columns
            what = "文字不是合法的 UTF-8"
            raise ReadError(
                Problem(opened.file, "", what, "请用原软件重新导出")
            ) from error
        # Where a system cannot be exported, pyogrio stumbles over its own NameError.
        except (RuntimeError, OSError, ValueError, NameError) as error:
            said = str(error).replace(folder, "").split("\n")[0]
            remedy = "文件可能损坏，请重新导出"
            raise ReadError(
                Problem(opened.file, "", f"无法读取（{said}）", remedy)
            ) from error
    words = dict.fromkeys(str(w.message).replace(folder, "") for w in log)
    notes += [
        Inference(what="读取时的提示", value=word, why="GDAL")
        for word in list(words)[:_MOST_NOTES]
    ]


def _from_collection(found: Collection) -> Contents:
    geometries, notes = flattened(found.geometries)
    return Contents(
        found.layer,
        found.headers,
        found.columns,
        geometries,
        found.broken,
        np.arange(1, len(found.geometries) + 1),
        found.crs,
        "utf-8",
        notes=(*found.notes, *notes),
    )


def _with_table(contents: Contents, opened: Opened, encoding: str | None) -> Contents:
    """Add the attributes of a shapefile, decoded strictly from the bytes."""
    raw = read_dbf(opened.beside[".dbf"], opened.file)
    cpg = opened.beside.get(".cpg")
    declared = None if cpg is None else cpg.read_text("latin-1").strip()[:40]
    decoded = decode_columns(raw, name=opened.file, declared=declared, given=encoding)
    records = (contents.rows - 1).tolist()
    total = len(raw[0].cells) if raw else len(records)
    shapes = (opened.beside[".shx"].stat().st_size - 100) // 8
    if raw and total != shapes:
        what = f".dbf 有 {total} 条记录，.shx 有 {shapes} 个图形，数目不等"
        raise ReadError(Problem(opened.file, "", what, "请连同全部文件重新导出"))
    at = {record: i for i, record in enumerate(records)}
    notes = [Inference(what="文字编码", value=decoded.encoding, why=decoded.why)]
    notes += [
        Inference(
            what=f"列 {header}：文字可能被截断",
            value=f"{number} 格",
            why="文字正好写满 Shapefile 的字段宽度；请核对，或改用 GeoPackage 导出",
        )
        for header, number in decoded.filled.items()
    ]
    if total > len(records):
        gone = f"{total - len(records)} 条"
        why = ".dbf 中标为已删除，GIS 软件同样不显示"
        notes.append(Inference(what="已删除的记录未读取", value=gone, why=why))
    return replace(
        contents,
        headers=decoded.headers,
        columns=[[column[r] for r in records] for column in decoded.columns]
        if records != list(range(total))
        else decoded.columns,
        encoding=decoded.encoding,
        cut=tuple((at[r], h) for r, h in decoded.cut if r in at),
        notes=(*contents.notes, *notes),
    )
