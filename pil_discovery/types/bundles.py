"""Sealed evidence folders and their verification."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pil_discovery.types.base import Noun


class Crossing(Noun):
    """A zone of a layer that the ground of a finding meets, or that it lies in.

    `item` is the evidence item of the finding. Areas are official ellipsoidal ones, m²,
    two decimals, with their 5 % and 95 % quantiles under positional error; None = not
    assessed, or no area to measure (points). `used` says that the model of the finding
    looks at the layer; otherwise it is only told what else lies there.
    """

    item: str
    dataset: str
    file: str
    sheet: str | None = None
    row: int
    name: str = ""
    issuer: str | None = None
    obtained: str | None = None
    sha256: str = ""
    how: Literal["intersection", "within"]
    area_m2: Decimal | None = None
    area_low_m2: Decimal | None = None
    area_high_m2: Decimal | None = None
    p_overlap: Decimal | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    used: bool = True


class SetAside(Noun):
    """A row or cell in quarantine that the search for a lead did not see.

    `reason` is empty where the reader may not see it; `reason_class` always tells.
    """

    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    scope: Literal["row", "cell"]
    reason_class: str
    reason: str = ""


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
