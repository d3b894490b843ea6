"""What workspace, STAC Item and product name state of a picture, put together."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.errors import Problem
    from pil_discovery.imagery.products import Product
    from pil_discovery.types.pixels import MaskKind


@dataclass(frozen=True)
class Statement:
    """What one source states of a picture; None = it does not say.

    Attributes
    ----------
    source
        Who says it, in Chinese: 工作区, STAC 条目, 产品名.
    day, day_of
        Calendar day where no time is known, and whether it is counted in UTC or in
        Beijing.
    sensor
        Satellite, sensor and product level in words.
    """

    source: str
    acquired: dt.datetime | None = None
    day: dt.date | None = None
    day_of: str | None = None
    sensor: str | None = None
    platform: str | None = None
    instrument: str | None = None
    level: str | None = None
    product_id: str | None = None
    collection: str | None = None
    orbit: str | None = None
    place: str | None = None
    sun_elevation_deg: float | None = None
    scene_cloud_percent: float | None = None
    licence: str | None = None
    issuer: str | None = None
    obtained: str | None = None
    obtained_by: str | None = None
    orthorectified: bool | None = None
    dem: str | None = None
    crs: str | None = None


@dataclass(frozen=True)
class BandFile:
    """Where a band lies, and what is said of its values outside its file.

    `alone`: the file was named for this band and must hold no other.
    """

    path: Path
    number: int
    nodata: float | None = None
    scale: float | None = None
    offset: float | None = None
    wavelength_nm: float | None = None
    said_by: str = "工作区"
    alone: bool = False


@dataclass(frozen=True)
class Scene:
    """The files of one picture and all that is stated of it.

    Attributes
    ----------
    path, file
        The picture or the STAC Item, and its name in reports.
    bands
        Canonical band name → where it lies.
    mask
        Cloud mask and how it is read; the kind is None when nothing tells it.
    statements
        Those that count more come first.
    """

    path: Path
    file: str
    bands: Mapping[str, BandFile]
    mask: tuple[Path, MaskKind | None] | None
    statements: tuple[Statement, ...]
    product: Product | None
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


_COMPARED = {"platform": "卫星", "level": "产品级别", "collection": "产品批次"}
_WORDS = {"高分": "gf", "哨兵": "sentinel", "资源": "zy", "陆地卫星": "landsat"}
_DIGITS = str.maketrans("一二三四五六七八九", "123456789")


def statement_of(product: Product | None) -> Statement:
    """Return what a product name states."""
    if product is None:
        return Statement("产品名")
    return Statement(
        "产品名",
        acquired=product.acquired,
        day=product.day,
        day_of=product.day_of,
        sensor=product.sensor,
        platform=product.platform,
        instrument=product.instrument,
        level=product.level,
        product_id=product.product_id,
        collection=product.collection,
        orbit=product.orbit,
        place=product.place,
        orthorectified=product.orthorectified,
    )


def put_together(statements: Sequence[Statement]) -> Statement:
    """Return each fact as the first statement gives it."""
    result = Statement("")
    for statement in reversed(statements):
        given = {f.name: getattr(statement, f.name) for f in fields(statement)}
        known = {n: v for n, v in given.items() if v is not None and n != "source"}
        result = replace(result, **known)
    return result


def contradictions(statements: Sequence[Statement]) -> Iterator[str]:
    """Say in Chinese where statements do not agree; neither is dropped."""
    yield from _days_apart(statements)
    for name, words in _COMPARED.items():
        said = {s.source: str(getattr(s, name)) for s in statements if getattr(s, name)}
        if len({_plain(v) for v in said.values()}) > 1:
            yield _side_by_side(words, said)
    sensor = statements[0].sensor
    platform = next((s for s in statements[1:] if s.platform), None)
    if sensor and platform is not None and not _names(sensor, str(platform.platform)):
        said = {statements[0].source: sensor, platform.source: str(platform.platform)}
        yield _side_by_side("传感器", said)


def _days_apart(statements: Sequence[Statement]) -> Iterator[str]:
    said = {s.source: day for s in statements if (day := _day(s)) is not None}
    if len(set(said.values())) > 1:
        words = {source: day.isoformat() for source, day in said.items()}
        yield _side_by_side("成像日期", words)


def _day(statement: Statement) -> dt.date | None:
    if statement.acquired is None or statement.acquired.tzinfo is None:
        return statement.day
    return statement.acquired.astimezone(dt.UTC).date()


def _side_by_side(what: str, said: Mapping[str, str]) -> str:
    words = "，".join(f"{source}写“{value}”" for source, value in said.items())
    return f"{what}：{words}，并存，未作取舍"


def _plain(text: str) -> str:
    """Return letters and digits alone: `sentinel-2a` and `Sentinel-2A` are one."""
    for word, latin in _WORDS.items():
        text = text.replace(word, latin)
    return re.sub(r"[^a-z0-9]", "", text.translate(_DIGITS).lower())


def _names(sensor: str, platform: str) -> bool:
    """Tell whether the words for a sensor name a platform, but for its twin letter."""
    return re.sub(r"(?<=\d)[a-z]$", "", _plain(platform)) in _plain(sensor)
