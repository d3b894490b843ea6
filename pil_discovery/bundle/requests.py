"""Everything that the pipeline hands over to build one bundle."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.bundle.sealing import Seal
    from pil_discovery.types import (
        Basis,
        CaseFile,
        Course,
        Crossing,
        Dataset,
        Finding,
        Followup,
        ImageProvenance,
        Lead,
        Model,
        Office,
        SetAside,
        Source,
        Verdict,
    )


def _nothing(_claim: str) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class BundleRequest:
    """One lead, one document kind, and all that stands behind them.

    Attributes
    ----------
    scan_dir
        Folder of the scan; `run.json`, `findings.jsonl` and `leads.jsonl` in it are
        named by hash in the provenance.
    run
        The parsed `run.json`; `as_of` (ISO date) dates the documents.
    findings
        The findings of this lead, in the order of the lead.
    models
        Model id → Model; at least those of the findings.
    bases
        Legal bases already resolved for the date of the fact.
    rows
        Source rows behind the findings: `dataset`, `source`, `sheet`, `row`, and
        `cells` (header → original text), or the cells as further keys.
    sources, source_paths
        Sources of the scan; file name → raw file. A path whose key shares folder and
        stem with a used source (a shapefile's parts) travels along.
    images
        Provenance of the pictures behind the findings.
    plate
        The location map as PNG, or None.
    strips
        Evidence item of a finding → its time strip as PNG.
    crossings
        The zones of all layers of the workspace that the ground of the findings meets.
    looked_at
        What the same models found of the same subject beside the lead, listed or not.
    set_aside
        Rows and cells in quarantine of the files behind the lead.
    set_aside_left
        How many more there are, which only the folder of the scan lists.
    verdicts
        What checks of the lead showed, in the order of the file.
    out
        Parent folder of the bundle.
    fields
        Values of the fields that the kind declares (number, contact, …).
    templates
        Folder with `<kind>.yaml`, `<kind>.docx`, `<kind>.typ`.
    remedies
        Remedy code → Chinese words; a remedy that is Chinese already needs none.
    fonts
        Folders with the user's own fonts, looked at first.
    profile
        For whom: `internal`, `agency`, `court` or `public`.
    seal
        Who signs and stamps the bundle; None leaves it unsigned.
    reading
        How the sources were read (`as_of`, `models`, `workspace`), so that the findings
        can be computed again from the bundle alone.
    footnotes
        Numbers of the text have footnotes with their evidence items.
    classified
        Sources behind the lead that are classified → their grade.
    is_redacted
        What the profile may not show has been replaced; raw files stay behind.
    strict
        The data are of a minor: every profile but the internal one shows less.
    case
        The case behind the document, as it stood on the day of the document.
    rules
        Fact id → basis, of every fact that the kind names and that is in force.
    followup
        The lead of the case compared with the scan, where the kind tells of it.
    periods
        Clock → its length in words.
    told
        Values that the papers of the kind name, where it has any.
    claim_faults
        Claim → what is wrong with it, each as a sentence with its rule.
    """

    scan_dir: Path
    run: Mapping[str, Any]
    lead: Lead
    findings: Sequence[Finding]
    models: Mapping[str, Model]
    bases: Sequence[Basis]
    course: Course
    office: Office
    out: Path
    templates: Path
    kind: str = "suggestion"
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Any]] = ()
    sources: Sequence[Source] = ()
    source_paths: Mapping[str, Path] = field(default_factory=dict)
    images: Sequence[ImageProvenance] = ()
    plate: bytes | None = None
    strips: Mapping[str, bytes] = field(default_factory=dict)
    crossings: Sequence[Crossing] = ()
    looked_at: Sequence[Finding] = ()
    set_aside: Sequence[SetAside] = ()
    set_aside_left: int = 0
    verdicts: Sequence[Verdict] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    remedies: Mapping[str, str] = field(default_factory=dict)
    fonts: tuple[Path, ...] = ()
    profile: str = "internal"
    seal: Seal | None = None
    footnotes: bool = False
    reading: Mapping[str, Any] = field(default_factory=dict)
    classified: Mapping[str, str] = field(default_factory=dict)
    is_redacted: bool = False
    strict: bool = False
    case: CaseFile | None = None
    rules: Mapping[str, Basis] = field(default_factory=dict)
    followup: Followup | None = None
    periods: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)
    claim_faults: Callable[[str], Sequence[str]] = _nothing

    @property
    def day(self) -> dt.date:
        """The day on which the document is written, unless a record dates it."""
        given = self.fields.get("date")
        if given:
            return dt.date.fromisoformat(given)
        return self.as_of if self.case is None else max(self.as_of, self.case.day)

    @property
    def as_of(self) -> dt.date:
        """The date of the scan, which dates the documents."""
        return dt.date.fromisoformat(str(self.run["as_of"])[:10])

    @property
    def name(self) -> str:
        """Folder name of the bundle."""
        return bundle_name(self.as_of, self.lead.lead_id, self.kind, self.profile)

    @property
    def is_signed(self) -> bool:
        """Whether the document is approved, by a field or in the ledger."""
        case = self.case
        return bool(self.fields.get("approved_by")) or (
            case is not None and case.is_signed
        )

    @property
    def lead_models(self) -> list[Model]:
        """Models of the findings, each once, in the order of the findings."""
        ids = dict.fromkeys([f.model for f in self.findings] or [self.lead.model])
        return [self.models[i] for i in ids if i in self.models]


def bundle_name(as_of: dt.date, lead_id: str, kind: str, profile: str) -> str:
    """Return the folder name of a bundle: it follows from scan, lead, kind, reader."""
    tail = "" if profile == "internal" else f"-{profile}"
    return f"PIL-{as_of.year}-{lead_id[:12]}-{kind}{tail}"
