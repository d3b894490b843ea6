"""A picture as `pil.yaml` names it: its files, and what is stated of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from pil_discovery.errors import Problem
from pil_discovery.imagery.masks import kind_of_mask
from pil_discovery.imagery.sensors import band_name, usual_bands
from pil_discovery.layers.files import plain_file
from pil_discovery.layers.headers import product_at
from pil_discovery.layers.stac import read_item
from pil_discovery.layers.statements import BandFile, Scene, Statement, statement_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.layers.headers import Header
    from pil_discovery.types.pixels import MaskKind

ITEM = ".json"
"""Extension of a STAC Item."""
_ZONE = "写明时区，例如 2025-05-12T10:41:00+08:00"


class Told(TypedDict, total=False):
    """What the workspace says of a picture; what is absent or None it does not say.

    Attributes
    ----------
    acquired
        Time of acquisition with time zone; text in ISO 8601.
    sensor
        Satellite, sensor and product level in words.
    bands
        Canonical band name → band number from 1 in the picture's own file.
    files
        Canonical band name → a further file, whose first band it is.
    cloud_mask, mask_kind
        Raster on the grid of the picture, and how its values are read.
    nodata, scale, offset
        For all bands whose files declare none.
    crs
        Coordinate system, where the file names none.
    sigma_m
        One-axis absolute positional standard deviation in metres.
    orthorectified
        Whether relief was removed from the picture.
    """

    acquired: dt.datetime | str | None
    sensor: str | None
    bands: Mapping[str, int]
    files: Mapping[str, Path | str]
    cloud_mask: Path | str | None
    mask_kind: MaskKind | None
    nodata: float | None
    scale: float | None
    offset: float | None
    crs: str | None
    sigma_m: float | None
    orthorectified: bool | None
    licence: str | None
    issuer: str | None
    obtained: str | None
    obtained_by: str | None


def find_scene(path: Path, told: Told, root: Path | None) -> Scene:
    """Put together the files of a picture and what is stated of it.

    Parameters
    ----------
    path
        Picture file, or STAC Item (`.json`).
    told
        What the workspace says; it counts more than Item and product name.

    Raises
    ------
    ReadError
        Forbidden path, or a `.json` that is no STAC Item.
    """
    if path.suffix.lower() == ITEM:
        found = read_item(path, root)
    else:
        found = _plain_scene(path, told, root)
    statement, problems = _statement(told, found.file)
    problems += _item_problems(found, told)
    return replace(
        found,
        bands={name: _completed(b, told) for name, b in found.bands.items()},
        mask=_mask(found, told),
        statements=(statement, *found.statements),
        problems=(*problems, *found.problems),
    )


def _mask(found: Scene, told: Told) -> tuple[Path, MaskKind | None] | None:
    stated, kind = told.get("cloud_mask"), told.get("mask_kind")
    if stated is not None:
        path = Path(stated)
        return path, kind or kind_of_mask(product_at(path))
    return found.mask and (found.mask[0], kind or found.mask[1])


def _plain_scene(path: Path, told: Told, root: Path | None) -> Scene:
    place, file = plain_file(path, root)
    product = product_at(place)
    own = None if product is None else band_name(product)
    numbers = told.get("bands") or {}
    bands = {name: BandFile(place, number) for name, number in numbers.items()}
    if not bands and own is not None:
        bands = {own: BandFile(place, 1, alone=True)}
    files = told.get("files") or {}
    further = {name: BandFile(Path(p), 1, alone=True) for name, p in files.items()}
    problems = [
        Problem(file, f"files.{name}", f"波段 {name} 写了两处", "只保留一处")
        for name in sorted(set(bands) & set(further))
    ]
    return Scene(
        path=place,
        file=file,
        bands={**bands, **further},
        mask=None,
        statements=(statement_of(product),),
        product=product,
        problems=tuple(problems),
    )


def _item_problems(found: Scene, told: Told) -> list[Problem]:
    if found.path.suffix.lower() != ITEM or not (
        told.get("bands") or told.get("files")
    ):
        return []
    what = "STAC 条目自带波段，不能再写 bands 或 files"
    return [Problem(found.file, "bands", what, "请删去，波段以条目的 assets 为准")]


def _completed(band: BandFile, told: Told) -> BandFile:
    """Put what the workspace says before what an Item says."""
    nodata, scale, offset = told.get("nodata"), told.get("scale"), told.get("offset")
    if nodata is None and scale is None and offset is None:
        return band
    return replace(
        band,
        nodata=band.nodata if nodata is None else nodata,
        scale=band.scale if scale is None else scale,
        offset=band.offset if offset is None else offset,
        said_by="工作区",
    )


def _statement(told: Told, file: str) -> tuple[Statement, list[Problem]]:
    acquired, problems = _time(told.get("acquired"), file)
    return (
        Statement(
            "工作区",
            acquired=acquired,
            sensor=(told.get("sensor") or "").strip() or None,
            licence=told.get("licence"),
            issuer=told.get("issuer"),
            obtained=told.get("obtained"),
            obtained_by=told.get("obtained_by"),
            orthorectified=told.get("orthorectified"),
            crs=told.get("crs"),
        ),
        problems,
    )


def _time(
    acquired: dt.datetime | str | None, file: str
) -> tuple[dt.datetime | None, list[Problem]]:
    try:
        time = (
            dt.datetime.fromisoformat(acquired)
            if isinstance(acquired, str)
            else acquired
        )
    except ValueError:
        what = f"成像时间“{acquired}”无法识别"
        return None, [Problem(file, "acquired", what, _ZONE)]
    if time is not None and time.utcoffset() is None:
        what = "成像时间没有时区，不知是北京时间还是世界时"
        return None, [Problem(file, "acquired", what, _ZONE)]
    return time, []


def lacking(
    scene: Scene, stated: Statement, headers: Sequence[Header]
) -> list[Problem]:
    """Say which facts nobody states; what is proposed is never applied by itself."""
    problems = []
    named = {p.where for p in scene.problems}
    if stated.acquired is None and "acquired" not in named:
        problems.append(Problem(scene.file, "acquired", *_no_time(stated)))
    if stated.sensor is None:
        what = "没有写明传感器"
        remedy = "写明卫星、传感器和产品级别"
        problems.append(Problem(scene.file, "sensor", what, remedy))
    if not scene.bands and not scene.problems:
        usual, why = usual_bands(scene.product, headers[0].count if headers else 0)
        shown = "、".join(f"{name}: {number}" for name, number in usual.items())
        remedy = f"{why}，请核对后写成 bands: {{{shown}}}" if usual else _BANDS
        problems.append(Problem(scene.file, "bands", "没有写明波段", remedy))
    return problems


_BANDS = "写成 {red: 3, nir: 4} 的形式"


def _no_time(stated: Statement) -> tuple[str, str]:
    if stated.day is None:
        return "没有写明成像时间", _ZONE
    what = f"产品名只有日期 {stated.day}（{stated.day_of}时间），没有成像时刻"
    return what, f"请在产品的元数据文件中查到时刻，并{_ZONE}"
