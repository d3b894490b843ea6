"""What an agency may be asked to do: code → words of a suggestion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.catalog.files import models_folder, once, read_each
from pil_discovery.errors import CatalogError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pil_discovery.catalog.nouns import Document

FILE = "procedure/documents/wording/remedies.yaml"
LOCAL_FILE = "procedure/remedies.yaml"


def load_remedies(
    root: Path | None = None, extra: Sequence[Path] = ()
) -> dict[str, str]:
    """Load the words of remedies by code; a local folder may add to them.

    Raises
    ------
    CatalogError
        With all mistakes of all files.
    """
    return dict(_remedies(root or models_folder(), tuple(extra)))


@once
def _remedies(root: Path, extra: tuple[Path, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    local = ((folder, folder / LOCAL_FILE) for folder in extra)
    documents, problems = read_each([(root, root / FILE), *local])
    for document in documents:
        problems.extend(_read(document, found))
    if problems:
        raise CatalogError(problems)
    return found


def _read(document: Document, found: dict[str, str]) -> list[Problem]:
    """Add the remedies of one file; return what is wrong with them."""
    value = document.value
    if not isinstance(value, dict):
        return [document.problem((), "应当是「代码: 建议书中的写法」")]
    problems: list[Problem] = []
    for code, words in value.items():
        if not isinstance(words, str):
            problems.append(document.problem((code,), "应当是文字"))
        elif code in found:
            problems.append(document.problem((code,), f"代码「{code}」重复"))
        else:
            found[code] = words
    return problems
