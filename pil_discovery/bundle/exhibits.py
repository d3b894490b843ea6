"""Evidence items: sources, source rows, findings; every printed number leads here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.redaction import mask_cells
from pil_discovery.bundle.traces import trace_numbers
from pil_discovery.text.periods import coverage_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import Finding, Model, Source

ROWS, LAYERS, PLATE, POINTS, STRIP = "ROWS", "LAYERS", "PLATE", "POINTS", "STRIP"
"""Items of what the bundle derives; a strip adds the number of its finding."""
RowKey = tuple[str, str, str, int]
_DATABASE = "database:"
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|%~#]')


@dataclass(frozen=True)
class Evidence:
    """The numbered items of a bundle.

    Attributes
    ----------
    sources
        One item per source file used: `item`, `file`, `sha256`, `path` in the bundle.
    rows
        One item per source row, with masked cells.
    facts
        One item per finding, naming its parents.
    """

    sources: tuple[dict[str, Any], ...]
    rows: tuple[dict[str, Any], ...]
    facts: tuple[dict[str, Any], ...]

    @property
    def items(self) -> tuple[dict[str, Any], ...]:
        """All items in the order of their numbers."""
        return (*self.sources, *self.rows, *self.facts)


def collect(request: BundleRequest) -> Evidence:
    """Give numbers to the sources, rows and findings of a lead.

    Items are `S1…` (source files), `R1…` (rows), `F1…` (findings, in the order of the
    lead); a finding names the rows it rests on, a row names its source.
    """
    sources = _source_items(request)
    by_file = {f: s["item"] for s in sources for f in s["files"]}
    rows = _row_items(request, by_file)
    by_row = {_row_key(row): row["item"] for row in rows}
    facts = [
        _fact_item(f"F{number}", finding, (request, by_row, by_file))
        for number, finding in enumerate(request.findings, 1)
    ]
    return Evidence(tuple(sources), tuple(rows), tuple(facts))


def stored_name(sha256: str, file: str) -> str:
    """Return `<sha12>_<name>` with characters that any file system accepts.

    What cannot be seen in a name is left out of it (a mark for the direction of writing
    can make a program look like a table); it has at most 240 bytes.

    >>> stored_name("ab" * 32, "数据/出让%合同.xlsx")
    'abababababab_出让_合同.xlsx'
    >>> stored_name("ab" * 32, "database:主机/库#1a2b3c4d5e6f")
    'abababababab_库_1a2b3c4d5e6f.jsonl'
    """
    if file.startswith(_DATABASE):
        file = f"{file}.jsonl"  # the answer to a query is kept as JSON lines
    shown = printable(PurePosixPath(file).name)
    path = PurePosixPath(_FORBIDDEN.sub("_", shown).strip(". ") or "file")
    stem, suffix = _cut(path.stem[:60], 180), _cut(path.suffix[:12], 36)
    return f"{sha256[:12]}_{stem}{suffix}".rstrip(". ")


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def used_sources(request: BundleRequest) -> list[Source]:
    """Return the sources behind the lead: those of its rows and of its models' data."""
    named = {r.source for f in request.findings for r in f.records}
    named |= {str(row.get("source")) for row in request.rows}
    data = {d for m in request.lead_models for d in (*m.data, *m.clears)}
    return [s for s in request.sources if s.file in named or s.dataset in data]


