"""What a vector file seems to be, with its features where that is beyond doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from pil_discovery.errors import Problem
from pil_discovery.layers.accounts import CGCS2000
from pil_discovery.layers.doubts import UnplacedError
from pil_discovery.layers.files import open_vector
from pil_discovery.layers.kml import TABLE_INSIDE
from pil_discovery.layers.vectors import read_vector
from pil_discovery.text.column_advice import column_skeleton, suggest_columns
from pil_discovery.text.quarantine import quarantine_frame
from pil_discovery.text.recognition import (
    UnrecognisedError,
    dataset_choice,
    guess_datasets,
)
from pil_discovery.types import Layer, LayerProvenance, ReadReport, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pil_discovery.types import Candidate, Dataset, Suggestion


def survey_vector(
    path: Path, datasets: Mapping[str, Dataset], *, root: Path | None = None
) -> Layer:
    """Read a vector file as the data set it is, or say what it may be and lacks.

    Returns
    -------
    Layer
        As from `read_vector`. Where the data set or the place cannot be told, a layer
        whose report names candidates, suggestions and problems; one without a usable
        coordinate system has its data set but no features.

    Raises
    ------
    ReadError, CrsError
        When the file cannot be read as a layer at all.
    """
    try:
        layer = read_vector(path, datasets, root=root)
    except UnrecognisedError as doubt:
        report = _report(doubt.problems, doubt.candidates, doubt.suggestions)
        return _unread(path, root, None, report)
    except UnplacedError as doubt:
        report = _report(doubt.problems, (), doubt.suggestions)
        return _unread(path, root, doubt.dataset, report)
    return _with_guesses(layer, datasets) if layer.dataset is None else layer


def _report(
    problems: Sequence[Problem],
    candidates: Sequence[Candidate],
    suggestions: Sequence[Suggestion],
) -> ReadReport:
    return ReadReport(
        rows_read=0,
        rows_used=0,
        rows_quarantined=0,
        candidates=tuple(candidates),
        suggestions=tuple(suggestions),
        problems=tuple(problems),
    )


def _unread(
    path: Path, root: Path | None, dataset: Dataset | None, report: ReadReport
) -> Layer:
    opened = open_vector(path, root)
    source = Source(
        dataset=None if dataset is None else dataset.id,
        file=opened.file,
        sha256=opened.sha256,
        bytes=opened.bytes,
        parts=opened.parts,
    )
    frame = gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=CGCS2000)
    provenance = LayerProvenance(driver=opened.driver)
    return Layer(dataset, frame, quarantine_frame(()), report, provenance, (source,))


def _with_guesses(layer: Layer, datasets: Mapping[str, Dataset]) -> Layer:
    """Say what a layer of no known data set is nearest to."""
    names = [str(n) for n in layer.frame.columns if not str(n).startswith("_")]
    headers = [n for n in names if n != "geometry"]
    placed = {n: d for n, d in datasets.items() if d.has_geometry}
    guesses = layer.report.candidates[:3] or guess_datasets(headers, placed)
    cells = {p: layer.frame[h].tolist() for p, h in enumerate(headers)}
    best = datasets[guesses[0].dataset] if guesses else None
    near = suggest_columns(headers, cells, best, {}) if best is not None else []
    problem = Problem(
        layer.sources[0].file,
        "",
        f"认不出是哪个数据集：{_lack(headers, layer)}",
        "用 dataset 指明，并用 columns 对应列名",
    )
    told = {
        "candidates": tuple(guesses),
        "suggestions": (
            *map(dataset_choice, guesses),
            *column_skeleton(headers, near),
        ),
        "problems": (problem,),
    }
    return Layer(
        dataset=None,
        frame=layer.frame,
        quarantine=layer.quarantine,
        report=layer.report.model_copy(update=told),
        provenance=layer.provenance,
        sources=layer.sources,
    )


def _lack(headers: Sequence[str], layer: Layer) -> str:
    """Say why columns do not tell; a KML often hides its columns in a web page."""
    if not headers:
        return "图层只有图形，没有属性列"
    notes = [i.why for i in layer.report.inferences if i.what == TABLE_INSIDE]
    return "；".join(["没有足够的列名相符", *notes])
