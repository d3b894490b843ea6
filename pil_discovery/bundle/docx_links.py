# ruff: noqa: ANN401, SLF001 — python-docx has no types and no public way to these parts
"""Links, their places and footnotes in a Word document, set after its text.

Word templates print plain text. Numbers carry marks through the template; here each
mark becomes a link inside the document, the place that it leads to, or a footnote, in
the face that the clerk gave to the text around it. A link has no look of its own.
"""

from __future__ import annotations

import copy
import itertools
import re
from typing import TYPE_CHECKING, Any

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pil_discovery.bundle.documents import Letter

_OPEN, _MIDDLE, _CLOSE = "\U0010fff0", "\U0010fff1", "\U0010fff2"
_MARK = re.compile(f"{_OPEN}(.)([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")
_LINK, _PLACE, _NOTE = ">", "@", "#"
_FOOTNOTES = f"""<w:footnotes {nsdecls("w")}>
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/>
</w:r></w:p></w:footnote></w:footnotes>"""  # noqa: E501 — XML
_NOTE_SIZE = "18"  # half points
_RAISED = (
    f'<w:rPr {nsdecls("w")}><w:sz w:val="{_NOTE_SIZE}"/>'
    '<w:vertAlign w:val="superscript"/></w:rPr>'
)


def marked_words(letter: Letter) -> dict[str, Any]:
    """Return the words of a letter with marks for links, their places and footnotes."""
    words: dict[str, Any] = letter.model_dump(mode="python")
    for one in (p for s in words["sections"] for p in s["paragraphs"]):
        _mark_paragraph(one)
    for row in (r for a in words["annexes"] for s in a["tables"] for r in s["rows"]):
        if row["anchor"]:
            first, *others = row["cells"]
            row["cells"] = [_mark(_PLACE, row["anchor"], first), *others]
    for name, key in (("exhibits", "item"), ("laws", "id")):
        for row in words[name]:
            row["number"] = _mark(_PLACE, row[key], row["number"])
    return words


def _mark_paragraph(one: dict[str, Any]) -> None:
    if "".join(p["text"] for p in one["parts"]) == one["text"]:
        one["text"] = "".join(map(_part, one["parts"]))
    if one["note"]:
        one["text"] += _mark(_NOTE, "", one["note"])


def settle_links(document: Any) -> None:
    """Turn the marks in the body of a document into links, places and footnotes."""
    notes: list[str] = []
    places = itertools.count(1)
    for text in list(document.element.body.iter(qn("w:t"))):
        if _OPEN not in (text.text or ""):
            continue
        run = text.getparent()
        for part in _pieces(run, text.text, (places, notes)):
            run.addprevious(part)
        run.getparent().remove(run)
    if notes:
        _add_footnotes(document, notes)


def bookmark(item: str) -> str:
    """Return the name of the place of an item, as Word allows it."""
    return "item_" + re.sub(r"\W", "_", item)[:34]


def _part(part: Mapping[str, Any]) -> str:
    text: str = part["text"]
    return _mark(_LINK, part["item"], text) if part["linked"] else text


def _mark(kind: str, item: str, text: str) -> str:
    return f"{_OPEN}{kind}{item}{_MIDDLE}{text}{_CLOSE}"


def _pieces(
    run: Any, text: str, known: tuple[Iterator[int], list[str]]
) -> Iterator[Any]:
    places, notes = known
    place = 0
    for found in _MARK.finditer(text):
        if found.start() > place:
            yield _run(run, text[place : found.start()])
        kind, item, shown = found.groups()
        if kind == _LINK:
            yield _link(run, item, shown)
        elif kind == _PLACE:
            yield from _placed(run, (item, shown), next(places))
        else:
            notes.append(shown)
            yield _reference(len(notes))
        place = found.end()
    if place < len(text):
        yield _run(run, text[place:])


def _run(run: Any, text: str) -> Any:
    new = copy.deepcopy(run)
    for old in new.findall(qn("w:t")):
        new.remove(old)
    said = OxmlElement("w:t")
    said.text = text
    said.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    new.append(said)
    return new


def _link(run: Any, item: str, text: str) -> Any:
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), bookmark(item))
    link.set(qn("w:history"), "0")
    link.append(_run(run, text))
    return link


def _placed(run: Any, told: tuple[str, str], number: int) -> Iterator[Any]:
    item, text = told
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), bookmark(item))
    yield start
    yield _run(run, text)
    yield end


def _reference(number: int) -> Any:
    raised = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
    return parse_xml(
        f'<w:r {nsdecls("w")}>{raised}<w:footnoteReference w:id="{number}"/></w:r>'
    )


def _add_footnotes(document: Any, notes: list[str]) -> None:
    """Write the footnotes; those that the template brings itself are only rules."""
    tree = parse_xml(_FOOTNOTES)
    for number, text in enumerate(notes, 1):
        tree.append(_footnote(number, text))
    blob = serialize_part_xml(tree)
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES:
            relation.target_part._blob = blob
            return
    name, kind = PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES
    part = Part(name, kind, blob, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _footnote(number: int, text: str) -> Any:
    note = parse_xml(
        f'<w:footnote {nsdecls("w")} w:id="{number}"><w:p>'
        f"<w:r>{_RAISED}<w:footnoteRef/></w:r>"
        f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/><w:sz w:val="{_NOTE_SIZE}"/>'
        '</w:rPr><w:t xml:space="preserve"/></w:r></w:p></w:footnote>'
    )
    note.find(f".//{qn('w:t')}").text = f" {text}"
    return note
