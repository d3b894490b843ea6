"""Codes as linking keys: one normal form, and none that fails its own check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.text.check_digits import is_right_uscc
from pil_discovery.text.codes import check_code
from pil_discovery.text.fixed_texts import right_codes
from pil_discovery.text.pseudonyms import RIGHT
from pil_discovery.types import Inference

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pil_discovery.types import Dataset
    from pil_discovery.types.datasets import CodeKind


def link_codes(
    frames: Mapping[str, pd.DataFrame], datasets: Mapping[str, Dataset]
) -> dict[str, pd.DataFrame]:
    """Return the frames with codes in normal form, unusable ones missing.

    A code with a bad check digit stays in the source row and in the quarantine list,
    but two registers must not be joined by it: the same slip of the pen may stand in
    both for different firms. One that can be read in a single right way (a letter O
    for a zero, a permit number behind it) joins by that, and the list says so.
    Identity numbers of persons join by their pseudonyms. A firm known by its old
    organisation code gets its credit code where the registers leave one possibility
    (`recovered_codes` tells how many did).

    Parameters
    ----------
    frames
        Data set → rows.
    datasets
        Descriptions; a column counts as a code when its field says `code`.
    """
    normal = {name: _linked(frame, datasets[name]) for name, frame in frames.items()}
    found = _recovered(normal, datasets)
    return {name: frame.assign(**found[name]) for name, frame in normal.items()}


def recovered_codes(
    frames: Mapping[str, pd.DataFrame], datasets: Mapping[str, Dataset]
) -> dict[str, Inference]:
    """Return data set → how many credit codes were recovered, for whoever checks."""
    normal = {name: _linked(frame, datasets[name]) for name, frame in frames.items()}
    told = {}
    for name, columns in _recovered(normal, datasets).items():
        filled = [
            int((codes.notna() & (normal[name][column].fillna("") != codes)).sum())
            for column, codes in columns.items()
        ]
        if cells := sum(filled):
            told[name] = Inference(
                what="统一社会信用代码", value=f"补 {cells} 格", why=_RECOVERED
            )
    return told


_RECOVERED = (
    "按组织机构代码（第九至十七位）补出，只补唯一可能的；原始资料没有改动，用于关联"
)
_SHORT = 9
"""Characters of an organisation code."""
_STRUCTURED: frozenset[str] = frozenset({"permit", "parcel", "supervision"})
"""Numbers without a check digit of their own: an unusual one is kept as it is."""


def _linked(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    changes = {}
    for spec in dataset.fields:
        if spec.code is not None and spec.name in frame.columns:
            given = frame[spec.name]
            normal = _normal(given, spec.code)
            if normal is not given:
                changes[spec.name] = normal
    return frame.assign(**changes)


def _normal(values: pd.Series[str], kind: CodeKind) -> pd.Series[str]:
    distinct = pa.array(values.dropna().unique(), pa.large_string())
    right = right_codes(kind, distinct)
    if kind == "resident_id":
        right |= np.asarray(pc.match_substring_regex(distinct, f"^{RIGHT}$"))
    if right.all():
        return values
    doubtful = distinct.filter(pa.array(~right)).to_pylist()
    normal = {v: _key(v, kind) for v in doubtful}
    changed = values.isin(doubtful)
    return values.mask(changed, values[changed].map(normal).astype(values.dtype))


def _key(text: str, kind: CodeKind) -> str | None:
    """Return by what a code joins; columns of credit codes hold older ones as well."""
    found = check_code(kind, text).normal
    if found is not None or kind in _STRUCTURED:
        return found or text
    return check_code("org", text).normal if kind == "uscc" else None


def _recovered(
    frames: Mapping[str, pd.DataFrame],
    datasets: Mapping[str, Dataset],
) -> dict[str, dict[str, pd.Series[str]]]:
    """Return the columns of credit codes with what can be told for certain."""
    known = _by_organisation(frames, datasets)
    found: dict[str, dict[str, pd.Series[str]]] = {}
    for name, frame in frames.items():
        found[name] = {}
        for column in _columns(frame, datasets[name], "uscc"):
            codes = _filled(frame[column], known) if known else frame[column]
            short = codes.str.len() == _SHORT
            if known or short.any():
                found[name][column] = codes.mask(short)
    return found


def _filled(codes: pd.Series[str], known: Mapping[str, str]) -> pd.Series[str]:
    """Return codes with the credit code in place of a known organisation code."""
    old = codes.isin(list(known))
    return codes.mask(old, codes[old].map(known).astype(codes.dtype))


def _columns(frame: pd.DataFrame, dataset: Dataset, kind: CodeKind) -> list[str]:
    return [
        f.name for f in dataset.fields if f.code == kind and f.name in frame.columns
    ]


def _by_organisation(
    frames: Mapping[str, pd.DataFrame], datasets: Mapping[str, Dataset]
) -> dict[str, str]:
    """Return organisation code → the credit code that holds it, if there is but one."""
    columns = [
        pa.array(frame[column].dropna().unique(), pa.large_string())
        for name, frame in frames.items()
        for column in _columns(frame, datasets[name], "uscc")
    ]
    known = pa.chunked_array(columns, pa.large_string()).unique()
    lengths = pc.utf8_length(known)
    short = known.filter(pc.equal(lengths, _SHORT))
    whole = known.filter(pc.equal(lengths, 18))
    inner = pc.utf8_slice_codeunits(whole, 8, 17)
    asked = pc.is_in(inner, value_set=short)
    found: dict[str, list[str]] = {}
    for code in whole.filter(asked).to_pylist():
        if is_right_uscc(code):
            found.setdefault(code[8:17], []).append(code)
    return {inside: codes[0] for inside, codes in found.items() if len(codes) == 1}
