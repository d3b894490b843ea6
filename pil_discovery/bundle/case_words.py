"""What documents may say of a case: words taken from the records of the ledger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import Field as _Field
from pydantic import ValidationError

from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.kinds import read_wording, several
from pil_discovery.bundle.words import date_zh
from pil_discovery.errors import BundleError, Problem
from pil_discovery.types.base import Noun
from pil_discovery.types.case_rules import Having

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import CaseFile, CaseRecord


_NUMBERS = re.compile(r"（[^（）]*[a-z0-9]_[a-z][^（）]*）")
"""What a comparison says in names of columns; the numbers stand in the findings."""


class CaseSource(Noun):
    """Where a word comes from: records of an event, or a field of the document.

    With an event, `field` is a field of its record; without one, of the document.
    """

    event: str = ""
    having: Having = _Field(default_factory=dict)
    field: str = ""


class CaseWord(Noun):
    """A word: the latest record of the first source that tells it.

    Without `field` it is the date of the record. `words` replaces codes.
    """

    zh: str
    from_: tuple[CaseSource, ...] = _Field(alias="from")
    first: bool = False
    words: dict[str, str] = _Field(default_factory=dict)


class CaseList(Noun):
    """A list for `each`: a value of a field each, or a record each.

    It comes from the first source that has any, or from `all`. A record gives `on`,
    `by`, `title`, `document` (by event, from `names`), `files` and the `fields` named
    here; a value gives `text` and `on`.
    """

    zh: str
    from_: tuple[CaseSource, ...] = _Field(alias="from")
    all: bool = False
    fields: tuple[str, ...] = ()
    names: dict[str, str] = _Field(default_factory=dict)
    words: dict[str, str] = _Field(default_factory=dict)


class CaseTerm(Noun):
    """The last day of the first of these periods that runs in the case."""

    zh: str
    clocks: tuple[str, ...]


class CaseWording(Noun):
    """All words about cases, as `wording/case.yaml` names them.

    `names` are fields of records that hold names of persons, `roles` the offices that
    stand beside a name; `sign` is the record by
    which a document is approved, its `field` names the document; `tracks` are the marks
    of the two kinds of cases in a number; `periods` are words for the length of clocks;
    `found` are words for what a comparison with a scan finds.
    """

    words: dict[str, CaseWord] = _Field(default_factory=dict)
    lists: dict[str, CaseList] = _Field(default_factory=dict)
    sign: CaseSource | None = None
    terms: dict[str, CaseTerm] = _Field(default_factory=dict)
    names: tuple[str, ...] = ()
    found: dict[str, str] = _Field(default_factory=dict)
    roles: tuple[str, ...] = ()
    tracks: dict[str, str] = _Field(default_factory=dict)
    periods: dict[str, str] = _Field(default_factory=dict)


def load_case_wording(templates: Path) -> CaseWording:
    """Read `wording/case.yaml`.

    Raises
    ------
    BundleError
        When it is not what the format asks for.
    """
    try:
        return CaseWording.model_validate(read_wording(templates, "case.yaml"))
    except ValidationError as error:
        raise BundleError(
            Problem("case.yaml", ".".join(map(str, e["loc"])), e["msg"])
            for e in error.errors()
        ) from error


def case_words(request: BundleRequest) -> dict[str, Any]:
    """Return every word about the case; empty ones where nothing was recorded."""
    wording = load_case_wording(request.templates)
    return {
        **_opening(request.case),
        **{n: _word(w, request) for n, w in wording.words.items()},
        **{n: _list(entry, request) for n, entry in wording.lists.items()},
        **{n: _term(t, request.case) for n, t in wording.terms.items()},
        **{n: request.periods.get(c, "") for n, c in wording.periods.items()},
        **_compared(request, wording.found),
    }


def _compared(request: BundleRequest, words: Mapping[str, str]) -> dict[str, Any]:
    """Return what a comparison with the scan found: signs, never a verdict."""
    followup = request.followup
    titles = {m.code: m.title.zh for m in request.models.values() if m.code}
    empty = {"compared": "", "compared_evidence": (), "indicators": (), "checked": ()}
    if followup is None:
        return empty
    return {
        "compared": words.get(followup.outcome, followup.outcome),
        "compared_evidence": [
            {"text": _readable(e, titles)} for e in followup.evidence
        ],
        "indicators": [
            {
                "zh": printable(one.zh),
                "state": words.get(one.state, one.state),
                "evidence": _joint(one.evidence, titles),
            }
            for one in followup.indicators
        ],
        "checked": [
            {
                "measure": printable(one.measure),
                "state": words.get(one.state, one.state),
                "evidence": _joint(one.evidence, titles),
            }
            for one in followup.measures
        ],
    }


def _joint(evidence: Sequence[str], titles: Mapping[str, str]) -> str:
    return "；".join(_readable(one, titles) for one in evidence)


def _readable(text: str, titles: Mapping[str, str]) -> str:
    """Return words of a comparison without names of columns, models by their title."""
    told = _NUMBERS.sub("", printable(text))
    for code, title in titles.items():
        told = told.replace(code, f"“{title}”")
    return told.replace("|", "、")


def latest(case: CaseFile | None, events: Sequence[str]) -> CaseRecord | None:
    """Return the latest record of some events."""
    found = [r for r in _records(case) if r.event in events]
    return found[-1] if found else None


def _opening(case: CaseFile | None) -> dict[str, Any]:
    told = {
        "case_no": "" if case is None else case.case,
        "case_title": "" if case is None else case.title,
        "case_party": "" if case is None else case.party,
        "case_state": "" if case is None else case.state_zh,
        "case_track": "" if case is None else case.track_zh,
    }
    opened = case.records[0].on if case is not None and case.records else None
    return {
        **{k: printable(v) for k, v in told.items()},
        "opened_on": "" if opened is None else date_zh(opened),
        "is_admin": case is not None and case.track == "admin",
        "is_civil": case is not None and case.track == "civil",
    }


def _records(case: CaseFile | None) -> Sequence[CaseRecord]:
    return () if case is None else case.records


def _found(source: CaseSource, case: CaseFile | None) -> list[CaseRecord]:
    return [
        record
        for record in _records(case)
        if record.event == source.event
        and all(
            set(record.fields.get(k, ())) & set(v) for k, v in source.having.items()
        )
        and (not source.field or any(record.fields.get(source.field, ())))
    ]


def _word(word: CaseWord, request: BundleRequest) -> str:
    for source in word.from_:
        if not source.event:
            given = request.fields.get(source.field, "")
            if given:
                return printable(word.words.get(given, given))
            continue
        found = _found(source, request.case)
        if found:
            record = found[0 if word.first else -1]
            if not source.field:
                return date_zh(record.on)
            return _joined(record.fields[source.field], word.words)
    return ""


def _list(entry: CaseList, request: BundleRequest) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    for source in entry.from_:
        if listed and not entry.all:
            break
        if not source.event:
            given = several(request.fields.get(source.field, ""))
            listed += [{"text": printable(v).rstrip("。"), "on": ""} for v in given]
            continue
        for record in _found(source, request.case):
            listed += _items(record, source, entry)
    return listed


def _items(
    record: CaseRecord, source: CaseSource, entry: CaseList
) -> list[dict[str, Any]]:
    seen = {"on": date_zh(record.on), "by": printable(record.by)}
    if source.field:
        values = record.fields.get(source.field, ())
        return [
            {**seen, "text": _joined((v,), entry.words).rstrip("。；;")}
            for v in values
            if v.strip()
        ]
    fields = {f: _joined(record.fields.get(f, ()), entry.words) for f in entry.fields}
    files = "、".join(printable(f.name) for f in record.files)
    document = entry.names.get(record.event, record.title_zh)
    told = {"title": record.title_zh, "document": document, "files": files}
    return [{**seen, **told, **fields}]


def _joined(values: Sequence[str], words: Mapping[str, str]) -> str:
    return "、".join(printable(words.get(v, v)) for v in values)


def _term(term: CaseTerm, case: CaseFile | None) -> str:
    known = {due.clock: due for due in (() if case is None else case.dues)}
    found = next((known[c] for c in term.clocks if c in known), None)
    if found is None:
        return ""
    return date_zh(found.date) + ("（暂定）" if found.provisional else "")
