"""`models/` → nouns: data sets, screening models, law, powers, clocks, routes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pil_discovery.catalog.avenues import check_fields
from pil_discovery.catalog.cases import load_case_rules
from pil_discovery.catalog.datasets import load_datasets, load_units
from pil_discovery.catalog.domains import check_mandates, load_domains
from pil_discovery.catalog.exchange import load_exchange
from pil_discovery.catalog.files import forget, models_folder
from pil_discovery.catalog.law import load_law
from pil_discovery.catalog.models import (
    Known,
    check_models,
    load_models,
    read_apart,
    read_models,
)
from pil_discovery.catalog.procedure import Procedure, load_procedure
from pil_discovery.catalog.remedies import load_remedies
from pil_discovery.catalog.schema import model_schema
from pil_discovery.catalog.strict import read_yaml
from pil_discovery.catalog.vocabulary import check_tables, load_tables
from pil_discovery.catalog.workspace import read_workspace
from pil_discovery.errors import CatalogError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import TypeVar

    from pil_discovery.catalog.nouns import Document
    from pil_discovery.types import (
        CalendarYear,
        Clock,
        Dataset,
        Domain,
        Fact,
        Model,
        Power,
        RateTable,
        Regime,
        Route,
        RuleBook,
    )

    T = TypeVar("T")

__all__ = [
    "Catalog",
    "Procedure",
    "Survey",
    "forget",
    "load_case_rules",
    "load_catalog",
    "load_datasets",
    "load_domains",
    "load_exchange",
    "load_law",
    "load_models",
    "load_procedure",
    "load_tables",
    "load_units",
    "model_schema",
    "models_folder",
    "read_apart",
    "read_workspace",
    "read_yaml",
    "survey_catalog",
]


@dataclass(frozen=True)
class Catalog:
    """Everything below `models/` that a scan needs; nothing in it changes.

    Attributes
    ----------
    datasets, models
        By id, sorted.
    facts
        Fact id → rule of law with its dates.
    topics
        Topic → fact ids; may be empty (a field without a statute).
    powers
        Power × jurisdiction × time → agency; rows without jurisdiction are defaults.
    clocks, routes
        Regime → id → Clock or Route.
    books
        Regime → its fields of litigation, ways, venues and plaintiffs.
    calendar
        Rest days of years that the built-in calendar does not know.
    units
        Known unit → Chinese name.
    domains
        Fields of litigation by id.
    remedies
        Code → words of a suggestion.
    tables
        Rates and thresholds that differ by place and date, by id.
    """

    datasets: dict[str, Dataset] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    topics: dict[str, tuple[str, ...]] = field(default_factory=dict)
    powers: tuple[Power, ...] = ()
    regimes: dict[str, Regime] = field(default_factory=dict)
    clocks: dict[str, dict[str, Clock]] = field(default_factory=dict)
    routes: dict[str, dict[str, Route]] = field(default_factory=dict)
    books: dict[str, RuleBook] = field(default_factory=dict)
    calendar: tuple[CalendarYear, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    remedies: dict[str, str] = field(default_factory=dict)
    tables: dict[str, RateTable] = field(default_factory=dict)

    @property
    def known(self) -> Known:
        """What a model may name."""
        return Known(
            datasets=self.datasets,
            facts=self.facts,
            powers=frozenset(p.id for p in self.powers),
            units=self.units,
            domains=self.domains,
            remedies=self.remedies,
            tables=self.tables,
        )

    @property
    def mandates(self) -> dict[str, tuple[str, ...]]:
        """Field (`administrative`, `heroes`, …) → fact ids of its mandate."""
        start = "mandate."
        return {
            topic.removeprefix(start): ids
            for topic, ids in self.topics.items()
            if topic.startswith(start)
        }


@dataclass(frozen=True)
class Survey:
    """Whatever can be read of a catalogue, and what is wrong with the rest.

    Attributes
    ----------
    documents
        Model id → the file that holds it.
    problems
        Every mistake of every file: file, field and line, what was expected, and near
        names.
    """

    catalog: Catalog
    documents: Mapping[str, Document]
    problems: tuple[Problem, ...]


def load_catalog(extra: Sequence[Path] = (), *, root: Path | None = None) -> Catalog:
    """Load everything, once per process and set of folders.

    Parameters
    ----------
    extra
        Folders of local models; inside, `datasets/`, `law/`, `procedure/`, `agencies/`
        and `vocabulary/` hold what the models name and the built-in files do not know;
        rate tables and models of a built-in id replace the built-in ones.
    root
        Folder of built-in models; default: the installed one.

    Raises
    ------
    CatalogError
        With every mistake of every file, but for the examples of the models of the
        installed folder: theirs are told when somebody first looks at them.
    """
    found = survey_catalog(extra, root=root, late=root is None)
    if found.problems:
        raise CatalogError(found.problems)
    return found.catalog


def survey_catalog(
    extra: Sequence[Path] = (), *, root: Path | None = None, late: bool = False
) -> Survey:
    """Load what can be loaded and list all mistakes.

    Parameters
    ----------
    extra, root
        As in `load_catalog`.
    late
        Whether the examples of built-in models wait until somebody looks at them.
    """
    home, extra = root or models_folder(), tuple(extra)
    problems: list[Problem] = []
    domains = _try(lambda: load_domains(home, extra), problems) or {}
    datasets = _try(lambda: load_datasets(home, extra), problems) or {}
    units = _try(lambda: load_units(home), problems) or {}
    facts, topics = _try(lambda: load_law(home, extra), problems) or ({}, {})
    procedure = _try(lambda: load_procedure(facts, extra, root=home), problems)
    procedure = procedure or Procedure(powers=())
    pairs, wrong = read_models(home, extra, late=late)
    catalog = Catalog(
        datasets=datasets,
        models={model.id: model for model, _ in pairs},
        facts=facts,
        topics=topics,
        powers=procedure.powers,
        regimes=procedure.regimes,
        clocks=procedure.clocks,
        routes=procedure.routes,
        books=procedure.books,
        calendar=procedure.calendar,
        units=units,
        domains=domains,
        remedies=_try(lambda: load_remedies(home, extra), problems) or {},
        tables=_try(lambda: load_tables(extra, root=home), problems) or {},
    )
    if not problems:  # else every name would seem unknown
        problems.extend(check_mandates(topics, extra, root=home))
        problems.extend(check_fields(procedure.books.values(), topics))
        problems.extend(check_tables(catalog.known, extra, root=home))
        problems.extend(check_models(pairs, catalog.known))
    documents = {model.id: document for model, document in pairs}
    return Survey(catalog, documents, tuple(dict.fromkeys([*problems, *wrong])))


def _try(load: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return load()
    except CatalogError as error:
        problems.extend(error.problems)
        return None
