"""Files → Table: recognise, type, sift, and account for every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pil_discovery.errors import Problem, ReadError, near_names
from pil_discovery.records.files import Blob, load
from pil_discovery.records.grids import Grid
from pil_discovery.records.headings import (
    LEAST_SCORE,
    Candidate,
    Heading,
    find_heading,
    recognise,
)
from pil_discovery.records.lines import Body, split_body
from pil_discovery.records.places import Places, find_axes, read_places
from pil_discovery.records.quarantine import (
    Entry,
    cell_entries,
    quarantine_frame,
    sift_rows,
)
from pil_discovery.records.text_tables import decode, read_text
from pil_discovery.records.workbooks import read_workbook
from pil_discovery.text.cells import CellProblem, check_units, type_frame
from pil_discovery.text.headers import HeaderMatch, match_headers
from pil_discovery.types.sources import Inference, ReadReport, Source, Table

if TYPE_CHECKING:
    from pil_discovery.types.datasets import Dataset

_TIE = 0.05


@dataclass(frozen=True)
class Reading:
    """How a file is to be read where guessing would be unsafe."""

    sheet: str | None = None
    columns: Mapping[str, str] | None = None
    units: Mapping[str, str] | None = None
    encoding: str | None = None
    century: Mapping[str, int] | None = None


@dataclass(frozen=True)
class _Page:
    """A grid with its header and what the header means."""

    grid: Grid
    heading: Heading
    match: HeaderMatch
    body: Body


def read_table(
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
) -> Table:
    """Read one file of rows as a data set.

    Parameters
    ----------
    path
        CSV, TSV, TXT, XLSX, XLS or ODS file.
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
    grids, found, encoded = _open(blob, how)
    dataset = _choose(grids, datasets, blob=blob, wanted=wanted)
    pages, unread = _pages(grids, dataset, blob=blob, how=how, others=datasets)
    return _fill(pages, dataset, blob=blob, how=how).finish(found + unread, encoded)


def _open(
    blob: Blob, how: Reading
) -> tuple[list[Grid], list[Inference], str | None]:
    if blob.kind == "workbook":
        grids, found = read_workbook(blob, sheet=how.sheet)
        return grids, found, None
    decoded = decode(blob.content, blob.file, encoding=how.encoding)
    grid, found = read_text(decoded, blob.file)
    return [grid], found, decoded.encoding


# ---- which data set ----


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


def _ranked(
    grid: Grid, datasets: Mapping[str, Dataset], hint: str
) -> list[Candidate]:
    """Rank the data sets by the best header row that each finds in the grid."""
    found: list[Candidate] = []
    for name, dataset in datasets.items():
        at = find_heading(grid, dataset, {})
        if at is not None:
            found += recognise(at[0].headers, {name: dataset}, hint=hint)
    return sorted(found, key=lambda c: (-c.score, c.dataset))


