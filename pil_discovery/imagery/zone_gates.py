"""Gates of the pictures as one polygon sees them: what a finding carries with it.

Those of a pair hold for its whole extent; clouds are judged inside the polygon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pil_discovery.imagery.quality import ROLES, USABLE_SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pil_discovery.imagery.quality import Gate
    from pil_discovery.types import Image

Told = tuple[tuple[str, str, str], ...]
"""Name, verdict and Chinese reason of each gate."""
UNMASKED = "云影可能误作变化"


def told(gates: Mapping[str, Gate]) -> Told:
    """Return gates without their numbers, in order."""
    return tuple((name, g["verdict"], g["reason"]) for name, g in gates.items())


def dates_gate(images: Mapping[str, Image]) -> Gate:
    """Name the dates that were compared; flag a pair that no later picture confirms.

    Parameters
    ----------
    images
        Role (`before`, `after`, `confirm`) → picture.
    """
    days = "，".join(f"{ROLES[r]}{i.acquired_date}" for r, i in images.items())
    if "confirm" in images:
        return {"verdict": "ok", "reason": days}
    return {"verdict": "flag", "reason": f"{days}；没有后期影像复核，变化未经确认"}


def sight_gate(shares: Mapping[str, float], bare: Sequence[str]) -> Gate:
    """Judge how much of a polygon pictures show.

    Parameters
    ----------
    shares
        What each picture is called → share of the polygon that it shows, 0 … 1.
    bare
        Names of those that came without a cloud mask.
    """
    seen = "，".join(f"{name}有效面积{share:.1%}" for name, share in shares.items())
    words, verdict = f"地块内{seen}", "ok"
    if bare:
        words += f"；缺少云掩膜：{'、'.join(bare)}，{UNMASKED}"
        verdict = "flag"
    if any(share < USABLE_SHARE for share in shares.values()):
        words, verdict = f"{words}；不足80%的不能使用", "refuse"
    return {"verdict": verdict, "reason": words}


def without_pair(reason: str, shares: NDArray[np.float64]) -> Told:
    """Return the gates of a polygon for which no pair of pictures was found.

    Parameters
    ----------
    reason
        Why there is none.
    shares
        Share of the polygon that each picture shows.
    """
    hidden = int((shares < USABLE_SHARE).sum())
    words = f"{len(shares)}期影像中{hidden}期在地块内的有效面积不足80%，不能使用"
    cloud = {"verdict": "refuse" if hidden else "ok", "reason": words}
    return told({"pictures": {"verdict": "refuse", "reason": reason}, "cloud": cloud})


def sight_gates(
    shares: Iterable[float], reasons: Iterable[str], image: Image
) -> list[Told]:
    """Return what one picture shows of each polygon.

    Parameters
    ----------
    shares, reasons
        `valid_share` and `reason` of `zonal`.
    """
    day = image.acquired_date.isoformat()
    bare = [day] if image.cloud_mask is None else []
    return [
        (("cloud", "refuse", f"{day}：{why}"),)
        if why
        else told({"cloud": sight_gate({f"{day}影像": share}, bare)})
        for share, why in zip(shares, reasons, strict=True)
    ]


def series_gates(
    reasons: Iterable[str],
    decided: Iterable[bool],
    images: Sequence[Image],
    seen_twice: Iterable[bool] | None = None,
) -> list[Told]:
    """Return what a series of pictures told of each polygon.

    Parameters
    ----------
    reasons
        What was found, or why nothing could be.
    decided
        Whether anything was found.
    images
        The pictures; one without a cloud mask flags all polygons.
    seen_twice
        Whether the latest state was seen on dates apart; None: that is not asked.
    """
    masks = _masks_gate(images)
    said = list(zip(reasons, decided, strict=True))
    sure = [True] * len(said) if seen_twice is None else list(seen_twice)
    return [
        told({"series": _series_gate(why, known, twice), "cloud": masks})
        for (why, known), twice in zip(said, sure, strict=True)
    ]


def _series_gate(reason: str, decided: bool, seen_twice: bool) -> Gate:
    verdict = "ok" if seen_twice else "flag"
    return {"verdict": verdict if decided else "refuse", "reason": reason}


def _masks_gate(images: Sequence[Image]) -> Gate:
    bare = [i for i in images if i.cloud_mask is None]
    words = f"{len(images)}期影像中{len(bare)}期没有云掩膜，{UNMASKED}"
    if not bare:
        words = f"{len(images)}期影像均有云掩膜，地块内有效面积不足80%的不计"
    return {"verdict": "flag" if bare else "ok", "reason": words}


def add_gates(rows: pd.DataFrame, gates: Sequence[Told]) -> pd.DataFrame:
    """Return rows of polygons with a column `quality`: the gates of each."""
    return rows.assign(quality=pd.Series(list(gates), index=rows.index, dtype=object))
