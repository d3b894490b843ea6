"""From an archive in the workspace to a folder of data files beside it."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from pil_discovery.errors import Problem, ReadError
from pil_discovery.pipeline.archives.manifests import (
    FOLDER,
    MANIFEST,
    Manifest,
    read_manifest,
    write_manifest,
)
from pil_discovery.pipeline.archives.members import (
    Budget,
    Member,
    refused,
)
from pil_discovery.pipeline.archives.names import (
    ARCHIVE_SUFFIXES,
    folded_name,
    is_data,
    name_fault,
    suffix_of,
    written_name,
)
from pil_discovery.pipeline.archives.tars import is_tar, walk_tar, walk_tar_gz
from pil_discovery.pipeline.archives.zips import walk_zip
from pil_discovery.types import Archive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import BufferedReader
    from pathlib import Path

    from pil_discovery.pipeline.archives.members import Walk

    Walker = Callable[[BinaryIO, Budget, str], Walk]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
_FOREIGN = (
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "XZ"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"MSCF", "CAB"),
)
_MOST_FAULTS = 20


@dataclass(frozen=True)
class Unpacked:
    """An archive whose data files lie in a folder now.

    Attributes
    ----------
    archive
        The archive, named by its path below the workspace.
    folder
        Where its files are, below the workspace.
    files
        The files, below that folder, in order of name.
    packed
        Members that were left in the archive: no table, layer or picture.
    nested
        Archives inside the archive, which are left packed too.
    """

    archive: Archive
    folder: str
    files: tuple[str, ...]
    packed: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the parts as plain values."""
        return {**vars(self), "archive": self.archive.model_dump(mode="json")}

    def sentence(self) -> str:
        """Say in Chinese what was unpacked and what was not."""
        said = f"{self.archive.file} → {self.folder}/（{len(self.files)} 个数据文件）"
        left = [*self.packed, *self.nested]
        if not left:
            return said
        shown = "、".join(left[:3]) + ("等" if len(left) > 3 else "")
        return f"{said}，未解开 {len(left)} 个（{shown}）"


def unpack(archive: Path, target: Path, root: Path) -> Unpacked:
    """Unpack the data files of one archive into a folder of their own.

    Parameters
    ----------
    archive
        `.zip`, `.tar`, `.tar.gz` or `.tgz`, by content.
    target
        The folder to make; its parents are made, too. One that was made from the same
        archive and still holds the same files is left as it is.
    root
        The workspace that both lie in.

    Raises
    ------
    ReadError
        Anything in the archive that is not plain (links, hostile or double names,
        overlaps, passwords, more than the caps, not whole), another format, or a folder
        with other content in the place. Nothing is left behind then.
    """
    file = _plain(archive, root)
    if fault := _target_fault(target, root):
        raise ReadError(Problem(file, "", fault, "请把压缩包改名后再试"))
    try:
        with archive.open("rb") as stream:
            return _unpack(stream, file, target, root)
    except OSError as error:
        what = f"解压时读写失败（{error.strerror or error}）"
        raise ReadError(Problem(file, "", what, "请检查磁盘空间和权限")) from None


def _unpack(stream: BufferedReader, file: str, target: Path, root: Path) -> Unpacked:
    known = Archive(file=file, sha256=_sha256(stream))
    if target.exists():
        return _met_again(known, target, root)
    walk = _walker(stream, file)
    budget = Budget(file, stream.seek(0, os.SEEK_END))
    stream.seek(0)
    staging = target.with_name(f".{target.name}.partial")
    try:
        manifest = _fill(staging, walk(stream, budget, file), known)
        if manifest.files:
            write_manifest(staging, manifest)
            staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return _unpacked(manifest, target, root)


def _plain(archive: Path, root: Path) -> str:
    """Return the name of an archive below the workspace."""
    name = archive.relative_to(root).as_posix()
    if _through_link(archive, root):
        raise ReadError(Problem(name, "", "是链接", "请把原文件复制到工作区内"))
    if any("\ud800" <= c <= "\udfff" for c in name):
        shown = name.encode("utf-8", "surrogateescape").decode("gb18030", "replace")
        what = "文件名不是 UTF-8 编码，未解开"
        raise ReadError(Problem(shown, "", what, "请把文件改名后再试"))
    return name


def _target_fault(target: Path, root: Path) -> str:
    if fault := name_fault(target.relative_to(root).as_posix()):
        return f"不能用它的名称作文件夹名：{fault}"
    if _through_link(target, root):
        return f"“{FOLDER}”文件夹经过链接"
    return ""


