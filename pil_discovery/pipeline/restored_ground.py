"""Whether ground that a lead showed as damaged has come back, by newer pictures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from pil_discovery.catalog import load_catalog
from pil_discovery.errors import PilError
from pil_discovery.geo.geojson import shape_of
from pil_discovery.imagery.followup import RestorationRule
from pil_discovery.imagery.indices import missing_bands
from pil_discovery.imagery.zone_restoration import Ring, restoration_in_zones
from pil_discovery.pipeline.reading import open_workspace, read_sources

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from pil_discovery.types import GroundRule, Image, LeadFinding, LeadSnapshot, Model
    from pil_discovery.types.case_rules import GroundIndex

_CRS = "EPSG:4490"
_STATES = {
    "restored": ("gone", "影像显示已恢复"),
    "partly_restored": ("less", "影像显示部分恢复"),
    "not_restored": ("same", "影像显示未恢复"),
    "relapsed": ("same", "影像显示恢复后又减退"),
}
_WORST = ("same", "less", "gone")
_UNKNOWN = "unknown"


def judge_ground(
    lead: LeadSnapshot,
    days: Sequence[dt.date],
    workspace: Path | None,
    rule: GroundRule,
    *,
    claimed_on: dt.date | None,
) -> dict[str, tuple[str, str]]:
    """Judge the ground of the findings of a lead that have newer pictures.

    Parameters
    ----------
    days
        Days of the pictures of the fresh scan.
    workspace
        Where the pictures are; None: nothing can be told.
    claimed_on
        Day of the reply that claims restoration; only later pictures are follow-up.

    Returns
    -------
    dict
        Finding → `gone`, `less`, `same` or `unknown`, and why. Findings that do not
        rest on pictures, or have no newer ones, are absent.
    """
    asked = [
        f
        for f in lead.findings
        if f.pictures and f.geometry and any(day > max(f.pictures) for day in days)
    ]
    if not asked:
        return {}
    if workspace is None or not workspace.is_dir():
        why = "有新的影像，但找不到工作区，不能判断是否恢复"
        return {f.finding_id: (_UNKNOWN, why) for f in asked}
    try:
        images = _images(workspace)
    except PilError as error:
        why = f"新的影像读不出来（{error.problems[0].what}）"
        return {f.finding_id: (_UNKNOWN, why) for f in asked}
    since = max(claimed_on or lead.as_of, lead.as_of)
    return {f.finding_id: _judged(f, images, rule, claimed_on=since) for f in asked}


def _images(workspace: Path) -> list[Image]:
    place = open_workspace(workspace)
    only = place.model_copy(update={"records": (), "layers": ()})
    return list(read_sources(only, load_catalog()).images)


def _judged(
    finding: LeadFinding,
    images: Sequence[Image],
    rule: GroundRule,
    *,
    claimed_on: dt.date,
) -> tuple[str, str]:
    models = load_catalog().models
    model = models.get(finding.model)
    zone = gpd.GeoDataFrame(
        geometry=gpd.GeoSeries.from_wkb([_wkb(finding.geometry)], crs=_CRS)
    )
    phases = pd.DataFrame(
        {
            "damaged_by": [max(finding.pictures)],
            "intact_until": [min(finding.pictures)],
            "claimed_on": [claimed_on],
        }
    )
    found = []
    for index in _indices(model, rule):
        seen = [i for i in images if not missing_bands(index.index, i.bands)]
        thresholds, ring = _thresholds(models[rule.model])
        rows = restoration_in_zones(
            zone,
            seen,
            phases,
            index=index.index,
            rule=thresholds,
            ring=ring if index.ring else None,
        )
        found.append((index.index, rows.iloc[0]))
    told = [(*_STATES[r["state"]], n, r) for n, r in found if r["state"] in _STATES]
    if not told:
        why = "；".join(f"{n}：{r['reason']}" for n, r in found)
        return _UNKNOWN, f"影像不能判断是否恢复（{why}）"
    state, words, name, row = min(told, key=lambda t: _WORST.index(t[0]))
    low, high = float(row["recovery_low"]), float(row["recovery_high"])
    share = f"{name} 恢复度 {float(row['recovery']):.2f}（{low:.2f}—{high:.2f}）"
    return state, f"{words}（{row['latest_last']:%Y-%m-%d}，{share}，须现场核实）"


def _wkb(geometry: str) -> bytes:
    shape = shape_of(json.loads(geometry))
    return b"" if shape is None else shape.wkb


def _indices(model: Model | None, rule: GroundRule) -> list[GroundIndex]:
    """Return the indices of the directions that the model looks for; all if unknown."""
    changes = [] if model is None else [getattr(s, "change", None) for s in model.steps]
    wanted = {d for c in changes if c is not None for d in c.direction or ()}
    fit = [i for i in rule.indices if wanted & set(i.directions)]
    return fit or list(rule.indices)


def _thresholds(model: Model) -> tuple[RestorationRule, Ring]:
    told = {n: float(p.value) for n, p in model.parameters.items() if _is_number(p)}
    rule = RestorationRule(
        restored_share=told["restored_share"],
        partly_share=told["partly_share"],
        relapse_share=told["relapse_share"],
        min_loss=told["min_loss"],
        noise=told["noise"],
        drift=told["drift"],
    )
    return rule, Ring(gap_m=told["ring_gap_m"], width_m=told["ring_width_m"])


def _is_number(parameter: object) -> bool:
    return isinstance(getattr(parameter, "value", None), int | float)
