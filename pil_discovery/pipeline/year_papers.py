"""Papers of a year: the annual analysis, the agencies, what a committee is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.papers import (
    Paper,
    compose_papers,
    load_paper_kind,
    write_papers,
)
from pil_discovery.bundle.words import date_zh
from pil_discovery.pipeline.case_reports import span_of
from pil_discovery.pipeline.paper_names import load_names, papers_folder, tools_of
from pil_discovery.pipeline.year_tables import Year, year_tables
from pil_discovery.procedure import ledger as books

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pil_discovery.procedure.ledger import Ledger

ANNUAL, SCORECARD, BRIEFING = "annual-report", "scorecard", "npc-briefing"


def year_papers(
    ledger: Ledger,
    year: int,
    kind: str = ANNUAL,
    *,
    as_of: dt.date | None = None,
    office: str = "",
) -> list[Paper]:
    """Write the papers of a year from a ledger.

    Parameters
    ----------
    kind
        `annual-report`, `scorecard` or `npc-briefing`.
    as_of
        Last day that counts, within the year; None takes its end. Periods that end by
        then without a reply count as unanswered, whether or not that day has come.
    office
        Who reports; empty leaves the line out.

    Raises
    ------
    ArgumentError
        If `as_of` lies in another year.
    BundleError
        If the wording of the kind is faulty.
    """
    _, last = span_of(year, as_of)
    text = load_paper_kind(papers_folder(), kind)
    told = year_values(ledger, year, last, few=text.few)
    return compose_papers(text, told, office=office, as_of=last)


def year_values(
    ledger: Ledger, year: int, last: dt.date, *, few: int
) -> dict[str, Any]:
    """Return every value that the wording of a year may name."""
    cases = ledger.cases().values()
    first = dt.date(year, 1, 1)
    before_last, is_whole = _year_before(last), last == dt.date(year, 12, 31)
    tables = year_tables(
        Year(
            now=books.count_period(cases, ledger.book, first=first, last=last),
            before=books.count_period(
                cases,
                ledger.book,
                first=dt.date(year - 1, 1, 1),
                last=before_last,
            ),
            rules=ledger.book.on(last),
            names=load_names(),
            few=few,
            last=last,
        )
    )
    head = ledger.head()
    known = [c.until(last) for c in cases if c.opened.on <= last]
    latest = max((c.latest for c in known), default=last)
    return {
        **tables,
        "year": year,
        "from_zh": date_zh(first),
        "to_zh": date_zh(last),
        "before_zh": f"{year - 1}年{'' if is_whole else '同期'}",
        "before_to_zh": "" if is_whole else date_zh(before_last),
        "latest_zh": date_zh(latest),
        "unfinished": bool(known) and latest < last,
        "cases": len(known),
        "entries": sum(len(c.entries) for c in known),
        "head": head.hash,
        "tools": tools_of(ledger.book, last),
    }


def _year_before(day: dt.date) -> dt.date:
    """Return the same day a year before; of the 29th of February the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def write_paper_files(papers: Iterable[Paper], folder: str | Path) -> list[Path]:
    """Write the files of papers into a folder, those that their kind is meant for.

    Raises
    ------
    BundleError
        When a character has no glyph.
    """
    templates = papers_folder().parent
    return write_papers(papers, Path(folder), templates=templates)