def _through_link(path: Path, root: Path) -> bool:
    inside = [path, *path.parents][: len(path.relative_to(root).parts)]
    return any(p.is_symlink() for p in inside)


def _sha256(stream: BufferedReader) -> str:
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()


def _walker(stream: BinaryIO, file: str) -> Walker:
    """Return how an archive is read, by its content and never by its name."""
    stream.seek(0)
    head = stream.read(512)
    if head.startswith(_ZIP):
        return walk_zip
    if head.startswith(_GZIP) and file.lower().endswith((".tar.gz", ".tgz")):
        return walk_tar_gz
    if is_tar(head):
        return walk_tar
    kind = next((name for magic, name in _FOREIGN if head.startswith(magic)), "")
    if head.startswith(_GZIP):
        kind = "单个文件的 gzip"
    what = f"{kind}压缩包不支持" if kind else "内容不是 ZIP 或 TAR 压缩包"
    remedy = "请自行解压后放入文件夹，或请提供单位改用 ZIP"
    raise ReadError(Problem(file, "", what, remedy))


def _met_again(known: Archive, target: Path, root: Path) -> Unpacked:
    """Return what an earlier unpacking left, if it is all that and nothing else."""
    manifest = read_manifest(target)
    if manifest is not None and manifest.archive.sha256 == known.sha256:
        present = {p.relative_to(target).as_posix(): p for p in _files_in(target)}
        if manifest.files.keys() == present.keys() and all(
            _is_same(present[name], digest) for name, digest in manifest.files.items()
        ):
            return _unpacked(manifest, target, root)
    place = target.relative_to(root).as_posix()
    what = f"已有“{place}”文件夹，内容与压缩包不同，未重新解开"
    remedy = "请移走或改名该文件夹，再运行一次"
    raise ReadError(Problem(known.file, "", what, remedy))


def _files_in(folder: Path) -> Iterator[Path]:
    manifest = folder / MANIFEST
    return (p for p in folder.rglob("*") if not p.is_dir() and p != manifest)


def _is_same(path: Path, sha256: str) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as stream:
        return _sha256(stream) == sha256


def _fill(staging: Path, walk: Walk, known: Archive) -> Manifest:
    """Write the data files of an archive; refuse it whole for one bad member."""
    shutil.rmtree(staging, ignore_errors=True)
    faults = _Faults(known.file)
    files: dict[str, str] = {}
    packed: list[str] = []
    for member, blocks in walk:
        if faults.found(member) or member.kind != "file":
            continue
        name = written_name(member.name)
        if is_data(name):
            files[name] = _write(staging / name, blocks)
        else:
            packed.append(name)
    faults.demand_none()
    ordered = {name: files[name] for name in sorted(files)}
    return Manifest(archive=known, files=ordered, packed=tuple(sorted(packed)))


def _write(path: Path, blocks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as stream:
        for block in blocks:
            digest.update(block)
            stream.write(block)
    return digest.hexdigest()


class _Faults:
    """What is wrong with the members of one archive, so far."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._errors: list[ReadError] = []
        self._seen: dict[str, str] = {}

    def found(self, member: Member) -> bool:
        """Note what is wrong with a member; once anything is, nothing is written."""
        if member.kind == "folder" and member.name in ("", "."):
            return False
        if fault := self._fault(member):
            self._errors.append(refused(self._file, member.name, fault))
        return bool(self._errors)

    def demand_none(self) -> None:
        """Raise everything that was found."""
        problems = [p for error in self._errors for p in error.problems]
        if problems:
            raise ReadError(problems[:_MOST_FAULTS])

    def _fault(self, member: Member) -> str:
        if fault := name_fault(member.name):
            return fault
        if member.kind == "other":
            return "是链接或设备，不是普通文件"
        return self._twice(folded_name(member.name), member.kind)

    def _twice(self, folded: str, kind: str) -> str:
        """Note a name and the folders above it; say when a file is met again."""
        parts = folded.split("/")
        above = ["/".join(parts[:n]) for n in range(1, len(parts))]
        clash = any(self._seen.setdefault(a, "folder") == "file" for a in above)
        before = self._seen.get(folded)
        clash |= before is not None and "file" in (before, kind)
        self._seen[folded] = kind
        return "同名文件不止一个（或只差大小写）" if clash else ""


def _unpacked(manifest: Manifest, target: Path, root: Path) -> Unpacked:
    nested = [n for n in manifest.packed if suffix_of(n) in ARCHIVE_SUFFIXES]
    return Unpacked(
        archive=manifest.archive,
        folder=target.relative_to(root).as_posix(),
        files=tuple(manifest.files),
        packed=tuple(n for n in manifest.packed if n not in nested),
        nested=tuple(nested),
    )
