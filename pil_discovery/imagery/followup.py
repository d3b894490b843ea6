"""The phases of a follow-up check: before, damaged, after; how recovery went on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.errors import ArgumentError
from pil_discovery.imagery.observed import weighted_mean
from pil_discovery.imagery.recovery import quantile
from pil_discovery.imagery.roles import CONFIRM_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pil_discovery.imagery.observed import Observed
    from pil_discovery.imagery.recovery import Expected, Ratio

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Days = NDArray[np.datetime64]

PHASES = ("damaged_by", "intact_until", "claimed_on")
"""Days that part the phases."""


@dataclass(frozen=True)
class RestorationRule:
    """Which recovery counts as what; there are no defaults, because they are data.

    The library's own numbers, with their reasons, are parameters of the model that
    follows suggestions up (`environment/rectification-relapsed`).

    Attributes
    ----------
    restored_share, partly_share
        Recovery from which ground is restored, and partly restored.
    relapse_share
        Fall of the recovery from which ground that was at least partly restored has
        relapsed.
    min_loss
        Least difference between whole and damaged ground, in units of the index, for a
        date to tell anything.
    noise
        Least sd of one observation of a polygon, in units of the index.
    drift
        Sd of the same season between years, in units of the index: how well the past
        of a polygon alone, without surroundings, foretells its present.
    """

    restored_share: float
    partly_share: float
    relapse_share: float
    min_loss: float
    noise: float
    drift: float

    def __post_init__(self) -> None:
        ordered = 0 < self.partly_share < self.restored_share
        if (
            not ordered
            or min(self.relapse_share, self.min_loss, self.noise, self.drift) <= 0
        ):
            what = (
                f"恢复判定的阈值不合理：{self}；应当有 0 < partly_share < "
                "restored_share，其余大于 0"
            )
            raise ArgumentError(what)


@dataclass(frozen=True)
class Phases:
    """Which observations belong to which phase, shape (series, days).

    `claimed` are those of `after` that follow the claim of restoration; `dated`, shape
    (series,), tells whether it is known until when the damage stood.
    """

    before: Bools
    damaged: Bools
    after: Bools
    claimed: Bools
    dated: Bools


@dataclass(frozen=True)
class Course:
    """How recovery went on: the share per date, and the dates that tell it.

    `later` are the dates after the damage that tell anything, `latest` the last of
    them that agree, `earlier` those before these.
    """

    share: Floats
    later: Bools
    latest: Bools
    earlier: Bools = field(init=False)

    def __post_init__(self) -> None:
        column = np.arange(self.later.shape[1])[None, :]
        first = np.where(self.latest, column, self.later.shape[1]).min(
            axis=1, initial=self.later.shape[1]
        )
        object.__setattr__(self, "earlier", self.later & (column < first[:, None]))


def phases_of(seen: Observed, marks: Mapping[str, Days]) -> Phases:
    """Part the observations by the days of `PHASES` (NaT: not known).

    The damaged state is what was seen within 120 days before the last observation on
    or before `damaged_by`.
    """
    known, days = seen.weight > 0, seen.days[None, :]
    by, intact, claimed = (marks[name][:, None] for name in PHASES)
    before = known & (days <= intact)
    standing = known & (days <= by) & ~before
    last = extreme_day(seen.days, standing, last=True)[:, None]
    damaged = standing & (days >= last - CONFIRM_DAYS[1])
    after = known & (days > by)
    start = np.where(np.isnat(claimed), by, claimed)
    return Phases(before, damaged, after, after & (days > start), ~np.isnat(by[:, 0]))


def course_of(
    seen: Observed, phases: Phases, expected: Expected, rule: RestorationRule
) -> Course:
    """Reckon the recovery on each date that tells it.

    A date tells it when whole ground would differ enough from damaged one: where the
    reference itself is bare, as after the harvest, equality says nothing.
    """
    low = weighted_mean(seen.value, np.where(phases.damaged, seen.weight, 0.0))
    contrast = expected.value - low[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        later = phases.after & (contrast >= rule.min_loss)
        share = np.where(later, (seen.value - low[:, None]) / contrast, np.nan)
        sure = quantile(expected.freedom) * _pair_sd(expected, 1.0)
        apart = np.fmax(sure[:, None] / contrast, rule.relapse_share)
    latest = _agreeing(seen.days, share, later & phases.claimed, apart)
    return Course(share, later, latest)


def _agreeing(days: Days, share: Floats, usable: Bools, apart: Floats) -> Bools:
    """Return the last dates in a row, within 120 days, that agree with the last.

    They do when the difference is less than `apart`: what counts as a relapse, or what
    noise explains, whichever is more.
    """
    chosen = np.zeros(usable.shape, dtype=bool)
    last = np.full(len(share), np.nan)
    end = np.full(len(share), np.datetime64("NaT"), dtype=days.dtype)
    going = np.ones(len(share), dtype=bool)
    for column in range(len(days) - 1, -1, -1):
        here = usable[:, column]
        first = here & np.isnan(last)
        last = np.where(first, share[:, column], last)
        end = np.where(first, days[column], end)
        with np.errstate(invalid="ignore"):
            near = np.abs(share[:, column] - last) < apart[:, column]
        near &= (end - days[column]).astype(float) <= CONFIRM_DAYS[1]
        chosen[:, column] = here & going & near
        going &= ~here | near
    return chosen


def fall_of(course: Course, ratio: Ratio, expected: Expected, seen: Observed) -> Floats:
    """Return how far recovery fell from its height, 0 where noise explains it.

    The height is what two dates in a row reached, so that one hazy date is none; where
    there is one earlier date only, it is that date.
    """
    height = np.full(len(course.share), np.nan)
    previous = height.copy()
    for column in range(course.share.shape[1]):
        here = course.earlier[:, column]
        pair = np.fmin(previous, course.share[:, column])
        two = here & ~np.isnan(previous)
        height = np.where(two, np.fmax(height, pair), height)
        previous = np.where(here, course.share[:, column], previous)
    alone = course.earlier.sum(axis=1) == 1
    height = np.where(alone, previous, height)
    weight = np.where(course.latest, seen.weight, 0.0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = _pair_sd(expected, weight) / ratio.lost
        fall = height - ratio.share
        real = fall > quantile(expected.freedom) * error
    return np.where(real, fall, 0.0)


def _pair_sd(expected: Expected, weight: Floats | float) -> Floats:
    """Return the sd of one date less the mean of dates of some weight."""
    noise = expected.scatter**2 * (1.0 + 1.0 / weight)
    found: Floats = np.sqrt(noise + 2.0 * expected.wander**2)
    return found


def extreme_day(days: Days, chosen: Bools, *, last: bool = False) -> Days:
    """Return the first or last chosen day of each series; NaT where there is none."""
    if not len(days):
        return np.full(len(chosen), np.datetime64("NaT"), dtype="datetime64[D]")
    place = chosen[:, ::-1].argmax(axis=1) if last else chosen.argmax(axis=1)
    place = len(days) - 1 - place if last else place
    found: Days = days[place].copy()
    found[~chosen.any(axis=1)] = np.datetime64("NaT")
    return found
