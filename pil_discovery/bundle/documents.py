"""The words of a document as nouns: every sentence knows the evidence behind it."""

from __future__ import annotations

import datetime as dt

from pil_discovery.bundle.annex_tables import AnnexTable, headings
from pil_discovery.types.base import Noun


class Part(Noun):
    """A part of a sentence; a number names the evidence item that it comes from.

    `linked` says that this document has a place for the item, to which a link leads.
    """

    text: str
    item: str = ""
    linked: bool = False


class Paragraph(Noun):
    """A sentence and the evidence items and legal facts that it rests on.

    `parts` together are `text`; `note` is its footnote. `keeps` holds it on the page of
    what follows: the line before a list, and the last sentence, so that the signature
    never stands on a page without text.
    """

    text: str
    parts: tuple[Part, ...] = ()
    note: str = ""
    keeps: bool = False
    items: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()


class FormRow(Noun):
    """A line of a form: label, sentences, and how many empty lines follow."""

    label: str
    texts: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()


class NumberedRow(Noun):
    """A line of a numbered table."""

    number: str
    cells: tuple[str, ...]


class LetterSection(Noun):
    """A heading and what stands below it: paragraphs, a form, a numbered table.

    `columns` are the headings of the table.
    """

    heading: str
    paragraphs: tuple[Paragraph, ...]
    form: tuple[FormRow, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[NumberedRow, ...] = ()


class Claim(Noun):
    """A request of the letter and the claim of a later suit that it corresponds to.

    Requests and claims map one to one (fact `ban-75-3`); the claim asks for performance
    only and sets no duty of a private party (fact `ban-83-2`).
    """

    number: int
    request: str
    claim: str


class ExhibitRow(Noun):
    """A line of the evidence list; `digest` is the first 16 digits of the SHA-256.

    `covers` says which days a source tells of, or since when a layer is valid;
    `archive` out of which archive it came, empty where it came alone.
    """

    number: str
    title: str
    covers: str
    origin: str
    obtained: str
    digest: str
    item: str
    path: str
    sha256: str
    archive: str = ""


class LawRow(Noun):
    """A line of the table of legal bases."""

    number: str
    citation: str
    validity: str
    summary: str
    id: str


class AreaRow(Noun):
    """An area measured one way, in three units, and how far it is from the official."""

    name: str
    m2: str
    mu: str
    ha: str
    difference: str


class PointRow(Noun):
    """A point of a boundary: north and east in metres, degrees, side to the next."""

    label: str
    ring: str
    north: str
    east: str
    lon: str
    lat: str
    side: str


class StripMark(Noun):
    """The time strip of a finding, and how wide it is printed to fit on a page."""

    item: str
    width_mm: int


class SiteShape(Noun):
    """Ground of a finding: how large, how sure, and by which points it is bounded.

    `strip` stands with the first shape of a finding that has one; `rest` says what is
    not printed here.
    """

    title: str
    areas: tuple[AreaRow, ...] = ()
    notes: tuple[str, ...] = ()
    strip: StripMark | None = None
    points: tuple[PointRow, ...] = ()
    rest: str = ""


class Annex(Noun):
    """Number and title of an annex, and the tables that it prints."""

    kind: str
    label: str
    title: str
    tables: tuple[AnnexTable, ...] = ()


class Letter(Noun):
    """All words of a document; DOCX and PDF only lay them out.

    `stem` names its files; `copy_mark` says which copy it is, where several are
    written; `closing` asks for office and date at the end.
    """

    kind: str
    mark: str
    office: str
    title: str
    number: str
    addressee: str
    sections: tuple[LetterSection, ...]
    attachments: tuple[str, ...]
    date: str
    as_of: dt.date
    annexes: tuple[Annex, ...]
    exhibits: tuple[ExhibitRow, ...]
    laws: tuple[LawRow, ...]
    plate: bool
    plate_caption: str
    claims: tuple[Claim, ...]
    site: tuple[SiteShape, ...] = ()
    site_note: str = ""
    stem: str = ""
    copy_mark: str = ""
    closing: bool = True

    @property
    def strips(self) -> tuple[StripMark, ...]:
        """The time strips that are printed."""
        return tuple(shape.strip for shape in self.site if shape.strip is not None)


_FIXED = (
    "附件：—0123456789 序号证据名称来源取得时间SHA-256（节选）法律依据版本起止内容概要"
    "（非原文）量算方法平方米亩公顷与椭球面积之差点号圈X（北）/mY（东）经度纬度边长"
)
"""What the templates print besides: headings of their tables."""


def printed_strings(letter: Letter) -> list[str]:
    """Return every text that the documents print, for the glyph gate."""
    tables = [table for annex in letter.annexes for table in annex.tables]
    found: list[str] = [_FIXED, *headings(tables)]
    _gather(letter.model_dump(mode="json", exclude={"claims"}), found)
    return found


def _gather(tree: object, found: list[str]) -> None:
    if isinstance(tree, str):
        found.append(tree)
    for part in tree.values() if isinstance(tree, dict) else ():
        _gather(part, found)
    for part in tree if isinstance(tree, list) else ():
        _gather(part, found)
