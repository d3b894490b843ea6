"""A page for each model, written below a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.catalog import load_catalog
from pil_discovery.findings import run_example
from pil_discovery.pipeline.flow import choose
from pil_discovery.pipeline.identifying import NameLinker
from pil_discovery.procedure import citation_zh
from pil_discovery.report.model_pages import PageFacts, index_page, model_page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pil_discovery.catalog import Catalog
    from pil_discovery.types import Fact, Model

INDEX = "index.md"


def write_model_pages(
    out: str | Path,
    names: Sequence[str] | None = None,
    extra: Sequence[Path] = (),
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Path]:
    """Write the pages of models and their index; return the files.

    Parameters
    ----------
    names
        Ids or codes; None writes all.

    Raises
    ------
    PilError
        If a model file is not right, or a name fits no model.
    """
    catalog = load_catalog(tuple(extra))
    chosen = choose(catalog, names)
    folder = Path(out)
    written: list[Path] = []
    for done, model in enumerate(chosen):
        if progress is not None:
            progress(model.id, done, len(chosen))
        page = model_page(model, page_facts(model, catalog))
        written.append(_write(folder / f"{model.id}.md", page))
    titles = {name: domain.title.zh for name, domain in catalog.domains.items()}
    return [_write(folder / INDEX, index_page(chosen, titles)), *written]


def page_facts(model: Model, catalog: Catalog) -> PageFacts:
    """Gather what the page of a model tells; its first example is run."""
    power = next(p for p in catalog.powers if p.id == model.agency.power)
    named = [*model.basis, *model.basis_unverified]
    named += [i for p in model.parameters.values() for i in p.basis]
    tables = {name: catalog.tables[name] for name in model.tables}
    named += [i for t in tables.values() for row in t.rows for i in row.basis]
    findings = (
        run_example(
            model, model.examples[0], catalog.datasets, linker=NameLinker()
        ).findings
        if model.examples
        else ()
    )
    return PageFacts(
        domain=catalog.domains[model.domain].title.zh,
        power=power.title.zh,
        agency=power.agency,
        datasets=catalog.datasets,
        citations={i: _cited(catalog.facts[i]) for i in named},
        remedies=catalog.remedies,
        units=catalog.units,
        tables=tables,
        sentences=[f.sentence_zh for f in findings if f.state in ("hit", "review")],
    )


def _cited(fact: Fact) -> str:
    until = f"至{fact.effective_to}" if fact.effective_to else "起施行"
    return f"{citation_zh(fact)}（{fact.id}，{fact.effective_from}{until}）"


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
