"""The screening models as a library: list, check, test, and a schema for editors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pil_discovery.catalog import load_catalog, model_schema, survey_catalog
from pil_discovery.findings import lint, run_example, score
from pil_discovery.pipeline.flow import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.errors import Problem
    from pil_discovery.findings import ExampleResult, MutationScore
    from pil_discovery.types import Dataset, Model

    Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Checked:
    """What a check of model files found.

    Attributes
    ----------
    models
        Ids of the models that were checked.
    malformed
        Mistakes for which a scan would refuse the files.
    faults
        What else is wrong with models that can be read.
    """

    models: tuple[str, ...]
    malformed: tuple[Problem, ...]
    faults: tuple[Problem, ...]


def list_models(extra: Sequence[Path] = ()) -> list[Model]:
    """Return every model, built-in and local, in order of id.

    Raises
    ------
    CatalogError
        With every mistake of every file.
    """
    return list(load_catalog(tuple(extra)).models.values())


def check_models(
    extra: Sequence[Path] = (), progress: Progress | None = None
) -> Checked:
    """Check the models of local folders, or without any the built-in ones.

    Form, names, SQL on empty tables, data and parameters that nothing uses, examples
    that are missing, and exclusions and optional data that no example tries: all
    mistakes of all files at once.
    """
    survey = survey_catalog(tuple(extra))
    catalog = survey.catalog
    chosen = [m for m in catalog.models.values() if m.is_local == bool(extra)]
    faults: list[Problem] = []
    for done, model in enumerate(chosen):
        if progress is not None:
            progress(model.id, done, len(chosen))
        if _knows_its_data(model, catalog.datasets):
            document = survey.documents[model.id]
            found = lint(model, catalog.datasets)
            faults += [document.problem(f.loc, f.what, f.remedy) for f in found]
    ids = tuple(m.id for m in chosen)
    return Checked(ids, survey.problems, tuple(dict.fromkeys(faults)))


def _knows_its_data(model: Model, datasets: Mapping[str, Dataset]) -> bool:
    """Tell whether SQL can be tried; what is unknown is among the malformed."""
    return all(
        name in datasets
        and (name == "image" or set(columns) <= {*datasets[name].columns})
        for part in (model.data, model.clears)
        for name, columns in part.items()
    )


def schema_of_models(extra: Sequence[Path] = ()) -> dict[str, Any]:
    """Return the JSON Schema of a model file, with the names that it may use.

    Raises
    ------
    CatalogError
        With every mistake of every file.
    """
    return model_schema(load_catalog(tuple(extra)))


def run_examples(
    names: Sequence[str] | None = None, extra: Sequence[Path] = ()
) -> Iterator[ExampleResult]:
    """Run the examples that live in the model files, one after the other."""
    catalog = load_catalog(tuple(extra))
    for model in choose(catalog, names):
        for example in model.examples:
            yield run_example(model, example, catalog.datasets)


def score_examples(
    names: Sequence[str] | None = None, extra: Sequence[Path] = ()
) -> Iterator[MutationScore]:
    """Change each model in one place at a time; tell which changes go unnoticed."""
    catalog = load_catalog(tuple(extra))
    for model in choose(catalog, names):
        yield score(model, catalog.datasets)
