"""Sources that are not a file but the answer of a database."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from pil_discovery import layers, records
from pil_discovery.catalog.limits import source_name
from pil_discovery.catalog.positional_error import error_of_scale
from pil_discovery.errors import Problem, ReadError
from pil_discovery.text.databases import read_database

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pil_discovery.types import (
        Dataset,
        Layer,
        LayerSource,
        RecordSource,
        Table,
        Workspace,
    )
    from pil_discovery.types.answers import Answer


def queried_table(entry: RecordSource, datasets: Mapping[str, Dataset]) -> Table:
    """Read a table from its database."""
    return records.read_answer(answer_of(entry), datasets, entry)


def queried_layer(entry: LayerSource, datasets: Mapping[str, Dataset]) -> Layer:
    """Read a layer from its database."""
    return layers.layer_of(
        answer_of(entry), datasets, entry, expected=error_of_scale(entry.scale)
    )


def answer_of(entry: RecordSource | LayerSource) -> Answer:
    """Put the query of a source to its database.

    Raises
    ------
    ReadError
        No database or query, an address that cannot be read, or no answer.
    """
    name = source_name(entry)
    if entry.database is None or entry.query is None:
        what = "没有写 file，也没有写 database 和 query"
        raise ReadError(Problem(name, "", what, "请在 pil.yaml 写明"))
    try:
        database = read_database(entry.database, os.environ)
    except ReadError as error:
        raise ReadError(replace(p, file=name) for p in error.problems) from None
    return records.ask(database, entry.query, name=name)


def keep_answers(
    workspace: Workspace, names: Collection[str], folder: Path
) -> dict[str, Path]:
    """Ask the named sources again and keep what they answer, as files.

    Returns
    -------
    dict
        Name of the source → file with its answer as JSON lines; its bytes are those
        that `sha256` of the Source tells.
    """
    kept: dict[str, Path] = {}
    entries: list[RecordSource | LayerSource] = [*workspace.records, *workspace.layers]
    for entry in entries:
        name = source_name(entry)
        if entry.file is None and name in names and name not in kept:
            path = folder / f"{len(kept)}.jsonl"
            with path.open("wb") as file:
                file.writelines(answer_of(entry).lines())
            kept[name] = path
    return kept
