"""Verification of finished bundles: the same checks that travel inside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.bundle import verifier
from pil_discovery.types import BundleProblem, Verification

if TYPE_CHECKING:
    from pathlib import Path


def verify(
    path: Path | str, *, trust: Path | str | None = None, root: str | None = None
) -> Verification:
    """Compare a bundle with its manifests in a closed world.

    Every file must be listed and every listed file present and unchanged; links,
    special files, empty folders, unsorted or ill-formed manifests are faults. Content
    is never interpreted and hostile content never raises.

    Parameters
    ----------
    trust
        CA certificates (PEM) that the signer and the time-stamp authority must come
        from. Without them a signature shows that nothing changed, not who signed.
    root
        SHA-256 of `tagmanifest-sha256.txt` noted when the bundle was made; the only
        thing that sees a wholly rewritten unsigned bundle.
    """
    ca = None if trust is None else str(trust)
    report = verifier.inspect(str(path), ca, root)
    problems = tuple(
        BundleProblem.model_validate({"kind": kind, "file": file, "what": what})
        for kind, file, what in report.problems
    )
    return Verification(
        ok=not problems,
        signed=report.signed,
        trusted=report.trusted,
        seal=report.seal,
        root_sha256=report.root,
        problems=problems,
    )
