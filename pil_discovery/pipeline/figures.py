"""Figures of a score and of a whole scan: waterfall, overview, agencies."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from pil_discovery.geo.geojson import shape_of
from pil_discovery.leads.formula import WEIGHTS
from pil_discovery.maps.layers import MapLayer
from pil_discovery.maps.overview import Places, draw_overview
from pil_discovery.maps.tables import Column, draw_table
from pil_discovery.maps.waterfall import Step, draw_waterfall
from pil_discovery.report.wording import PARTS, ROUTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from pil_discovery.maps.canvas import Form
    from pil_discovery.types import Lead

MOST_NUMBERED = 20
"""Leads whose rank is written on the overview."""
MOST_ZONES = 3
"""Layers with a colour of their own on the overview, those of the most ground; what
lies under them is grey."""
MOST_AGENCIES = 25
_NEAR_DEGREES = 0.03
_COLUMNS = (
    Column("应履职机关", 520),
    Column("线索", 420, bar=True),
    Column("最高分", 170),
    Column("途径", 260),
    Column("领域", 350),
)


def score_figure(lead: Lead, *, form: Form = "png") -> bytes:
    """Draw how the score of a lead comes about.

    The parts that weigh values are added up with their printed weights; certainty and
    the root of verifiability then take away what they leave of it.
    """
    steps = []
    worth = Decimal(0)
    for part, weight in WEIGHTS.items():
        value = getattr(lead.parts, part)
        worth += 100 * weight * value
        words = f"{value} × 权重 {weight}"
        steps.append(Step(PARTS[part], float(100 * weight * value), words))
    sure = worth * lead.parts.certainty
    doubt = Step(
        "确定性（事实可能不成立）", float(sure - worth), f"× {lead.parts.certainty}"
    )
    root = f"× √{lead.parts.verifiability}"
    hard = Step("可查性（证据尚缺）", float(lead.score - sure), root)
    steps += [doubt, hard, Step("得分", None)]
    return draw_waterfall(steps, title=f"得分的构成：{lead.title_zh}", form=form)


def overview_figure(
    leads: Sequence[Lead],
    base: Sequence[tuple[str, gpd.GeoDataFrame]],
    run: Mapping[str, Any],
    *,
    form: Form = "png",
) -> bytes:
    """Draw where the single leads of a scan lie, by field, over its layers."""
    titles = run.get("domains") or {}
    groups: dict[str, list[tuple[str, Any]]] = {}
    for lead in leads:
        shape = shape_of(lead.geometry)
        if shape is None or lead.kind != "single" or not lead.listed:
            continue
        number = str(lead.rank) if lead.rank <= MOST_NUMBERED else ""
        groups.setdefault(lead.domain, []).append((number, shape))
    places = [
        Places(titles.get(domain, domain), _array([s for _, s in of]),
               tuple(n for n, _ in of))
        for domain, of in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]  # fmt: skip
    near = [] if not places else _near(base, np.concatenate([p.shapes for p in places]))
    unplaced = sum(
        1 for x in leads if x.kind == "single" and x.listed and x.geometry is None
    )
    note = f"基准日{run['as_of']}；数字是线索序号（前{MOST_NUMBERED}名）"
    more = f"；另有{unplaced}条没有位置，不在图上" if unplaced else ""
    return draw_overview(places, _layers(near), note=f"{note}{more}。", form=form)


def agencies_figure(
    leads: Sequence[Lead], run: Mapping[str, Any], *, form: Form = "png"
) -> bytes:
    """Draw a table of the agencies that would have to act, most leads first."""
    titles = run.get("domains") or {}
    rows = [
        (x.agency or "未定", float(x.score), ROUTES[x.route], x.domain)
        for x in leads
        if x.kind == "single" and x.listed
    ]
    frame = pd.DataFrame(rows, columns=["agency", "score", "route", "domain"])
    told = []
    for agency, of in frame.groupby("agency", sort=True):
        fields = of["domain"].value_counts(sort=False).sort_index()
        words = "、".join(f"{titles.get(d, d)} {n}" for d, n in fields.items())
        routes = "、".join(of["route"].drop_duplicates().sort_values())
        told.append((str(agency), len(of), f"{of['score'].max():.2f}", routes, words))
    told.sort(key=lambda row: (-row[1], row[0]))
    left = len(told) - MOST_AGENCIES
    rest = f"另有{left}个机关未列。" if left > 0 else ""
    return draw_table(
        _COLUMNS,
        [tuple(map(str, row)) for row in told[:MOST_AGENCIES]],
        title="线索按应履职机关",
        note=f"基准日{run['as_of']}；{rest}线索均待核查，件数不说明机关违法或者怠于履职。",
        form=form,
    )


def base_of(
    base: Sequence[tuple[str, gpd.GeoDataFrame]], shapes: Sequence[shapely.Geometry]
) -> list[MapLayer]:
    """Return what lies near some places as one layer of thin lines."""
    near = [frame for _, frame in _near(base, _array(shapes)) if len(frame)]
    return _merged(near, "工作区图层")


def _near(
    base: Sequence[tuple[str, gpd.GeoDataFrame]], shapes: np.ndarray[Any, Any]
) -> list[tuple[str, gpd.GeoDataFrame]]:
    bounds = shapely.total_bounds(shapes)
    box = shapely.box(*bounds).buffer(_NEAR_DEGREES)
    return [(name, frame[frame.intersects(box)]) for name, frame in base]


def _layers(base: Sequence[tuple[str, gpd.GeoDataFrame]]) -> list[MapLayer]:
    there = [(name, frame) for name, frame in base if len(frame)]
    ground = [float(shapely.area(frame.geometry).sum()) for _, frame in there]
    first = np.argsort([-g for g in ground], kind="stable")[:MOST_ZONES].tolist()
    zones = [MapLayer(there[n][1], there[n][0]) for n in first]
    rest = [frame for n, (_, frame) in enumerate(there) if n not in first]
    return [*zones, *_merged(rest, "工作区其他图层")]


def _merged(frames: Sequence[gpd.GeoDataFrame], name: str) -> list[MapLayer]:
    if not frames:
        return []
    every = pd.concat([frame[["geometry"]] for frame in frames], ignore_index=True)
    return [MapLayer(every, name, base=True)]


def _array(shapes: Sequence[shapely.Geometry]) -> np.ndarray[Any, Any]:
    found = np.empty(len(shapes), dtype=object)
    found[:] = list(shapes)
    return found
