"""What was searched for a lead, what was found in time order, and who did what."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.annex_tables import AnnexTable, listed, row_of
from pil_discovery.bundle.words import date_zh
from pil_discovery.text.periods import NOT_GIVEN
from pil_discovery.types.verdicts import OUTCOMES, STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pil_discovery.bundle.annex_tables import AnnexRow
    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import Dataset, Model

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_FOUND = "没有对应的行"
_NOT_GIVEN = "没有取得，未检索"
_NOT_BY_ROW = "参与比对，模型不逐行列出"
_NOT_MET = "没有与发现的图形相交的范围"
_UNITS = {
    "CNY": "元",
    "m2": "平方米",
    "m": "米",
    "mu": "亩",
    "person": "人",
    "1": "",
    "count": "",
}
_UNITS |= {"day": "日", "month": "个月", "year": "年", "ha": "公顷", "count": ""}
_TITLES = {"subject_id": "主体（名称或代码归并后）", "geometry": "图形"}
"""Columns that no register has under a name of its own."""
_SEARCHED = (
    "“没有对应的行”指按所列的列在该文件已读入的行中没有比对到，不等于事实上不存在：登记可能"
    "晚于取得日期，名称和编号可能写法不同，隔离的行没有参与比对。均待核查。"
)
_LIMITS = (
    "本附件由数据筛查形成，仅供核查使用，不是对任何单位或者个人是否违法的认定；是否许可、"
    "是否免责，以主管机关的原始档案和现场核实为准。"
)
_EVENTS = (
    "所列日期照抄数据中的日期列和影像的成像日期，只表明数据如此记载；约定、到期一类日期"
    "可能晚于筛查基准日。"
)


def survey_tables(request: BundleRequest, evidence: Evidence) -> tuple[AnnexTable, ...]:
    """Return the tables of the search: registers, days, stages, method.

    The content follows the MapBiomas Alerta report (permits searched, history, method,
    sources, a notice on limits).
    """
    tables = (
        searched_table(request, evidence),
        events_table(request, evidence),
        stages_table(request),
        method_table(request, evidence),
    )
    return tuple(t for t in tables if t.rows)


def searched_table(request: BundleRequest, evidence: Evidence) -> AnnexTable:
    """Return each register that the models looked through, and what was found there.

    A register that was not given is listed as not searched. Pictures are no register.
    """
    rows = [
        row
        for model in request.lead_models
        for dataset in {**model.data, **model.clears}
        if dataset != "image"
        for row in _register_rows((request, evidence), model, dataset)
    ]
    once = dict.fromkeys(rows)
    return AnnexTable(
        kind="searched",
        title="检索过的登记数据和结果",
        rows=tuple(once),
        after=(_SEARCHED,) if once else (),
    )


def _register_rows(
    found: tuple[BundleRequest, Evidence], model: Model, dataset: str
) -> Iterator[AnnexRow]:
    request, evidence = found
    known = request.datasets.get(dataset)
    title = known.title.zh if known else dataset
    columns = _compared(request, model, dataset)
    files = [s for s in evidence.sources if dataset in s["datasets"]]
    if not files:
        yield row_of(title, NOT_GIVEN, columns, _NOT_GIVEN)
    for source in files:
        read = f"读入{source['rows_read']}行，使用{source['rows_used']}行"
        day = f"取得日期{source['obtained'] or NOT_GIVEN}"
        yield row_of(
            f"{source['item']}　{title}（{_name(source['file'])}）",
            f"{day}；{source['covers']}；{read}",
            columns,
            _result(request, evidence, (model, dataset, source)),
        )


def _compared(request: BundleRequest, model: Model, dataset: str) -> str:
    """Name the columns that the model reads, with the values of keys searched for."""
    known = request.datasets.get(dataset)
    names = [*model.data.get(dataset, ()), *model.clears.get(dataset, ())]
    absent = _absent(request, model, dataset)
    words = []
    for name in dict.fromkeys(names):
        if name in absent:
            words.append(f"{field_title(known, name)}（没有这一列）")
        else:
            words.append(field_title(known, name) + _keys(request, model, name))
    return "、".join(words)


def _absent(request: BundleRequest, model: Model, dataset: str) -> set[str]:
    runs = [r for r in request.run.get("models", ()) if r.get("id") == model.id]
    gone = [g for r in runs for g in r.get("missing_clears", ())]
    return {g.partition(".")[2] for g in gone if g.startswith(f"{dataset}.")}


def _keys(request: BundleRequest, model: Model, name: str) -> str:
    values = [
        str(f.key[name])
        for f in request.findings
        if f.model == model.id and f.key.get(name) is not None
    ]
    return f"（{listed(values, 3)}）" if values else ""


def _result(
    request: BundleRequest,
    evidence: Evidence,
    context: tuple[Model, str, Mapping[str, Any]],
) -> str:
    model, dataset, source = context
    own = [f for f in evidence.facts if f["model"].partition("@")[0] == model.id]
    parents = {p for f in own for p in f["parents"]}
    hits = [
        r["item"]
        for r in evidence.rows
        if r["item"] in parents
        and r["dataset"] == dataset
        and r["source"] in source["files"]
    ]
    if hits:
        return f"对应{len(hits)}行：{listed(hits)}"
    if _is_ground(request, model, dataset):
        met = [c for c in request.crossings if c.file in source["files"]]
        return f"与{len(met)}处范围相交，见重叠情况" if met else _NOT_MET
    return _NOT_FOUND if _is_joined(request, model, dataset) else _NOT_BY_ROW


def _is_ground(request: BundleRequest, model: Model, dataset: str) -> bool:
    """Whether a data set holds zones against which placed findings were measured."""
    known = request.datasets.get(dataset)
    flat = known is not None and any(f.geom == "polygon" for f in known.fields)
    return flat and any(f.geometry for f in request.findings if f.model == model.id)


def _is_joined(request: BundleRequest, model: Model, dataset: str) -> bool:
    """Whether the model names its rows of a data set, so that none means none."""
    known = request.datasets.get(dataset)
    names = {f.name for f in known.fields} if known else set()
    return dataset in model.records or bool(names & {*model.population.key})


def unit_words(unit: str | None) -> str:
    """Return a unit in Chinese, as it stands behind a number."""
    return _UNITS.get(unit or "", unit or "")


def field_title(dataset: Dataset | None, name: str) -> str:
    """Return the Chinese name of a column, its own where none is known."""
    for field in dataset.fields if dataset else ():
        if field.name == name and name not in _TITLES:
            return field.aliases[0] if field.aliases else name
    return _TITLES.get(name, name)


def events_table(request: BundleRequest, evidence: Evidence) -> AnnexTable:
    """Return what the rows and pictures behind the lead tell, in order of days."""
    found = [
        *(e for row in evidence.rows for e in _row_events(request, row)),
        *_picture_events(evidence),
        *_fact_events(evidence),
    ]
    rows = dict.fromkeys(row_of(*event) for event in sorted(found))
    return AnnexTable(
        kind="events",
        title="数据记载的时间顺序",
        rows=tuple(rows),
        after=(_EVENTS,) if rows else (),
    )


def _row_events(
    request: BundleRequest, row: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    known = request.datasets.get(row["dataset"])
    fields = known.fields if known else ()
    titles = {
        name: field_title(known, f.name)
        for f in fields
        if f.type in ("date", "datetime")
        for name in (f.name, *f.aliases)
    }
    what = known.title.zh if known else row["dataset"]
    for header, value in row["cells"].items():
        day = (value or "")[:10]
        if header in titles and _DAY.fullmatch(day):
            where = place_words(row["source"], row["sheet"], row["row"])
            yield day, f"{what}：{titles[header]}", where, row["item"]


def _picture_events(evidence: Evidence) -> Iterator[tuple[str, str, str, str]]:
    for source in evidence.sources:
        if "image" in source["datasets"] and source["period"]:
            name = _name(source["file"])
            yield source["period"][0], "影像成像", name, source["item"]


def _fact_events(evidence: Evidence) -> Iterator[tuple[str, str, str, str]]:
    for fact in evidence.facts:
        first, last = fact["fact_date"], fact["fact_last_date"]
        if first is not None:
            yield first.isoformat(), "发现所述事实（起）", "", fact["item"]
        if last is not None and last != first:
            yield last.isoformat(), "发现所述事实（止）", "", fact["item"]


def stages_table(request: BundleRequest) -> AnnexTable:
    """Return which stages the lead has passed, when and by whom."""
    day = date_zh(request.as_of)
    tool = partial(row_of, "数据筛查（预检）")
    screened = [
        tool(f"{m.code}　{m.title.zh}：{_counts(request, m)}", tool_words(request), day)
        for m in request.lead_models
    ]
    checked = [
        row_of(
            "人工核查",
            f"{STAGES[v.stage]}：{OUTCOMES[v.outcome]}",
            v.by or NOT_GIVEN,
            date_zh(v.on),
        )
        for v in request.verdicts
    ]
    signer = request.fields.get("approved_by", "")
    return AnnexTable(
        kind="stages",
        title="线索已经过的环节",
        rows=(
            *screened,
            *(checked or [row_of("人工核查", "没有核查记录", "", "")]),
            row_of("签发", "已签发" if request.is_signed else "尚未签发", signer, ""),
        ),
    )


def _counts(request: BundleRequest, model: Model) -> str:
    found = [f for f in request.findings if f.model == model.id]
    hits = sum(f.state == "hit" for f in found)
    return f"本线索发现{len(found)}项，其中命中{hits}项"


def method_table(request: BundleRequest, evidence: Evidence) -> AnnexTable:
    """Return models, parameters, software and limits, as they belong in print."""
    rows = [row for model in request.lead_models for row in _model_rows(model)]
    files = f"共{len(evidence.sources)}个来源文件，逐个列在电子数据提取固定清单"
    gaps = [m.data_gap for m in request.lead_models if m.data_gap]
    return AnnexTable(
        kind="method",
        title="方法、软件和局限",
        rows=(
            *rows,
            row_of("软件", tool_words(request)),
            row_of("计算组件", engine_words(request)),
            row_of("来源文件", files),
            *(row_of("没有计算的部分", gap) for gap in gaps),
        ),
        before=(_LIMITS,),
    )


def _model_rows(model: Model) -> Iterator[AnnexRow]:
    yield row_of("监督模型", f"{model.title.zh}（{model.id}@{model.version}）")
    for name, p in model.parameters.items():
        yield row_of("参数", f"{p.value}{unit_words(p.unit)}（{name}）：{p.why}")


def tool_words(request: BundleRequest) -> str:
    """Return name and version of the product that scanned."""
    product = request.run.get("product") or {}
    version = product.get("version") or request.run.get("version") or ""
    return f"{product.get('name', 'pil_discovery')} {version}".strip()


def engine_words(request: BundleRequest) -> str:
    """Return name and version of each engine that the scan ran with."""
    engines = request.run.get("engines") or {}
    named = [f"{n} {v}" for n, v in engines.items() if n != "zonal"]
    return "、".join(named) or NOT_GIVEN


def place_words(file: str, sheet: str | None, row: int | None) -> str:
    """Return file, sheet and row as a reader looks them up."""
    inside = f"［{sheet}］" if sheet else ""
    return f"{_name(file)}{inside}" + (f"第{row}行" if row is not None else "")


def _name(file: str) -> str:
    return str(file).rpartition("/")[2]
