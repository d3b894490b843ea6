"""pil_discovery: find public-interest harm in records and layers, and pack evidence.

Public names are loaded when first used, so that importing the package is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pil_discovery.errors import PilError
    from pil_discovery.geo.area import area_m2
    from pil_discovery.geo.gcj import (
        bd09_to_gcj02,
        gcj02_to_bd09,
        gcj02_to_wgs84,
        wgs84_to_gcj02,
    )
    from pil_discovery.geo.overlay import overlay
    from pil_discovery.imagery.change import detect_change
    from pil_discovery.imagery.followup import RestorationRule
    from pil_discovery.imagery.observed import Reference
    from pil_discovery.imagery.registration import register_shift
    from pil_discovery.imagery.restoration import judge_restoration
    from pil_discovery.imagery.sampling import estimate_area, plan_samples
    from pil_discovery.imagery.series import find_breaks
    from pil_discovery.imagery.zonal import zonal
    from pil_discovery.leads.scorers.backtesting import Backtest, backtest
    from pil_discovery.leads.scorers.scorer import Scorer
    from pil_discovery.leads.scorers.spec import ScorerSpec
    from pil_discovery.leads.scorers.training import fit_scorer
    from pil_discovery.maps.charts import Curve, draw_series
    from pil_discovery.maps.layers import MapLayer
    from pil_discovery.maps.location import draw_map
    from pil_discovery.maps.overview import Places, draw_overview
    from pil_discovery.maps.plates import draw_plate
    from pil_discovery.pipeline.addresses import locate_addresses, parse_address
    from pil_discovery.pipeline.avenues import (
        find_avenues,
        find_jurisdiction,
        judge_plaintiffs,
    )
    from pil_discovery.pipeline.batches import build_bundles
    from pil_discovery.pipeline.drawing import (
        draw_pictures,
        draw_scan,
        show_pictures,
    )
    from pil_discovery.pipeline.files import read_image, read_layer, read_records
    from pil_discovery.pipeline.flow import Scan, scan
    from pil_discovery.pipeline.law import due, resolve_basis, write_calendar
    from pil_discovery.pipeline.linking import link
    from pil_discovery.pipeline.packing import (
        build_bundle,
        office_seal,
        open_fields,
        verify_bundle,
    )
    from pil_discovery.pipeline.people import link_people
    from pil_discovery.pipeline.reading import open_workspace
    from pil_discovery.pipeline.reproducing import reproduce
    from pil_discovery.text.codes import check_code

_HOMES = {
    "Backtest": "leads.scorers.backtesting",
    "Curve": "maps.charts",
    "MapLayer": "maps.layers",
    "PilError": "errors",
    "Places": "maps.overview",
    "Reference": "imagery.observed",
    "RestorationRule": "imagery.followup",
    "Scan": "pipeline.flow",
    "Scorer": "leads.scorers.scorer",
    "ScorerSpec": "leads.scorers.spec",
    "area_m2": "geo.area",
    "backtest": "leads.scorers.backtesting",
    "bd09_to_gcj02": "geo.gcj",
    "build_bundle": "pipeline.packing",
    "build_bundles": "pipeline.batches",
    "check_code": "text.codes",
    "detect_change": "imagery.change",
    "draw_map": "maps.location",
    "draw_overview": "maps.overview",
    "draw_pictures": "pipeline.drawing",
    "draw_plate": "maps.plates",
    "draw_scan": "pipeline.drawing",
    "draw_series": "maps.charts",
    "due": "pipeline.law",
    "estimate_area": "imagery.sampling",
    "find_avenues": "pipeline.avenues",
    "find_breaks": "imagery.series",
    "find_jurisdiction": "pipeline.avenues",
    "fit_scorer": "leads.scorers.training",
    "gcj02_to_bd09": "geo.gcj",
    "gcj02_to_wgs84": "geo.gcj",
    "judge_plaintiffs": "pipeline.avenues",
    "judge_restoration": "imagery.restoration",
    "locate_addresses": "pipeline.addresses",
    "link": "pipeline.linking",
    "link_people": "pipeline.people",
    "office_seal": "pipeline.packing",
    "open_fields": "pipeline.packing",
    "open_workspace": "pipeline.reading",
    "overlay": "geo.overlay",
    "parse_address": "pipeline.addresses",
    "plan_samples": "imagery.sampling",
    "read_image": "pipeline.files",
    "read_layer": "pipeline.files",
    "read_records": "pipeline.files",
    "register_shift": "imagery.registration",
    "reproduce": "pipeline.reproducing",
    "resolve_basis": "pipeline.law",
    "scan": "pipeline.flow",
    "show_pictures": "pipeline.drawing",
    "verify_bundle": "pipeline.packing",
    "wgs84_to_gcj02": "geo.gcj",
    "write_calendar": "pipeline.law",
    "zonal": "imagery.zonal",
}

__all__ = [
    "Backtest",
    "Curve",
    "MapLayer",
    "PilError",
    "Places",
    "Reference",
    "RestorationRule",
    "Scan",
    "Scorer",
    "ScorerSpec",
    "area_m2",
    "backtest",
    "bd09_to_gcj02",
    "build_bundle",
    "build_bundles",
    "check_code",
    "detect_change",
    "draw_map",
    "draw_overview",
    "draw_pictures",
    "draw_plate",
    "draw_scan",
    "draw_series",
    "due",
    "estimate_area",
    "find_avenues",
    "find_breaks",
    "find_jurisdiction",
    "fit_scorer",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "judge_plaintiffs",
    "judge_restoration",
    "link",
    "link_people",
    "locate_addresses",
    "office_seal",
    "open_fields",
    "open_workspace",
    "overlay",
    "parse_address",
    "plan_samples",
    "read_image",
    "read_layer",
    "read_records",
    "register_shift",
    "reproduce",
    "resolve_basis",
    "scan",
    "show_pictures",
    "verify_bundle",
    "wgs84_to_gcj02",
    "write_calendar",
    "zonal",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"pil_discovery.{_HOMES[name]}"), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted(__all__)
