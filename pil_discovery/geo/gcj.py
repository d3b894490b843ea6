"""The shifted Chinese web-map systems GCJ-02 and BD-09.

The formula is the community's reconstruction; against the official one its error is
unknown offline, so every use states a model uncertainty of 1–3 m. Inverses are fixed
points, not one-step approximations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Degrees: TypeAlias = NDArray[np.float64]
    Pair: TypeAlias = tuple[Degrees, Degrees]

MODEL_UNCERTAINTY_M = (1.0, 3.0)
"""Usual difference between the community formula and the official one, metres."""

_A = 6378245.0  # Krasovsky 1940, semi-major axis
_E2 = 0.00669342162296594323
_INSIDE = (72.004, 137.8347, 0.8293, 55.8271)  # where GCJ-02 is applied
_ROUNDS = 7  # five reach 2e-9 m; two more cover the kinks at lon 105 and lat 35
_BD_OFFSET = (0.0065, 0.006)
_BD_WAVE = np.pi * 3000.0 / 180.0


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift WGS84 / CGCS2000 positions to GCJ-02.

    Parameters
    ----------
    lon, lat
        Degrees, any equal shapes. Positions outside the box where the shift is
        applied (72.004–137.8347° E, 0.8293–55.8271° N) come back unchanged.

    Returns
    -------
    lon, lat
        float64 degrees, same shape.
    """
    x, y = _floats(lon, lat)
    dx, dy = _shift(x, y)
    inside = _shifted_area(x, y)
    return np.where(inside, x + dx, x), np.where(inside, y + dy, y)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Undo `wgs84_to_gcj02` to better than a millimetre.

    Parameters
    ----------
    lon, lat
        GCJ-02 degrees, any equal shapes.

    Returns
    -------
    lon, lat
        float64 degrees, same shape.
    """
    x, y = _floats(lon, lat)
    px, py = _solve(_added, x, y)
    inside = _shifted_area(px, py)
    return np.where(inside, px, x), np.where(inside, py, y)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Shift GCJ-02 positions to BD-09 (Baidu).

    Parameters
    ----------
    lon, lat
        GCJ-02 degrees, any equal shapes.

    Returns
    -------
    lon, lat
        float64 degrees, same shape.
    """
    x, y = _floats(lon, lat)
    radius = np.hypot(x, y) + 2e-5 * np.sin(y * _BD_WAVE)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _BD_WAVE)
    return (
        radius * np.cos(angle) + _BD_OFFSET[0],
        radius * np.sin(angle) + _BD_OFFSET[1],
    )


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Undo `gcj02_to_bd09` to better than a millimetre.

    Parameters
    ----------
    lon, lat
        BD-09 degrees, any equal shapes.

    Returns
    -------
    lon, lat
        float64 degrees, same shape.
    """
    x, y = _floats(lon, lat)
    return _solve(gcj02_to_bd09, x, y)


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Bring BD-09 positions back to WGS84 / CGCS2000.

    Parameters
    ----------
    lon, lat
        BD-09 degrees, any equal shapes.

    Returns
    -------
    lon, lat
        float64 degrees, same shape.
    """
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _floats(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _shifted_area(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    west, east, south, north = _INSIDE
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _added(lon: Degrees, lat: Degrees) -> Pair:
    dx, dy = _shift(lon, lat)
    return lon + dx, lat + dy


def _solve(forward: Callable[[Degrees, Degrees], Pair], x: Degrees, y: Degrees) -> Pair:
    """Iterate the fixed point p ← p + (q − forward(p))."""
    px, py = x.copy(), y.copy()
    for _ in range(_ROUNDS):
        fx, fy = forward(px, py)
        px, py = px + (x - fx), py + (y - fy)
    return px, py


def _shift(lon: Degrees, lat: Degrees) -> Pair:
    """Shift in degrees: waves in metres over the radii of curvature."""
    x, y = lon - 105.0, lat - 35.0
    north_m, east_m = _waves(x, y)
    sine = np.sin(np.radians(lat))
    m = 1.0 - _E2 * sine * sine
    d_lat = 180.0 * north_m * m**1.5 / (np.pi * _A * (1.0 - _E2))
    d_lon = 180.0 * east_m * np.sqrt(m) / (np.pi * _A * np.cos(np.radians(lat)))
    return d_lon, d_lat


def _waves(x: Degrees, y: Degrees) -> Pair:
    def s(amplitude: float, angle: Degrees) -> Degrees:
        return amplitude * 2.0 / 3.0 * np.sin(np.pi * angle)

    both = s(20, 6 * x) + s(20, 2 * x)
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    north = north + s(20, y) + s(40, y / 3) + s(160, y / 12) + s(320, y / 30)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    east = east + s(20, x) + s(40, x / 3) + s(150, x / 12) + s(300, x / 30)
    return north, east
