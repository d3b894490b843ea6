"""The tables and pictures a model may see: what it declared, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pil_discovery.findings.arrow_rows import (
    PLACE_COLUMNS,
    PLACE_TYPES,
    arrow_rows,
    type_of,
)
from pil_discovery.findings.name_links import Spellings
from pil_discovery.findings.tiles import in_turn
from pil_discovery.text.mapped import BLOCK_ROWS, mapped_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from pil_discovery.findings.name_links import Linker
    from pil_discovery.findings.tiles import Solver
    from pil_discovery.types import Dataset, Image, Model, RateTable, Source


@dataclass(frozen=True)
class Inputs:
    """What a scan has read.

    Attributes
    ----------
    rows
        Data set → its rows as `arrow_rows` gives them. The mapping may open a table
        only when it is asked for.
    images
        Pictures in order of acquisition.
    datasets
        Data set descriptions by id.
    tables
        Rate tables by id.
    jurisdiction
        Division code of the place that is screened: it decides which rates hold.
    sources
        File → what is known of it.
    solver
        Who solves the parts of large overlays; results do not depend on it.
    linker
        Who links names; only models with a `match` step need one.
    spellings
        What linking found beyond codes and full names.
    """

    rows: Mapping[str, pa.Table]
    images: Sequence[Image] = ()
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    tables: Mapping[str, RateTable] = field(default_factory=dict)
    jurisdiction: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)
    solver: Solver = in_turn
    linker: Linker | None = None
    spellings: Spellings = field(default_factory=Spellings)


def rows_of(
    frames: Mapping[str, pd.DataFrame], datasets: Mapping[str, Dataset]
) -> dict[str, pa.Table]:
    """Return data set → typed rows in Arrow, as `Inputs.rows` holds them."""
    return {name: arrow_rows(frame, datasets[name]) for name, frame in frames.items()}


def missing_data(model: Model, inputs: Inputs) -> list[str]:
    """Name every required data set and column that is not there.

    Returns
    -------
    list
        «data set» or «data set.column», in the order of the model file.
    """
    gone: list[str] = []
    for dataset, columns in model.data.items():
        if dataset == "image":
            gone += _missing_bands(model, inputs.images, columns)
        else:
            gone += _missing_columns(inputs, dataset, columns)
    return gone


def missing_clears(model: Model, inputs: Inputs) -> list[str]:
    """Name the optional data sets and columns that could have cleared a hit."""
    gone: list[str] = []
    for dataset, columns in model.clears.items():
        if dataset != "image":
            gone += _missing_columns(inputs, dataset, columns)
        elif not usable_images(inputs.images, columns):
            gone.append("image")
    return gone


def _missing_columns(inputs: Inputs, dataset: str, columns: Iterable[str]) -> list[str]:
    if dataset not in inputs.rows:
        return [dataset]
    have = set(inputs.rows[dataset].column_names)
    return [f"{dataset}.{c}" for c in columns if c not in have]


def readiness(model: Model, inputs: Inputs) -> dict[str, Any]:
    """Tell whether a model can be computed, and what it lacks.

    Returns
    -------
    dict
        `state` (`computed` or `not_computable`), `missing`, `missing_clears`.
    """
    gone = missing_data(model, inputs)
    return {
        "state": "not_computable" if gone else "computed",
        "missing": gone,
        "missing_clears": missing_clears(model, inputs),
    }


def usable_images(images: Sequence[Image], bands: Iterable[str]) -> list[Image]:
    """Return the pictures that have all of these bands, oldest first."""
    wanted = set(bands)
    fit = [i for i in images if wanted <= set(i.bands)]
    return sorted(fit, key=lambda i: (i.acquired, str(i.path)))


def _missing_bands(
    model: Model, images: Sequence[Image], bands: tuple[str, ...]
) -> list[str]:
    if not images:
        return ["image"]
    have = usable_images(images, bands)
    if len(have) >= _pictures_needed(model):
        return []
    lacking = [b for b in bands if not any(b in i.bands for i in images)]
    return [f"image.{b}" for b in lacking] or ["image"]


def _pictures_needed(model: Model) -> int:
    kinds = {
        kind
        for step in model.steps
        for kind in ("change", "series", "restoration")
        if hasattr(step, kind)
    }
    return 2 if kinds else 1


def declared(model: Model) -> list[str]:
    """Return the data sets that a model may see, sorted; pictures are none."""
    return sorted({*model.data, *model.clears} - {"image"})


def declared_columns(model: Model, dataset: str) -> tuple[str, ...]:
    """Return the columns of a data set that a model may see, required ones first."""
    names = (*model.data.get(dataset, ()), *model.clears.get(dataset, ()))
    return tuple(dict.fromkeys(names))


def exposed(model: Model, inputs: Inputs, *, late: bool) -> dict[str, pa.Table]:
    """Return the declared tables, each with `_id`, absent optional ones empty.

    With `late` a partial date stands for its last possible day, else for its first.
    """
    return {name: _exposed(model, inputs, name, late=late) for name in declared(model)}


def has_partial_dates(model: Model, inputs: Inputs) -> bool:
    """Tell whether some date that a model sees is only known to its month or year."""
    return any(
        f"{column}_last" in inputs.rows[name].column_names
        for name in declared(model)
        if name in inputs.rows
        for column in declared_columns(model, name)
    )


def _exposed(model: Model, inputs: Inputs, name: str, *, late: bool) -> pa.Table:
    rows = inputs.rows.get(name, pa.table({}))
    length, have = len(rows), set(rows.column_names)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {"_id": _numbers(length)}
    for column, kind in _specs(inputs.datasets[name], declared_columns(model, name)):
        last = f"{column}_last"
        wanted = last if late and last in have else column
        columns[column] = rows[wanted] if wanted in have else pa.nulls(length, kind)
    return pa.table(columns)


@lru_cache(maxsize=32)
def _numbers(length: int) -> pa.ChunkedArray:
    """Return the numbers of so many rows, from 0; many of them are mapped."""
    starts = range(0, max(length, 1), BLOCK_ROWS)
    ends = (min(start + BLOCK_ROWS, length) for start in starts)
    parts = (
        pa.table({"_id": np.arange(start, end, dtype=np.int64)})
        for start, end in zip(starts, ends, strict=True)
    )
    return mapped_table(parts, 8 * length)["_id"]


def _specs(
    dataset: Dataset, names: tuple[str, ...]
) -> Iterator[tuple[str, pa.DataType]]:
    """Yield each column and its type, with those of a place after them."""
    for name in names:
        spec = dataset.offered_field(name)
        if spec is not None:
            yield name, type_of(spec)
    if "geometry" in names:
        yield from ((name, PLACE_TYPES[name]) for name in PLACE_COLUMNS)


def image_table(images: Sequence[Image]) -> pa.Table:
    """Describe the pictures: `_id`, `acquired_date`, `sensor`, `gsd_m`."""
    return pa.table(
        {
            "_id": pa.array(range(len(images)), type=pa.int64()),
            "acquired_date": pa.array(
                [i.acquired_date for i in images], type=pa.date32()
            ),
            "sensor": pa.array([i.sensor for i in images], type=pa.string()),
            "gsd_m": pa.array(
                [float(i.provenance.gsd_x_m) for i in images], type=pa.float64()
            ),
        }
    )
