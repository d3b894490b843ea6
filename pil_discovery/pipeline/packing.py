"""From a lead of a finished scan to a sealed evidence folder."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import bundle, report
from pil_discovery.bundle import BundleRequest
from pil_discovery.bundle.annexes import open_annex
from pil_discovery.bundle.sealing import Seal
from pil_discovery.bundle.signing import KeySigner, load_signer
from pil_discovery.catalog.limits import source_name
from pil_discovery.errors import BundleError, Problem
from pil_discovery.pipeline.asides import set_aside, verdicts_on
from pil_discovery.pipeline.case_files import templates_folder, told_case, with_case
from pil_discovery.pipeline.cases import open_ledger, record_event
from pil_discovery.pipeline.crossings import crossings_of
from pil_discovery.pipeline.gathering import gather
from pil_discovery.pipeline.grounds import (
    bases_for,
    course_of,
    with_reply_periods,
)
from pil_discovery.pipeline.minors import is_case_of_minors, is_of_minors
from pil_discovery.pipeline.paper_bundles import with_papers
from pil_discovery.pipeline.pictures import plate_of
from pil_discovery.pipeline.strips import strips_of
from pil_discovery.procedure.ledger import find_case
from pil_discovery.report.privacy import mask_sentence
from pil_discovery.types import ImageSource, Source

_PASSWORD = "PIL_KEY_PASSWORD"  # noqa: S105 -- the name of a variable
_OPEN = (None, "", "公开", "public")
"""Grades of what may leave the office."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pil_discovery.bundle.annexes import Opened
    from pil_discovery.bundle.sealing import Sealed
    from pil_discovery.pipeline.case_files import Told
    from pil_discovery.pipeline.gathering import Behind
    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.types import (
        Bundle,
        Crossing,
        Finding,
        LayerSource,
        RecordSource,
        Verification,
    )


def build_bundle(  # noqa: PLR0913 - a stable public signature
    scan_dir: str | Path,
    lead_id: str,
    kind: str,
    out: str | Path,
    *,
    workspace: str | Path | None = None,
    profile: str = "internal",
    seal: Seal | None = None,
    case: tuple[str | Path, str] | None = None,
    redaction: str = "usual",
    footnotes: bool = False,
    **fields: str,
) -> Bundle:
    """Build the evidence folder of one document kind for one lead.

    Parameters
    ----------
    scan_dir
        Folder of a finished scan.
    lead_id
        Rank, or the beginning of the id.
    kind
        Document kind, such as `suggestion`.
    out
        Parent folder; the name of the bundle follows from scan, lead and kind.
    workspace
        Where the raw sources are; None takes the place noted in `timing.json`.
    profile
        For whom: `internal`, `agency`, `court` or `public`. All but the first are
        redacted and hold no raw files.
    seal
        Who signs and stamps, as `office_seal` gives it; None leaves it unsigned. A
        redacted bundle then has a sealed annex beside it, `<name>.sealed`.
    case
        Ledger and name of the case on which the document rests; a kind says in its file
        whether it wants one, and how far the case must have come.
    redaction
        `strict`: the data are of a minor. Where field, case or a person behind the
        lead tell so, that need not be said.
    footnotes
        Print below the page which evidence item each number of the text comes from.
    fields
        Values of fields that the kind declares (`number`, `contact`, …).

    Raises
    ------
    GateError
        If the law asks for an element that the lead does not have, the case has not
        come far enough, or a classified source would leave the office.
    BundleError
        If a raw source is gone or differs from what was scanned, a glyph or a field is
        missing, or a finished bundle with other content stands there.
    """
    told = told_case(kind, case, fields, scan_day(scan_dir))
    with tempfile.TemporaryDirectory(prefix="pil-") as received:
        behind = gather(scan_dir, lead_id, Path(received), workspace=workspace)
        request = request_of(behind, Path(scan_dir), told, Path(out))
        request = with_papers(request, case, fields)
        strict = request.strict or redaction == "strict"
        request = replace(request, strict=strict, footnotes=footnotes)
        return bundle.build(replace(request, fields=fields, profile=profile, seal=seal))


