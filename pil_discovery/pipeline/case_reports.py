"""Reports from a ledger: the year, the agencies, a digest, the ladder; as Markdown."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ArgumentError, Problem
from pil_discovery.pipeline.minors import is_case_of_minors, without_minors
from pil_discovery.pipeline.outside import for_outside
from pil_discovery.pipeline.paper_names import load_names, papers_folder
from pil_discovery.procedure import ledger as books

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pil_discovery.procedure.ledger import Ledger


def annual_report(
    ledger: Ledger, year: int, as_of: dt.date | None = None
) -> dict[str, Any]:
    """Return the annual analysis of a ledger, with the head it was counted from."""
    first, last = span_of(year, as_of)
    found = books.analyse_year(
        ledger.cases().values(), ledger.book, first=first, last=last
    )
    labels = books.labels_of(ledger.book.on(last))
    return {**found, "labels": dict(labels), "head": ledger.head().hash}


def scorecard(
    ledger: Ledger, year: int, as_of: dt.date | None = None
) -> dict[str, Any]:
    """Return a row for each agency, with the head it was counted from."""
    first, last = span_of(year, as_of)
    rows = books.score_agencies(
        ledger.cases().values(), ledger.book, first=first, last=last
    )
    span = {"from": first.isoformat(), "to": last.isoformat()}
    return {**span, "agencies": rows, "head": ledger.head().hash}


def case_digest(ledger: Ledger, case: str) -> dict[str, Any]:
    """Return an anonymous digest of a case."""
    return books.digest_case(books.find_case(ledger.cases(), case), ledger.book)


def escalation(ledger: Ledger, case: str) -> dict[str, Any]:
    """Return whom a refusal may be carried to, and what is missing before that."""
    found = books.find_case(ledger.cases(), case)
    rules = ledger.book.on(found.latest)
    event = rules.event(rules.ladder_event)
    missing: list[str] = []
    if event is not None:
        told = {"to": ("",)}
        proposal = books.Proposal(
            found, event, found.latest, told, ledger.book, has_files=True
        )
        missing = [p.what for p in books.refusals(proposal)]
    return {
        "case": found.id,
        "missing": missing,
        "ladder": books.climb_ladder(found, ledger.book),
    }


def committee_report(ledger: Ledger, case: str) -> dict[str, Any]:
    """Return what the ledger tells of a case, for a report to the committee.

    Persons are labels in it; a case of minors is told without schools, ages and
    places as well.
    """
    found = books.find_case(ledger.cases(), case)
    told = books.tell_case(found, ledger.book)
    told = for_outside(
        told,
        ("title", "parts"),
        found,
        profile="public",
        subjects=() if found.lead is None else (found.lead.subject,),
        templates=papers_folder().parent,
    )
    if is_case_of_minors(found, ledger.book):
        told = without_minors(told, ("title", "parts"))
    return {**told, "head": ledger.head().hash}


def briefing(ledger: Ledger, year: int, as_of: dt.date | None = None) -> dict[str, Any]:
    """Return the year, who has not answered, and by which means to supervise."""
    told = annual_report(ledger, year, as_of)
    silent = [a["agency"] for a in told["agencies"] if a["unanswered"]]
    tools = books.tools_of(ledger.book, span_of(year, as_of)[1])
    return {**told, "silent": silent, "tools": tools}


def span_of(year: int, as_of: dt.date | None = None) -> tuple[dt.date, dt.date]:
    """Return the first and last day that a report of a year counts.

    Raises
    ------
    ArgumentError
        If `as_of` lies in another year.
    """
    if as_of is not None and as_of.year != year:
        what = f"统计截止日 {as_of} 不在{year}年"
        raise ArgumentError(Problem("", "--as-of", what))
    return dt.date(year, 1, 1), as_of or dt.date(year, 12, 31)


def annual_text(told: Mapping[str, Any]) -> str:
    """Return the annual analysis as Markdown."""
    labels, replies, names = told["labels"], told["replies"], load_names()
    gaps = [
        f"- {names.topic(g['matter'])}：{g['cases']} 件，"
        f"涉及 {'、'.join(g['agencies']) or '—'}"
        for g in told["gaps"]
    ]
    repeated = [a["agency"] for a in told["agencies"] if a["repeated"]]
    amounts = [f"- {labels[k]}：{v}" for k, v in told["recovered"].items()]
    return _joined(
        f"# 行政检察年度分析（{told['from']} 至 {told['to']}）",
        "## 办案数量",
        [f"- {labels[k]}：{v}" for k, v in told["counts"].items()],
        "## 回复",
        f"- 期限届满的 {replies['due']} 件，回复 {replies['replied']} 件"
        f"（{_percent(replies['reply_share'])}），按期 {replies['on_time']} 件"
        f"（{_percent(replies['on_time_share'])}），"
        f"没有回复、案件已经终结 {replies['ended_unanswered']} 件",
        "## 跟进结果",
        [f"- {names.outcome(k)}：{v} 件" for k, v in told["outcomes"].items()],
        "## 追回与恢复",
        amounts,
        "## 反复被建议的机关",
        [f"- {name}" for name in repeated],
        "## 同类问题（可能是制度缺失、管理漏洞，待分析）",
        gaps,
        _source(told),
    )


def scorecard_text(told: Mapping[str, Any]) -> str:
    """Return the rows of agencies as a Markdown table."""
    head = "| 机关 | 检察建议 | 期限届满 | 回复 | 按期 | 未回复 | 跟进结果 | 诉讼 |"
    rows = [head, "|---|---|---|---|---|---|---|---|"]
    names = load_names()
    for row in told["agencies"]:
        replies = row["replies"]
        seen = "、".join(f"{names.outcome(k)} {v}" for k, v in row["outcomes"].items())
        rows.append(
            f"| {row['agency']} | {row['suggestions']} | {replies['due']} "
            f"| {replies['replied']} | {replies['on_time']} | {row['unanswered']} "
            f"| {seen or '—'} | {row['suits']} |"
        )
    title = f"# 依法履职情况（{told['from']} 至 {told['to']}）"
    return _joined(title, rows, _source(told))


def digest_text(told: Mapping[str, Any]) -> str:
    """Return an anonymous digest as Markdown."""
    outcome, names = told["outcome"], load_names()
    return _joined(
        f"# {names.track(told['track'])}案例摘要（已隐去名称）",
        [f"- 事项：{names.topic(told['matter'])}", f"- 目前：{told['state']}"],
        [f"- 跟进结果：{names.outcome(outcome)}"] if outcome else [],
        "## 授权依据",
        [f"- {words}" for words in told["basis"]],
        "## 经过",
        [f"- {step}" for step in told["steps"]],
    )


def escalation_text(told: Mapping[str, Any]) -> str:
    """Return the ladder as Markdown, and what is missing before it."""
    missing = [f"- 尚缺：{words}" for words in told["missing"]]
    return _joined(
        f"# 升级途径（案件 {told['case']}）",
        missing or ["- 条件已具备"],
        [
            f"{n}. {r['to']}{r['basis']}（{r['id']}）"
            + "".join(f"\n   - 尚缺：{words}" for words in r["missing"])
            for n, r in enumerate(told["ladder"], 1)
        ],
    )


def committee_text(told: Mapping[str, Any]) -> str:
    """Return a report on one case as Markdown; its number stays blank."""
    matter = load_names().topic(told["matter"])
    parts: list[str | list[str]] = []
    for zh, lines in told["parts"].items():
        parts += [f"## {zh}", [f"- {line}" for line in lines]]
    return _joined(
        f"# 关于{told['title']}的报告（草稿）",
        "文号：〔　　〕　　号",
        [
            f"- 行政机关：{told['agency'] or '—'}",
            f"- 事项：{matter}，事实发生日 {told['fact_date']}",
            f"- 目前：{told['state']}",
            f"- 报告的依据{told['basis']}",
        ],
        *parts,
        _source(told),
    )


def briefing_text(told: Mapping[str, Any]) -> str:
    """Return the year with the means of supervision as Markdown."""
    return _joined(
        annual_text(told).rstrip(),
        "## 逾期没有回复的机关",
        [f"- {name}" for name in told["silent"]] or ["- 无"],
        "## 可以采取的监督方式",
        [f"- {tool['to']}{tool['basis']}" for tool in told["tools"]],
    )


def _percent(share: str | None) -> str:
    return "—" if share is None else f"{100 * float(share):.1f}%"


def _source(told: Mapping[str, Any]) -> str:
    return f"由账本逐条统计，链头 {told['head']}，可以重算；结论待核查。"


def _joined(*parts: str | Iterable[str]) -> str:
    blocks = [p if isinstance(p, str) else "\n".join(p) for p in parts]
    return "\n\n".join(block for block in blocks if block) + "\n"
