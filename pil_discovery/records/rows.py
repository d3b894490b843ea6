"""Pages → typed rows with their origin, places and doubts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pil_discovery.errors import ReadError
from pil_discovery.records.block_rows import TEXTS, BlockRows
from pil_discovery.records.places import Places, find_axes, read_places
from pil_discovery.records.recognition import first_cells
from pil_discovery.records.stated_units import stated_units
from pil_discovery.text.cells import (
    CellProblem,
    TypedFrame,
    check_units,
    type_frame,
)
from pil_discovery.text.column_advice import with_column_advice
from pil_discovery.text.columns import repeated
from pil_discovery.text.doubles import Double, compare_doubles
from pil_discovery.text.headers import declared_unit
from pil_discovery.text.plausibility import judge_units
from pil_discovery.text.quarantine import Entry, cell_entries
from pil_discovery.types.sources import ORIGIN_COLUMNS, Inference, Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.records.pages import Page, Reading
    from pil_discovery.types.datasets import Dataset


@dataclass(frozen=True)
class Rows:
    """Typed rows of one file before its key is looked at.

    `misfits` counts the rows that left because their fields cannot be assigned.
    """

    frame: pd.DataFrame
    entries: list[Entry]
    inferences: list[Inference]
    misfits: int
    suggestions: list[Suggestion] = field(default_factory=list)


def read_rows(
    pages: Sequence[Page], dataset: Dataset, *, file: str, how: Reading
) -> Rows:
    """Type the rows of all pages of one file.

    Raises
    ------
    ReadError
        With every unit that is unknown or measures something else than its column.
    """
    parts = [_typed(page, dataset, file=file, how=how) for page in pages]
    lost = [entry for page in pages for entry in _misfits(page, file)]
    entries = [entry for part in parts for entry in part.entries] + lost
    notes = [note for part in parts for note in part.inferences]
    frame = stack([part.frame for part in parts], dataset)
    asked = [s for part in parts for s in part.suggestions]
    return Rows(frame, entries, notes, len(lost), list(dict.fromkeys(asked)))


def stack(frames: Sequence[pd.DataFrame], dataset: Dataset) -> pd.DataFrame:
    """Put frames of one data set below each other: canonical columns, then origins."""
    if len(frames) == 1:
        return frames[0]
    frame = pd.concat(frames, ignore_index=True)
    order = [
        c for name in dataset.columns for c in (name, f"{name}_last", f"{name}_open")
    ]
    order += ["_x", "_y", *ORIGIN_COLUMNS]
    frame = frame[[name for name in order if name in frame.columns]]
    return frame.assign(**_companions(frame, dataset))


def _companions(frame: pd.DataFrame, dataset: Dataset) -> dict[str, pd.Series]:
    """Complete `_last` and `_open` where only some of the frames have them."""
    filled = {}
    for name in dataset.columns:
        if f"{name}_open" in frame.columns:
            filled[f"{name}_open"] = (
                frame[f"{name}_open"].astype("boolean").fillna(value=False)
            )
        if f"{name}_last" in frame.columns:
            filled[f"{name}_last"] = frame[f"{name}_last"].fillna(frame[name])
    return filled


def _typed(page: Page, dataset: Dataset, *, file: str, how: Reading) -> Rows:
    raw, notes = _raw(page, dataset)
    stated = _stated(page, dataset, how)
    units = {**stated, **_units(page, how)}
    try:
        check_units(dataset, units)
    except ReadError as error:
        raise ReadError(replace(p, file=file) for p in error.problems) from None
    typed = type_frame(raw, dataset, units=units, centuries=how.century)
    typed = judge_units(typed, raw, dataset, units)
    doubles = _doubles(page, dataset, how)
    typed = compare_doubles(typed, raw, doubles, dataset=dataset, units=units)
    typed = _advised(typed, page, dataset)
    places = _places(page, dataset)
    frame = _with_origin(typed.frame, page, file=file, places=places)
    problems = [*typed.problems, *(places.problems if places else [])]
    notes += _heading_notes(page, _units(page, how), places)
    notes += [_stated_note(name, unit) for name, unit in stated.items()]
    notes += list(typed.inferences)
    notes += places.inferences if places else []
    return Rows(frame, cell_entries(frame, problems), notes, 0, list(typed.suggestions))


def _doubles(page: Page, dataset: Dataset, how: Reading) -> list[Double]:
    """Return the columns whose field another one is read for, unless that was told."""
    headers = page.heading.headers
    settled = set((how.columns or {}).values())
    used = {name: headers[p] for p, name in page.match.mapping.items()}
    return [
        Double(
            field=field,
            used=used[name],
            header=headers[position],
            cells=_cells(page, position),
            unit=page.heading.units.get(position) or declared_unit(headers[position]),
        )
        for position, name in page.match.doubles.items()
        if name not in settled and (field := dataset.field(name)) is not None
    ]


def _advised(typed: TypedFrame, page: Page, dataset: Dataset) -> TypedFrame:
    """Add what the columns could mean that neither a field nor a coordinate took."""
    headers = page.heading.headers
    axes = find_axes(headers).values() if dataset.has_geometry else ()
    taken = {**dict.fromkeys(axes, "geometry"), **page.match.mapping}
    spare = set(page.match.unmatched)
    first = first_cells(page.grid, page.heading)
    cells = [first[p] if h in spare else [] for p, h in enumerate(headers)]
    return with_column_advice(typed, headers, cells, (dataset, taken))


def _raw(page: Page, dataset: Dataset) -> tuple[pd.DataFrame, list[Inference]]:
    cells = {
        name: _cells(page, position) for position, name in page.match.mapping.items()
    }
    notes = _fill_merged(cells, page, dataset)
    index = range(len(page.body.records))
    return pd.DataFrame(cells, index=index), notes


def _fill_merged(
    cells: Mapping[str, pd.Series], page: Page, dataset: Dataset
) -> list[Inference]:
    """Repeat words and dates of cells merged over several rows; never quantities.

    A merged amount is one amount: repeated, it would be counted several times.
    """
    if not page.grid.merged:
        return []
    place = {row: at for at, row in enumerate(page.body.records.tolist())}
    notes = []
    for (top, left), (bottom, _) in page.grid.merged:
        name = page.match.mapping.get(left)
        rows = [place[r] for r in range(top + 1, bottom + 1) if r in place]
        if name is None or top not in place or not rows:
            continue
        field = dataset.field(name)
        quantity = field is not None and field.type in {"number", "integer"}
        if not quantity:
            column: Any = cells[name]
            column.iloc[rows] = column.iloc[place[top]]
        why = "数值只计入首行" if quantity else "合并的各行取同一值"
        lines = f"第{page.grid.lines[top]}至{page.grid.lines[bottom]}行"
        notes.append(Inference(what=f"列 {name}：合并单元格", value=lines, why=why))
    return notes


def _cells(page: Page, position: int) -> pd.Series:
    """Return one column; records are never shorter than the header."""
    rows, records = page.grid.rows, page.body.records
    if not isinstance(rows, BlockRows):
        return pd.Series([rows[r][position] for r in records.tolist()], dtype=object)
    cells = rows.column(position, records)
    if isinstance(cells, list):
        return pd.Series(cells, dtype=object)
    if cells.type == pa.float64():
        return pd.Series(cells.to_numpy())
    if cells.type != TEXTS:
        return pd.Series(pd.arrays.ArrowExtensionArray(cells))
    return pd.Series(pd.array(cells, dtype="string"))


def _units(page: Page, how: Reading) -> dict[str, str]:
    below = {
        page.match.mapping[p]: u
        for p, u in page.heading.units.items()
        if p in page.match.mapping
    }
    return {**page.match.units, **below, **(how.units or {})}


def _stated(page: Page, dataset: Dataset, how: Reading) -> dict[str, str]:
    """Return the units that the titles state for columns without one of their own."""
    told = _units(page, how)
    names = [n for n in page.match.mapping.values() if n not in told]
    return stated_units(page.grid.rows[: page.heading.first], dataset, names)


def _stated_note(name: str, unit: str) -> Inference:
    why = "表头以上的标题写明，列名没有另写"
    return Inference(what=f"列 {name}：单位", value=unit, why=why)


def _with_origin(
    typed: pd.DataFrame, page: Page, *, file: str, places: Places | None
) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    if places is not None:
        columns |= {"_x": places.x, "_y": places.y}
    columns["_source"] = repeated(file, len(typed))
    columns["_sheet"] = repeated(page.grid.sheet, len(typed))
    lines = np.asarray(page.grid.lines, dtype="int64")[page.body.records]
    columns["_row"] = pd.Series(lines)
    return typed.assign(**columns)


def _misfits(page: Page, file: str) -> list[Entry]:
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
            reason=f"有{len(page.grid.rows[r])}个字段，表头有{width}个，不知如何对应",
            remedy="检查该行的分隔符和引号后重新导入",
        )
        for r in page.body.misfits
    ]


def _heading_notes(
    page: Page, units: Mapping[str, str], places: Places | None
) -> list[Inference]:
    notes = []
    used = _axis_headers(page) if places is not None else ()
    unused = [h for h in page.match.unmatched if h not in used]
    if unused:
        names, why = "、".join(unused), "数据集里没有对应的列"
        notes.append(Inference(what="未使用的列", value=names, why=why))
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


def _places(page: Page, dataset: Dataset) -> Places | None:
    if not dataset.has_geometry:
        return None
    axes = find_axes(page.heading.headers)
    for pair, named in ((("east", "north"), True), (("x", "y"), False)):
        if all(axis in axes for axis in pair):
            first, second = (_column(page, axes[axis]) for axis in pair)  # type: ignore[index]
            return read_places(first, second, named=named) or _undecided(first, second)
    return None


def _axis_headers(page: Page) -> list[str]:
    headers = page.heading.headers
    return [headers[position] for position in find_axes(headers).values()]


def _column(page: Page, position: int) -> pd.Series:
    name = page.heading.headers[position]
    return _cells(page, position).astype(object).rename(name)


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
