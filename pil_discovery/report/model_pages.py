"""A page for each screening model, under the nine headings of a Cardinal indicator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.types import Dataset, Example, Model, RateRow, RateTable
    from pil_discovery.types.models import Signal

HEADINGS = (
    "方法",
    "举例",
    "为什么值得核查",
    "依据",
    "输出",
    "参数",
    "排除",
    "前提",
    "演示",
)
"""Methodology, Example, Why is this a red flag?, Based on, Output, Configuration,
Exclusions, Assumptions, Demonstration."""

_STATUS = {"draft": "草稿", "trial": "试行", "approved": "已批准", "retired": "停用"}
_EVIDENCE = {"register": "登记比对", "balance": "数量衡算", "imagery": "影像"}
_THEN = {"drop": "排除", "review": "转复核", "downgrade": "降低确定性"}
_STATES = {
    "hit": "命中",
    "review": "须复核",
    "dropped": "已排除",
    "unknown": "未知",
    "clear": "未见",
}
_RATE_COLUMNS = ("division", "category", "value")
_KINDS = {
    "sql": "查询",
    "overlay": "叠加",
    "zonal": "分区统计",
    "change": "前后时相变化",
    "series": "时间序列突变",
    "restoration": "恢复程度",
    "match": "名称关联",
}


@dataclass(frozen=True)
class PageFacts:
    """What a page tells besides the model file itself.

    Attributes
    ----------
    domain, power, agency
        In words.
    citations
        Fact id → how the rule is cited, with the time for which it holds.
    remedies
        Code → words of a suggestion.
    units
        Unit → its Chinese name.
    tables
        Rate tables by id, with the rows that ship or were put in place locally.
    sentences
        What the model says of the first example: one sentence for each row found.
    """

    domain: str
    power: str
    agency: str
    datasets: Mapping[str, Dataset]
    citations: Mapping[str, str]
    remedies: Mapping[str, str]
    units: Mapping[str, str]
    tables: Mapping[str, RateTable] = field(default_factory=dict)
    sentences: Sequence[str] = field(default=())


def model_page(model: Model, facts: PageFacts) -> str:
    """Return the page of a model as Markdown; the same model gives the same page."""
    bodies = (
        _method(model, facts),
        _example(model, facts),
        _reasons(model),
        _law(model, facts),
        _output(model, facts),
        _parameters(model, facts),
        _exclusions(model),
        _assumptions(model),
        _demonstration(model),
    )
    parts = [_head(model, facts)]
    for heading, body in zip(HEADINGS, bodies, strict=True):
        parts.append("\n".join([f"## {heading}", "", *body]).rstrip())
    return "\n\n".join(parts) + "\n"


def index_page(models: Iterable[Model], domains: Mapping[str, str]) -> str:
    """Return the list of all models, by field of litigation and code."""
    rows: dict[str, list[list[str]]] = {}
    for model in sorted(models, key=lambda m: m.code):
        link = f"[{model.title.zh}]({model.id}.md)"
        row = [model.code, link, _STATUS[model.status], "是" if model.personal else ""]
        rows.setdefault(model.domain, []).append(row)
    lines = ["# 监督模型", "", "每页由模型文件生成；筛查结果均为待核查线索。"]
    for domain in sorted(rows):
        heading = ["代码", "模型", "状态", "涉及自然人"]
        lines += ["", f"## {domains[domain]}", "", *_table(heading, rows[domain])]
    return "\n".join(lines) + "\n"


def _head(model: Model, facts: PageFacts) -> str:
    rows = [
        ["编号", f"{model.code}（{model.id}，{model.version}）"],
        ["状态", _STATUS[model.status]],
        ["领域", facts.domain],
        ["应履职机关", f"{facts.agency}（{facts.power}）"],
        ["证据类别", _EVIDENCE[model.evidence]],
    ]
    if model.personal:
        rows.append(["涉及自然人", "是：工作区写明使用数据的依据后才运行"])
    title = [f"# {model.title.zh}", "", f"*{model.title.en}*" if model.title.en else ""]
    return "\n".join([*title, "", *_table(["", ""], rows)]).rstrip()


def _method(model: Model, facts: PageFacts) -> list[str]:
    lines = ["数据来源：", "", *_data(model, facts), ""]
    for name in model.tables:
        lines += [*_rates(facts.tables[name], facts), ""]
    if model.steps:
        lines += ["步骤：", ""]
    for number, step in enumerate(model.steps, 1):
        spec = step.model_dump(exclude={"table"}, exclude_defaults=True, mode="json")
        kind, inside = next(iter(spec.items()))
        lines += [f"{number}. `{step.table}`（{_KINDS[kind]}）", ""]
        body = str(inside) if kind == "sql" else _settings(inside)
        lines += [*_code("sql" if kind == "sql" else "yaml", body), ""]
    key = "、".join(f"`{k}`" for k in model.population.key)
    lines += [f"总体每行一个候选（主键 {key}），`hit` 为真是命中，为空是未知：", ""]
    return [*lines, *_code("sql", model.population.sql)]


def _data(model: Model, facts: PageFacts) -> list[str]:
    rows = []
    for part, need in ((model.data, "必需"), (model.clears, "可排除命中")):
        for name, columns in part.items():
            dataset = facts.datasets[name]
            words = [c if name == "image" else dataset.words(c) for c in columns]
            title = f"《{dataset.title.zh}》（{name}）"
            rows.append([title, dataset.holder, need, "、".join(words)])
    return _table(["数据集", "持有单位", "用途", "列"], rows)


def _rates(table: RateTable, facts: PageFacts) -> list[str]:
    """Show a rate table as it stands: made-up values are called so."""
    meaning = "，".join(table.columns[c] for c in _RATE_COLUMNS if c in table.columns)
    unit = facts.units[table.unit]
    lines = [
        f"标准表《{table.title.zh}》（`{table.id}`；{meaning}，单位：{unit}）：",
        "",
    ]
    if not table.rows:
        return [*lines, "没有内置的标准，须在本地模型文件夹的 `vocabulary/` 里填写。"]
    rows = [[*_rate_cells(r), _ground(r, facts)] for r in table.rows]
    return [*lines, *_table(["地区", "类别", "起", "止", "值", "依据"], rows)]


def _rate_cells(row: RateRow) -> list[object]:
    start, end = row.valid_from, row.valid_to
    return [row.division or "全国", row.category, start, end, f"{row.value:g}"]


def _ground(row: RateRow, facts: PageFacts) -> str:
    made_up = "虚构的示例值" if row.fictional else ""
    grounds = [
        made_up,
        *(facts.citations[i] for i in row.basis),
        row.document,
        row.note,
    ]
    return "；".join(filter(None, grounds))


def _settings(spec: Mapping[str, object]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in spec.items())


def _example(model: Model, facts: PageFacts) -> list[str]:
    shown = next(iter(model.examples), None)
    if shown is None:
        return ["还没有示例。"]
    lines = [f"{shown.name}（基准日 {shown.as_of}，数据均为虚构）。"]
    for name, given in shown.given.items():
        dataset = facts.datasets[name]
        columns = list(dict.fromkeys(c for row in given for c in row))
        heading = [_alias(dataset, c) for c in columns]
        rows = [[row.get(c) for c in columns] for row in given]
        if rows:
            lines += ["", f"《{dataset.title.zh}》：", "", *_table(heading, rows)]
    for name, rates in shown.tables.items():
        heading = ["地区", "类别", "起", "止", "值"]
        rows = [_rate_cells(row) for row in rates]
        lines += [
            "",
            f"《{facts.tables[name].title.zh}》：",
            "",
            *_table(heading, rows),
        ]
    lines += ["", f"结果：{_result(shown)}。"]
    return [*lines, *(f"\n> {sentence}" for sentence in facts.sentences)]


def _alias(dataset: Dataset, column: str) -> str:
    spec = dataset.field(column)
    return spec.aliases[0] if spec is not None and spec.aliases else column


def _result(example: Example) -> str:
    told = [
        f"{zh} {'、'.join(_key(k) for k in keys)}"
        for state, zh in _STATES.items()
        if (keys := getattr(example.expect, state))
    ]
    return "；".join(told) or "没有命中"


def _key(values: Iterable[object]) -> str:
    return "/".join(str(v) for v in values)


def _reasons(model: Model) -> list[str]:
    lines = [model.why]
    if model.harm:
        lines += ["", "损害按下列度量计，对数刻度：", ""]
        rows = [
            [_label(model, h.measure), _amount(h.floor), _amount(h.cap), h.anchor]
            for h in model.harm
        ]
        lines += _table(["度量", "计 0", "计 1", "说明"], rows)
    for zh, signals in (
        ("不作为", model.inaction),
        ("紧迫", model.urgency),
        ("规模", model.scale),
    ):
        lines += _signals(zh, signals)
    if model.always_show:
        lines += ["", "不论得分，下列情形总请人看：", ""]
        lines += [f"- {lane.zh}（`{lane.when}`）" for lane in model.always_show]
    return lines


def _amount(number: float) -> str:
    return f"{number:,.4f}".rstrip("0").rstrip(".")


def _signals(zh: str, signals: Sequence[Signal]) -> list[str]:
    if not signals:
        return []
    told = [f"- {s.zh}，权重 {s.weight:g}（`{s.when}`）" for s in signals]
    return ["", f"{zh}：", "", *told]


def _law(model: Model, facts: PageFacts) -> list[str]:
    lines = [f"- {facts.citations[i]}{_only(model.basis_when, i)}" for i in model.basis]
    if model.basis_unverified:
        lines += ["", "未经核实，不写入文书：", ""]
        lines += [f"- {facts.citations[i]}" for i in model.basis_unverified]
    if model.basis_gap:
        lines += ["", f"依据的缺口：{model.basis_gap}"]
    return ["按事实发生日取当时有效的条文。", "", *lines] if lines else ["尚无。"]


def _only(conditions: Mapping[str, str], name: str) -> str:
    return f"（只在 `{conditions[name]}` 时）" if name in conditions else ""


def _output(model: Model, facts: PageFacts) -> list[str]:
    lines = [f"> {model.explain.zh}", ""]
    if model.measures:
        rows = [
            [_label(model, name), f"`{name}`", facts.units[unit]]
            for name, unit in model.measures.items()
        ]
        lines += [*_table(["度量", "名称", "单位"], rows), ""]
    if model.merge_by:
        same = "、".join(f"`{name}`" for name in model.merge_by)
        lines += [f"{same} 相同的合为一条线索。", ""]
    lines += ["建议书中的措施：", ""] if model.remedy else []
    for code in model.remedy:
        lines.append(f"- {facts.remedies[code]}{_only(model.remedy_when, code)}")
    return lines


def _label(model: Model, name: str) -> str:
    return model.labels.get(name, f"`{name}`")


def _parameters(model: Model, facts: PageFacts) -> list[str]:
    if not model.parameters:
        return ["没有可以改动的参数。"]
    rows = [
        [
            f"`{name}`",
            f"{p.value}",
            facts.units[p.unit],
            p.why,
            "；".join(facts.citations[i] for i in p.basis),
        ]
        for name, p in model.parameters.items()
    ]
    return _table(["名称", "值", "单位", "理由", "依据"], rows)


def _exclusions(model: Model) -> list[str]:
    if not model.exclusions:
        lines = ["没有可以用数据检验的排除情形。"]
    else:
        rows = [[x.zh, _THEN[x.then], f"`{x.when}`"] for x in model.exclusions]
        lines = _table(["情形", "处理", "条件"], rows)
        lines += ["", "被排除的行连同理由列在结果里，不会消失。"]
    if model.verify:
        lines += ["", "数据不能检验的，逐项核实：", ""]
        lines += [f"- {point}" for point in model.verify]
    return lines


def _assumptions(model: Model) -> list[str]:
    lines = [
        "- 缺少必需的列或数据集时，模型不可计算，不等于没有命中。",
        "- 决定结论的值缺失时，该行为未知，列出缺少什么。",
    ]
    if model.clears:
        lines.append("- 没有提供可排除命中的数据时照样计算，结果写明，确定性下降。")
    lines += [f"- 数据的缺口：{model.data_gap}"] if model.data_gap else []
    lines += [f"- 参考：{source}" for source in model.sources]
    return lines


def _demonstration(model: Model) -> list[str]:
    if not model.examples:
        return ["还没有示例。"]
    rows = [[e.name, str(e.as_of), _result(e)] for e in model.examples]
    return [
        "示例写在模型文件里，随时可以重跑：",
        "",
        *_code("text", f"pil models test {model.code}"),
        "",
        *_table(["示例", "基准日", "结果"], rows),
    ]


def _code(kind: str, text: str) -> list[str]:
    return [f"```{kind}", text.strip().replace("```", "` ` `"), "```"]


def _table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    return [
        _row(heading),
        _row(["---"] * len(heading)),
        *(_row([_cell(c) for c in row]) for row in rows),
    ]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: object) -> str:
    """Write a value so that it stays one cell of a table."""
    text = "" if value is None else " ".join(str(value).split())
    return text.replace("|", "\\|")
