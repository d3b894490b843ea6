"""Weigh groups of findings and put the leads in order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.leads import formula, measures, places, proof, reasons
from pil_discovery.leads.evidence import Doubt, shifts
from pil_discovery.leads.groups import Group, merge
from pil_discovery.leads.precision import Precision
from pil_discovery.leads.reasons import Weights
from pil_discovery.leads.refinement import refined
from pil_discovery.leads.registers import Registers
from pil_discovery.types import Fired, Lead, Parts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from decimal import Decimal

    from pil_discovery.leads.measures import Measure
    from pil_discovery.leads.proof import Proof
    from pil_discovery.leads.reasons import Harm
    from pil_discovery.types import (
        Basis,
        Dataset,
        Finding,
        Model,
        ModelRun,
        Quality,
        Refinement,
    )


@dataclass(frozen=True)
class _Setting:
    models: Mapping[str, Model]
    bases: Mapping[str, Basis]
    absent: Mapping[str, tuple[str, ...]]
    doubts: Mapping[str, Doubt]
    as_of: dt.date
    registers: Registers
    quality: Mapping[str, Quality]
    precisions: Mapping[str, Precision]
    refinement: Refinement | None
    civil: Collection[str]
    units: Mapping[str, str]


def weigh(  # noqa: PLR0913 -- one argument for each kind of fact that is weighed
    findings: Sequence[Finding],
    *,
    models: Mapping[str, Model],
    bases: Mapping[str, Basis],
    runs: Sequence[ModelRun],
    as_of: dt.date,
    doubts: Mapping[str, Doubt] | None = None,
    datasets: Mapping[str, Dataset] | None = None,
    quality: Mapping[str, Quality] | None = None,
    precisions: Mapping[str, Precision] | None = None,
    refinement: Refinement | None = None,
    civil: Collection[str] = (),
    units: Mapping[str, str] | None = None,
) -> list[Lead]:
    """Merge findings into leads, score them and rank them.

    Parameters
    ----------
    findings
        Findings in any state; hits and reviews become leads.
    models
        Model id → model.
    bases
        Fact id → basis resolved for the date of the fact.
    runs
        How each model ran; `missing_clears` lowers certainty.
    as_of
        Date of the scan; pictures more than 24 months older are old.
    doubts
        Finding id → fuzzy link and picture date, where known.
    datasets
        Data set id → description: who keeps it and how readers call it.
    quality
        Model id → how far it can be trusted: leads of a noisy model are not listed.
    precisions
        Model id → share of its leads that checks let expect; without an entry the prior
        of its evidence class stands.
    refinement
        What many checks taught about certainty, if anything.
    civil
        Fields in which the law lets a procuratorate bring a civil public-interest suit.
    units
        Symbol → name of a unit for readers; without one the symbol is written.

    Returns
    -------
    list
        Single leads by rank, then class leads by rank; then those that are not listed.

    Raises
    ------
    ModelError
        If a finding names an unknown model, or harm anchors are not 0 < floor < cap.
    """
    registers = Registers(datasets or {})
    absent = {run.id: _datasets(run.missing_clears, registers) for run in runs}
    setting = _Setting(
        models,
        bases,
        absent,
        doubts or {},
        as_of,
        registers,
        quality or {},
        precisions or {},
        refinement,
        civil,
        units or {},
    )
    groups = merge(findings, models)
    singles = {g.lead_id: _single(g, setting) for g in groups if g.kind == "single"}
    classes = [
        _class(g, [singles[m] for m in g.members], setting)
        for g in groups
        if g.kind == "class"
    ]
    return rank(_listed(lead, setting) for lead in [*singles.values(), *classes])


def _listed(lead: Lead, setting: _Setting) -> Lead:
    """Leave out leads of a noisy model, but none that a person must always see."""
    known = setting.quality.get(lead.model)
    hidden = known is not None and known.noisy and not lead.lanes
    return lead.model_copy(update={"listed": False}) if hidden else lead


def choose_route(lead: Lead, allowed: Collection[str] = ("admin", "civil")) -> Lead:
    """Give a lead the allowed route with the highest score; a tie goes to `admin`.

    Returns
    -------
    Lead
        With that route, its verifiability, score and score sentence; route `none` and
        the score as it was when no route is allowed. Rank the leads again afterwards.
    """
    open_routes = [r for r in ("admin", "civil") if r in allowed and r in lead.routes]
    if not open_routes:
        return lead.model_copy(update={"route": "none"})
    route = max(open_routes, key=lambda r: lead.routes[r]["score"])
    verifiability = lead.routes[route]["verifiability"]
    parts = lead.parts.model_copy(update={"verifiability": verifiability})
    changed = {
        "route": route,
        "parts": parts,
        "score": formula.score(parts),
        "reasons": (reasons.score_sentence(parts, route), *lead.reasons[1:]),
    }
    return lead.model_copy(update=changed)


def rank(leads: Iterable[Lead]) -> list[Lead]:
    """Order leads and number them from 1: listed ones, single before class leads.

    Order: lanes that a person always sees, then score, scale, older fact first (no
    date last), then lead id.
    """
    ordered = sorted(leads, key=_place_in_line)
    return [lead.model_copy(update={"rank": i}) for i, lead in enumerate(ordered, 1)]


def _place_in_line(lead: Lead) -> tuple[object, ...]:
    return (
        not lead.listed,
        lead.kind == "class",
        not lead.lanes,
        -lead.score,
        -lead.parts.scale,
        lead.fact_date is None,
        lead.fact_date or dt.date.max,
        lead.lead_id,
    )


def counted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Keep the findings that carry a lead: its hits, or its reviews if no hit is there.

    A doubtful row beside a sound one neither adds to an amount nor lowers certainty.
    """
    hits = tuple(f for f in findings if f.state == "hit")
    return hits or tuple(findings)


