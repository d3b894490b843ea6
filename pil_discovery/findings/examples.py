"""Examples: the tests that live in a model file."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pil_discovery.errors import ModelError, Problem
from pil_discovery.findings.example_pictures import Gallery
from pil_discovery.findings.inputs import Inputs, declared_columns, rows_of
from pil_discovery.findings.name_links import (
    Identified,
    asked_roles,
    asks_for_subjects,
)
from pil_discovery.findings.rates import example_tables
from pil_discovery.findings.screening import screen
from pil_discovery.text.cells import type_frame

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.findings.name_links import Linker
    from pil_discovery.types import Dataset, Example, Finding, Model, ModelRun

STATES = ("hit", "review", "dropped", "unknown", "clear")
_WEAKER = "downgrade"
_TOLERANCE = 0.01


@dataclass(frozen=True)
class ExampleResult:
    """One example run: what was expected and did not come, in words."""

    model: str
    name: str
    run: ModelRun
    findings: tuple[Finding, ...]
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.differences


def run_example(
    model: Model,
    example: Example,
    datasets: Mapping[str, Dataset],
    gallery: Gallery | None = None,
    *,
    linker: Linker | None = None,
) -> ExampleResult:
    """Run one example of a model.

    Parameters
    ----------
    gallery
        Draws the pictures, for other examples too; default: one for this example.
    linker
        Links names, for models that ask for subjects or have a `match` step.

    Raises
    ------
    ModelError
        If the example gives data that the data sets do not know or cannot hold.
    """
    if gallery is None:
        with Gallery() as own:
            return run_example(model, example, datasets, own, linker=linker)
    told = _identified(model, _frames(model, example, datasets), datasets, linker)
    inputs = Inputs(
        rows_of(told.frames, datasets),
        gallery.images_of(example),
        datasets,
        tables=example_tables(model, example),
        jurisdiction=example.jurisdiction,
        linker=linker,
        spellings=told.spellings,
    )
    run, findings = screen(
        model,
        inputs,
        as_of=example.as_of,
        parameters=example.parameters,
        personal=True,
    )
    differences = _differences(example, run, findings)
    return ExampleResult(model.id, example.name, run, tuple(findings), differences)


def _identified(
    model: Model,
    frames: Mapping[str, pd.DataFrame],
    datasets: Mapping[str, Dataset],
    linker: Linker | None,
) -> Identified:
    if not asks_for_subjects(model, datasets):
        return Identified(frames)
    if linker is None:
        what = "没有给出名称关联的方法，不能得到主体"
        raise ModelError(Problem(model.place, "data", what))
    return linker.identify(frames, datasets)


def _differences(
    example: Example, run: ModelRun, findings: Sequence[Finding]
) -> tuple[str, ...]:
    if run.state != "computed":
        return (f"模型没有计算：{run.state}，缺少 {'、'.join(run.missing)}",)
    found = {text_key(f.key.values()): f for f in findings}
    notes: list[str] = []
    for state in STATES:
        wanted = getattr(example.expect, state)
        if wanted is not None:
            notes += _state_differences(state, wanted, found, run)
    notes += _downgrade_differences(example, findings)
    for key, measures in example.expect.measures.items():
        notes += _measure_differences(key, measures, found.get(key))
    return tuple(notes)


def text_key(values: Iterable[Any]) -> str:
    """Write a key as a reader types it: its values with `|` between them."""
    return "|".join("" if v is None else str(v) for v in values)


def _state_differences(
    state: str,
    wanted: Sequence[Sequence[Any]],
    found: Mapping[str, Finding],
    run: ModelRun,
) -> list[str]:
    keys = {text_key(k) for k in wanted}
    if state == "clear":
        stray = sorted(keys & set(found))
        notes = [f"应为 clear，却是 {found[k].state}：{k}" for k in stray]
        if len(keys) != run.counts.clear:
            notes.append(f"clear 应有 {len(keys)} 个，实有 {run.counts.clear} 个")
        return notes
    have = {k for k, f in found.items() if f.state == state}
    lost = [f"应为 {state}，却没有：{k}" for k in sorted(keys - have)]
    return lost + [f"不应为 {state}：{k}" for k in sorted(have - keys)]


def _downgrade_differences(example: Example, findings: Sequence[Finding]) -> list[str]:
    if example.expect.downgraded is None:
        return []
    keys = {text_key(k) for k in example.expect.downgraded}
    have = {
        text_key(f.key.values())
        for f in findings
        if f.state in ("hit", "review") and any(x.then == _WEAKER for x in f.exclusions)
    }
    lost = [f"应降低确定性，却没有：{k}" for k in sorted(keys - have)]
    return lost + [f"不应降低确定性：{k}" for k in sorted(have - keys)]


def _measure_differences(
    key: str, measures: Mapping[str, float], finding: Finding | None
) -> list[str]:
    if finding is None:
        return [f"没有发现 {key}，无从核对数值"]
    notes = []
    for name, wanted in measures.items():
        value = finding.measures.get(name)
        if value is None or abs(float(value) - wanted) > _TOLERANCE:
            notes.append(f"{key} 的 {name} 应为 {wanted}，实为 {value}")
    return notes


def _frames(
    model: Model, example: Example, datasets: Mapping[str, Dataset]
) -> dict[str, pd.DataFrame]:
    frames = {}
    for name, rows in example.given.items():
        if name not in datasets:
            raise _wrong(model, example, f"没有数据集 {name}")
        frames[name] = _frame(model, example, datasets[name], rows)
    return frames


def _wrong(model: Model, example: Example, what: str) -> ModelError:
    return ModelError(Problem(model.place, f"examples.{example.name}", what))


def _frame(
    model: Model, example: Example, dataset: Dataset, rows: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    asked = declared_columns(model, dataset.id) or dataset.columns
    parties = [dataset.parties[role].columns for role in asked_roles(model, dataset)]
    added = {field.name for field in dataset.identities}
    declared = [n for n in (*asked, *chain(*parties)) if n not in added]
    names = dict.fromkeys([*declared, *(n for row in rows for n in row)])
    stray = [n for n in names if dataset.field(n) is None]
    if stray:
        raise _wrong(model, example, f"{dataset.id} 没有列 {'、'.join(stray)}")
    plain = [n for n in names if n != "geometry"]
    raw = pd.DataFrame({n: [row.get(n) for row in rows] for n in plain}, dtype=object)
    # examples are written in canonical units, whatever agencies usually export
    units = {f.name: f.unit for f in dataset.fields if f.unit and f.name in plain}
    typed = type_frame(raw, dataset, units=units)
    if typed.problems:
        notes = "；".join(str(p.reason) for p in typed.problems)
        raise _wrong(model, example, f"{dataset.id}：{notes}")
    frame = typed.frame.assign(
        _source=f"examples/{example.name}", _sheet=None, _row=range(1, len(rows) + 1)
    )
    if "geometry" not in names:
        return frame
    placed = _with_place(frame, example, [row.get("geometry") for row in rows])
    return placed.assign(
        _valid_from=_seconds(example.valid_from.get(dataset.id)),
        _valid_to=_seconds(example.valid_to.get(dataset.id)),
    )


def _seconds(day: dt.date | None) -> np.datetime64:
    return np.datetime64("NaT" if day is None else day, "s")


def _with_place(
    frame: pd.DataFrame, example: Example, texts: Sequence[str | None]
) -> pd.DataFrame:
    from pil_discovery.geo.crs import safe_transform

    shapes = gpd.GeoSeries(shapely.from_wkt(list(texts)), crs=example.crs)
    placed = safe_transform(shapes, example.crs, "EPSG:4490")
    sigma = np.nan if example.sigma_m is None else example.sigma_m
    return frame.assign(
        geometry=np.asarray(placed, dtype=object),
        _sigma_m=sigma,
    )
