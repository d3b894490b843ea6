"""What the review page carries: an index of all leads, and their details in chunks."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pil_discovery.report import wording
from pil_discovery.report.outlines import encode_layers, encode_shape
from pil_discovery.text.defences import objections
from pil_discovery.text.ground import layer_words, overlap_words
from pil_discovery.text.initials import initials
from pil_discovery.text.name_links import link_words
from pil_discovery.text.periods import source_words
from pil_discovery.text.picture_quality import quality_words
from pil_discovery.text.towns import town_of
from pil_discovery.types import (
    Backdrop,
    LayerVersion,
    NameLink,
    Overlap,
    PictureQuality,
    Source,
    UsedRate,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from pil_discovery.report.workbook import Contents
    from pil_discovery.types import Album, IndexCurve

    Record = Mapping[str, Any]

MOST_LEADS = 5_000
CHUNK_LEADS = 250
MOST_RECORDS = 60
"""Rows listed with a finding; all are in findings.jsonl."""
RUN_FIELDS = ("name", "as_of", "shortlist", "attention", "conflicts")
SOURCE_FIELDS = ("file", "rows_read", "rows_used", "rows_quarantined")
MODEL_FIELDS = (
    *("id", "code", "state", "missing", "missing_clears", "counts", "notes", "labels"),
    *("quality", "file", "local", "units", "title_zh", "title_en"),
)
INDEX_FIELDS = (
    *("lead_id", "rank", "score", "kind", "domain", "model", "title_zh", "title_en"),
    *("subject_name", "subject_code", "agency", "route", "fact_date"),
    *("fact_last_date", "place", "town", "band", "urgent", "members", "shape"),
    *("pinyin", "pictures"),
)
"""Columns of `leads`: one array a lead, in this order; `members` are places in it,
`pictures` the number of its album, 0 = none."""


@dataclass(frozen=True)
class PageData:
    """The index, details of `CHUNK_LEADS` leads each, and albums, all plain JSON.

    Details are columns (name → values of the leads in order): what is alike stands
    together, which makes the page a good deal smaller.
    """

    index: dict[str, Any]
    details: list[dict[str, list[Any]]]
    albums: list[dict[str, Any]]


@dataclass
class _Shared:
    """Values that many leads have in common, written once."""

    values: list[Any] = field(default_factory=list)
    places: dict[Hashable, int] = field(default_factory=dict)

    def place(self, value: Any) -> int:  # noqa: ANN401 - any JSON
        """Return where the value stands in the list."""
        key = json.dumps(value, ensure_ascii=False, default=str)
        if key not in self.places:
            self.places[key] = len(self.values)
            self.values.append(value)
        return self.places[key]


def page_data(
    contents: Contents, scan: str, backdrop: Backdrop, most: int = MOST_LEADS
) -> PageData:
    """Choose what the page shows: classes and the first single leads, `most` in all.

    What is drawn by lot for the next review is among them wherever it ranks. Leads that
    are not listed are not among them; the notes of their model say so.

    Parameters
    ----------
    contents
        Plain records as they are written to the files.
    scan
        SHA-256 of run.json, which a decision file refers to.
    backdrop
        Layers and pictures behind the leads.
    """
    leads = _shown(contents.leads, most)
    findings = {f["finding_id"]: f for f in contents.findings}
    shared = _Shared()
    details = [_detail(lead, findings, shared, contents.run) for lead in leads]
    albums = _albums(leads, backdrop.albums)
    place = {lead["lead_id"]: n for n, lead in enumerate(leads)}
    index = {
        "scan": scan,
        "total": sum(bool(lead["listed"]) for lead in contents.leads),
        "unlisted": sum(not lead["listed"] for lead in contents.leads),
        "run": _run(contents),
        "words": _words(contents.run),
        "fields": INDEX_FIELDS,
        "leads": [_row(lead, place, albums) for lead in leads],
        "chunk": CHUNK_LEADS,
        "shared": shared.values,
        "basis": contents.run.get("basis") or {},
        "base": encode_layers(backdrop.layers),
    }
    steps = range(0, len(details), CHUNK_LEADS)
    chunks = [_columns(details[i : i + CHUNK_LEADS]) for i in steps]
    return PageData(index, chunks, list(albums.values()))


def _columns(details: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [d[name] for d in details] for name in details[0]}


def _shown(leads: Sequence[Record], most: int) -> list[Record]:
    listed = [lead for lead in leads if lead["listed"]]
    classes = [lead for lead in listed if lead["kind"] == "class"][:most]
    singles = [lead for lead in listed if lead["kind"] == "single"]
    first = sorted(singles, key=lambda lead: lead.get("band") == "later")
    kept = {lead["lead_id"] for lead in first[: most - len(classes)]}
    return [*(lead for lead in singles if lead["lead_id"] in kept), *classes]


def _words(run: Record) -> dict[str, Any]:
    return {
        "domains": dict(run.get("domains") or {}),
        "domains_en": dict(run.get("domains_en") or {}),
        "datasets": dict(run.get("datasets") or {}),
        "datasets_en": dict(run.get("datasets_en") or {}),
        "units": dict(run.get("units") or {}),
        "routes": wording.ROUTES,
        "kinds": wording.KINDS,
        "states": wording.STATES,
        "parts": wording.PARTS,
        "decisions": wording.DECISIONS,
        "reasons": wording.REASONS,
        "stages": wording.STAGES,
        "bands": wording.BANDS,
    }


def _run(contents: Contents) -> dict[str, Any]:
    run = contents.run
    empty: dict[str, Any] = {"missing": [], "notes": [], "counts": {}, "labels": {}}
    empty |= {"quality": {}, "missing_clears": [], "units": {}}
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
        "quarantine": len(contents.quarantine),
    }


def _origin(source: Record) -> str:
    """Say who gave a source out, when it was obtained, what it covers, and its hash."""
    words = source_words(Source.model_validate(source))
    return "，".join(f"{k}{v}" for k, v in words.items() if k != "SHA-256")


def _row(
    lead: Record, place: Mapping[str, int], albums: Mapping[str, Any]
) -> list[Any]:
    title = lead["title_zh"].partition("：")[0]
    spoken = [title, lead["agency"], lead["subject_name"], lead["place"]]
    told = {
        **lead,
        "town": town_of(lead["place"]),
        "band": lead.get("band"),
        "urgent": int(bool(lead["lanes"])),
        "members": [place[m] for m in lead["members"] if m in place] or 0,
        # the members of a class are drawn, so it has no outline of its own
        "shape": None if lead["kind"] == "class" else encode_shape(lead["geometry"]),
        "pinyin": " ".join(dict.fromkeys(initials(w) for w in spoken if w)),
        "pictures": 1 + list(albums).index(lead["lead_id"])
        if lead["lead_id"] in albums
        else 0,
    }
    return [told[name] for name in INDEX_FIELDS]


def _detail(
    lead: Record,
    findings: Mapping[str, Record],
    shared: _Shared,
    run: Record,
) -> dict[str, Any]:
    behind = [findings[i] for i in lead["findings"] if i in findings]
    own = behind if lead["kind"] == "single" else []
    return {
        "p": lead["parts"],
        "ro": lead["routes"],
        "me": lead["measures"],
        "re": lead["reasons"][1:] if _is_sum(lead["reasons"]) else lead["reasons"],
        "mi": lead["missing"],
        "la": lead["lanes"],
        "ve": shared.place(list(lead["verify"])),
        "st": shared.place(_steps(lead)),
        "ba": shared.place(list(lead["basis"])),
        "ob": [(q, v, shared.place(w)) for q, v, w in objections(lead, behind, run)],
        "f": [_finding(f, shared) for f in own],
        "n": len(lead["members"]),
    }


def _is_sum(reasons: Sequence[str]) -> bool:
    """Whether the first reason is the sum itself, which the page writes out anew."""
    return bool(reasons) and reasons[0].startswith("得分 ") and "√" in reasons[0]


def _steps(lead: Record) -> list[Record]:
    fields = ("title_zh", "event", "period_zh", "starts_from", "basis", "blocked_by")
    return [
        {name: step[name] for name in fields if step.get(name)}
        for step in lead["steps"]
    ]


def _finding(finding: Record, shared: _Shared) -> dict[str, Any]:
    """Write what is there; what is empty is left out."""
    told = {
        "s": finding["state"],
        "z": finding["sentence_zh"],
        "e": finding["sentence_en"],
        "r": [
            [shared.place(r["source"]), r.get("sheet") or 0, r["row"], r.get("dataset")]
            for r in finding["records"][:MOST_RECORDS]
        ],
        "rn": len(finding["records"]),
        "x": [e["zh"] for e in finding["exclusions"]],
        "u": [shared.place(w) for w in finding["undecided"]],
        "m": finding["missing"],
        "ra": [
            shared.place(UsedRate.model_validate(r).words()) for r in finding["rates"]
        ],
        "ov": [overlap_words(_overlap(o)) for o in finding["overlaps"]],
        "ly": [
            shared.place(layer_words(LayerVersion.model_validate(v)))
            for v in finding["layers"]
        ],
        "q": _gates(finding["quality"]),
        "li": [link_words(NameLink.model_validate(v)) for v in finding["links"]],
    }
    return {name: value for name, value in told.items() if value}


def _overlap(overlap: Record) -> Overlap:
    return Overlap.model_validate({**overlap, "geometry": None})


def _gates(quality: Record | None) -> dict[str, str] | None:
    if quality is None:
        return None
    return quality_words(PictureQuality.model_validate(quality))


def _albums(
    leads: Sequence[Record], albums: Mapping[str, Album]
) -> dict[str, dict[str, Any]]:
    """Return lead id → its pictures, in order of rank."""
    return {
        lead["lead_id"]: _album(albums[i])
        for lead in leads
        if lead["kind"] == "single"
        for i in lead["findings"]
        if i in albums
    }


def _album(album: Album) -> dict[str, Any]:
    return {
        "side": album.side_m,
        "ring": album.outline,
        "curves": [_curve(curve) for curve in album.curves],
        "shots": [
            [s.day.isoformat(), s.sensor, s.file, base64.b64encode(s.webp).decode()]
            for s in album.shots
        ],
    }


def _curve(curve: IndexCurve) -> dict[str, Any]:
    """Write a curve as points `[day, value, seen well enough]`."""
    points = zip(curve.days, curve.values, curve.clear, strict=True)
    return {
        "zh": curve.title.zh,
        "en": curve.title.en,
        "points": [
            [day.isoformat(), None if value is None else float(value), int(clear)]
            for day, value, clear in points
        ],
        "interval": curve.interval and [day.isoformat() for day in curve.interval],
    }