def _single(group: Group, setting: _Setting) -> Lead:
    model = setting.models[group.model]
    carrying = counted(group.findings)
    amounts = measures.combine(carrying, model.added_units())
    weights = Weights(
        precision=setting.precisions.get(model.id, Precision(model.evidence)),
        shifts=shifts(
            carrying,
            setting.absent.get(model.id, ()),
            [d for f in carrying if (d := setting.doubts.get(f.finding_id))],
            as_of=setting.as_of,
            clearing=model.clears.keys() - model.data.keys(),
            registers=setting.registers,
        ),
        harms=reasons.harms_of(model, amounts, setting.units),
        signals={
            "inaction": _distinct(f.inaction for f in carrying),
            "urgency": _distinct(f.urgency for f in carrying),
            "scale": _distinct(f.scale for f in carrying),
        },
        proof=proof.prove(
            carrying, model, setting.bases, civil_open=model.domain in setting.civil
        ),
        refinement=setting.refinement,
    )
    lead = _lead(group, setting, amounts)
    return _scored(lead, weights).model_copy(
        update={
            "missing": reasons.missing(weights, _gaps(group, setting)),
        }
    )


def _lead(group: Group, setting: _Setting, amounts: dict[str, Measure]) -> Lead:
    model = setting.models[group.model]
    carrying = counted(group.findings)
    name, code = reasons.subject(carrying)
    dates = [f.fact_date for f in carrying if f.fact_date]
    last_dates = [f.fact_last_date for f in carrying if f.fact_last_date]
    return Lead(
        lead_id=group.lead_id,
        kind=group.kind,
        rank=0,
        score=formula.CENT * 0,
        parts=_no_parts(),
        domain=model.domain,
        model=model.id,
        code=model.code,
        title_zh=reasons.title_zh(model, group),
        title_en=reasons.title_en(model, group),
        subject_name=name,
        subject_code=code,
        spellings=reasons.spellings(carrying),
        agency=group.agency,
        route="none",
        findings=tuple(f.finding_id for f in group.findings),
        members=group.members,
        measures=amounts,
        fact_date=min(dates, default=None),
        fact_last_date=max(last_dates, default=None),
        place=next((f.place for f in carrying if f.place), None),
        basis=_union(f.basis for f in group.findings),
        remedy=tuple(
            r for r in model.remedy if any(r not in f.not_asked for f in carrying)
        ),
        verify=model.verify,
        lanes=_union(f.lanes for f in group.findings),
        geometry=places.gather(f.geometry for f in carrying),
    )


