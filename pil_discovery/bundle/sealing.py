"""The seal of a bundle: signature, time stamp, and the signed head of the ledger.

All three lie outside the tag manifest, because no two signatures are alike; what
`bag-info.txt` says of them is inside, so that none can be taken away unseen.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.bundle import seal_checks, staging
from pil_discovery.bundle.signing import fingerprint
from pil_discovery.bundle.timestamps import stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pil_discovery.bundle.signing import Signer


@dataclass(frozen=True)
class Sealed:
    """What a ledger is told of a bundle before its head is signed."""

    name: str
    root_sha256: str
    signature_sha256: str
    timestamp_sha256: str | None


@dataclass(frozen=True)
class Seal:
    """Who signs, who stamps, and which ledger takes note.

    Attributes
    ----------
    signer
        The office's key.
    authority
        Configuration of a local time-stamp authority or its address; None = no stamp.
    ledger
        Takes note of the sealed bundle and returns the head of the ledger (`count` of
        its entries and `hash` of the last one); None where the bundle has no case.
    """

    signer: Signer
    authority: str | None = None
    ledger: Callable[[Sealed], Mapping[str, int | str]] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The files of this seal."""
        stamps = (seal_checks.TIMESTAMP,) if self.authority is not None else ()
        return (seal_checks.SIGNATURE, *stamps, seal_checks.LOG_HEAD)

    def declaration(self) -> dict[str, str]:
        """Return what `bag-info.txt` says of the seal."""
        return {
            seal_checks.SEAL: " ".join(self.names),
            seal_checks.SIGNER: fingerprint(self.signer),
        }


def seal(folder: Path, name: str, seal: Seal) -> None:
    """Sign a bag that is otherwise complete: manifest, then stamp, then ledger head.

    Raises
    ------
    BundleError
        When the time-stamp authority gives no stamp for this signature.
    """
    manifest = (folder / seal_checks.TAGMANIFEST).read_bytes()
    signature = seal.signer.sign_cms(manifest)
    signed = staging.write(folder, seal_checks.SIGNATURE, signature)
    stamped = None
    if seal.authority is not None:
        reply = stamp(signature, seal.authority)
        stamped = staging.write(folder, seal_checks.TIMESTAMP, reply)
    told = Sealed(name, hashlib.sha256(manifest).hexdigest(), signed, stamped)
    head = {} if seal.ledger is None else dict(seal.ledger(told))
    staging.write(folder, seal_checks.LOG_HEAD, log_head(told, head, seal.signer))


def log_head(sealed: Sealed, ledger: Mapping[str, int | str], signer: Signer) -> bytes:
    """Return the signed head: what was sealed, and how long the ledger was then.

    The signature is over the same JSON without its own line; `count` and `hash` show
    later whether entries were cut off the end of the ledger.
    """
    head = {
        "bundle": sealed.name,
        "count": ledger.get("count"),
        "hash": ledger.get("hash"),
        "root_sha256": sealed.root_sha256,
        "signature_sha256": sealed.signature_sha256,
        "timestamp_sha256": sealed.timestamp_sha256,
    }
    proof = base64.b64encode(signer.sign_plain(seal_checks.head_bytes(head))).decode()
    return seal_checks.head_bytes({**head, "proof": proof})


def read_head(folder: Path) -> dict[str, int | str | None]:
    """Return the head that a sealed bundle holds, as it was signed."""
    head = json.loads((folder / seal_checks.LOG_HEAD).read_bytes())
    return {k: v for k, v in head.items() if k != "proof"}
