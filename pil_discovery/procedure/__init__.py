"""Basis by date, agency, venue, ways, next steps and clocks."""

from pil_discovery.procedure.agencies import find_agency
from pil_discovery.procedure.avenues import find_field, missing_words, open_avenues
from pil_discovery.procedure.bases import (
    GAP,
    as_span,
    in_force,
    law_versions,
    resolve_basis,
    show,
    to_basis,
)
from pil_discovery.procedure.citations import citation_zh
from pil_discovery.procedure.courses import open_routes, plan, regime_on
from pil_discovery.procedure.deadlines import as_day, due, period_zh
from pil_discovery.procedure.grounding import (
    bases_of,
    fact_span,
    ground,
    later_versions,
)
from pil_discovery.procedure.icalendar import Appointment, to_icalendar
from pil_discovery.procedure.jurisdiction import crosses, find_venues, tags_of
from pil_discovery.procedure.plaintiffs import judge_standing, plaintiff_kinds

__all__ = [
    "GAP",
    "Appointment",
    "as_day",
    "as_span",
    "bases_of",
    "citation_zh",
    "crosses",
    "due",
    "fact_span",
    "find_agency",
    "find_field",
    "find_venues",
    "ground",
    "in_force",
    "judge_standing",
    "later_versions",
    "law_versions",
    "missing_words",
    "open_avenues",
    "open_routes",
    "period_zh",
    "plaintiff_kinds",
    "plan",
    "regime_on",
    "resolve_basis",
    "show",
    "tags_of",
    "to_basis",
    "to_icalendar",
]
