"""The screening models as a library: list, check, test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.catalog import load_catalog
from pil_discovery.findings import run_example, score
from pil_discovery.pipeline.flow import choose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pil_discovery.findings import ExampleResult, MutationScore
    from pil_discovery.types import Model


def list_models(extra: Sequence[Path] = ()) -> list[Model]:
    """Return every model, built-in and local, in order of id.

    Raises
    ------
    CatalogError
        With every mistake of every file.
    """
    return list(load_catalog(tuple(extra)).models.values())


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
