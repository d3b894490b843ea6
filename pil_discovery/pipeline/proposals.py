"""What a folder of exports seems to be: a proposed `pil.yaml`."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from pil_discovery.errors import PilError, Problem
from pil_discovery.pipeline import sandbox
from pil_discovery.types import BEIJING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pil_discovery.types import Dataset

TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods"})
VECTORS = frozenset({".gpkg", ".shp", ".geojson", ".fgb"})
PICTURES = frozenset({".tif", ".tiff"})
REPORT = "检查结果.xlsx"
_OURS = frozenset({REPORT, "pil.yaml", "pil.proposed.yaml"})


@dataclass
class Proposal:
    """Entries for `pil.yaml`, and what could not be told from the files."""

    records: list[dict[str, Any]] = field(default_factory=list)
    layers: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def data_files(root: Path) -> list[Path]:
    """Return the data files of a workspace, results of scans left out."""
    results = {p.parent for p in root.rglob("run.json")}
    known = TABLES | VECTORS | PICTURES
    return sorted(
        p
        for p in root.rglob("*")
        if p.is_file()
        and p.suffix.lower() in known
        and p.name not in _OURS
        and not p.name.startswith((".", "~$"))
        and not results & set(p.parents)
    )


def propose(
    root: Path,
    datasets: Mapping[str, Dataset],
    *,
    known: Iterable[str] = (),
    progress: Callable[[str, int, int], None] | None = None,
) -> Proposal:
    """Recognise every data file of a folder by its headers.

    Parameters
    ----------
    known
        Files (relative, POSIX) that a workspace names already.
    """
    proposal = Proposal()
    listed = set(known)
    files = data_files(root)
    for done, path in enumerate(files):
        name = path.relative_to(root).as_posix()
        if progress is not None:
            progress(name, done, len(files))
        if readable_name(name) != name:
            proposal.problems.append(_misnamed(name))
        elif name not in listed:
            _recognise(proposal, root, path, datasets)
    return proposal


def readable_name(name: str) -> str:
    """Return a file name as text that can be written down.

    Archives made on Chinese Windows, unpacked elsewhere, give names in GBK bytes, which
    Python holds as lone surrogates.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name


def _misnamed(name: str) -> Problem:
    what = "文件名不是 UTF-8 编码（多为压缩包解开时所致），未读取"
    return Problem(readable_name(name), "", what, "请把文件和所在文件夹改名后再试")


def _recognise(
    proposal: Proposal, root: Path, path: Path, datasets: Mapping[str, Dataset]
) -> None:
    name = path.relative_to(root).as_posix()
    kind = path.suffix.lower()
    if kind in PICTURES:
        proposal.pictures.append(name)
        return
    try:
        if kind in TABLES:
            table = sandbox.read_table(path, datasets, root=root)
            found, target = table.dataset, proposal.records
        else:
            layer = sandbox.read_vector(path, datasets, root=root)
            found, target = layer.dataset, proposal.layers
    except PilError as error:
        proposal.problems += error.problems
        return
    if found is None:
        proposal.problems.append(
            Problem(
                name, "", "认不出是哪个数据集", "在 pil.yaml 中写明 dataset 和 columns"
            )
        )
        return
    target.append({"dataset": found.id, "file": name})
    proposal.notes.append(f"{name}：按表头识别为《{found.title.zh}》（{found.id}）")


def newest_day(root: Path) -> dt.date | None:
    """Return the day on which the newest data file was last changed.

    It is only proposed as the as-of date of a new workspace; the user confirms it.
    """
    stamps = [p.stat().st_mtime for p in data_files(root)]
    if not stamps:
        return None
    return dt.datetime.fromtimestamp(max(stamps), BEIJING).date()


def workspace_text(name: str, as_of: dt.date | None, proposal: Proposal) -> str:
    """Write a `pil.yaml` with comments that say what still has to be filled in."""
    day = as_of.isoformat() if as_of else ""
    head = [
        f"name: {_quoted(name)}",
        f'as_of: "{day}"                 # 基准日：结果只取决于它，请核对',
        'jurisdiction: "000000"              # 行政区划代码，请改为本地代码',
        "office: {name: 请填写人民检察院全称, short: 检}",
    ]
    body = [
        *_entries("records", proposal.records),
        *_entries("layers", proposal.layers),
        "images: []",
        *(
            f"# 影像 {p}：请补写 acquired（含时区）、sensor、bands"
            for p in proposal.pictures
        ),
        "models: [builtin]",
    ]
    return "\n".join([*head, *body]) + "\n"


def filled_in(text: str, proposal: Proposal) -> str | None:
    """Put proposed entries into a `pil.yaml` that names no source yet.

    Everything else the user wrote stays as it is. None when the file has no empty
    list, as `pil init` writes it, for what was found.
    """
    for title, entries in (
        ("records", proposal.records),
        ("layers", proposal.layers),
    ):
        empty = f"{title}: []\n"
        if entries and f"\n{empty}" not in text:
            return None
        if entries:
            body = "\n".join(_entries(title, entries)) + "\n"
            text = text.replace(f"\n{empty}", f"\n{body}", 1)
    return text


def _quoted(text: str) -> str:
    return yaml.safe_dump(text, allow_unicode=True, default_style='"').strip()


def _entries(title: str, entries: list[dict[str, Any]]) -> list[str]:
    if not entries:
        return [f"{title}: []"]
    return [
        f"{title}:",
        *(
            f"  - {{dataset: {e['dataset']}, file: {_quoted(e['file'])}}}"
            for e in entries
        ),
    ]
