"""Leads as map layers: a styled GeoPackage and GeoParquet, both with stable bytes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from pil_discovery.geo.geojson import shape_of
from pil_discovery.report.style import qml, single_qml, symbol_kind
from pil_discovery.report.wording import PARTS as PART_WORDS
from pil_discovery.text.canonical import dump_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.types import BaseLayer

CRS = "EPSG:4490"
LAYER = "leads"
OVERLAPS = "overlaps"
BASE = "base_"
"""What the names of layers under the leads begin with."""
TEXTS = (
    "lead_id",
    "kind",
    "domain",
    "model",
    "code",
    "title_zh",
    "subject_name",
    "subject_code",
    "agency",
    "route",
    "fact_date",
    "place",
)
PARTS = tuple(PART_WORDS)
MEASURED = (
    *("area_m2", "area_low_m2", "area_high_m2", "share", "p_overlap", "p_over"),
    *("threshold_m2", "distance_m"),
)
"""Numbers of an overlap; missing ones were not assessed or not asked for."""
GROUND = {
    "overlap_area_m2": "area_m2",
    "overlap_low_m2": "area_low_m2",
    "overlap_high_m2": "area_high_m2",
    "overlap_p": "p_overlap",
}
"""Column of a lead → number of the largest overlap of its findings."""


ALIASES = {
    "lead_id": "线索编号",
    "rank": "序号",
    "listed": "自动列出",
    "score": "得分",
    **PART_WORDS,
    "kind": "类别",
    "domain": "领域",
    "model": "模型",
    "code": "模型编号",
    "title_zh": "线索标题",
    "subject_name": "涉及主体",
    "subject_code": "主体代码",
    "agency": "行政机关",
    "route": "路线",
    "fact_date": "事实日期",
    "place": "地点",
    "measures": "度量",
    "findings": "筛查结果",
    "members": "类案成员",
    "overlap_area_m2": "叠加面积（平方米）",
    "overlap_low_m2": "叠加面积下限（5%分位数，平方米）",
    "overlap_high_m2": "叠加面积上限（95%分位数，平方米）",
    "overlap_p": "叠加关系成立的概率",
}
"""Column of a lead → the name that QGIS shows."""
OTHER_ALIASES = {
    "name": "名称",
    "lead_id": "线索编号",
    "finding_id": "结果编号",
    "state": "状态",
    "model": "模型",
    "step": "步骤",
    "how": "关系",
    "validity": "有效期",
    "on_date": "事实日期",
    "valid_from": "生效",
    "valid_to": "失效",
    "left_out": "未计入的范围",
    "layers": "图层版本",
    "area_m2": "面积（平方米）",
    "area_low_m2": "面积下限（5%分位数，平方米）",
    "area_high_m2": "面积上限（95%分位数，平方米）",
    "share": "比例",
    "p_overlap": "重叠成立的概率",
    "p_over": "超过限值的概率",
    "threshold_m2": "限值（平方米）",
    "distance_m": "距离（米）",
}
OLDEST = "1.2"
"""Edition of the GeoPackage standard: old programs in offices know no later one."""
CAUTION = "由程序筛查得出，均待核查，不是对任何人的认定"
MOST_FEATURES = 20_000
"""Of a layer under the leads; a larger one is opened from the workspace itself."""


def lead_frame(
    leads: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]
) -> gpd.GeoDataFrame:
    """Lay out lead records as features.

    Parameters
    ----------
    leads, findings
        Records of both.

    Returns
    -------
    GeoDataFrame
        One row per lead in rank order, EPSG:4490; `rank` integer, `listed` boolean,
        score and parts float, everything else text (measures, findings and members as
        JSON). `GROUND` gives the largest overlap of the findings of a lead: findings
        may share ground, so that a sum would count it twice. A lead without a place
        has no geometry and stays.
    """
    largest = _largest_overlaps(leads, findings)
    columns = {
        "rank": pd.array([r["rank"] for r in leads], dtype="int64"),
        "listed": pd.array([bool(r["listed"]) for r in leads], dtype="bool"),
        "score": pd.array([float(r["score"]) for r in leads], dtype="float64"),
        **{p: _numbers(leads, p) for p in PARTS},
        **{t: pd.array([r[t] for r in leads], dtype="string") for t in TEXTS},
        **{c: _json(leads, c) for c in ("measures", "findings", "members")},
        **{
            c: pd.array([_number(o.get(n)) for o in largest], dtype="float64")
            for c, n in GROUND.items()
        },
    }
    order = ["lead_id", "rank", *(c for c in columns if c not in {"lead_id", "rank"})]
    shapes = np.array([shape_of(r["geometry"]) for r in leads], dtype=object)
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)[[*order, "geometry"]]


def _largest_overlaps(
    leads: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return for each lead the overlap with the most area; nothing where none is."""
    known = {f["finding_id"]: f["overlaps"] for f in findings}
    ours = ([o for i in lead["findings"] for o in known.get(i, ())] for lead in leads)
    return [max(of, key=lambda o: float(o["area_m2"] or 0), default={}) for of in ours]


