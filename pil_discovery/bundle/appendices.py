"""The annexes of a document: which there are, and the tables that stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.bundle.crossings import overlap_sheet
from pil_discovery.bundle.defences import defence_sheets
from pil_discovery.bundle.documents import Annex
from pil_discovery.bundle.editions import edition_sheets
from pil_discovery.bundle.extraction import extraction_sheets
from pil_discovery.bundle.indexes import table_csv
from pil_discovery.bundle.numbers import number_sheet
from pil_discovery.bundle.sheets import COLUMNS, FILES, lines_of, printed
from pil_discovery.bundle.survey import survey_sheets
from pil_discovery.bundle.wording import cited_bases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.kinds import Kind
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.bundle.sheets import Sheet

    Sheets = Mapping[str, tuple[Sheet, ...]]

_ORDER = (
    *("exhibits", "plate", "site", "survey", "laws", "defences", "numbers"),
    "extraction",
)


def annex_sheets(
    kind: Kind, request: BundleRequest, evidence: Evidence, *, placed: bool
) -> Sheets:
    """Return the whole tables of each annex, annex → tables.

    Parameters
    ----------
    placed
        Whether the lead has ground to be measured.
    """
    overlaps = overlap_sheet(request, evidence)
    return {
        "site": (overlaps,) if placed and (overlaps.rows or overlaps.after) else (),
        "survey": survey_sheets(request, evidence),
        "laws": edition_sheets(request, cited_bases(kind, request)),
        "defences": defence_sheets(request, evidence),
        "numbers": (number_sheet(request, evidence, kind.max_facts),),
        "extraction": extraction_sheets(request, evidence),
    }


def annexes(
    kind: Kind, sheets: Sheets, *, plate: bool, site: bool
) -> tuple[Annex, ...]:
    """Return the annexes that the kind wants and the lead has, numbered in order."""
    there = {"exhibits": True, "plate": plate, "site": site, "laws": True}
    names = [
        name
        for name in _ORDER
        if name in kind.annexes and there.get(name, bool(sheets.get(name)))
    ]
    return tuple(
        Annex(
            kind=name,
            label=f"附件{n}",
            title=kind.annexes[name],
            sheets=tuple(map(printed, sheets.get(name, ()))),
        )
        for n, name in enumerate(names, 1)
    )


def sheet_files(sheets: Sheets) -> dict[str, bytes]:
    """Return the tables as files, every row of them."""
    found: dict[str, list[Sheet]] = {}
    for one in (sheet for group in sheets.values() for sheet in group):
        if one.kind in FILES and one.rows:
            found.setdefault(one.kind, []).append(one)
    return {
        FILES[kind]: table_csv([c.title for c in COLUMNS[kind]], _lines(of_kind))
        for kind, of_kind in found.items()
    }


def _lines(sheets: Sequence[Sheet]) -> list[tuple[str, ...]]:
    return [line for sheet in sheets for line in lines_of(sheet)]
