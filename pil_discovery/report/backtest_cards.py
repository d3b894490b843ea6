"""The model card of a backtest: what was learned from, how it fared, what it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pil_discovery.report.backtests import (
    audit_sections,
    baselines_section,
    drift_section,
    folds_section,
    summary,
    warnings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pil_discovery.report.backtests import Section

MOST_GROUPS = 12
"""Groups of a column that the card shows, the largest."""
LIMITS = (
    "用途：给尚未核查的对象排先后。分数只说“先看哪一件”，不说“违法”；每一件都由人判断。",
    "标签是核查、立案的记录，不是事实本身：查而未登记的、没有查过的，都不在其中。",
    "没有查过的不等于不属实（正例—未标注，PU），哪些被查也不是随机的。",
    "没有一种 PU 方法经过验证；名单里应当留出一成以上随机抽查。",
    "指标只说这一份登记、这些时段。换地方、换口径、隔一年，先重做回测。",
    "个人信息不进入模型；谁检查、谁举报不进入排序，只作对照。",
)


@dataclass(frozen=True)
class Origin:
    """Which register was judged.

    Attributes
    ----------
    name, sha256
        File and its hash.
    rows_read, rows_used
        Rows of the file, and those that could be used.
    """

    name: str
    sha256: str
    rows_read: int
    rows_used: int


def backtest_card(
    told: Mapping[str, Any], origin: Origin, *, notes: tuple[str, ...] = ()
) -> str:
    """Write the card as Chinese Markdown.

    Parameters
    ----------
    told
        `Backtest.as_dict()`.
    origin
        The register.
    notes
        Further limits, before all others.
    """
    sections = [
        folds_section(told),
        baselines_section(told),
        drift_section(told),
        *audit_sections(told, MOST_GROUPS),
    ]
    lines = [
        f"# 评分模型卡（回测）：{origin.name}",
        "",
        *_data(told, origin),
        "",
        "## 指标",
        "",
        summary(told),
        *(f"\n注意：{warning}" for warning in warnings(told)),
        "",
        *(line for section in sections for line in _table(section)),
        "## 用途与局限",
        "",
        *(f"- {limit}" for limit in (*notes, *LIMITS)),
        "",
    ]
    return "\n".join(lines)


def _data(told: Mapping[str, Any], origin: Origin) -> Iterator[str]:
    spec, folds = told["spec"], told["folds"]
    checks = sum(f["checks"] for f in folds)
    confirmed = sum(f["confirmed"] for f in folds)
    yield "## 数据和标签"
    yield ""
    yield f"- 登记：{origin.name}，SHA-256 `{origin.sha256}`"
    yield f"- 行数：读入 {origin.rows_read}，使用 {origin.rows_used}"
    yield f"- 标签：“{spec['target']}”大于零为属实；日期“{spec['time']}”"
    yield f"- 对象：“{spec['entity']}”"
    words = {
        "place": "地方",
        "category": "种类",
        "numeric": "检查前已知的数",
        "outcomes": "只用以前各次的结果",
        "process": "只作对照、不参加排序",
    }
    for name, zh in words.items():
        if spec[name]:
            yield f"- {zh}：{'、'.join(spec[name])}"
    yield (
        f"- 评判：{folds[0]['first']} 至 {folds[-1]['last']} 的 {len(folds)} 个时段，"
        f"{checks} 次核查，属实 {confirmed} 次（{confirmed / checks:.1%}）；"
        "每个时段只用此前的核查来学"
    )


def _table(section: Section) -> Iterator[str]:
    yield f"### {section.title}"
    yield ""
    if section.note:
        yield section.note
        yield ""
    yield f"| {' | '.join(section.heading)} |"
    yield f"|{'---|' * len(section.heading)}"
    for row in section.rows:
        yield f"| {' | '.join(cell.replace('|', '／') for cell in row)} |"
    yield ""
