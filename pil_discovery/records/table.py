"""One file → Table: recognise, type, sift, and account for every row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError, near_names
from pil_discovery.records.blocks import split_grid
from pil_discovery.records.day_numbers import count_from_1900
from pil_discovery.records.files import Blob, FileKind, load
from pil_discovery.records.headings import (
    LEAST_SCORE,
    Candidate,
    best_heading,
    possible_headings,
    recognise,
)
from pil_discovery.records.html_tables import declared_charset, read_html
from pil_discovery.records.json_rows import read_json
from pil_discovery.records.pages import Page, Reading, find_pages
from pil_discovery.records.parquet import read_parquet
from pil_discovery.records.rows import Rows, read_rows
from pil_discovery.records.spreadsheetml import declared_encoding, read_spreadsheetml
from pil_discovery.records.text_tables import decode, read_text
from pil_discovery.records.workbooks import read_workbook
from pil_discovery.text.near_duplicates import near_duplicates
from pil_discovery.text.periods import fact_period
from pil_discovery.text.quarantine import quarantine_frame, sift_rows
from pil_discovery.types.sources import Inference, ReadReport, Source, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pil_discovery.records.grids import Grid
    from pil_discovery.text.quarantine import Entry
    from pil_discovery.types.datasets import Dataset

    Watch = Callable[[int, int], None]

_TIE = 0.05
"""Data sets whose scores differ by less cannot be told apart by their headers."""


def read_table(  # noqa: PLR0913 - the options of a source, as in the workspace file
    path: Path | str,
    datasets: Mapping[str, Dataset],
    *,
    wanted: str | None = None,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    encoding: str | None = None,
    century: Mapping[str, int] | None = None,
    root: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Table:
    """Read one file of rows as a data set.

    Parameters
    ----------
    path
        CSV, TSV, TXT, XLSX, XLS, ODS, Parquet or JSON lines file, an HTML table or XML
        workbook as systems export them; the content tells which, not the extension.
    datasets
        The catalogue: id → data set.
    wanted
        Id of the data set; None = recognised by the headers.
    sheet
        Name of the only sheet to read.
    columns
        Header as in the file → canonical name.
    units
        Canonical name → unit of the values in the file; wins over the header.
    encoding
        Of a text file.
    century
        Canonical name → 1900 or 2000 for years of two digits.
    root
        The workspace; sources are named by their path below it. Default: the folder of
        the file.
    progress
        Called with the work done and the whole work as the file is read: bytes of a
        text file, every 4 MiB; rows of each sheet of a workbook, every 65 536.

    Returns
    -------
    table
        Typed rows with `_source`, `_sheet`, `_row`; `_x` and `_y` where the file holds
        plain coordinates of a data set with a place. Rows read are rows used plus rows
        quarantined.

    Raises
    ------
    ReadError
        With every mistake found: not a table, unknown encoding, no header, several
        candidates, unknown column or unit.
    """
    path = Path(path)
    blob = load(path, root or path.parent)
    how = Reading(sheet, columns, units, encoding, century)
    opened = _open(blob, how, datasets, progress=progress)
    dataset = _choose(opened.grids, datasets, blob=blob, wanted=wanted)
    _demand_meaning(how, dataset, blob)
    pages, notes = find_pages(
        opened.grids, dataset, blob=blob, how=how, others=datasets
    )
    if opened.counts_from_1904:
        pages, shifted = _count_from_1900(pages, dataset)
        notes += shifted
    rows = read_rows(pages, dataset, file=blob.file, how=how)
    rows = replace(
        rows,
        entries=[*opened.lost, *rows.entries],
        misfits=rows.misfits + len(opened.lost),
    )
    source = Source(
        dataset=dataset.id,
        file=blob.file,
        sha256=blob.sha256,
        bytes=blob.size,
        encoding=opened.encoding,
    )
    notes = opened.notes + notes
    return account(rows, dataset, source=source, pages=pages, notes=notes)


def _count_from_1900(
    pages: Sequence[Page], dataset: Dataset
) -> tuple[list[Page], list[Inference]]:
    counted = [count_from_1900(page, dataset) for page in pages]
    return [page for page, _ in counted], [n for _, notes in counted for n in notes]


def _demand_meaning(how: Reading, dataset: Dataset, blob: Blob) -> None:
    """Refuse what was asked for and would have no effect: nobody would notice."""
    problems = []
    if how.sheet is not None and blob.kind not in _WITH_SHEETS:
        what = f"文本文件没有工作表，不能指定“{how.sheet}”"
        problems.append(Problem(blob.file, "sheet", what, "请删去 sheet"))
    for name in how.units or {}:
        field = dataset.field(name)
        if field is not None and field.unit is None:
            what = f"“{name}”这一列没有单位"
            problems.append(Problem(blob.file, f"units.{name}", what, "请删去"))
    if problems:
        raise ReadError(problems)


def account(
    rows: Rows,
    dataset: Dataset,
    *,
    source: Source,
    pages: Sequence[Page],
    notes: Sequence[Inference],
) -> Table:
    """Sift the rows by their key and count: read = used + quarantined."""
    sifted = sift_rows(rows.frame, dataset)
    entries = rows.entries + sifted.entries
    counts = {
        "rows_read": len(rows.frame) + rows.misfits,
        "rows_used": len(sifted.frame),
        "rows_quarantined": sum(entry.scope == "row" for entry in entries),
    }
    report = ReadReport(
        **counts,
        rows_skipped=tuple(s for page in pages for s in page.body.skipped),
        inferences=(
            *notes,
            *rows.inferences,
            *sifted.inferences,
            *near_duplicates(sifted.frame, dataset),
        ),
    )
    period = fact_period(sifted.frame, dataset)
    counted = source.model_copy(update={**counts, "period": period})
    quarantine = quarantine_frame(entries)
    return Table(dataset, sifted.frame, quarantine, report, (counted,))


@dataclass(frozen=True)
class _Opened:
    """The tables of a file, what was concluded, and the rows that are none.

    `counts_from_1904` is the date system of a workbook.
    """

    grids: list[Grid]
    notes: list[Inference]
    encoding: str | None = None
    counts_from_1904: bool = False
    lost: Sequence[Entry] = ()


def _open(
    blob: Blob,
    how: Reading,
    datasets: Mapping[str, Dataset],
    *,
    progress: Watch | None,
) -> _Opened:
    opened = _OPENERS[blob.kind](blob, how, progress)
    grids = [part for grid in opened.grids for part in split_grid(grid, datasets)]
    return replace(opened, grids=grids)


def _open_workbook(blob: Blob, how: Reading, progress: Watch | None) -> _Opened:
    book = read_workbook(blob, sheet=how.sheet, progress=progress)
    return _Opened(book.grids, book.inferences, counts_from_1904=book.counts_from_1904)


def _open_spreadsheetml(blob: Blob, how: Reading, progress: Watch | None) -> _Opened:
    del progress
    told = how.encoding or declared_encoding(blob.content)
    decoded = decode(blob.content, blob.file, encoding=told)
    book = read_spreadsheetml(decoded.text, blob.file, sheet=how.sheet)
    return _Opened(book.grids, book.inferences, decoded.encoding, book.counts_from_1904)


def _open_html(blob: Blob, how: Reading, progress: Watch | None) -> _Opened:
    del progress
    told = how.encoding or declared_charset(blob.content)
    decoded = decode(blob.content, blob.file, encoding=told)
    return _Opened(read_html(decoded.text, blob.file), [], decoded.encoding)


def _open_parquet(blob: Blob, how: Reading, progress: Watch | None) -> _Opened:
    del how, progress
    grid, notes = read_parquet(blob.content, blob.file)
    return _Opened([grid], notes)


def _open_json(blob: Blob, how: Reading, progress: Watch | None) -> _Opened:
    del progress
    found = read_json(blob.content, blob.file, encoding=how.encoding)
    return _Opened([found.grid], [], found.encoding, lost=found.lost)


def _open_text(blob: Blob, how: Reading, progress: Watch | None) -> _Opened:
    decoded = decode(blob.blocks, blob.file, encoding=how.encoding)
    watched = replace(decoded, blocks=partial(blob.blocks, progress))
    grid, notes = read_text(watched, blob.file)
    return _Opened([grid], notes, decoded.encoding)


_OPENERS: dict[FileKind, Callable[[Blob, Reading, Watch | None], _Opened]] = {
    "workbook": _open_workbook,
    "spreadsheetml": _open_spreadsheetml,
    "html": _open_html,
    "parquet": _open_parquet,
    "json": _open_json,
    "text": _open_text,
}
_WITH_SHEETS = {"workbook", "spreadsheetml"}


def _choose(
    grids: Sequence[Grid],
    datasets: Mapping[str, Dataset],
    *,
    blob: Blob,
    wanted: str | None,
) -> Dataset:
    if wanted is None:
        return datasets[_recognised(grids, datasets, blob)]
    if wanted in datasets:
        return datasets[wanted]
    what = f"没有数据集“{wanted}”"
    raise ReadError(Problem(blob.file, "dataset", what, near_names(wanted, datasets)))


def _recognised(
    grids: Sequence[Grid], datasets: Mapping[str, Dataset], blob: Blob
) -> str:
    best: dict[str, list[str]] = {}
    for grid in grids:
        ranked = _ranked(grid, datasets, f"{blob.path.stem} {grid.sheet or ''}")
        if ranked and ranked[0].score >= LEAST_SCORE:
            _refuse_tie(ranked, blob.file, grid)
            best.setdefault(ranked[0].dataset, []).append(grid.sheet or "")
    if len(best) == 1:
        return next(iter(best))
    raise ReadError(_not_one(best, blob.file))


def _ranked(grid: Grid, datasets: Mapping[str, Dataset], hint: str) -> list[Candidate]:
    """Rank the data sets by the best header row that each finds in the grid."""
    found: list[Candidate] = []
    possible = possible_headings(grid)
    for name, dataset in datasets.items():
        heading = best_heading(possible, dataset, {})
        if heading is not None:
            found += recognise(heading.headers, {name: dataset}, hint=hint)
    return sorted(found, key=lambda c: (-c.score, c.dataset))


def _refuse_tie(ranked: Sequence[Candidate], file: str, grid: Grid) -> None:
    close = [c for c in ranked if c.score > ranked[0].score - _TIE]
    if len(close) == 1:
        return
    words = "；".join(
        f"{c.dataset}（{c.title}，{c.score:.2f}，{'，'.join(c.reasons)}）"
        for c in close[:6]
    )
    where = f"工作表 {grid.sheet}" if grid.sheet else ""
    what = f"表头同时像几个数据集：{words}"
    raise ReadError(Problem(file, where, what, "用 dataset 指明是哪一个"))


def _not_one(best: Mapping[str, Sequence[str]], file: str) -> Problem:
    if not best:
        what = "认不出是哪个数据集：没有足够的列名相符"
        return Problem(file, "", what, "用 dataset 指明，并用 columns 对应列名")
    words = "；".join(f"{name}：{'、'.join(sheets)}" for name, sheets in best.items())
    what = f"各工作表属于不同的数据集（{words}）"
    return Problem(file, "", what, "用 dataset 和 sheet 指明要读的工作表")
