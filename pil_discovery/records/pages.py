"""Which sheets belong to the data set, and what their columns mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.grids import is_blank, is_blank_row
from pil_discovery.records.headings import (
    Heading,
    best_heading,
    possible_headings,
    recognise,
)
from pil_discovery.records.lines import Body, split_body
from pil_discovery.records.titles import title_start
from pil_discovery.text.headers import HeaderMatch, match_headers
from pil_discovery.types.sources import Inference, Skipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.records.files import Blob
    from pil_discovery.records.grids import Grid
    from pil_discovery.types.datasets import Dataset


REPEATED, TITLE = "重复的表头", "表头以上的标题或说明"


@dataclass(frozen=True)
class Reading:
    """How a file is to be read where guessing would be unsafe."""

    sheet: str | None = None
    columns: Mapping[str, str] | None = None
    units: Mapping[str, str] | None = None
    encoding: str | None = None
    century: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Page:
    """A grid with its header and what the header means."""

    grid: Grid
    heading: Heading
    match: HeaderMatch
    body: Body


def find_pages(
    grids: Sequence[Grid],
    dataset: Dataset,
    *,
    blob: Blob,
    how: Reading,
    others: Mapping[str, Dataset],
) -> tuple[list[Page], list[Inference]]:
    """Return the grids that hold the data set, with their header and records.

    Parameters
    ----------
    grids
        Visible sheets, or the one grid of a text file.
    others
        The catalogue: a sheet that looks more like another data set is not read.

    Returns
    -------
    pages, inferences
        The second names the sheets that were not read.

    Raises
    ------
    ReadError
        When no grid has a header of the data set, or a given column does not exist.
    """
    overrides = how.columns or {}
    found = [(g, best_heading(possible_headings(g), dataset, overrides)) for g in grids]
    fitting = [(g, heading) for g, heading in found if heading is not None]
    if len(fitting) > 1:
        fitting = _own_sheets(fitting, dataset, others)
    if not fitting:
        raise ReadError(_no_header(grids, dataset, blob.file))
    pages = [_page(g, h, dataset=dataset, file=blob.file, how=how) for g, h in fitting]
    unread = [g for g in grids if not any(p.grid is g for p in pages)]
    names = "、".join(_place(g, grids) for g in unread)
    note = Inference(what="未读取的工作表", value=names, why="列名与数据集不符")
    return pages, [note] if unread else []


def _place(grid: Grid, grids: Sequence[Grid]) -> str:
    """Return the name of a sheet; of one among several tables on it also its rows."""
    name = grid.sheet or ""
    if sum(g.sheet == grid.sheet for g in grids) == 1:
        return name
    first = next(p for p, row in enumerate(grid.rows) if not is_blank_row(row))
    words = next(str(c) for c in grid.rows[first] if not is_blank(c))
    return f"{name}第{grid.lines[first]}行起的表（{words}）"


def _own_sheets(
    fitting: list[tuple[Grid, Heading]],
    dataset: Dataset,
    others: Mapping[str, Dataset],
) -> list[tuple[Grid, Heading]]:
    """Return the sheets that look most like this data set and not like another."""
    own = []
    for grid, heading in fitting:
        ranked = recognise(heading.headers, others, hint=grid.sheet or "")
        mine = next((c.score for c in ranked if c.dataset == dataset.id), 0.0)
        if not ranked or mine >= ranked[0].score:
            own.append((grid, heading))
    return own or fitting


def _no_header(grids: Sequence[Grid], dataset: Dataset, file: str) -> Problem:
    sheets = "、".join(g.sheet for g in grids if g.sheet)
    names = "、".join(f.aliases[0] if f.aliases else f.name for f in dataset.fields[:8])
    what = f"找不到“{dataset.title.zh}”的表头，应有如：{names}"
    where = f"工作表 {sheets}" if sheets else ""
    return Problem(file, where, what, "核对文件，或用 columns 指明各列")


def _page(
    grid: Grid, heading: Heading, *, dataset: Dataset, file: str, how: Reading
) -> Page:
    try:
        match = match_headers(heading.headers, dataset, how.columns, cut_bytes=0)
    except ReadError as error:
        where = f"工作表 {grid.sheet} " if grid.sheet else ""
        raise ReadError(
            replace(p, file=file, where=where + p.where) for p in error.problems
        ) from None
    body = _without_titles(split_body(grid, heading), grid, heading)
    return Page(grid, heading, match, body)


def _without_titles(body: Body, grid: Grid, heading: Heading) -> Body:
    """Take the titles above repeated headers (page breaks) out of the records.

    Such a row holds one text where the header names three columns or more.
    """
    again = [s.row for s in body.skipped if s.reason == REPEATED]
    if not again or sum(map(bool, heading.headers)) < 3:
        return body
    place = {n: p for p, n in enumerate(grid.lines)}
    titles = {
        position
        for row in again
        for position in range(
            title_start(grid.rows, place[row], heading.last + 1), place[row]
        )
    } & set(body.records.tolist())
    told = [Skipped(row=grid.lines[p], reason=TITLE, sheet=grid.sheet) for p in titles]
    return replace(
        body,
        records=body.records[~np.isin(body.records, sorted(titles))],
        skipped=sorted([*body.skipped, *told], key=lambda s: s.row),
    )
