"""Route and next steps of a lead: who sues, on which mandate, what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pil_discovery.procedure.bases import GAP, in_force
from pil_discovery.procedure.deadlines import period_zh
from pil_discovery.procedure.grounding import basis_ids, fact_span
from pil_discovery.types import Course, CourseStep

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pil_discovery.types import Clock, Fact, Lead, Regime, Route

    Facts = Mapping[str, Fact]
    Topics = Mapping[str, Sequence[str]]
    RouteName = Literal["admin", "civil"]


def regime_on(regimes: Mapping[str, Regime], day: dt.date) -> str | None:
    """Return the id of the procedural rules that hold on a day; None = not loaded.

    Where an older body of rules has no end, the one that began last holds.
    """
    held = [
        regime
        for regime in regimes.values()
        if regime.valid_from <= day
        and (regime.valid_to is None or day <= regime.valid_to)
    ]
    return max(held, key=lambda r: (r.valid_from, r.id)).id if held else None


def open_routes(
    lead: Lead,
    *,
    facts: Facts,
    topics: Topics,
    routes: Mapping[str, Route],
    as_of: dt.date,
) -> dict[str, tuple[str, ...]]:
    """Return the routes that a lead may take, each with the mandates in force.

    Administrative: an agency is named. Civil: the offender is known. Both: the route
    knows the domain, and a mandate is in force on the date of the fact.
    """
    found = {}
    for name, route in routes.items():
        mandate = _mandate(lead, route, facts, topics=topics, as_of=as_of)
        if mandate and not _obstacle(lead, name):
            found[name] = mandate
    return found


def plan(  # noqa: PLR0913 — one argument per part of the catalogue
    lead: Lead,
    *,
    facts: Facts,
    topics: Topics,
    regimes: Mapping[str, Regime],
    clocks: Mapping[str, Mapping[str, Clock]],
    routes: Mapping[str, Mapping[str, Route]],
    as_of: dt.date,
) -> Course:
    """Return agency, route, mandates and next steps of a lead.

    The route that the lead carries is kept where it is open; otherwise the first open
    one, administrative before civil. Without an open route, or on a day for which no
    procedural rules are loaded, the course says why.
    """
    regime = regime_on(regimes, as_of)
    if regime is None:
        why = f"办案规则：{as_of} {GAP}"
        return Course(agency=lead.agency, route="none", why=why)
    ways = routes[regime]
    found = open_routes(lead, facts=facts, topics=topics, routes=ways, as_of=as_of)
    if not found:
        return Course(agency=lead.agency, route="none", why=_why_none(lead, ways))
    name: RouteName
    name = "civil" if lead.route == "civil" or "admin" not in found else "admin"
    if name not in found:
        name = "admin"
    return Course(
        agency=lead.agency,
        route=name,
        why=_why(lead, name),
        mandate=found[name],
        steps=_steps(lead, ways[name], facts, clocks=clocks[regime], as_of=as_of),
    )


def _mandate(
    lead: Lead, route: Route, facts: Facts, *, topics: Topics, as_of: dt.date
) -> tuple[str, ...]:
    names = route.mandates.get(lead.domain, ())
    ids = dict.fromkeys(i for name in names for i in topics.get(name, ()))
    return basis_ids(ids, fact_span(lead, as_of), facts)


def _obstacle(lead: Lead, route: str) -> str:
    if route == "admin" and lead.agency is None:
        return "负有监督管理职责的行政机关尚未确定"
    if route == "civil" and not (lead.subject_name or lead.subject_code):
        return "违法行为人尚未查明"
    return ""


def _why(lead: Lead, route: RouteName) -> str:
    if route == "admin":
        return f"督促{lead.agency}依法履行职责"
    return f"违法行为人已查明（{lead.subject_name or lead.subject_code}）"


def _why_none(lead: Lead, routes: Mapping[str, Route]) -> str:
    reasons: list[str] = []
    for name, route in routes.items():
        if lead.domain not in route.mandates:
            continue
        obstacle = _obstacle(lead, name) or f"事实发生日的起诉授权：{GAP}"
        reasons.append(f"{route.title_zh}：{obstacle}")
    return "；".join(reasons) or "该领域没有法律授权，只能提出监督意见"


def _steps(
    lead: Lead,
    route: Route,
    facts: Facts,
    *,
    clocks: Mapping[str, Clock],
    as_of: dt.date,
) -> tuple[CourseStep, ...]:
    """Fill periods and blocks: what the lead lacks first, then the step before.

    An optional step blocks nothing.
    """
    filled: list[CourseStep] = []
    waiting = tuple(f"尚缺：{m}" for m in lead.missing)
    for step in route.steps:
        clock = clocks.get(step.clock) if step.clock else None
        known = tuple(i for i in step.basis if in_force(facts[i], as_of, as_of))
        change = {
            "period_zh": period_zh(clock) if clock else "",
            "starts_from": clock.starts_from if clock else "",
            "basis": known,
            "blocked_by": (*waiting, *step.blocked_by),
        }
        filled.append(step.model_copy(update=change))
        if not step.optional:
            waiting = (f"尚未完成：{step.title_zh}",)
    return tuple(filled)
