"""Agency, law, route and next steps of what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery import leads, procedure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from pil_discovery.catalog import Catalog
    from pil_discovery.types import Course, Lead


def course_of(lead: Lead, catalog: Catalog, as_of: dt.date) -> Course:
    """Return agency, route and next steps of a lead under the rules of that day."""
    return procedure.plan(
        lead,
        facts=catalog.facts,
        topics=catalog.topics,
        regimes=catalog.regimes,
        clocks=catalog.clocks,
        routes=catalog.routes,
        as_of=as_of,
    )


def settled(
    weighed: Sequence[Lead], catalog: Catalog, as_of: dt.date
) -> tuple[Lead, ...]:
    """Give each lead the best route that is open to it, its steps, and its rank."""
    return tuple(leads.rank(_settled(weighed, catalog, as_of)))


def _settled(
    weighed: Iterable[Lead], catalog: Catalog, as_of: dt.date
) -> Iterable[Lead]:
    regime = procedure.regime_on(catalog.regimes, as_of)
    for lead in weighed:
        allowed = procedure.open_routes(
            lead,
            facts=catalog.facts,
            topics=catalog.topics,
            routes=catalog.routes[regime],
            as_of=as_of,
        )
        routed = leads.choose_route(lead, allowed)
        course = course_of(routed, catalog, as_of)
        steps = tuple(s.model_dump(mode="json") for s in course.steps)
        yield routed.model_copy(update={"steps": steps})
