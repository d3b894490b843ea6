"""A request as a profile may show it, and the secrets that were taken out of it."""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from pil_discovery.bundle.case_words import load_case_wording
from pil_discovery.bundle.kinds import several
from pil_discovery.bundle.redaction import TIP, Redactor, Secret
from pil_discovery.errors import GateError, Problem
from pil_discovery.text.personal import is_person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pil_discovery.bundle.case_words import CaseWording
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import (
        CaseFile,
        CaseRecord,
        Entry,
        Finding,
        Followup,
        Lead,
        SetAside,
        Source,
        Verdict,
    )

NounT = TypeVar("NounT", bound=BaseModel)
_OWN_WORDS = frozenset({"contact", "phone"})
"""Fields with which the office names itself; only the public does not see them."""
_STAFF = ("collector", "witness", "approved_by", "handler", "contact")
"""Fields with names of those who acted for the office."""
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"pHYs"})
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Redacted:
    """What is left of a request, what was taken out, and what binds the one to it.

    Attributes
    ----------
    salt
        Salt of the bundle, out of which the salt of every commitment follows.
    """

    request: BundleRequest
    secrets: tuple[Secret, ...]
    salt: bytes


def redact(request: BundleRequest) -> Redacted:
    """Return the request as its profile may show it.

    Personal data are known by the marks of the data sets and by what their form tells;
    they are replaced in rows, sentences, file and sheet names and every other word of
    the request, so that whatever is composed of it is free of them. Raw files stay
    behind; who reported a fact leaves the office in no profile. Where the data are of a
    minor (`strict`), maps, pictures, places, schools and ages stay behind as well.

    Raises
    ------
    GateError
        When a source is classified: it leaves the office in no profile at all.
    """
    _check_classified(request)
    redactor = Redactor(request.profile, _shown(request), strict=request.strict)
    _learn(request, redactor)
    salt = bundle_salt(request)
    words = _Words(redactor, salt)
    # a name that one text gives away as such is then a secret in every text before it
    words.request(request)
    return Redacted(words.request(request), redactor.secrets, salt)


def bundle_salt(request: BundleRequest) -> bytes:
    """Return the salt of a bundle, drawn from the raw files themselves.

    Two builds from the same files have the same salt, and so the same bytes; whoever
    does not hold the files does not know it. It tells no more than their SHA-256 do,
    which every bundle prints.
    """
    total = hashlib.sha3_256()
    for path in _raw_files(request):
        with path.open("rb") as file:
            for block in iter(lambda: file.read(_BLOCK), b""):
                total.update(block)
        total.update(b"\0end\0")
    told = f"pil commitment\0{request.name}".encode()
    return hmac.new(total.digest(), told, hashlib.sha3_256).digest()


def bare_png(data: bytes) -> bytes:
    """Return a PNG without its texts, dates and other remarks."""
    head, place, kept = data[:8], 8, []
    while place + 12 <= len(data):
        size = struct.unpack(">I", data[place : place + 4])[0]
        if data[place + 4 : place + 8] in _PNG_KEPT:
            kept.append(data[place : place + 12 + size])
        place += 12 + size
    return head + b"".join(kept)


def _raw_files(request: BundleRequest) -> Iterable[Path]:
    from pil_discovery.bundle.exhibits import used_sources

    used = {s.sha256: request.source_paths.get(s.file) for s in used_sources(request)}
    return [p for _, p in sorted(used.items()) if p is not None and p.is_file()]


def _check_classified(request: BundleRequest) -> None:
    problems = [
        Problem(
            file,
            "",
            f"这份数据定为“{grade}”，不得随对外的证据包（{request.profile}）离开本院",
            "去掉依赖它的线索，或者依法解密、取得批准后改写 pil.yaml 再重新筛查",
        )
        for file, grade in sorted(request.classified.items())
    ]
    if problems:
        raise GateError(problems)


def _shown(request: BundleRequest) -> frozenset[str]:
    """Return the names of those whom the agency must act on."""
    if request.profile == "public":
        return frozenset()
    names = [request.lead.subject_name, *(f.subject_name for f in request.findings)]
    names += [] if request.case is None else [request.case.party]
    if request.strict:  # a firm or a school that must be acted on, never a person
        names = [n for n in names if n and not is_person(n)]
    return frozenset(n.casefold().replace(" ", "") for n in names if n)