def overlap_frame(
    leads: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]
) -> gpd.GeoDataFrame:
    """Lay out the ground that findings were measured on as features.

    Parameters
    ----------
    leads, findings
        Records of both; class leads repeat the findings of their members and give no
        rows.

    Returns
    -------
    GeoDataFrame
        One row per overlap in rank order, EPSG:4490: ids of lead and finding, `state`,
        `model`, `step`, `how`, the numbers `MEASURED` as floats, `validity`, the term
        of the zone, `left_out` (zones not in force), `layers` (editions, JSON).
    """
    known = {f["finding_id"]: f for f in findings}
    rows = [
        (lead["lead_id"], known[i], overlap)
        for lead in leads
        if lead["kind"] == "single"
        for i in lead["findings"]
        if i in known
        for overlap in known[i]["overlaps"]
    ]
    columns: dict[str, Any] = {"lead_id": [lead for lead, _, _ in rows]}
    for name in ("finding_id", "state", "model"):
        columns[name] = [finding[name] for _, finding, _ in rows]
    for name in ("step", "how", "validity", "on_date", "valid_from", "valid_to"):
        columns[name] = [overlap[name] for _, _, overlap in rows]
    columns["left_out"] = ["；".join(o["left_out"]) for _, _, o in rows]
    columns["layers"] = [dump_json(f["layers"]) for _, f, _ in rows]
    texts = {n: pd.array(v, dtype="string") for n, v in columns.items()}
    numbers = {
        n: pd.array([_number(o[n]) for _, _, o in rows], dtype="float64")
        for n in MEASURED
    }
    shapes = np.array([shape_of(o["geometry"]) for _, _, o in rows], dtype=object)
    return gpd.GeoDataFrame({**texts, **numbers}, geometry=shapes, crs=CRS)


def write_geopackage(
    path: Path,
    frame: gpd.GeoDataFrame,
    as_of: dt.date,
    further: Mapping[str, tuple[str, gpd.GeoDataFrame]] | None = None,
) -> None:
    """Write layer `leads`, and further ones, with their QGIS styles and descriptions.

    The time stamps inside are those of `as_of`, so that two writes give equal bytes.

    Parameters
    ----------
    frame
        As `lead_frame` lays it out.
    further
        Layer → its Chinese name, and its features.
    """
    every = {LAYER: ("线索（待核查）", frame), **(further or {})}
    with _clock_at(as_of):
        for number, (layer, (title, features)) in enumerate(every.items()):
            pyogrio.write_dataframe(
                features,
                path,
                layer=layer,
                driver="GPKG",
                dataset_options={"VERSION": OLDEST} if number == 0 else None,
                geometry_type=_kind(features),
                append=number > 0,
                layer_options={
                    "IDENTIFIER": title,
                    "DESCRIPTION": f"{title}；基准日 {as_of.isoformat()}；{CAUTION}",
                },
            )
            if number == 0:
                _write_styles(path, every, as_of)


def further_layers(
    overlaps: gpd.GeoDataFrame, base: Sequence[BaseLayer]
) -> dict[str, tuple[str, gpd.GeoDataFrame]]:
    """Return layer → Chinese name and features of what lies under the leads."""
    ground = {OVERLAPS: ("空间比对的范围", overlaps)} if len(overlaps) else {}
    return ground | {
        f"{BASE}{layer.dataset}": (layer.title.zh, layer.frame)
        for layer in base
        if len(layer.frame) <= MOST_FEATURES
    }


def read_base(path: Path) -> list[tuple[str, gpd.GeoDataFrame]]:
    """Return the layers under the leads: Chinese name, and features in EPSG:4490."""
    told = pyogrio.read_dataframe(
        path,
        sql="SELECT table_name, identifier FROM gpkg_contents ORDER BY table_name",
        sql_dialect="SQLITE",
    )
    return [
        (title, pyogrio.read_dataframe(path, layer=name, columns=[]))
        for name, title in zip(told["table_name"], told["identifier"], strict=True)
        if name.startswith(BASE)
    ]


def write_parquet(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write GeoParquet 1.1 with a covering bbox."""
    frame.to_parquet(
        path,
        index=False,
        compression="zstd",
        schema_version="1.1.0",
        write_covering_bbox=True,
    )


@contextmanager
def _clock_at(as_of: dt.date) -> Iterator[None]:
    # the option is named by GDAL for exactly this purpose
    name = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: f"{as_of.isoformat()}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})


def _kind(frame: gpd.GeoDataFrame) -> str:
    kinds = {k.removeprefix("Multi") for k in frame.geom_type.dropna()}
    if len(kinds) != 1:
        return "Unknown"
    kind = kinds.pop()
    several = frame.geom_type.dropna().str.startswith("Multi").any()
    return f"Multi{kind}" if several else kind


def _write_styles(
    path: Path, layers: Mapping[str, tuple[str, gpd.GeoDataFrame]], as_of: dt.date
) -> None:
    rows = [_style(n, t, _kind(f), as_of) for n, (t, f) in layers.items()]
    pyogrio.write_dataframe(
        pd.DataFrame(rows), path, layer="layer_styles", driver="GPKG", append=True
    )


def _style(layer: str, title: str, kind: str, as_of: dt.date) -> dict[str, object]:
    symbol = symbol_kind(kind)
    drawn = (
        qml(symbol, ALIASES)
        if layer == LAYER
        else single_qml(symbol, layer, OTHER_ALIASES)
    )
    return {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": layer,
        "f_geometry_column": "geom",
        "styleName": "线索得分" if layer == LAYER else title,
        "styleQML": drawn,
        "styleSLD": "",
        "useAsDefault": True,
        "description": "按得分分级；待核查" if layer == LAYER else title,
        "owner": "",
        "ui": "",
        "update_time": f"{as_of.isoformat()}T00:00:00.000Z",
    }


def _number(value: Any) -> float:  # noqa: ANN401 -- a Decimal or None
    return float("nan") if value is None else float(value)


def _numbers(leads: Sequence[Mapping[str, Any]], part: str) -> Any:  # noqa: ANN401
    return pd.array([float(r["parts"][part]) for r in leads], dtype="float64")


def _json(leads: Sequence[Mapping[str, Any]], column: str) -> Any:  # noqa: ANN401
    return pd.array([dump_json(r[column]) for r in leads], dtype="string")
