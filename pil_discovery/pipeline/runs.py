"""What `run.json` says of a scan: sources, models, counts, versions."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pil_discovery import leads, procedure
from pil_discovery.findings.rates import periods
from pil_discovery.pipeline.agreement import settings_sha256
from pil_discovery.pipeline.enterprises import enterprises_of
from pil_discovery.pipeline.outlook import gaps
from pil_discovery.pipeline.versions import engines, product_version
from pil_discovery.types import LINK_REVIEWS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.catalog import Catalog
    from pil_discovery.leads import Precision
    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.pipeline.verdicts import Checks
    from pil_discovery.types import (
        Basis,
        Finding,
        Lead,
        Model,
        ModelRun,
        Origin,
        RateTable,
        Source,
        Workspace,
    )


_TOLD = {
    *("citation_zh", "effective_from", "effective_to"),
    *("summary_zh", "successor_zh", "note"),
}
"""What a reader is told of a rule, beside the versions that came after it."""


@dataclass(frozen=True)
class Outcome:
    """What came of a scan: runs, findings, ranked leads, the law they rest on.

    `checks` is what earlier checks say of the models; `linking` how many rows and
    pairs of names were compared over all registers, nothing where no model asked.
    """

    runs: Sequence[ModelRun]
    checks: Checks
    findings: Sequence[Finding]
    catalog: Catalog
    leads: Sequence[Lead]
    bases: Mapping[str, Basis]
    linking: Mapping[str, int]


def describe(
    workspace: Workspace, as_of: dt.date, materials: Materials, outcome: Outcome
) -> dict[str, Any]:
    """Assemble the content of `run.json`; nothing in it depends on the clock."""
    kinds = Counter(lead.kind for lead in outcome.leads)
    place = workspace.jurisdiction
    return {
        "product": {"name": "pil_discovery", "version": product_version()},
        "name": workspace.name,
        "as_of": as_of.isoformat(),
        "workspace": {
            "jurisdiction": workspace.jurisdiction,
            "office": workspace.office.model_dump(),
            "settings_sha256": settings_sha256(workspace),
        },
        "personal_basis": workspace.personal.basis if workspace.personal else None,
        "sources": [_source(s) for s in materials.sources],
        "models": [_model(r, outcome, materials.sources, place) for r in outcome.runs],
        "tables": _tables(outcome),
        "basis": {
            i: b.model_dump(mode="json", include=_TOLD)
            | _in_english(b, outcome.catalog)
            | {"later": _later(b, outcome.catalog, as_of)}
            for i, b in _bases(outcome).items()
        },
        "subjects": dict(outcome.linking) or None,
        "link_reviews_sha256": _sha256(workspace.root / LINK_REVIEWS),
        "domains": _domains(outcome),
        "domains_en": _domains_en(outcome),
        "datasets": _datasets(materials, outcome, "zh"),
        "datasets_en": _datasets(materials, outcome, "en"),
        "units": _units(outcome),
        "gaps": _gaps(outcome),
        "leads": {
            "single": kinds["single"],
            "class": kinds["class"],
            "not_listed": sum(not lead.listed for lead in outcome.leads),
            "expected": leads.expected(_listed(outcome.leads)).model_dump(mode="json"),
        },
        "shortlist": _shortlist(workspace, outcome.leads),
        "verdicts_sha256": outcome.checks.sha256,
        "refinement": None
        if outcome.checks.refinement is None
        else outcome.checks.refinement.model_dump(mode="json"),
        "conflicts": list(outcome.checks.conflicts),
        "attention": _attention(materials, outcome, as_of),
        "reading": [
            {"file": file, **report.model_dump(mode="json")}
            for file, report in materials.reports
        ],
        "engines": engines(),
    }


def _sha256(path: Path) -> str | None:
    """Return the hash of a file of decisions, None where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _shortlist(workspace: Workspace, ranked: Sequence[Lead]) -> dict[str, Any] | None:
    """Tell how many leads are checked now, why, and how many may prove true."""
    if workspace.capacity is None:
        return None
    bands = Counter(str(lead.band) for lead in ranked)
    now = [lead for lead in ranked if lead.band in leads.BANDS]
    return {
        **workspace.capacity.model_dump(mode="json"),
        "bands": {band: bands[band] for band in (*leads.BANDS, "later")},
        "expected": leads.expected(now).model_dump(mode="json"),
    }


