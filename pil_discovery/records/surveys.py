"""What a file of rows seems to be, with the rows where that is beyond doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pil_discovery.records.table import read_table
from pil_discovery.text.quarantine import quarantine_frame
from pil_discovery.text.recognition import UnrecognisedError
from pil_discovery.types.sources import ORIGIN_COLUMNS, ReadReport, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pil_discovery.types.datasets import Dataset


def survey_table(
    path: Path | str,
    datasets: Mapping[str, Dataset],
    *,
    root: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Table:
    """Read a file of rows as the data set it is, or say what it may be.

    Returns
    -------
    table
        As from `read_table`. Where the data set cannot be told, a table without rows
        and without data set, whose report names candidates, suggestions and problems.

    Raises
    ------
    ReadError
        When the file cannot be read as a table at all.
    """
    try:
        return read_table(path, datasets, root=root, progress=progress)
    except UnrecognisedError as doubt:
        return _unread(doubt)


def _unread(doubt: UnrecognisedError) -> Table:
    sources = () if doubt.source is None else (doubt.source,)
    report = ReadReport(
        rows_read=0,
        rows_used=0,
        rows_quarantined=0,
        candidates=doubt.candidates,
        suggestions=doubt.suggestions,
        problems=doubt.problems,
    )
    frame = pd.DataFrame(columns=list(ORIGIN_COLUMNS))
    return Table(None, frame, quarantine_frame(()), report, sources)
