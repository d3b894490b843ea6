"""Everything that is wrong with a model beyond the shape of its file.

A model that only parses may still name a column that nobody reads, declare a parameter
that nothing compares with, or carry an exclusion that no example ever tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.findings.coverage import example_faults
from pil_discovery.findings.faults import Fault
from pil_discovery.findings.inputs import declared_columns
from pil_discovery.findings.picture_quality import COLUMN as QUALITY
from pil_discovery.findings.population import conditions
from pil_discovery.findings.rehearsal import rehearse
from pil_discovery.findings.relations import parameters_in
from pil_discovery.findings.step_facts import looks_at_pictures, numbers_in
from pil_discovery.types.steps import SqlStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pil_discovery.findings.name_links import Linker
    from pil_discovery.findings.rehearsal import Rehearsal
    from pil_discovery.types import Dataset, Model

_IMAGE = "image"


def lint(
    model: Model, datasets: Mapping[str, Dataset], *, linker: Linker | None = None
) -> list[Fault]:
    """Return what would stop a model, what it names in vain, what no example tries.

    Examples only run when the model itself does.

    Parameters
    ----------
    datasets
        Data set descriptions by id, all those that the model names among them.
    """
    seen = rehearse(model, datasets)
    faults = [*seen.faults, *_unused_parameters(model)]
    if seen.faults:
        return faults
    faults += [
        *seen.hidden,
        *seen.timeless,
        *_unused_data(model, seen),
        *_unused_rates(model, seen),
        *_unused_steps(model, seen),
        *_unshown_pictures(model, seen),
    ]
    told = {fault.loc for fault in faults}  # what is not used need not be tried
    tried = example_faults(model, datasets, linker=linker)
    return [*faults, *(f for f in tried if f.loc not in told)]


def _unused_data(model: Model, seen: Rehearsal) -> Iterator[Fault]:
    for part in ("data", "clears"):
        for dataset, columns in getattr(model, part).items():
            if dataset == _IMAGE:
                continue
            if dataset not in seen.read:
                what = f"没有一步用到数据集「{dataset}」"
                yield Fault((part, dataset), what, "请删去，或在步骤里使用")
                continue
            used = seen.read[dataset] | _linking(model, dataset)
            for number, column in enumerate(columns):
                if column not in used:
                    what = f"没有一步用到「{dataset}」的「{column}」"
                    remedy = "请删去，或在步骤里使用"
                    yield Fault((part, dataset, number), what, remedy)


def _unused_rates(model: Model, seen: Rehearsal) -> Iterator[Fault]:
    for number, name in enumerate(model.tables):
        if "value" not in seen.read.get(name, ()):
            what = f"没有一步用到标准表「{name}」的值（value）"
            yield Fault(("tables", number), what, "请删去，或在步骤里使用")


def _linking(model: Model, dataset: str) -> set[str]:
    """Return the columns by which rows are found behind a finding."""
    if dataset in model.records:
        return set(model.records[dataset])
    keys = set(model.population.key)
    return {c for c in declared_columns(model, dataset) if c in keys}


def _unused_steps(model: Model, seen: Rehearsal) -> Iterator[Fault]:
    for number, step in enumerate(model.steps):
        if step.table not in seen.read:
            what = f"后面没有一步用到表「{step.table}」"
            yield Fault(("steps", number), what, "请删去，或在总体里使用")


def _unshown_pictures(model: Model, seen: Rehearsal) -> Iterator[Fault]:
    """Say that findings would not tell how far the pictures behind them bear them."""
    if QUALITY in seen.columns:
        return
    for step in model.steps:
        if looks_at_pictures(step):
            what = f"总体没有列 {QUALITY}，发现不会写明「{step.table}」所用影像的质量"
            remedy = (
                f"请在总体里选出 {step.table}.{QUALITY}（几步合用时用 list_concat）"
            )
            yield Fault(("population", "sql"), what, remedy)


def _unused_parameters(model: Model) -> Iterator[Fault]:
    used = parameters_in(model.population.sql)
    for step in model.steps:
        used |= (
            parameters_in(step.sql) if isinstance(step, SqlStep) else numbers_in(step)
        )
    for _, when in conditions(model).values():
        used |= parameters_in(f"SELECT {when}")
    for name in model.parameters:
        if name not in used:
            what = f"没有一处用到参数「{name}」"
            yield Fault(("parameters", name), what, f"请删去，或写成 ${name} 使用")