def office_seal(
    *,
    p12: str | Path | None = None,
    key: str | Path | None = None,
    cert: str | Path | None = None,
    password: str | None = None,
    tsa: str | None = None,
) -> Seal:
    """Return the seal of an office: its key, and the authority that stamps.

    Parameters
    ----------
    p12
        PKCS#12 file with key and certificate; or else
    key, cert
        Private key and certificate (PEM or DER).
    password
        Of the key; None takes `PIL_KEY_PASSWORD` from the environment.
    tsa
        Configuration of `openssl ts` for a local authority, or an http(s) address.

    Raises
    ------
    BundleError
        If a file cannot be read, the password is wrong or the two do not belong
        together.
    """
    given = os.environ.get(_PASSWORD) if password is None else password
    signer = load_signer(
        p12=None if p12 is None else Path(p12),
        key=None if key is None else Path(key),
        cert=None if cert is None else Path(cert),
        password=given.encode() if given else None,
    )
    return Seal(signer, tsa)


def with_ledger(seal: Seal, ledger: str | Path, case: str, on: dt.date) -> Seal:
    """Return a seal that the ledger of a case takes note of before its head is signed.

    `on` is the day of the record, or that of the latest event where that is later.
    """
    book = open_ledger(ledger)
    find_case(book.cases(), case)

    def note(sealed: Sealed) -> dict[str, int | str]:
        day = max(on, find_case(book.cases(), case).latest)
        told = {
            "bundle": sealed.name,
            "root_sha256": sealed.root_sha256,
            "timestamp_sha256": sealed.timestamp_sha256 or "",
        }
        text = "；".join(f"{k}={v}" for k, v in told.items() if v)
        record_event(
            book, case, "note.add", on=day, by="pil bundle", fields=[("text", text)]
        )
        head = book.head()
        return {"count": head.seq, "hash": head.hash}

    return replace(seal, ledger=note)


def request_of(behind: Behind, scan_path: Path, told: Told, out: Path) -> BundleRequest:
    """Return what a bundle is built of: a lead with its law, its map, rows and case."""
    catalog, materials = behind.catalog, behind.materials
    day = max(told.day, behind.as_of)
    course = course_of(behind.lead, catalog, day)
    course = with_reply_periods(course, catalog, day)
    rows = list(_source_rows(behind.findings, materials))
    used = {s.file for s in behind.sources}
    aside, left = set_aside(scan_path, behind.findings, used)
    request = BundleRequest(
        scan_dir=scan_path,
        run=behind.run,
        lead=behind.lead,
        findings=behind.findings,
        models=catalog.models,
        bases=bases_for(behind.findings, course, catalog),
        course=course,
        office=behind.place.office,
        out=out,
        templates=templates_folder(),
        kind=told.kind.kind,
        datasets=catalog.datasets,
        remedies=catalog.remedies,
        rows=rows,
        sources=behind.sources,
        source_paths=behind.paths,
        images=[i.provenance for i in materials.images],
        plate=plate_of(
            behind.findings, materials, catalog.datasets, secret=_secret(behind)
        ),
        strips=strips_of(behind.findings, materials.images, catalog.models),
        crossings=_crossings(behind),
        looked_at=behind.looked_at,
        set_aside=aside,
        set_aside_left=left,
        verdicts=verdicts_on(behind.place.root, behind.lead, behind.as_of),
        reading=_reading(behind),
        classified=_classified(behind),
        strict=_is_strict(behind, told, rows),
    )
    return with_case(request, told)


def _is_strict(behind: Behind, told: Told, rows: Sequence[dict[str, Any]]) -> bool:
    """Return whether field, case or a person behind the lead tell of a minor."""
    named = told.case is not None and is_case_of_minors(told.case, told.book)
    return named or is_of_minors(behind, rows)


