"""Every archive of a workspace, unpacked by the worker into a folder beside it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pil_discovery.errors import PilError, Problem
from pil_discovery.pipeline import sandbox
from pil_discovery.pipeline.archives import FOLDER
from pil_discovery.pipeline.archives.names import (
    ARCHIVE_SUFFIXES,
    folded_name,
    is_hidden,
    suffix_of,
)
from pil_discovery.pipeline.kinds import GEODATABASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pil_discovery.pipeline.archives import Unpacked

_ENDINGS = (".tar.gz", ".tgz", ".tar", ".zip")


def unpack_all(root: Path) -> tuple[list[Unpacked], list[Problem]]:
    """Unpack every archive of a workspace into `解压/`, and say which cannot be.

    Parameters
    ----------
    root
        The workspace. Results of scans in it, hidden folders and `解压/` itself are not
        looked into.

    Returns
    -------
    unpacked, problems
        In the order of the archives' names. An archive that was unpacked before is
        listed again and nothing is written.
    """
    done: list[Unpacked] = []
    problems: list[Problem] = []
    archives = _archives(root)
    stems = Counter(folded_name(_below(root, a, stem=True)) for a in archives)
    for archive in archives:
        twice = stems[folded_name(_below(root, archive, stem=True))] > 1
        target = root / FOLDER / _below(root, archive, stem=not twice)
        try:
            found = sandbox.unpack(archive, target, root=root)
        except PilError as error:
            problems += error.problems
            continue
        done.append(found)
        problems += _left_problems(found)
    return done, problems


def _archives(root: Path) -> list[Path]:
    results = {p.parent for p in root.rglob("run.json")} | {root / FOLDER}
    found = (p for p in root.rglob("*") if suffix_of(p.name) in ARCHIVE_SUFFIXES)
    return sorted(
        p
        for p in found
        if p.is_file()
        and not is_hidden(p.relative_to(root).as_posix())
        and not results & set(p.parents)
    )


def _below(root: Path, archive: Path, *, stem: bool) -> str:
    """Return the place of an archive, or the folder for what is in it.

    Of `x.gdb.zip` that folder is `x`: one called `x.gdb` would be taken for the
    geodatabase that lies in it.
    """
    name = archive.relative_to(root).as_posix()
    ending = next((e for e in _ENDINGS if name.lower().endswith(e)), "")
    short = name[: len(name) - len(ending)]
    if short.lower().endswith(GEODATABASE):
        short = short[: -len(GEODATABASE)]
    return short if stem else name


def _left_problems(found: Unpacked) -> Iterator[Problem]:
    file = found.archive.file
    for name in found.nested:
        what = "压缩包里还有压缩包，未解开"
        yield Problem(file, name, what, "请单独取出，解压后放入文件夹")
    if not found.files:
        what = "压缩包里没有能读取的数据文件"
        yield Problem(file, "", what, "请提供 CSV、Excel、图层或影像文件")
