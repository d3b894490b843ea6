"""The payload: every file of `data/` as bytes, and the raw files to copy."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle import exhibits as items
from pil_discovery.bundle.appendices import annex_tables, table_files
from pil_discovery.bundle.canonical import (
    geojson_bytes,
    json_bytes,
    json_lines,
    printable,
)
from pil_discovery.bundle.docx_files import render_docx
from pil_discovery.bundle.exhibits import LAYERS, PLATE, POINTS, ROWS, STRIP
from pil_discovery.bundle.fonts import Faces, choose_faces
from pil_discovery.bundle.indexes import (
    exhibit_rows,
    index_csv,
    index_html,
    index_lines,
    layer,
    rows_csv,
    table_csv,
)
from pil_discovery.bundle.letters import compose
from pil_discovery.bundle.methods import legal_basis, limits, method_card, rules
from pil_discovery.bundle.numbers import lead_item
from pil_discovery.bundle.papers import (
    compose_papers,
    lay_out,
    load_paper_kind,
    paper_kinds,
)
from pil_discovery.bundle.papers.evidence import picture_rows
from pil_discovery.bundle.pdfs import render_pdf
from pil_discovery.bundle.provenance import FileFacts, crate, provenance
from pil_discovery.bundle.site import (
    AREA_COLUMNS,
    POINT_COLUMNS,
    area_lines,
    grounds,
    point_lines,
)
from pil_discovery.bundle.workbooks import table_workbook
from pil_discovery.types.sources import part_listing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.bundle.documents import ExhibitRow, Letter
    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.kinds import Kind
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.bundle.site import Ground

STRIPS = "data/03_分析/maps/时序图_"
POINT_LIST = "data/03_分析/界址点坐标"
PAPERS = "papers"
"""Folder of the wording of papers, beside the kinds."""
LETTER = "letter"
"""Name of the layout that all kinds share."""


@dataclass(frozen=True)
class Payload:
    """What goes below `data/`.

    Attributes
    ----------
    files
        Path in the bundle → content.
    copies
        Path in the bundle → raw file and the SHA-256 that it must have (None for the
        further parts of a shapefile, which the scan does not list by hash).
    """

    files: dict[str, bytes]
    copies: dict[str, tuple[Path, str | None]]
    letters: tuple[Letter, ...]


def compose_payload(
    kind: Kind, request: BundleRequest, further: Mapping[str, bytes]
) -> Payload:
    """Write every file of the payload but the copies, in memory.

    `further` are files that the caller has written already.

    Raises
    ------
    BundleError, GateError
        When the document may not or cannot be written.
    """
    evidence = items.collect(request)
    faces = choose_faces(request.fonts)
    site = grounds(request)
    analysis = {**_analysis(request, evidence), **_site(request, site)}
    exhibits = exhibit_rows(request, evidence, _derived(analysis))
    tables = annex_tables(kind, request, evidence, placed=bool(site))
    letters, laws = compose(kind, request, evidence, exhibits, site=site, tables=tables)
    lead = lead_item(request, kind.max_facts)
    files = {
        **analysis,
        **table_files({**tables, "laws": laws}, request.profile),
        **_documents(kind, request, letters, faces),
        **_papers(kind, request),
        **_record(evidence, exhibits, (letters, lead)),
        **_case_record(request),
        **_methods(request, evidence),
        **_folders(request, evidence),
        **_reading(request, evidence),
        **further,
    }
    copies = raw_copies(request, evidence)
    _finish(files, copies, (request, evidence, exhibits, faces))
    return Payload(files, copies, tuple(letters))


def _analysis(request: BundleRequest, evidence: Evidence) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    if evidence.rows:
        files["data/03_分析/来源行.csv"] = rows_csv(evidence)
        files["data/03_分析/来源行.jsonl"] = json_lines(evidence.rows)
    if request.plate is not None:
        files["data/03_分析/maps/位置图.png"] = request.plate
    for item, strip in request.strips.items():
        files[f"{STRIPS}{item}.png"] = strip
    if (collection := layer(evidence)) is not None:
        files["data/03_分析/layers.geojson"] = geojson_bytes(collection)
    return files


def _site(request: BundleRequest, site: Sequence[Ground]) -> dict[str, bytes]:
    if not site:
        return {}
    points, areas = list(point_lines(site)), list(area_lines(site))
    sheets = {"界址点坐标": (POINT_COLUMNS, points), "面积核对": (AREA_COLUMNS, areas)}
    return {
        f"{POINT_LIST}.csv": table_csv(POINT_COLUMNS, points),
        f"{POINT_LIST}.xlsx": table_workbook(sheets, request.as_of),
        "data/03_分析/面积核对.csv": table_csv(AREA_COLUMNS, areas),
    }


def _derived(analysis: Mapping[str, bytes]) -> list[tuple[str, str, str, str]]:
    known = {
        "data/03_分析/来源行.csv": (ROWS, "来源行摘录"),
        "data/03_分析/maps/位置图.png": (PLATE, "位置图"),
        "data/03_分析/layers.geojson": (LAYERS, "筛查图斑"),
        f"{POINT_LIST}.csv": (POINTS, "界址点坐标表"),
    }
    for path in sorted(analysis):
        if path.startswith(STRIPS):
            item = path.removeprefix(STRIPS).removesuffix(".png")
            known[path] = (f"{STRIP}-{item}", f"影像时间序列图（发现{item}）")
    return [
        (*known[path], path, hashlib.sha256(analysis[path]).hexdigest())
        for path in known
        if path in analysis
    ]


def _documents(
    kind: Kind, request: BundleRequest, letters: Sequence[Letter], faces: Faces
) -> dict[str, bytes]:
    word = _template(request.templates, kind.kind, "docx")
    page = _template(request.templates, kind.kind, "typ")
    plate, strips = request.plate, request.strips
    files: dict[str, bytes] = {}
    for letter in letters:
        stem = f"data/{kind.folder}/{letter.stem}"
        shown = plate if letter.plate else None
        files[f"{stem}.pdf"] = render_pdf(
            letter, page, faces=faces, plate=shown, strips=strips
        )
        files[f"{stem}.docx"] = render_docx(letter, word, plate=shown, strips=strips)
    return files


def _template(templates: Path, kind: str, suffix: str) -> Path:
    """Return the kind's own template where the office made one, else the common."""
    own = templates / f"{kind}.{suffix}"
    return own if own.is_file() else templates / f"{LETTER}.{suffix}"


