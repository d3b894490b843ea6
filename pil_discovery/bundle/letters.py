"""Writing a letter: the gate, then sentence by sentence from the kind's wording."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pil_discovery.bundle.appendices import annexes as annexes_of
from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.case_words import latest
from pil_discovery.bundle.documents import (
    Claim,
    ExhibitRow,
    FormRow,
    Letter,
    LetterSection,
    NumberedRow,
    Paragraph,
)
from pil_discovery.bundle.links import linked
from pil_discovery.bundle.numbers import parts_of, unmarked
from pil_discovery.bundle.site import site_note, site_shapes
from pil_discovery.bundle.wording import cited_words, gather_words
from pil_discovery.bundle.words import citation, date_zh
from pil_discovery.errors import BundleError, GateError, Problem

if TYPE_CHECKING:
    import datetime as dt

    from pil_discovery.bundle.appendices import Tables
    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.kinds import (
        Block,
        FormLine,
        Kind,
        Section,
        Sheet,
        TableLine,
    )
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.bundle.site import Ground


def compose(
    kind: Kind,
    request: BundleRequest,
    evidence: Evidence,
    exhibits: Sequence[ExhibitRow],
    *,
    site: Sequence[Ground] = (),
    tables: Tables,
) -> list[Letter]:
    """Write the documents of a kind, the one that gives it its name first.

    A document of which several copies are written stands there once for each. `tables`
    are those of the annexes, whole.

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
    claims = _claims(kind, words)
    _check_claims(kind, request, words, claims)
    return [
        letter
        for sheet in kind.sheets
        for letter in _copies(
            sheet,
            _letter(sheet, (kind, request, words), (exhibits, claims, site, tables)),
            words,
        )
    ]


def _letter(
    sheet: Sheet,
    context: tuple[Kind, BundleRequest, dict[str, Any]],
    content: tuple[Sequence[ExhibitRow], tuple[Claim, ...], Sequence[Ground], Tables],
) -> Letter:
    kind, request, shared = context
    exhibits, claims, site, tables = content
    words = {**shared, **cited_words(sheet, request, shared)}
    plate = request.plate is not None
    annexes = annexes_of(sheet, tables, plate=plate, site=bool(site))
    labels = {a.kind: a.label[2:] for a in annexes}
    words |= {"law_annex": labels.get("laws", ""), "n_exhibits": len(exhibits)}
    shown = {a.kind for a in annexes}
    day = _day(sheet, request)
    sections = [_section(s, words) for s in sheet.sections]
    sections = _numbered([s for s in sections if s.paragraphs or s.form or s.rows])
    letter = Letter(
        kind=kind.kind,
        mark="" if _is_signed(request) else kind.draft_mark,
        office=printable(request.office.name),
        title=_fill(sheet.title, words),
        number=_number((kind, sheet), request, day),
        addressee=_fill(sheet.addressee, words),
        sections=_kept_together(sections) if sheet.closing else tuple(sections),
        attachments=tuple(f"{n}．{a.title}" for n, a in enumerate(annexes, 1)),
        date=date_zh(day),
        as_of=day,
        annexes=annexes,
        exhibits=tuple(exhibits) if "exhibits" in shown else (),
        laws=tuple(words["law_rows"]) if "laws" in shown else (),
        plate=plate and "plate" in shown,
        plate_caption=sheet.plate_caption,
        claims=claims if sheet is kind else (),
        site=site_shapes(site, request.strips) if "site" in shown else (),
        site_note=site_note(site) if "site" in shown else "",
        stem=sheet.stem,
        closing=sheet.closing,
    )
    return linked(letter, footnotes=request.footnotes)


def _copies(sheet: Sheet, letter: Letter, words: Mapping[str, Any]) -> list[Letter]:
    if sheet.copies is None:
        return [letter]
    count = len(_named(words, sheet.copies.each))
    copies = [sheet.copies.original]
    copies += [
        sheet.copies.duplicate + ("" if count == 1 else str(n))
        for n in range(1, count + 1)
    ]
    return [
        letter.model_copy(update={"copy_mark": mark, "stem": f"{sheet.stem}（{mark}）"})
        for mark in copies
    ]


def _is_signed(request: BundleRequest) -> bool:
    case = request.case
    return bool(request.fields.get("approved_by")) or (
        case is not None and case.is_signed
    )


def _day(sheet: Sheet, request: BundleRequest) -> dt.date:
    record = latest(request.case, sheet.dated)
    if request.fields.get("date") or record is None:
        return request.day
    return record.on


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
        if not _named(words, name)
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
    kind, own = sheet
    given = request.fields.get("number", "") if own is kind else ""
    office = printable(request.office.short)
    number = given or kind.blank_number
    return own.number.format(office=office, year=day.year, number=number)


