"""Why a lead stands where it stands, and what would raise it, in Chinese sentences.

Nothing here accuses: a lead is to be verified (待核查).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.leads import formula, measures, proof

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from pil_discovery.leads.groups import Group
    from pil_discovery.leads.measures import Measure
    from pil_discovery.leads.precision import Kin, Precision
    from pil_discovery.leads.proof import Proof
    from pil_discovery.types import Finding, Fired, Lead, Model, Parts, Refinement
    from pil_discovery.types.models import Evidence, HarmMeasure

EVIDENCE_ZH: dict[Evidence, str] = {
    "register": "登记比对类",
    "balance": "数量推算类",
    "imagery": "仅凭影像类",
}
ROUTES_ZH = {"admin": "行政公益诉讼", "civil": "民事公益诉讼", "none": "未定路线"}
SIGNALS_ZH = {"inaction": "不作为", "urgency": "紧迫性", "scale": "影响规模"}


@dataclass(frozen=True)
class Harm:
    """One measure of harm between its anchors; `unit` is what readers call it."""

    rule: HarmMeasure
    name: str
    unit: str
    amount: Measure
    share: float


@dataclass(frozen=True)
class Weights:
    """Everything that the parts of one score were computed from.

    `precision` is what checks say of the model.
    """

    precision: Precision
    shifts: tuple[formula.Shift, ...]
    harms: tuple[Harm, ...]
    signals: Mapping[str, tuple[Fired, ...]]
    proof: Proof
    refinement: Refinement | None = None


def harms_of(
    model: Model, amounts: Mapping[str, Measure], units: Mapping[str, str]
) -> tuple[Harm, ...]:
    """Return the measures of harm of a model between its anchors.

    Parameters
    ----------
    amounts
        Measure → amount; what is missing is unknown.
    units
        Symbol → name of a unit for readers.
    """
    return tuple(
        Harm(
            rule=rule,
            name=model.labels.get(rule.measure, rule.measure),
            unit=units.get(model.measures[rule.measure], model.measures[rule.measure]),
            amount=amounts.get(rule.measure),
            share=formula.severity(amounts.get(rule.measure), rule.floor, rule.cap),
        )
        for rule in model.harm
    )


def of_single(parts: Parts, weights: Weights) -> tuple[str, ...]:
    """Explain every part of a single lead; the first sentence is the score."""
    sentences = [
        score_sentence(parts, "admin"),
        certainty_sentence(parts, weights),
        *verifiability_sentences(weights.proof),
        harm_sentence(parts, weights.harms),
    ]
    sentences += [
        signal_sentence(SIGNALS_ZH[name], getattr(parts, name), fired)
        for name, fired in weights.signals.items()
    ]
    return tuple(sentences)


def score_sentence(parts: Parts, route: str) -> str:
    """Print the formula with the parts filled in."""
    return (
        f"得分 {formula.score(parts)} = 100 × 确定性 {parts.certainty}"
        f" × √可查性 {parts.verifiability}"
        f" ×（0.45 × 损害 {parts.harm} + 0.25 × 不作为 {parts.inaction}"
        f" + 0.15 × 紧迫性 {parts.urgency} + 0.15 × 影响规模 {parts.scale}）；"
        f"按{ROUTES_ZH[route]}路线计，事实待核查"
    )


def certainty_sentence(parts: Parts, weights: Weights) -> str:
    """Explain certainty: the prior of the class and every step on the logit."""
    steps = [f"{s.zh} {_signed(s.amount)}" for s in weights.shifts]
    why = _start(weights.precision)
    scale = "（各步在对数几率上加减）" if steps else ""
    learned = _learned(weights)
    return f"确定性 {parts.certainty}：{'；'.join([why, *steps])}{scale}{learned}"


def _learned(weights: Weights) -> str:
    """Say what many checks made of the certainty of the points card."""
    by = weights.refinement
    if by is None:
        return ""
    before = formula.rounded(formula.certainty(weights.precision.mean, weights.shifts))
    return (
        f"，得 {before}；再按 {by.checked} 件核查学得的校准：对数几率 = {by.start}"
        f" + {by.certainty} × {before} 的对数几率 + {by.verifiability} × 可查性（行政）"
        f" + {by.inaction} × 不作为"
    )


def _start(known: Precision) -> str:
    """Explain where certainty starts: prior, kin, and own checks."""
    alpha, beta = formula.PRIORS[known.evidence]
    kin = ""
    if known.leans:
        kin = (
            f"，参照同类其他模型的核查（其他领域{_kin(known.elsewhere)}，"
            f"本领域{_kin(known.field)}）后为 {known.base}"
        )
    own = f"，已核查 {known.checked} 件、属实 {known.confirmed} 件"
    seen = own if known.checked else ""
    start = formula.rounded(known.mean)
    return f"{EVIDENCE_ZH[known.evidence]}模型先验 {alpha}:{beta}{kin}{seen}（{start}）"


def _kin(kin: Kin) -> str:
    return f"计 {kin.checked} 件、属实计 {kin.confirmed} 件"


def verifiability_sentences(found: Proof) -> list[str]:
    """Explain verifiability, one sentence for each route open to the field."""
    admin = f"可查性（行政）{formula.rounded(found.admin())}："
    sentences = [admin + _elements(found, proof.ADMIN)]
    if found.civil_open:
        civil = f"可查性（民事）{formula.rounded(found.civil())}：六项之外另计"
        doubled = "（各计两次）"
        sentences.append(civil + _elements(found, proof.CIVIL) + doubled)
    return sentences


def harm_sentence(parts: Parts, harms: Sequence[Harm]) -> str:
    """Explain harm: each amount, its anchors and its share."""
    if not harms:
        return f"损害 {parts.harm}：模型没有规定损害度量"
    return f"损害 {parts.harm}：{'；'.join(_harm(h) for h in harms)}"


def signal_sentence(title: str, value: Decimal, fired: Sequence[Fired]) -> str:
    """Explain inaction, urgency or scale: the signals that fired, with weights."""
    if not fired:
        return f"{title} {value}：没有触发任何情形"
    words = "；".join(f"{s.zh}（权重 {s.weight:g}）" for s in fired)
    return f"{title} {value}：{words}"


def missing(weights: Weights, further: Sequence[str]) -> tuple[str, ...]:
    """Say what would raise a lead: elements of proof first, then gaps in the data."""
    found = weights.proof
    gains = _gains("行政", found.absent(proof.ADMIN), found.admin)
    if found.civil_open:
        gains += _gains("民事", found.absent(proof.CIVIL), found.civil)
    return tuple(dict.fromkeys([*gains, *further]))


def gaps(
    findings: Sequence[Finding],
    carrying: Sequence[Finding],
    known: tuple[Sequence[str], Mapping[str, str]],
) -> tuple[str, ...]:
    """Say what the data left open.

    Parameters
    ----------
    findings, carrying
        All findings of the lead, and those that its score rests on.
    known
        Clearing data sets that were not given, and measure → unit of the model.
    """
    absent, units = known
    beside = len(findings) - len(carrying)
    sentences = [
        *([f"另有{beside}条须复核的结果未计入金额、数量和评分"] if beside else []),
        *([f"主体不一致：{_parties(carrying)}，请核对"] * _differ(carrying)),
        *(f"度量 {n} 有{c}条结果缺值，合计为下限" for n, c in _short(carrying, units)),
        *(m for f in findings for m in f.missing),
        *(f"未能判断的排除情形：{u}" for f in findings for u in f.undecided),
        *(f"补充可能排除命中的数据：{name}" for name in absent),
        *(
            f"提供当地的《{r.title}》及其文号：现用虚构的示例值，金额不得引用"
            for f in findings
            for r in f.rates
            if r.fictional
        ),
    ]
    return tuple(dict.fromkeys(sentences))


def of_class(
    members: Sequence[Lead], middle: Lead, harms: Sequence[Harm]
) -> tuple[str, ...]:
    """Explain a class lead: harm on totals, the other parts of its median member."""
    parts = middle.parts.model_copy(
        update={"harm": formula.rounded(formula.any_of(h.share for h in harms))}
    )
    median = (
        f"中位成员：{middle.title_zh}（线索 {middle.lead_id}，得分 {middle.score}）；"
        "除损害外各项取该成员的值"
    )
    return (
        score_sentence(parts, "admin"),
        f"类案：同一模型、同一机关的{len(members)}件线索，损害按合计计算",
        median,
        harm_sentence(parts, harms),
        *(r for r in middle.reasons[1:] if not r.startswith("损害 ")),
    )


def missing_in_class(members: Sequence[Lead]) -> tuple[str, ...]:
    """Count what is missing over the members, most frequent first."""
    counts = Counter(sentence for m in members for sentence in m.missing)
    return tuple(f"{sentence}（{n}件线索）" for sentence, n in counts.most_common())


def subject(findings: Sequence[Finding]) -> tuple[str | None, str | None]:
    """Name the one subject of findings, or nobody when they differ.

    Findings with one code are one subject, whatever the spelling of its name.
    """
    names = _names(findings)
    codes = list(dict.fromkeys(f.subject_code for f in findings if f.subject_code))
    if _differ(findings):
        return None, None
    return next(iter(names), None), next(iter(codes), None)


def spellings(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the names of the one subject of findings, where there are several."""
    if _differ(findings):
        return ()
    joined = [i for f in findings for i in f.links if i.decision == "same"]
    names = dict.fromkeys(
        [*_names(findings), *(n for i in joined for n in (i.name, i.other))]
    )
    return tuple(names) if len(names) > 1 else ()


