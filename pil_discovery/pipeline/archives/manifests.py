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


def archive_of(root: Path, file: str, sha256: str) -> Archive | None:
    """Return the archive that a file was unpacked from, if it is still the same file.

    Parameters
    ----------
    root
        The workspace.
    file
        Path of the file below it, with slashes.
    sha256
        Its hash; a file that was changed since has no archive any more.
    """
    parts = file.split("/")
    for depth in range(len(parts) - 1, 0, -1):
        found = read_manifest(root.joinpath(*parts[:depth]))
        if found is not None:
            same = found.files.get("/".join(parts[depth:])) == sha256
            return found.archive if same else None
    return None