def _record(
    evidence: Evidence,
    exhibits: list[ExhibitRow],
    told: tuple[Sequence[Letter], dict[str, Any]],
) -> dict[str, bytes]:
    letters, lead = told
    numbers = {e.item: e.number for e in exhibits}
    numbered = ({**i, "evidence_no": numbers.get(i["item"])} for i in evidence.items)
    derived = (
        {
            "item": e.item,
            "kind": "file",
            "evidence_no": e.number,
            "path": e.path,
            "sha256": e.sha256,
            "statement": e.title,
            "parents": _parents(evidence, e.item),
        }
        for e in exhibits
        if e.item.partition("-")[0] in (ROWS, LAYERS, PLATE, POINTS, STRIP)
    )
    return {
        "data/03_分析/items.jsonl": json_lines([*numbered, *derived, lead]),
        **{
            f"data/03_分析/{name}.json": json_bytes(letter)
            for name, letter in zip(_letter_names(letters), letters, strict=True)
        },
    }


def _letter_names(letters: Sequence[Letter]) -> list[str]:
    return [f"letter_{x.stem}" if n else "letter" for n, x in enumerate(letters)]


def _papers(kind: Kind, request: BundleRequest) -> dict[str, bytes]:
    """Write the papers of a kind that has any."""
    folder = request.templates / PAPERS
    if kind.kind not in paper_kinds(folder):
        return {}
    given = {name: request.fields.get(name, "") for name in kind.fields}
    plate = {} if request.plate is None else {PLATE: request.plate}
    pictures = {**plate, **request.strips}
    papers = compose_papers(
        load_paper_kind(folder, kind.kind),
        {**given, **request.told, "pictures": picture_rows(pictures, PLATE)},
        office=printable(request.office.name),
        as_of=request.day,
    )
    return {
        f"data/{kind.folder}/{paper.stem}.{ending}": data
        for paper in papers
        for ending, data in lay_out(
            paper,
            templates=request.templates,
            fonts=request.fonts,
            pictures=pictures,
        ).items()
    }


def _case_record(request: BundleRequest) -> dict[str, bytes]:
    """Write the records of the case that the documents rest on, for the office alone.

    What the office noted and decided is its own; others read what the documents say.
    """
    if request.case is None or request.is_redacted:
        return {}
    return {"data/03_分析/case.json": json_bytes(request.case)}


