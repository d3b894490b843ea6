"""Gates on a pair of pictures: co-registration, season, cloud, and what bands allow.

Every gate is a dict with `verdict` (ok | flag | refuse), a Chinese `reason`, and the
numbers behind it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pil_discovery.imagery.normalisation import POOR, describe

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from pil_discovery.imagery.normalisation import Normalisation
    from pil_discovery.imagery.registration import Shift
    from pil_discovery.types import Image

    Gate = dict[str, Any]

SEASON_DAYS = 25.0
USABLE_SHARE = 0.8
"""Clear share of a polygon from which a picture counts."""
YEAR_DAYS = 365.25
AREA_GATES = ("shift", "abstain", "rectified")
"""Gates that forbid to measure an area when they refuse."""
INFRARED = ("nir", "red_edge", "swir1", "swir2")


def season_days(first: dt.date, second: dt.date) -> float:
    """Return the distance of two days on the circle of the year, 0 … 182.6."""
    apart = abs(first.timetuple().tm_yday - second.timetuple().tm_yday)
    return float(min(apart, YEAR_DAYS - apart))


def season_gate(before: dt.date, after: dt.date) -> Gate:
    """Flag pairs more than 25 days apart on the circle of the year."""
    days = season_days(before, after)
    crossed = days > SEASON_DAYS
    words = (
        f"跨季节影像对（年内相差{days:.0f}日，超过{SEASON_DAYS:.0f}日），物候差异可能误作变化"
        if crossed
        else f"同季节影像对（年内相差{days:.0f}日）"
    )
    return {"verdict": "flag" if crossed else "ok", "reason": words, "days": days}


def cloud_gate(shares: dict[str, float], masked: dict[str, bool]) -> Gate:
    """Refuse below 0.8 valid ground on a date; flag pictures without a cloud mask.

    Parameters
    ----------
    shares
        Role (`before`, `after`, `confirm`) → share of pixels that show the ground.
    masked
        Role → whether the picture came with a cloud mask.
    """
    poor = [r for r in ("before", "after") if shares[r] < USABLE_SHARE]
    bare = [role for role, has in masked.items() if not has]
    if poor:
        names = "、".join(f"{ROLES[r]}{shares[r]:.1%}" for r in poor)
        words = f"有效像元不足80%：{names}"
    elif bare:
        words = f"缺少云掩膜：{'、'.join(ROLES[r] for r in bare)}，云影可能误作变化"
    else:
        words = "各时相有效像元均不低于80%"
    verdict = "refuse" if poor else "flag" if bare else "ok"
    return {"verdict": verdict, "reason": words, **shares}


ROLES = {"before": "前时相", "after": "后时相", "confirm": "复核时相"}
"""Role → its name in Chinese."""


def shift_gate(shift: Shift, first: Shift) -> Gate:
    """Pass, flag or refuse by the displacement that remains after resampling.

    Parameters
    ----------
    shift
        What remains.
    first
        What was measured on the pictures as they came.
    """
    verdicts = {"ok": "ok", "warn": "flag", "not_assessed": "flag"}
    resampled = shift is not first
    words = f"{first.reason}；已按该位移重采样，复核：{shift.reason}"
    return {
        "verdict": verdicts.get(shift.verdict, "refuse"),
        "reason": words if resampled else shift.reason,
        "dy_px": first.dy_px,
        "dx_px": first.dx_px,
        "spread_px": first.spread_px,
        "gate": first.verdict,
        "resampled": resampled,
        "remaining_px": shift.size_px,
    }


def abstain_gate(bands: Collection[str], *, judged_by: str = "") -> Gate:
    """Refuse area claims from visible bands alone, unless somebody else has judged.

    Unsupervised change on visible-light pictures of buildings scored below the answer
    «everything changed»; such a result may point at a place, it measures nothing.

    Parameters
    ----------
    bands
        Names of the bands that both pictures have.
    judged_by
        Whose judgement the map rests on instead, in Chinese.
    """
    if judged_by:
        words = f"变化依据{judged_by}，不是非监督检测"
        return {"verdict": "ok", "reason": words, "value": False}
    blind = not any(band in INFRARED for band in bands)
    words = (
        "仅有可见光波段，非监督变化检测不可靠，只供定位，不得据以主张面积"
        if blind
        else "波段满足非监督变化检测要求"
    )
    return {"verdict": "refuse" if blind else "ok", "reason": words, "value": blind}


def rectified_gate(images: Mapping[str, Image]) -> Gate:
    """Refuse area claims from pictures whose relief displacement was not removed.

    Parameters
    ----------
    images
        Role → picture. Where nobody says whether it is orthorectified, the gate passes;
        the picture's provenance names the gap.
    """
    raw = [r for r, i in images.items() if i.provenance.orthorectified is False]
    names = "、".join(ROLES[role] for role in raw)
    words = f"{names}未正射，不得据以主张面积" if raw else "没有写明未正射的影像"
    return {"verdict": "refuse" if raw else "ok", "reason": words, "roles": raw}


def normalisation_gate(fit: Normalisation, bands: Sequence[str]) -> Gate:
    """Flag bands that unchanged ground does not carry from one date to the other.

    Parameters
    ----------
    fit
        Later picture → scale of the earlier one.
    bands
        Names of its bands.
    """
    lines = describe(fit, bands)
    poor = [name for name, line in lines.items() if line["r2"] < POOR]
    least = min(line["r2"] for line in lines.values())
    words = (
        f"相对辐射归一化不佳（R² 低于 {POOR}）：{'、'.join(poor)}，变化类型需谨慎"
        if poor
        else f"后时相已按不变像元归一至前时相（各波段 R² 不低于 {least:.2f}）"
    )
    return {"verdict": "flag" if poor else "ok", "reason": words, "bands": lines}


def regrid_gate(resampled: Collection[str]) -> Gate:
    """Record which pictures were interpolated onto the grid of the first."""
    names = "、".join(ROLES[role] for role in resampled)
    words = f"{names}已双线性重采样至前时相格网一次" if names else "各时相格网一致"
    return {"verdict": "ok", "reason": words, "roles": list(resampled)}


def overall(quality: dict[str, Gate]) -> str:
    """Return the worst verdict of all gates."""
    order = ("ok", "flag", "refuse")
    return max((g["verdict"] for g in quality.values()), key=order.index, default="ok")


def combined_sigma_m(before: Image, after: Image) -> float:
    """Return √(σ₁² + σ₂²) of a pair in metres, NaN when either is not known."""
    sigmas = [image.provenance.sigma_m for image in (before, after)]
    known = [s for s in sigmas if s is not None]
    return math.hypot(*known) if len(known) == len(sigmas) else float("nan")
