"""Rows and cells that are not used, each with its place, reason and remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from pil_discovery.text.masking import mask_identifier
from pil_discovery.types.sources import (
    ORIGIN_COLUMNS,
    QUARANTINE_COLUMNS,
    Inference,
    ReasonClass,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    origins = frame[list(ORIGIN_COLUMNS)].to_numpy(dtype=object)
    return [
        Entry(
            *_place(origins[p.row]),
            column=p.column,
            value=p.value,
            scope="cell",
            reason_class=p.reason_class,
            reason=p.reason,
            remedy=p.remedy,
        )
        for p in problems
    ]


def _place(origin: np.ndarray) -> tuple[str, str | None, int]:
    source, sheet, row = origin
    return str(source), None if pd.isna(sheet) else str(sheet), int(row)


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
    texts = [_key_text(frame, dataset, position=p, key=key) for p in range(len(frame))]
    struck = np.array([text in known for text in texts], dtype=bool)
    entries = [
        _row_entry(
            frame,
            position,
            column=key[0],
            value=texts[position],
            reason_class="key_conflict",
            reason="同一主键在另一个文件里内容互相矛盾",
            remedy="核实哪一行正确，删去其余行后重新导入",
        )
        for position in np.flatnonzero(struck).tolist()
    ]
    return Sifted(frame[~struck].reset_index(drop=True), entries, [])


def _sift_by_key(frame: pd.DataFrame, dataset: Dataset, key: list[str]) -> Sifted:
    entries: list[Entry] = []
    kept, gone = _without_key(frame, dataset, key)
    entries += gone
    kept, gone = _without_copies(kept, dataset, key)
    entries += gone
    kept, gone = _without_conflicts(kept, dataset, key)
    entries += gone
    return Sifted(kept.reset_index(drop=True), entries, [])


_Parted = tuple[pd.DataFrame, list[Entry]]


def _without_key(frame: pd.DataFrame, dataset: Dataset, key: list[str]) -> _Parted:
    identifiers = [n for n in key if not _is_date(dataset, n)]
    missing = frame[identifiers].isna()
    bad = missing.any(axis=1).to_numpy()
    entries = []
    for position in np.flatnonzero(bad).tolist():
        names = [n for n in identifiers if missing[n].iloc[position]]
        words = "、".join(_title(dataset, n) for n in names)
        entries.append(
            _row_entry(
                frame,
                position,
                column=names[0],
                reason_class="key_missing",
                reason=f"主键缺失或无法读取：{words}",
                remedy="补全该列后重新导入",
            )
        )
    return frame[~bad], entries


def _without_copies(frame: pd.DataFrame, dataset: Dataset, key: list[str]) -> _Parted:
    content = _content(frame)
    copy = frame.duplicated(subset=content, keep="first").to_numpy()
    if not copy.any():
        return frame, []
    groups = frame.groupby(content, dropna=False, sort=False).ngroup().to_numpy()
    places = _places(frame)
    first = {int(g): places[p] for p, g in reversed(list(enumerate(groups)))}
    entries = [
        _row_entry(
            frame,
            position,
            column=None,
            value=_key_text(frame, dataset, position=position, key=key),
            reason_class="duplicate",
            reason=f"与{first[int(groups[position])]}完全相同",
            remedy="保留一行，无需处理；如系两笔业务请补充区分列",
        )
        for position in np.flatnonzero(copy).tolist()
    ]
    return frame[~copy], entries


def _without_conflicts(
    frame: pd.DataFrame, dataset: Dataset, key: list[str]
) -> _Parted:
    complete = frame[key].notna().all(axis=1)
    clash = (frame.duplicated(subset=key, keep=False) & complete).to_numpy()
    if not clash.any():
        return frame, []
    groups = frame[clash].groupby(key, sort=False).ngroup().to_numpy()
    places = _places(frame)[clash]
    entries = []
    for at, position in enumerate(np.flatnonzero(clash).tolist()):
        same = "、".join(places[groups == groups[at]])
        entries.append(
            _row_entry(
                frame,
                position,
                column=key[0],
                value=_key_text(frame, dataset, position=position, key=key),
                reason_class="key_conflict",
                reason=f"同一主键内容不同：{same}",
                remedy="核实哪一行正确，删去其余行后重新导入",
            )
        )
    return frame[~clash], entries


def _places(frame: pd.DataFrame) -> np.ndarray:
    """Return where each row stands; the file is named where there are several."""
    rows = "第" + frame["_row"].astype("string") + "行"
    sheets = frame["_sheet"].fillna("")
    if sheets.duplicated().sum() < len(sheets) - 1:
        rows = "工作表“" + sheets + "”" + rows
    if frame["_source"].duplicated().sum() < len(frame) - 1:
        rows = frame["_source"] + " " + rows
    return rows.to_numpy(dtype=object)


def _row_entry(  # noqa: PLR0913 - the columns of a quarantine
    frame: pd.DataFrame,
    position: int,
    *,
    column: str | None,
    reason_class: ReasonClass,
    reason: str,
    remedy: str,
    value: str | None = None,
) -> Entry:
    origin = frame[list(ORIGIN_COLUMNS)].iloc[position].to_numpy(dtype=object)
    return Entry(
        *_place(origin),
        column=column,
        value=value,
        scope="row",
        reason_class=reason_class,
        reason=reason,
        remedy=remedy,
    )


def _key_text(
    frame: pd.DataFrame, dataset: Dataset, *, position: int, key: Sequence[str]
) -> str:
    parts = []
    for name in key:
        cell = frame[name].iloc[position]
        text = "" if pd.isna(cell) else _printed(cell)
        field = dataset.field(name)
        masked = field is not None and field.pii == "identifier"
        parts.append(mask_identifier(text) if masked else text)
    return " | ".join(parts)


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
    same = frame[frame.duplicated(subset=content, keep=False)]
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
