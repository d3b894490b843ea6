"""The sentences of a document: wording filled with words, lists, forms and tables."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.documents import (
    FormRow,
    LetterSection,
    NumberedRow,
    Paragraph,
)
from pil_discovery.bundle.numbers import parts_of, unmarked
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from pil_discovery.bundle.kinds import Block, FormLine, Section, TableLine


def write_section(section: Section, words: Mapping[str, Any]) -> LetterSection:
    """Write what stands below a heading; rows of tables get their numbers later.

    Raises
    ------
    BundleError
        When the wording names a word that does not exist or cannot be filled in.
    """
    table = section.table
    return LetterSection(
        heading=fill(section.heading, words),
        paragraphs=_all(section.blocks, words),
        form=tuple(_form_row(line, words) for line in section.form),
        columns=() if table is None else table.columns,
        rows=()
        if table is None
        else tuple(row for line in table.rows for row in _table_rows(line, words)),
    )


def _all(blocks: Sequence[Block], words: Mapping[str, Any]) -> tuple[Paragraph, ...]:
    return tuple(p for b in blocks for p in _paragraphs(b, words) if p.text)


def _form_row(line: FormLine, words: Mapping[str, Any]) -> FormRow:
    texts = tuple(p.text for p in _all(line.blocks, words) if p.text)
    # a cell without any paragraph is no cell to Word
    blanks = max(line.blanks, 0 if texts else 1)
    return FormRow(label=line.label, texts=texts, blanks=("",) * blanks)


def _table_rows(line: TableLine, words: Mapping[str, Any]) -> list[NumberedRow]:
    if not _is_wanted(line, words):
        return []
    entries = enumerate(named(words, line.each), 1) if line.each else [(1, None)]
    return [
        NumberedRow(
            number="",
            cells=tuple(fill(c, {**words, "n": n, "one": one}) for c in line.cells),
        )
        for n, one in entries
    ]


def number_rows(sections: list[tuple[Section, LetterSection]]) -> list[LetterSection]:
    """Give the rows of all tables of a document numbers that run on."""
    done, counter = [], itertools.count(1)
    for section, written in sections:
        if section.table is not None and section.table.restart:
            counter = itertools.count(1)
        rows = tuple(
            row.model_copy(update={"number": str(next(counter))})
            for row in written.rows
        )
        done.append(written.model_copy(update={"rows": rows}))
    return done


def keep_together(sections: list[LetterSection]) -> tuple[LetterSection, ...]:
    """Mark what stays on the page of what follows: lines before lists, the last one."""
    last = sections[-1].paragraphs[-1:] if sections else ()
    return tuple(
        s.model_copy(update={"paragraphs": tuple(_kept(p, last) for p in s.paragraphs)})
        for s in sections
    )


def _kept(paragraph: Paragraph, last: tuple[Paragraph, ...]) -> Paragraph:
    keeps = paragraph.keeps or paragraph.text.endswith("：") or (paragraph,) == last
    return paragraph.model_copy(update={"keeps": keeps})


def _paragraphs(block: Block, words: Mapping[str, Any]) -> list[Paragraph]:
    if not _is_wanted(block, words):
        return []
    if not block.each:
        text, cited = _render(block.text, words), _cited(block, words)
        return [_paragraph(text, keeps=block.keep, basis=cited)]
    entries = enumerate(named(words, block.each), 1)
    return [_repeated(block, words, (n, one)) for n, one in entries]


def _is_wanted(block: Block | TableLine, words: Mapping[str, Any]) -> bool:
    if block.when and not named(words, block.when):
        return False
    return not (block.unless and named(words, block.unless))


def named(words: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 -- any word
    """Return a word; BundleError where the wording names one that does not exist."""
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
    return _paragraph(text, items=known.get("items", ()), basis=known.get("ids", ()))


def _paragraph(marked: str, **more: Any) -> Paragraph:  # noqa: ANN401 -- its fields
    """Return a sentence with its numbers apart, each with its evidence item."""
    parts = parts_of(marked)
    text = "".join(part.text for part in parts)
    return Paragraph(text=text, parts=parts, **more)


def _cited(block: Block, words: Mapping[str, Any]) -> tuple[str, ...]:
    known: Mapping[str, Sequence[str]] = words["ids"]
    return tuple(
        i
        for name, ids in known.items()
        if f"{{{{ {name} }}}}" in block.text
        for i in ids
    )


def fill(text: str, words: Mapping[str, Any]) -> str:
    """Fill in a sentence in a sandbox; BundleError where it cannot be."""
    return unmarked(_render(text, words))


def _render(text: str, words: Mapping[str, Any]) -> str:
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
