"""Reading a finished scan back, and explaining one of its leads."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import report
from pil_discovery.catalog import load_catalog, survey_catalog
from pil_discovery.catalog.workspace import named_folders
from pil_discovery.errors import PilError, Problem
from pil_discovery.findings import text_key
from pil_discovery.pipeline.avenues import outlook_of
from pil_discovery.report.privacy import mask_sentence
from pil_discovery.text.ground import layer_words, overlap_words
from pil_discovery.text.name_links import link_words
from pil_discovery.text.periods import source_words
from pil_discovery.text.picture_quality import quality_line
from pil_discovery.types import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.catalog import Catalog
    from pil_discovery.pipeline.avenues import Outlook
    from pil_discovery.types import Finding, Lead, Model

_PARTS = (
    ("certainty", "确定性 C"),
    ("verifiability", "可查性 V"),
    ("harm", "损害 H"),
    ("inaction", "不作为 I"),
    ("urgency", "紧迫 U"),
    ("scale", "规模 S"),
)
_PREFIX = 6


@dataclass(frozen=True)
class Told:
    """A lead with the findings behind it, ready to be read.

    `runs` are how its models ran, as `run.json` tells; `members` the single leads of a
    class by rank; `inside` the class that a single lead is in; `notes` say what could
    not be looked up; `outlook` where the lead may go.
    """

    lead: Lead
    findings: tuple[Finding, ...]
    citations: tuple[str, ...]
    sources: tuple[Source, ...] = ()
    as_of: dt.date | None = None
    runs: tuple[Mapping[str, Any], ...] = ()
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
            *_section("模型", [_model(r) for r in self.runs]),
            *_section("成员线索", [_member(m, self.runs) for m in self.members]),
            *_section("发现", [f.sentence_zh for f in self.findings]),
            *_section("名称写法", _spellings(self.lead, self.findings)),
            *_section("主键", [_key(f) for f in self.findings]),
            *_section("空间比对", _ground(self.findings)),
            *_section("影像质量", _pictures(self.findings)),
            *_section("图层版本", _layers(self.findings)),
            *_section("来源行", _rows(self.findings)),
            *_section("数据来源", [_origin(s, self.as_of) for s in self.sources]),
            *_section("注意", self.notes),
            *_section("依据（按事实发生日）", self.citations),
            *_section("评分说明", lead.reasons),
            *_section("尚缺", lead.missing),
            *_section("所用标准", _rates(self.findings)),
            *_section("已适用的排除条件", _exclusions(self.findings)),
            *_section("核实要点", lead.verify),
            *_section("下一步", [_step(s) for s in lead.steps]),
            *_outlook_lines(self.outlook),
        ]


def _outlook_lines(outlook: Outlook | None) -> list[str]:
    told = {} if outlook is None else outlook.sections()
    return [line for title, lines in told.items() for line in _section(title, lines)]


def _key(finding: Finding) -> str:
    """Write model and key as `pil models explain` takes them."""
    return mask_sentence(f"{finding.code} {text_key(finding.key.values())}")


def _spellings(lead: Lead, findings: Sequence[Finding]) -> list[str]:
    """Say under which names registers know the subject, and what joins them."""
    names = [f"同一主体的写法：{'、'.join(lead.spellings)}"] if lead.spellings else []
    links = dict.fromkeys(link for f in findings for link in f.links)
    return names + [link_words(link) for link in links]


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return [f"【{title}】", *(f"  · {line}" for line in lines)] if lines else []


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


def _member(lead: Lead, runs: Iterable[Mapping[str, Any]]) -> str:
    labels = {k: v for r in runs for k, v in (r.get("labels") or {}).items()}
    known = {k: v for k, v in lead.measures.items() if v is not None}
    amounts = "，".join(f"{labels.get(k, k)} {v}" for k, v in known.items())
    about = "；".join(part for part in (lead.title_zh, amounts) if part)
    return f"{lead.rank}. {lead.score}  {lead.lead_id[:12]}  {about}"


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


def read_leads(out: str | Path) -> list[Lead]:
    """Return the leads of a finished scan in order of rank.

    Raises
    ------
    PilError
        If the folder is not a finished scan.
    """
    return report.read_scan(Path(out))[2]


def find_lead(leads: Sequence[Lead], wanted: str | int) -> Lead:
    """Return the lead of this rank, or whose id begins so.

    Raises
    ------
    PilError
        If no lead fits, or several do.
    """
    wanted = str(wanted)
    if wanted.isdecimal() and len(wanted) < _PREFIX:
        fit = [lead for lead in leads if lead.rank == int(wanted)]
    else:
        fit = [lead for lead in leads if lead.lead_id.startswith(wanted)]
    if len(fit) == 1:
        return fit[0]
    what = f"没有线索 {wanted}" if not fit else f"{wanted} 对应 {len(fit)} 条线索"
    raise PilError(Problem("", "", what, "用 pil leads 查看序号和编号"))


def explain_lead(
    out: str | Path, wanted: str, *, workspace: str | Path | None = None
) -> Told:
    """Return a lead with its findings and the citations of its legal basis.

    Parameters
    ----------
    workspace
        Where local models are; default: where the workspace was when it was scanned.

    Raises
    ------
    PilError
        If the folder is not a finished scan, or no lead or several are meant.
    """
    run, findings, leads = report.read_scan(Path(out))
    lead = find_lead(leads, wanted)
    every = findings_of(lead, findings, leads)
    place = noted_workspace(Path(out)) if workspace is None else Path(workspace)
    models = scanned_models(run, place)
    known = run["basis"]  # as cited when it was scanned, local law included
    cited = [f"{known[i]['citation_zh']}（{i}）" for i in lead.basis if i in known]
    sources = [Source.model_validate(s) for s in run["sources"]]
    used = used_files(every, sources, models)
    return Told(
        lead,
        tuple(every),
        tuple(cited),
        tuple(s for s in sources if s.file in used),
        dt.date.fromisoformat(run["as_of"]),
        tuple(m for m in run["models"] if m["id"] == lead.model),
        tuple(m for m in leads if m.lead_id in lead.members),
        next((c for c in leads if lead.lead_id in c.members), None),
        tuple(_lost(m) for m in sorted({f.model for f in every} - models.keys())),
        outlook_of(
            lead,
            _catalog_of(place),
            models=models,
            as_of=dt.date.fromisoformat(run["as_of"]),
            jurisdiction=str(run["workspace"]["jurisdiction"]),
        ),
    )


def _catalog_of(workspace: Path | None) -> Catalog:
    """Return the catalogue, with the local folders of a workspace that is there."""
    folders = () if workspace is None else named_folders(workspace)
    if not folders:
        return load_catalog()
    return survey_catalog(folders, late=True).catalog


def scanned_models(run: Mapping[str, Any], workspace: Path | None) -> dict[str, Model]:
    """Return the models as they were when they ran: built-in ones and local ones.

    A local model whose file has changed since the scan or is gone is left out; so is
    the built-in one in whose place it ran.
    """
    hashes = {m["id"]: m["sha256"] for m in run["models"] if m.get("local")}
    known = {n: m for n, m in load_catalog().models.items() if n not in hashes}
    if not hashes or workspace is None:
        return known
    there = survey_catalog(named_folders(workspace), late=True).catalog.models
    same = {
        name: there[name]
        for name, sha256 in hashes.items()
        if name in there and _sha256(there[name]) == sha256
    }
    return {**known, **same}


def _sha256(model: Model) -> str | None:
    return None if model.origin is None else model.origin.sha256


def _lost(model: str) -> str:
    return (
        f"模型 {model} 的文件在筛查之后有改动，或者已不在工作区："
        "数据来源只列出来源行所在的文件，没有查到记录的登记未列"
    )


def used_files(
    findings: Iterable[Finding], sources: Iterable[Source], models: Mapping[str, Model]
) -> set[str]:
    """Return the files behind findings: of their rows, and those looked through.

    «No payment, permit or penalty on record» can be checked with the register alone,
    so every register that the models looked in counts, rows found or not.
    """
    found = list(findings)
    known = [models[f.model] for f in found if f.model in models]
    data = {d for m in known for d in (*m.data, *m.clears)} - {"image"}
    searched = {s.file for s in sources if s.dataset in data}
    return searched | {r.source for f in found for r in f.records}


def findings_of(
    lead: Lead, findings: Sequence[Finding], leads: Sequence[Lead]
) -> list[Finding]:
    """Return the findings of a lead; of a class lead, those of all its members."""
    members = {m.lead_id: m for m in leads}
    ids = [
        f
        for one in (
            [lead] if lead.kind == "single" else [members[m] for m in lead.members]
        )
        for f in one.findings
    ]
    by_id = {f.finding_id: f for f in findings}
    return [by_id[i] for i in dict.fromkeys(ids)]


def noted_workspace(out: Path) -> Path | None:
    """Return where the scanned workspace was, as `timing.json` notes it."""
    try:
        noted = json.loads((out / "timing.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):  # gone or not ours: the caller names the workspace
        return None
    place = noted.get("workspace") if isinstance(noted, dict) else None
    return Path(place) if isinstance(place, str) and place else None
