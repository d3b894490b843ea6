"""What may be objected to a lead, what it was tested on, and what was left aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.annex_tables import AnnexTable, listed, row_of
from pil_discovery.bundle.lineage import columns_of, data_behind, named_in
from pil_discovery.bundle.survey import field_title, place_words
from pil_discovery.text.defences import FLAG, OK, QUESTIONS, UNKNOWN, objections

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pil_discovery.bundle.annex_tables import AnnexRow
    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import Finding, Model, SetAside
    from pil_discovery.types.models import Exclusion

VERDICTS = {OK: "通过", FLAG: "不通过", UNKNOWN: "不明"}
_COVERED = frozenset({"exempt", "undecided"})
"""Questions that the exclusions of the models answer one by one."""
_TO_DO = {
    "drop": "核实该情形是否成立；成立的，不作为线索",
    "review": "核实该情形是否成立",
    "downgrade": "核实该情形；确定性已据此降低",
}
"""What becomes of an exclusion → what is left to a person."""
_NOTE = (
    "“通过”指现有数据没有显示该情形，“不通过”指现有数据显示该情形，“不明”指缺少数据而不能判断；"
    "三者均不是结论，须由办案人员核实。"
)
_STATES = {
    "dropped": "已排除",
    "unknown": "不能判断",
    "hit": "命中",
    "review": "待复核",
}
_REASONS = {
    "encoding": "文字编码",
    "header": "表头",
    "type": "类型不符",
    "unit": "单位不明",
    "date": "日期不能读取",
    "key_missing": "缺少编号",
    "key_conflict": "编号重复而内容不同",
    "duplicate": "完全重复",
    "checksum": "校验位不符",
    "range": "数值超出范围",
    "geometry_invalid": "图形无效或者经过修复",
    "geometry_empty": "没有图形",
    "crs": "坐标系",
    "outside_area": "在辖区以外",
    "truncated": "内容被截断",
    "empty": "空行",
    "unsupported": "不支持的格式",
    "forbidden_path": "不允许的路径",
    "forbidden_driver": "不允许的格式",
    "too_large": "超出大小限制",
    "fields": "字段数不符",
}


def defence_tables(
    request: BundleRequest, evidence: Evidence
) -> tuple[AnnexTable, ...]:
    """Return the checklist of defences, then what was looked at and not listed."""
    tables = (
        defence_table(request, evidence),
        excluded_table(request),
        set_aside_table(request),
    )
    return tuple(t for t in tables if t.rows or t.after)


def defence_table(request: BundleRequest, evidence: Evidence) -> AnnexTable:
    """Return pass, fail or unknown for each exclusion and each general question."""
    rows = [
        *(
            _exclusion_row(request, evidence, model, exclusion)
            for model in request.lead_models
            for exclusion in model.exclusions
        ),
        *_question_rows(request),
    ]
    points = request.lead.verify or tuple(
        dict.fromkeys(v for m in request.lead_models for v in m.verify)
    )
    verify = tuple(f"人工核对要点{n}：{p}。" for n, p in enumerate(points, 1))
    return AnnexTable(
        kind="defences",
        title="逐项核对",
        before=(_NOTE,),
        rows=tuple(rows),
        after=verify,
    )


def _exclusion_row(
    request: BundleRequest, evidence: Evidence, model: Model, exclusion: Exclusion
) -> AnnexRow:
    facts = [
        (item["item"], finding)
        for item, finding in zip(evidence.facts, request.findings, strict=True)
        if finding.model == model.id
    ]
    applied = [i for i, f in facts if _applies(f, exclusion)]
    open_ones = [i for i, f in facts if exclusion.zh in f.undecided]
    absent = _absent(request, model, exclusion)
    verdict = FLAG if applied else UNKNOWN if open_ones or absent else OK
    missing = f"{listed(open_ones)}缺少数据" if open_ones else f"没有取得{absent}"
    words = {
        FLAG: f"{listed(applied)}显示该情形",
        UNKNOWN: missing,
        OK: f"{len(facts)}项发现均未显示",
    }
    return row_of(
        exclusion.zh,
        VERDICTS[verdict],
        f"{words[verdict]}；{_tested_on(request, evidence, model, exclusion)}",
        _left_to_do(request, model, (verdict, exclusion)),
    )


def _absent(request: BundleRequest, model: Model, exclusion: Exclusion) -> str:
    """Name the optional data behind a condition that the scan did not have.

    Without them the condition is never met, which shows nothing.
    """
    runs = [r for r in request.run.get("models", ()) if r.get("id") == model.id]
    gone = [g.partition(".") for r in runs for g in r.get("missing_clears", ())]
    data, names = data_behind(model, exclusion.when), named_in(exclusion.when)
    titles = [
        known.title.zh if (known := request.datasets.get(dataset)) else dataset
        for dataset, _, column in gone
        if dataset in data and (not column or column in names)
    ]
    return listed(titles)


def _applies(finding: Finding, exclusion: Exclusion) -> bool:
    return any(e.zh == exclusion.zh for e in finding.exclusions)


def _tested_on(
    request: BundleRequest, evidence: Evidence, model: Model, exclusion: Exclusion
) -> str:
    """Name the columns and files that decide the condition, and the rows behind it."""
    data = data_behind(model, exclusion.when)
    items = [s["item"] for s in evidence.sources if data & {*s["datasets"]}]
    own = [f for f in evidence.facts if f["model"].partition("@")[0] == model.id]
    parents = {p for f in own for p in f["parents"]}
    rows = [
        r["item"]
        for r in evidence.rows
        if r["item"] in parents and r["dataset"] in data
    ]
    columns = [*_columns(request, model, exclusion.when)]
    told = [f"列{listed(columns, 4)}"] if columns else ["模型计算的值"]
    told += [f"文件{listed(items, 4)}"] if items else []
    told += [f"行{listed(rows, 4)}" if rows else "没有对应的行"]
    return "，".join(told)


def _columns(request: BundleRequest, model: Model, condition: str) -> Iterator[str]:
    """Yield the Chinese name of each column that a condition names itself."""
    asked = columns_of(model)
    for word in named_in(condition):
        for dataset, columns in asked.items():
            if word in columns:
                yield field_title(request.datasets.get(dataset), word)


def _left_to_do(
    request: BundleRequest, model: Model, context: tuple[str, Exclusion]
) -> str:
    verdict, exclusion = context
    if verdict == FLAG:
        return _TO_DO[exclusion.then]
    if verdict == UNKNOWN:
        missing = [
            m
            for f in request.findings
            if f.model == model.id and exclusion.zh in f.undecided
            for m in f.missing
        ]
        return listed(missing, 3) or "补充数据后核实"
    return "对照原始档案复核"


def _question_rows(request: BundleRequest) -> Iterator[AnnexRow]:
    lead = request.lead.model_dump(mode="json")
    findings = [f.model_dump(mode="json") for f in request.findings]
    for question, verdict, words in objections(lead, findings, request.run):
        if question not in _COVERED:
            todo = "" if verdict == OK else "由办案人员核实"
            yield row_of(QUESTIONS[question], VERDICTS[verdict], words, todo)


def excluded_table(request: BundleRequest) -> AnnexTable:
    """Return what the same models looked at for the same subject and did not list."""
    rows = [
        row_of(
            _whom(finding),
            _STATES[finding.state],
            listed(_reasons(finding), 4) or "模型条件缺少数据",
            listed([place_words(r.source, r.sheet, r.row) for r in finding.records], 3),
        )
        for finding in request.looked_at
    ]
    return AnnexTable(
        kind="excluded",
        title="同一主体看过而没有列入的对象",
        rows=tuple(rows),
        after=tuple(_count_words(request)),
    )


def _whom(finding: Finding) -> str:
    key = "，".join(str(v) for v in finding.key.values() if v is not None)
    name = finding.subject_name or ""
    return f"{finding.code}　{key}" + (f"（{name}）" if name and name != key else "")


def _reasons(finding: Finding) -> list[str]:
    applied = [e.zh for e in finding.exclusions]
    left = [f"不能判断：{u}" for u in finding.undecided]
    return [*applied, *left, *finding.missing]


def _count_words(request: BundleRequest) -> Iterator[str]:
    runs = {r.get("id"): r for r in request.run.get("models", ())}
    for model in request.lead_models:
        counts: Mapping[str, Any] = runs.get(model.id, {}).get("counts") or {}
        if counts:
            yield (
                f"{model.code}共计算{counts['population']}个对象：命中{counts['hit']}，"
                f"待复核{counts['review']}，已排除{counts['dropped']}，不能判断"
                f"{counts['unknown']}，其余{counts['clear']}个没有所列情形（只计数）。"
            )


def set_aside_table(request: BundleRequest) -> AnnexTable:
    """Return the rows and cells in quarantine of the files behind the lead."""
    rows = [_set_aside_row(s) for s in request.set_aside]
    note = (
        "隔离的行没有参与筛查，隔离的单元格按缺失处理；其中可能有与本线索有关的内容。"
    )
    return AnnexTable(
        kind="set_aside",
        title="所用文件中被隔离的行和单元格",
        rows=tuple(rows),
        after=(note, *_left_out(request)) if rows else (),
    )


def _left_out(request: BundleRequest) -> Iterator[str]:
    listed_here, left = len(request.set_aside), request.set_aside_left
    if left:
        yield (
            f"所用文件中被隔离的共{listed_here + left}处，本证据包只收{listed_here}处，"
            f"另有{left}处没有收入；全部见筛查结果文件夹的quarantine.jsonl。"
        )


def _set_aside_row(entry: SetAside) -> AnnexRow:
    scope = "整行" if entry.scope == "row" else f"单元格（{entry.column or '未知列'}）"
    reason = entry.reason or _REASONS.get(entry.reason_class, entry.reason_class)
    return row_of(place_words(entry.file, entry.sheet, entry.row), scope, reason)