def _class(group: Group, members: Sequence[Lead], setting: _Setting) -> Lead:
    model = setting.models[group.model]
    carrying = _carrying(group, members)
    totals = measures.total(carrying, model.added_units())
    middle = _median(members)
    harms = reasons.harms_of(model, {**middle.measures, **totals}, setting.units)
    parts = middle.parts.model_copy(update={"harm": _harm_part(harms)})
    lead = _lead(group, setting, totals).model_copy(
        update={
            "parts": parts,
            "routes": _routes(parts, _verifiabilities(middle)),
            "subject_name": None,
            "subject_code": None,
            "spellings": (),
            "place": None,
            "reasons": reasons.of_class(members, middle, harms),
            "missing": reasons.missing_in_class(members),
            "geometry": places.gather(m.geometry for m in members),
        }
    )
    return choose_route(lead)


def _carrying(group: Group, members: Sequence[Lead]) -> tuple[Finding, ...]:
    by_id = {f.finding_id: f for f in group.findings}
    return tuple(
        finding
        for member in members
        for finding in counted([by_id[i] for i in member.findings])
    )


def _median(members: Sequence[Lead]) -> Lead:
    ordered = sorted(members, key=lambda m: (m.score, m.lead_id))
    return ordered[(len(ordered) - 1) // 2]


def _scored(lead: Lead, weights: Weights) -> Lead:
    found = weights.proof
    parts = Parts(
        certainty=formula.rounded(
            formula.certainty(weights.precision.mean, weights.shifts)
        ),
        verifiability=formula.rounded(found.admin()),
        harm=_harm_part(weights.harms),
        inaction=_signal_part(weights.signals["inaction"]),
        urgency=_signal_part(weights.signals["urgency"]),
        scale=_signal_part(weights.signals["scale"]),
    )
    if weights.refinement is not None:
        parts = refined(parts, weights.refinement)
    verifiabilities = _open_routes(found)
    scored = lead.model_copy(
        update={
            "parts": parts,
            "routes": _routes(parts, verifiabilities),
            "reasons": reasons.of_single(parts, weights),
        }
    )
    return choose_route(scored)


def _open_routes(found: Proof) -> dict[str, Decimal]:
    routes = {"admin": formula.rounded(found.admin())}
    if found.civil_open:
        routes["civil"] = formula.rounded(found.civil())
    return routes


def _routes(
    parts: Parts, verifiabilities: Mapping[str, Decimal]
) -> dict[str, dict[str, Decimal]]:
    return {
        route: {
            "verifiability": value,
            "score": formula.score(parts.model_copy(update={"verifiability": value})),
        }
        for route, value in verifiabilities.items()
    }


def _verifiabilities(lead: Lead) -> dict[str, Decimal]:
    return {route: value["verifiability"] for route, value in lead.routes.items()}


def _no_parts() -> Parts:
    return Parts(**dict.fromkeys(Parts.model_fields, formula.rounded(0)))


def _harm_part(harms: Sequence[Harm]) -> Decimal:
    return formula.rounded(formula.any_of(h.share for h in harms))


def _signal_part(signals: Sequence[Fired]) -> Decimal:
    return formula.rounded(formula.any_of(s.weight for s in signals))


def _distinct(fired: Iterable[tuple[Fired, ...]]) -> tuple[Fired, ...]:
    heaviest: dict[str, Fired] = {}
    for signal in (s for signals in fired for s in signals):
        known = heaviest.get(signal.zh)
        if known is None or signal.weight > known.weight:
            heaviest[signal.zh] = signal
    return tuple(heaviest.values())


def _union(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))


def _datasets(columns: Iterable[str], registers: Registers) -> tuple[str, ...]:
    names = dict.fromkeys(c.partition(".")[0] for c in columns)
    return tuple(registers.title(name) for name in names)


def _gaps(group: Group, setting: _Setting) -> tuple[str, ...]:
    absent = setting.absent.get(group.model, ())
    units = setting.models[group.model].measures
    return reasons.gaps(group.findings, counted(group.findings), (absent, units))
