"""The Answer of a database → Table, by the same typing and sifting as a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.errors import Problem, ReadError, near_names
from pil_discovery.records.grids import Grid
from pil_discovery.records.headings import Heading, best_heading
from pil_discovery.records.lines import Body
from pil_discovery.records.pages import Page, Reading
from pil_discovery.records.rows import read_rows
from pil_discovery.records.table import account
from pil_discovery.text.headers import match_headers
from pil_discovery.text.received import GEOMETRIES, cells_of
from pil_discovery.types.sources import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pil_discovery.text.headers import HeaderMatch
    from pil_discovery.types.answers import Answer
    from pil_discovery.types.datasets import Dataset
    from pil_discovery.types.sources import Table
    from pil_discovery.types.workspace import RecordSource


def read_answer(
    answer: Answer, datasets: Mapping[str, Dataset], entry: RecordSource
) -> Table:
    """Read the rows of a query as a data set.

    Parameters
    ----------
    answer
        What the database sent.
    datasets
        The catalogue: id → data set.
    entry
        The source in `pil.yaml`: its `dataset`, `columns`, `units` and `century`.

    Returns
    -------
    table
        As `read_table` gives it; `_row` is the place of the row in the answer, from 1,
        and there is no sheet. Every row is a record: a table in a database has neither
        titles nor footers.

    Raises
    ------
    ReadError
        Unknown data set, column or unit, no column of the data set, or a geometry.
    """
    dataset = _dataset(answer, datasets, entry.dataset)
    _demand_plain(answer)
    rows = list(zip(*_columns(answer), strict=True))
    grid = Grid(None, [answer.headers, *rows], range(len(rows) + 1))
    heading = Heading(0, 0, answer.headers, {})
    match = _match(heading, dataset, entry=entry, file=answer.file)
    page = Page(grid, heading, match, Body(np.arange(1, len(rows) + 1), [], []))
    how = Reading(
        columns=entry.columns, units=entry.units, century=entry.century or None
    )
    read = read_rows([page], dataset, file=answer.file, how=how)
    source = Source(
        dataset=dataset.id,
        file=answer.file,
        sha256=answer.sha256,
        bytes=answer.bytes,
        encoding="utf-8",
    )
    return account(read, dataset, source=source, pages=[page], notes=answer.notes)


def _dataset(answer: Answer, datasets: Mapping[str, Dataset], wanted: str) -> Dataset:
    if wanted in datasets:
        return datasets[wanted]
    what, near = f"没有数据集“{wanted}”", near_names(wanted, datasets)
    raise ReadError(Problem(answer.file, "dataset", what, near))


def _demand_plain(answer: Answer) -> None:
    places = [
        h for h, k in zip(answer.headers, answer.kinds, strict=True) if k in GEOMETRIES
    ]
    if places:
        what = f"查询结果有图形列 {'、'.join(places)}"
        remedy = "请写在 pil.yaml 的 layers 下，或从 query 删去该列"
        raise ReadError(Problem(answer.file, "query", what, remedy))


def _columns(answer: Answer) -> list[list[object]]:
    received = zip(*answer.rows, strict=True) if answer.rows else ()
    return [
        cells_of(texts, kind)
        for texts, kind in zip(received, answer.kinds, strict=False)
    ]


def _match(
    heading: Heading, dataset: Dataset, *, entry: RecordSource, file: str
) -> HeaderMatch:
    if best_heading([heading], dataset, entry.columns) is None:
        names = "、".join(f.name for f in dataset.fields[:8])
        what = f"查询结果的列（{'、'.join(heading.headers)}）不像“{dataset.title.zh}”"
        remedy = f"用 as 改列名（如 {names}），或用 columns 指明各列"
        raise ReadError(Problem(file, "query", what, remedy))
    try:
        return match_headers(heading.headers, dataset, entry.columns, cut_bytes=0)
    except ReadError as error:
        raise ReadError(replace(p, file=file) for p in error.problems) from None
