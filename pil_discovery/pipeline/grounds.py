"""The legal bases behind findings, each resolved for the date of its fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery import procedure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pil_discovery.catalog import Catalog
    from pil_discovery.types import Basis, Finding


def resolved_bases(
    findings: Iterable[Finding], catalog: Catalog, as_of: dt.date
) -> dict[str, Basis]:
    """Return fact id → basis for the facts that the findings name."""
    bases: dict[str, Basis] = {}
    for finding in findings:
        new = [i for i in finding.basis if i not in bases]
        if not new:
            continue
        first = finding.fact_date or as_of
        last = finding.fact_last_date or first
        rows = procedure.resolve_basis(
            catalog.facts, catalog.topics, new, (first, max(first, last))
        )
        bases |= {b.id: b for b in rows if b.role != "gap"}
    return bases
