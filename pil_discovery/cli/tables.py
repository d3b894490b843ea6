"""Rows for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pil_discovery.errors import Problem
    from pil_discovery.types import Lead

_STATES = {"computed": "已计算", "not_computable": "不可计算", "off": "未启用"}
_ROUTES = {"admin": "行政公益诉讼", "civil": "民事公益诉讼", "none": "—"}
_SHOWN = 3
_COUNTS = ("population", "hit", "review", "dropped", "unknown", "clear")


def lead_rows(leads: Iterable[Lead]) -> list[tuple[object, ...]]:
    """Return a heading and one row for each lead."""
    heading = ("序", "得分", "编号", "代码", "事项（均待核查）", "应履职机关", "途径")
    rows = [
        (
            lead.rank,
            f"{lead.score:.1f}",
            lead.lead_id[:12],
            lead.code,
            lead.title_zh,
            lead.agency or "待确定",
            _ROUTES[lead.route],
        )
        for lead in leads
    ]
    return [heading, *rows]


def count_rows(models: Iterable[Mapping[str, Any]]) -> list[tuple[object, ...]]:
    """Return how each model ran; its population is the sum of the five states."""
    heading = (
        "代码",
        "模型",
        "状态",
        "总体",
        "命中",
        "复核",
        "排除",
        "未知",
        "未见",
        "说明",
    )
    return [heading, *(_count_row(m) for m in models)]


def _count_row(model: Mapping[str, Any]) -> tuple[object, ...]:
    counts = [model["counts"][c] for c in _COUNTS]
    notes = []
    if model["missing"]:
        notes.append(f"缺少 {'、'.join(model['missing'])}")
    if model.get("missing_clears"):
        notes.append(f"没有可排除的数据：{'、'.join(model['missing_clears'])}")
    notes += model.get("notes", ())
    state = _STATES[model["state"]]
    return (model["code"], model["id"], state, *counts, "；".join(notes))


def source_rows(sources: Iterable[Mapping[str, Any]]) -> list[tuple[object, ...]]:
    """Return a heading and one row for each source."""
    heading = ("文件", "数据集", "读入", "使用", "隔离", "编码", "坐标系")
    rows = [
        (
            s["file"],
            s["dataset"] or "未识别",
            s["rows_read"],
            s["rows_used"],
            s["rows_quarantined"],
            s["encoding"] or "",
            s["crs"] or "",
        )
        for s in sources
    ]
    return [heading, *rows]


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """Return one line for each kind of problem of a file, with the first places."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for problem in problems:
        kind = (problem.file, problem.what, problem.remedy)
        places.setdefault(kind, []).append(problem.where)
    lines = []
    for (file, what, remedy), found in places.items():
        named = [p for p in found if p]
        more = f" 等 {len(found)} 处" if len(found) > _SHOWN else ""
        where = f"（{'、'.join(named[:_SHOWN])}{more}）" if named else ""
        lines.append(f"× {file}：{what}{where}" + (f" → {remedy}" if remedy else ""))
    return lines


def overview_rows(overviews: Iterable[Mapping[str, Any]]) -> list[tuple[object, ...]]:
    """Return what each data set covers, how fresh it is, and its largest gaps."""
    rows = []
    for o in overviews:
        first = min((a for a, _ in o["period"].values()), default="")
        gaps = [f"{c} {float(m):.1%}" for c, m in o["missing"].items() if float(m)]
        age = "" if o["age_day"] is None else f"{o['age_day']}天"
        latest = o["latest"] or ""
        rows.append((o["title_zh"], o["rows"], first, latest, age, "、".join(gaps)))
    heading = ("数据集", "行数", "最早", "最近", "距基准日", "必需列缺失")
    return [heading, *rows]


def inference_lines(readings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what was concluded instead of told, file by file."""
    return [
        f"· {reading['file']}：{i['what']} → {i['value']}（{i['why']}）"
        for reading in readings
        for i in reading["inferences"]
    ]


def model_rows(models: Iterable[Mapping[str, Any]]) -> list[tuple[object, ...]]:
    """Return which models can be computed, and what the others lack."""
    rows = [
        (m["code"], m["id"], _STATES[m["state"]], "、".join(m["missing"]))
        for m in models
    ]
    return [("代码", "模型", "状态", "缺少"), *rows]