def _learn(request: BundleRequest, redactor: Redactor) -> None:
    for row in request.rows:
        dataset = request.datasets.get(str(row.get("dataset")))
        if dataset is not None and dataset.tips:
            continue
        cells = _cells(row)
        for header, mark in redactor.marks(cells, dataset).items():
            redactor.learn(cells[header], mark)
    for name in (
        request.lead.subject_name,
        *(f.subject_name for f in (*request.findings, *request.looked_at)),
        *_case_names(request),
        *_staff(request),
    ):
        redactor.learn(name, "name")


def _staff(request: BundleRequest) -> Iterable[str]:
    """Yield who acted for the office, as its fields tell, hidden in public only."""
    if request.profile == "public":
        for name in _STAFF:
            yield from several(request.fields.get(name, ""))


def _case_names(request: BundleRequest) -> Iterable[str]:
    """Yield names that a case tells: its party, and who acted, hidden in public only.

    Agency and court know with whom they deal.
    """
    case = request.case
    if case is None:
        return
    yield case.party
    if request.profile != "public":
        return
    wording = load_case_wording(request.templates)
    for name in wording.names:
        yield from several(request.fields.get(name, ""))
    yield from acting(case.records, wording)


def acting(
    records: Iterable[CaseRecord | Entry], wording: CaseWording
) -> Iterator[str]:
    """Yield who acted by records, with and without the post beside the name."""
    for record in records:
        told = [record.by]
        told += [v for name in wording.names for v in record.fields.get(name, ())]
        for value in told:
            yield value
            yield without_role(value, wording.roles)


def without_role(value: str, roles: Iterable[str]) -> str:
    """Return a name without the office that stands before or behind it."""
    for role in roles:
        value = value.strip().removeprefix(role).removesuffix(role)
    return value.strip()


def _cells(row: Mapping[str, Any]) -> dict[str, str | None]:
    given = row.get("cells")
    if given is None:
        given = {k: v for k, v in row.items() if k not in _ORIGIN}
    return {str(k): None if v is None else str(v) for k, v in given.items()}


_ORIGIN = frozenset({"dataset", "source", "sheet", "row", "cells", "evidence"})
_STRUCTURE = frozenset(
    {
        *("model", "code", "model_version", "domain", "state", "basis", "agency"),
        *("measures", "geometry", "route", "routes", "score", "parts", "lead_id"),
        *("dataset", "step", "how", "validity", "verdict", "sha256", "crs", "kind"),
        *("fact_date", "fact_last_date", "remedy", "verify", "steps", "issuer"),
        *("obtained", "valid_from", "valid_to", "period", "encoding", "licence"),
    }
)
"""Fields that hold no words about a case: codes, measures, days, hashes, law."""


