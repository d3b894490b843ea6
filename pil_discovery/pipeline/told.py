"""A lead explained: what is known of it, as lines of text and as a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pil_discovery.findings import text_key
from pil_discovery.report.privacy import mask_sentence
from pil_discovery.text.amounts import measure_words
from pil_discovery.text.ground import layer_words, overlap_words
from pil_discovery.text.name_links import link_words
from pil_discovery.text.periods import source_words
from pil_discovery.text.picture_quality import quality_line
from pil_discovery.types.markup import CAUTION, table_html

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pil_discovery.pipeline.avenues import Outlook
    from pil_discovery.types import Finding, Lead, Source

_PARTS = (
    ("certainty", "确定性 C"),
    ("verifiability", "可查性 V"),
    ("harm", "损害 H"),
    ("inaction", "不作为 I"),
    ("urgency", "紧迫 U"),
    ("scale", "规模 S"),
)


@dataclass(frozen=True)
class Told:
    """A lead with the findings behind it, ready to be read.

    `runs` are how its models ran, as `run.json` tells; `units` name the units of
    measures; `members` the single leads of a class by rank; `inside` the class that a
    single lead is in; `notes` say what could not be looked up; `outlook` where the lead
    may go.
    """

    lead: Lead
    findings: tuple[Finding, ...]
    citations: tuple[str, ...]
    sources: tuple[Source, ...] = ()
    as_of: dt.date | None = None
    runs: tuple[Mapping[str, Any], ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    members: tuple[Lead, ...] = ()
    inside: Lead | None = None
    notes: tuple[str, ...] = ()
    outlook: Outlook | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "lead": self.lead.model_dump(mode="json"),
            "findings": [f.model_dump(mode="json") for f in self.findings],
            "citations": list(self.citations),
            "sources": [s.model_dump(mode="json") for s in self.sources],
            "models": [dict(r) for r in self.runs],
            "members": [m.model_dump(mode="json") for m in self.members],
            "class": None if self.inside is None else self.inside.lead_id,
            "notes": list(self.notes),
            "outlook": None if self.outlook is None else self.outlook.as_dict(),
        }

    def lines(self) -> list[str]:
        """Return the explanation as lines of Chinese text."""
        lead = self.lead
        parts = "  ".join(f"{zh} {getattr(lead.parts, name)}" for name, zh in _PARTS)
        return [
            f"{lead.rank}. {lead.title_zh}",
            f"编号 {lead.lead_id}  得分 {lead.score}  {parts}",
            f"应履职机关：{lead.agency or '待确定'}",
            *_class_lines(self.inside),
            *(
                line
                for title, lines in self.sections().items()
                for line in (f"【{title}】", *(f"  · {one}" for one in lines))
            ),
        ]

    def sections(self) -> dict[str, list[str]]:
        """Return what is there to be said, by heading; no heading without words."""
        lead, findings = self.lead, self.findings
        told = {
            "度量": [f"{k}：{v}" for k, v in self._amounts(lead).items()],
            "模型": [_model(r) for r in self.runs],
            "成员线索": [self._member(m) for m in self.members],
            "发现": [f.sentence_zh for f in findings],
            "名称写法": _spellings(lead, findings),
            "主键": [_key(f) for f in findings],
            "空间比对": _ground(findings),
            "影像质量": _pictures(findings),
            "图层版本": _layers(findings),
            "来源行": _rows(findings),
            "数据来源": [_origin(s, self.as_of) for s in self.sources],
            "注意": list(self.notes),
            "依据（按事实发生日）": list(self.citations),
            "评分说明": list(lead.reasons),
            "尚缺": list(lead.missing),
            "所用标准": _rates(findings),
            "已适用的排除条件": _exclusions(findings),
            "核实要点": list(lead.verify),
            "下一步": [_step(s) for s in lead.steps],
            **({} if self.outlook is None else self.outlook.sections()),
        }
        return {title: list(lines) for title, lines in told.items() if lines}

    def _repr_html_(self) -> str:
        """Show the explanation in a notebook, a row for each line."""
        told = self.sections().items()
        rows = [(title, line) for title, lines in told for line in lines]
        heads = (
            ("得分", self.lead.score),
            ("行政机关", self.lead.agency or "待确定"),
        )
        title = f"{self.lead.rank}. {self.lead.title_zh}"
        return table_html(title, (), (*heads, *rows, ("", CAUTION)))

    def _amounts(self, lead: Lead) -> dict[str, str]:
        return measure_words(lead.measures, self._run_of(lead), self.units)

    def _run_of(self, lead: Lead) -> Mapping[str, Any] | None:
        return next((r for r in self.runs if r["id"] == lead.model), None)

    def _member(self, lead: Lead) -> str:
        known = {k: v for k, v in lead.measures.items() if v is not None}
        told = measure_words(known, self._run_of(lead), self.units)
        amounts = "，".join(f"{k} {v}" for k, v in told.items())
        about = "；".join(part for part in (lead.title_zh, amounts) if part)
        return f"{lead.rank}. {lead.score}  {lead.lead_id[:12]}  {about}"


def _key(finding: Finding) -> str:
    """Write model and key as `pil models explain` takes them."""
    return mask_sentence(f"{finding.code} {text_key(finding.key.values())}")


def _spellings(lead: Lead, findings: Sequence[Finding]) -> list[str]:
    """Say under which names registers know the subject, and what joins them."""
    names = [f"同一主体的写法：{'、'.join(lead.spellings)}"] if lead.spellings else []
    links = dict.fromkeys(link for f in findings for link in f.links)
    return names + [link_words(link) for link in links]


def _class_lines(inside: Lead | None) -> list[str]:
    if inside is None:
        return []
    return [f"所属类案：{inside.rank}. {inside.title_zh}（{inside.lead_id[:12]}）"]


def _model(run: Mapping[str, Any]) -> str:
    """Say how the model ran, what it flags, and what checks of its leads showed."""
    counts, quality = run["counts"], run.get("quality") or {}
    share, checked = quality.get("share"), quality.get("checked")
    flagged = "" if share is None else f"（标出 {100 * Decimal(share):.1f}%）"
    seen = (
        f"已核查 {checked} 件、属实 {quality['confirmed']} 件"
        if checked
        else "尚无核查记录"
    )
    local = f"；本地文件 {run['file']}" if run.get("local") else ""
    alarms = "".join(f"；注意：{alarm}" for alarm in quality.get("alarms", ()))
    return (
        f"{run['code']} {run['id']} {run['version']}：总体 {counts['population']}，"
        f"命中 {counts['hit']}，复核 {counts['review']}，排除 {counts['dropped']}，"
        f"未知 {counts['unknown']}，未见 {counts['clear']}{flagged}；"
        f"{seen}{local}{alarms}"
    )


def _rows(findings: Sequence[Finding]) -> list[str]:
    places = (
        f"{r.source}{f'［{r.sheet}］' if r.sheet else ''} 第{r.row}行"
        for f in findings
        for r in f.records
    )
    return list(dict.fromkeys(places))


def _ground(findings: Sequence[Finding]) -> list[str]:
    """Say what was measured, how sure it is, and which zones counted."""
    overlaps = (o for f in findings for o in f.overlaps)
    return list(
        dict.fromkeys(
            "；".join(f"{k} {v}" for k, v in overlap_words(o).items()) for o in overlaps
        )
    )


def _pictures(findings: Sequence[Finding]) -> list[str]:
    """Say how far the pictures bear the findings, gate by gate."""
    known = (f.quality for f in findings if f.quality is not None)
    return list(dict.fromkeys(quality_line(q) for q in known))


def _layers(findings: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(layer_words(v) for f in findings for v in f.layers))


def _rates(findings: Sequence[Finding]) -> list[str]:
    """Return each row of a rate table that the findings rest on, once."""
    return list(dict.fromkeys(r.words() for f in findings for r in f.rates))


def _origin(source: Source, as_of: dt.date | None) -> str:
    told = "；".join(f"{k} {v}" for k, v in source_words(source, as_of).items())
    return f"{source.file}：{told}"


def _exclusions(findings: Sequence[Finding]) -> list[str]:
    ends = {"drop": "排除", "review": "转复核", "downgrade": "降低确定性"}
    said = (f"{x.zh}（{ends[x.then]}）" for f in findings for x in f.exclusions)
    return list(dict.fromkeys(said))


def _step(step: dict[str, Any]) -> str:
    period = f"：{step['period_zh']}" if step.get("period_zh") else ""
    blocked = "；".join(step.get("blocked_by") or ())
    return f"{step['title_zh']}{period}" + (f"（{blocked}）" if blocked else "")
