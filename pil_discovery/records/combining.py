"""Several files of one data set → one Table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pil_discovery.errors import ReadError
from pil_discovery.records.rows import stack
from pil_discovery.text.near_duplicates import near_duplicates_across
from pil_discovery.text.quarantine import (
    Entry,
    quarantine_frame,
    sift_rows,
    sift_rows_of_keys,
)
from pil_discovery.types.sources import ReadReport, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.types.sources import Inference, Source


def combine(tables: Sequence[Table]) -> Table:
    """Put several files of one data set together.

    Keys are checked again across the files: equal rows stay once; rows with one key and
    different content all leave, and so does a row whose key was in conflict in another
    file. Every source keeps its own count of rows. The report holds the notes of all
    files, then those on rows of different files.

    Raises
    ------
    ReadError
        When there is no table, or the tables are not of one data set.
    """
    if not tables or len({t.dataset.id if t.dataset else "" for t in tables}) > 1:
        raise ReadError("只能合并同一数据集的表，且至少一个")
    dataset = tables[0].dataset
    if len(tables) == 1 or dataset is None:
        return tables[0]
    before = pd.concat([t.quarantine for t in tables], ignore_index=True)
    struck = sift_rows_of_keys(
        stack([t.frame for t in tables], dataset), dataset, before
    )
    sifted = sift_rows(struck.frame, dataset)
    entries = struck.entries + sifted.entries
    quarantine = pd.concat([before, quarantine_frame(entries)], ignore_index=True)
    sources = tuple(_recounted(s, entries) for t in tables for s in t.sources)
    notes = (*sifted.inferences, *near_duplicates_across(sifted.frame, dataset))
    report = _summed(tables, notes, sources)
    return Table(dataset, sifted.frame, quarantine, report, sources)


def _recounted(source: Source, entries: Sequence[Entry]) -> Source:
    gone = sum(e.source == source.file and e.scope == "row" for e in entries)
    return source.model_copy(
        update={
            "rows_used": source.rows_used - gone,
            "rows_quarantined": source.rows_quarantined + gone,
        }
    )


def _summed(
    tables: Sequence[Table], notes: Sequence[Inference], sources: Sequence[Source]
) -> ReadReport:
    return ReadReport(
        rows_read=sum(s.rows_read for s in sources),
        rows_used=sum(s.rows_used for s in sources),
        rows_quarantined=sum(s.rows_quarantined for s in sources),
        rows_skipped=tuple(s for t in tables for s in t.report.rows_skipped),
        inferences=(*(i for t in tables for i in t.report.inferences), *notes),
    )
