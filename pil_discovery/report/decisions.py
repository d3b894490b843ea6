"""Decisions that come back: the filled-in workbook or the file of the review page."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, CalamineWorkbook

from pil_discovery.errors import PilError, Problem
from pil_discovery.report import wording
from pil_discovery.report.workbook import LEADS, NOT_LISTED

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = {
    "线索编号": "lead_id",
    "处理意见": "decision",
    "理由代码": "reason",
    "备注": "note",
    "办理人": "by",
    "办理日期": "on",
}
_NOT_TOLD = {"check": "screened"}
"""Stage of a decision that names none: what is still to be checked was screened."""
LATER_FIELDS = {"核查阶段": "stage"}
"""Columns that workbooks of earlier versions do not have."""
_NAMES = (*FIELDS.values(), *LATER_FIELDS.values())


def read_decisions(path: Path) -> list[dict[str, str]]:
    """Read decisions from a workbook (`.xlsx`) or a decision file (`.json`).

    Returns
    -------
    list
        `{lead_id, decision, reason, note, by, on, stage}` in file order, only leads
        with a decision; `decision` is `adopt`, `check` or `reject`, `reason` one of the
        codes of `wording.REASONS` or empty, `stage` one of `wording.STAGES`.

    Raises
    ------
    PilError
        With every row that holds an unknown decision or reason, every lead that two
        sheets or lines decide on differently, or when the file cannot be read.
    """
    given = _from_json(path) if path.suffix.lower() == ".json" else _from_sheet(path)
    decisions = [(where, _coded(d)) for where, d in given if d.get("decision")]
    problems = [p for where, d in decisions for p in _problems(path, where, d)]
    problems += _contradictions(path, decisions)
    if problems:
        raise PilError(problems)
    return list({d["lead_id"]: d for _, d in decisions}.values())


def _contradictions(
    path: Path, decisions: list[tuple[str, dict[str, str]]]
) -> list[Problem]:
    """List the leads that are decided on in two places, and not alike."""
    first: dict[str, tuple[str, dict[str, str]]] = {}
    problems = []
    for where, decision in decisions:
        there, before = first.setdefault(decision["lead_id"], (where, decision))
        differs = [n for n in _NAMES if before[n] != decision[n]]
        if differs:
            titles = {n: title for title, n in (FIELDS | LATER_FIELDS).items()}
            what = (
                f"线索 {decision['lead_id'][:12]} 与{there}填得不同："
                f"{'、'.join(titles[n] for n in differs)}"
            )
            problems.append(Problem(str(path), where, what, "请只留一处，再读回"))
    return problems


def holds_decisions(path: Path) -> bool:
    """Tell whether somebody has filled in a decision; False without a file."""
    if not path.is_file():
        return False
    try:
        return any(d["decision"] for _, d in _from_sheet(path))
    except PilError:
        return False


def _from_json(path: Path) -> list[tuple[str, dict[str, str]]]:
    try:
        listed = json.loads(path.read_text("utf-8"))["decisions"]
        return [
            (f"第{i}条", {k: str(d.get(k) or "") for k in _NAMES})
            for i, d in enumerate(listed, 1)
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PilError(_unreadable(path, error)) from error


def _from_sheet(path: Path) -> list[tuple[str, dict[str, str]]]:
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            sheets = {
                name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                for name in dict.fromkeys((LEADS, *book.sheet_names))
            }
    except (OSError, CalamineError, ValueError) as error:
        raise PilError(_unreadable(path, error)) from error
    return [
        d
        for name, rows in sheets.items()
        if name in {LEADS, NOT_LISTED} or _is_decided_on(rows)
        for d in _from_rows(path, name, rows)
    ]


def _is_decided_on(rows: list[list[Any]]) -> bool:
    """Whether a sheet lists leads of a field, to be decided on there, too."""
    return bool(rows) and {"线索编号", "处理意见"} <= {str(c).strip() for c in rows[0]}


def _from_rows(
    path: Path, sheet: str, rows: list[list[Any]]
) -> list[tuple[str, dict[str, str]]]:
    header = [str(cell).strip() for cell in rows[0]] if rows else []
    lost = [title for title in FIELDS if title not in header]
    if lost:
        what = f"工作表「{sheet}」缺少列：{'、'.join(lost)}"
        raise PilError(Problem(str(path), sheet, what, "请不要改动表头"))
    every = FIELDS | LATER_FIELDS
    places = {n: header.index(title) for title, n in every.items() if title in header}
    blank = dict.fromkeys(_NAMES, "")
    return [
        (f"「{sheet}」第{i}行", blank | {n: _cell(row[c]) for n, c in places.items()})
        for i, row in enumerate(rows[1:], 2)
    ]


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    if isinstance(value, dt.datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, dt.date) else str(value).strip()


def _coded(decision: dict[str, str]) -> dict[str, str]:
    decisions = {zh: code for code, zh in wording.DECISIONS.items()}
    reasons = {zh: code for code, zh in wording.REASONS.items()}
    stages = {zh: code for code, zh in wording.STAGES.items()}
    word = decisions.get(decision["decision"], decision["decision"])
    return {
        **decision,
        "decision": word,
        "reason": reasons.get(decision["reason"], decision["reason"]),
        "stage": stages.get(decision["stage"], decision["stage"])
        or _NOT_TOLD.get(word, "desk"),
    }


def _problems(path: Path, where: str, decision: dict[str, str]) -> list[Problem]:
    checks = (
        ("处理意见", decision["decision"], wording.DECISIONS),
        ("理由代码", decision["reason"], {"": "", **wording.REASONS}),
        ("核查阶段", decision["stage"], wording.STAGES),
    )
    return [
        Problem(str(path), where, f"{title}「{value}」不在选项中", "请从下拉框选择")
        for title, value, allowed in checks
        if value not in allowed
    ]


def _unreadable(path: Path, error: Exception) -> Problem:
    what = f"无法读取处理意见（{error}）"
    return Problem(str(path), "", what, "请使用 leads.xlsx 或审阅页导出的 JSON 文件")
