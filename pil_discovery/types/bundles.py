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
    """The answer of a verification; `ok` only when nothing differs.

    `signed` says that the signature fits the bundle, `trusted` that the signer comes
    from the CA that was given; `seal` says the same in Chinese.
    """

    ok: bool
    signed: bool
    trusted: bool = False
    seal: str = ""
    root_sha256: str | None
    problems: tuple[BundleProblem, ...] = ()


class Reproduction(Noun):
    """Whether the findings of a bundle came out the same when computed again."""

    ok: bool
    findings: int
    problems: tuple[BundleProblem, ...] = ()
