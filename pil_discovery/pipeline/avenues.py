"""Ways, venues and agencies of a lead or of a question, with what is missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pil_discovery import procedure
from pil_discovery.catalog import load_catalog
from pil_discovery.errors import LawError, Problem, near_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.catalog import Catalog
    from pil_discovery.types import Avenue, LawField, Lead, Model, RuleBook, Standing
    from pil_discovery.types import VenueRule as Venue

    Day = dt.date | str

_SEVERAL = "several-agencies"
_QUESTIONS = {"filing": "立案", "suit": "起诉", "court": "管辖法院"}
_TRACKS = {"admin": "行政公益诉讼", "civil": "民事公益诉讼"}


@dataclass(frozen=True)
class Outlook:
    """Where a lead may go from here.

    Attributes
    ----------
    avenues
        Every way that concerns the lead, open or not.
    venues
        Track → who files, who sues, which court hears.
    others
        Title of a power over the same harm → the other agency that holds it.
    """

    avenues: tuple[Avenue, ...]
    venues: Mapping[str, tuple[Venue, ...]]
    others: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "avenues": [avenue_row(a) for a in self.avenues],
            "venues": {
                track: [v.model_dump(mode="json") for v in found]
                for track, found in self.venues.items()
            },
            "other_agencies": dict(self.others),
        }

    def sections(self) -> dict[str, list[str]]:
        """Return title → lines in Chinese."""
        return {
            "途径及其条件": [avenue_line(a) for a in self.avenues],
            "管辖": [
                f"{_TRACKS[track]}　{venue_line(v)}"
                for track, found in self.venues.items()
                for v in found
            ],
            "同一损害的其他机关": [f"{a}（{p}）" for p, a in self.others.items()],
        }


@dataclass(frozen=True)
class Jurisdiction:
    """Who must act, who may file and sue, and who hears.

    Attributes
    ----------
    agency
        Holder of the power; None where no power was asked for, or only the record of
        a case names it.
    others
        Title of a power over the same harm → the other agency that holds it: each may
        have a case of its own.
    venues
        Who files, who sues, which court hears.
    """

    agency: str | None
    others: Mapping[str, str]
    venues: tuple[Venue, ...]


@dataclass(frozen=True)
class Judged:
    """A register of plaintiffs, held against the law of a day.

    `set_apart` tells of every row or cell that could not be used, with its reason.
    """

    standings: tuple[Standing, ...]
    set_apart: tuple[str, ...]


def avenue_row(avenue: Avenue) -> dict[str, Any]:
    """Return a way as plain values, with whether it is open."""
    return {**avenue.model_dump(mode="json"), "open": avenue.is_open}


def avenue_line(avenue: Avenue) -> str:
    """Return a way in one line: its mandate, and what is missing with its facts."""
    mandate = f"授权 {'、'.join(avenue.mandate)}；" if avenue.mandate else ""
    strict = "从严遮盖；" if avenue.redaction == "strict" else ""
    missing = procedure.missing_words(avenue)
    shut = "不能走：" if avenue.refused else f"尚缺 {len(missing)} 项："
    told = shut + "；".join(missing) if missing else "条件已备"
    note = f"（{avenue.note_zh}）" if avenue.note_zh and not avenue.refused else ""
    return f"{avenue.title_zh}：{mandate}{strict}{told}{note}"


def venue_line(venue: Venue) -> str:
    """Return who files, sues or hears in one line."""
    may = "也可以由" if venue.may else ""
    question = _QUESTIONS[venue.question]
    return f"{question}：{may}{venue.organ_zh}（{'、'.join(venue.basis)}）"


def outlook_of(
    lead: Lead,
    catalog: Catalog,
    *,
    models: Mapping[str, Model],
    as_of: dt.date,
    jurisdiction: str,
) -> Outlook:
    """Return where a lead may go under the rules of a day.

    What the lead itself tells (the agency, the offender) counts as met; everything else
    is missing until somebody records it.
    """
    regime = procedure.regime_on(catalog.regimes, as_of)
    if regime is None:
        return Outlook((), {}, {})
    book, routes = catalog.books[regime], catalog.routes[regime]
    field = _field_of(lead, book, catalog, regime)
    if field is None:
        return Outlook((), {}, {})
    power = models[lead.model].agency.power if lead.model in models else ""
    others = _others(power, lead.agency, catalog, place=jurisdiction, on=as_of)
    tags = {*procedure.tags_of(power, catalog.powers, agency=lead.agency), *field.tags}
    tags |= {_SEVERAL} if others else set()
    avenues = procedure.open_avenues(
        field,
        span=procedure.fact_span(lead, as_of),
        as_of=as_of,
        tags=tags,
        known=_known(lead),
        rules=book.avenues,
        facts=catalog.facts,
        topics=catalog.topics,
    )
    venues: dict[str, tuple[Venue, ...]] = {
        track: procedure.find_venues(
            track, tags, rules=book.venues, facts=catalog.facts, on=as_of
        )
        for track in routes
        if track in field.mandates
    }
    return Outlook(avenues, venues, others)


def _field_of(
    lead: Lead, book: RuleBook, catalog: Catalog, regime: str
) -> LawField | None:
    try:
        return procedure.find_field(lead.domain, book, catalog.routes[regime])
    except LawError:  # a field without any route: its steps say so
        return None


def _known(lead: Lead) -> set[str]:
    offender = lead.subject_name or lead.subject_code
    told = {"agency": lead.agency, "offender": offender}
    return {name for name, value in told.items() if value}


def _others(
    power: str, agency: str | None, catalog: Catalog, *, place: str, on: dt.date
) -> dict[str, str]:
    """Return the other agencies that hold a power over the same harm."""
    beside = {b for row in catalog.powers if row.id == power for b in row.beside}
    titles = {row.id: row.title.zh for row in catalog.powers}
    held = {
        titles[name]: procedure.find_agency(
            catalog.powers, name, jurisdiction=place, on=on
        )
        for name in sorted(beside)
    }
    return {
        title: other
        for title, other in held.items()
        if other is not None and other != agency
    }


def find_avenues(
    field: str,
    on: Day | tuple[Day, Day],
    *,
    as_of: Day | None = None,
    tags: Collection[str] = (),
    known: Collection[str] = (),
    local_models: Sequence[Path] = (),
) -> tuple[Avenue, ...]:
    """Return every way in a field of litigation, with what is missing before it starts.

    Parameters
    ----------
    field
        `environment`, `minors`, `education`, ….
    on
        Date of the fact, or first and last day of a continuing state.
    as_of
        Day on which the way would start; default: the last day of the fact.
    tags
        What is special about the case: `criminal`, `marine`, `heroes`, ….
    known
        Ids of what is there already (`agency`, `filed`, …).

    Raises
    ------
    LawError
        If the field, a tag or a want is unknown, or no body of rules holds on that day.
    """
    catalog = load_catalog(tuple(local_models))
    span = procedure.as_span(on)
    day = span[1] if as_of is None else procedure.as_day(as_of)
    regime = _regime(catalog, day)
    book = catalog.books[regime]
    wants = {want.id for rule in book.avenues for want in rule.wants}
    _check("标记", tags, _marks(catalog, book))
    _check("条件", known, wants)
    return procedure.open_avenues(
        procedure.find_field(field, book, catalog.routes[regime]),
        span=span,
        as_of=day,
        tags=tags,
        known=known,
        rules=book.avenues,
        facts=catalog.facts,
        topics=catalog.topics,
    )


def find_jurisdiction(
    track: str,
    on: Day,
    *,
    tags: Collection[str] = (),
    divisions: Sequence[str] = (),
    power: str | None = None,
    local_models: Sequence[Path] = (),
) -> Jurisdiction:
    """Return the competent agency (where a power is given), and who files, sues, hears.

    Parameters
    ----------
    track
        `admin` or `civil`.
    on
        The day on which the case is filed or brought.
    tags
        What is special about the case; those of the power are added.
    divisions
        Codes of the places of the fact; several make a case across regions. The first
        one names the agency.
    power
        Power whose holder must act.

    Raises
    ------
    LawError
        If the power or a tag is unknown, or no body of rules holds on that day.
    """
    catalog = load_catalog(tuple(local_models))
    day = procedure.as_day(on)
    book = catalog.books[_regime(catalog, day)]
    _check("标记", tags, _marks(catalog, book))
    marks = {*tags, *procedure.crosses(divisions)}
    agency, others = None, {}
    if power is not None:
        place = divisions[0] if divisions else ""
        agency = procedure.find_agency(
            catalog.powers, power, jurisdiction=place, on=day
        )
        others = _others(power, agency, catalog, place=place, on=day)
        marks |= procedure.tags_of(power, catalog.powers, agency=agency)
    venues = procedure.find_venues(
        track,
        marks,
        rules=book.venues,
        facts=catalog.facts,
        on=day,
    )
    return Jurisdiction(agency, others, venues)


def judge_plaintiffs(
    register: str | Path, on: Day, *, local_models: Sequence[Path] = ()
) -> Judged:
    """Test every body of a register of eligible plaintiffs against the law of a day.

    Parameters
    ----------
    register
        A table of the data set `eligible_plaintiff`.
    on
        The day on which the body would sue.

    Raises
    ------
    ReadError
        If the file cannot be read as that data set.
    LawError
        If a row names an unknown kind of body, or no body of rules holds on that day.
    """
    from pil_discovery.pipeline.files import read_records

    catalog = load_catalog(tuple(local_models))
    day = procedure.as_day(on)
    book = catalog.books[_regime(catalog, day)]
    table = read_records(register, "eligible_plaintiff")
    standings = procedure.judge_standing(
        _plain_rows(table.frame.to_dict("records")),
        day,
        rules=book.plaintiffs,
        facts=catalog.facts,
    )
    apart = _plain_rows(table.quarantine.to_dict("records"))
    return Judged(
        standings,
        tuple(f"第{r['row']}行 {r['column'] or ''}：{r['reason']}" for r in apart),
    )


def _plain_rows(rows: Iterable[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    """Return rows with missing values as None and days as dates."""
    import pandas as pd

    def plain(value: object) -> object:
        if value is None or value is pd.NaT or value is pd.NA or value != value:  # noqa: PLR0124 -- NaN
            return None
        return value.date() if isinstance(value, dt.datetime) else value

    return [{str(k): plain(v) for k, v in row.items()} for row in rows]


def _marks(catalog: Catalog, book: RuleBook) -> set[str]:
    """Return every tag that a rule knows; another one would change nothing."""
    tags = [
        *(rule.tags for rule in book.fields),
        *(rule.tags for rule in book.venues),
        *(rule.tags for rule in book.avenues),
        *(power.tags for power in catalog.powers),
    ]
    return {tag for some in tags for tag in some}


def _check(what: str, given: Collection[str], known: Collection[str]) -> None:
    wrong = [name for name in given if name not in known]
    if wrong:
        raise LawError(
            Problem(
                "",
                "",
                f"没有「{name}」这个{what}",
                near_names(name, known) or f"可用：{'、'.join(sorted(known))}",
            )
            for name in wrong
        )


def _regime(catalog: Catalog, day: dt.date) -> str:
    regime = procedure.regime_on(catalog.regimes, day)
    if regime is None:
        what = f"办案规则：{procedure.GAP}（{day}）"
        raise LawError(Problem("", "", what, "请核对日期"))
    return regime
