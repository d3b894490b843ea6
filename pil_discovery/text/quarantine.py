"""Rows and cells that are not used, each with its place, reason and remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from pil_discovery.text.columns import picked
from pil_discovery.text.masking import mask_identifier
from pil_discovery.text.repeats import repeated_rows
from pil_discovery.types.sources import (
    ORIGIN_COLUMNS,
    QUARANTINE_COLUMNS,
    Inference,
    ReasonClass,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pil_discovery.text.cells import CellProblem
    from pil_discovery.types.datasets import Dataset


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a quarantine."""

    source: str
    sheet: str | None
    row: int
    column: str | None
    value: str | None
    scope: Literal["row", "cell"]
    reason_class: ReasonClass
    reason: str
    remedy: str


@dataclass(frozen=True)
class Sifted:
    """A frame without the rows that leave, and the entries that say why."""

    frame: pd.DataFrame
    entries: list[Entry]
    inferences: list[Inference]


def quarantine_frame(entries: Iterable[Entry]) -> pd.DataFrame:
    """Return the entries as a frame with `QUARANTINE_COLUMNS`, in file order."""
    rows = [
        tuple(getattr(entry, name) for name in QUARANTINE_COLUMNS) for entry in entries
    ]
    rows.sort(key=lambda r: (r[0], r[1] or "", r[2], r[5] != "row", r[3] or ""))
    frame = pd.DataFrame(rows, columns=list(QUARANTINE_COLUMNS), dtype=object)
    return frame.astype({"row": "int64"})


def cell_entries(frame: pd.DataFrame, problems: Sequence[CellProblem]) -> list[Entry]:
    """Return quarantine entries for cells; `row` of a problem is a position."""
    places = [p.row for p in problems]
    origins = _origins(frame[list(ORIGIN_COLUMNS)].iloc[places]) if places else []
    return [
        Entry(
            *origin,
            column=p.column,
            value=p.value,
            scope="cell",
            reason_class=p.reason_class,
            reason=p.reason,
            remedy=p.remedy,
        )
        for p, origin in zip(problems, origins, strict=True)
    ]


def _origins(frame: pd.DataFrame) -> list[tuple[str, str | None, int]]:
    """Return file, sheet and row of each row."""
    cells = frame[list(ORIGIN_COLUMNS)].to_numpy(dtype=object).tolist()
    return [
        (str(source), None if pd.isna(sheet) else str(sheet), int(row))
        for source, sheet, row in cells
    ]


def sift_rows(frame: pd.DataFrame, dataset: Dataset) -> Sifted:
    """Take out the rows that the key of the data set does not allow.

    A row leaves when an identifier of the key is missing (dates may be), when it is the
    second copy of an equal row, and when its key stands on rows with other content:
    then all of these leave, because none is known to be right. A data set without key
    keeps equal rows, since two equal payments may both be true; they are named.
    """
    key = [name for name in dataset.key if name in frame.columns]
    if not dataset.key:
        return Sifted(frame, [], _twins(frame))
    absent = [name for name in dataset.key if name not in key]
    if absent:
        what = f"缺少主键列 {'、'.join(absent)}"
        note = Inference(what=what, value="未查重", why="文件里没有该列")
        return Sifted(frame, [], [note, *_twins(frame)])
    return _sift_by_key(frame, dataset, key)


def sift_rows_of_keys(
    frame: pd.DataFrame, dataset: Dataset, quarantine: pd.DataFrame
) -> Sifted:
    """Take out the rows whose key is already in conflict in another file.

    Masked keys (identifiers of persons) cannot be compared and are left alone.
    """
    key = [name for name in dataset.key if name in frame.columns]
    fields = [dataset.field(name) for name in key]
    masked = any(f is not None and f.pii == "identifier" for f in fields)
    conflicts = quarantine[quarantine["reason_class"] == "key_conflict"]
    if masked or conflicts.empty or len(key) < len(dataset.key):
        return Sifted(frame, [], [])
    known = set(conflicts["value"])
    texts = np.array(_key_texts(frame, dataset, key), dtype=object)
    struck = np.array([text in known for text in texts], dtype=bool)
    entries = _row_entries(
        frame[struck],
        columns=[key[0]] * int(struck.sum()),
        values=texts[struck].tolist(),
        reasons=["同一主键在另一个文件里内容互相矛盾"] * int(struck.sum()),
        reason_class="key_conflict",
        remedy="核实哪一行正确，删去其余行后重新导入",
    )
    return Sifted(frame[~struck].reset_index(drop=True), entries, [])


def _sift_by_key(frame: pd.DataFrame, dataset: Dataset, key: list[str]) -> Sifted:
    """Look closer only at rows that share a key: others are no copy and no conflict."""
    bad, entries = _without_key(frame, dataset, key)
    frame = frame[~bad] if bad.any() else frame
    again = repeated_rows(frame, key)
    if len(again):
        stays = np.ones(len(frame), dtype=bool)
        for find in (_copies, _conflicts):
            again = again[stays[again]]
            named = _named(frame.loc[stays, ["_source", "_sheet"]])
            gone, found = find(frame.iloc[again], dataset, key=key, named=named)
            stays[again[gone]] = False
            entries += found
        frame = frame[stays]
    return Sifted(frame.reset_index(drop=True), entries, [])


_Struck = tuple["NDArray[np.bool_]", list[Entry]]
"""Which rows of a frame leave, and why each does."""


