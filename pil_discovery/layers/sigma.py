"""How far the lines of a layer may be off, and where that number comes from."""

from __future__ import annotations

from math import hypot, isfinite
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem
from pil_discovery.geo.crs import DATUM_SIGMA_M
from pil_discovery.geo.gcj import MODEL_UNCERTAINTY_M

if TYPE_CHECKING:
    from pil_discovery.geo.references import Reference

_BY_SCALE = ((2000, 1.0), (5000, 2.5), (10000, 5.0), (50000, 25.0))
SOURCE = (
    "2023年全国林草生态综合监测技术规程 附录F 表F.2.1：正射影像平地平面中误差"
    "（山地为其1.5倍；按单轴使用，从宽）"
)
"""Where the figures come from; whether they are per axis or radial is unverified."""
_WEB = (MODEL_UNCERTAINTY_M[1], f"；另计反算模型误差 {MODEL_UNCERTAINTY_M[1]:g} m")
_EXTRA = {
    "WGS84": (DATUM_SIGMA_M, f"；另计 WGS 84 视同 CGCS2000 的 {DATUM_SIGMA_M:g} m"),
    "GCJ-02": _WEB,
    "BD-09": _WEB,
}


def sigma_of_scale(scale: int | None) -> float | None:
    """Return the one-axis positional standard deviation in metres, or None.

    The figure of the next coarser scale of the table; a scale coarser than 1:50000 or
    none at all gives None, which means «not known», never zero.

    Parameters
    ----------
    scale
        Denominator of the map scale.
    """
    if scale is None:
        return None
    return next((sigma for coarsest, sigma in _BY_SCALE if scale <= coarsest), None)


def positional_sigma(
    reference: Reference, *, scale: int | None, sigma_m: float | None
) -> tuple[float | None, str]:
    """Return the standard deviation of a place on one axis, with its source in Chinese.

    Parameters
    ----------
    reference
        System of the file: WGS 84 adds 0.5 m, GCJ-02 and BD-09 add 3 m (in squares).
    scale
        Denominator of the map scale.
    sigma_m
        Stated by the user; wins over the scale.

    Returns
    -------
    sigma, source
        Metres, or None where nothing is known.
    """
    base = sigma_of_scale(scale) if sigma_m is None else sigma_m
    if base is None:
        return None, ""
    source = f"比例尺 1:{scale}，{SOURCE}" if sigma_m is None else "工作区写明"
    extra, words = _EXTRA.get(reference.family, (0.0, ""))
    return (round(hypot(base, extra), 4) if extra else float(base)), source + words


def sigma_problems(sigma_m: float | None, file: str) -> list[Problem]:
    """Say when a stated positional error is none; zero and less are no errors."""
    if sigma_m is None or (isfinite(sigma_m) and sigma_m > 0):
        return []
    what = f"位置误差 {sigma_m} 应为大于 0 的米数"
    return [Problem(file, "sigma_m", what, "改正 sigma_m；不知道就不写")]
