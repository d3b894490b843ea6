"""Whether what leaves the office is of a minor, and so redacted strictly.

A field or a tag says so (ways with `redaction: strict`), the case says so, or a row
behind the lead tells a person who was too young on the date of the fact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery import procedure
from pil_discovery.bundle.redaction import Redactor
from pil_discovery.pipeline.avenues import outlook_of
from pil_discovery.text.minors import births_told

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from pil_discovery.pipeline.gathering import Behind
    from pil_discovery.procedure.ledger import Case, Rulebook

_STRICT, _PUBLIC = "strict", "public"


def is_of_minors(behind: Behind, rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a lead is of a minor: by its field, its power, or a person behind it.

    Identity numbers were replaced when the tables were read, and no longer tell an age;
    columns of birth and age do.
    """
    outlook = outlook_of(
        behind.lead,
        behind.catalog,
        models=behind.catalog.models,
        as_of=behind.as_of,
        jurisdiction=behind.place.jurisdiction or "",
    )
    if any(avenue.redaction == _STRICT for avenue in outlook.avenues):
        return True
    regime = procedure.regime_on(behind.catalog.regimes, behind.as_of)
    ways = () if regime is None else behind.catalog.books[regime].avenues
    ages = [w.younger_than_years for w in ways if w.younger_than_years is not None]
    if not ages:
        return False
    first, _ = procedure.fact_span(behind.lead, behind.as_of)
    return any(
        _is_younger(born, max(ages), first)
        for row in rows
        for born in births_told(row["cells"], behind.as_of)
    )


def without_minors(told: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Return what a report tells with the words under some keys redacted strictly."""
    return redacted(told, keys, Redactor(_PUBLIC, strict=True))


def redacted(
    told: Mapping[str, Any], keys: Iterable[str], redactor: Redactor
) -> dict[str, Any]:
    """Return what a report tells with the words under some keys redacted."""

    def hidden(value: Any) -> Any:  # noqa: ANN401 -- JSON-like
        if isinstance(value, str):
            return redactor.text(value)
        if isinstance(value, dict):
            return {key: hidden(one) for key, one in value.items()}
        return [hidden(one) for one in value]

    kept = tuple(keys)
    for key in kept:  # a name that one text gives away is a secret in those before it
        hidden(told[key])
    return {k: hidden(v) if k in kept else v for k, v in told.items()}


def _is_younger(born: dt.date, years: int, on: dt.date) -> bool:
    whole = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return 0 <= whole < years


def is_case_of_minors(case: Case, book: Rulebook) -> bool:
    """Whether a case is marked as one of minors, by its topic or a tag."""
    return any(
        mark.strict and (case.matter in mark.matters or set(mark.tags) & set(case.tags))
        for mark in book.on(case.latest).marks
    )