def _without_key(frame: pd.DataFrame, dataset: Dataset, key: list[str]) -> _Struck:
    identifiers = [n for n in key if not _is_date(dataset, n)]
    missing = frame[identifiers].isna().to_numpy(dtype=bool)
    bad = np.asarray(missing.any(axis=1), dtype=bool)
    if not bad.any():
        return bad, []
    absent = [
        [name for name, gone in zip(identifiers, row, strict=True) if gone]
        for row in missing[bad].tolist()
    ]
    words = ["、".join(_title(dataset, name) for name in names) for names in absent]
    entries = _row_entries(
        frame.loc[bad],
        columns=[names[0] for names in absent],
        reasons=[f"主键缺失或无法读取：{word}" for word in words],
        reason_class="key_missing",
        remedy="补全该列后重新导入",
    )
    return bad, entries


def _copies(
    frame: pd.DataFrame, dataset: Dataset, *, key: list[str], named: _Named
) -> _Struck:
    content = _content(frame)
    copy = frame.duplicated(subset=content, keep="first").to_numpy()
    groups = frame.groupby(content, dropna=False, sort=False).ngroup().to_numpy()
    places = _places(frame, named)
    first = {int(g): places[p] for p, g in reversed(list(enumerate(groups)))}
    entries = _row_entries(
        frame[copy],
        columns=None,
        values=_key_texts(frame[copy], dataset, key),
        reasons=[f"与{first[int(g)]}完全相同" for g in groups[copy]],
        reason_class="duplicate",
        remedy="保留一行，无需处理；如系两笔业务请补充区分列",
    )
    return copy, entries


def _conflicts(
    frame: pd.DataFrame, dataset: Dataset, *, key: list[str], named: _Named
) -> _Struck:
    complete = frame[key].notna().all(axis=1)
    clash = (frame.duplicated(subset=key, keep=False) & complete).to_numpy(dtype=bool)
    groups = frame[clash].groupby(key, sort=False).ngroup().to_numpy()
    places = _places(frame[clash], named)
    together: dict[int, list[str]] = {}
    for group, place in zip(groups.tolist(), places, strict=True):
        together.setdefault(group, []).append(place)
    words = {group: "、".join(places) for group, places in together.items()}
    entries = _row_entries(
        frame[clash],
        columns=[key[0]] * len(groups),
        values=_key_texts(frame[clash], dataset, key),
        reasons=[f"同一主键内容不同：{words[group]}" for group in groups.tolist()],
        reason_class="key_conflict",
        remedy="核实哪一行正确，删去其余行后重新导入",
    )
    return clash, entries


@dataclass(frozen=True)
class _Named:
    """Whether the place of a row must name the sheet and the file."""

    sheets: bool
    sources: bool


def _named(frame: pd.DataFrame) -> _Named:
    """Name what there are several of."""
    sheets, sources = frame["_sheet"].unique(), frame["_source"].unique()
    return _Named(len(sheets) > 1, len(sources) > 1)


def _places(frame: pd.DataFrame, named: _Named) -> list[str]:
    """Return where each row stands."""
    return [
        (f"{source} " if named.sources else "")
        + (f"工作表“{sheet}”" if named.sheets and sheet else "")
        + f"第{row}行"
        for source, sheet, row in _origins(frame)
    ]


def _row_entries(
    frame: pd.DataFrame,
    *,
    columns: Sequence[str] | None,
    reasons: Sequence[str],
    reason_class: ReasonClass,
    remedy: str,
    values: Sequence[str] | None = None,
) -> list[Entry]:
    """Return an entry for each row; `columns` and `values` are one a row, or None."""
    nothing = [None] * len(frame)
    return [
        Entry(
            *origin,
            column=column,
            value=value,
            scope="row",
            reason_class=reason_class,
            reason=reason,
            remedy=remedy,
        )
        for origin, column, value, reason in zip(
            _origins(frame), columns or nothing, values or nothing, reasons, strict=True
        )
    ]


def _key_texts(frame: pd.DataFrame, dataset: Dataset, key: Sequence[str]) -> list[str]:
    """Return the keys as they may be shown: identifiers of persons are masked."""
    parts = []
    for name in key:
        field = dataset.field(name)
        masked = field is not None and field.pii == "identifier"
        cells = ["" if pd.isna(cell) else _printed(cell) for cell in frame[name]]
        parts.append([mask_identifier(cell) for cell in cells] if masked else cells)
    return [" | ".join(cells) for cells in zip(*parts, strict=True)]


def _printed(cell: object) -> str:
    return cell.date().isoformat() if isinstance(cell, pd.Timestamp) else str(cell)


def _is_date(dataset: Dataset, name: str) -> bool:
    field = dataset.field(name)
    return field is not None and field.type in {"date", "datetime"}


def _title(dataset: Dataset, name: str) -> str:
    field = dataset.field(name)
    return f"{field.aliases[0]}（{name}）" if field and field.aliases else name


def _content(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if name not in ORIGIN_COLUMNS]


def _twins(frame: pd.DataFrame) -> list[Inference]:
    """Name the rows that are equal in a data set that has no key."""
    content = _content(frame)
    if not content or frame.empty:
        return []
    same = picked(frame, repeated_rows(frame, content))
    if same.empty:
        return []
    groups = same.groupby(content, dropna=False, sort=False)["_row"].agg(list)
    shown = "；".join("第" + "、".join(map(str, rows)) + "行" for rows in groups[:20])
    more = f" 等 {len(groups)} 组" if len(groups) > 20 else ""
    return [
        Inference(
            what="内容完全相同的行都已保留",
            value=f"{len(same)} 行",
            why=f"该数据集没有主键，可能是两笔真实业务：{shown}{more}",
        )
    ]