def _crossings(behind: Behind) -> list[Crossing]:
    """Measure the lead against the layers of the workspace that may be shown."""
    secret = _secret(behind)
    frames = {
        name: frame[~frame["_source"].isin(secret)]
        for name, frame in behind.materials.frames.items()
    }
    known = [Source.model_validate(s) for s in behind.run["sources"]]
    catalog = behind.catalog
    context = (catalog.models, known)
    return crossings_of(behind.findings, frames, catalog.datasets, context)


def _secret(behind: Behind) -> set[str]:
    """Return the layers of the workspace that only the office may see."""
    return {source_name(entry) for entry in behind.place.layers if not _is_open(entry)}


def _is_open(entry: RecordSource | LayerSource | ImageSource) -> bool:
    return entry.classification in _OPEN


def _reading(behind: Behind) -> dict[str, Any]:
    """Return how the sources were read; what a database answered is not read again."""
    used = {s.file for s in behind.sources}
    told = behind.place.model_dump(mode="json", exclude={"root", "models", "capacity"})
    for part in ("records", "layers", "images"):
        told[part] = [
            {k: v for k, v in entry.items() if v not in (None, {}, False)}
            for entry in told[part]
            if entry["file"] in used
        ]
    return {
        "as_of": behind.as_of,
        "models": sorted({f.model for f in behind.findings}),
        "workspace": {k: v for k, v in told.items() if v is not None},
    }


def _classified(behind: Behind) -> dict[str, str]:
    used = {s.file for s in behind.sources}
    used |= {v.file for f in behind.findings for v in f.layers}
    place = behind.place
    entries: list[RecordSource | LayerSource | ImageSource] = [
        *place.records,
        *place.layers,
        *place.images,
    ]
    return {
        source_name(entry): entry.classification
        for entry in entries
        if entry.classification not in _OPEN
        and entry.classification is not None
        and source_name(entry) in used
    }


def scan_day(scan_dir: str | Path) -> dt.date:
    """Return the day of a scan."""
    run, _, _ = report.read_scan(Path(scan_dir))
    return dt.date.fromisoformat(run["as_of"])


def open_fields(
    annex: str | Path, labels: Sequence[str], seal: Seal, *, by: str, on: dt.date
) -> list[Opened]:
    """Open single fields of a sealed annex; the opening is noted beside it.

    Raises
    ------
    BundleError
        If the annex is damaged, made for another key, or knows no such label.
    """
    if not isinstance(seal.signer, KeySigner):
        what = "这把密钥不能用来解密"
        raise BundleError(Problem(str(annex), "--open", what, "用密钥文件"))
    return open_annex(Path(annex), labels, seal.signer, (by, on))


def verify_bundle(
    path: str | Path, *, trust: str | Path | None = None, root: str | None = None
) -> Verification:
    """Tell whether a bundle is exactly what was sealed.

    Parameters
    ----------
    path
        Folder of the bundle.
    trust
        CA certificates (PEM) for signature and time stamp.
    root
        Root hash that the bundle must have; the only way to see that an unsigned
        bundle was rewritten whole.
    """
    authority = None if trust is None else Path(trust)
    return bundle.verify(Path(path), trust=authority, root=root)


def _source_rows(
    findings: Sequence[Finding], materials: Materials
) -> Iterable[dict[str, Any]]:
    """Yield each row behind the findings once, with its cells as they were read."""
    wanted = dict.fromkeys(r for f in findings for r in f.records)
    for ref in wanted:
        frame = materials.frames.get(ref.dataset)
        if frame is None:
            continue
        here = (frame["_source"] == ref.source) & (frame["_row"] == ref.row)
        if ref.sheet is not None:
            here &= frame["_sheet"] == ref.sheet
        for _, row in frame[here].iterrows():
            yield {
                "dataset": ref.dataset,
                "source": ref.source,
                "sheet": ref.sheet,
                "row": ref.row,
                "cells": {
                    str(k): _cell(v)
                    for k, v in row.items()
                    if not str(k).startswith("_") and k != "geometry"
                },
            }


def _cell(value: Any) -> str:  # noqa: ANN401 -- any typed cell
    import pandas as pd

    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return f"{value:.10g}"
    return mask_sentence(str(value))
