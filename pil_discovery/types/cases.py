"""Cases: what was recorded, what travels, and what follows from it."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field as _Field

from pil_discovery.types.base import Noun
from pil_discovery.types.datasets import Dataset
from pil_discovery.types.law import Deadline


class ExchangeMapping(Noun):
    """Headers that one agency uses → columns."""

    agency: str
    columns: dict[str, str]


class ExchangeTable(Noun):
    """A table that agencies send back: each row becomes a record of a case.

    `fields` tells which column fills which field of the event; `separators` are the
    characters between several values of a cell.
    """

    id: str
    event: str
    case: str
    day: str
    fields: dict[str, str]
    separators: str = ""
    dataset: Dataset
    mappings: tuple[ExchangeMapping, ...] = ()


class FileRef(Noun):
    """A file that a record refers to; the ledger keeps its hash, not its content."""

    name: str
    sha256: str
    bytes: int


class LeadFinding(Noun):
    """A finding of the lead of a case, as it was on the day of opening.

    `harm` names the measures of harm and money that should fall; `geometry` is GeoJSON;
    `pictures` are the days of the pictures behind it.
    """

    finding_id: str
    model: str
    code: str
    key: str
    state: str
    measures: dict[str, str] = _Field(default_factory=dict)
    harm: tuple[str, ...] = ()
    geometry: str = ""
    pictures: tuple[dt.date, ...] = ()


class LeadSnapshot(Noun):
    """The lead that a case was opened with; `scan` is the sha256 of `run.json`."""

    scan: str
    as_of: dt.date
    lead_id: str
    title_zh: str
    subject: str = ""
    findings: tuple[LeadFinding, ...] = ()


class Entry(Noun):
    """One record of a ledger; `hash` covers everything else, `prev` included.

    `origin` is the hash under which the ledger of another office holds it. `sealed`
    holds encrypted values.
    """

    seq: int
    case: str
    event: str
    on: dt.date
    by: str
    fields: dict[str, tuple[str, ...]] = _Field(default_factory=dict)
    files: tuple[FileRef, ...] = ()
    sealed: dict[str, str] = _Field(default_factory=dict)
    lead: LeadSnapshot | None = None
    origin: str = ""
    prev: str
    hash: str = ""


class Due(Noun):
    """A period of a case; `done` is None where nothing tells whether it was done."""

    case: str
    clock: str
    title_zh: str
    start: dt.date
    date: dt.date
    provisional: bool
    overdue: bool
    done: bool | None
    done_on: dt.date | None = None
    standing: bool = False
    basis: tuple[str, ...]
    reckoning: tuple[str, ...]

    @property
    def deadline(self) -> Deadline:
        """The period alone."""
        return Deadline(
            clock=self.clock,
            title_zh=self.title_zh,
            start=self.start,
            date=self.date,
            provisional=self.provisional,
            basis=self.basis,
            reckoning=self.reckoning,
        )


class Indicator(Noun):
    """One situation of non-performance: what points to it, never a verdict."""

    id: str
    zh: str
    state: Literal["indicated", "not_indicated", "unknown", "human"]
    evidence: tuple[str, ...] = ()


class ReplyMeasure(Noun):
    """A measure that a reply claims, held against fresh data."""

    measure: str
    state: Literal["shown", "partly_shown", "not_shown", "unknown"]
    evidence: tuple[str, ...] = ()


Outcome = Literal["restored", "partial", "not", "relapsed", "unknown"]


class Followup(Noun):
    """A lead compared with a fresh scan."""

    case: str
    as_of: dt.date
    outcome: Outcome
    evidence: tuple[str, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    measures: tuple[ReplyMeasure, ...] = ()


class CaseRecord(Noun):
    """A record of a case as documents tell it; `files` are names with their hashes.

    `hash` leads back to the ledger; it is empty in what leaves the office, because a
    hash of words that one can guess gives them away.
    """

    seq: int
    event: str
    title_zh: str
    on: dt.date
    by: str
    fields: dict[str, tuple[str, ...]] = _Field(default_factory=dict)
    files: tuple[FileRef, ...] = ()
    hash: str = ""


class CaseFile(Noun):
    """What documents may tell of a case, as it stood on the day of the document.

    `is_signed` when the ledger holds the approval of this document; `mandate` holds the
    rules that let the procuratorate act in this matter. Notes and whatever concerns who
    gave a tip are not among `records`.
    """

    case: str
    track: str
    track_zh: str
    matter: str
    title: str
    agency: str
    party: str
    fact_date: dt.date
    state_zh: str
    records: tuple[CaseRecord, ...]
    dues: tuple[Due, ...] = ()
    day: dt.date
    mandate: tuple[str, ...] = ()
    is_signed: bool = False
