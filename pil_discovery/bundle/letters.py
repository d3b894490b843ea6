"""Writing a letter: the gate, then sentence by sentence from the kind's wording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.appendices import annexes as annexes_of
from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.case_words import latest, load_case_wording
from pil_discovery.bundle.dates import day_of
from pil_discovery.bundle.documents import (
    Claim,
    ExhibitRow,
    Letter,
)
from pil_discovery.bundle.editions import edition_tables
from pil_discovery.bundle.exhibits import PLATE
from pil_discovery.bundle.law_lists import cited_ids, law_rows, listed_bases, uses
from pil_discovery.bundle.links import linked
from pil_discovery.bundle.redaction import OUTSIDE
from pil_discovery.bundle.sentences import (
    fill,
    keep_together,
    named,
    number_rows,
    write_section,
)
from pil_discovery.bundle.site import site_note, site_shapes
from pil_discovery.bundle.wording import cited_words, gather_words
from pil_discovery.bundle.words import citation, date_zh
from pil_discovery.errors import GateError, Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pil_discovery.bundle.annex_tables import AnnexTable
    from pil_discovery.bundle.appendices import Tables
    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.kinds import (
        Kind,
        Sheet,
    )
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.bundle.site import Ground


_BLANK = "＿＿＿＿"


def compose(
    kind: Kind,
    request: BundleRequest,
    evidence: Evidence,
    exhibits: Sequence[ExhibitRow],
    *,
    site: Sequence[Ground] = (),
    tables: Tables,
) -> tuple[list[Letter], tuple[AnnexTable, ...]]:
    """Write the documents of a kind, the one that gives it its name first.

    A document of which several copies are written stands there once for each. `tables`
    are those of the annexes, whole; those of the law follow from what the documents
    cite, and are given back.

    Raises
    ------
    GateError
        When an element is missing without which the kind may not be written, or a claim
        says what no claim may say.
    BundleError
        When the kind's own wording is faulty.
    """
    words = gather_words(kind, request, (evidence, exhibits))
    _check_gate(kind, request, words)
    words |= _blanks(kind, words)
    claims = _claims(kind, words)
    _check_claims(kind, request, words, claims)
    plate = next((e.number for e in exhibits if e.item == PLATE), "")
    words |= {"law_annex": "", "n_exhibits": len(exhibits), "plate_number": plate}
    sheets = [s for s in kind.sheets if s.sections and _is_read(s, request)]
    cited = [(s, _cited(s, request, words)) for s in sheets]
    why = {s.stem: uses(s, cited, (kind, request)) for s in sheets}
    letters = [
        letter
        for sheet in sheets
        for letter in _copies(
            sheet,
            _letter(
                sheet,
                (kind, request, words),
                (exhibits, claims, site, tables),
                why[sheet.stem],
            ),
            words,
        )
    ]
    listing = [why[s.stem] for s in sheets if "laws" in s.annexes] or [*why.values()]
    every = {one: told for known in reversed(listing) for one, told in known.items()}
    return letters, _law_tables(kind, request, every)


def _law_tables(
    kind: Kind, request: BundleRequest, why: Mapping[str, str]
) -> tuple[AnnexTable, ...]:
    return edition_tables(request, listed_bases(kind, request, why), why)


def _cited(
    sheet: Sheet, request: BundleRequest, shared: Mapping[str, Any]
) -> frozenset[str]:
    words = {**shared, **cited_words(sheet, request, shared)}
    return cited_ids((write_section(s, words) for s in sheet.sections), words)


def _letter(
    sheet: Sheet,
    context: tuple[Kind, BundleRequest, dict[str, Any]],
    content: tuple[Sequence[ExhibitRow], tuple[Claim, ...], Sequence[Ground], Tables],
    why: Mapping[str, str],
) -> Letter:
    kind, request, shared = context
    exhibits, claims, site, tables = content
    laws = listed_bases(kind, request, why)
    tables = {**tables, "laws": _law_tables(kind, request, why)}
    words = {**shared, **cited_words(sheet, request, shared)}
    plate = request.plate is not None
    annexes = annexes_of(sheet, tables, plate=plate, site=bool(site))
    labels = {a.kind: a.label[2:] for a in annexes}
    words |= {"law_annex": labels.get("laws", "")}
    shown = {a.kind for a in annexes}
    day = day_of(sheet, request)
    pairs = [(s, write_section(s, words)) for s in sheet.sections]
    sections = number_rows(
        [p for p in pairs if p[1].paragraphs or p[1].form or p[1].rows]
    )
    letter = Letter(
        kind=kind.kind,
        mark="" if request.is_signed else kind.draft_mark,
        office=printable(request.office.name),
        title=fill(sheet.headline or sheet.title, words),
        number=_number((kind, sheet), request, day),
        addressee=fill(sheet.addressee, words),
        sections=keep_together(sections) if sheet.closing else tuple(sections),
        attachments=_numbered(
            [*(a.title for a in annexes), *(fill(e, words) for e in sheet.encloses)]
        ),
        date=date_zh(day),
        as_of=day,
        annexes=annexes,
        exhibits=tuple(exhibits) if "exhibits" in shown else (),
        laws=law_rows(laws) if "laws" in shown else (),
        plate=plate and "plate" in shown,
        plate_caption=fill(sheet.plate_caption, words),
        claims=claims if sheet is kind and _is_planned(request) else (),
        site=site_shapes(site, request.strips) if "site" in shown else (),
        site_note=site_note(site, mapped=plate) if "site" in shown else "",
        stem=sheet.stem,
        closing=sheet.closing,
    )
    return linked(letter, footnotes=request.footnotes)


def _numbered(titles: Sequence[str]) -> tuple[str, ...]:
    """Return titles numbered; one alone has no number (GB/T 9704—2012)."""
    if len(titles) == 1:
        return tuple(titles)
    return tuple(f"{n}．{title}" for n, title in enumerate(titles, 1))


def _is_read(sheet: Sheet, request: BundleRequest) -> bool:
    return not sheet.readers or request.profile in sheet.readers


def _is_planned(request: BundleRequest) -> bool:
    """Whether the reader may know of what would be claimed if it came to a suit."""
    return request.profile not in OUTSIDE


def _copies(sheet: Sheet, letter: Letter, words: Mapping[str, Any]) -> list[Letter]:
    if sheet.copies is None:
        return [letter]
    count = len(named(words, sheet.copies.each))
    copies = [sheet.copies.original]
    copies += [
        sheet.copies.duplicate + ("" if count == 1 else str(n))
        for n in range(1, count + 1)
    ]
    return [
        letter.model_copy(update={"copy_mark": mark, "stem": f"{sheet.stem}（{mark}）"})
        for mark in copies
    ]


def _check_gate(kind: Kind, request: BundleRequest, words: Mapping[str, Any]) -> None:
    where = f"线索 {request.lead.lead_id[:12]}"
    missing = [
        Problem(
            where,
            need.element,
            need.what + _cite(need.basis, request),
            "补充后重新生成",
        )
        for name, need in kind.requires.items()
        if not named(words, name) and not (need.draft and not request.is_signed)
    ]
    if request.case is None and kind.route not in ("any", request.course.route):
        what = f"办理路径与{kind.title}不符：{request.course.why}"
        missing.append(Problem(where, "办理路径", what, "选用其他文书种类"))
    missing += [
        Problem(where, name, f"{request.day}没有载入可以引用的条文：{'、'.join(ids)}")
        for sheet in kind.sheets
        for name, ids in sheet.cites.items()
        if not any(i in request.rules for i in ids)
    ]
    if missing:
        raise GateError(missing)


def _blanks(kind: Kind, words: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line to write on for each element that a draft leaves open."""
    return {
        name: [{"text": _BLANK}] if isinstance(words[name], list) else _BLANK
        for name, need in kind.requires.items()
        if need.draft and not words[name]
    }


