"""The Gauss-Krüger zones of China: their parameters, codes and numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyproj import CRS

MILLION = 1_000_000.0
"""Metres by which a zone number is put in front of an easting."""
_EASTING = 500_000.0
_THREE_DEGREES = re.compile(r"(3|三)[-_ ]*(degree|deg|度)", re.IGNORECASE)
_PARAMETERS = {
    "Latitude of natural origin": 0.0,
    "Scale factor at natural origin": 1.0,
    "False northing": 0.0,
}


def gauss_krueger(crs: CRS) -> tuple[float, float] | None:
    """Return central meridian (degrees) and false easting (metres) of a zone.

    Parameters
    ----------
    crs
        Any system.

    Returns
    -------
    tuple or None
        None unless it is a transverse Mercator projection with scale 1.
    """
    values = _parameters(crs)
    if values.get("Scale factor at natural origin") != 1.0:
        return None
    return values["Longitude of natural origin"], values["False easting"]


def official_code(crs: CRS) -> int | None:
    """Return the EPSG code of a system of CGCS2000 that names none.

    Desktop software writes `.prj` files with names of its own and no code; the
    parameters tell which system it is.

    Parameters
    ----------
    crs
        A system that rests on CGCS2000, in degrees or projected.

    Returns
    -------
    int or None
        4490; 4534–4554 and 4502–4512 (3- and 6-degree, by central meridian; the name
        tells which of the two, their numbers are the same); 4513–4533 and 4491–4501
        (with zone number); None for every other projection.
    """
    if not crs.is_projected:
        return 4490 if crs.is_geographic else None
    values = _parameters(crs)
    metres = all(a.unit_conversion_factor == 1.0 for a in crs.axis_info)
    if not metres or any(values.get(n) != v for n, v in _PARAMETERS.items()):
        return None
    zone, rest = divmod(values["False easting"], MILLION)
    meridian = values["Longitude of natural origin"]
    if rest != _EASTING:
        return None
    if zone:
        return _numbered(meridian, int(zone))
    return _plain(meridian, narrow=_THREE_DEGREES.search(crs.name) is not None)


def zone_code(zone: int) -> int:
    """Return the EPSG code of the CGCS2000 zone with a number: 13–23 or 25–45."""
    return 4488 + zone if zone >= 25 else 4478 + zone


def is_zone(zone: int) -> bool:
    """Tell whether a number is that of a zone of China: 13–23 (6°) or 25–45 (3°)."""
    return 13 <= zone <= 23 or 25 <= zone <= 45


def _numbered(meridian: float, zone: int) -> int | None:
    right = zone * 3 if zone >= 25 else zone * 6 - 3
    return zone_code(zone) if is_zone(zone) and meridian == right else None


def _plain(meridian: float, *, narrow: bool) -> int | None:
    if meridian % 3 or not 75 <= meridian <= 135:
        return None
    if meridian % 6 == 3 and not narrow:
        return int(4502 + (meridian - 75) // 6)
    return int(4534 + (meridian - 75) // 3)


def _parameters(crs: CRS) -> dict[str, float]:
    operation = crs.coordinate_operation
    if operation is None or "transverse mercator" not in operation.method_name.lower():
        return {}
    return {p.name: float(p.value) for p in operation.params}
