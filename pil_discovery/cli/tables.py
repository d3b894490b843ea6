"""Rows for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.text.layout import cut, cut_start
from pil_discovery.types import Share

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from pil_discovery.errors import Problem
    from pil_discovery.types import Lead

_STATES = {
    "computed": "已计算",
    "not_computable": "不可计算",
    "off": "未启用",
    "stopped": "已停止",
}
_OUTLOOK = {"not_computable": "不可计算", "off": "未启用"}
_ROUTES = {"admin": "行政公益诉讼", "civil": "民事公益诉讼", "none": "—"}
_SHOWN = 3
_WIDE = 98
_MOST_PROBLEMS, _MOST_QUESTIONS = 40, 20
_MOST_GROUPS = 10
_BY = {"town": "乡镇", "size": "企业规模"}
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
        "标出",
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
    share = _percent((model.get("quality") or {}).get("share"))
    return (model["code"], model["id"], state, *counts, share, "；".join(notes))


def _percent(share: Decimal | None) -> str:
    return "" if share is None else f"{100 * share:.1f}%"


def file_rows(
    files: Iterable[Mapping[str, Any]], width: int
) -> list[tuple[object, ...]]:
    """Return a heading and one row for each file in use: what it is, rows, encoding.

    Parameters
    ----------
    width
        Of the terminal; below `_WIDE` encoding and CRS are left to the workbook.
    """
    heading = ("文件", "是什么", "读入", "使用", "隔离", "编码", "坐标系")
    kept = len(heading) if width >= _WIDE else len(heading) - 2
    rows = [heading, *(_file_row(f) for f in files if f["state"] == "used")]
    return [row[:kept] for row in rows] if len(rows) > 1 else []


def _file_row(file: Mapping[str, Any]) -> tuple[object, ...]:
    counts = [file[f"rows_{name}"] for name in ("read", "used", "quarantined")]
    named = (cut_start(file["file"], 30), cut(file["title_zh"], 26))
    return (*named, *counts, file["encoding"] or "", cut(file["crs"] or "", 10))


_GROUPS = {
    "asked": "待确认",
    "unlisted": "认得出，但 pil.yaml 没有登记",
    "picture": "影像待登记",
    "unreadable": "未能读取（原因见下面的问题）",
    "archive": "压缩包",
    "foreign": "不是数据文件，未读取",
}


def other_file_lines(files: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the files that are not in use, state by state, each with what it lacks."""
    lines = []
    for state, title in _GROUPS.items():
        mine = [f for f in files if f["state"] == state]
        lines += [f"{title}（{len(mine)} 个）："] if mine else []
        lines += [f"· {f['file']}{_said(f)}" for f in mine]
    parts = sum(f["state"] == "part" for f in files)
    return [*lines, f"另有 {parts} 个附属文件（同一影像或图层）"] if parts else lines


def _said(file: Mapping[str, Any]) -> str:
    if file["state"] == "unreadable":
        return ""
    told = (file["title_zh"], file["note"])
    words = "，".join(part for part in told if part)
    return f"：{words}" if words else ""


