"""Agency, law, route and next steps of what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery import leads, procedure
from pil_discovery.leads import Doubt
from pil_discovery.text.picture_quality import flagged_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.catalog import Catalog
    from pil_discovery.types import Basis, Course, Finding, Image, Lead, Model


_REPLY = "suggestion-reply"


def doubts_of(
    findings: Iterable[Finding], images: Iterable[Image], models: Mapping[str, Model]
) -> dict[str, Doubt]:
    """Tell what weakens findings: names joined by likeness, pictures and their age.

    Flags count where a hit rests on pictures alone: a review has been lowered for
    them, and what records prove does not get weaker by a look at poor pictures.
    """
    days = {i.provenance.file: i.acquired_date for i in images}
    doubts: dict[str, Doubt] = {}
    for finding in findings:
        fuzzy = any(link.decision == "same" for link in finding.links)
        if fuzzy:
            doubts[finding.finding_id] = Doubt(fuzzy=True)
        seen = [days[r.source] for r in finding.records if r.dataset == "image"]
        if seen:
            alone = models[finding.model].evidence == "imagery"
            flags = _flags(finding) if alone and finding.state == "hit" else ()
            doubts[finding.finding_id] = Doubt(
                fuzzy=fuzzy, picture_date=max(seen), flags=flags
            )
    return doubts


def _flags(finding: Finding) -> tuple[str, ...]:
    return () if finding.quality is None else flagged_words(finding.quality)


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


def with_reply_periods(course: Course, catalog: Catalog, as_of: dt.date) -> Course:
    """Tell the ordinary and the urgent period of the reply apart, each with its rule.

    The way of a case holds one step for the reply; a document prints one of the two.
    """
    regime = procedure.regime_on(catalog.regimes, as_of)
    clocks = {} if regime is None else catalog.clocks[regime]
    steps = [
        step.model_copy(
            update={
                "clock": name,
                "period_zh": procedure.period_zh(clock),
                "basis": clock.basis,
            }
        )
        for step in course.steps
        if step.clock == _REPLY
        for name, clock in clocks.items()
        if name.startswith(_REPLY)
    ]
    others = [s for s in course.steps if s.clock != _REPLY]
    return course.model_copy(update={"steps": (*others, *steps)})


def bases_for(
    findings: Iterable[Finding], course: Course, catalog: Catalog
) -> list[Basis]:
    """Return every rule that a document of this lead may print.

    The rules of the facts, the mandate of the route, and those that set the period for
    the reply.
    """
    grounds = procedure.bases_of(findings, facts=catalog.facts)
    reply = [s for s in course.steps if (s.clock or "").startswith(_REPLY)]
    steps = [i for step in reply for i in step.basis]
    named = dict.fromkeys([*course.mandate, *steps])
    further = {
        i: procedure.to_basis(catalog.facts[i])
        for i in named
        if i in catalog.facts and i not in grounds
    }
    return [*grounds.values(), *further.values()]


def civil_domains(catalog: Catalog, as_of: dt.date) -> frozenset[str]:
    """Return the fields to which the rules of a day open the civil route."""
    regime = procedure.regime_on(catalog.regimes, as_of)
    route = None if regime is None else catalog.routes[regime].get("civil")
    return frozenset() if route is None else frozenset(route.mandates)


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
            routes={} if regime is None else catalog.routes[regime],
            as_of=as_of,
        )
        routed = leads.choose_route(lead, allowed)
        course = course_of(routed, catalog, as_of)
        steps = tuple(s.model_dump(mode="json") for s in course.steps)
        shut = (course.why,) if course.route == "none" else ()
        yield routed.model_copy(
            update={"steps": steps, "missing": (*routed.missing, *shut)}
        )
