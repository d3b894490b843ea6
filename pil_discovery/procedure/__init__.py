"""Basis by date, agency, route, next steps and clocks."""

from pil_discovery.procedure.agencies import find_agency
from pil_discovery.procedure.bases import law_versions, resolve_basis, show, to_basis
from pil_discovery.procedure.citations import citation_zh
from pil_discovery.procedure.courses import open_routes, plan, regime_on
from pil_discovery.procedure.deadlines import due, period_zh
from pil_discovery.procedure.grounding import bases_of, ground, later_versions

__all__ = [
    "bases_of",
    "citation_zh",
    "due",
    "find_agency",
    "ground",
    "later_versions",
    "law_versions",
    "open_routes",
    "period_zh",
    "plan",
    "regime_on",
    "resolve_basis",
    "show",
    "to_basis",
]
