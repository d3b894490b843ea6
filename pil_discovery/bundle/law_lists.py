"""The law that a document lists: what its text cites, and what its facts rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.documents import LawRow
from pil_discovery.bundle.numbers import unmarked
from pil_discovery.bundle.wording import cited_bases, matter_bases
from pil_discovery.bundle.words import (
    citation,
    in_order,
    is_interpretation,
    plain_summary,
    validity,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.bundle.documents import LetterSection
    from pil_discovery.bundle.kinds import Kind, Sheet
    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import Basis

_ROLES = {"if_milder": "（处罚较轻时适用）", "transition": "（新旧衔接）"}
_HERE, _MATTER = "正文引用", "事实涉及，正文没有引用"


def cited_ids(
    sections: Iterable[LetterSection], words: Mapping[str, Any]
) -> frozenset[str]:
    """Return the ids of the rules that stand in the text of a document."""
    text = "\n".join(t for section in sections for t in _texts(section))
    return frozenset(
        i
        for name, ids in words["ids"].items()
        if (told := unmarked(str(words[name]))) and told in text
        for i in ids
    )


def _texts(section: LetterSection) -> Iterable[str]:
    yield section.heading
    yield from (p.text for p in section.paragraphs)
    yield from (text for row in section.form for text in row.texts)
    yield from (cell for row in section.rows for cell in row.cells)


def uses(
    sheet: Sheet,
    cited: Sequence[tuple[Sheet, frozenset[str]]],
    context: tuple[Kind, BundleRequest],
) -> dict[str, str]:
    """Return why a document lists a rule, rule → words.

    Documents of the set that have no list of their own are listed with it.

    Parameters
    ----------
    sheet
        The document.
    cited
        Each document of the set, and the ids that its text cites.
    context
        Kind and request.
    """
    reasons: dict[str, list[str]] = {}
    for other, ids in cited:
        if other is not sheet and "laws" in other.annexes:
            continue
        name = _HERE if other is sheet else f"《{other.title}》引用"
        for one in ids:
            reasons.setdefault(one, []).append(name)
    for basis in matter_bases(*context):
        reasons.setdefault(basis.id, [_MATTER])
    return {one: "、".join(names) for one, names in reasons.items()}


def listed_bases(
    kind: Kind, request: BundleRequest, known: Mapping[str, str]
) -> list[Basis]:
    """Return the rules to be listed: the law of the duty first, then the procedure."""
    every = {b.id: b for b in cited_bases(kind, request)} | dict(request.rules)
    found = [every[i] for i in every if i in known]
    matter = {b.id for b in matter_bases(kind, request)}
    duty = [b for b in found if b.id in matter and not is_interpretation(b)]
    return [*in_order(duty), *in_order([b for b in found if b not in duty])]


def law_rows(bases: Sequence[Basis]) -> tuple[LawRow, ...]:
    """Return the lines of the table of law, numbered."""
    return tuple(
        LawRow(
            number=str(number),
            citation=printable(citation(basis)) + _ROLES.get(basis.role, ""),
            validity=validity(basis),
            summary=printable(plain_summary(basis)),
            id=basis.id,
        )
        for number, basis in enumerate(bases, 1)
    )
