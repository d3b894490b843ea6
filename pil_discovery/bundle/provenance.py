"""Where everything comes from: PROV words and an RO-Crate, written by hand."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.fonts import Faces
    from pil_discovery.bundle.requests import BundleRequest

FileFacts = dict[str, tuple[str, int]]
_SCAN_FILES = ("run.json", "findings.jsonl", "leads.jsonl", "quarantine.jsonl")
_SOURCE_FACTS = (
    *("file", "sha256", "bytes", "path", "issuer", "obtained", "period"),
    *("valid_from", "valid_to", "licence", "archive", "encoding", "crs"),
)
_ENGINES = ("typst", "docxtpl", "python-docx", "jinja2")
_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".geojson": "application/geo+json",
    ".png": "image/png",
    ".md": "text/markdown",
}


def provenance(
    request: BundleRequest, evidence: Evidence, files: FileFacts, faces: Faces
) -> dict[str, Any]:
    """Return entities, activities and agents (W3C PROV words) of a bundle."""
    return {
        "entity": {
            **{s["item"]: _source_entity(s, request) for s in evidence.sources},
            **{path: _derived_entity(path, f) for path, f in files.items()},
            **{f"scan:{n}": {"sha256": d} for n, d in _scan_hashes(request).items()},
        },
        "activity": {
            "scan": {"as_of": request.as_of, **_run_facts(request)},
            "bundle": {
                "kind": request.kind,
                "profile": request.profile,
                "lead_id": request.lead.lead_id,
                "fields": dict(request.fields),
                "software": software(),
                "fonts": _fonts(faces),
            },
        },
        "agent": {
            "office": {"name": request.office.name},
            "software": {"name": "pil_discovery", "version": _version("pil_discovery")},
        },
        "wasGeneratedBy": dict.fromkeys(files, "bundle"),
        "wasAssociatedWith": {"scan": "office", "bundle": "office"},
    }


def crate(request: BundleRequest, files: FileFacts) -> dict[str, Any]:
    """Return the RO-Crate 1.1 metadata of the payload."""
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    parts = [_reference(path) for path in sorted(files)]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": request.name,
        "description": f"{request.lead.title_zh}（待核查）",
        "datePublished": request.as_of,
        "license": "仅供办案使用",
        "hasPart": [{"@id": part} for part in parts],
    }
    entries = [_crate_file(path, files[path]) for path in sorted(files)]
    context = "https://w3id.org/ro/crate/1.1/context"
    return {"@context": context, "@graph": [descriptor, root, *entries]}


def _crate_file(path: str, facts: tuple[str, int]) -> dict[str, Any]:
    digest, size = facts
    kind = _TYPES.get(Path(path).suffix.lower(), "application/octet-stream")
    return {
        "@id": _reference(path),
        "@type": "File",
        "contentSize": str(size),
        "encodingFormat": kind,
        "sha256": digest,
    }


def _reference(path: str) -> str:
    """Return the path below `data/` as a reference that RFC 3987 allows."""
    inside = path.removeprefix("data/")
    return re.sub('[ "<>\\\\^`{|}\\[\\]%#?]', lambda m: f"%{ord(m[0]):02X}", inside)


def _source_entity(source: dict[str, Any], request: BundleRequest) -> dict[str, Any]:
    images = [i for i in request.images if i.file in source["files"]]
    said = {"image": images[0].model_dump(mode="json")} if images else {}
    return {**{n: source[n] for n in _SOURCE_FACTS}, **said}


def _derived_entity(path: str, facts: tuple[str, int]) -> dict[str, Any]:
    digest, size = facts
    return {"sha256": digest, "bytes": size, "wasDerivedFrom": _parents(path)}


def _parents(path: str) -> list[str]:
    if path.startswith("data/02_"):
        return []
    if path.startswith("data/00_"):
        return ["data/03_分析/letter.json"]
    return ["scan:run.json", "scan:findings.jsonl"]


def _scan_hashes(request: BundleRequest) -> dict[str, str]:
    found = [(n, request.scan_dir / n) for n in _SCAN_FILES]
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in found
        if path.is_file()
    }


def _run_facts(request: BundleRequest) -> dict[str, Any]:
    wanted = (
        "version",
        "product",
        "engines",
        "engine_versions",
        "name",
        "jurisdiction",
    )
    return {n: request.run[n] for n in wanted if n in request.run}


def software() -> dict[str, str]:
    """Return the versions of what sets the documents.

    Raises
    ------
    BundleError
        If one cannot be told.
    """
    return {name: _version(name) for name in _ENGINES}


def _version(name: str) -> str:
    """Return the version of a library; a bundle that cannot tell it is not written."""
    told: str | None = None
    # Where the file that tells it cannot be read: None, or, with the finder that Dask
    # brings along, FileNotFoundError.
    with suppress(PackageNotFoundError, FileNotFoundError):
        told = version(name)
    if told:
        return told
    what = "读不到这个程序库的版本，证据包无法写明由什么软件生成"
    raise BundleError(Problem(name, "", what, "检查安装文件夹的读取权限，或重新安装"))


def _fonts(faces: Faces) -> dict[str, Any]:
    return {
        role: {"family": families[0], "file": faces.files[families[0]][0].name}
        for role, families in faces.roles.items()
    }
