"""Who handed which data of the district over, and when."""

from __future__ import annotations

_LAND = ("示例区自然资源和规划局", "2026-09-28")
_TAX = ("示例区税务局", "2026-09-29")
_HOUSING = ("示例区住房和城乡建设局", "2026-09-25")
_MARKET = ("示例区市场监督管理局", "2026-09-28")
_ECOLOGY = ("示例区生态环境局", "2026-09-29")
_FOREST = ("示例区自然资源和规划局", "2026-09-22")
_WATER = ("示例区水利局", "2026-09-24")
_REFORM = ("示例区发展和改革局", "2026-09-21")
_DEFENCE = ("示例区人民防空办公室", "2026-09-21")
_STATISTICS = ("示例区统计局", "2026-09-22")
_GRID = ("国网示例区供电公司", "2026-09-23")
_COURT = ("示例区人民法院", "2026-09-25")
_WATERWORKS = ("示例自来水有限公司", "2026-09-23")

_OFFICES = {
    "cad_case": _DEFENCE,
    "project_register": _REFORM,
    "swc_plan": _WATER,
    "land_payment": _TAX,
    "construction_permit": _HOUSING,
    "food_licence": _MARKET,
    "registration": _MARKET,
    "sampling": _MARKET,
    "penalty": _MARKET,
    "outfall": _ECOLOGY,
    "hw_generation": _ECOLOGY,
    "hw_manifest": _ECOLOGY,
    "water_zone": _ECOLOGY,
    "oil_purchase": _TAX,
    "forest_patch": _FOREST,
    "forest_approval": _FOREST,
    "felling_licence": _FOREST,
    "forest_event": _FOREST,
    "production": _STATISTICS,
    "quota": _WATER,
    "water_permit": _WATER,
    "water_device": _WATER,
    "water_month": _WATERWORKS,
    "tax_water": _TAX,
    "pollution_permit": _ECOLOGY,
    "pollution_registration": _ECOLOGY,
    "monitor_daily": _ECOLOGY,
    "power_month": _GRID,
    "power_account": _GRID,
    "drainage_permit": _HOUSING,
    "drainage_retrofit": _HOUSING,
    "business_site": _MARKET,
    "river_mgmt": _WATER,
    "sewer_area": _HOUSING,
    "court_ruling": _COURT,
    "tax_farmland": _TAX,
}
_NOT_NOTED = ("platform_shop", "land_collection_notice")
"""Exports of which nobody wrote down where they came from, as it happens."""


def with_office(entry: dict[str, object]) -> dict[str, object]:
    """Return an entry of `pil.yaml` with publisher and date obtained; its own first."""
    dataset = str(entry["dataset"])
    if dataset in _NOT_NOTED:
        return entry
    issuer, obtained = _OFFICES.get(dataset, _LAND)
    # an entry that names its own office keeps it
    told = {"issuer": issuer, "obtained": obtained, **entry}
    return {**entry, "issuer": told["issuer"], "obtained": told["obtained"]}
