"""The annexes of a document: which there are, and the tables that stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.bundle.annex_tables import COLUMNS, FILES, lines_of, printed
from pil_discovery.bundle.crossings import overlap_table
from pil_discovery.bundle.defences import defence_tables
from pil_discovery.bundle.documents import Annex
from pil_discovery.bundle.extraction import extraction_tables
from pil_discovery.bundle.indexes import table_csv
from pil_discovery.bundle.numbers import number_table
from pil_discovery.bundle.redaction import OUTSIDE
from pil_discovery.bundle.survey import survey_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.bundle.annex_tables import AnnexTable
    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.kinds import Kind, Sheet
    from pil_discovery.bundle.requests import BundleRequest

    Tables = Mapping[str, tuple[AnnexTable, ...]]

_WEIGHED = frozenset({"defences", "excluded", "set_aside"})
_ORDER = (
    *("exhibits", "plate", "site", "survey", "laws", "defences", "numbers"),
    "extraction",
)


def annex_tables(
    kind: Kind, request: BundleRequest, evidence: Evidence, *, placed: bool
) -> Tables:
    """Return the whole tables of each annex but that of the law, annex → tables.

    Parameters
    ----------
    placed
        Whether the lead has ground to be measured.
    """
    overlaps = overlap_table(request, evidence)
    return {
        "site": (overlaps,) if placed and (overlaps.rows or overlaps.after) else (),
        "survey": survey_tables(request, evidence),
        "defences": defence_tables(request, evidence),
        "numbers": (number_table(request, evidence, kind.max_facts),),
        "extraction": extraction_tables(request, evidence),
    }


def annexes(
    sheet: Sheet, tables: Tables, *, plate: bool, site: bool
) -> tuple[Annex, ...]:
    """Return the annexes that a document wants and the lead has, numbered in order."""
    there = {"exhibits": True, "plate": plate, "site": site, "laws": True}
    names = [
        name
        for name in _ORDER
        if name in sheet.annexes and there.get(name, bool(tables.get(name)))
    ]
    return tuple(
        Annex(
            kind=name,
            label=f"附件{n}" if len(names) > 1 else "附件",
            title=sheet.annexes[name],
            tables=tuple(map(printed, tables.get(name, ()))),
        )
        for n, name in enumerate(names, 1)
    )


def table_files(tables: Tables, profile: str) -> dict[str, bytes]:
    """Return the tables as files, every row of them.

    What weighs the case of the office, or tells of others, is for office and court.
    """
    left_out = _WEIGHED if profile in OUTSIDE else frozenset()
    found: dict[str, list[AnnexTable]] = {}
    for one in (table for group in tables.values() for table in group):
        if one.kind in FILES and one.kind not in left_out and one.rows:
            found.setdefault(one.kind, []).append(one)
    return {
        FILES[kind]: table_csv([c.title for c in COLUMNS[kind]], _lines(of_kind))
        for kind, of_kind in found.items()
    }


def _lines(tables: Sequence[AnnexTable]) -> list[tuple[str, ...]]:
    return [line for table in tables for line in lines_of(table)]
