"""Texts that stand as they are: nothing to fold, and no placeholder."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.text.characters import NEVER_FIRST, PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_HAN = "一-龥"
_SPACE = ord(" ")


def plain_texts(cells: pa.Array, *, identifier: bool) -> pa.Array:
    """Mark the texts that need no folding and are no placeholder.

    ASCII and the Chinese characters of GB 2312 stand for themselves under NFKC; Chinese
    punctuation does where the text is only tidied, not in an `identifier`.

    Parameters
    ----------
    cells
        Large strings; a missing one is not marked.
    """
    sure = _sure(cells, identifier=identifier)
    if sure is None:
        return _match(cells, _pattern(identifier))
    doubtful = pa.array(~sure)
    if not sure.all():
        sure[~sure] = _match(cells.filter(doubtful), _pattern(identifier))
    return pa.array(sure)


def _match(cells: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(cells, pattern), fill_value=False)


@lru_cache(maxsize=2)
def _pattern(identifier: bool) -> str:
    """Return the pattern of such texts."""
    inside = _inside(identifier)
    longest = max(map(len, PLACEHOLDERS))
    return (
        rf"^(?:[{_ranges(_first(identifier))}](?:[{inside}]*[{inside[1:]}])?"
        rf"|[A-Za-z0-9{_HAN}][-_A-Za-z0-9{_HAN}]{{{longest},}})$"
    )


def _inside(identifier: bool) -> str:
    """Return the class of characters inside such a text, the space first."""
    marks = "" if identifier else "（），、。；：《》【】“”·"
    return rf" !-*,-~{_HAN}{marks}"


def _first(identifier: bool) -> frozenset[str]:
    """Return the characters with which such a text begins, unless it is long.

    A plus sign may belong to a number that lost its digits, an E begins the error
    values of LibreOffice, an apostrophe marks identifiers as text.
    """
    return NEVER_FIRST - set("+Ee'" if identifier else "+Ee")


def _ranges(characters: Iterable[str]) -> str:
    """Return the inside of a character class, neighbours drawn together."""
    codes = sorted(map(ord, characters))
    breaks = [at for at, (a, b) in enumerate(pairwise(codes), 1) if b > a + 1]
    edges = [0, *breaks, len(codes)]
    return "".join(
        rf"\x{{{codes[a]:x}}}-\x{{{codes[b - 1]:x}}}" for a, b in pairwise(edges)
    )


# ---- all cells at once ----


def _sure(cells: pa.Array, *, identifier: bool) -> NDArray[np.bool_] | None:
    """Mark texts that are plain by their ends alone, where all characters are usual.

    All cells are matched as one long text, some three times as fast as one by one.
    None where that text holds anything unusual.
    """
    _, ends, data = cells.buffers()
    if not len(cells) or data is None or not data.size:
        return None
    places = np.frombuffer(ends, np.int64)[cells.offset :][: len(cells) + 1]
    whole = pa.py_buffer(places[[0, -1]].copy())
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, whole, data])
    if not _match(text, f"^[{_inside(identifier)}]*$")[0].as_py():
        return None
    codes = np.frombuffer(data, np.uint8)
    starts, lasts = places[:-1], np.maximum(places[1:] - 1, 0)
    sure = _begins(codes, starts, identifier=identifier)
    sure &= (places[1:] > starts) & (codes[lasts] != _SPACE)
    return sure


def _begins(
    codes: NDArray[np.uint8], starts: NDArray[np.int64], *, identifier: bool
) -> NDArray[np.bool_]:
    """Mark the places where a character stands with which such texts begin.

    Only characters of one byte and of three in UTF-8 are told.
    """
    allowed = _allowed(identifier)
    starts = np.minimum(starts, len(codes) - 1)
    lead = codes[starts]
    sure = allowed[lead]
    wide = np.flatnonzero((lead & 0xF0) == 0xE0)
    if len(wide):
        at = starts[wide]
        parts = (codes[at] & 0x0F, codes[at + 1] & 0x3F, codes[at + 2] & 0x3F)
        high, middle, low = (part.astype(np.int64) for part in parts)
        sure[wide] = allowed[(high << 12) | (middle << 6) | low]
    return sure


@lru_cache(maxsize=2)
def _allowed(identifier: bool) -> NDArray[np.bool_]:
    """Return for each code point below 2¹⁶ whether such a text may begin with it."""
    allowed = np.zeros(2**16, dtype=bool)
    allowed[[ord(character) for character in _first(identifier)]] = True
    return allowed
