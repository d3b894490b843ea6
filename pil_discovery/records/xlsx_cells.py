"""The cells in a run of rows of an XLSX sheet, found many at once.

Programs write one cell like the next: `<c r="B7" s="3" t="s"><v>12</v></c>`, with an
inline text in place of `<v>`, or with nothing in it (ECMA-376 part 1, 18.3.1.4). Every
tag is looked at, so that no other element can stand between them unnoticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pil_discovery.records.workbook_facts import WIDTH
from pil_discovery.records.xlsx_texts import UnusualError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Marks = NDArray[np.bool_]

_PAD = 32
_REFERENCE = b'<c r="'
_ROW_BEGIN = b'<row r="'
_PRESERVED = b'<t xml:space="preserve">'
_MOST_DIGITS = 7
_ROW_ATTRIBUTES = re.compile(rb'(?: [\w:]+="[^"<>&]*")* ?/?')
_HIDDEN = re.compile(rb'\shidden="(?:1|true)"')
_MOST_WAYS = 100
"""Ways in which the attributes of the cells, or of the rows, of a piece are written."""
_CLOSED, _QUOTE = ord(">"), ord('"')


def _tag(name: bytes) -> int:
    return name[0] << 8 | name[1]


_CELL, _VALUE, _INLINE = _tag(b"c "), _tag(b"v>"), _tag(b"is")
_TEXT, _SPACED = _tag(b"t>"), _tag(b"t ")
_CELL_END, _VALUE_END = _tag(b"/c"), _tag(b"/v")
_TEXT_END, _INLINE_END = _tag(b"/t"), _tag(b"/i")
_ROW, _ROW_END = _tag(b"ro"), _tag(b"/r")


@dataclass(frozen=True)
class Cells:
    """Cells that hold something, in their order.

    Attributes
    ----------
    rows, columns
        Counted from 0.
    kinds
        What `kinds` tells of their attributes.
    starts, ends
        Where their values stand in `codes`, the bytes of the text.
    """

    codes: NDArray[np.uint8]
    rows: Places
    columns: Places
    kinds: Places
    starts: Places
    ends: Places

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, chosen: Places | Marks) -> Cells:
        """Return some of the cells."""
        parts = (self.rows, self.columns, self.kinds, self.starts, self.ends)
        return Cells(self.codes, *(part[chosen] for part in parts))

    def values(self) -> pa.Array:
        """Return the values as they are written, of type `large_binary`."""
        lengths = self.ends - self.starts
        offsets = np.zeros(len(self) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        places = np.repeat(self.starts - offsets[:-1], lengths)
        places += np.arange(offsets[-1])
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self.codes[places])]
        return pa.Array.from_buffers(pa.large_binary(), len(self), buffers)

    def whole_numbers(self) -> Places:
        """Return the values as numbers of one to seven digits.

        Raises
        ------
        UnusualError
            When one is anything else.
        """
        found, behind = _whole(self.codes, self.starts)
        if (behind != self.ends).any():
            raise UnusualError
        return found


def find_cells(text: bytes, kinds: Mapping[bytes, int]) -> tuple[Cells, list[int]]:
    """Return the cells of whole rows that hold something, and which rows are hidden.

    Parameters
    ----------
    text
        UTF-8, from the beginning of a row to the end of one.
    kinds
        The attributes of a cell behind its place, as they are written → their kind.

    Raises
    ------
    UnusualError
        When there is anything but rows of such cells, row by row and from left to
        right, each of the row that it names.
    """
    codes = np.frombuffer(text + bytes(_PAD), dtype=np.uint8)
    at = np.flatnonzero(codes == ord("<"))
    tags = codes[at + 1].astype(np.int64) << 8 | codes[at + 2]
    at, tags = np.append(at, [len(text)] * 6), np.append(tags, [0] * 6)
    cells = np.flatnonzero(tags == _CELL)
    following = tags[cells + 1]
    valued, inline = cells[following == _VALUE], cells[following == _INLINE]
    empty = cells[following == _CELL_END]
    _demand_closed(codes, at, (cells, following))
    _demand(tags, valued, (_CELL, _VALUE, _VALUE_END, _CELL_END))
    _demand_inline(tags, inline)
    rows = np.count_nonzero(tags == _ROW) + np.count_nonzero(tags == _ROW_END)
    known = len(cells) + 3 * len(valued) + 5 * len(inline) + len(empty) + rows
    if known != len(at) - 6:
        raise UnusualError
    filled = np.sort(np.concatenate([valued, inline]))
    starts, ends = _values(codes, at, tags, filled)
    found = _placed(codes, (at[filled], at[filled + 1]), (starts, ends), kinds)
    return found, _rows(codes, (at, tags), (filled, found.rows))


def _rows(
    codes: NDArray[np.uint8],
    found: tuple[Places, Places],
    cells: tuple[Places, Places],
) -> list[int]:
    """Check that cells stand in the rows they name; return the hidden ones."""
    (at, tags), (filled, rows) = found, cells
    opening = np.flatnonzero(tags == _ROW)
    begins, ends = at[opening], _behind(codes, at[opening + 1])
    if not _all_are(codes, begins, _ROW_BEGIN):
        raise UnusualError
    numbers, behind = _whole(codes, begins + len(_ROW_BEGIN))
    _demand_equal(codes[behind], _QUOTE)
    _demand_equal(codes[ends - 1], _CLOSED)
    hidden: list[int] = []
    closed = 0
    for attributes, alike in _written_alike(codes, behind + 1, ends - 1):
        if not _ROW_ATTRIBUTES.fullmatch(attributes):
            raise UnusualError
        closed += len(alike) * attributes.endswith(b"/")
        hidden += numbers[alike].tolist() if _HIDDEN.search(attributes) else []
    closings = at[tags == _ROW_END]
    if len(opening) != len(closings) + closed:
        raise UnusualError
    if not _all_are(codes, closings, b"</row>"):
        raise UnusualError
    own = np.searchsorted(opening, filled) - 1
    if (own < 0).any() or (numbers[own] - 1 != rows).any():
        raise UnusualError
    return sorted(hidden)


def _behind(codes: NDArray[np.uint8], places: Places) -> Places:
    """Return where elements end, without the line break that may follow them."""
    for blank in (b"\n", b"\r"):
        places = places - (codes[places - 1] == ord(blank))
    return places


def _demand(tags: Places, cells: Places, names: tuple[int, ...]) -> None:
    """Raise where cells do not consist of these tags."""
    if any((tags[cells + n] != name).any() for n, name in enumerate(names)):
        raise UnusualError


def _demand_inline(tags: Places, cells: Places) -> None:
    texts = tags[cells + 2]
    if not ((texts == _TEXT) | (texts == _SPACED)).all():
        raise UnusualError
    _demand(tags, cells + 3, (_TEXT_END, _INLINE_END, _CELL_END))


def _demand_closed(
    codes: NDArray[np.uint8], at: Places, found: tuple[Places, Places]
) -> None:
    """Raise where a cell without content is no empty element, or has no place."""
    cells, following = found
    holding = np.isin(following, (_VALUE, _INLINE, _CELL_END))
    ends = at[cells + 1][~holding]
    if len(ends):
        # Between an empty element and the next tag nothing else may stand.
        slashes = codes[ends - 2] == ord("/")
        if not (slashes & (codes[ends - 1] == _CLOSED)).all():
            raise UnusualError
    if not _all_are(codes, at[cells], _REFERENCE):
        raise UnusualError


def _all_are(codes: NDArray[np.uint8], starts: Places, wanted: bytes) -> bool:
    return all((codes[starts + n] == byte).all() for n, byte in enumerate(wanted))


def _values(
    codes: NDArray[np.uint8], at: Places, tags: Places, filled: Places
) -> tuple[Places, Places]:
    """Return where the values of cells begin and end."""
    inline = tags[filled + 1] == _INLINE
    opening = filled + 1 + inline
    starts, ends = at[opening] + len(b"<v>"), at[opening + 1]
    spaced = tags[opening] == _SPACED
    if spaced.any():
        if not _all_are(codes, at[opening][spaced], _PRESERVED):
            raise UnusualError
        starts[spaced] += len(_PRESERVED) - len(b"<t>")
    narrow = codes[at[opening + 1] + 3] == _CLOSED  # </v>, </t>
    if inline.any():
        behind = at[opening[inline] + 2]
        narrow[inline] &= (codes[behind + 3] == ord("s")) & (
            codes[behind + 4] == _CLOSED
        )
        _demand_equal(codes[at[filled[inline] + 1] + 3], _CLOSED)
    ending = at[opening + 2 + inline]
    if not (narrow & (codes[ending + 3] == _CLOSED) & (starts < ends)).all():
        raise UnusualError
    return starts, ends


def _demand_equal(codes: NDArray[np.uint8], wanted: int) -> None:
    if (codes != wanted).any():
        raise UnusualError


def _placed(
    codes: NDArray[np.uint8],
    elements: tuple[Places, Places],
    values: tuple[Places, Places],
    kinds: Mapping[bytes, int],
) -> Cells:
    """Return cells with the places and kinds that their elements name."""
    begins, ends = elements
    columns, digits = _columns(codes, begins + len(_REFERENCE))
    rows, behind = _whole(codes, digits)
    _demand_equal(codes[behind], _QUOTE)
    _demand_equal(codes[ends - 1], _CLOSED)
    found = _kinds(codes, behind + 1, ends - 1, kinds)
    rows -= 1
    if (rows < 0).any() or (np.diff(rows * WIDTH + columns) <= 0).any():
        raise UnusualError
    return Cells(codes, rows, columns, found, *values)


def _columns(codes: NDArray[np.uint8], starts: Places) -> tuple[Places, Places]:
    """Return columns, counted from 0, of one to three letters, and where they end."""
    numbers, behind = np.zeros(len(starts), dtype=np.int64), starts.copy()
    on = np.ones(len(starts), dtype=bool)
    for n in range(3):
        letter = codes[starts + n]
        on &= (letter >= ord("A")) & (letter <= ord("Z"))
        if not on.any():
            break
        numbers = np.where(on, numbers * 26 + letter - 64, numbers)
        behind += on
    if (numbers < 1).any() or (numbers > WIDTH).any():
        raise UnusualError
    return numbers - 1, behind


def _whole(codes: NDArray[np.uint8], starts: Places) -> tuple[Places, Places]:
    """Return numbers of up to seven digits, and where they end; at least one digit."""
    numbers, behind = np.zeros(len(starts), dtype=np.int64), starts.copy()
    on = np.ones(len(starts), dtype=bool)
    for n in range(_MOST_DIGITS):
        digit = codes[starts + n] - np.uint8(48)
        on &= digit < 10
        if not on.any():
            break
        numbers = np.where(on, numbers * 10 + digit, numbers)
        behind += on
    if (behind == starts).any():
        raise UnusualError
    return numbers, behind


def _kinds(
    codes: NDArray[np.uint8], starts: Places, ends: Places, kinds: Mapping[bytes, int]
) -> Places:
    """Return the kinds of cells by their attributes."""
    found = np.empty(len(starts), dtype=np.int64)
    for attributes, alike in _written_alike(codes, starts, ends):
        found[alike] = kinds[attributes]
    return found


def _written_alike(
    codes: NDArray[np.uint8], starts: Places, ends: Places
) -> Iterator[tuple[bytes, Places]]:
    """Yield each text that stands in some of these places, and which ones.

    Raises
    ------
    UnusualError
        When there are too many different ones.
    """
    lengths = ends - starts
    ways = 0
    for length in np.unique(lengths).tolist():
        left = np.flatnonzero(lengths == length)
        while len(left):
            ways += 1
            if length < 0 or ways > _MOST_WAYS:
                raise UnusualError
            first = int(starts[left[0]])
            text = codes[first : first + length].tobytes()
            alike = np.ones(len(left), dtype=bool)
            for n, byte in enumerate(text):
                alike &= codes[starts[left] + n] == byte
            yield text, left[alike]
            left = left[~alike]
