"""Who may sue before the procuratorate does: the register, tested for a day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import LawError, Problem, near_names
from pil_discovery.procedure.bases import GAP, in_force
from pil_discovery.procedure.deadlines import add_months
from pil_discovery.types import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pil_discovery.types import Criterion, Fact, PlaintiffRule

_MONTHS_OF_A_YEAR = 12
_WORDS = {True: "符合", False: "不符合", None: "未知"}


def plaintiff_kinds(
    field: str,
    on: dt.date,
    *,
    rules: Iterable[PlaintiffRule],
    facts: Mapping[str, Fact],
) -> tuple[PlaintiffRule, ...]:
    """Return the kinds of bodies that may sue in a field on a day."""
    return tuple(
        rule for rule in rules if field in rule.fields and _basis(rule, on, facts)
    )


def judge_standing(
    register: Iterable[Mapping[str, Any]],
    on: dt.date,
    *,
    rules: Iterable[PlaintiffRule],
    facts: Mapping[str, Fact],
) -> tuple[Standing, ...]:
    """Test each body of the register against the law of a day.

    Parameters
    ----------
    register
        Rows of the data set `eligible_plaintiff`; dates are `datetime.date` or missing.
    on
        The day on which the body would sue.

    Returns
    -------
    tuple of Standing
        In the order of the register. A criterion whose value is missing is unknown; a
        body of a kind for which no version is loaded is unknown, never eligible.

    Raises
    ------
    LawError
        If a row names a kind that the rules do not know; all rows at once.
    """
    kinds = {rule.id: rule for rule in rules}
    rows = list(register)
    wrong = [r for r in rows if r.get("plaintiff_kind") not in (None, "", *kinds)]
    if wrong:
        raise LawError([_unknown(row, kinds) for row in wrong])
    return tuple(_judge(row, on, kinds, facts) for row in rows)


def _unknown(row: Mapping[str, Any], kinds: Mapping[str, PlaintiffRule]) -> Problem:
    name = str(row["plaintiff_kind"])
    near = near_names(name, kinds) or f"可用：{'、'.join(kinds)}"
    return Problem("", str(row.get("org_name", "")), f"没有主体类别「{name}」", near)


def _judge(
    row: Mapping[str, Any],
    on: dt.date,
    kinds: Mapping[str, PlaintiffRule],
    facts: Mapping[str, Fact],
) -> Standing:
    name, kind = str(row.get("org_name") or ""), str(row.get("plaintiff_kind") or "")
    rule = kinds.get(kind)
    basis = () if rule is None else _basis(rule, on, facts)
    if rule is None or not basis:
        why = "主体类别未填写" if rule is None else f"{rule.title_zh}：{GAP}（{on}）"
        return Standing(
            org_name=name, kind=kind, state="unknown", reasons=(why,), basis=basis
        )
    tests = [(c.zh, _met(c, row, on)) for c in rule.criteria]
    values = [met for _, met in tests]
    state = "not_eligible" if False in values else "unknown"
    if all(values):
        state = "eligible"
    reasons = tuple(f"{zh}：{_WORDS[met]}" for zh, met in tests)
    return Standing.model_validate(
        {
            "org_name": name,
            "kind": kind,
            "state": state,
            "reasons": reasons or (rule.title_zh,),
            "basis": basis,
        }
    )


def _basis(
    rule: PlaintiffRule, on: dt.date, facts: Mapping[str, Fact]
) -> tuple[str, ...]:
    return tuple(i for i in rule.basis if in_force(facts[i], on, on))


def _met(criterion: Criterion, row: Mapping[str, Any], on: dt.date) -> bool | None:
    """Test one criterion; None when the register does not tell."""
    value = row.get(criterion.column)
    if criterion.kind == "one_of":
        return None if value in (None, "") else value in criterion.values
    day = value if isinstance(value, dt.date) else None
    if criterion.kind == "years":
        if day is None:
            return None
        return add_months(day, criterion.number * _MONTHS_OF_A_YEAR) <= on
    if day is not None and day <= on:
        return False
    looked = row.get("checked_date")
    return True if isinstance(looked, dt.date) else None
