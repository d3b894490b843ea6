"""Links from the numbers of a letter to the place where it lists their evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.bundle.numbers import note_of

if TYPE_CHECKING:
    from pil_discovery.bundle.documents import Letter, Paragraph


def linked(letter: Letter, *, footnotes: bool) -> Letter:
    """Return the letter with every number linked whose item one of its annexes lists.

    `footnotes` also prints the items below the page.
    """
    known = anchors(letter)
    where = _where(letter)
    sections = tuple(
        section.model_copy(
            update={
                "paragraphs": tuple(
                    _linked(p, known, where if footnotes else "")
                    for p in section.paragraphs
                )
            }
        )
        for section in letter.sections
    )
    return letter.model_copy(update={"sections": sections})


def anchors(letter: Letter) -> frozenset[str]:
    """Return the items that the annexes of a letter list, each once."""
    kinds = {annex.kind for annex in letter.annexes}
    found = {row.anchor for a in letter.annexes for s in a.tables for row in s.rows}
    found |= {e.item for e in letter.exhibits} if "exhibits" in kinds else set()
    found |= {law.id for law in letter.laws} if "laws" in kinds else set()
    return frozenset(found - {""})


def _linked(paragraph: Paragraph, known: frozenset[str], where: str) -> Paragraph:
    parts = tuple(
        part.model_copy(update={"linked": part.item in known})
        for part in paragraph.parts
    )
    note = note_of(parts, where) if where else ""
    return paragraph.model_copy(update={"parts": parts, "note": note})


def _where(letter: Letter) -> str:
    label = next((a.label for a in letter.annexes if a.kind == "numbers"), "")
    return f"证据项见{label}" if label else "证据项见items.jsonl"
