"""Pseudonyms of persons: what stands for an identity number once a file is read.

A pseudonym is a keyed digest (BLAKE2b) of the number under the salt of a workspace, so
that registers join by it and nobody without the salt can find the number by trying all
that exist. It keeps the first three and the last two characters, which masked output
shows: `330FKQ…WZ12` is shown as `330*************12`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.text.characters import fold
from pil_discovery.text.columns import arrow_cells, is_arrow, taken_chunks
from pil_discovery.text.fixed_texts import right_codes
from pil_discovery.text.resident_numbers import LONG_RUN, find_numbers, normal_number
from pil_discovery.types.sources import ORIGIN_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.types.datasets import Dataset, Field

_LETTERS = 13
_RIGHT = re.compile(r"[0-9]{3}[A-Z]{13}[0-9][0-9X]")
RIGHT = _RIGHT.pattern
"""What stands for a number whose check digit holds: only such pseudonyms join."""
_MOST_FREE = 10
"""Numbers of a column from which its check digits tell what kind they are."""


@dataclass(frozen=True)
class Hidden:
    """A frame without identity numbers, and how many cells had one."""

    frame: pd.DataFrame
    cells: int


def pseudonym(number: str, salt: bytes, *, right: bool = True) -> str:
    """Return what stands for an identity number in every register of a workspace.

    Parameters
    ----------
    number
        The normal form of eighteen characters; anything else that stood in its place.
    salt
        Secret of the workspace, at most 64 bytes.
    right
        False for what fails its check: it is kept apart from every right number.
    """
    return _pseudonyms([number], salt, right=right)[0]


def _pseudonyms(numbers: Sequence[str], salt: bytes, *, right: bool) -> list[str]:
    digests = (
        hashlib.blake2b(number.encode(), digest_size=8, key=salt).digest()
        for number in numbers
    )
    values = np.frombuffer(b"".join(digests), ">u8").astype(np.uint64)
    letters = np.empty((len(numbers), _LETTERS), dtype=np.uint8)
    for at in range(_LETTERS):
        values, letters[:, at] = np.divmod(values, np.uint64(26))
    letters += ord("A" if right else "a")
    texts = letters.tobytes().decode("ascii")
    return [
        f"{number[:3]}{letter}{number[-2:]}" if len(number) >= 8 else letter
        for at, number in enumerate(numbers)
        for letter in [texts[at * _LETTERS : (at + 1) * _LETTERS]]
    ]


def is_pseudonym(text: str) -> bool:
    """Return whether a text stands for a right identity number."""
    return _RIGHT.fullmatch(text) is not None


def hide_numbers(text: str, salt: bytes) -> str:
    """Return a text with a pseudonym in place of each identity number."""
    pieces, at = [], 0
    for found in find_numbers(text):
        pieces += [
            text[at : found.start],
            pseudonym(found.number, salt, right=found.right),
        ]
        at = found.end
    return "".join([*pieces, text[at:]])


def hide_persons(frame: pd.DataFrame, dataset: Dataset | None, salt: bytes) -> Hidden:
    """Return a frame with a pseudonym in place of each identity number.

    Parameters
    ----------
    frame
        Typed rows. A column of identity numbers loses every value, right or wrong; in
        all other columns of words numbers are sought, whatever the column is for.
    dataset
        Tells which columns hold identity numbers; None: none is known to.
    salt
        As for `pseudonym`.
    """
    changes: dict[str, Any] = {}
    cells = 0
    for name in map(str, frame.columns):
        if name in ORIGIN_COLUMNS or name == "geometry":
            continue
        field = None if dataset is None else dataset.field(name)
        found = _hidden(frame[name], field, salt)
        if found is not None:
            changes[name], count = found
            cells += count
    return Hidden(frame.assign(**changes) if changes else frame, cells)


def _hidden(
    cells: pd.Series, field: Field | None, salt: bytes
) -> tuple[pd.Series, int] | None:
    """Return a column without numbers and how many cells changed; None: none did."""
    texts = _texts(cells)
    if texts is None:
        return None
    of_persons = field is not None and field.code == "resident_id"
    chosen = texts.is_valid() if of_persons else _long_runs(texts)
    rows = np.flatnonzero(chosen.to_numpy())
    if not len(rows):
        return None
    coded = taken_chunks(texts, rows).combine_chunks().dictionary_encode()
    known = coded.dictionary.to_pylist()
    if of_persons:
        told = _persons(coded.dictionary, salt)
    elif _other_numbers(known, field):
        return None
    else:
        told = [hide_numbers(text, salt) for text in known]
    changed = np.array([a != b for a, b in zip(known, told, strict=True)], dtype=bool)
    codes = coded.indices.to_numpy()
    count = int(changed[codes].sum())
    if not count:
        return None
    values = cells.array.copy()
    values[rows] = np.array(told, dtype=object)[codes]
    return pd.Series(values, index=cells.index), count


def _texts(cells: pd.Series) -> pa.ChunkedArray | None:
    """Return the texts of a column, null where a cell holds none."""
    if is_arrow(cells):
        return arrow_cells(cells)
    if not isinstance(cells.dtype, pd.StringDtype) and cells.dtype != object:
        return None
    plain = [v if isinstance(v, str) else None for v in cells]
    return pa.chunked_array([pa.array(plain, pa.large_string())])


def _long_runs(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Mark the texts that hold as many digits in a row as a number has."""
    return pc.fill_null(pc.match_substring_regex(texts, LONG_RUN), fill_value=False)


def _persons(numbers: pa.Array, salt: bytes) -> list[str]:
    """Return the pseudonyms of a column of identity numbers, right or not."""
    right = right_codes("resident_id", numbers)
    plain = numbers.to_pylist()
    told = [""] * len(plain)
    usual = np.flatnonzero(right).tolist()
    found = _pseudonyms([plain[at] for at in usual], salt, right=True)
    for at, text in zip(usual, found, strict=True):
        told[at] = text
    for at in np.flatnonzero(~right).tolist():
        told[at] = _person(plain[at], salt)
    return told


def _person(text: str, salt: bytes) -> str:
    plain = "".join(fold(text).split()).upper()
    normal = normal_number(plain)
    return pseudonym(normal or plain, salt, right=normal is not None)


def _other_numbers(texts: Sequence[str], field: Field | None) -> bool:
    """Return whether a column holds numbers of another kind that look alike.

    Numbers made of division, day and sequence pass the check of an identity number one
    time in eleven; of identity numbers nearly all do.
    """
    if field is None or not field.name.endswith(("_no", "_code", "uscc")):
        return False
    found = [find_numbers(text) for text in texts]
    whole = [
        f[0] for f, t in zip(found, texts, strict=True) if f and f[0][:2] == (0, len(t))
    ]
    return len(whole) >= _MOST_FREE and sum(f.right for f in whole) * 2 < len(whole)