def _section(section: Section, words: Mapping[str, Any]) -> LetterSection:
    table = section.table
    return LetterSection(
        heading=_fill(section.heading, words),
        paragraphs=_all(section.blocks, words),
        form=tuple(_form_row(line, words) for line in section.form),
        columns=() if table is None else table.columns,
        rows=()
        if table is None
        else tuple(row for line in table.rows for row in _table_rows(line, words)),
    )


def _all(blocks: Sequence[Block], words: Mapping[str, Any]) -> tuple[Paragraph, ...]:
    return tuple(p for block in blocks for p in _paragraphs(block, words))


def _form_row(line: FormLine, words: Mapping[str, Any]) -> FormRow:
    texts = tuple(p.text for p in _all(line.blocks, words) if p.text)
    # a cell without any paragraph is no cell to Word
    blanks = max(line.blanks, 0 if texts else 1)
    return FormRow(label=line.label, texts=texts, blanks=("",) * blanks)


def _table_rows(line: TableLine, words: Mapping[str, Any]) -> list[NumberedRow]:
    if not _is_wanted(line, words):
        return []
    entries = enumerate(_named(words, line.each), 1) if line.each else [(1, None)]
    return [
        NumberedRow(
            number="",
            cells=tuple(_fill(c, {**words, "n": n, "one": one}) for c in line.cells),
        )
        for n, one in entries
    ]


def _numbered(sections: list[LetterSection]) -> list[LetterSection]:
    """Give the rows of all tables of a document numbers that run on."""
    counter = itertools.count(1)
    return [
        s.model_copy(
            update={
                "rows": tuple(
                    row.model_copy(update={"number": str(next(counter))})
                    for row in s.rows
                )
            }
        )
        for s in sections
    ]


def _kept_together(sections: list[LetterSection]) -> tuple[LetterSection, ...]:
    last = sections[-1].paragraphs[-1:]
    return tuple(
        s.model_copy(update={"paragraphs": tuple(_kept(p, last) for p in s.paragraphs)})
        for s in sections
    )


def _kept(paragraph: Paragraph, last: tuple[Paragraph, ...]) -> Paragraph:
    keeps = paragraph.text.endswith("：") or (paragraph,) == last
    return paragraph.model_copy(update={"keeps": keeps})


def _paragraphs(block: Block, words: Mapping[str, Any]) -> list[Paragraph]:
    if not _is_wanted(block, words):
        return []
    if not block.each:
        return [_paragraph(_render(block.text, words), basis=_cited(block, words))]
    entries = enumerate(_named(words, block.each), 1)
    return [_repeated(block, words, (n, one)) for n, one in entries]


def _is_wanted(block: Block | TableLine, words: Mapping[str, Any]) -> bool:
    if block.when and not _named(words, block.when):
        return False
    return not (block.unless and _named(words, block.unless))


def _named(words: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 -- any word
    if name not in words:
        what = f"没有“{name}”这个字段或者列表"
        raise BundleError(Problem("文书模板", name, what))
    return words[name]


def _repeated(
    block: Block, words: Mapping[str, Any], entry: tuple[int, Any]
) -> Paragraph:
    n, one = entry
    text = _render(block.text, {**words, "n": n, "one": one})
    known = one if isinstance(one, Mapping) else {}
    return _paragraph(text, known.get("items", ()), known.get("ids", ()))


def _paragraph(
    text: str, items: tuple[str, ...] = (), basis: tuple[str, ...] = ()
) -> Paragraph:
    parts = parts_of(text)
    plain = "".join(part.text for part in parts)
    return Paragraph(text=plain, parts=parts, items=items, basis=basis)


def _cited(block: Block, words: Mapping[str, Any]) -> tuple[str, ...]:
    known: Mapping[str, Sequence[str]] = words["ids"]
    return tuple(
        i
        for name, ids in known.items()
        if f"{{{{ {name} }}}}" in block.text
        for i in ids
    )


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
            claim=_fill(
                kind.claim, {"agency": words["agency"], "n": n, "text": r["text"]}
            ),
        )
        for n, r in enumerate(words["requests"], 1)
    )


def _fill(text: str, words: Mapping[str, Any]) -> str:
    return unmarked(_render(text, words))


def _render(text: str, words: Mapping[str, Any]) -> str:
    """Return a sentence in which numbers are marked with their evidence items."""
    try:
        return printable(_compiled(text).render(words))
    except TemplateError as error:
        raise BundleError(Problem("文书模板", text, f"不能填写：{error}")) from error


@lru_cache(maxsize=256)
def _compiled(text: str) -> Template:
    # Wording is a template of the office, the values are never templates; no mark-up
    # is produced here, so nothing is escaped before the DOCX and typst stages do it.
    env = ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined)
    return env.from_string(text)
