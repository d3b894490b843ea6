"""The screening models as a library: list, check, test, and a schema for editors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pil_discovery.catalog import load_catalog, model_schema, survey_catalog
from pil_discovery.errors import ModelError
from pil_discovery.findings import Gallery, Givens, lint, run_example, score
from pil_discovery.pipeline.identifying import NameLinker
from pil_discovery.pipeline.spreading import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.errors import Problem
    from pil_discovery.findings import ExampleResult, Fault, MutationScore
    from pil_discovery.types import Dataset, Model

    Job = tuple[Model, Mapping[str, Dataset]]
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
    extra: Sequence[Path] = (), *, workers: int = 1, progress: Progress | None = None
) -> Checked:
    """Check the models of local folders, or without any the built-in ones.

    Form, names, SQL on empty tables, data and parameters that nothing uses, examples
    that are missing, and exclusions and optional data that no example tries: all
    mistakes of all files at once.

    Parameters
    ----------
    workers
        Processes for the models; the answer does not depend on it.
    progress
        Called with the model that is next, models done, and models in all.
    """
    # examples of the library are checked with the library
    survey = survey_catalog(tuple(extra), late=bool(extra))
    datasets = survey.catalog.datasets
    models = survey.catalog.models.values()
    chosen = [m for m in models if m.is_local == bool(extra)]
    malformed = [*survey.problems]
    faults: list[Problem] = []
    tried = [m for m in chosen if _knows_its_data(m, datasets)]
    jobs = [(m, _named_data(m, datasets)) for m in tried]
    for done, (model, outcome) in enumerate(
        zip(tried, spread(_linted, jobs, workers=workers), strict=True)
    ):
        if progress is not None:
            progress(model.id, done, len(jobs))
        document = survey.documents[model.id]
        try:
            found = outcome.result()
        except ModelError as error:  # it was stopped, or died
            malformed += error.problems
        else:
            faults += [document.problem(f.loc, f.what, f.remedy) for f in found]
    ids = tuple(m.id for m in chosen)
    return Checked(ids, tuple(malformed), tuple(dict.fromkeys(faults)))


def _linted(job: Job) -> list[Fault]:
    return lint(*job, linker=NameLinker())


def _named_data(model: Model, datasets: Mapping[str, Dataset]) -> dict[str, Dataset]:
    names = {*model.data, *model.clears}
    return {n: d for n, d in datasets.items() if n in names}


def _knows_its_data(model: Model, datasets: Mapping[str, Dataset]) -> bool:
    """Tell whether SQL can be tried; what is unknown is among the malformed."""
    return all(
        name in datasets
        and (name == "image" or set(columns) <= {*datasets[name].offered})
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
    names: Sequence[str] | None = None,
    extra: Sequence[Path] = (),
    *,
    workers: int = 1,
) -> Iterator[ExampleResult]:
    """Run the examples that live in the model files; yield them in their order.

    Parameters
    ----------
    names
        Ids or codes of models; None for all.
    extra
        Folders of local models.
    workers
        Processes for the models; results do not depend on it.

    Raises
    ------
    ModelError
        If a model or an example cannot run as written.
    """
    for outcome in spread(_tried, _jobs(names, extra), workers=workers):
        yield from outcome.result()


def _jobs(names: Sequence[str] | None, extra: Sequence[Path]) -> list[Job]:
    """Pair each model that is asked for with the data sets that it names."""
    # what a scan imports takes longer than a model runs: not in every process
    from pil_discovery.pipeline.flow import choose

    catalog = load_catalog(tuple(extra))
    return [(m, _named_data(m, catalog.datasets)) for m in choose(catalog, names)]


def _tried(job: Job) -> list[ExampleResult]:
    model, datasets = job
    with Gallery() as gallery:
        linker = NameLinker()
        givens = Givens(model, model.examples, datasets, linker)
        return [
            run_example(model, e, datasets, gallery, givens=givens, linker=linker)
            for e in model.examples
        ]


def score_examples(
    names: Sequence[str] | None = None,
    extra: Sequence[Path] = (),
    *,
    workers: int = 1,
) -> Iterator[MutationScore]:
    """Change each model in one place at a time; tell which changes go unnoticed.

    Parameters
    ----------
    names, extra, workers
        As in :func:`run_examples`.
    """
    for outcome in spread(_scored, _jobs(names, extra), workers=workers):
        yield outcome.result()


def _scored(job: Job) -> MutationScore:
    return score(*job, linker=NameLinker())
