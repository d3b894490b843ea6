"""Identity numbers of persons leave what was read before anything else sees it.

The salt of a workspace is the file `pil.salt`, which `pil check` writes. Without one it
is made from the bytes of the sources: the same workspace gives the same pseudonyms on
any machine, and nobody who does not hold the sources, with every number in them, can
make it again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pil_discovery.errors import PilError, Problem, WorkspaceError
from pil_discovery.text.pseudonyms import hide_numbers, hide_persons
from pil_discovery.text.resident_numbers import mask_persons
from pil_discovery.types import Image, Inference, Layer, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import pandas as pd

    from pil_discovery.types import LayerSource, ReadReport, RecordSource, Workspace

T = TypeVar("T", Table, Layer)

FILE = "pil.salt"
_SALT = re.compile(r"[0-9a-f]{64}")
_END = 2**20
"""Bytes read at either end of a source; they decide the salt with its size."""


def salt_of(workspace: Workspace) -> bytes:
    """Return the secret under which identity numbers of a workspace are hidden.

    Raises
    ------
    WorkspaceError
        If `pil.salt` holds something else.
    """
    path = workspace.root / FILE
    if not path.is_file():
        return _salt_from_sources(workspace)
    text = path.read_bytes().decode("ascii", "replace").strip()
    if not _SALT.fullmatch(text):
        what, remedy = (
            "不是本软件写的盐值",
            "请恢复原文件；实在没有就删去，再运行 pil check",
        )
        raise WorkspaceError(Problem(FILE, "", what, remedy))
    return bytes.fromhex(text)


def keep_salt(workspace: Workspace) -> Path | None:
    """Write `pil.salt` where there is none, so that added sources change nothing."""
    path = workspace.root / FILE
    if path.exists():
        return None
    path.write_text(f"{salt_of(workspace).hex()}\n", encoding="ascii")
    path.chmod(0o600)
    return path


def _salt_from_sources(workspace: Workspace) -> bytes:
    digest = hashlib.blake2b(digest_size=32, person=b"pil.salt")
    entries: list[RecordSource | LayerSource] = [*workspace.records, *workspace.layers]
    for entry in entries:
        if entry.file is None:
            digest.update(f"{entry.database}\0{entry.query}\0".encode())
        else:
            for path in _files(workspace.root / entry.file):
                _feed(digest, path)
    return digest.digest()


def _files(path: Path) -> Iterator[Path]:
    """Yield a file, or those of a file geodatabase."""
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(p for p in path.iterdir() if p.is_file())


def _feed(digest: Any, path: Path) -> None:  # noqa: ANN401 - no public type
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        digest.update(size.to_bytes(8, "big"))
        stream.seek(0)
        digest.update(stream.read(_END))
        if size > _END:
            stream.seek(max(size - _END, _END))
            digest.update(stream.read(_END))


def without_persons(
    content: Table | Layer | Image, salt: bytes
) -> Table | Layer | Image:
    """Return what was read with pseudonyms in place of identity numbers.

    Rows, quarantine and report are gone through; the report says how many cells had
    one. A picture has none.
    """
    if isinstance(content, Image):
        return content
    hidden = hide_persons(content.frame, content.dataset, salt)
    return replace(
        content,
        frame=hidden.frame,  # type: ignore[arg-type] # of the kind that it was
        quarantine=_quarantine(content.quarantine, partial(hide_numbers, salt=salt)),
        report=_report(content.report, hidden.cells),
    )


def masked_words(read: Callable[[], T]) -> T:
    """Return what a file that belongs to no workspace holds, with its words masked.

    There is no salt under which its rows could be hidden: they are the caller's own.
    Quarantine, report and errors are printed, so that numbers in them are masked.
    """
    try:
        content = read()
    except PilError as error:
        raise masked_error(error) from None
    return replace(
        content,
        quarantine=_quarantine(content.quarantine, mask_persons),
        report=masked_report(content.report),
    )


def masked_report(report: ReadReport) -> ReadReport:
    """Return a report whose words hold no identity number."""
    return type(report).model_validate(_masked(report.model_dump()))


def _quarantine(frame: pd.DataFrame, hide: Callable[[str], str]) -> pd.DataFrame:
    def hidden(value: Any) -> Any:  # noqa: ANN401 - any cell
        return hide(value) if isinstance(value, str) else value

    return frame.assign(
        **{n: frame[n].map(hidden) for n in ("value", "reason", "remedy")}
    )


def _report(report: ReadReport, cells: int) -> ReadReport:
    masked = masked_report(report)
    if not cells:
        return masked
    note = Inference(
        what="公民身份号码",
        value=f"{cells} 格",
        why="读入时即换成只在本工作区有效的代号（加盐散列），此后不再出现原号码",
    )
    return masked.model_copy(update={"inferences": (*masked.inferences, note)})


def _masked(value: Any) -> Any:  # noqa: ANN401 - any plain value
    if isinstance(value, str):
        return mask_persons(value)
    if isinstance(value, dict):
        return {k: _masked(v) for k, v in value.items()}
    if isinstance(value, Problem):
        return masked_problem(value)
    return [_masked(v) for v in value] if isinstance(value, (list, tuple)) else value


def masked_problem(problem: Problem) -> Problem:
    """Return a problem whose words hold no identity number; its file keeps its name."""
    return replace(
        problem,
        where=mask_persons(problem.where),
        what=mask_persons(problem.what),
        remedy=mask_persons(problem.remedy),
    )


def masked_error(error: PilError) -> PilError:
    """Return an error of the same kind whose problems hold no identity number."""
    return type(error)(map(masked_problem, error.problems))


def masked_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems whose words hold no identity number."""
    return [masked_problem(problem) for problem in problems]
