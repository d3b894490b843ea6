"""How the findings came about: method card, rules, law versions, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.editions import edition
from pil_discovery.bundle.wording import printed_bases, remedy_words
from pil_discovery.bundle.words import citation, date_zh, validity
from pil_discovery.text.periods import NOT_GIVEN, archive_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import Archive, Model

_ALWAYS = (
    "面积为CGCS2000椭球面积，区间为百分之五至百分之九十五分位数。",
    "PDF由typst按PDF/A-2b生成，未经其他工具验证。",
    "校验值只能证明装包以后没有改动，不能证明来源数据本身真实。",
)
_STATES = {
    "hit": "命中",
    "review": "待复核",
    "dropped": "已排除",
    "unknown": "不能判断",
}


def method_card(request: BundleRequest, evidence: Evidence) -> str:
    """Return the method in the order of published model cards.

    数据来源 → 数据清洗 → 步骤 → 线索清单 → 核实要点.
    """
    lines = [
        f"# 方法说明\n\n数据截止日期：{date_zh(request.as_of)}。所列情况均待核查。"
    ]
    lines += ["## 数据来源", *_source_lines(evidence)]
    lines += ["## 数据清洗", *_cleaning_lines(evidence)]
    for model in request.lead_models:
        lines += _model_lines(model)
    lines += ["## 所用标准", *_bullets(_rates(request))]
    lines += ["## 线索清单", *_finding_lines(evidence)]
    lines += ["## 核实要点", *_bullets(_verify_points(request))]
    return "\n\n".join(lines) + "\n"


def rules(request: BundleRequest) -> dict[str, Any]:
    """Return the models as they ran, with the parameters that the scan recorded."""
    runs = [r for r in request.run.get("models", []) if isinstance(r, dict)]
    ids = {m.id for m in request.lead_models}
    return {
        "models": [
            m.model_dump(exclude={"examples"}, exclude_none=True)
            for m in request.lead_models
        ],
        "runs": [r for r in runs if r.get("id") in ids],
    }


def legal_basis(request: BundleRequest) -> dict[str, Any]:
    """Return every basis with its version, and whether a document may cite it."""
    printed = {b.id for b in printed_bases(request)}
    return {
        "fact_date": request.lead.fact_date,
        "fact_last_date": request.lead.fact_last_date,
        "bases": [
            {
                **b.model_dump(),
                "citation": citation(b),
                "in_force": validity(b),
                "printed": b.id in printed,
                "why": (told := edition(request, b))["why"],
                "then": told["then"],
            }
            for b in request.bases
        ],
    }


def limits(request: BundleRequest, evidence: Evidence) -> str:
    """Return what the bundle does not show, for its reader."""
    gaps = [m.data_gap for m in request.lead_models if m.data_gap]
    missing = [*request.lead.missing, *(x for f in request.findings for x in f.missing)]
    doubts = [e.zh for f in request.findings for e in f.exclusions]
    doubts += [u for f in request.findings for u in f.undecided]
    used = {_dataset(request, r.dataset) for f in request.findings for r in f.records}
    absent = [*_absent_clears(request), *_absent_origins(request)]
    wordless = [c for c, words in remedy_words(request).items() if not words]
    return (
        "\n\n".join(
            [
                "# 局限说明",
                "本证据包由数据筛查形成，仅供核查使用，不是对任何单位或者个人是否违法的认定。",
                f"## 所用数据集\n\n{_list(sorted(used))}",
                f"## 尚缺的数据\n\n{_list([*missing, *absent])}",
                f"## 模型没有计算的部分\n\n{_list(gaps)}",
                f"## 虚构的示例标准\n\n{_list(_made_up(request))}",
                f"## 需要进一步核实的情形\n\n{_list(doubts)}",
                f"## 没有载入文本、文书不得引用的依据\n\n{_list(_uncited(request))}",
                f"## 没有中文写法、建议书只作一般表述的处理措施\n\n{_list(wordless)}",
                f"## 各项发现的状态\n\n{_list(_states(evidence))}",
                f"## 关于面积、坐标和文件\n\n{_list(_ALWAYS)}",
            ]
        )
        + "\n"
    )


def _dataset(request: BundleRequest, name: str) -> str:
    known = request.datasets.get(name)
    return f"{known.title.zh}（{name}）" if known else name


def _source_lines(evidence: Evidence) -> list[str]:
    return _bullets(
        f"{s['item']}　{printable(s['statement'])}：{printable(s['file'])}，"
        f"提供单位{printable(s['issuer'] or NOT_GIVEN)}，"
        f"取得日期{s['obtained'] or NOT_GIVEN}，{s['covers']}，"
        f"SHA-256 {s['sha256']}{_packed(s['archive'])}"
        for s in evidence.sources
    )


def _packed(archive: Archive | None) -> str:
    return f"，出自压缩包{printable(archive_words(archive))}" if archive else ""


def _cleaning_lines(evidence: Evidence) -> list[str]:
    return _bullets(
        f"{s['item']}　读入{s['rows_read']}行，使用{s['rows_used']}行，"
        f"隔离{s['rows_quarantined']}行"
        for s in evidence.sources
    )


def _model_lines(model: Model) -> list[str]:
    parameters = [
        f"{name} = {p.value} {p.unit}（{p.why}）"
        for name, p in model.parameters.items()
    ]
    steps = [
        f"{s.table}：\n\n```sql\n{s.sql.strip()}\n```" if hasattr(s, "sql") else s.table
        for s in model.steps
    ]
    return [
        f"## 步骤：{model.title.zh}（{model.code}，{model.id}@{model.version}）",
        model.why,
        *_bullets(parameters),
        *(f"{n}. {step}" for n, step in enumerate(steps, 1)),
        f"候选与判断：\n\n```sql\n{model.population.sql.strip()}\n```",
        *_bullets(f"排除情形：{e.zh}（{e.when}）" for e in model.exclusions),
    ]


def _rates(request: BundleRequest) -> list[str]:
    """Return each row of a rate table that a finding rests on, once."""
    used = (r.words() for f in request.findings for r in f.rates)
    return list(dict.fromkeys(map(printable, used)))


def _made_up(request: BundleRequest) -> list[str]:
    rates = [r for f in request.findings for r in f.rates if r.fictional]
    return [f"{r.words()}，据以测算的金额不得引用" for r in rates]


def _finding_lines(evidence: Evidence) -> list[str]:
    return _bullets(
        f"{f['item']}　{_STATES[f['state']]}：{printable(f['statement'])}（待核查）"
        for f in evidence.facts
    )


def _verify_points(request: BundleRequest) -> list[str]:
    points = request.lead.verify or tuple(
        v for m in request.lead_models for v in m.verify
    )
    return list(dict.fromkeys(points))


def _absent_clears(request: BundleRequest) -> list[str]:
    ids = {m.id for m in request.lead_models}
    runs = [r for r in request.run.get("models", []) if isinstance(r, dict)]
    names = [n for r in runs if r.get("id") in ids for n in r.get("missing_clears", ())]
    return [f"可能排除线索的数据未提供：{n}" for n in names]


def _absent_origins(request: BundleRequest) -> list[str]:
    return [
        f"来源信息缺失：{image.file}：{'、'.join(image.missing)}"
        for image in request.images
        if image.missing
    ]


def _uncited(request: BundleRequest) -> list[str]:
    printed = {b.id for b in printed_bases(request)}
    return [
        f"{b.id}：{b.note or b.summary_zh}"
        for b in request.bases
        if b.id not in printed
    ]


def _states(evidence: Evidence) -> list[str]:
    return [f"{f['item']}：{_STATES[f['state']]}" for f in evidence.facts]


def _bullets(lines: Iterable[str]) -> list[str]:
    text = "\n".join(f"- {line}" for line in lines)
    return [text] if text else ["（无）"]


def _list(lines: Iterable[str]) -> str:
    return _bullets(dict.fromkeys(printable(line) for line in lines))[0]