def _source_items(request: BundleRequest) -> list[dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    told = partial(_source_item, is_redacted=request.is_redacted)
    for source in used_sources(request):
        item = merged.setdefault(source.sha256, told(source))
        item["datasets"] = list(
            dict.fromkeys([*item["datasets"], source.dataset or ""])
        )
        item["files"] = list(dict.fromkeys([*item["files"], source.file]))
    for number, item in enumerate(merged.values(), 1):
        item["item"] = f"S{number}"
        item["statement"] = _titles(request, item["datasets"]) or "来源文件"
    return list(merged.values())


def _source_item(source: Source, *, is_redacted: bool) -> dict[str, Any]:
    name = stored_name(source.sha256, source.file)
    return {
        "kind": "source",
        "datasets": [],
        "files": [],
        "file": source.file,
        "sha256": source.sha256,
        "bytes": source.bytes,
        "encoding": source.encoding,
        "crs": source.crs,
        "issuer": source.issuer,
        "obtained": source.obtained,
        "valid_from": source.valid_from,
        "valid_to": source.valid_to,
        "licence": source.licence,
        "period": source.period,
        "archive": source.archive,
        "covers": coverage_words(source),
        "rows_read": source.rows_read,
        "rows_used": source.rows_used,
        "rows_quarantined": source.rows_quarantined,
        "path": "" if is_redacted else f"data/02_原始材料/{name}",
        "parents": [],
    }


def _titles(request: BundleRequest, ids: Sequence[str]) -> str:
    known = [request.datasets[i].title.zh for i in ids if i in request.datasets]
    return "、".join(dict.fromkeys(known))


def _row_items(
    request: BundleRequest, by_file: Mapping[str, str]
) -> list[dict[str, Any]]:
    wanted: dict[RowKey, Mapping[str, Any]] = {}
    for row in request.rows:
        wanted.setdefault(_row_key(row), row)
    return [
        _row_item(f"R{number}", wanted[key], (request, by_file))
        for number, key in enumerate(sorted(wanted), 1)
    ]


def _row_item(
    item: str, row: Mapping[str, Any], context: tuple[BundleRequest, Mapping[str, str]]
) -> dict[str, Any]:
    request, by_file = context
    dataset, source, sheet, number = _row_key(row)
    cells = _cells(row)
    if not request.is_redacted:
        cells = mask_cells(cells, request.datasets.get(dataset))
    return {
        "item": item,
        "kind": "row",
        "dataset": dataset,
        "source": source,
        "sheet": sheet or None,
        "row": number,
        "cells": cells,
        "parents": [by_file[source]] if source in by_file else [],
    }


def _row_key(row: Mapping[str, Any]) -> RowKey:
    sheet = row.get("sheet")
    return (
        str(row.get("dataset") or ""),
        str(row.get("source") or ""),
        "" if sheet is None else str(sheet),
        int(row["row"]),
    )


def _cells(row: Mapping[str, Any]) -> dict[str, str | None]:
    given = row.get("cells")
    origin = {"dataset", "source", "sheet", "row", "cells", "evidence"}
    cells = (
        given
        if given is not None
        else {k: v for k, v in row.items() if k not in origin}
    )
    return {str(k): None if v is None else str(v) for k, v in cells.items()}


def _fact_item(
    item: str,
    finding: Finding,
    context: tuple[BundleRequest, Mapping[RowKey, str], Mapping[str, str]],
) -> dict[str, Any]:
    request, by_row, by_file = context
    keys = [(r.dataset, r.source, r.sheet or "", r.row) for r in finding.records]
    parents = [by_row[k] for k in keys if k in by_row]
    model = request.models.get(finding.model)
    sources = [by_file[k[1]] for k in keys if k[1] in by_file]
    searched = [by_file[f] for f in _searched(request, model) if f in by_file]
    return {
        "item": item,
        "kind": "finding",
        "finding_id": finding.finding_id,
        "statement": finding.sentence_zh,
        "state": finding.state,
        "model": f"{finding.model}@{finding.model_version}",
        "code": finding.code,
        "key": finding.key,
        "subject_name": finding.subject_name,
        "subject_code": finding.subject_code,
        "fact_date": finding.fact_date,
        "fact_last_date": finding.fact_last_date,
        "place": finding.place,
        "measures": measures(finding, model),
        "numbers": trace_numbers(finding, model),
        "basis": list(finding.basis),
        "records": [r.model_dump() for r in finding.records],
        "rates": [r.model_dump() for r in finding.rates],
        "geometry": finding.geometry,
        "crs": "EPSG:4490" if finding.geometry else None,
        "overlaps": [o.model_dump() for o in finding.overlaps],
        "layers": [v.model_dump() for v in finding.layers],
        "quality": None if finding.quality is None else finding.quality.model_dump(),
        "exclusions": [e.model_dump() for e in finding.exclusions],
        "undecided": list(finding.undecided),
        "missing": list(finding.missing),
        "inaction": [f.model_dump() for f in finding.inaction],
        "parents": parents,
        "sources": list(dict.fromkeys(sources)),
        "searched": [i for i in dict.fromkeys(searched) if i not in sources],
    }


def _searched(request: BundleRequest, model: Model | None) -> list[str]:
    """Return the registers a finding was held against: «not on record» rests on them.

    Pictures are named by the rows of the finding alone.
    """
    data = {} if model is None else {**model.data, **model.clears}
    return [
        s.file for s in request.sources if s.dataset in data and s.dataset != "image"
    ]


def measures(finding: Finding, model: Model | None) -> dict[str, dict[str, Any]]:
    """Return each measure as decimal text with its unit and, where known, interval.

    The interval is that of the measures `<stem>_low_<unit>` and `<stem>_high_<unit>`
    (5 % and 95 % quantiles).
    """
    units = model.measures if model else {}
    return {
        name: {
            "value": _decimal(value),
            "unit": units.get(name),
            "low": _decimal(finding.measures.get(_bound(name, "low"))),
            "high": _decimal(finding.measures.get(_bound(name, "high"))),
        }
        for name, value in finding.measures.items()
    }


def _bound(name: str, side: str) -> str:
    stem, _, unit = name.rpartition("_")
    return f"{stem}_{side}_{unit}" if stem else f"{name}_{side}"


def _decimal(value: Decimal | int | None) -> str | None:
    return None if value is None else format(Decimal(value), "f")
