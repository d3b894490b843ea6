"""review.html: one page that works offline, under a strict content policy."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pil_discovery.report import wording
from pil_discovery.text.periods import source_words
from pil_discovery.types import Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.report.workbook import Contents

MOST_LEADS = 5_000
PLAIN_BYTES = 1_500_000
"""Data above this size are deflated: a page of 5,000 leads stays below 3 MB."""

LEAD_FIELDS = (
    "lead_id",
    "kind",
    "rank",
    "score",
    "parts",
    "routes",
    "domain",
    "model",
    "code",
    "title_zh",
    "subject_name",
    "subject_code",
    "agency",
    "route",
    "findings",
    "members",
    "measures",
    "fact_date",
    "fact_last_date",
    "place",
    "basis",
    "verify",
    "reasons",
    "missing",
    "lanes",
    "steps",
)
FINDING_FIELDS = ("state", "sentence_zh", "records", "exclusions", "missing")
RUN_FIELDS = ("name", "as_of", "basis")
SOURCE_FIELDS = ("file", "rows_read", "rows_used", "rows_quarantined")
MODEL_FIELDS = (
    *("id", "code", "state", "missing", "counts", "notes", "labels"),
    *("quality", "file", "local"),
)
DEGREES = 6


def review_page(contents: Contents, scan: str) -> str:
    """Build the page.

    Parameters
    ----------
    contents
        Plain records as they are written to the files.
    scan
        SHA-256 of run.json, which a decision file refers to.

    Returns
    -------
    str
        HTML without any outside address; style and script are admitted by hash, data
        are JSON in which no `<` occurs, so that no record can become markup.
    """
    style, script = _part("review.css"), _part("review.js")
    policy = (
        "default-src 'none'; img-src data: blob:; "
        f"style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    page = _part("review.html").replace("<!--POLICY-->", meta)
    page = page.replace("<!--STYLE-->", f"<style>{style}</style>")
    page = page.replace("<!--SCRIPT-->", f"<script>{script}</script>")
    return page.replace("<!--DATA-->", _data_element(page_data(contents, scan)))


def page_data(contents: Contents, scan: str) -> dict[str, Any]:
    """Choose what the page shows: classes and the first single leads, 5,000 in all.

    What is drawn by lot for the next review is among them wherever it ranks. Leads that
    are not listed are not among them; the notes of their model say so.
    """
    leads = _shown(contents.leads)
    used = {i for lead in leads if lead["kind"] == "single" for i in lead["findings"]}
    return {
        "scan": scan,
        "total": sum(bool(lead["listed"]) for lead in contents.leads),
        "run": _run(contents.run),
        "words": {
            "domains": dict(contents.run.get("domains", {})),
            "routes": wording.ROUTES,
            "kinds": wording.KINDS,
            "states": wording.STATES,
            "parts": wording.PARTS,
            "decisions": wording.DECISIONS,
            "reasons": wording.REASONS,
            "stages": wording.STAGES,
            "bands": wording.BANDS,
        },
        "leads": [_lead(lead) for lead in leads],
        "findings": {
            f["finding_id"]: {name: f[name] for name in FINDING_FIELDS}
            for f in contents.findings
            if f["finding_id"] in used
        },
    }


def _shown(leads: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    listed = [lead for lead in leads if lead["listed"]]
    classes = [lead for lead in listed if lead["kind"] == "class"][:MOST_LEADS]
    singles = [lead for lead in listed if lead["kind"] == "single"]
    first = sorted(singles, key=lambda lead: lead.get("band") == "later")
    kept = {lead["lead_id"] for lead in first[: MOST_LEADS - len(classes)]}
    return [*(lead for lead in singles if lead["lead_id"] in kept), *classes]


def _run(run: Mapping[str, Any]) -> dict[str, Any]:
    empty: dict[str, Any] = {"missing": [], "notes": [], "counts": {}, "labels": {}}
    empty |= {"quality": {}}
    return {
        **{name: run.get(name) for name in RUN_FIELDS},
        "sources": [
            {**{name: s.get(name) for name in SOURCE_FIELDS}, "origin": _origin(s)}
            for s in run.get("sources", ())
        ],
        "models": [
            {name: m.get(name, empty.get(name)) for name in MODEL_FIELDS}
            for m in run.get("models", ())
        ],
    }


def _origin(source: Mapping[str, Any]) -> str:
    """Say who gave a source out, when it was obtained, and what it covers."""
    words = source_words(Source.model_validate(source))
    return "，".join(f"{k}{v}" for k, v in words.items() if k != "SHA-256")


def _lead(lead: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: lead[name] for name in LEAD_FIELDS} | {"band": lead.get("band")}
    if lead["kind"] == "class":  # its members are drawn, and hold the findings
        return {**shown, "findings": [], "geometry": None}
    return {**shown, "geometry": _coarse(lead["geometry"])}


def _coarse(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {k: _coarse(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_coarse(v) for v in value]
    return (
        value
        if value is None or isinstance(value, str)
        else round(float(value), DEGREES)
    )


def _data_element(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
    kind = 'type="application/json" id="data"'
    if len(text.encode()) <= PLAIN_BYTES:
        return f"<script {kind}>{_inert(text)}</script>"
    packed = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    return f'<script {kind} data-deflated="1">{packed}</script>'


def _inert(text: str) -> str:
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _part(name: str) -> str:
    return files("pil_discovery.report").joinpath("page", name).read_text("utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