def _parents(evidence: Evidence, item: str) -> list[str]:
    """Return the findings that a derived file shows: a strip one, any other all."""
    kind, _, finding = item.partition("-")
    return [finding] if kind == STRIP else [f["item"] for f in evidence.facts]


def _methods(request: BundleRequest, evidence: Evidence) -> dict[str, bytes]:
    return {
        "data/04_方法/方法说明.md": _text(method_card(request, evidence)),
        "data/04_方法/limits.md": _text(limits(request, evidence)),
        "data/04_方法/rules.json": json_bytes(rules(request)),
        "data/04_方法/legal_basis.json": json_bytes(legal_basis(request)),
    }


def _text(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")


def raw_copies(
    request: BundleRequest, evidence: Evidence
) -> dict[str, tuple[Path, str | None]]:
    """Return the raw files of the used sources, with further parts of shapefiles."""
    copies: dict[str, tuple[Path, str | None]] = {}
    if request.is_redacted:
        return {}
    for source in evidence.sources:
        path = request.source_paths.get(source["file"])
        if path is not None and path.is_file():
            copies[source["path"]] = (path, source["sha256"])
    for source in evidence.sources:
        for name, path in _parts(request, source):
            copies.setdefault(name, (path, None))
    return copies


def _reading(request: BundleRequest, evidence: Evidence) -> dict[str, bytes]:
    """Write how the sources were read, and which copy stands for which file."""
    if request.is_redacted or not request.reading:
        return {}
    files = {f: s["path"] for s in evidence.sources for f in s["files"]}
    for source in evidence.sources:
        for file, stored, _ in _part_files(request, source):
            files.setdefault(file, stored)
    told = {**request.reading, "files": files}
    return {"data/04_方法/reading.json": json_bytes(told)}


def _folders(request: BundleRequest, evidence: Evidence) -> dict[str, bytes]:
    """Write the listing of each source that is a folder; its files travel as parts."""
    if request.is_redacted:
        return {}
    parts = {s.file: s.parts for s in request.sources}
    return {
        source["path"]: part_listing(parts[source["file"]]).encode()
        for source in evidence.sources
        if source["file"] in parts
        and (path := request.source_paths.get(source["file"])) is not None
        and path.is_dir()
    }


def _parts(request: BundleRequest, source: dict[str, Any]) -> list[tuple[str, Path]]:
    return [(stored, path) for _, stored, path in _part_files(request, source)]


def _part_files(
    request: BundleRequest, source: dict[str, Any]
) -> list[tuple[str, str, Path]]:
    stem = PurePosixPath(source["file"]).with_suffix("")
    known = {s.file for s in request.sources}
    named = {
        part.file
        for s in request.sources
        if s.file in source["files"]
        for part in s.parts
    }
    return [
        (file, f"data/02_原始材料/{items.stored_name(source['sha256'], file)}", path)
        for file, path in sorted(request.source_paths.items())
        if file in named
        or (file not in known and PurePosixPath(file).with_suffix("") == stem)
    ]


def _finish(
    files: dict[str, bytes],
    copies: Mapping[str, tuple[Path, str | None]],
    context: tuple[BundleRequest, Evidence, list[ExhibitRow], Faces],
) -> None:
    request, evidence, exhibits, faces = context
    facts = {path: _facts(data) for path, data in files.items()}
    facts |= {path: _file_facts(path_digest) for path, path_digest in copies.items()}
    _add(files, facts, ("provenance.json", provenance(request, evidence, facts, faces)))
    _add(files, facts, ("ro-crate-metadata.json", crate(request, facts)))
    lines = index_lines([e for e in exhibits if e.path in facts], facts)
    files["data/01_证据清单/index.csv"] = index_csv(lines)
    files["data/01_证据清单/index.html"] = index_html(lines, request)


def _add(
    files: dict[str, bytes], facts: FileFacts, document: tuple[str, dict[str, Any]]
) -> None:
    name, tree = document
    files[f"data/{name}"] = json_bytes(tree)
    facts[f"data/{name}"] = _facts(files[f"data/{name}"])


def _facts(data: bytes) -> tuple[str, int]:
    return hashlib.sha256(data).hexdigest(), len(data)


def _file_facts(copy: tuple[Path, str | None]) -> tuple[str, int]:
    path, digest = copy
    if digest is None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    return digest, path.stat().st_size