def _refuse_tie(ranked: Sequence[Candidate], file: str, grid: Grid) -> None:
    close = [c for c in ranked if c.score > ranked[0].score - _TIE]
    if len(close) == 1:
        return
    words = "；".join(
        f"{c.dataset}（{c.title}，{c.score:.2f}，{'，'.join(c.reasons)}）" for c in close[:6]
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


# ---- which sheets ----


def _pages(
    grids: Sequence[Grid],
    dataset: Dataset,
    *,
    blob: Blob,
    how: Reading,
    others: Mapping[str, Dataset],
) -> tuple[list[_Page], list[Inference]]:
    overrides = how.columns or {}
    found = [(g, find_heading(g, dataset, overrides)) for g in grids]
    fitting = [(g, at[0]) for g, at in found if at is not None]
    if len(fitting) > 1:
        fitting = _own_sheets(fitting, dataset, others)
    if not fitting:
        raise ReadError(_no_header(grids, dataset, blob.file))
    pages = [_page(g, h, dataset=dataset, file=blob.file, how=how) for g, h in fitting]
    unread = [g.sheet for g in grids if not any(p.grid is g for p in pages)]
    names = "、".join(str(n) for n in unread)
    note = Inference(what="未读取的工作表", value=names, why="列名与数据集不符")
    return pages, [note] if unread else []


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
    names = "、".join(
        f.aliases[0] if f.aliases else f.name for f in dataset.fields[:8]
    )
    what = f"找不到“{dataset.title.zh}”的表头，应有如：{names}"
    where = f"工作表 {sheets}" if sheets else ""
    return Problem(file, where, what, "核对文件，或用 columns 指明各列")


def _page(
    grid: Grid, heading: Heading, *, dataset: Dataset, file: str, how: Reading
) -> _Page:
    try:
        match = match_headers(heading.headers, dataset, how.columns, cut_bytes=0)
    except ReadError as error:
        where = f"工作表 {grid.sheet} " if grid.sheet else ""
        raise ReadError(
            replace(p, file=file, where=where + p.where) for p in error.problems
        ) from None
    return _Page(grid, heading, match, split_body(grid, heading))


# ---- rows ----


@dataclass
class _Filled:
    """The rows of all pages, typed, before they become a table."""

    dataset: Dataset
    blob: Blob
    frame: pd.DataFrame
    entries: list[Entry]
    inferences: list[Inference]
    pages: list[_Page]

    def finish(self, found: Sequence[Inference], encoding: str | None) -> Table:
        sifted = sift_rows(self.frame, self.dataset)
        entries = self.entries + sifted.entries
        gone = sum(e.scope == "row" for e in entries)
        read = len(self.frame) + sum(len(p.body.misfits) for p in self.pages)
        report = ReadReport(
            rows_read=read,
            rows_used=len(sifted.frame),
            rows_quarantined=gone,
            rows_skipped=tuple(s for p in self.pages for s in p.body.skipped),
            inferences=(*found, *self.inferences, *sifted.inferences),
        )
        source = Source(
            dataset=self.dataset.id,
            file=self.blob.file,
            sha256=self.blob.sha256,
            bytes=len(self.blob.content),
            rows_read=read,
            rows_used=len(sifted.frame),
            rows_quarantined=gone,
            encoding=encoding,
        )
        quarantine = quarantine_frame(entries)
        return Table(self.dataset, sifted.frame, quarantine, report, (source,))


def _fill(
    pages: list[_Page], dataset: Dataset, *, blob: Blob, how: Reading
) -> _Filled:
    parts = [_typed(p, dataset, blob=blob, how=how) for p in pages]
    frame = _stack([f for f, _, _ in parts], dataset)
    entries = [e for _, es, _ in parts for e in es]
    notes = [n for _, _, ns in parts for n in ns]
    entries += [e for p in pages for e in _misfits(p, blob.file)]
    return _Filled(dataset, blob, frame, entries, notes, pages)


def _stack(frames: Sequence[pd.DataFrame], dataset: Dataset) -> pd.DataFrame:
    if len(frames) == 1:
        return frames[0]
    frame = pd.concat(frames, ignore_index=True)
    for name in frame.columns:
        if name.endswith("_open"):
            frame[name] = frame[name].fillna(value=False)
        elif name.endswith("_last") and name.removesuffix("_last") in dataset.columns:
            frame[name] = frame[name].fillna(frame[name.removesuffix("_last")])
    return frame


def _typed(
    page: _Page, dataset: Dataset, *, blob: Blob, how: Reading
) -> tuple[pd.DataFrame, list[Entry], list[Inference]]:
    raw = _raw(page)
    units = _units(page, how)
    try:
        check_units(dataset, units)
    except ReadError as error:
        raise ReadError(
            replace(p, file=blob.file) for p in error.problems
        ) from None
    typed = type_frame(raw, dataset, units=units, centuries=how.century)
    places = _places(page, dataset)
    frame = _with_origin(typed.frame, page, file=blob.file, places=places)
    problems = [*typed.problems, *(places.problems if places else [])]
    notes = _heading_notes(page, units) + list(typed.inferences)
    notes += places.inferences if places else []
    return frame, cell_entries(frame, problems), notes


def _raw(page: _Page) -> pd.DataFrame:
    rows = page.grid.rows
    cells = {
        name: [_at(rows[r], position) for r in page.body.records]
        for position, name in page.match.mapping.items()
    }
    index = range(len(page.body.records))
    return pd.DataFrame(cells, index=index, dtype=object)


def _at(row: Sequence[object], position: int) -> object:
    return row[position] if position < len(row) else None


def _units(page: _Page, how: Reading) -> dict[str, str]:
    below = {page.match.mapping[p]: u for p, u in page.heading.units.items() if p in page.match.mapping}
    return {**page.match.units, **below, **(how.units or {})}


def _with_origin(
    typed: pd.DataFrame, page: _Page, *, file: str, places: Places | None
) -> pd.DataFrame:
    frame = typed.copy()
    if places is not None:
        frame["_x"], frame["_y"] = places.x, places.y
    count = len(frame)
    frame["_source"] = pd.Series([file] * count, dtype="string")
    frame["_sheet"] = pd.Series([page.grid.sheet] * count, dtype="string")
    lines = [page.grid.lines[r] for r in page.body.records]
    frame["_row"] = pd.Series(lines, dtype="int64")
    return frame


def _misfits(page: _Page, file: str) -> list[Entry]:
    width = len(page.heading.headers)
    return [
        Entry(
            file,
            page.grid.sheet,
            page.grid.lines[r],
            column=None,
            value=None,
            scope="row",
            reason_class="fields",
            reason=f"有 {len(page.grid.rows[r])} 个字段，表头有 {width} 个，不知如何对应",
            remedy="检查该行的分隔符和引号后重新导入",
        )
        for r in page.body.misfits
    ]


def _heading_notes(page: _Page, units: Mapping[str, str]) -> list[Inference]:
    notes = []
    if page.match.unmatched:
        names = "、".join(page.match.unmatched)
        notes.append(Inference(what="未使用的列", value=names, why="数据集里没有对应的列"))
    if page.match.duplicates:
        names = "、".join(page.match.duplicates)
        why = "同一含义的列出现多次，采用第一个相符的"
        notes.append(Inference(what="重复的列未使用", value=names, why=why))
    notes += [
        Inference(what=f"列 {name}：单位", value=unit, why="表头、单位行或工作区写明")
        for name, unit in units.items()
        if name in page.match.mapping.values()
    ]
    return notes


# ---- places ----


def _places(page: _Page, dataset: Dataset) -> Places | None:
    if not dataset.has_geometry:
        return None
    axes = find_axes(page.heading.headers)
    for pair, named in ((("east", "north"), True), (("x", "y"), False)):
        if all(axis in axes for axis in pair):
            first, second = (_column(page, axes[axis]) for axis in pair)  # type: ignore[index]
            return read_places(first, second, named=named) or _undecided(first, second)
    return None


def _column(page: _Page, position: int) -> pd.Series:
    rows = page.grid.rows
    cells = [_at(rows[r], position) for r in page.body.records]
    return pd.Series(cells, name=page.heading.headers[position], dtype=object)


def _undecided(first: pd.Series, second: pd.Series) -> Places:
    empty = pd.Series([float("nan")] * len(first), dtype="float64")
    problems = [
        CellProblem(
            row,
            str(first.name),
            f"{first.iloc[row]} / {second.iloc[row]}",
            "crs",
            "分不清哪个是东（横）坐标、哪个是北（纵）坐标",
            "把列名改为 东坐标/北坐标 或 经度/纬度",
        )
        for row in range(len(first))
    ]
    return Places(empty, empty, problems, [])


# ---- several files ----


def combine(tables: Sequence[Table]) -> Table:
    """Put several files of one data set together.

    Keys are checked again across the files: equal rows stay once, rows with one key and
    different content all leave. Every source keeps its own count of rows.

    Raises
    ------
    ReadError
        When there is no table, or the tables are not of one data set.
    """
    if not tables or len({t.dataset.id if t.dataset else "" for t in tables}) > 1:
        raise ReadError("只能合并同一数据集的表，且至少一个")
    first = tables[0].dataset
    if len(tables) == 1 or first is None:
        return tables[0]
    stacked = _stack([t.frame for t in tables], first)
    sifted = sift_rows(_reordered(stacked, first), first)
    quarantine = pd.concat(
        [*(t.quarantine for t in tables), quarantine_frame(sifted.entries)],
        ignore_index=True,
    )
    sources = tuple(
        _recounted(s, sifted.entries) for t in tables for s in t.sources
    )
    return Table(
        first, sifted.frame, quarantine, _summed(tables, sifted.inferences, sources), sources
    )


def _reordered(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Return canonical columns first, origin columns last."""
    behind = [c for c in frame.columns if c.startswith("_")]
    front = [c for c in frame.columns if not c.startswith("_")]
    order = {name: i for i, name in enumerate(dataset.columns)}
    front.sort(key=lambda c: order.get(c.removesuffix("_last").removesuffix("_open"), 999))
    return frame[[*front, *behind]]


def _recounted(source: Source, entries: Sequence[Entry]) -> Source:
    gone = sum(e.source == source.file and e.scope == "row" for e in entries)
    return source.model_copy(
        update={
            "rows_used": source.rows_used - gone,
            "rows_quarantined": source.rows_quarantined + gone,
        }
    )


def _summed(
    tables: Sequence[Table], notes: Sequence[Inference], sources: Sequence[Source]
) -> ReadReport:
    return ReadReport(
        rows_read=sum(s.rows_read for s in sources),
        rows_used=sum(s.rows_used for s in sources),
        rows_quarantined=sum(s.rows_quarantined for s in sources),
        rows_skipped=tuple(s for t in tables for s in t.report.rows_skipped),
        inferences=(*(i for t in tables for i in t.report.inferences), *notes),
    )
