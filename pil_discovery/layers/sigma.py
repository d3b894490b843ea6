"""How far the lines of a layer may be off, from the scale it was drawn at."""

from __future__ import annotations

_BY_SCALE = ((2000, 1.0), (5000, 2.5), (10000, 5.0), (50000, 25.0))
SOURCE = (
    "2023年全国林草生态综合监测技术规程 附录F 表F.2.1：正射影像平地平面中误差"
    "（山地为其1.5倍；按单轴使用，从宽）"
)
"""Where the figures come from; whether they are per axis or radial is unverified."""


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
