"""The pictures of a lead as files: where it is, and what the dates show."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pil_discovery.pipeline.gathering import gather
from pil_discovery.pipeline.pictures import plate_of
from pil_discovery.pipeline.strips import strips_of
from pil_discovery.types.markup import Picture

_ID = 12


def draw_pictures(
    out: str | Path,
    lead_id: str,
    folder: str | Path,
    *,
    workspace: str | Path | None = None,
) -> list[Path]:
    """Write the map or plate of a lead, and the time strips of its findings.

    Parameters
    ----------
    out
        Folder of a finished scan.
    lead_id
        Rank, or the beginning of the id.
    folder
        Where the PNG go, made if it is not there: `<head of the lead id>-位置图.png`,
        `<head>-时间序列F1.png` with the number of the finding.
    workspace
        Where the raw sources are; None takes the place noted in `timing.json`.

    Returns
    -------
    list of Path
        What was written; nothing where no finding has a place.

    Raises
    ------
    BundleError
        If a raw source is gone or differs from what was scanned.
    PilError
        If the folder is not a finished scan, or no lead or several are meant.
    """
    with tempfile.TemporaryDirectory(prefix="pil-") as received:
        behind = gather(out, lead_id, Path(received), workspace=workspace)
        plate = plate_of(behind.findings, behind.materials, behind.catalog.datasets)
        strips = strips_of(
            behind.findings, behind.materials.images, behind.catalog.models
        )
    drawn = {} if plate is None else {"位置图": plate}
    drawn |= {f"时间序列{item}": png for item, png in strips.items()}
    Path(folder).mkdir(parents=True, exist_ok=True)
    head = behind.lead.lead_id[:_ID]
    paths = [Path(folder) / f"{head}-{name}.png" for name in drawn]
    for path, png in zip(paths, drawn.values(), strict=True):
        path.write_bytes(png)
    return paths


def show_pictures(
    out: str | Path,
    lead_id: str | int,
    folder: str | Path,
    *,
    workspace: str | Path | None = None,
) -> list[Picture]:
    """Draw the pictures of a lead as `draw_pictures` does, for a notebook to show.

    Returns
    -------
    list of Picture
        Map or plate first, then the time strips; nothing where no finding has a place.
    """
    paths = draw_pictures(out, str(lead_id), folder, workspace=workspace)
    return [Picture(path) for path in paths]
