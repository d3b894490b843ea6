"""`核查结果.jsonl`: what checks showed, and how decisions become lines of it."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from pydantic import ValidationError

from pil_discovery.errors import PilError, Problem
from pil_discovery.text.canonical import dump_json
from pil_discovery.types import Verdict

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
    if not path.is_file():
        return []
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        what = f"无法读取核查结果（{error}）"
        raise PilError(Problem(path.name, "", what, "请另存为 UTF-8")) from error
    found: list[Verdict] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(Verdict.model_validate_json(line))
            except ValidationError as error:
                problems.append(_wrong(path, number, error))
    if problems:
        raise PilError(problems)
    return found


def _wrong(path: Path, number: int, error: ValidationError) -> Problem:
    fields = {str(d["loc"][0]) if d["loc"] else "整行" for d in error.errors()}
    what = f"不是一条核查结果：{'、'.join(sorted(fields))} 缺少或者不合要求"
    remedy = "每行一个 JSON 对象：lead_id、model、model_version、outcome、on"
    return Problem(path.name, f"第{number}行", what, remedy)


def verdicts_of(
    decisions: Iterable[Mapping[str, str]],
    leads: Sequence[Lead],
    versions: Mapping[str, str],
) -> list[Verdict]:
    """Turn decisions on single leads into verdicts on their models.

    `adopt` confirms; `reject` refutes where its reason speaks against the model;
    `check`, and decisions on class leads, say nothing yet.

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
        elif decision["decision"] != "check" and lead.kind == "single":
            day = _day(decision["on"])
            if day is None:
                problems.append(_unusable(decision, "没有办理日期，或者不是日期"))
            else:
                found.append(_verdict(decision, lead, versions[lead.model], day))
    if problems:
        raise PilError(problems)
    return found


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
    outcome = "confirmed"
    if decision["decision"] == "reject":
        outcome = "refuted" if decision["reason"] in REFUTING else "unclear"
    return Verdict.model_validate(
        {
            "lead_id": lead.lead_id,
            "model": lead.model,
            "model_version": version,
            "outcome": outcome,
            "on": day,
            **{k: decision[k] for k in ("stage", "reason", "by", "note")},
        }
    )


def append_verdicts(path: Path, verdicts: Iterable[Verdict]) -> int:
    """Append the verdicts that the file does not hold yet; return their number."""
    held = set(read_verdicts(path))
    new = [v for v in dict.fromkeys(verdicts) if v not in held]
    ended = not path.is_file() or path.read_bytes()[-1:] in {b"", b"\n"}
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write("" if ended else "\n")
        file.writelines(_line(verdict) for verdict in new)
    return len(new)


def _line(verdict: Verdict) -> str:
    return f"{dump_json(json.loads(verdict.model_dump_json()))}\n"
