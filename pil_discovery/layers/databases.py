"""The Answer of a PostGIS database → Layer, by the same rules as a file.

The pyogrio wheels (0.13.0, GDAL 3.12.4) hold no `PostgreSQL` driver, so geometries come
as what PostGIS sends for a geometry column anyway: hexadecimal EWKB with its SRID.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.errors import CrsError, Problem, ReadError
from pil_discovery.layers.accounts import Told, account
from pil_discovery.layers.contents import Contents
from pil_discovery.layers.sheets import Layers, choose_sheets
from pil_discovery.layers.sigma import sigma_problems
from pil_discovery.layers.vectors import read_sheet
from pil_discovery.text.received import GEOMETRIES, cells_of
from pil_discovery.types import Inference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pil_discovery.layers.sigma import Expected
    from pil_discovery.types import Dataset, Layer, LayerSource
    from pil_discovery.types.answers import Answer


def layer_of(
    answer: Answer,
    datasets: Mapping[str, Dataset],
    entry: LayerSource,
    *,
    expected: Expected = None,
) -> Layer:
    """Read the rows of a query with one geometry column as a data set, in EPSG:4490.

    Parameters
    ----------
    answer
        What the database sent.
    datasets
        Known data sets.
    entry
        The source in `pil.yaml`.
    expected
        What maps of its scale are expected to be off by, metres, and who says so.

    Returns
    -------
    Layer
        As `read_vector` gives it: same systems, same quarantine. `_sheet` is the name
        of the geometry column, `_row` the place of the row in the answer, from 1.

    Raises
    ------
    ReadError
        No geometry column or several, unknown data set, column or unit.
    CrsError
        Several systems in one column; none, unsafe, or contradicted by the numbers.
    """
    if problems := sigma_problems(entry.sigma_m, answer.file):
        raise ReadError(problems)
    contents = _contents(answer, entry.crs)
    headers = {contents.layer: contents.headers}
    layers = Layers(answer.file, headers, entry.columns, lambda _: contents)
    choice = choose_sheets(layers, datasets, entry.dataset)
    told = _told(entry, expected)
    parts = [read_sheet(sheet, contents, answer, told) for sheet in choice.sheets]
    noted = replace(choice, notes=[*answer.notes, *choice.notes])
    return account(parts, answer, told, noted)


def _told(entry: LayerSource, expected: Expected) -> Told:
    return Told(
        crs=entry.crs,
        units=entry.units,
        issuer=entry.issuer,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        scale=entry.scale,
        sigma_m=entry.sigma_m,
        obtained=None if entry.obtained is None else entry.obtained.isoformat(),
        repair=entry.repair,
        expected=expected,
    )


def _contents(answer: Answer, given: str | None) -> Contents:
    at = _geometry_column(answer)
    geometries, broken, srids = _parsed([row[at] for row in answer.rows])
    others = [i for i in range(len(answer.headers)) if i != at]
    return Contents(
        layer=answer.headers[at],
        headers=[answer.headers[i] for i in others],
        columns=[
            cells_of([row[i] for row in answer.rows], answer.kinds[i]) for i in others
        ],
        geometries=geometries,
        broken=broken,
        rows=np.arange(1, len(answer.rows) + 1),
        crs=_declared(answer, srids, given),
        encoding="utf-8",
        notes=_unparsed(broken),
    )


def _geometry_column(answer: Answer) -> int:
    places = [at for at, kind in enumerate(answer.kinds) if kind in GEOMETRIES]
    if len(places) == 1:
        return places[0]
    names = "、".join(answer.headers[at] for at in places)
    what = f"查询结果有几个图形列：{names}" if places else "查询结果里没有图形列"
    remedy = "请在 query 里选一个 geometry 列（不要用 ST_AsText 等函数转换）"
    raise ReadError(Problem(answer.file, "query", what, remedy))


def _parsed(
    ewkb: list[str | None],
) -> tuple[NDArray[np.object_], NDArray[np.bool_], set[int]]:
    """Return geometries, which could not be parsed, and their SRIDs."""
    given = np.array([text is not None for text in ewkb], dtype=bool)
    raw = np.empty(len(ewkb), dtype=object)
    raw[:] = ewkb
    try:
        read = _shapes(raw)
    except NotImplementedError:  # curves somewhere: find the features that are
        read = np.array([_shape(text) for text in ewkb], dtype=object)
    there = ~shapely.is_missing(read)
    srids = {int(srid) for srid in np.unique(shapely.get_srid(read[there]))}
    flat = np.asarray(shapely.force_2d(read), dtype=object)
    return flat, given & ~there, srids


def _shapes(ewkb: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.asarray(shapely.from_wkb(ewkb, on_invalid="ignore"), dtype=object)


def _shape(ewkb: str | None) -> object:
    try:
        return shapely.from_wkb(ewkb, on_invalid="ignore")
    except NotImplementedError:
        return None


def _unparsed(broken: NDArray[np.bool_]) -> tuple[Inference, ...]:
    if not broken.any():
        return ()
    why = "曲线和三维曲面不能叠加；可在 query 里用 ST_CurveToLine 转成折线后重新读取"
    found = Inference(what="图形无法解析的要素", value=f"{broken.sum()} 个", why=why)
    return (found,)


def _declared(answer: Answer, srids: set[int], given: str | None) -> str | None:
    """Return the one system of the geometries; what the workspace says comes later."""
    if len(srids) > 1:
        names = "、".join(map(str, sorted(srids)))
        what = f"图形列里混有几个坐标系（SRID {names}）"
        remedy = "请按 ST_SRID(图形列) 分成几个来源，各写各的 query"
        raise CrsError(Problem(answer.file, "query", what, remedy))
    srid = next(iter(srids), 0)
    if srid == 0 or given is not None:
        return None if srid == 0 else answer.systems.get(srid)
    if srid not in answer.systems:
        what = f"SRID {srid} 不在库的 spatial_ref_sys 里"
        remedy = "请在 pil.yaml 的该来源写明 crs"
        raise CrsError(Problem(answer.file, "query", what, remedy))
    return answer.systems[srid]