@dataclass(frozen=True)
class _Words:
    """Rewrites the parts of a request."""

    redactor: Redactor
    salt: bytes

    def request(self, request: BundleRequest) -> BundleRequest:
        findings = [self.finding(f) for f in request.findings]
        strict = self.redactor.strict
        pictures = {} if strict else request.strips
        strips = {item: bare_png(png) for item, png in pictures.items()}
        plate = None if strict or request.plate is None else bare_png(request.plate)
        return replace(
            request,
            run=self.run(request.run),
            lead=self.lead(request.lead),
            findings=findings,
            rows=[self.row(row, request) for row in request.rows],
            sources=[self.source(s) for s in request.sources],
            source_paths={
                self.redactor.text(k): p for k, p in request.source_paths.items()
            },
            images=[self.noun(i, ()) for i in request.images],
            plate=plate,
            strips=strips,
            crossings=[]
            if strict
            else [self.noun(c, ("item",)) for c in request.crossings],
            looked_at=[self.finding(f) for f in request.looked_at],
            set_aside=[self.set_aside(s) for s in request.set_aside],
            verdicts=[self.verdict(v) for v in request.verdicts],
            fields={k: self.field(k, v) for k, v in request.fields.items()},
            case=None if request.case is None else self.case(request.case),
            followup=None
            if request.followup is None
            else self.followup(request.followup),
            told=self.tree(dict(request.told)),
            is_redacted=True,
        )

    def run(self, run: Mapping[str, Any]) -> dict[str, Any]:
        told = {k: v for k, v in run.items() if k not in {"workspace", "personal"}}
        return {k: self.tree(v) if k == "name" else v for k, v in told.items()}

    def lead(self, lead: Lead) -> Lead:
        findings = tuple(map(self.identity, lead.findings))
        change: dict[str, Any] = {"findings": findings, "members": ()}
        if self.redactor.strict:
            change["place"] = self.redactor.cell(lead.place, "address")
        return self.noun(lead, ("findings", "members")).model_copy(update=change)

    def finding(self, finding: Finding) -> Finding:
        told = self.noun(finding, ("finding_id",))
        change: dict[str, Any] = {"finding_id": self.identity(finding.finding_id)}
        if self.redactor.strict:  # where a child lives or learns tells who it is
            place = self.redactor.cell(finding.place, "address")
            change |= {"geometry": None, "overlaps": (), "place": place}
        return told.model_copy(update=change)

    def set_aside(self, entry: SetAside) -> SetAside:
        """Leave out why, which may repeat a cell; what became of geometry stays."""
        reason = entry.reason if entry.column == "geometry" else ""
        told = entry.model_copy(update={"reason": reason})
        return self.noun(told, ("scope", "reason_class", "column"))

    def verdict(self, verdict: Verdict) -> Verdict:
        """Keep who of the office checked, but from the public, and no remarks."""
        by = "" if self.redactor.profile == "public" else verdict.by
        return verdict.model_copy(update={"by": by, "note": "", "lead_id": ""})

    def identity(self, finding_id: str) -> str:
        """Return another id: the own one is a hash of a key that one could try out."""
        return hmac.new(self.salt, finding_id.encode(), hashlib.sha256).hexdigest()

    def source(self, source: Source) -> Source:
        return self.noun(source, ()).model_copy(update={"parts": ()})

    def row(self, row: Mapping[str, Any], request: BundleRequest) -> dict[str, Any]:
        dataset = request.datasets.get(str(row.get("dataset")))
        cells = _cells(row)
        marks = self.redactor.marks(cells, dataset)
        tips = dataset is not None and dataset.tips
        return {
            "dataset": row.get("dataset"),
            "source": self.tree(row.get("source")),
            "sheet": self.tree(row.get("sheet")),
            "row": row["row"],
            "cells": {
                self.redactor.text(header): TIP
                if tips and value and marks[header]
                else self.redactor.cell(value, marks[header])
                for header, value in cells.items()
            },
        }

    def field(self, name: str, value: str) -> str:
        own = name in _OWN_WORDS and self.redactor.profile != "public"
        return value if own else self.redactor.text(value)

    def case(self, case: CaseFile) -> CaseFile:
        """Return a case with every word of its records replaced, and no hash of them.

        The matter, the agency and the periods are law and office, not persons.
        """
        return case.model_copy(
            update={
                "title": self.redactor.text(case.title),
                "party": self.redactor.text(case.party),
                "records": tuple(map(self.record, case.records)),
            }
        )

    def followup(self, found: Followup) -> Followup:
        return found.model_copy(
            update={
                "evidence": tuple(map(self.redactor.text, found.evidence)),
                "indicators": tuple(self.noun(i, ("id",)) for i in found.indicators),
                "measures": tuple(self.noun(m, ()) for m in found.measures),
            }
        )

    def record(self, record: CaseRecord) -> CaseRecord:
        return record.model_copy(
            update={
                "by": self.redactor.text(record.by),
                "fields": {
                    k: tuple(map(self.redactor.text, v))
                    for k, v in record.fields.items()
                },
                "files": tuple(
                    f.model_copy(update={"name": self.redactor.text(f.name)})
                    for f in record.files
                ),
                "hash": "",
            }
        )

    def noun(self, noun: NounT, kept: tuple[str, ...]) -> NounT:
        told = noun.model_dump()
        changed = {
            k: v if k in kept or k in _STRUCTURE else self.tree(v)
            for k, v in told.items()
        }
        return type(noun).model_validate(changed)

    def tree(self, value: Any) -> Any:  # noqa: ANN401 -- JSON-like
        if isinstance(value, str):
            return self.redactor.text(value)
        if isinstance(value, dict):
            return {k: v if k in _STRUCTURE else self.tree(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(map(self.tree, value))
        return value
