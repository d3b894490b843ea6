"""`models/procedure/exchange/` → tables that agencies send back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.catalog.files import models_folder, once, read_all, yaml_files
from pil_discovery.catalog.nouns import to_noun
from pil_discovery.errors import CatalogError, Problem, near_names
from pil_discovery.types import ExchangeTable

if TYPE_CHECKING:
    from pathlib import Path

    from pil_discovery.catalog.nouns import Document


def load_exchange(root: Path | None = None) -> dict[str, ExchangeTable]:
    """Load what agencies may send back, by id.

    Raises
    ------
    CatalogError
        With every mistake of every file.
    """
    return dict(_exchange(root or models_folder()))


@once
def _exchange(root: Path) -> dict[str, ExchangeTable]:
    files = yaml_files(root / "procedure" / "exchange")
    documents, problems = read_all(root, files)
    found: dict[str, ExchangeTable] = {}
    for document in documents:
        try:
            table = to_noun(ExchangeTable, document)
        except CatalogError as error:
            problems.extend(error.problems)
            continue
        problems.extend(_mistakes(table, document))
        found[table.id] = table
    if problems:
        raise CatalogError(problems)
    return found


def _mistakes(table: ExchangeTable, document: Document) -> list[Problem]:
    """Return columns that are named and do not exist."""
    named: list[tuple[tuple[int | str, ...], str]] = [
        (("case",), table.case),
        (("day",), table.day),
        *((("fields", key), column) for key, column in table.fields.items()),
    ]
    for number, mapping in enumerate(table.mappings):
        at = ("mappings", number, "columns")
        named += [((*at, header), column) for header, column in mapping.columns.items()]
    known = table.dataset.columns
    return [
        document.problem(at, f"没有「{column}」这一列", near_names(column, known))
        for at, column in named
        if column not in known
    ]
