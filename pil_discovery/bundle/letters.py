"""Writing a letter: the gate, then sentence by sentence from the kind's wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pil_discovery.bundle.appendices import annexes as annexes_of
from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.documents import (
    Claim,
    ExhibitRow,
    Letter,
    LetterSection,
    Paragraph,
)
from pil_discovery.bundle.links import linked
from pil_discovery.bundle.numbers import parts_of, unmarked
from pil_discovery.bundle.site import site_note, site_shapes
from pil_discovery.bundle.wording import gather_words
from pil_discovery.bundle.words import date_zh
from pil_discovery.errors import BundleError, GateError, Problem

if TYPE_CHECKING:
    from pil_discovery.bundle.appendices import Sheets
    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.kinds import Block, Kind, Section
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.bundle.site import Ground


def compose(
    kind: Kind,
    request: BundleRequest,
    evidence: Evidence,
    exhibits: Sequence[ExhibitRow],
    *,
    site: Sequence[Ground] = (),
    sheets: Sheets,
) -> Letter:
    """Write the letter.

    `sheets` are the tables of its annexes, whole.

    Raises
    ------
    GateError
        When an element is missing without which the kind may not be written.
    BundleError
        When the kind's own wording is faulty.
    """
    words = gather_words(kind, request, (evidence, exhibits))
    _check_gate(kind, request, words)
    annexes = annexes_of(kind, sheets, plate=request.plate is not None, site=bool(site))
    words["law_annex"] = next(a.label for a in annexes if a.kind == "laws")[2:]
    letter = Letter(
        kind=kind.kind,
        mark="" if request.fields.get("approved_by") else kind.draft_mark,
        office=printable(request.office.name),
        title=kind.title,
        number=_number(kind, request),
        addressee=words["agency"],
        sections=_kept_together([_section(s, words) for s in kind.sections]),
        attachments=tuple(f"{n}．{a.title}" for n, a in enumerate(annexes, 1)),
        date=date_zh(request.as_of),
        as_of=request.as_of,
        annexes=annexes,
        exhibits=tuple(exhibits),
        laws=tuple(words["law_rows"]),
        plate=request.plate is not None,
        plate_caption=kind.plate_caption,
        claims=_claims(kind, words),
        site=site_shapes(site, request.strips),
        site_note=site_note(site),
    )
    return linked(letter, footnotes=request.footnotes)


def _check_gate(kind: Kind, request: BundleRequest, words: Mapping[str, Any]) -> None:
    where = f"线索 {request.lead.lead_id[:12]}"
    missing = [
        Problem(where, need.element, need.what, "补充后重新生成")
        for name, need in kind.requires.items()
        if not words[name]
    ]
    if kind.route not in ("any", request.course.route):
        what = f"办理路径不是{kind.title}所属的行政公益诉讼：{request.course.why}"
        missing.append(Problem(where, "办理路径", what, "选用其他文书种类"))
    if missing:
        raise GateError(missing)


def _number(kind: Kind, request: BundleRequest) -> str:
    number = request.fields.get("number") or kind.blank_number
    office = printable(request.office.short)
    return kind.number.format(office=office, year=request.as_of.year, number=number)


def _section(section: Section, words: Mapping[str, Any]) -> LetterSection:
    paragraphs = [p for block in section.blocks for p in _paragraphs(block, words)]
    return LetterSection(heading=section.heading, paragraphs=tuple(paragraphs))


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
    if block.when and not words[block.when]:
        return []
    if not block.each:
        return [_paragraph(_fill(block.text, words), basis=_cited(block, words))]
    return [
        _repeated(block, words, (n, one)) for n, one in enumerate(words[block.each], 1)
    ]


def _repeated(
    block: Block, words: Mapping[str, Any], entry: tuple[int, Any]
) -> Paragraph:
    n, one = entry
    text = _fill(block.text, {**words, "n": n, "one": one})
    known = one if isinstance(one, Mapping) else {}
    return _paragraph(text, known.get("items", ()), known.get("ids", ()))


def _paragraph(
    text: str, items: tuple[str, ...] = (), basis: tuple[str, ...] = ()
) -> Paragraph:
    parts = parts_of(text)
    plain = "".join(part.text for part in parts)
    return Paragraph(text=plain, parts=parts, items=items, basis=basis)


def _cited(block: Block, words: Mapping[str, Any]) -> tuple[str, ...]:
    marks = {"{{ laws }}": "law_ids", "{{ mandate }}": "mandate_ids"}
    marks |= {"{{ period }}": "period_ids", "{{ rulings }}": "ruling_ids"}
    return tuple(i for mark, n in marks.items() if mark in block.text for i in words[n])


def _claims(kind: Kind, words: Mapping[str, Any]) -> tuple[Claim, ...]:
    return tuple(
        Claim(
            number=n,
            request=r["text"],
            claim=unmarked(
                _fill(
                    kind.claim, {"agency": words["agency"], "n": n, "text": r["text"]}
                )
            ),
        )
        for n, r in enumerate(words["requests"], 1)
    )


def _fill(text: str, words: Mapping[str, Any]) -> str:
    try:
        # every word is printable already, and may hold the marks of numbers
        return _compiled(text).render(words)
    except TemplateError as error:
        raise BundleError(Problem("文书模板", text, f"不能填写：{error}")) from error


@lru_cache(maxsize=256)
def _compiled(text: str) -> Template:
    # Wording is a template of the office, the values are never templates; no mark-up
    # is produced here, so nothing is escaped before the DOCX and typst stages do it.
    env = ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined)
    return env.from_string(text)
