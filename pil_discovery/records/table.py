"""One file → Table: recognise, type, sift, and account for every row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.day_numbers import count_from_1900
from pil_discovery.records.files import Blob, load
from pil_discovery.records.openers import WITH_SHEETS, open_grids
from pil_discovery.records.pages import Page, Reading, find_pages
from pil_discovery.records.recognition import choose_dataset
from pil_discovery.records.rows import Rows, read_rows
from pil_discovery.text.near_duplicates import near_duplicates
from pil_discovery.text.periods import fact_period
from pil_discovery.text.quarantine import quarantine_frame, sift_rows
from pil_discovery.types.sources import Inference, ReadReport, Source, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pil_discovery.types.datasets import Dataset


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
    opened = open_grids(blob, how, datasets, progress=progress)
    chosen = choose_dataset(opened.grids, datasets, blob=blob, wanted=wanted)
    dataset = chosen.dataset
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
    table = account(rows, dataset, source=source, pages=pages, notes=notes)
    told = {"candidates": chosen.candidates}
    return replace(table, report=table.report.model_copy(update=told))


def _count_from_1900(
    pages: Sequence[Page], dataset: Dataset
) -> tuple[list[Page], list[Inference]]:
    counted = [count_from_1900(page, dataset) for page in pages]
    return [page for page, _ in counted], [n for _, notes in counted for n in notes]


def _demand_meaning(how: Reading, dataset: Dataset, blob: Blob) -> None:
    """Refuse what was asked for and would have no effect: nobody would notice."""
    problems = []
    if how.sheet is not None and blob.kind not in WITH_SHEETS:
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
        suggestions=tuple(rows.suggestions),
    )
    period = fact_period(sifted.frame, dataset)
    counted = source.model_copy(update={**counts, "period": period})
    quarantine = quarantine_frame(entries)
    return Table(dataset, sifted.frame, quarantine, report, (counted,))