def title_zh(model: Model, group: Group) -> str:
    """Write the title: matter, subject, and that it is to be verified."""
    if group.kind == "class":
        return f"类案：{model.title.zh}（{len(group.members)}件线索，待核查）"
    return f"{model.title.zh}：{_whom(group)}（待核查）"


def title_en(model: Model, group: Group) -> str:
    """Write the English title."""
    title = model.title.en or model.title.zh
    if group.kind == "class":
        return f"Class: {title} ({len(group.members)} leads, to be verified)"
    return f"{title}: {_whom(group)} (to be verified)"


def _whom(group: Group) -> str:
    names = _names(group.findings)
    if names:
        return names[0] if len(names) == 1 else f"{names[0]}等"
    first = group.findings[0]
    key = "、".join(str(v) for v in first.key.values() if v is not None)
    return first.place or key or group.lead_id


def _names(findings: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(f.subject_name for f in findings if f.subject_name))


def _parties(findings: Sequence[Finding]) -> str:
    """Name who is meant; where the rows give no name, by their codes."""
    codes = dict.fromkeys(f.subject_code for f in findings if f.subject_code)
    return "、".join(_names(findings) or codes)


def _differ(findings: Sequence[Finding]) -> bool:
    codes = {f.subject_code for f in findings if f.subject_code}
    known = [(f.subject_code, f.subject_id) for f in findings]
    same = any(len({*s}) == 1 and s[0] for s in zip(*known, strict=True))
    return len(codes) > 1 or (len(_names(findings)) > 1 and not same)


