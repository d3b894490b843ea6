"""Findings get their basis in force on the date of the fact, and their agency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.procedure.agencies import find_agency
from pil_discovery.procedure.bases import (
    PENALTY,
    TRANSITION,
    in_force,
    is_binding,
    to_basis,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.procedure.bases import Role
    from pil_discovery.types import Basis, Fact, Finding, Lead, Model, Power


def ground(
    findings: Sequence[Finding],
    *,
    models: Mapping[str, Model],
    facts: Mapping[str, Fact],
    powers: Sequence[Power],
    jurisdiction: str,
    as_of: dt.date,
) -> list[Finding]:
    """Fill `basis` and `agency` of findings.

    The basis are those of its rules that were in force on any day of the fact (a fact
    without a date counts as of `as_of`); texts that nobody has checked never enter. The
    agency is the one that holds the model's power on `as_of`: where competence has
    moved since the fact, the agency that goes on exercising it must act. An agency that
    the record itself names (the deciding or the advised agency) stays; where only the
    record could name it and does not, the agency is None.

    Raises
    ------
    LawError
        If a model names a power that nobody holds.
    """
    agencies: dict[str, str | None] = {}
    grounded: list[Finding] = []
    for finding in findings:
        model = models[finding.model]
        power = model.agency.power
        if finding.agency is None and power not in agencies:
            agencies[power] = find_agency(
                powers, power, jurisdiction=jurisdiction, on=as_of
            )
        filled = {
            "basis": basis_ids(finding.basis, fact_span(finding, as_of), facts),
            "agency": finding.agency or agencies[power],
        }
        grounded.append(finding.model_copy(update=filled))
    return grounded


def bases_of(
    findings: Iterable[Finding], *, facts: Mapping[str, Fact]
) -> dict[str, Basis]:
    """Return every rule that findings rest on: fact id → Basis, sorted by id."""
    ids = sorted({name for finding in findings for name in finding.basis})
    return {name: to_basis(facts[name]) for name in ids}


def later_versions(
    basis: Basis,
    facts: Mapping[str, Fact],
    topics: Mapping[str, Sequence[str]],
    as_of: dt.date,
) -> list[dict[str, str]]:
    """Return the sanctions that replaced one by a day, and what decides between them.

    Where the duties of an ended rule stand since, `Basis.successor_zh` tells.

    Returns
    -------
    list
        `{id, citation_zh, effective_from, role}`, role `if_milder` or `transition`;
        empty where the rule is in force or no sanction.
    """
    end = basis.effective_to
    sanctions = [n for n, ids in topics.items() if basis.id in ids and PENALTY in n]
    if end is None or end >= as_of or not sanctions:
        return []
    named = dict.fromkeys(i for name in sanctions for i in topics[name])
    new = [f for f in (facts[i] for i in named) if end < f.effective_from <= as_of]
    rules = [facts[i] for i in topics.get(TRANSITION, ())] if new else []
    return [_later(f, "if_milder") for f in new] + [
        _later(f, "transition") for f in rules if in_force(f, as_of, as_of)
    ]


def _later(fact: Fact, role: Role) -> dict[str, str]:
    return {
        "id": fact.id,
        "citation_zh": to_basis(fact).citation_zh,
        "effective_from": fact.effective_from.isoformat(),
        "role": role,
    }


def fact_span(found: Finding | Lead, as_of: dt.date) -> tuple[dt.date, dt.date]:
    """Return first and last day of the fact; without a date both are `as_of`."""
    first = found.fact_date or found.fact_last_date or as_of
    last = found.fact_last_date or first
    return min(first, last), last


def basis_ids(
    names: Iterable[str],
    span: tuple[dt.date, dt.date],
    facts: Mapping[str, Fact],
) -> tuple[str, ...]:
    """Return those of the rules that are binding and in force on a day of the span."""
    rows = (facts[name] for name in names if name in facts)
    return tuple(f.id for f in rows if is_binding(f) and in_force(f, *span))
