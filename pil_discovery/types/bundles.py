"""Sealed evidence folders and their verification."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pil_discovery.types.base import Noun


class Bundle(Noun):
    """A finished evidence folder; `root_sha256` is its identity."""

    path: Path
    kind: str
    lead_id: str
    root_sha256: str
    existed: bool = False


class BundleProblem(Noun):
    """One difference between a bundle and its manifest."""

    kind: Literal[
        "changed", "missing", "added", "renamed", "reordered", "forbidden", "malformed"
    ]
    file: str
    what: str


class Verification(Noun):
    """The answer of a verification; `ok` only when nothing differs."""

    ok: bool
    signed: bool
    root_sha256: str | None
    problems: tuple[BundleProblem, ...] = ()