def provenance_lines(files: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return who gave each file out, when, for which time, and in which archive."""
    used = [f for f in files if f["state"] == "used"]
    told = [(f["file"], _provenance(f)) for f in used if f["issuer"] or f["archive"]]
    lines = [f"· {file}：{words}" for file, words in told]
    silent = sum(not f["issuer"] or not f["obtained"] for f in used)
    if silent:
        where = "在 pil.yaml 的文件条目里写 issuer、obtained"
        lines.append(f"· 没有写明提供单位或取得日期的有 {silent} 个文件；{where}")
    return lines


def _provenance(file: Mapping[str, Any]) -> str:
    period = file["period"] and "～".join(file["period"])
    told = (
        file["issuer"] and f"{file['issuer']}提供",
        file["obtained"] and f"{file['obtained']} 取得",
        period and f"数据 {period}",
        file["archive"] and f"取自压缩包 {file['archive']}",
    )
    return "，".join(part for part in told if part)


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """Return one line for each kind of problem of a file, with the first places."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for problem in problems:
        kind = (problem.file, problem.what, problem.remedy)
        places.setdefault(kind, []).append(problem.where)
    lines = []
    for (file, what, remedy), found in list(places.items())[:_MOST_PROBLEMS]:
        named = [p for p in found if p]
        more = f" 等 {len(found)} 处，见 检查结果.xlsx" if len(found) > _SHOWN else ""
        where = f"（{'、'.join(named[:_SHOWN])}{more}）" if named else ""
        lines.append(f"× {file}：{what}{where}" + (f" → {remedy}" if remedy else ""))
    if len(places) > _MOST_PROBLEMS:
        lines.append(f"× …… 等 {len(places)} 类问题，见 检查结果.xlsx")
    return lines


def overview_rows(
    overviews: Iterable[Mapping[str, Any]], width: int
) -> list[tuple[object, ...]]:
    """Return what each data set covers, how fresh it is, and its doubles."""
    room = 30 if width >= _WIDE else 18
    rows = []
    for o in overviews:
        first = min((a for a, _ in o["period"].values()), default="")
        age = "" if o["age_day"] is None else f"{o['age_day']}天"
        same = o["duplicates"]
        counts = [same[n] or "" for n in ("exact", "conflicts", "near", "twins")]
        title = cut(o["title_zh"], room)
        rows.append((title, o["rows"], first, o["latest"] or "", age, *counts))
    names = ("重复", "冲突", "近似", "相同")
    heading = ("数据集", "行数", "最早", "最近", "距基准日", *names)
    return [heading, *rows]


def missing_lines(overviews: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the required columns with gaps, data set by data set."""
    lines = []
    for o in overviews:
        gaps = sorted(
            ((float(m), c) for c, m in o["missing"].items() if float(m)), reverse=True
        )
        told = [f"{o['words'][c]} 缺 {share:.1%}" for share, c in gaps]
        if told:
            lines.append(f"· {o['title_zh']}：{_listed(told, 4)}")
    return lines


def model_lines(models: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return which models can be computed, and in words what the others lack."""
    every = list(models)
    ready = [f"{m['code']} {m['title_zh']}" for m in every if m["state"] == "computed"]
    lines = [f"可计算（{len(ready)} 个）：{'、'.join(ready) or '没有'}"]
    return lines + [
        f"{_OUTLOOK[m['state']]}：{m['code']} {m['title_zh']}：{_listed(m['why'], 4)}"
        for m in every
        if m["state"] != "computed"
    ]


def unlock_lines(unlocks: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return which data alone would make which models computable."""
    lines = []
    for u in unlocks:
        columns = f"的 {'、'.join(u['columns'])}" if u["columns"] else ""
        lines.append(f"· 补上{u['title_zh']}{columns} → {'、'.join(u['models'])}")
    return lines


def question_lines(questions: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what `pil.yaml` could say, file by file; what decides comes first."""
    every = [q for q in questions if q["value"] != "?" or not q["name"]]
    ordered = sorted(every, key=lambda q: not q["asks"])
    lines = [_question_line(q) for q in ordered[:_MOST_QUESTIONS]]
    if len(ordered) > _MOST_QUESTIONS:
        lines.append(f"? …… 等 {len(ordered)} 处，见 检查结果.xlsx")
    return lines


def _question_line(question: Mapping[str, Any]) -> str:
    value = question["value"]
    said = f"{question['name']}: {value}" if question["name"] else value
    answer = "" if value == "?" else f" {{{said}}}" if question["name"] else f" {said}"
    why = cut(question["why"], 160)
    return f"? {question['file']}：{question['key']}{answer}（{why}）"


def inference_lines(readings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what was concluded instead of told, the first of each file."""
    lines = []
    for reading in readings:
        told = [f"{i['what']} → {i['value']}" for i in reading["inferences"]]
        if told:
            lines.append(f"· {reading['file']}：{_listed(told, 3)}")
    return lines


def _listed(told: list[str], most: int) -> str:
    more = f" 等 {len(told)} 处，见 检查结果.xlsx" if len(told) > most else ""
    return f"{'；'.join(told[:most])}{more}"


def attention_lines(told: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    """Say whom the leads are about, by town and by size; what is not told is said.

    Groups with a lead or a check, the largest first, ten at most of each kind.
    """
    lines = []
    for by, groups in told.items():
        known = [g for g in groups if g["value"]]
        if not known:
            lines.append(f"按{_BY[by]}：登记数据没有可用的{_BY[by]}，不能统计")
            continue
        shown = [g for g in groups if g["flagged"]["n"] or g["precision"]["n"]]
        lines.append(
            f"按{_BY[by]}（登记企业中有线索的；已核查中属实的；括号内 95% 区间）："
        )
        lines += [f"  {_group(g)}" for g in shown[:_MOST_GROUPS]]
        if len(shown) > _MOST_GROUPS:
            lines.append(
                f"  其余 {len(shown) - _MOST_GROUPS} 组见 run.json 的 attention"
            )
    return lines


def _group(told: Mapping[str, Any]) -> str:
    flagged, found = (Share.model_validate(told[n]) for n in ("flagged", "precision"))
    value = told["value"] or "（未载明）"
    return f"{value}：有线索 {flagged.words()}；属实 {found.words()}"
