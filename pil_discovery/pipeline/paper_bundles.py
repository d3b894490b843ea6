"""Papers that travel in a bundle: their values, from lead, case and ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.papers import load_paper_kind, paper_kinds
from pil_discovery.pipeline.case_papers import (
    DIGEST,
    Told,
    case_values,
    digest_values,
    ledger_values,
)
from pil_discovery.pipeline.cases import open_ledger
from pil_discovery.pipeline.paper_names import papers_folder
from pil_discovery.pipeline.year_papers import ANNUAL, SCORECARD, year_values
from pil_discovery.procedure import ledger as books

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pil_discovery.bundle import BundleRequest


def with_papers(
    request: BundleRequest,
    named: tuple[str | Path, str] | None,
    fields: Mapping[str, str],
) -> BundleRequest:
    """Return a request with the values of its papers, where its kind has any.

    Parameters
    ----------
    named
        Ledger and name of the case.
    fields
        Of the document; `year` tells of which year a report is.
    """
    if named is None or request.kind not in paper_kinds(papers_folder()):
        return request
    return replace(request, told=_values(request, named, fields))


def _values(
    request: BundleRequest, named: tuple[str | Path, str], fields: Mapping[str, str]
) -> dict[str, Any]:
    ledger = open_ledger(named[0])
    case = books.find_case(ledger.cases(), named[1])
    if request.kind in {ANNUAL, SCORECARD}:
        year = int(fields.get("year") or request.day.year)
        few = load_paper_kind(papers_folder(), request.kind).few
        last = min(request.day, dt.date(year, 12, 31))
        last = last if last.year == year else dt.date(year, 12, 31)
        return year_values(ledger, year, last, few=few)
    if request.kind == DIGEST:
        return digest_values(case, ledger.book)
    told = Told(request.lead, request.findings, request.as_of)
    return {**case_values(case, ledger.book, told), **ledger_values(ledger, case)}
