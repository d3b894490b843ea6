"""The note that each unpacked folder carries: which archive, which files, which hashes.

It lets a later scan say out of which archive a file came, and lets the same archive be
met again without writing anything.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import ValidationError

from pil_discovery.types import Archive
from pil_discovery.types.base import Noun

if TYPE_CHECKING:
    from pathlib import Path

    from pil_discovery.types import Source

FOLDER = "解压"
"""Where archives of a workspace are unpacked, each into a folder of its name."""
MANIFEST = ".archive.json"


class Manifest(Noun):
    """What came out of an archive.

    `files` maps each unpacked file (path below the folder) to its SHA-256; `packed`
    are the members that were left inside.
    """

    archive: Archive
    files: dict[str, str]
    packed: tuple[str, ...] = ()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the note into a folder; the same content gives the same bytes."""
    text = json.dumps(
        manifest.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True
    )
    (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest | None:
    """Return the note of a folder, None where there is none that can be read."""
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        return Manifest.model_validate_json(text)
    except (OSError, UnicodeDecodeError, ValidationError):
        return None


def with_archive(root: Path, source: Source) -> Source:
    """Return a source that knows the archive it was unpacked from, if it was.

    Parameters
    ----------
    root
        The workspace. A file that was changed since it was unpacked has no archive.
    """
    parts = source.file.split("/")
    if parts[0] != FOLDER:
        return source
    for depth in range(len(parts) - 1, 1, -1):
        found = read_manifest(root.joinpath(*parts[:depth]))
        if found is not None:
            same = found.files.get("/".join(parts[depth:])) == source.sha256
            archive = found.archive if same else None
            return source.model_copy(update={"archive": archive})
    return source
