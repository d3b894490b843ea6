#!/usr/bin/env python3
# ruff: noqa: PTH118
"""Verify an evidence bundle: `python verify.py DIR [--trust CA.pem] [--root SHA256]`.

With `seal_checks.py` it is complete (standard library only) and travels as one file.
It sees every change, also added, renamed and reordered files, links and empty folders,
which `sha256sum -c` cannot see. A copy obtained apart from the bundle is worth more
than the copy inside it. Exit codes: 0 intact, 1 any difference, 2 wrong usage.

Whoever rewrites a whole unsigned bundle, manifests included, is only found out by the
root hash (`--root`), written down when the bundle was made.
"""

from __future__ import annotations

import io
import os
import re
import stat
import sys
import unicodedata

from pil_discovery.bundle.seal_checks import (
    LIMIT,
    MANIFEST,
    SEAL_FILES,
    TAGMANIFEST,
    Report,
    check_seal,
    content,
    digest,
    plain,
)

REQUIRED = ("README.txt", "bag-info.txt", "bagit.txt", MANIFEST, "verify.py")
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
LEFT_BY_COMPUTERS = (".DS_Store", "Thumbs.db", "desktop.ini", ".directory")
LINE = re.compile(r"([0-9a-f]{64})  ([^\\\r\n]+)\n")


def inspect(folder: str, trust: str | None = None, root: str | None = None) -> Report:
    """Compare a bundle with its manifests; never raises on hostile content."""
    report = Report()
    try:
        _inspect(folder, trust, root, report)
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        report.add("malformed", "", f"无法读取：{error}")
    report.problems.sort(key=lambda p: (p[1], p[0]))
    return report


def _inspect(folder: str, trust: str | None, root: str | None, report: Report) -> None:
    if not stat.S_ISDIR(os.lstat(folder.rstrip(os.sep) or folder).st_mode):
        report.add("forbidden", "", "不是文件夹（链接也不行）")
        return
    files, folders = _walk(folder, report)
    _check_declaration(folder, files, report)
    payload = _read_manifest(folder, MANIFEST, files, report)
    tags = _read_manifest(folder, TAGMANIFEST, files, report)
    _check_scope(payload, tags, report)
    _check_files(folder, {**payload, **tags}, files, report)
    _check_folders(folders, payload, report)
    _check_twins([*payload, *tags], report)
    _check_root(folder, root, files, report)
    check_seal(folder, trust, files, report)


def _walk(folder: str, report: Report) -> tuple[set[str], set[str]]:
    files: set[str] = set()
    folders: set[str] = set()
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        with os.scandir(os.path.join(folder, inside)) as entries:
            for entry in entries:
                name = f"{inside}/{entry.name}" if inside else entry.name
                if _sort_entry(name, entry, report):
                    folders.add(name)
                    waiting.append(name)
                else:
                    files.add(name)
    return files, folders


def _sort_entry(name: str, entry: os.DirEntry[str], report: Report) -> bool:
    found = os.lstat(entry.path)
    if _odd_name(entry.name):
        report.add("forbidden", _shown(name), "文件名含有不允许的字符")
    if stat.S_ISDIR(found.st_mode):
        return True
    if stat.S_ISLNK(found.st_mode):
        report.add("forbidden", _shown(name), "是符号链接")
    elif not stat.S_ISREG(found.st_mode):
        report.add("forbidden", _shown(name), "不是普通文件")
    elif found.st_nlink > 1:
        report.add("forbidden", _shown(name), "有硬链接，内容可能在包外被改动")
    return False