def _listed(ranked: Sequence[Lead]) -> list[Lead]:
    return [lead for lead in ranked if lead.kind == "single" and lead.listed]


def _gaps(outcome: Outcome) -> list[dict[str, Any]]:
    """Group the models that could not be computed by the data they lack."""
    return gaps((run.model_dump() for run in outcome.runs), outcome.catalog.datasets)


def _attention(
    materials: Materials, outcome: Outcome, as_of: dt.date
) -> dict[str, list[dict[str, Any]]]:
    """Count whom the leads are about, by town and by size of enterprise."""
    known = enterprises_of(materials.frames, outcome.catalog.datasets)
    found = leads.attention(outcome.leads, known, outcome.checks.verdicts, as_of=as_of)
    groups: dict[str, list[dict[str, Any]]] = {"town": [], "size": []}
    for group in found:
        groups[group.by].append(group.model_dump(mode="json", exclude={"by"}))
    return groups


def _source(source: Source) -> dict[str, Any]:
    return source.model_dump(mode="json")


def _model(
    run: ModelRun, outcome: Outcome, sources: Sequence[Source], jurisdiction: str
) -> dict[str, Any]:
    model = outcome.catalog.models[run.id]
    trust = outcome.checks.quality[run.id]
    notes = [*run.notes, *trust.alarms]
    if run.state == "computed":
        notes += _rate_notes(model, outcome, jurisdiction)
        notes += _rows_aside(model, sources)
        notes += _ground_aside(run)
    return {
        **run.model_dump(mode="json"),
        "notes": notes,
        "title_zh": model.title.zh,
        "title_en": model.title.en,
        "domain": model.domain,
        "personal": model.personal,
        "labels": model.labels,
        "units": model.measures,
        "tables": list(model.tables),
        "quality": trust.model_dump(),
        "precision": _precision(outcome.checks.precisions[run.id]),
        **_origin(model.origin),
    }


def _precision(known: Precision) -> dict[str, Any] | None:
    """Tell what share is expected, with a 90 % interval; None before any check."""
    if not (known.leans or known.checked):
        return None
    share = {
        "mean": known.mean,
        **dict(zip(("low", "high"), known.interval(), strict=True)),
    }
    return {name: f"{value:.4f}" for name, value in share.items()} | {
        "prior": None if known.base is None else str(known.base)
    }


def _rows_aside(model: Model, sources: Iterable[Source]) -> list[str]:
    """Tell which rows of its data were set aside.

    A row in quarantine is not looked at: a candidate may be missing, or what would
    have flagged or cleared another one.
    """
    aside = Counter[str]()
    for source in sources:
        if source.dataset in model.data or source.dataset in model.clears:
            aside[source.file] += source.rows_quarantined
    return [f"{file} 有 {n} 行被隔离，未参与筛查" for file, n in aside.items() if n]


def _ground_aside(run: ModelRun) -> list[str]:
    """Tell which ground the overlays set aside: no zone in force, or mere slivers."""
    notes = []
    for step in run.steps:
        if step.out_of_force:
            what = "处相交的范围在事实发生日不在有效期内，未计入"
            notes.append(f"步骤 {step.table}：{step.out_of_force} {what}")
        if step.slivers:
            what = "处重叠窄于制图误差，可能是同一条线的两次描绘，单列而未计入"
            notes.append(f"步骤 {step.table}：{step.slivers} {what}")
    return notes


