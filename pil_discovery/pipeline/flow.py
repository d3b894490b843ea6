"""The whole way, readable on one screen: read, link, screen, ground, weigh, plan."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import leads, procedure, report, subjects
from pil_discovery.catalog import load_catalog
from pil_discovery.catalog.limits import FIRST_YEAR, LAST_YEAR, date_in_range
from pil_discovery.catalog.workspace import BUILTIN
from pil_discovery.errors import Problem, WorkspaceError
from pil_discovery.findings import Inputs, rows_of
from pil_discovery.findings.name_links import Identified, asks_for_subjects
from pil_discovery.pipeline.backdrops import backdrop_of
from pil_discovery.pipeline.grounds import civil_domains, doubts_of, settled
from pil_discovery.pipeline.identifying import NameLinker
from pil_discovery.pipeline.link_reviews import load_reviews
from pil_discovery.pipeline.reading import open_workspace, read_sources
from pil_discovery.pipeline.results import tell_lead
from pil_discovery.pipeline.runs import Outcome, describe
from pil_discovery.pipeline.screening import Workers, screen_all
from pil_discovery.pipeline.verdicts import read_checks
from pil_discovery.procedure.deadlines import as_day
from pil_discovery.types import LINK_REVIEWS, VERDICTS, Backdrop
from pil_discovery.types.markup import CAUTION, table_html

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

    import pandas as pd

    from pil_discovery.catalog import Catalog
    from pil_discovery.pipeline.cluster import Cluster
    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.pipeline.told import Told
    from pil_discovery.types import Finding, Lead, Model, Workspace

    Progress = Callable[[str, int, int], None]


_SHOWN = 10
"""Leads that a notebook shows of a scan."""


@dataclass(frozen=True)
class Scan:
    """What a scan found.

    Attributes
    ----------
    leads
        Leads in order of rank.
    findings
        Every candidate that is not clear, ordered by model and key.
    run
        The content of `run.json`: sources, models, counts, versions.
    quarantine
        Every row or cell that was not used.
    timing
        Seconds per step; the only thing that may differ between two runs.
    links
        Pairs of names that were joined, or that a person has to look at.
    backdrop
        Layers and pictures that the review page and the map project show.
    """

    leads: tuple[Lead, ...]
    findings: tuple[Finding, ...]
    run: dict[str, Any]
    quarantine: pd.DataFrame
    timing: dict[str, Any]
    links: tuple[dict[str, Any], ...] = ()
    backdrop: Backdrop = field(default_factory=Backdrop)

    def __len__(self) -> int:
        return len(self.leads)

    def _repr_html_(self) -> str:
        """Show the first leads in a notebook."""
        shown = [lead for lead in self.leads if lead.listed][:_SHOWN]
        caption = f"{self.run.get('name') or ''}　共 {len(self)} 件线索。{CAUTION}"
        rows = ((x.rank, x.score, x.code, x.title_zh, x.agency) for x in shown)
        return table_html(caption, ("序号", "得分", "模型", "线索", "行政机关"), rows)

    def explain(self, lead: str | int) -> Told:
        """Explain a lead: evidence, score, law, next steps.

        Parameters
        ----------
        lead
            Its rank, or how its id begins.

        Raises
        ------
        PilError
            If no lead or several are meant.
        """
        told = (self.run, self.findings, self.leads)
        place = self.timing.get("workspace")
        return tell_lead(told, lead, Path(place) if place else None)

    def write(self, out: str | Path) -> Path:
        """Write the result folder whole, or not at all; return its path."""
        return report.write_scan(
            Path(out),
            run=self.run,
            findings=self.findings,
            leads=self.leads,
            quarantine=self.quarantine,
            timing=self.timing,
            links=self.links,
            backdrop=self.backdrop,
        )


def scan(  # noqa: PLR0913 - a stable public signature, all but one by keyword
    workspace: str | Path | Workspace,
    *,
    as_of: dt.date | str | None = None,
    models: Sequence[str] | None = None,
    local_models: Sequence[str | Path] = (),
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Scan:
    """Screen a workspace: the whole flow, in the only order there is.

    Parameters
    ----------
    workspace
        Folder with `pil.yaml`, or the workspace itself.
    as_of
        Day that results depend on, or its ISO text; None takes the day of the
        workspace.
    models
        Ids or codes of the models to run; None runs all that the workspace names.
    local_models
        Folders of further models, besides those that the workspace names.
    workers
        Processes for the models; results do not depend on it.
    cluster
        Address of a Dask cluster that reads the files and runs the models:
        `local:N`, `tcp://host:port` or `tls://host:port`. Results do not depend on it.
    progress
        Called with what is being done, steps done, and steps in all.

    Raises
    ------
    PilError
        With every problem found: workspace, files, models, cluster.
    """
    started = time.perf_counter()
    place = _opened(workspace)
    catalog = load_catalog((*local_folders(place), *map(Path, local_models)))
    chosen = choose(catalog, [models] if isinstance(models, str) else models)
    if models is None:
        chosen = named_models(place, catalog)
    day = place.as_of if as_of is None else _day(as_of)

    with _joined(cluster, place.root) as joined:
        materials = read_sources(place, catalog, progress, cluster=joined)
        found = linked(place, catalog, materials, chosen)
        screened = screen_all(
            chosen,
            inputs_of(place, catalog, materials, found),
            as_of=day,
            personal=place.personal is not None,
            workers=Workers(workers or 1, joined),
            progress=progress,
        )
    grounded = procedure.ground(
        screened.findings,
        models=catalog.models,
        facts=catalog.facts,
        powers=catalog.powers,
        jurisdiction=place.jurisdiction,
        as_of=day,
    )
    bases = procedure.bases_of(grounded, facts=catalog.facts)
    checks = read_checks(place.root / VERDICTS, catalog, screened.runs, as_of=day)
    weighed = leads.weigh(
        grounded,
        models=catalog.models,
        bases=bases,
        runs=screened.runs,
        as_of=day,
        doubts=doubts_of(grounded, materials.images, catalog.models),
        datasets=catalog.datasets,
        quality=checks.quality,
        precisions=checks.precisions,
        refinement=checks.refinement,
        civil=civil_domains(catalog, day),
        units=catalog.units,
    )
    ranked = settled(weighed, catalog, day)
    planned = tuple(leads.shortlist(ranked, place.capacity, as_of=day))

    outcome = Outcome(
        screened.runs, checks, grounded, catalog, planned, bases, found.account
    )
    run = describe(place, day, materials, outcome)
    behind = backdrop_of(planned, grounded, materials, catalog)
    timing = {
        "workspace": str(place.root),
        "models": screened.seconds,
        "total_s": round(time.perf_counter() - started, 3),
    }
    return Scan(
        leads=planned,
        findings=tuple(grounded),
        run=run,
        quarantine=materials.quarantine,
        timing=timing,
        links=found.pairs,
        backdrop=behind,
    )


def _joined(
    cluster: str | None, shared: Path
) -> AbstractContextManager[Cluster | None]:
    if cluster is None:
        return nullcontext()
    from pil_discovery.pipeline.cluster import joined

    return joined(cluster, shared)


def _day(given: dt.date | str) -> dt.date:
    day = as_day(given)
    if not date_in_range(day):
        what = f"基准日 {day} 不在 {FIRST_YEAR} 至 {LAST_YEAR} 年之内"
        raise WorkspaceError(Problem("", "", what, "请核对"))
    return day


def _opened(workspace: str | Path | Workspace) -> Workspace:
    return (
        open_workspace(workspace) if isinstance(workspace, (str, Path)) else workspace
    )


def linked(
    workspace: Workspace,
    catalog: Catalog,
    materials: Materials,
    models: Iterable[Model],
) -> Identified:
    """Return the rows with codes in normal form and, where asked for, their subjects.

    Names are compared only where one of the models asks for subjects.
    """
    if not any(asks_for_subjects(m, catalog.datasets) for m in models):
        return Identified(subjects.link_codes(materials.frames, catalog.datasets))
    reviews = load_reviews(workspace.root / LINK_REVIEWS)
    return NameLinker(tuple(reviews)).identify(materials.frames, catalog.datasets)


def inputs_of(
    workspace: Workspace, catalog: Catalog, materials: Materials, found: Identified
) -> Inputs:
    """Return what was read and linked as models see it, with the rates of the place."""
    return Inputs(
        rows_of(found.frames, catalog.datasets),
        materials.images,
        catalog.datasets,
        tables=catalog.tables,
        jurisdiction=workspace.jurisdiction,
        sources={s.file: s for s in materials.sources},
        linker=NameLinker(),
        spellings=found.spellings,
    )


def local_folders(workspace: Workspace) -> tuple[Path, ...]:
    """Return the folders of local models that a workspace names."""
    names = [m for m in workspace.models if m != BUILTIN]
    return tuple(workspace.root / name for name in names)


def named_models(workspace: Workspace, catalog: Catalog) -> list[Model]:
    """Return the models that a workspace names, in order of id."""
    every = list(catalog.models.values())
    if BUILTIN in workspace.models:
        return every
    return [m for m in every if m.is_local]


def choose(catalog: Catalog, names: Sequence[str] | None) -> list[Model]:
    """Return the models of these ids or codes, in order of id.

    Raises
    ------
    WorkspaceError
        If a name fits no model.
    """
    every = list(catalog.models.values())
    if names is None:
        return every
    known = {n for m in every for n in (m.id, m.code)}
    unknown = [n for n in names if n not in known]
    if unknown:
        what = f"没有这样的模型：{'、'.join(unknown)}（pil models list 可查看全部）"
        raise WorkspaceError(what)
    return [m for m in every if m.id in names or m.code in names]
