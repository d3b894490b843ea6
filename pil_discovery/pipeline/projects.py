"""The QGIS project of a scan with the pictures of the workspace in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rasterio.windows import Window

from pil_discovery import report
from pil_discovery.catalog import load_catalog
from pil_discovery.errors import Problem, WorkspaceError
from pil_discovery.maps.pictures import choose_bands, stretch_limits
from pil_discovery.pipeline.persons import salt_of
from pil_discovery.pipeline.reading import open_workspace
from pil_discovery.pipeline.results import noted_workspace
from pil_discovery.pipeline.sources import Errand, read_source
from pil_discovery.types import Image

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from pil_discovery.types import Finding

PROJECT = "leads.qgz"
SAMPLE_PX = 512
"""Side of the part in the middle of a picture that decides how bright it is drawn."""


def add_pictures(out: str | Path, *, workspace: str | Path | None = None) -> Path:
    """Put the pictures that findings rest on into the project, before and after apart.

    They are opened where they lie, so the project is for this computer, or for one with
    the same folders; a new scan writes the project without them.

    Parameters
    ----------
    out
        Folder of a finished scan.
    workspace
        Where the pictures are; None takes the place noted in `timing.json`.

    Raises
    ------
    PilError
        If the folder is not a finished scan, the workspace is not found, or a picture
        is gone or differs from what was scanned.
    """
    out = Path(out)
    run, findings, _ = report.read_scan(out)
    place = Path(workspace) if workspace is not None else noted_workspace(out)
    if place is None or not place.is_dir():
        what = "找不到筛查时的工作区，影像没有地方找"
        raise WorkspaceError(Problem(str(place or ""), "", what, "用 --workspace 指明"))
    hashes = {s["file"]: s["sha256"] for s in run["sources"]}
    images = {i.provenance.file: i for i in _images(place, hashes)}
    days = {file: image.acquired for file, image in images.items()}
    first, later = _roles(findings, days)
    groups = {
        name: [
            _raster(images[file], out) for file in sorted(files, key=days.__getitem__)
        ]
        for name, files in (("后时相影像", later), ("前时相影像", first))
        if files
    }
    path = out / PROJECT
    path.write_bytes(report.with_pictures(path.read_bytes(), groups))
    return path


def _images(place: Path, hashes: Mapping[str, str]) -> Iterator[Image]:
    settings = open_workspace(place)
    datasets, salt = load_catalog().datasets, salt_of(settings)
    changed = []
    for entry in settings.images:
        image = read_source(Errand(entry, settings.root, datasets, salt))
        if not isinstance(image, Image):
            continue
        if hashes.get(image.provenance.file) != image.provenance.sha256:
            changed.append(image.provenance.file)
        yield image
    if changed:
        what = "影像在筛查之后有改动，或者没有参加筛查"
        raise WorkspaceError(
            [Problem(file, "", what, "请重新运行 pil scan") for file in changed]
        )


def _roles(
    findings: Iterable[Finding], days: Mapping[str, dt.datetime]
) -> tuple[set[str], set[str]]:
    """Return the pictures that some finding takes as its first, and all others."""
    first: set[str] = set()
    every: set[str] = set()
    for finding in findings:
        used = {r.source for r in finding.records if r.dataset == "image"} & days.keys()
        if len(used) > 1:
            first.add(min(used, key=lambda f: (days[f], f)))
            every |= used
    return first, every - first


def _raster(image: Image, out: Path) -> report.Raster:
    one_file = len({s.path for s in image.sources}) <= 1
    names = choose_bands([image]) if one_file else tuple(image.bands)[:1]
    numbers = [image.bands[name] for name in names]
    bands = (numbers[0], numbers[0], numbers[0])
    if len(numbers) == 3:
        bands = (numbers[0], numbers[1], numbers[2])
    rows, columns = image.shape
    middle = Window(
        max(0, (columns - SAMPLE_PX) // 2),
        max(0, (rows - SAMPLE_PX) // 2),
        min(columns, SAMPLE_PX),
        min(rows, SAMPLE_PX),
    )
    order = [list(image.bands).index(name) for name in names]
    limits = stretch_limits(image.read(middle)[order])
    source = os.path.relpath(image.path, out).replace(os.sep, "/")
    name = f"{image.acquired_date.isoformat()} {image.sensor}"
    spread = tuple(limits * (3 // len(limits)))
    return report.Raster(name, source, image.crs.to_wkt(), bands, spread)
