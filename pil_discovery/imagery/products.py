"""What the names of satellite products say: Sentinel-2, Landsat, Gaofen, ZY-3.

Only what the name fixes is told; the rest is None. Names of files that somebody
processed further (`…_ortho.tif`, `…_fused.tif`) keep platform and day, but promise
neither level nor bands.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class Product:
    """What a name says.

    Attributes
    ----------
    product_id
        The name without band and extension, when it is complete.
    acquired
        Date and time (UTC); Sentinel-2 names the start of the datatake.
    day, day_of
        Calendar day, and whether it is counted in UTC or in Beijing.
    place
        Path and row (`014032`) or tile (`50RQU`).
    collection
        Landsat collection (`02`) or Sentinel-2 processing baseline (`0511`).
    band
        The band this file holds, as the name writes it (`B04`, `QA_PIXEL`).
    orthorectified
        By the level of the product; None = the name does not tell.
    processed
        Something unknown stands behind the product's name; what an unprocessed product
        promises (level, band, rectification) is then None.
    """

    platform: str | None = None
    instrument: str | None = None
    level: str | None = None
    product_id: str | None = None
    acquired: dt.datetime | None = None
    day: dt.date | None = None
    day_of: Literal["UTC", "北京"] | None = None
    place: str | None = None
    orbit: str | None = None
    collection: str | None = None
    band: str | None = None
    orthorectified: bool | None = None
    processed: bool = False

    @property
    def sensor(self) -> str | None:
        """Platform, instrument and level in words, None without a platform."""
        if self.platform is None:
            return None
        parts = (self.platform, self.instrument, self.level)
        return " ".join(part for part in parts if part)


_ENDING = re.compile(r"\.(tiff?|jp2|img|dat|bsq|json|safe|xml)$", re.IGNORECASE)
_REST = r"(?P<rest>[-_.].+)?$"
_S2_BAND = r"(?P<band>B\d[0-9A]|SCL|TCI|AOT|WVP)(?:_(?P<metres>[126]0)M)?"
_SENTINEL2 = re.compile(
    r"(?P<platform>S2[A-D])_MSI(?P<level>L1C|L2A)_(?P<time>\d{8}T\d{6})"
    r"_N(?P<collection>\d{4})_(?P<orbit>R\d{3})_T(?P<place>\d{2}[A-Z]{3})"
    rf"_\d{{8}}T\d{{6}}(?:_{_S2_BAND})?{_REST}"
)
_SENTINEL2_BAND = re.compile(
    rf"T(?P<place>\d{{2}}[A-Z]{{3}})_(?P<time>\d{{8}}T\d{{6}})_{_S2_BAND}{_REST}"
)
_SENTINEL2_CLOUD = re.compile(r"(?P<band>MSK_CLDPRB)_[26]0M$")
_LANDSAT_BAND = (
    r"(?P<band>(?:S[RT]_)?B\d{1,2}(?:_VCID_[12])?|BQA"
    r"|QA_PIXEL|QA_RADSAT|SR_QA_AEROSOL)"
)
_LANDSAT = re.compile(
    r"L(?P<sensor>[COTEM])0(?P<number>[1-9])_(?P<level>L1TP|L1GT|L1GS|L2SP|L2SR)"
    r"_(?P<place>\d{6})_(?P<day>\d{8})"
    r"(?:_\d{8}_(?P<collection>0[12])_(?:RT|T1|T2|A1|A2))?"
    rf"(?:_{_LANDSAT_BAND})?{_REST}"
)
_LANDSAT_SCENE = re.compile(
    r"L(?P<sensor>[COTEM])(?P<number>[1-9])(?P<place>\d{6})(?P<day>\d{7})"
    rf"[A-Z]{{3}}\d{{2}}(?:_{_LANDSAT_BAND})?{_REST}"
)
_CHINESE = re.compile(
    r"(?P<family>GF|ZY)(?P<number>\d)-?(?P<twin>[A-D]|0[1-3])?A?"
    r"_(?P<instrument>[A-Z]{3}\d?)"
    r"_[EW]\d+(?:\.\d+)?_[NS]\d+(?:\.\d+)?_(?P<day>\d{8})_(?P<level>L\d[A-Z])\d+"
    rf"(?:-(?P<band>MSS\d?|PAN\d?|MUX|NAD|FWD|BWD|\d))?{_REST}"
)
_INSTRUMENTS = {"C": "OLI/TIRS", "O": "OLI", "E": "ETM+", "M": "MSS"}


def parse_product(name: str) -> Product | None:
    """Read the name of a product folder or file.

    Parameters
    ----------
    name
        One path component, with or without extension.

    Returns
    -------
    Product
        None when the name follows no known pattern or holds an impossible date.
    """
    stem = _ENDING.sub("", name.strip()).upper()
    for pattern, read in _PATTERNS:
        match = pattern.match(stem)
        if match is None:
            continue
        try:
            return _as_promised(read(match))
        except ValueError:  # a date such as 20251399
            return None
    return None


def _as_promised(product: Product) -> Product:
    """Take back what only an unprocessed product promises."""
    if not product.processed:
        return product
    return replace(product, level=None, band=None, orthorectified=None)


def product_of(parts: Iterable[str]) -> Product | None:
    """Read a file's name, completed by the names of the folders it lies in.

    Parameters
    ----------
    parts
        Path components from the outermost folder to the file.

    Returns
    -------
    Product
        None when the name of the file itself is not that of a product. A folder that
        names another place, platform or day completes nothing.
    """
    *folders, file = parts
    product = parse_product(file)
    if product is None:
        return None
    for folder in reversed(folders):
        around = parse_product(folder)
        if around is not None and _agree(product, around):
            product = _completed(product, around)
    return product


def _agree(file: Product, folder: Product) -> bool:
    pairs = [
        (getattr(file, name), getattr(folder, name))
        for name in ("platform", "place", "day", "level")
    ]
    return all(a is None or b is None or a == b for a, b in pairs)


def _completed(file: Product, folder: Product) -> Product:
    gaps = [f.name for f in fields(file) if getattr(file, f.name) is None]
    given = {name: getattr(folder, name) for name in gaps if name != "band"}
    return replace(file, **given)


def _sentinel2(match: re.Match[str]) -> Product:
    time = _utc(match["time"])
    return Product(
        platform=f"Sentinel-2{match['platform'][-1]}",
        instrument="MSI",
        level=match["level"],
        product_id=_own_name(match),
        acquired=time,
        day=time.date(),
        day_of="UTC",
        place=match["place"],
        orbit=match["orbit"],
        collection=match["collection"],
        band=match["band"],
        orthorectified=True,
        processed=bool(match["rest"]),
    )


def _sentinel2_band(match: re.Match[str]) -> Product:
    time = _utc(match["time"])
    return Product(
        instrument="MSI",
        level="L2A" if match["metres"] else None,  # L1C files carry no resolution
        acquired=time,
        day=time.date(),
        day_of="UTC",
        place=match["place"],
        band=match["band"],
        orthorectified=True,
        processed=bool(match["rest"]),
    )


def _sentinel2_cloud(match: re.Match[str]) -> Product:
    return Product(instrument="MSI", band=match["band"])


def _landsat(match: re.Match[str]) -> Product:
    return _landsat_scene(match, _date(match["day"], "%Y%m%d"))


def _early_landsat(match: re.Match[str]) -> Product:
    return _landsat_scene(match, _date(match["day"], "%Y%j"))


def _landsat_scene(match: re.Match[str], day: dt.date) -> Product:
    groups = match.groupdict()
    sensor, level = match["sensor"], groups.get("level")
    thermal = "TIRS" if int(match["number"]) >= 8 else "TM"
    complete = level is None or groups["collection"] is not None
    return Product(
        platform=f"Landsat {match['number']}",
        instrument=_INSTRUMENTS.get(sensor, thermal),
        level=level,
        product_id=_own_name(match) if complete else None,
        day=day,
        day_of="UTC",
        place=match["place"],
        collection=groups.get("collection"),
        band=match["band"],
        orthorectified=None if level is None else level != "L1GS",
        processed=bool(match["rest"]),
    )


def _chinese(match: re.Match[str]) -> Product:
    level = match["level"]
    return Product(
        platform=f"{match['family']}-{match['number']}{match['twin'] or ''}",
        instrument=match["instrument"],
        level=level,
        product_id=_own_name(match),
        day=_date(match["day"], "%Y%m%d"),
        day_of="北京",
        band=match["band"],
        orthorectified=False if level in _UNRECTIFIED else None,
        processed=bool(match["rest"]),
    )


def _own_name(match: re.Match[str]) -> str:
    """Return the name without what stands behind the product's own."""
    if match["band"]:
        return match[0][: match.start("band") - 1]
    return match[0].removesuffix(match["rest"] or "")


def _date(text: str, form: str) -> dt.date:
    return _utc(text, form).date()


def _utc(text: str, form: str = "%Y%m%dT%H%M%S") -> dt.datetime:
    return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC)


_UNRECTIFIED = ("L1A", "L1B", "L2A")
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Product]], ...] = (
    (_SENTINEL2, _sentinel2),
    (_SENTINEL2_BAND, _sentinel2_band),
    (_SENTINEL2_CLOUD, _sentinel2_cloud),
    (_LANDSAT, _landsat),
    (_LANDSAT_SCENE, _early_landsat),
    (_CHINESE, _chinese),
)
