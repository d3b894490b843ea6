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
}
_NOT_NOTED = ("platform_shop", "land_collection_notice")
"""Exports of which nobody wrote down where they came from, as it happens."""


def with_office(entry: dict[str, object]) -> dict[str, object]:
    """Return an entry of `pil.yaml` with publisher and date obtained; its own first."""
    dataset = str(entry["dataset"])
    if dataset in _NOT_NOTED:
        return entry
    issuer, obtained = _OFFICES.get(dataset, _LAND)
    told = {"issuer": issuer, "obtained": obtained, **entry}
    return {**entry, "issuer": told["issuer"], "obtained": told["obtained"]}
