"""A paper as nouns: headings, sentences, tables, charts, forms and places to sign.

Word file, court copy, page and workbook only lay them out, so their texts are equal.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field as _Field

from pil_discovery.types.base import Noun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BOX = "□"
"""A box to tick; a Word file makes it one that can be clicked."""
LINE_MM, TALL_MM = 9.0, 14.0
"""Heights of a line of a form and of a row to write in."""
_FEW_ROWS = 4
FIGURES = frozenset({"number", "share"})
"""Kinds of columns that hold figures, which stand at the right."""
_DIGIT_EM, _WIDE_EM, _LATIN = 0.56, 1.0, 0x2E80
_SIZE_PT, _SMALL_PT, _PT_PER_MM, _INSET_MM, _MOST_LINES = 12.0, 10.5, 72 / 25.4, 2.0, 12
Ending = Literal["docx", "pdf", "html", "xlsx"]
Kind = Literal["text", "number", "share", "id"]


class Heading(Noun):
    """A heading; it stays with what follows it."""

    block: Literal["heading"] = "heading"
    text: str
    level: Literal[1, 2] = 1


class Sentence(Noun):
    """A paragraph; `keeps` holds it on the page of what follows."""

    block: Literal["text"] = "text"
    text: str
    keeps: bool = False


class Column(Noun):
    """A column: what it is called, what it holds, and how wide it is in millimetres.

    `id` and `text` are never written as numbers, so that no digit is lost.
    """

    name: str
    kind: Kind = "text"
    width_mm: float


class Table(Noun):
    """A table; its header repeats on each page and no row is torn.

    `sheet` names it in the workbook. One that is not `printed` stands only there: the
    single records that a number is counted from. `tall` rows have room to write in,
    `lines` rows so many lines.
    """

    block: Literal["table"] = "table"
    caption: str = ""
    sheet: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    printed: bool = True
    tall: bool = False
    lines: int = 0

    @property
    def room_mm(self) -> float:
        """Least height of a row, nothing where it is as high as its words."""
        return max(TALL_MM if self.tall else 0.0, LINE_MM * self.lines)

    @property
    def is_short(self) -> bool:
        """Whether the table stays on one page: it has few rows, none with much room."""
        return len(self.rows) <= _FEW_ROWS and not self.room_mm


class Bar(Noun):
    """A bar: its label, its length, the words at its end; `faint` warns of few cases.

    A bar without length is not known, which is not nought.
    """

    label: str
    length: float | None
    words: str = ""
    faint: bool = False


class Chart(Noun):
    """Bars beside one another; what they show stands in a table, too.

    `longest` is the length that fills the chart, None takes that of the longest bar.
    """

    block: Literal["chart"] = "chart"
    caption: str
    shape: Literal["bars", "columns"] = "bars"
    bars: tuple[Bar, ...]
    longest: float | None = None


class Picture(Noun):
    """A picture of the evidence: which one, what it shows, how wide it is printed."""

    block: Literal["picture"] = "picture"
    item: str
    caption: str
    width_mm: float


class Blank(Noun):
    """A line of a form: its label, what is known already, lines to write on."""

    label: str
    value: str = ""
    lines: int = 1


class Form(Noun):
    """Labels with what is known, and room for what is to be written."""

    block: Literal["form"] = "form"
    blanks: tuple[Blank, ...]


class Slots(Noun):
    """Who signs; each with a line and a place for the date."""

    block: Literal["slots"] = "slots"
    names: tuple[str, ...]
    date: str = "　　年　　月　　日"


Block = Annotated[
    Heading | Sentence | Table | Chart | Picture | Form | Slots,
    _Field(discriminator="block"),
]


TYPE_WIDTH_MM, WIDE_TYPE_MM, LABEL_MM = 156.0, 237.0, 46.0
"""Width of the type area (GB/T 9704—2012), of a turned sheet, of labels of a form."""


class Part(Noun):
    """Blocks that begin a page, if `new_page`; `wide` turns the sheet."""

    blocks: tuple[Block, ...]
    wide: bool = False
    new_page: bool = False

    @property
    def width_mm(self) -> float:
        """Width that lines and tables may take."""
        return WIDE_TYPE_MM if self.wide else TYPE_WIDTH_MM


class Paper(Noun):
    """All words of a paper, ready to be laid out.

    `stem` names its files; `mark` stands at the head of every page; `as_of` dates the
    files, never the clock; `formats` are the files it is meant for.
    """

    kind: str
    stem: str
    mark: str
    office: str
    title: str
    subtitle: str = ""
    as_of: dt.date
    formats: tuple[Ending, ...] = ("docx", "pdf", "html", "xlsx")
    parts: tuple[Part, ...]

    def blocks(self) -> Iterator[Block]:
        """Yield all blocks in order."""
        for part in self.parts:
            yield from part.blocks

    def tables(self) -> Iterator[Table]:
        """Yield all tables, printed or not."""
        yield from (b for b in self.blocks() if isinstance(b, Table))

    def drawn(self) -> Iterator[Chart | Picture]:
        """Yield what is drawn: charts and pictures, in order."""
        yield from (b for b in self.blocks() if isinstance(b, Chart | Picture))

    def charts(self) -> Iterator[Chart]:
        """Yield all charts."""
        yield from (b for b in self.blocks() if isinstance(b, Chart))


def is_long(text: str, width_mm: float) -> bool:
    """Whether figures are set smaller, lest they break in a cell of this width."""
    return _lines_of(text, width_mm) > 1


def figure_lines(text: str, width_mm: float) -> list[str]:
    """Return figures broken behind commas alone, where even small ones do not fit."""
    lines = [""]
    for piece in re.split("(?<=,)", text):
        longer = lines[-1] + piece
        fits = _lines_of(longer, width_mm) * _SMALL_PT <= _SIZE_PT
        if fits or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines


def is_tall(texts: Iterable[str], widths_mm: Iterable[float]) -> bool:
    """Whether a row is so high that it may be torn, lest it leaves the page."""
    return any(
        _lines_of(text, width) > _MOST_LINES
        for text, width in zip(texts, widths_mm, strict=True)
    )


def _lines_of(text: str, width_mm: float) -> float:
    ems = sum(_WIDE_EM if ord(c) >= _LATIN else _DIGIT_EM for c in text)
    return ems * _SIZE_PT / _PT_PER_MM / (width_mm - _INSET_MM)


def fitted(widths: Sequence[float], room: float) -> list[float]:
    """Return widths scaled so that they fill the room."""
    return [w * room / sum(widths) for w in widths]


def box_lines(text: str) -> list[str]:
    """Return the lines of a cell: several boxes stand below one another."""
    if text.count(BOX) < 2:
        return [text]
    first, *rest = text.split(BOX)
    lines = [f"{BOX}{words}".rstrip("　 ") for words in rest]
    return [first, *lines] if first.strip() else lines


def printed_texts(paper: Paper) -> list[str]:
    """Return every text that is printed, in the order in which it is read."""
    texts = [paper.office, paper.title, paper.subtitle]
    for block in paper.blocks():
        texts += block_texts(block)
    return [text for text in texts if text]


def block_texts(block: Block) -> list[str]:
    """Return the texts of a block that are printed, in order."""
    if isinstance(block, Table):
        return _table_texts(block) if block.printed else []
    if isinstance(block, Form):
        return [text for b in block.blanks for text in (b.label, b.value)]
    if isinstance(block, Slots):
        return [text for name in block.names for text in (name, block.date)]
    if isinstance(block, Chart | Picture):
        return [block.caption]
    return [block.text]


def _table_texts(table: Table) -> list[str]:
    cells = [cell for row in table.rows for cell in row]
    return [table.caption, *(c.name for c in table.columns), *cells, table.note]
