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


class PackedLead(Noun):
    """What became of one lead of a batch; `reasons` say why it has no bundle.

    `gate`: the procedure does not allow this document yet; `fault`: something is
    missing or wrong; `defect`: the program itself failed on it.
    """

    rank: int
    lead_id: str
    title_zh: str
    agency: str | None
    state: Literal["packed", "gate", "fault", "defect"]
    bundle: str | None = None
    root_sha256: str | None = None
    reasons: tuple[str, ...] = ()
    existed: bool = False


class Batch(Noun):
    """Bundles of many leads in order of the leads, and the workbook that lists them."""

    kind: str
    profile: str
    entries: tuple[PackedLead, ...]
    index: Path

    @property
    def refused(self) -> tuple[PackedLead, ...]:
        """The leads that have no bundle."""
        return tuple(e for e in self.entries if e.state != "packed")


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
