"""STAC Items: the files of a picture and what the Item states of them.

Nothing is fetched and no schema is looked up: the Item is a local file, and only files
of the workspace that it names by relative paths are opened.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pil_discovery.errors import Problem, ReadError
from pil_discovery.imagery.masks import kind_of_mask
from pil_discovery.imagery.products import parse_product, product_of
from pil_discovery.imagery.sensors import band_name
from pil_discovery.layers.files import plain_file
from pil_discovery.layers.stac_facts import (
    SOURCE,
    as_finite,
    as_number,
    as_text,
    statement_of_item,
)
from pil_discovery.layers.statements import BandFile, Scene, statement_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pystac

    from pil_discovery.imagery.products import Product
    from pil_discovery.types.pixels import MaskKind

MOST_ITEM_BYTES = 16 * 2**20
"""Largest STAC Item, bytes."""
_VERSION = re.compile(r"1\.[01]\.\d+(-[\w.]+)?")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]")
_NO_DATA = frozenset({"thumbnail", "overview", "visual", "metadata"})
_CLOUDY = frozenset({"cloud", "cloud-mask", "cloud-shadow"})
_COMMON = {
    "coastal": ("coastal",),
    "blue": ("blue",),
    "green": ("green",),
    "red": ("red",),
    "red_edge": ("rededge", "rededge071"),
    "nir": ("nir", "nir08"),
    "swir1": ("swir16",),
    "swir2": ("swir22",),
    "pan": ("pan",),
    "thermal": ("lwir", "lwir11"),
}
"""Canonical band → common names of the EO extension, the better one first."""


@dataclass(frozen=True)
class _Found:
    """A band that an asset offers."""

    asset: str
    rank: int
    href: str
    details: Mapping[str, Any]
    number: int


def read_item(path: Path, root: Path | None) -> Scene:
    """Read a STAC Item 1.0 or 1.1.

    Parameters
    ----------
    path
        The Item, a JSON file inside the workspace.
    root
        The workspace; None takes the folder of the Item.

    Returns
    -------
    Scene
        Assets that are no files of the workspace are among its problems.

    Raises
    ------
    ReadError
        Forbidden path, not JSON, or no STAC Item.
    """
    place, file = plain_file(path, root)
    item = _parsed(place, file)
    product = _product(item)
    problems: list[Problem] = []
    notes: list[str] = []
    base = _Base(place, root, file, problems, notes)
    bands = {
        name: band
        for name in _COMMON
        if (band := _band(base, name, list(_offers(item, name)))) is not None
    }
    mask = _mask(base, item, product)
    if not bands and not problems:
        why = "；".join(notes) or "assets 中没有写明 common_name 的影像"
        what = f"STAC 条目里没有可用的波段（{why}）"
        remedy = "核对 eo:bands 或 bands，并把影像文件放在条目旁边"
        problems.append(Problem(file, "assets", what, remedy))
    return Scene(
        path=place,
        file=file,
        bands=bands,
        mask=mask,
        statements=(statement_of_item(item), statement_of(product)),
        product=product,
        notes=tuple(notes),
        problems=tuple(dict.fromkeys(problems)),
    )


def asset_paths(path: Path, root: Path | None) -> tuple[Path, ...]:
    """Return the files that a STAC Item names and that lie beside or below it.

    Raises
    ------
    ReadError
        Forbidden path, not JSON, or no STAC Item.
    """
    place, file = plain_file(path, root)
    base = _Base(place, root, file, [], [])
    assets = _parsed(place, file).assets
    found = (base.local(key, _href(asset)) for key, asset in assets.items())
    return tuple(p for p in found if p is not None)


@dataclass(frozen=True)
class _Base:
    """The Item's place, and what was found wrong with its assets."""

    place: Path
    root: Path | None
    file: str
    problems: list[Problem]
    notes: list[str]

    def local(self, asset: str, href: str) -> Path | None:
        """Return the file an asset names, None where there is no such file."""
        fault = _fault(href)
        if fault:
            where = f"assets.{asset}.href"
            remedy = "请把文件下载到条目旁边，href 改为相对路径"
            what = f"“{href[:200]}”{fault}"
            self.problems.append(Problem(self.file, where, what, remedy))
            return None
        names = dict.fromkeys((href, unquote(href)))
        paths = [self.place.parent / name for name in names if "\0" not in name]
        return next((p for p in paths if _is_file(p)), None)


