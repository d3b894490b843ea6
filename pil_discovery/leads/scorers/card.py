"""The model card: where a score comes from, how it fared, and what it is not for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.leads.scorers.choice import RUNGS_ZH
from pil_discovery.leads.scorers.explanation import feature_words
from pil_discovery.leads.scorers.terms import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pil_discovery.leads.scorers.spec import ScorerSpec
    from pil_discovery.leads.scorers.terms import Curves, Term

_LIMITS = (
    "用途：给尚未核查的线索排先后。分数只说“先看哪一件”，不说“违法”；每一件都由人判断。",
    "标签是核查、立案的记录，不是事实本身：没有查过的、查而未登记的，模型不知道。",
    "核查对象若不是随机选出，属实率会有偏差，没有方法能够验证这种偏差已经消除。",
    "没有查过的不等于不属实，没有一种正例—未标注（PU）方法经过验证。",
    "只可用于与所学数据同一来源、同一口径的登记；换了地方或口径，先做 pil backtest。",
    "个人信息不进入模型；谁检查、谁举报不进入排序。",
)


def model_card(
    rung: str, spec: ScorerSpec, curves: Curves, facts: Mapping[str, Any]
) -> str:
    """Write the card as Chinese Markdown.

    Parameters
    ----------
    rung, spec, curves, facts
        As in `Scorer`.
    """
    return "\n".join(
        [
            f"# 评分模型卡：{RUNGS_ZH[rung]}",
            "",
            *_origin(facts.get("training")),
            "",
            *_columns(spec),
            "",
            *_choice(facts.get("choice", {})),
            "",
            *_later(facts.get("later")),
            "",
            *_calibration(facts.get("calibration", {})),
            "",
            "## 各特征的作用（对数几率）",
            "",
            *(f"- {_term_words(term)}" for term in curves.terms),
            "",
            "## 用途与局限",
            "",
            *(f"- {limit}" for limit in _LIMITS),
            "",
        ]
    )


def _origin(told: Mapping[str, Any] | None) -> Iterator[str]:
    yield "## 从什么学来"
    yield ""
    if told is None:
        yield "没有记载。"
        return
    yield (
        f"{told['first']} 至 {told['last']} 的 {told['checks']} 次核查，"
        f"属实 {told['confirmed']} 次（{told['confirmed'] / told['checks']:.1%}）；"
        f"其中 {told['learned_from']} 次有足够的此前记录，用于学习。"
    )
    yield f"所学数据的 SHA-256：`{told['sha256']}`"


def _columns(spec: ScorerSpec) -> Iterator[str]:
    yield "## 各列的用途"
    yield ""
    yield f"- 结果“{spec.target}”（大于零为属实），日期“{spec.time}”"
    yield f"- 对象“{spec.entity}”"
    told = (
        ("地方", spec.place),
        ("种类", spec.category),
        ("检查前已知的数", spec.numeric),
        ("只用以前各次的结果", spec.outcomes),
        ("只作对照、不参加排序", spec.process),
    )
    for words, columns in told:
        if columns:
            yield f"- {words}：{'、'.join(columns)}"


def _choice(told: Mapping[str, Any]) -> Iterator[str]:
    yield "## 为什么是这一级"
    yield ""
    if told.get("told"):
        yield "由使用者指定。"
    least = told.get("least_confirmed", {})
    limits = "，".join(f"{RUNGS_ZH[r]} {n}" for r, n in least.items() if n)
    yield f"各级所需的属实核查数：{limits or '没有记载'}（设计值，不是实测的分界）。"
    compared = {
        f"{RUNGS_ZH[rung]}的 AUC 比随机": gain
        for rung, gain in told.get("over_chance_auc", {}).items()
    }
    compared["可加单调提升的 AUC 比岭回归"] = told.get("additive_over_ridge_auc")
    for words, gain in compared.items():
        if gain is not None:
            interval = f"95% 区间 {gain[1]:+.4f} 至 {gain[2]:+.4f}"
            yield f"- 在较晚的核查上，{words}高 {gain[0]:+.4f}（{interval}）"
    yield "- 较晚的核查若表明岭回归与随机无异，就退回积分卡。"
    yield "- 可加单调提升只在比岭回归高、区间在零以上时采用。"
    yield "- 每一级都掺入下一级：属实的核查越少，下一级占得越多。"
    for number, fold in enumerate(told.get("folds", ()), 1):
        auc = "，".join(f"{RUNGS_ZH[r]} {v:.3f}" for r, v in fold["auc"].items())
        size = f"{fold['checks']} 次，属实 {fold['confirmed']} 次"
        yield f"- 第 {number} 段 {size}：AUC {auc}"


def _later(told: Mapping[str, Any] | None) -> Iterator[str]:
    yield "## 在较晚的核查上"
    yield ""
    if told is None:
        yield "核查太少，没有较晚的核查可以评判：不知道排得准不准。"
        return
    yield (
        f"{told['checks']} 次核查，属实 {told['confirmed']} 次；"
        "每一段只用此前的核查来学。"
    )
    if told["auc"] is not None:
        value, low, high = told["auc"]
        yield f"- AUC {value:.3f}（95% 区间 {low:.3f} 至 {high:.3f}；0.5 与随机无异）"
    yield f"- Brier {told['brier']:.4f}"
    yield (
        f"- ECE {told['ece']:.3f}，完全校准时也会有 {told['ece_floor']:.3f}；"
        "校准用的就是这些核查，略偏乐观，另见 pil backtest"
    )


def _calibration(told: Mapping[str, Any]) -> Iterator[str]:
    yield "## 概率怎样校准"
    yield ""
    if not told.get("checks"):
        yield "核查太少，没有校准：概率只供排序，不要当作预期属实率。"
        return
    if told["slope"] == 0:
        yield f"{told['checks']} 次较晚的核查表明没有学到可用的东西：所有线索同分。"
        return
    line = f"{told['slope']:.4f} × 原分 {told['start']:+.4f}"
    yield (
        f"用 {told['checks']} 次较晚的核查拟合：对数几率 = {line}；"
        "斜率 1、截距 0 表示原样可信。下面各特征的作用已乘斜率。"
    )


def _term_words(term: Term) -> str:
    words = feature_words(term.feature)
    if isinstance(term, Line):
        return (
            f"{words}：每增加 1 加 {term.slope:+.4f}，以 {term.centre:.4f} 为零点，"
            f"在 {term.low:.4f} 至 {term.high:.4f} 之间计"
        )
    low, high = min(term.values), max(term.values)
    return f"{words}：{len(term.values)} 级，{low:+.4f} 至 {high:+.4f}"
