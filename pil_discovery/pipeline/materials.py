"""What sources have in common when they are put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pil_discovery.types import QUARANTINE_COLUMNS, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.types import (
        Image,
        ImageSource,
        LayerSource,
        ReadReport,
        RecordSource,
        Table,
    )


def stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Put the rows of several sources below each other."""
    return pd.concat(parts, ignore_index=True)


def given(entry: RecordSource | LayerSource | ImageSource) -> dict[str, str | None]:
    """Return who gave a source out, and the day (ISO) on which it was obtained."""
    day = None if entry.obtained is None else entry.obtained.isoformat()
    return {"issuer": entry.issuer, "obtained": day}


def source_of_picture(image: Image) -> Source:
    """Return a picture as a source."""
    taken = image.acquired_date.isoformat()
    provenance = image.provenance
    return Source(
        dataset="image",
        file=provenance.file,
        sha256=provenance.sha256,
        bytes=provenance.bytes,
        crs=provenance.crs,
        kind="image",
        issuer=provenance.issuer,
        obtained=provenance.obtained,
        licence=provenance.licence,
        period=(taken, taken),
        parts=provenance.parts,
    )


def joined_quarantine(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Put quarantines together, in the order of file, sheet, row and column."""
    filled = [p for p in parts if len(p)]
    if not filled:
        return pd.DataFrame(columns=list(QUARANTINE_COLUMNS))
    rows = pd.concat(filled, ignore_index=True)
    order = ["source", "sheet", "row", "column"]
    return rows.sort_values(order, kind="stable", na_position="first").reset_index(
        drop=True
    )


def with_joint_notes(last: Table, tables: Sequence[Table], joined: Table) -> ReadReport:
    """Return the report of the last file with what only all files together tell."""
    known = sum(len(t.report.inferences) for t in tables)
    notes = (*last.report.inferences, *joined.report.inferences[known:])
    return last.report.model_copy(update={"inferences": notes})
