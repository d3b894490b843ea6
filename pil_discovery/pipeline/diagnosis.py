"""What this machine can do: engines, fonts, hashes, calendar."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass

from pil_discovery.errors import PilError
from pil_discovery.maps.fonts import find_fonts
from pil_discovery.pipeline.versions import engines, product_version


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    value: str
    ok: bool
    remedy: str = ""


def diagnose() -> list[Finding]:
    """Look at everything that results and documents depend on."""
    import pyogrio
    import pyproj
    import rasterio

    versions = engines()
    return [
        Finding("pil_discovery", product_version(), ok=True),
        Finding("Python", platform.python_version(), ok=True),
        Finding("GDAL（矢量）", pyogrio.__gdal_version_string__, ok=True),
        Finding("GDAL（影像）", rasterio.__gdal_version__, ok=True),
        Finding("PROJ", pyproj.proj_version_str, ok=True),
        Finding("DuckDB", str(versions["duckdb"]), ok=True),
        Finding("分区统计引擎", str(versions["zonal"]), ok=True),
        _sm3(),
        _font(),
        _calendar(),
    ]


def _sm3() -> Finding:
    here = "sm3" in hashlib.algorithms_available
    return Finding("SM3 杂凑", "有" if here else "无", ok=True)


def _font() -> Finding:
    try:
        return Finding("中文字体", find_fonts()[0].name, ok=True)
    except PilError as error:
        return Finding(
            "中文字体", "没有找到", ok=False, remedy=error.problems[0].remedy
        )


def _calendar() -> Finding:
    from chinese_calendar.constants import holidays

    last = max(holidays).year
    return Finding("放假安排", f"已载入至 {last} 年；其后期限为暂定", ok=True)
