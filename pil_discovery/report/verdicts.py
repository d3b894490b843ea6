"""`核查结果.jsonl`: what checks showed, and how decisions become lines of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pil_discovery.errors import PilError, Problem
from pil_discovery.report.journals import append_journal, read_journal
from pil_discovery.types import Conflict, Verdict
from pil_discovery.types.verdicts import RUNGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.types import Lead

REFUTING = frozenset(
    {"", "fact_absent", "lawfully_handled", "data_error", "policy_exemption"}
)
"""Reasons for a «no» that speak against the model; the others leave it open."""


def read_verdicts(path: Path) -> list[Verdict]:
    """Read verdicts in file order; none where there is no file.

    Raises
    ------
    PilError
        With every line that is not a verdict.
    """
    return read_journal(path, Verdict, "核查结果")


def verdicts_of(
    decisions: Iterable[Mapping[str, str]],
    leads: Sequence[Lead],
    versions: Mapping[str, str],
) -> list[Verdict]:
    """Turn decisions on single leads into verdicts on their models.

    `adopt` confirms; `reject` refutes where its reason speaks against the model;
    `check` leaves it open: where it names a day, that is on record, too. Decisions on
    class leads say nothing of their members.

    Parameters
    ----------
    decisions
        As `read_decisions` returns them.
    leads
        Leads of the scan that was decided on.
    versions
        Model → version in that scan.

    Raises
    ------
    PilError
        If a decision names no lead of the scan, or no day.
    """
    known = {lead.lead_id: lead for lead in leads}
    found: list[Verdict] = []
    problems: list[Problem] = []
    for decision in decisions:
        lead = known.get(decision["lead_id"])
        if lead is None:
            problems.append(_unusable(decision, "不是本次筛查的线索"))
        elif lead.kind == "single" and _tells(decision):
            day = _day(decision["on"])
            if day is None:
                problems.append(_unusable(decision, "没有办理日期，或者不是日期"))
            else:
                found.append(_verdict(decision, lead, versions[lead.model], day))
    if problems:
        raise PilError(problems)
    return found


def _tells(decision: Mapping[str, str]) -> bool:
    return decision["decision"] != "check" or bool(decision["on"])


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _unusable(decision: Mapping[str, str], what: str) -> Problem:
    return Problem(f"线索 {decision['lead_id']}", "", what, "请核对后再导入")


def _verdict(
    decision: Mapping[str, str], lead: Lead, version: str, day: dt.date
) -> Verdict:
    outcomes = {
        "adopt": "confirmed",
        "reject": "refuted" if decision["reason"] in REFUTING else "unclear",
        "check": "unclear",
    }
    outcome = outcomes[decision["decision"]]
    return Verdict.model_validate(
        {
            "lead_id": lead.lead_id,
            "model": lead.model,
            "model_version": version,
            "outcome": outcome,
            "on": day,
            "inclusion_probability": lead.inclusion_probability,
            "parts": lead.parts.model_copy(
                update={"verifiability": lead.routes["admin"]["verifiability"]}
                if "admin" in lead.routes
                else {}
            ),
            **{k: decision[k] for k in ("stage", "reason", "by", "note")},
        }
    )


def append_verdicts(path: Path, verdicts: Iterable[Verdict]) -> int:
    """Append the verdicts that the file does not hold yet; return their number."""
    held = {_said(v) for v in read_verdicts(path)}
    new = {_said(v): v for v in verdicts if _said(v) not in held}
    append_journal(path, new.values())
    return len(new)


def _said(verdict: Verdict) -> Verdict:
    """Return what was decided, whatever the score was then."""
    return verdict.model_copy(update={"parts": None, "inclusion_probability": None})


def conflicts(verdicts: Iterable[Verdict]) -> list[Conflict]:
    """List leads that were found true and false at the height they have come to.

    A later line of the same person corrects the earlier one, and a surer look settles
    the matter; two persons at one height contradict each other, and nothing here
    decides between them.

    Parameters
    ----------
    verdicts
        In file order.

    Returns
    -------
    list
        By lead.
    """
    told: dict[str, dict[int, dict[str | int, Verdict]]] = {}
    for number, verdict in enumerate(verdicts):
        if verdict.outcome != "unclear":
            heights = told.setdefault(verdict.lead_id, {})
            lines = heights.setdefault(RUNGS[verdict.stage], {})
            lines[verdict.by or number] = verdict
    highest = {lead: heights[max(heights)] for lead, heights in sorted(told.items())}
    return [
        Conflict(lead_id=lead, verdicts=tuple(lines.values()))
        for lead, lines in highest.items()
        if len({v.outcome for v in lines.values()}) > 1
    ]