def _rate_notes(model: Model, outcome: Outcome, jurisdiction: str) -> list[str]:
    """Tell which rates are made up, and which are not known here at all."""
    notes = []
    used = {
        r.table
        for f in outcome.findings
        if f.model == model.id
        for r in f.rates
        if r.fictional
    }
    for name in model.tables:
        table = outcome.catalog.tables[name]
        if name in used:
            notes.append(f"《{table.title.zh}》用的是虚构的示例值，金额不得引用")
        elif not periods(table, jurisdiction):
            notes.append(
                f"《{table.title.zh}》没有可统一适用于 {jurisdiction} 的标准，有关的"
                "金额、限额不能得出，或者用参数的设定值：请在本地模型文件夹放 "
                f"vocabulary/{name}.yaml"
            )
    return notes


def _in_english(basis: Basis, catalog: Catalog) -> dict[str, str]:
    """Say in English what the catalogue has in English; laws keep their own names."""
    fact = catalog.facts.get(basis.id)
    if not basis.law or fact is None:
        return {"citation_en": "", "summary_en": ""}
    paragraph = f"({basis.paragraph})" if basis.paragraph else ""
    return {
        "citation_en": f"《{basis.law}》 Art. {basis.article}{paragraph}"
        if basis.article
        else f"《{basis.law}》",
        "summary_en": fact.summary_en,
    }


def _later(basis: Basis, catalog: Catalog, as_of: dt.date) -> list[dict[str, str]]:
    return procedure.later_versions(basis, catalog.facts, catalog.topics, as_of)


def _bases(outcome: Outcome) -> dict[str, Basis]:
    """Return the rules that findings rest on, and those of the next steps."""
    facts = outcome.catalog.facts
    steps = {i for lead in outcome.leads for s in lead.steps for i in s["basis"]}
    further = {i: procedure.to_basis(facts[i]) for i in steps if i in facts}
    return dict(sorted({**further, **outcome.bases}.items()))


def _domains(outcome: Outcome) -> dict[str, str]:
    """Name the fields of litigation of the models, by id."""
    catalog = outcome.catalog
    used = sorted({catalog.models[r.id].domain for r in outcome.runs})
    return {name: catalog.domains[name].title.zh for name in used}


def _domains_en(outcome: Outcome) -> dict[str, str]:
    known = outcome.catalog.domains
    return {name: known[name].title.en for name in _domains(outcome)}


def _datasets(materials: Materials, outcome: Outcome, lang: str) -> dict[str, str]:
    """Name the data sets that were read or that models asked for, by id."""
    known = outcome.catalog.datasets
    models = [outcome.catalog.models[r.id] for r in outcome.runs]
    asked = {name for m in models for name in (*m.data, *m.clears)}
    named = sorted(asked | {s.dataset for s in materials.sources if s.dataset})
    return {name: getattr(known[name].title, lang) for name in named if name in known}


def _units(outcome: Outcome) -> dict[str, str]:
    """Name the units of what the models measure, by symbol."""
    known = outcome.catalog.units
    models = [outcome.catalog.models[r.id] for r in outcome.runs]
    used = sorted({unit for m in models for unit in m.measures.values()})
    return {unit: known[unit] for unit in used if unit in known}


def _tables(outcome: Outcome) -> list[dict[str, Any]]:
    """Describe the rate tables in use: file, hash, and how many rows are made up."""
    models = [outcome.catalog.models[r.id] for r in outcome.runs]
    used = sorted({name for m in models for name in m.tables})
    return [_table(outcome.catalog.tables[name], models) for name in used]


def _table(table: RateTable, models: Iterable[Model]) -> dict[str, Any]:
    return {
        "id": table.id,
        "title_zh": table.title.zh,
        "unit": table.unit,
        "rows": len(table.rows),
        "fictional": sum(row.fictional for row in table.rows),
        "models": [m.code for m in models if table.id in m.tables],
        **_origin(table.origin),
    }


def _origin(origin: Origin | None) -> dict[str, Any]:
    """Say which file of the catalogue it was, and whether a local one."""
    return {} if origin is None else origin.model_dump()
