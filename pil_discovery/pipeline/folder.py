"""The files of a workspace folder: data, what belongs to data, and what is neither."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.imagery.products import parse_product
from pil_discovery.pipeline.kinds import BESIDE, GEODATABASE, kind_of
from pil_discovery.pipeline.persons import FILE as SALT
from pil_discovery.types import BEIJING, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REPORT = "检查结果.xlsx"
PROPOSED = "pil.proposed.yaml"

_OURS = frozenset({REPORT, "pil.yaml", PROPOSED, SALT, VERDICTS})
_MODELS = frozenset({".yaml", ".yml"})
_HIDDEN = (".", "~$", "__MACOSX")
_SENTINEL = ".safe"
_METADATA = re.compile(r"(.+)_(MTL|ANG)\.(txt|json|xml)", re.IGNORECASE)
"""What a Landsat product says of itself, beside its bands."""


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


def list_folder(root: Path) -> Listing:
    """List the files below a folder; a file geodatabase is one of them.

    Left out are hidden files, locks of office programs (`~$…`), what the check itself
    writes, models, and the results of scans.
    """
    data: list[Path] = []
    others: list[Path] = []
    for path in sorted(_files(root)):
        is_data = path.is_dir() or kind_of(path) != "foreign"
        (data if is_data and not _is_metadata(path) else others).append(path)
    mains = {_stem(p) for p in data}
    foreign = [p for p in others if not _belongs(p, mains)]
    return Listing(root, tuple(data), tuple(foreign))


def _files(folder: Path) -> Iterator[Path]:
    """Yield files and geodatabases; links to folders are not followed."""
    below = [p for p in folder.iterdir() if not p.name.startswith(_HIDDEN)]
    if any(p.name == "run.json" for p in below):
        return
    for path in below:
        if path.is_dir() and not path.is_symlink():
            is_file = path.suffix.lower() == GEODATABASE
            yield from [path] if is_file else _files(path)
        elif path.is_file() and not _is_ours(path):
            yield path


def _is_ours(path: Path) -> bool:
    return path.name in _OURS or path.suffix.lower() in _MODELS


def _stem(path: Path) -> Path:
    """Return the path without any of its endings: `甲.shp.xml` belongs to `甲.shp`."""
    return path.with_name(path.name.split(".", 1)[0])


def _belongs(path: Path, mains: set[Path]) -> bool:
    if _is_metadata(path):
        return True
    return path.suffix.lower() in BESIDE and _stem(path) in mains


def _is_metadata(path: Path) -> bool:
    """Tell what a satellite product says of itself in words, beside its pictures."""
    if any(p.suffix.lower() == _SENTINEL for p in path.parents):
        return kind_of(path) != "picture"
    named = _METADATA.fullmatch(path.name)
    return named is not None and parse_product(named[1]) is not None


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
