"""leads.xlsx: what a prosecutor opens, filters, fills in and sends back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pil_discovery.report import wording
from pil_discovery.text.periods import NOT_GIVEN, archive_words, coverage_words
from pil_discovery.types import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    Record = Mapping[str, Any]

LEADS = "线索"
MOST_ROWS = 100_000
LONGEST_CELL = 32_000

SETTINGS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,  # no copy of the rows in a temporary folder
}


@dataclass(frozen=True)
class Column:
    """One column of a sheet: header, width in characters, and where it comes from."""

    title: str
    width: float
    value: Callable[[Record], object]
    style: str = "text"


@dataclass(frozen=True)
class Contents:
    """Records that a workbook shows."""

    run: Record
    findings: Sequence[Record]
    leads: Sequence[Record]
    quarantine: Sequence[Record]


def write_workbook(path: Path, contents: Contents) -> None:
    """Write the workbook; identifiers are text, nothing becomes a formula or a link.

    The creation date is that of `run.as_of`, so that two writes give equal bytes.
    """
    as_of = dt.date.fromisoformat(str(contents.run["as_of"]))
    with xlsxwriter.Workbook(path, SETTINGS) as book:
        book.set_properties(
            {
                "title": "公益诉讼线索（待核查）",
                "created": dt.datetime.combine(as_of, dt.time(), dt.UTC),
            }
        )
        styles = _styles(book)
        _write_leads(book, styles, _labelled(contents.leads, contents.run))
        findings = _labelled(contents.findings, contents.run)
        _write_sheet(_sheet(book, "筛查结果", styles), FINDINGS, findings)
        models = contents.run.get("models", ())
        _write_sheet(_sheet(book, "模型运行情况", styles), MODELS, models)
        sources = contents.run.get("sources", ())
        _write_sheet(_sheet(book, "数据来源", styles), SOURCES, sources)
        _write_sheet(_sheet(book, "隔离数据", styles), QUARANTINE, contents.quarantine)
        _write_sheet(_sheet(book, "说明", styles), NOTES, _notes(contents))


def _labelled(records: Sequence[Record], run: Mapping[str, Any]) -> list[Record]:
    """Name measures and fields as models do, and rules of law by citation."""
    labels = {m["id"]: m.get("labels") or {} for m in run.get("models", ())}
    cited = {i: b["citation_zh"] for i, b in (run.get("basis") or {}).items()}
    domains = run.get("domains") or {}
    return [
        {
            **record,
            "domain": domains.get(record["domain"], record["domain"]),
            "basis": [
                f"{cited[i]}（{i}）" if i in cited else i for i in record["basis"]
            ],
            "measures": {
                labels.get(record["model"], {}).get(name, name): value
                for name, value in (record.get("measures") or {}).items()
            },
        }
        for record in records
    ]


@dataclass(frozen=True)
class _Sheet:
    sheet: Any
    styles: Mapping[str, Any]


def _styles(book: Any) -> dict[str, Any]:  # noqa: ANN401 - xlsxwriter is untyped
    base = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
    kinds: dict[str, dict[str, object]] = {
        "head": {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"},
        "text": {"num_format": "@"},
        "wrap": {"num_format": "@", "text_wrap": True},
        "input": {"num_format": "@", "bg_color": "#FFF8E1", "text_wrap": True},
        "score": {"num_format": "0.00", "bold": True},
        "share": {"num_format": "0.0000"},
        "integer": {"num_format": "0"},
    }
    return {name: book.add_format({**base, **kind}) for name, kind in kinds.items()}


def _sheet(book: Any, name: str, styles: Mapping[str, Any]) -> _Sheet:  # noqa: ANN401
    return _Sheet(book.add_worksheet(name), styles)


def _write_leads(
    book: Any,  # noqa: ANN401 - xlsxwriter is untyped
    styles: Mapping[str, Any],
    leads: Sequence[Record],
) -> None:
    page = _sheet(book, LEADS, styles)
    _write_sheet(page, LEAD_COLUMNS, leads)
    last = max(len(leads), 1)
    places = {column.title: i for i, column in enumerate(LEAD_COLUMNS)}
    score = places["得分"]
    page.sheet.conditional_format(1, score, last, score, _BAR)
    for title, words in (
        ("处理意见", wording.DECISIONS),
        ("理由代码", wording.REASONS),
    ):
        choice = {"validate": "list", "source": list(words.values())}
        page.sheet.data_validation(1, places[title], last, places[title], choice)
    page.sheet.freeze_panes(1, places["线索标题"] + 1)


_BAR = {
    "type": "data_bar",
    "bar_color": "#E07A5F",
    "bar_solid": True,
    "min_type": "num",
    "min_value": 0,
    "max_type": "num",
    "max_value": 100,
}


def _write_sheet(
    page: _Sheet, columns: Sequence[Column], records: Iterable[Record]
) -> None:
    sheet, styles = page.sheet, page.styles
    for i, column in enumerate(columns):
        sheet.set_column(i, i, column.width)
        sheet.write_string(0, i, column.title, styles["head"])
    shown = list(islice(records, MOST_ROWS))
    for row, record in enumerate(shown, 1):
        for i, column in enumerate(columns):
            _write_cell(page, (row, i), (column.value(record), column.style))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(shown), 1), len(columns) - 1)


def _write_cell(
    page: _Sheet, place: tuple[int, int], content: tuple[object, str]
) -> None:
    (row, column), (value, style) = place, content
    cell_format = page.styles[style]
    if value is None or value == "":
        page.sheet.write_blank(row, column, None, cell_format)
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        page.sheet.write_number(row, column, float(value), cell_format)
    else:
        page.sheet.write_string(row, column, _fitting(str(value)), cell_format)


def _fitting(text: str) -> str:
    # a cell of Excel holds 32,767 characters; longer ones are lost without a word
    if len(text) <= LONGEST_CELL:
        return text
    return f"{text[:LONGEST_CELL]}……（未完，全文见同名 jsonl 文件）"


def _field(name: str) -> Callable[[Record], object]:
    return lambda record: record.get(name)


def _word(name: str, words: Mapping[str, str]) -> Callable[[Record], object]:
    return lambda record: words.get(str(record.get(name)), record.get(name))


def _list(name: str) -> Callable[[Record], object]:
    return lambda record: "\n".join(str(v) for v in record.get(name) or ())


def _part(name: str) -> Callable[[Record], object]:
    return lambda record: record["parts"][name]


def _count(name: str) -> Callable[[Record], object]:
    # a model that was not computed has no counts: a zero would read as «no hits»
    return lambda record: (
        (record.get("counts") or {}).get(name)
        if record.get("state") == "computed"
        else None
    )


def _text(name: str) -> Callable[[Record], object]:
    return lambda record: None if record.get(name) is None else str(record[name])


def _given(name: str) -> Callable[[Record], object]:
    return lambda record: record.get(name) or NOT_GIVEN


def _covers(record: Record) -> str:
    return coverage_words(Source.model_validate(record))


def _archive(record: Record) -> str:
    return archive_words(Source.model_validate(record).archive)


def _pairs(name: str) -> Callable[[Record], object]:
    return lambda record: "\n".join(
        f"{k}：{'（缺）' if v is None else v}"
        for k, v in (record.get(name) or {}).items()
    )


def _rows(record: Record) -> str:
    return "\n".join(_place(r) for r in record["records"])


def _place(ref: Record) -> str:
    sheet = f"［{ref['sheet']}］" if ref.get("sheet") else ""
    return f"{ref['source']}{sheet}第{ref['row']}行"


def _exclusions(record: Record) -> str:
    return "\n".join(e["zh"] for e in record["exclusions"])


LEAD_COLUMNS = (
    Column("序号", 6, _field("rank"), "integer"),
    Column("类别", 6, _word("kind", wording.KINDS)),
    Column("线索编号", 27, _field("lead_id")),
    Column("线索标题", 46, _field("title_zh"), "wrap"),
    Column("得分", 12, _field("score"), "score"),
    Column("处理意见", 10, lambda _: None, "input"),
    Column("理由代码", 14, lambda _: None, "input"),
    Column("备注", 24, lambda _: None, "input"),
    Column("办理人", 9, lambda _: None, "input"),
    Column("办理日期", 11, lambda _: None, "input"),
    Column("优先核查", 20, _list("lanes"), "wrap"),
    Column("领域", 18, _field("domain")),
    Column("模型编号", 10, _field("code")),
    Column("涉及主体", 24, _field("subject_name"), "wrap"),
    Column("主体代码", 21, _text("subject_code")),
    Column("行政机关", 24, _field("agency"), "wrap"),
    Column("路线", 13, _word("route", wording.ROUTES)),
    *(Column(zh, 9, _part(name), "share") for name, zh in wording.PARTS.items()),
    Column("事实日期", 11, _text("fact_date")),
    Column("地点", 22, _field("place"), "wrap"),
    Column("度量", 26, _pairs("measures"), "wrap"),
    Column("评分理由", 60, _list("reasons"), "wrap"),
    Column("待补充", 46, _list("missing"), "wrap"),
    Column("核实要点", 36, _list("verify"), "wrap"),
    Column("法律依据（按事实发生日）", 46, _list("basis"), "wrap"),
)
FINDINGS = (
    Column("结果编号", 27, _field("finding_id")),
    Column("模型编号", 10, _field("code")),
    Column("状态", 12, _word("state", wording.STATES)),
    Column("涉及主体", 24, _field("subject_name"), "wrap"),
    Column("主体代码", 21, _text("subject_code")),
    Column("事实日期", 11, _text("fact_date")),
    Column("情况", 60, _field("sentence_zh"), "wrap"),
    Column("度量", 26, _pairs("measures"), "wrap"),
    Column("排除或复核情形", 36, _exclusions, "wrap"),
    Column("缺失", 30, _list("missing"), "wrap"),
    Column("来源行", 44, _rows, "wrap"),
)
MODELS = (
    Column("模型编号", 10, _field("code")),
    Column("模型", 30, _field("id")),
    Column("版本", 8, _text("version")),
    Column("状态", 10, _word("state", wording.STATES)),
    Column("缺少的数据或列", 40, _list("missing"), "wrap"),
    Column("总数", 9, _count("population"), "integer"),
    *(
        Column(wording.STATES[s], 9, _count(s), "integer")
        for s in ("hit", "review", "dropped", "unknown", "clear")
    ),
    Column("提示", 50, _list("notes"), "wrap"),
)
SOURCES = (
    Column("数据集", 20, _field("dataset")),
    Column("文件", 40, _field("file"), "wrap"),
    Column("提供单位", 26, _given("issuer"), "wrap"),
    Column("取得日期", 12, _given("obtained")),
    Column("时段或有效期", 30, _covers, "wrap"),
    Column("读入行数", 10, _field("rows_read"), "integer"),
    Column("使用行数", 10, _field("rows_used"), "integer"),
    Column("隔离行数", 10, _field("rows_quarantined"), "integer"),
    Column("编码", 12, _field("encoding")),
    Column("坐标系", 18, _field("crs")),
    Column("字节数", 12, _field("bytes"), "integer"),
    Column("SHA-256", 68, _field("sha256")),
    Column("出自压缩包", 40, _archive, "wrap"),
)
QUARANTINE = (
    Column("来源", 36, _field("source"), "wrap"),
    Column("工作表", 14, _field("sheet")),
    Column("行号", 8, _field("row"), "integer"),
    Column("列", 18, _field("column")),
    Column("值", 24, _field("value"), "wrap"),
    Column("范围", 8, _word("scope", wording.SCOPES)),
    Column("类别", 14, _field("reason_class")),
    Column("原因", 46, _field("reason"), "wrap"),
    Column("处理办法", 40, _field("remedy"), "wrap"),
)
NOTES = (
    Column("项目", 18, _field("item")),
    Column("说明", 110, _field("words"), "wrap"),
)


FORMULA = (
    "100 × 确定性 × √可查性 ×（0.45 损害 + 0.25 不作为 + 0.15 紧迫性"
    " + 0.15 影响规模），各项 0–1，可用表中数值手工复算。"
)
ORDER = (
    "须人工必看的在前，再按得分、影响规模、事实日期（早者在前）；单件在前，类案在后。"
)
DECIDING = (
    "在下拉框中选择：采纳、待核实、排除；排除时请选理由代码。"
    "填好后用 pil review --import 读回。"
)
FOUR_STATES = "命中、未发现、未知（缺值）、无法计算（缺列或缺数据）分别列出，互不混同。"


def _notes(contents: Contents) -> list[dict[str, object]]:
    notes = [
        ("性质", "本表由程序筛查得出，所列均为待核查线索，不是对任何人的认定。"),
        ("基准日", str(contents.run["as_of"])),
        ("得分", FORMULA),
        ("排序", ORDER),
        ("处理意见", DECIDING),
        ("四种状态", FOUR_STATES),
        *_cut(LEADS, "leads.jsonl", contents.leads),
        *_cut("筛查结果", "findings.jsonl", contents.findings),
        *_cut("隔离数据", "quarantine.jsonl", contents.quarantine),
    ]
    return [{"item": item, "words": words} for item, words in notes]


def _cut(title: str, file: str, records: Sequence[Record]) -> list[tuple[str, str]]:
    if len(records) <= MOST_ROWS:
        return []
    words = f"共 {len(records)} 条，本表只列前 {MOST_ROWS} 条，全部见 {file}。"
    return [(title, words)]
