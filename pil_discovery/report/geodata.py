"""Leads as map layers: a styled GeoPackage and GeoParquet, both with stable bytes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from pil_discovery.geo.geojson import shape_of
from pil_discovery.report.style import qml, symbol_kind
from pil_discovery.text.canonical import dump_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

CRS = "EPSG:4490"
LAYER = "leads"
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
PARTS = ("certainty", "verifiability", "harm", "inaction", "urgency", "scale")


def lead_frame(leads: Sequence[Mapping[str, Any]]) -> gpd.GeoDataFrame:
    """Lay out lead records as features.

    Returns
    -------
    GeoDataFrame
        One row per lead in rank order, EPSG:4490; `rank` integer, `listed` boolean,
        score and parts float, everything else text (measures, findings and members as
        JSON). A lead without a place has no geometry and stays.
    """
    columns = {
        "rank": pd.array([r["rank"] for r in leads], dtype="int64"),
        "listed": pd.array([bool(r["listed"]) for r in leads], dtype="bool"),
        "score": pd.array([float(r["score"]) for r in leads], dtype="float64"),
        **{p: _numbers(leads, p) for p in PARTS},
        **{t: pd.array([r[t] for r in leads], dtype="string") for t in TEXTS},
        **{c: _json(leads, c) for c in ("measures", "findings", "members")},
    }
    order = ["lead_id", "rank", *(c for c in columns if c not in {"lead_id", "rank"})]
    shapes = np.array([shape_of(r["geometry"]) for r in leads], dtype=object)
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)[[*order, "geometry"]]


def write_geopackage(path: Path, frame: gpd.GeoDataFrame, as_of: dt.date) -> None:
    """Write layer `leads` and its QGIS style.

    The time stamps inside are those of `as_of`, so that two writes give equal bytes.
    """
    kind = _kind(frame)
    with _clock_at(as_of):
        pyogrio.write_dataframe(
            frame, path, layer=LAYER, driver="GPKG", geometry_type=kind
        )
        pyogrio.write_dataframe(
            _styles(kind, as_of), path, layer="layer_styles", driver="GPKG", append=True
        )


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


def _styles(kind: str, as_of: dt.date) -> pd.DataFrame:
    row = {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": LAYER,
        "f_geometry_column": "geom",
        "styleName": "线索得分",
        "styleQML": qml(symbol_kind(kind)),
        "styleSLD": "",
        "useAsDefault": True,
        "description": "按得分分级；待核查",
        "owner": "",
        "ui": "",
        "update_time": f"{as_of.isoformat()}T00:00:00.000Z",
    }
    return pd.DataFrame([row])


def _numbers(leads: Sequence[Mapping[str, Any]], part: str) -> Any:  # noqa: ANN401
    return pd.array([float(r["parts"][part]) for r in leads], dtype="float64")


def _json(leads: Sequence[Mapping[str, Any]], column: str) -> Any:  # noqa: ANN401
    return pd.array([dump_json(r[column]) for r in leads], dtype="string")
