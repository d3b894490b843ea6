"""Spellings that mean the same text, told apart by numbers, many at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.text.characters import squeeze
from pil_discovery.text.columns import arrow_cells, is_arrow

if TYPE_CHECKING:
    from collections.abc import Callable

_HAN = "一-龥"
_USUAL = rf"^[!-~{_HAN}]*$"
"""Nothing in such a text is folded but capitals: no space, nothing of full width."""

_UNMARKED = rf"^[0-9A-Za-z{_HAN}]*$"
_MARKS = rf"[^0-9a-z{_HAN}]+"
_PUNCTUATION = re.compile(r"[^\w]+|_+")


def squeezed(cells: pd.Series) -> pd.Series:
    """Return a number for each text, equal where only width, case or spaces differ.

    Missing texts have -1.
    """
    return _numbered(cells, _squeezed)


def bare(cells: pd.Series) -> pd.Series:
    """Return a number for each text, equal also where only punctuation differs.

    Missing texts have -1; a text of nothing but punctuation keeps it.
    """
    return _numbered(cells, _bare)


def _numbered(cells: pd.Series, spelt: Callable[[pa.Array], pa.Array]) -> pd.Series:
    if is_arrow(cells):
        coded = arrow_cells(cells).combine_chunks().dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        distinct = coded.dictionary
    else:
        codes, found = pd.factorize(cells, use_na_sentinel=True)
        distinct = pa.array([str(text) for text in found], pa.large_string())
    alike = spelt(distinct).dictionary_encode().indices.to_numpy()
    return pd.Series(np.append(alike, -1)[codes], index=cells.index)


def _squeezed(texts: pa.Array) -> pa.Array:
    usual = pc.match_substring_regex(texts, _USUAL)
    return _mended(pc.ascii_lower(texts), texts, usual, squeeze)


def _bare(texts: pa.Array) -> pa.Array:
    usual = pc.match_substring_regex(texts, _USUAL)
    lower = pc.ascii_lower(texts)
    marked = pc.invert(pc.match_substring_regex(texts, _UNMARKED))
    if pc.any(marked, min_count=0).as_py():
        with_marks = lower.filter(marked)
        left = pc.replace_substring_regex(with_marks, _MARKS, "")
        left = pc.if_else(pc.equal(left, ""), with_marks, left)
        lower = pc.replace_with_mask(lower, marked, left)
    return _mended(lower, texts, usual, _bare_text)


def _mended(
    done: pa.Array, texts: pa.Array, usual: pa.Array, spelt: Callable[[str], str]
) -> pa.Array:
    """Return what is done, with the unusual texts spelt one by one."""
    unusual = pc.invert(usual)
    rest = [spelt(text) for text in texts.filter(unusual).to_pylist()]
    if not rest:
        return done
    return pc.replace_with_mask(done, unusual, pa.array(rest, texts.type))


def _bare_text(text: str) -> str:
    plain = squeeze(text)
    return _PUNCTUATION.sub("", plain) or plain
