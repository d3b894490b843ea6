"""Bags of others: BagIt 0.93 to 1.0 as the standard has it, not as a bundle must be.

A bundle is held to more (`verify`); this tells whether what somebody else sent as a bag
is one (RFC 8493).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_VERSION = re.compile(r"BagIt-Version: (\d+\.\d+)")
_ENCODING = re.compile(r"Tag-File-Character-Encoding: (\S+)")
_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+(\*?)(.+)")
_MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt")
_SYSTEM = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".Spotlight-V100"})
_KNOWN = ((0, 93), (0, 94), (0, 95), (0, 96), (0, 97), (1, 0))
_ALL_LISTED = (1, 0)
"""Since this version every manifest lists every file, and each once."""


@dataclass
class BagAnswer:
    """What is wrong with a bag, and what only looks wrong."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check_bag(folder: Path) -> BagAnswer:
    """Check a bag by RFC 8493; nothing is fetched, and nothing outside is read."""
    answer = BagAnswer()
    declared = _declaration(folder, answer)
    if declared is None:
        return answer
    version, encoding = declared
    names = sorted(p.name for p in folder.iterdir() if _MANIFEST.fullmatch(p.name))
    lists = {n: _manifest(folder, n, (version, encoding), answer) for n in names}
    payload = {n: d for n, d in lists.items() if not n.startswith("tag")}
    if not payload:
        answer.errors.append("no manifest of the payload")
    _check_info(folder, encoding, answer)
    _check_fetch(folder, encoding, answer)
    _check_payload(folder, payload, version, answer)
    for name, listed in lists.items():
        _check_digests(folder, name, listed, answer)
    return answer


def _declaration(folder: Path, answer: BagAnswer) -> tuple[tuple[int, int], str] | None:
    path = folder / "bagit.txt"
    if not path.is_file():
        answer.errors.append("no bagit.txt")
        return None
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    version = _VERSION.fullmatch(lines[0]) if lines else None
    encoding = _ENCODING.fullmatch(lines[1]) if len(lines) > 1 else None
    if version is None or encoding is None or len(lines) > 2:
        answer.errors.append("bagit.txt is not a declaration")
        return None
    major, minor = map(int, version[1].split("."))
    if (major, minor) not in _KNOWN:
        answer.errors.append(f"unknown version {version[1]}")
        return None
    return (major, minor), encoding[1]


def _manifest(
    folder: Path, name: str, how: tuple[tuple[int, int], str], answer: BagAnswer
) -> dict[str, str]:
    version, encoding = how
    text = _decoded((folder / name).read_bytes(), encoding, name, answer)
    listed: dict[str, str] = {}
    for line in filter(None, text.splitlines()):
        found = _LINE.fullmatch(line.lstrip("\ufeff"))
        if found is None:
            answer.errors.append(f"{name}: {line[:60]!r} is no entry")
            continue
        if found[2]:
            answer.warnings.append(f"{name}: made with md5sum-like tools")
        path = _path(found[3], name, answer)
        if path in listed:
            same = listed[path] == found[1].lower()
            bad = not same or version >= _ALL_LISTED
            kept = answer.errors if bad else answer.warnings
            kept.append(f"{name}: {path} is listed twice")
        listed[path] = found[1].lower()
    _check_twins(name, listed, answer)
    return listed


def _decoded(data: bytes, encoding: str, name: str, answer: BagAnswer) -> str:
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        answer.errors.append(f"{name}: not {encoding}")
        return ""


def _path(written: str, name: str, answer: BagAnswer) -> str:
    path = re.sub(
        "%(0[AaDd]|25)", lambda m: bytes.fromhex(m[1]).decode(), written.strip("\r\n")
    )
    if path.startswith("./"):
        answer.warnings.append(f"{name}: relative path {path}")
        path = path.removeprefix("./")
    parts = path.split("/")
    if path.startswith(("/", "~", "\\", "%")) or ".." in parts or ":" in parts[0]:
        answer.errors.append(f"{name}: {path} is outside of the bag")
    return path


def _check_twins(name: str, listed: dict[str, str], answer: BagAnswer) -> None:
    for words, fold in (
        ("case", str.casefold),
        ("normalization", lambda p: unicodedata.normalize("NFC", p)),
    ):
        if len({fold(p) for p in listed}) < len(listed):
            answer.warnings.append(f"{name}: two names differ in {words} only")
    if any(Path(p).name in _SYSTEM for p in listed):
        answer.warnings.append(f"{name}: files of an operating system")


def _check_info(folder: Path, encoding: str, answer: BagAnswer) -> None:
    path = folder / "bag-info.txt"
    if not path.is_file():
        return
    text = _decoded(path.read_bytes(), encoding, path.name, answer)
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if any(":" not in x and not x.startswith((" ", "\t")) for x in lines):
        answer.errors.append("bag-info.txt: a line without a label")


def _check_fetch(folder: Path, encoding: str, answer: BagAnswer) -> None:
    """Look at the paths of `fetch.txt`; nothing is ever fetched."""
    path = folder / "fetch.txt"
    if not path.is_file():
        return
    text = _decoded(path.read_bytes(), encoding, path.name, answer)
    for line in filter(None, text.splitlines()):
        _path(line.split(maxsplit=2)[-1], path.name, answer)


def _check_payload(
    folder: Path,
    payload: dict[str, dict[str, str]],
    version: tuple[int, int],
    answer: BagAnswer,
) -> None:
    base = folder / "data"
    there = {
        _normal(p.relative_to(folder).as_posix())
        for p in base.rglob("*")
        if p.is_file()
    }
    listed = {_normal(p) for one in payload.values() for p in one}
    answer.errors += [f"{p}: not in any manifest" for p in sorted(there - listed)]
    if version >= _ALL_LISTED and any(
        {_normal(p) for p in one} != listed for one in payload.values()
    ):
        answer.errors.append("not all manifests list all files")


def _normal(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _check_digests(
    folder: Path, name: str, listed: dict[str, str], answer: BagAnswer
) -> None:
    kind = name.partition("-")[2].removesuffix(".txt")
    if kind not in hashlib.algorithms_available:
        answer.errors.append(f"{name}: unknown algorithm")
        return
    known = {
        _normal(p.relative_to(folder).as_posix()): p
        for p in folder.rglob("*")
        if p.is_file() and not p.is_symlink()
    }
    for path, wanted in listed.items():
        file = known.get(_normal(path))
        if file is None and _is_harmless(path, listed, known.keys()):
            answer.warnings.append(f"{name}: {path} is missing")
        elif file is None:
            answer.errors.append(f"{name}: {path} is missing")
        elif hashlib.new(kind, file.read_bytes()).hexdigest() != wanted:
            answer.errors.append(f"{name}: {path} has changed")


def _is_harmless(path: str, listed: dict[str, str], there: Iterable[str]) -> bool:
    """Whether what is missing is a system's own file, or stands there in other case.

    File systems that do not tell `a` from `A` keep one of two such files.
    """
    if Path(path).name in _SYSTEM:
        return True
    twins = [p for p in there if p != path and p.casefold() == path.casefold()]
    return any(listed.get(t) == listed[path] for t in twins)