def _cite(ids: Sequence[str], request: BundleRequest) -> str:
    known = [request.rules[i] for i in ids if i in request.rules]
    told = "；".join(f"{citation(basis)} {basis.id}" for basis in known)
    return f"（{told}）" if told else ""


def _check_claims(
    kind: Kind,
    request: BundleRequest,
    words: Mapping[str, Any],
    claims: Sequence[Claim],
) -> None:
    """Refuse claims that may not be made, and requests without a claim of their own."""
    told = [claim.claim for claim in claims] + [
        c["text"] for c in words.get("claims", ())
    ]
    faults = [f for text in dict.fromkeys(told) for f in request.claim_faults(text)]
    problems = [Problem("诉讼请求", "", fault) for fault in faults]
    if claims and len(claims) != len(words["requests"]):
        what = "每项建议应当与一项诉讼请求对应" + _cite(kind.request_basis, request)
        problems.append(Problem("诉讼请求", "", what))
    if problems:
        raise GateError(problems)


def _number(sheet: tuple[Kind, Sheet], request: BundleRequest, day: dt.date) -> str:
    """Return the official number: as recorded or given, blank until then."""
    kind, own = sheet
    given = request.fields.get("number", "") if own is kind else ""
    record = latest(request.case, own.dated)
    if record is not None and own.number and not given:
        recorded = "".join(record.fields.get("number", ())[-1:])
        if recorded:
            return printable(recorded)
    office = printable(request.office.short)
    number = given or kind.blank_number
    track = request.course.route if request.case is None else request.case.track
    mark = load_case_wording(request.templates).tracks.get(track, "")
    told = {"office": office, "track": mark, "year": day.year, "number": number}
    return own.number.format(**told)


def _claims(kind: Kind, words: Mapping[str, Any]) -> tuple[Claim, ...]:
    """Pair requests with claims: those that the ledger holds, or the kind's wording."""
    if not kind.claim:
        return ()
    decided = [c["text"] for c in words.get("decided_claims", ())]
    if decided and words.get("decided_requests"):
        pairs = zip(words["requests"], decided, strict=False)
        return tuple(
            Claim(number=n, request=r["text"], claim=claim)
            for n, (r, claim) in enumerate(pairs, 1)
        )
    return tuple(
        Claim(
            number=n,
            request=r["text"],
            claim=fill(
                kind.claim, {"agency": words["agency"], "n": n, "text": r["text"]}
            ),
        )
        for n, r in enumerate(words["requests"], 1)
    )
