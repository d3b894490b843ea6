"""Codes as linking keys: one normal form, and none that fails its own check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.text.codes import check_code
from pil_discovery.text.fixed_texts import right_codes
from pil_discovery.text.pseudonyms import RIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pil_discovery.text.codes import CodeKind
    from pil_discovery.types import Dataset


def link_codes(
    frames: Mapping[str, pd.DataFrame], datasets: Mapping[str, Dataset]
) -> dict[str, pd.DataFrame]:
    """Return the frames with codes in normal form, unusable ones missing.

    A code with a bad check digit stays in the source row and in the quarantine list,
    but two registers must not be joined by it: the same slip of the pen may stand in
    both for different firms. One that can be read in a single right way (a letter O
    for a zero, a permit number behind it) joins by that, and the list says so.
    Identity numbers of persons join by their pseudonyms.

    Parameters
    ----------
    frames
        Data set → rows.
    datasets
        Descriptions; a column counts as a code when its field says `code`.
    """
    return {name: _linked(frame, datasets[name]) for name, frame in frames.items()}


def _linked(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    changes = {
        spec.name: _normal(frame[spec.name], spec.code)
        for spec in dataset.fields
        if spec.code is not None and spec.name in frame.columns
    }
    return frame.assign(**changes)


def _normal(values: pd.Series[str], kind: CodeKind) -> pd.Series[str]:
    distinct = pa.array(values.dropna().unique(), pa.large_string())
    right = right_codes(kind, distinct)
    if kind == "resident_id":
        right |= np.asarray(pc.match_substring_regex(distinct, f"^{RIGHT}$"))
    if right.all():
        return values
    doubtful = distinct.filter(pa.array(~right)).to_pylist()
    known = {v: check_code(kind, v) for v in doubtful}
    normal = {v: code.normal for v, code in known.items()}
    changed = values.isin(doubtful)
    return values.mask(changed, values[changed].map(normal).astype(values.dtype))