def _odd_name(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return any(ord(c) < 32 or ord(c) == 127 or c == "\\" for c in name)


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _check_declaration(folder: str, files: set[str], report: Report) -> None:
    known = "bagit.txt" in files and plain(folder, "bagit.txt")
    if known and content(folder, "bagit.txt") != DECLARATION:
        report.add("malformed", "bagit.txt", "不是 BagIt 1.0 的声明")


def _read_manifest(
    folder: str, name: str, files: set[str], report: Report
) -> dict[str, str]:
    if name not in files:
        report.add("missing", name, "清单缺失")
        return {}
    if not plain(folder, name):
        return {}
    data = content(folder, name)
    if len(data) > LIMIT:
        report.add("malformed", name, "清单过大")
        return {}
    return _parse(name, data, report)


def _parse(name: str, data: bytes, report: Report) -> dict[str, str]:
    listed: dict[str, str] = {}
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        report.add("malformed", name, "清单不是 UTF-8")
        return {}
    if lines.pop() or not lines:
        report.add("malformed", name, "清单最后一行不完整或者清单为空")
    for number, line in enumerate(lines, 1):
        match = LINE.fullmatch(line + "\n")
        if match is None or _unsafe(match[2]):
            report.add("malformed", name, f"第{number}行不合格式")
        elif match[2] in listed:
            report.add("malformed", name, f"第{number}行重复列出 {match[2]}")
        else:
            listed[match[2]] = match[1]
    if list(listed) != sorted(listed, key=lambda p: p.encode("utf-8")):
        report.add("reordered", name, "清单的行没有按路径排序")
    return listed


def _unsafe(path: str) -> bool:
    parts = path.split("/")
    return any(p in {"", ".", ".."} or _odd_name(p) for p in parts)


def _check_scope(payload: dict[str, str], tags: dict[str, str], report: Report) -> None:
    for path in payload:
        if not path.startswith("data/"):
            report.add("malformed", MANIFEST, f"列出了 data 之外的 {path}")
    for path in REQUIRED:
        if path not in tags:
            report.add("malformed", TAGMANIFEST, f"没有列出 {path}")
    for path in tags:
        if path not in REQUIRED:
            report.add("malformed", TAGMANIFEST, f"列出了不属于本包的 {path}")


def _check_files(
    folder: str, listed: dict[str, str], files: set[str], report: Report
) -> None:
    own = {TAGMANIFEST, *SEAL_FILES}
    extra = {f for f in files - listed.keys() - own if plain(folder, f)}
    gone = sorted(listed.keys() - files)
    for path in sorted(listed.keys() & files):
        _check_content(folder, path, listed[path], report)
    if gone and extra:
        extra -= _check_renamed(folder, (listed, gone, extra), report)
    for path in gone:
        report.add("missing", path, "文件缺失")
    for path in sorted(extra):
        report.add("added", _shown(path), _added_words(path))


def _added_words(path: str) -> str:
    own = path.rpartition("/")[2] in LEFT_BY_COMPUTERS
    more = "（电脑浏览文件夹时自动留下的；删去它再核验）" if own else ""
    return f"清单之外的文件{more}"


def _check_content(folder: str, path: str, wanted: str, report: Report) -> None:
    if not plain(folder, path):
        return
    try:
        if digest(folder, path) != wanted:
            report.add("changed", path, "内容与清单的校验值不符")
    except OSError as error:
        report.add("malformed", path, f"无法读取：{error.strerror}")


def _check_renamed(
    folder: str, state: tuple[dict[str, str], list[str], set[str]], report: Report
) -> set[str]:
    listed, gone, extra = state
    known: set[str] = set()
    for path in sorted(extra):
        found = digest(folder, path)
        old = next((g for g in gone if listed[g] == found), None)
        if old is not None:
            gone.remove(old)
            known.add(path)
            report.add("renamed", old, f"现名为 {_shown(path)}")
    return known


def _check_folders(folders: set[str], payload: dict[str, str], report: Report) -> None:
    wanted = {"data"}
    for path in payload:
        parts = path.split("/")
        wanted.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
    for path in sorted(folders - wanted):
        report.add("added", _shown(path), "清单之外的文件夹")


def _check_twins(paths: list[str], report: Report) -> None:
    seen: dict[str, str] = {}
    for path in paths:
        same = unicodedata.normalize("NFC", path).casefold()
        if same in seen:
            report.add("forbidden", path, f"与 {seen[same]} 只差大小写或者编码形式")
        seen[same] = path


def _check_root(folder: str, root: str | None, files: set[str], report: Report) -> None:
    if TAGMANIFEST in files and plain(folder, TAGMANIFEST):
        report.root = digest(folder, TAGMANIFEST)
    if root is None:
        return
    if not re.fullmatch("[0-9a-f]{64}", root.strip().lower()):
        report.add("malformed", "", "给出的根校验值不是 64 位十六进制数")
    elif report.root is not None and report.root != root.strip().lower():
        report.add("changed", TAGMANIFEST, "根校验值与给出的不符")


def main(arguments: list[str]) -> int:
    """Verify the folder named on the command line and print what differs."""
    options: dict[str, str | None] = {"--trust": None, "--root": None}
    folders: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word in options and waiting:
            options[word] = waiting.pop(0)
        else:
            folders.append(word)
    if len(folders) != 1 or folders[0].startswith("-"):
        sys.stderr.write("用法：verify.py 文件夹 [--trust CA.pem] [--root SHA256]\n")
        return 2
    return _answer(inspect(folders[0], options["--trust"], options["--root"]))


def _answer(report: Report) -> int:
    for kind, file, words in report.problems:
        sys.stdout.write(f"{kind}\t{file}\t{words}\n")
    verdict = "不一致" if report.problems else "完整"
    sys.stdout.write(f"{verdict}，{report.seal}，根校验值 {report.root}\n")
    return 1 if report.problems else 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
