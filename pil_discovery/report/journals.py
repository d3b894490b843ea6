"""Files that only grow: one JSON object a line, appended and never changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from pil_discovery.errors import PilError, Problem
from pil_discovery.text.canonical import dump_json
from pil_discovery.types.base import Noun

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Entry = TypeVar("Entry", bound=Noun)


def read_journal(path: Path, kind: type[Entry], what: str) -> list[Entry]:
    """Read the entries in file order; none where there is no file.

    Parameters
    ----------
    what
        What an entry is, in Chinese.

    Raises
    ------
    PilError
        With every line that is not such an entry.
    """
    if not path.is_file():
        return []
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        unread = f"无法读取{what}（{error}）"
        raise PilError(Problem(path.name, "", unread, "请另存为 UTF-8")) from error
    found: list[Entry] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(kind.model_validate_json(line))
            except ValidationError as error:
                said = _said(error, kind, what)
                problems.append(Problem(path.name, f"第{number}行", *said))
    if problems:
        raise PilError(problems)
    return found


def _said(error: ValidationError, kind: type[Noun], what: str) -> tuple[str, str]:
    """Return what is wrong with a line, and what to do."""
    fields = {str(d["loc"][0]) if d["loc"] else "整行" for d in error.errors()}
    needed = [n for n, field in kind.model_fields.items() if field.is_required()]
    wrong = f"不是一条{what}：{'、'.join(sorted(fields))} 缺少或者不合要求"
    return wrong, f"每行一个 JSON 对象：{'、'.join(needed)}"


def append_journal(path: Path, entries: Iterable[Noun]) -> None:
    """Add entries at the end, on lines of their own."""
    ended = not path.is_file() or path.read_bytes()[-1:] in {b"", b"\n"}
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write("" if ended else "\n")
        file.writelines(_line(entry) for entry in entries)


def _line(entry: Noun) -> str:
    return f"{dump_json(json.loads(entry.model_dump_json(exclude_none=True)))}\n"