def _fault(href: str) -> str:
    if _ELSEWHERE.match(href):
        return "不是相对路径（网络地址、/vsi 和绝对路径一律不打开）"
    if (
        ".." in PureWindowsPath(href).parts
        or ".." in PureWindowsPath(unquote(href)).parts
    ):
        return "指向条目所在文件夹之外"
    return "" if href.strip() else "是空的"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # such as a name that is too long
        return False


def _parsed(place: Path, file: str) -> pystac.Item:
    remedy = "请提供 STAC 1.0 或 1.1 的 Item"
    if place.stat().st_size > MOST_ITEM_BYTES:
        raise ReadError(Problem(file, "", "STAC 条目超过 16 MiB", remedy))
    try:
        data = json.loads(place.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise ReadError(Problem(file, "", "不是合法的 JSON（UTF-8）", remedy)) from None
    if not isinstance(data, dict) or data.get("type") != "Feature":
        raise ReadError(
            Problem(file, "", "不是 STAC 条目（type 应为 Feature）", remedy)
        )
    version = str(data.get("stac_version", "没有写"))
    if not _VERSION.fullmatch(version):
        what = f"不是可读的 STAC 条目（stac_version：{version[:40]}）"
        raise ReadError(Problem(file, "stac_version", what, remedy))
    return _item_of(data, file, remedy)


def _item_of(data: dict[str, Any], file: str, remedy: str) -> pystac.Item:
    """Build the Item by hand.

    `Item.from_dict` would load the code of every installed extension of pystac. Links
    lead elsewhere and are left out.
    """
    import pystac
    from pystac.utils import str_to_datetime

    try:
        properties = dict(data["properties"])
        moment = properties.get("datetime")
        assets = {k: pystac.Asset.from_dict(v) for k, v in data["assets"].items()}
        if moment is None and "start_datetime" not in properties:
            what = "STAC 条目没有写成像时间（datetime）"
            where, anew = "properties.datetime", "请提供单位写明成像时间后重新导出"
            raise ReadError(Problem(file, where, what, anew))
        return pystac.Item(
            id=str(data["id"]),
            geometry=None,
            bbox=None,
            datetime=None if moment is None else str_to_datetime(moment),
            properties=properties,
            assets=assets,
        )
    except (
        pystac.STACError,
        AttributeError,
        KeyError,
        OverflowError,
        TypeError,
        ValueError,
    ) as error:
        what = f"STAC 条目的内容有误（{type(error).__name__}：{str(error)[:200]}）"
        raise ReadError(Problem(file, "", what, remedy)) from error


def _product(item: pystac.Item) -> Product | None:
    given = item.properties
    names = [given.get("s2:product_uri"), given.get("landsat:product_id"), item.id]
    found = (parse_product(n) for n in names if isinstance(n, str))
    return next((p for p in found if p is not None), None)


def _offers(item: pystac.Item, canonical: str) -> Iterator[_Found]:
    """Yield the assets that hold a band, whatever their files."""
    wanted = _COMMON[canonical]
    for key, asset in item.assets.items():
        if _NO_DATA & _roles(asset):
            continue
        for number, details in enumerate(_band_details(asset), start=1):
            common = _common_name(details)
            if common in wanted:
                rank = wanted.index(common)
                yield _Found(key, rank, _href(asset), details, number)


def _roles(asset: pystac.Asset) -> set[str]:
    given = asset.roles
    return (
        {r for r in given if isinstance(r, str)} if isinstance(given, list) else set()
    )


def _band_details(asset: pystac.Asset) -> list[dict[str, Any]]:
    """Return what is said of each band of an asset: STAC 1.1 `bands`, or 1.0."""
    more: dict[str, Any] = asset.extra_fields
    shared = ("nodata", "raster:scale", "raster:offset")
    common = {name: more[name] for name in shared if name in more}
    lists = [_dicts(more.get(n)) for n in ("eo:bands", "raster:bands", "bands")]
    count = max(len(lists[0]), len(lists[2]), 1)
    filled = [part + [{}] * (count - len(part)) for part in lists]
    found = [{**common, **o, **r, **b} for o, r, b in zip(*filled, strict=False)]
    if count == 1 and not _common_name(found[0]):
        found[0]["common_name"] = _own_band(asset)
    return found


def _common_name(details: Mapping[str, Any]) -> str | None:
    return as_text(details.get("eo:common_name") or details.get("common_name"))


def _own_band(asset: pystac.Asset) -> str | None:
    """Return the common name of the band that an asset's file is named for."""
    product = product_of(PureWindowsPath(_href(asset)).parts)
    name = None if product is None else band_name(product)
    return None if name is None else _COMMON[name][0]


def _href(asset: pystac.Asset) -> str:
    given: object = asset.href
    return given if isinstance(given, str) else ""


def _dicts(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [v if isinstance(v, dict) else {} for v in value]


def _band(base: _Base, name: str, offers: list[_Found]) -> BandFile | None:
    """Choose the file of a band: the better name, and a file that is there."""
    paths = {id(o): base.local(o.asset, o.href) for o in offers}
    there = [o for o in offers if paths[id(o)] is not None]
    if not there:
        if offers:
            base.notes.append(f"波段 {name}：条目所列文件不在工作区，未使用")
        return None
    best = [o for o in there if o.rank == min(x.rank for x in there)]
    if len(best) > 1:
        names = "、".join(o.asset for o in best)
        base.notes.append(f"波段 {name}：有几个 asset（{names}）都是，无法取舍，未使用")
        return None
    details = best[0].details
    return BandFile(
        path=paths[id(best[0])] or base.place,
        number=best[0].number,
        nodata=as_number(details.get("nodata")),
        scale=as_finite(details.get("raster:scale", details.get("scale"))),
        offset=as_finite(details.get("raster:offset", details.get("offset"))),
        wavelength_nm=_wavelength(details),
        said_by=SOURCE,
    )


def _wavelength(details: Mapping[str, Any]) -> float | None:
    given = details.get("eo:center_wavelength", details.get("center_wavelength"))
    micrometres = as_finite(given)
    return None if micrometres is None else round(micrometres * 1000, 3)


def _mask(
    base: _Base, item: pystac.Item, product: Product | None
) -> tuple[Path, MaskKind | None] | None:
    """Find the asset that tells where clouds are, if its coding is known."""
    for key, asset in item.assets.items():
        kind = _mask_kind(key, asset, product)
        cloudy = bool(_CLOUDY & _roles(asset))
        if kind is None and cloudy:
            what = f"云掩膜 {key}：不知其编码，未使用；请写明 cloud_mask 和 mask_kind"
            base.notes.append(what)
        path = None if kind is None else base.local(key, _href(asset))
        if kind is not None and path is not None:
            return path, kind
    return None


def _mask_kind(
    key: str, asset: pystac.Asset, product: Product | None
) -> MaskKind | None:
    own = product_of(PureWindowsPath(_href(asset)).parts)
    kind = None if own is None or own.band is None else kind_of_mask(own)
    if kind is not None:
        return kind
    if key.lower() == "scl":
        return "s2_scl"
    second = product is not None and product.collection == "02"
    return "landsat_c2_qa" if key.lower() == "qa_pixel" and second else None