def _short(
    findings: Sequence[Finding], units: Mapping[str, str]
) -> list[tuple[str, int]]:
    additive = [n for n, unit in units.items() if unit in measures.ADDITIVE]
    counts = measures.incomplete(findings, additive)
    return [(n, c) for n, c in counts.items() if c < len(findings)]


def _gains(route: str, absent: Sequence[str], value: Callable[..., float]) -> list[str]:
    before = formula.rounded(value())
    return [
        f"{proof.REMEDIES[e]}：{route}路线可查性可由 {before} 升至 "
        f"{formula.rounded(value(e))}"
        for e in absent
    ]


def _elements(found: Proof, names: Mapping[str, str]) -> str:
    held = [words for e, words in names.items() if found.elements[e]]
    lacking = [names[e] for e in found.absent(names)]
    there = f"具备{len(held)}项（{'、'.join(held)}）" if held else "一项也不具备"
    return f"{there}；欠缺：{'、'.join(lacking)}" if lacking else there


def _harm(harm: Harm) -> str:
    rule, unit = harm.rule, harm.unit
    anchors = f"锚点 {rule.floor:,.10g}～{rule.cap:,.10g} {unit}，对数刻度"
    anchor = f"（{rule.anchor}）" if rule.anchor else ""
    if harm.amount is None:
        return f"{harm.name} 未知，按 0 计；{anchors}{anchor}"
    share = formula.rounded(harm.share)
    return f"{harm.name} {harm.amount:,} {unit}，{anchors}{anchor}，计 {share}"


def _signed(amount: float) -> str:
    return f"{'+' if amount > 0 else '−'}{abs(amount):.1f}"
