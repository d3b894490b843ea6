"""Versions of this library and of the engines whose results it prints."""

from __future__ import annotations

import importlib.util
from importlib.metadata import PackageNotFoundError, version

_ENGINES = ("duckdb", "shapely", "pyproj", "pyogrio", "rasterio", "exactextract")


def product_version() -> str:
    """Return the installed version of this library."""
    try:
        return version("pil_discovery")
    except PackageNotFoundError:
        return "0+unknown"


def engines() -> dict[str, str | None]:
    """Return the versions of the engines whose results are printed."""
    found = {n: version(n) for n in _ENGINES if importlib.util.find_spec(n)}
    zonal = "exactextract" if "exactextract" in found else "rasterio"
    return {**found, "zonal": zonal}
