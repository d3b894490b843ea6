"""The step of a model that follows up whether damage was made good."""

from __future__ import annotations

from pil_discovery.types.base import Noun


class Restoration(Noun):
    """Whether the damage of each polygon was made good, and stayed so.

    `index` must fall with the damage (NDVI for plants, MNDWI for water). The damage
    stood on the day in `damaged_column`; restoration was claimed on that in
    `claimed_column`, and only later pictures are follow-up; up to the day in
    `intact_column`, where it is known, the ground was whole. The reference is a ring of
    `ring_width_m` from `ring_gap_m` outside the polygon, corrected by what the polygon
    differed from it while it was whole; without a ring, the polygon's own past in the
    same season. Recovery = (now − damaged) / (reference now − damaged).

    Result: `zone_id`, `state` (`restored`, `partly_restored`, `not_restored`,
    `relapsed`, `cannot_tell`), `recovery`, `recovery_low`, `recovery_high` (90 %),
    `loss`, `reference` (`both`, `ring`, `history`, `none`), `damaged_first`,
    `damaged_last`, `latest_first`, `latest_last`, `since_earliest`, `since_latest`
    (between these days it came into its state), `confirmed` (latest pictures at least
    20 days apart agree), `reason`, `quality`. The thresholds are parameters of the
    model; what each of them means is told in `imagery.followup.RestorationRule`.
    """

    zones: str
    index: str
    damaged_column: str
    claimed_column: str | None = None
    intact_column: str | None = None
    ring_gap_m: float | str = 0.0
    ring_width_m: float | str | None = None
    restored_share: float | str
    partly_share: float | str
    relapse_share: float | str
    min_loss: float | str
    noise: float | str
    drift: float | str


class RestorationStep(Noun):
    """Restoration of polygons as a named table."""

    table: str
    restoration: Restoration
