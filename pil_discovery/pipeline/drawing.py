"""The pictures of a lead, and of a whole scan, as files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery import report
from pil_discovery.geo.geojson import shape_of
from pil_discovery.maps.location import draw_map
from pil_discovery.pipeline.figures import (
    agencies_figure,
    base_of,
    overview_figure,
    score_figure,
)
from pil_discovery.pipeline.gathering import gather
from pil_discovery.pipeline.pictures import draw_dates, layers_of, pictures_of
from pil_discovery.pipeline.strips import strips_of
from pil_discovery.types.markup import Picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pil_discovery.maps.canvas import Form
    from pil_discovery.pipeline.gathering import Behind

_ID = 12


def draw_pictures(
    out: str | Path,
    lead_id: str,
    folder: str | Path,
    *,
    workspace: str | Path | None = None,
    form: Form = "png",
) -> list[Path]:
    """Draw a lead: its place, before and after, the course of time, its score.

    Parameters
    ----------
    out
        Folder of a finished scan.
    lead_id
        Rank, or the beginning of the id.
    folder
        Where the files go, made if it is not there: `<head of the lead id>-位置图.png`,
        `-前后对比图`, `-时间序列F1` with the number of the finding, `-得分构成`.
    workspace
        Where the raw sources are; None takes the place noted in `timing.json`.
    form
        `png` (150 mm wide at 300 dpi) or `svg`.

    Returns
    -------
    list of Path
        What was written. A lead without a place has its score alone.

    Raises
    ------
    BundleError
        If a raw source is gone or differs from what was scanned.
    PilError
        If the folder is not a finished scan, or no lead or several are meant.
    """
    with tempfile.TemporaryDirectory(prefix="pil-") as received:
        behind = gather(out, lead_id, Path(received), workspace=workspace)
        drawn = _of_place(behind, Path(out), form)
        strips = strips_of(
            behind.findings, behind.materials.images, behind.catalog.models, form=form
        )
    drawn |= {f"时间序列{item}": png for item, png in strips.items()}
    drawn["得分构成"] = score_figure(behind.lead, form=form)
    head = behind.lead.lead_id[:_ID]
    return _write({f"{head}-{name}": of for name, of in drawn.items()}, folder, form)


def draw_scan(out: str | Path, folder: str | Path, *, form: Form = "png") -> list[Path]:
    """Draw a whole scan: where the leads lie, and which agencies would have to act.

    Parameters
    ----------
    out
        Folder of a finished scan; nothing else is read.
    folder
        Where `线索分布图` and `机关一览表` go, made if it is not there.
    form
        `png` (150 mm wide at 300 dpi) or `svg`.

    Returns
    -------
    list of Path
        What was written; a scan of which no lead has a place has no map.

    Raises
    ------
    PilError
        If the folder is not a finished scan.
    """
    run, _, leads = report.read_scan(Path(out))
    drawn = {}
    if any(x.geometry and x.kind == "single" and x.listed for x in leads):
        base = report.read_base(Path(out))
        drawn["线索分布图"] = overview_figure(leads, base, run, form=form)
    drawn["机关一览表"] = agencies_figure(leads, run, form=form)
    return _write(drawn, folder, form)


def _of_place(behind: Behind, out: Path, form: Form) -> dict[str, bytes]:
    datasets = behind.catalog.datasets
    layers = layers_of(behind.findings, behind.materials, datasets)
    if not layers:
        return {}
    shapes = [s for f in behind.findings if (s := shape_of(f.geometry)) is not None]
    base = base_of(report.read_base(out), shapes)
    drawn = {"位置图": draw_map([*base, *layers], form=form)}
    images = pictures_of(behind.findings, behind.materials.images)
    if len(images) > 1:
        drawn["前后对比图"] = draw_dates(images, layers, form=form)
    return drawn


def _write(drawn: Mapping[str, bytes], folder: str | Path, form: Form) -> list[Path]:
    Path(folder).mkdir(parents=True, exist_ok=True)
    paths = [Path(folder) / f"{name}.{form}" for name in drawn]
    for path, content in zip(paths, drawn.values(), strict=True):
        path.write_bytes(content)
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
        Map, plate and time strips where there are such, the score last.
    """
    paths = draw_pictures(out, str(lead_id), folder, workspace=workspace)
    return [Picture(path) for path in paths]
