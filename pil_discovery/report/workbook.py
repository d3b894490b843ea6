"""leads.xlsx: what a prosecutor opens, filters, fills in and sends back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pil_discovery.report import wording
from pil_discovery.report.account import need_words
from pil_discovery.report.columns import (
    DOMAIN_COLUMNS,
    FINDINGS,
    FLAGGED,
    GAPS,
    KEY_COLUMNS,
    LEAD_COLUMNS,
    MEMBERS,
    MODELS,
    NOTES,
    QUARANTINE,
    SOURCES,
)
from pil_discovery.text.amounts import measure_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.report.columns import Column

    Record = Mapping[str, Any]

LEADS = "线索"
NOT_LISTED = "未自动列出"
_A3, _A4 = 8, 9
_ONE_LINE, _TWO_LINES = 15, 30
"""Points: the reasons of a score must not make every row a page high."""
MOST_ROWS = 100_000
LONGEST_CELL = 32_000

SETTINGS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,  # no copy of the rows in a temporary folder
}


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
        leads = _in_classes(_labelled(contents.leads, contents.run))
        listed = [lead for lead in leads if lead["listed"]]
        _write_leads(_sheet(book, LEADS, styles), LEAD_COLUMNS, listed)
        for domain, ours in _by_domain(listed, contents.run).items():
            _write_leads(_sheet(book, domain, styles), DOMAIN_COLUMNS, ours)
        if len(listed) < len(leads):
            rest = [lead for lead in leads if not lead["listed"]]
            _write_leads(_sheet(book, NOT_LISTED, styles), LEAD_COLUMNS, rest)
        _write_sheet(_sheet(book, "类案成员", styles), MEMBERS, _members(leads))
        findings = _labelled(contents.findings, contents.run)
        _write_sheet(_sheet(book, "筛查结果", styles), FINDINGS, findings)
        _write_models(_sheet(book, "模型运行情况", styles), contents.run)
        gaps = [_gap(gap) for gap in contents.run.get("gaps", ())]
        if gaps:
            _write_gaps(_sheet(book, "补数据可算", styles), gaps)
        sources = _sources(contents.run)
        _write_sheet(_sheet(book, "数据来源", styles), SOURCES, sources)
        _write_sheet(_sheet(book, "隔离数据", styles), QUARANTINE, contents.quarantine)
        _write_sheet(_sheet(book, "说明", styles), NOTES, _notes(contents))


def _labelled(records: Sequence[Record], run: Mapping[str, Any]) -> list[Record]:
    """Name measures and fields as models do, and rules of law by citation."""
    models = {m["id"]: m for m in run.get("models", ())}
    units = run.get("units") or {}
    cited = {i: b["citation_zh"] for i, b in (run.get("basis") or {}).items()}
    domains = run.get("domains") or {}
    return [
        {
            **record,
            "domain": domains.get(record["domain"], record["domain"]),
            "basis": [
                f"{cited[i]}（{i}）" if i in cited else i for i in record["basis"]
            ],
            "measures": measure_words(
                record.get("measures") or {}, models.get(record["model"]), units
            ),
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


def _in_classes(leads: Sequence[Record]) -> list[Record]:
    """Tell each single lead the class that it is in."""
    of = {m: c["lead_id"] for c in leads if c["kind"] == "class" for m in c["members"]}
    return [{**lead, "class_id": of.get(lead["lead_id"])} for lead in leads]


def _members(leads: Sequence[Record]) -> list[Record]:
    """Lay out the members of every class, best first."""
    titles = {c["lead_id"]: c["title_zh"] for c in leads if c["kind"] == "class"}
    inside = [
        {**m, "class_title": titles[m["class_id"]]} for m in leads if m["class_id"]
    ]
    order = {lead_id: place for place, lead_id in enumerate(titles)}
    return sorted(inside, key=lambda m: (order[m["class_id"]], m["rank"]))


def _by_domain(leads: Sequence[Record], run: Record) -> dict[str, list[Record]]:
    """Return sheet name → leads of the field of litigation, in the order of the run."""
    titles = list(dict.fromkeys((run.get("domains") or {}).values()))
    found = {title: [d for d in leads if d["domain"] == title] for title in titles}
    return {_sheet_name(title): ours for title, ours in found.items() if ours}


def _sheet_name(title: str) -> str:
    # Excel takes 31 characters at most, and none of these
    return "".join("－" if c in "[]:*?/\\'" else c for c in title)[:31]


def _write_leads(
    page: _Sheet, columns: Sequence[Column], leads: Sequence[Record]
) -> None:
    _write_sheet(page, columns, leads)
    last = max(len(leads), 1)
    places = {column.title: i for i, column in enumerate(columns)}
    page.sheet.conditional_format(1, places["得分"], last, places["得分"], _bar(100))
    for title in wording.PARTS.values():
        if title in places:
            part = places[title]
            page.sheet.conditional_format(1, part, last, part, _bar(1))
    page.sheet.set_default_row(_TWO_LINES)
    page.sheet.set_paper(_A4)
    page.sheet.print_area(0, 0, last, len(KEY_COLUMNS) - 1)
    page.sheet.fit_to_pages(1, 0)
    for title, words in (
        ("处理意见", wording.DECISIONS),
        ("理由代码", wording.REASONS),
        ("核查阶段", wording.STAGES),
    ):
        choice = {"validate": "list", "source": list(words.values())}
        page.sheet.data_validation(1, places[title], last, places[title], choice)
    page.sheet.freeze_panes(1, places["线索标题"] + 1)


def _write_models(page: _Sheet, run: Record) -> None:
    titles = run.get("datasets") or {}
    models = [
        {**m, "lacking": [_need(n, titles) for n in m.get("missing", ())]}
        for m in run.get("models", ())
    ]
    _write_sheet(page, MODELS, models)
    place = next(i for i, c in enumerate(MODELS) if c.title == FLAGGED)
    page.sheet.conditional_format(1, place, max(len(models), 1), place, _bar(1))


def _need(name: str, titles: Mapping[str, str]) -> str:
    title = titles.get(name.partition(".")[0])
    return name if title is None else f"{title}（{name}）"


def _write_gaps(page: _Sheet, gaps: Sequence[Record]) -> None:
    # LibreOffice gives a cell of several lines the height of one
    for row, gap in enumerate(gaps, 1):
        lines = max(len(gap["needs"]), len(gap["models"]))
        page.sheet.set_row(row, _ONE_LINE * lines)
    _write_sheet(page, GAPS, gaps)


def _gap(gap: Record) -> Record:
    return {
        "needs": [need_words(need) for need in gap["needs"]],
        "holders": [need["holder"] or "" for need in gap["needs"]],
        "count": len(gap["models"]),
        "models": gap["models"],
    }


def _sources(run: Record) -> list[Record]:
    titles = run.get("datasets") or {}
    return [
        {**s, "dataset": _need(s["dataset"] or "", titles)}
        for s in run.get("sources", ())
    ]


def _bar(most: int) -> dict[str, object]:
    return {
        "type": "data_bar",
        "bar_color": "#E07A5F",
        "bar_solid": True,
        "min_type": "num",
        "min_value": 0,
        "max_type": "num",
        "max_value": most,
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
    sheet.set_landscape()
    sheet.set_paper(_A3)
    sheet.repeat_rows(0)  # too wide for one page: every page names its columns
    sheet.print_across()
    sheet.set_footer("&L待核查&C&A　&P / &N")


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


FORMULA = (
    "100 × 确定性 × √可查性 ×（0.45 损害 + 0.25 不作为 + 0.15 紧迫性"
    " + 0.15 影响规模），各项 0–1，可用表中数值手工复算。"
)
ORDER = (
    "须人工必看的在前，再按得分、影响规模、事实日期（早者在前）；单件在前，类案在后。"
)
DECIDING = (
    "在下拉框中选择：采纳、待核实、排除；排除时请选理由代码。"
    "填好后用 pil review --import 读回。总表和各领域分表都可以填，"
    "同一线索在两处填得不同的，读回时逐件列出，不会互相覆盖。"
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
