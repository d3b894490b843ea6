"""Which picture is before, after and confirm, judged polygon by polygon.

The house rule: confirm = latest usable picture on or before as_of; after = latest
usable one 20–120 days before confirm; before = latest one of the same season (day of
year ± 25) at least 300 days before after. Where only two pictures are usable, the later
one is after, unconfirmed. A polygon may anchor `before` to a date instead.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.imagery.quality import (
    SEASON_DAYS,
    USABLE_SHARE,
    season_days,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pil_discovery.types import Image

CONFIRM_DAYS = (20, 120)
APART_DAYS = 300
ROLE_COLUMNS = ("before", "after", "confirm", "reason")
Roles = tuple[int, int, int, str]
"""Positions of before, after and confirm among the pictures (−1 = none), reason."""


def choose_roles(
    images: Sequence[Image],
    zone_valid_share: NDArray[np.float64],
    as_of: dt.date,
    *,
    anchors: Sequence[dt.date | None] | None = None,
) -> pd.DataFrame:
    """Choose the pictures for each polygon.

    Parameters
    ----------
    images
        Pictures in any order.
    zone_valid_share
        Shape (polygons, pictures): share of each polygon that each picture shows.
        Usable is ≥ 0.8.
    as_of
        Later pictures do not exist.
    anchors
        Per polygon the day on or before which `before` must lie (None = no anchor is
        known for this polygon, so its roles are not either).

    Returns
    -------
    DataFrame
        One row per polygon: `before`, `after`, `confirm` (positions in `images`, −1 =
        none) and `reason` (Chinese, why there is no pair; empty otherwise).
    """
    days = [image.acquired_date for image in images]
    order = sorted(
        (i for i in range(len(days)) if days[i] <= as_of), key=days.__getitem__
    )
    shares = np.asarray(zone_valid_share, dtype=float)
    rows: list[Roles] = []
    for zone in range(len(shares)):
        usable = [(i, days[i]) for i in order if shares[zone, i] >= USABLE_SHARE]
        if anchors is None:
            rows.append(_house_rule(usable))
        else:
            rows.append(_anchored(usable, anchors[zone]))
    return pd.DataFrame(rows, columns=list(ROLE_COLUMNS))


Dated = list[tuple[int, dt.date]]


def _house_rule(usable: Dated) -> Roles:
    if len(usable) < 2:
        return _none(usable)
    if len(usable) == 2:
        return usable[0][0], usable[1][0], -1, ""
    last, day = usable[-1]
    after = _after(usable, day)
    if after is not None:
        before = _before(usable, after[1])
        if before is not None:
            return before[0], after[0], last, ""
    before = _before(usable, day)
    if before is not None:
        return before[0], last, -1, ""
    return -1, -1, -1, "没有同季节（年内相差25日以内）且早300日以上的可用影像作前时相"


def _anchored(usable: Dated, anchor: dt.date | None) -> Roles:
    if anchor is None:
        return -1, -1, -1, "缺少确定前时相的日期"
    early = [(i, day) for i, day in usable if day <= anchor]
    later = [(i, day) for i, day in usable if day > anchor]
    if not early or not later:
        side = "之前" if not early else "之后"
        return -1, -1, -1, f"{anchor.isoformat()}{side}没有可用影像"
    last, day = later[-1]
    after = _after(later, day)
    if after is None:
        return early[-1][0], last, -1, ""
    return early[-1][0], after[0], last, ""


def _none(usable: Dated) -> Roles:
    words = "只有一期可用影像" if usable else "没有可用影像（地块内有效面积不足80%）"
    return -1, -1, -1, words


def _after(usable: Dated, confirm: dt.date) -> tuple[int, dt.date] | None:
    least, most = CONFIRM_DAYS
    fits = [p for p in usable if least <= (confirm - p[1]).days <= most]
    return fits[-1] if fits else None


def _before(usable: Dated, after: dt.date) -> tuple[int, dt.date] | None:
    fits = [
        p
        for p in usable
        if (after - p[1]).days >= APART_DAYS and season_days(p[1], after) <= SEASON_DAYS
    ]
    return fits[-1] if fits else None
