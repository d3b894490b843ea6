"""The files of a workspace folder by kind: the one place that knows their endings."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pil_discovery.types import BEIJING

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["table", "layer", "picture", "foreign"]

TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods"})
LAYERS = frozenset({".gpkg", ".shp", ".geojson", ".fgb"})
PICTURES = frozenset({".tif", ".tiff"})
REPORT = "检查结果.xlsx"
PROPOSED = "pil.proposed.yaml"

_OURS = frozenset({REPORT, "pil.yaml", PROPOSED})
_MODELS = frozenset({".yaml", ".yml"})
_BESIDE = frozenset(
    {
        *(".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".qmd"),
        *(".aux", ".xml", ".ovr", ".msk", ".tfw", ".tifw", ".hdr", ".rpb", ".rpc"),
        *(".gpkg-wal", ".gpkg-shm", ".qml", ".sld"),
    }
)
"""Endings of files that belong to a layer or picture of the same name."""


@dataclass(frozen=True)
class Listing:
    """The files of a folder, each list in order of path.

    `data` are tables, layers and pictures; `foreign` whatever else lies there.
    """

    root: Path
    data: tuple[Path, ...]
    foreign: tuple[Path, ...]

    def name(self, path: Path) -> str:
        """Return the path below the folder, with slashes."""
        return path.relative_to(self.root).as_posix()


def kind_of(path: Path) -> Kind:
    """Return what a file is by its ending; what it holds is tested when it is read."""
    ending = path.suffix.lower()
    if ending in TABLES:
        return "table"
    if ending in LAYERS:
        return "layer"
    return "picture" if ending in PICTURES else "foreign"


def list_folder(root: Path) -> Listing:
    """List the files below a folder.

    Left out are hidden files, locks of office programs (`~$…`), what the check itself
    writes, models, and the results of scans.
    """
    results = {p.parent for p in root.rglob("run.json")}
    files = [
        p
        for p in sorted(root.rglob("*"))
        if p.is_file() and _is_theirs(p, root) and not results & set(p.parents)
    ]
    data = [p for p in files if kind_of(p) != "foreign"]
    mains = {_stem(p) for p in data}
    foreign = [p for p in files if kind_of(p) == "foreign" and not _belongs(p, mains)]
    return Listing(root, tuple(data), tuple(foreign))


def _is_theirs(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in parts)
    ours = path.name in _OURS or path.suffix.lower() in _MODELS
    return not hidden and not ours


def _stem(path: Path) -> Path:
    """Return the path without any of its endings: `甲.shp.xml` belongs to `甲.shp`."""
    return path.with_name(path.name.split(".", 1)[0])


def _belongs(path: Path, mains: set[Path]) -> bool:
    return path.suffix.lower() in _BESIDE and _stem(path) in mains


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


def newest_day(root: Path) -> dt.date | None:
    """Return the day on which the newest data file was last changed.

    It is only proposed as the as-of date of a new workspace; the user confirms it.
    """
    stamps = [p.stat().st_mtime for p in list_folder(root).data]
    if not stamps:
        return None
    return dt.datetime.fromtimestamp(max(stamps), BEIJING).date()
