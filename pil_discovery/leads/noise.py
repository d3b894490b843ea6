"""Alarm for models that flag too large a share of what they look at."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pil_discovery.types import ModelRun

NOISY_SHARE = Fraction(1, 5)
LEAST_POPULATION = 20


def noise_notes(runs: Iterable[ModelRun]) -> dict[str, str]:
    """Name the models that flag more than 20 % of a population of at least 20.

    Hits and reviews both count as flagged.

    Returns
    -------
    dict
        Model id → warning in Chinese, in the order of the runs.
    """
    return {run.id: _note(run) for run in runs if _is_noisy(run)}


def _flagged(run: ModelRun) -> int:
    return run.counts.hit + run.counts.review


def _is_noisy(run: ModelRun) -> bool:
    population = run.counts.population
    return population >= LEAST_POPULATION and (
        Fraction(_flagged(run), population) > NOISY_SHARE
    )


def _note(run: ModelRun) -> str:
    share = 100 * _flagged(run) / run.counts.population
    return (
        f"模型 {run.code} 标出 {run.counts.population} 条中的 {_flagged(run)} 条"
        f"（{share:.1f}%），超过 20%，可能误报较多；"
        "请先核对参数、数据口径和可排除命中的数据，再使用其线索"
    )
