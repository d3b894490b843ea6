"""`models/` → nouns: data sets, screening models, law, powers, clocks, routes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pil_discovery.catalog.datasets import load_datasets, load_units
from pil_discovery.catalog.files import models_folder
from pil_discovery.catalog.law import load_law
from pil_discovery.catalog.models import Known, check_models, load_models
from pil_discovery.catalog.procedure import Procedure, load_procedure
from pil_discovery.catalog.strict import read_yaml
from pil_discovery.catalog.vocabulary import Named, check_tables, load_tables
from pil_discovery.catalog.workspace import read_workspace
from pil_discovery.errors import CatalogError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TypeVar

    from pil_discovery.types import (
        CalendarYear,
        Clock,
        Dataset,
        Fact,
        Model,
        Power,
        RateTable,
        Regime,
        Route,
    )

    T = TypeVar("T")

__all__ = [
    "Catalog",
    "Procedure",
    "load_catalog",
    "load_datasets",
    "load_law",
    "load_models",
    "load_procedure",
    "load_tables",
    "load_units",
    "models_folder",
    "read_workspace",
    "read_yaml",
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
    calendar
        Rest days of years that the built-in calendar does not know.
    units
        Known unit → Chinese name.
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
    calendar: tuple[CalendarYear, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    tables: dict[str, RateTable] = field(default_factory=dict)

    @property
    def mandates(self) -> dict[str, tuple[str, ...]]:
        """Field (`administrative`, `heroes`, …) → fact ids of its mandate."""
        start = "mandate."
        return {
            topic.removeprefix(start): ids
            for topic, ids in self.topics.items()
            if topic.startswith(start)
        }


def load_catalog(extra: Sequence[Path] = (), *, root: Path | None = None) -> Catalog:
    """Load everything, once per process and set of folders.

    Parameters
    ----------
    extra
        Folders of local models; an `agencies/` folder inside holds agency tables, a
        `vocabulary/` folder rate tables.
    root
        Folder of built-in models; default: the installed one.

    Raises
    ------
    CatalogError
        With every mistake of every file: file, field and line, what was expected, and
        near names.
    """
    home = root or models_folder()
    problems: list[Problem] = []
    datasets = _try(lambda: load_datasets(home), problems) or {}
    units = _try(lambda: load_units(home), problems) or {}
    facts, topics = _try(lambda: load_law(home), problems) or ({}, {})
    procedure = _try(lambda: load_procedure(facts, extra, root=home), problems)
    models = _try(lambda: load_models(extra, root=home), problems) or {}
    tables = _try(lambda: load_tables(extra, root=home), problems) or {}
    procedure = procedure or Procedure(powers=())
    if not problems:
        named = Named(units=units, facts=facts, datasets=datasets)
        problems.extend(check_tables(named, extra, root=home))
        known = Known(
            datasets=datasets,
            facts=facts,
            powers=frozenset(p.id for p in procedure.powers),
            units=units,
            tables=tables,
        )
        problems.extend(check_models(known, extra, root=home))
    if problems:
        raise CatalogError(dict.fromkeys(problems))
    return Catalog(
        datasets=datasets,
        models=models,
        facts=facts,
        topics=topics,
        powers=procedure.powers,
        regimes=procedure.regimes,
        clocks=procedure.clocks,
        routes=procedure.routes,
        calendar=procedure.calendar,
        units=units,
        tables=tables,
    )


def _try(load: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return load()
    except CatalogError as error:
        problems.extend(error.problems)
        return None
