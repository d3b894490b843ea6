"""Whether damaged ground was restored, and whether it stayed so: the follow-up check.

A series is read in three phases: before the damage (where its date is known), damaged,
and follow-up after restoration was claimed. The degree of recovery and its interval are
those of `imagery.recovery`; which degree counts as restored is data of the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pil_discovery.errors import ArgumentError
from pil_discovery.imagery.followup import (
    PHASES,
    course_of,
    extreme_day,
    fall_of,
    phases_of,
)
from pil_discovery.imagery.observed import chunks, observe, weighted_mean
from pil_discovery.imagery.recovery import expect, recovery
from pil_discovery.imagery.roles import CONFIRM_DAYS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pil_discovery.imagery.followup import Course, Phases, RestorationRule
    from pil_discovery.imagery.observed import Observed, Reference
    from pil_discovery.imagery.recovery import Expected, Ratio

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Days = NDArray[np.datetime64]

RESTORATION_COLUMNS = (
    *("state", "recovery", "recovery_low", "recovery_high", "loss", "reference"),
    *("damaged_first", "damaged_last", "latest_first", "latest_last"),
    *("since_earliest", "since_latest", "confirmed", "reason"),
)
_DAYS = ("_first", "_last", "_earliest", "_latest")
_REFERENCES = {
    "both": "周边参照（按损害前与周边之差修正）",
    "ring": "同期周边参照（假定损害前与周边相同）",
    "history": "本点位损害前同季节影像",
    "none": "无",
}
_STATES = {
    "restored": "已恢复",
    "partly_restored": "部分恢复",
    "not_restored": "未恢复",
    "relapsed": "恢复后又减退",
}


def judge_restoration(
    values: NDArray[np.floating],
    dates: Sequence[dt.date] | Days,
    phases: pd.DataFrame,
    *,
    rule: RestorationRule,
    shares: NDArray[np.floating] | None = None,
    reference: Reference | None = None,
) -> pd.DataFrame:
    """Judge for each series whether what was lost came back, and stayed.

    Parameters
    ----------
    values
        Shape (series, dates), or (dates,) for one series: mean of an index that falls
        with the damage (NDVI for plants, MNDWI for water); NaN is not seen.
    dates
        Days of acquisition in any order; acquisitions of one day are averaged.
    phases
        One row per series: `damaged_by` (the last day on which the damage is known to
        have stood, such as the day of the suggestion), and where known `intact_until`
        (last day before the damage) and `claimed_on` (only later dates are follow-up;
        none means `damaged_by`).
    rule
        The thresholds.
    shares
        Shape of `values`: share of the polygon that was seen, 0 … 1. Below 0.8 a date
        does not count; above, it counts by its share. None when there is no cloud mask.
    reference
        Ground nearby; None leaves the polygon's own past.

    Returns
    -------
    DataFrame
        One row per series: `state` (restored | partly_restored | not_restored |
        relapsed | cannot_tell), `recovery` with `recovery_low` and `recovery_high`
        (90 % interval), `loss` (whole less damaged ground, units of the index),
        `reference` (both | ring | history | none), `damaged_first` and `damaged_last`,
        `latest_first` and `latest_last` (days of the observations compared),
        `since_earliest` and `since_latest` (between these days the ground came into
        its state; missing when not restored), `confirmed` (latest observations at
        least 20 days apart agree), `reason` (Chinese). Numbers are missing where
        nothing can be told. The same for any cut of the series into parts.

    Raises
    ------
    ArgumentError
        Shapes that do not agree, no `damaged_by`, dates that are no days.
    """
    seen = observe(values, dates, shares, reference)
    marks = _marks(phases, len(seen.value))
    parts = [
        _judged(part, {n: m[rows] for n, m in marks.items()}, rule)
        for rows, part in chunks(seen)
    ]
    frame = pd.concat(parts or [_empty()], ignore_index=True)
    if shares is None:
        frame["reason"] += "；没有云掩膜，云影可能误作变化"
    return frame


def _marks(phases: pd.DataFrame, count: int) -> dict[str, Days]:
    """Return the days that part the phases; NaT where there is none."""
    if "damaged_by" not in phases.columns or len(phases) != count:
        what = f"phases 应当有 {count} 行（每个序列一行）和 damaged_by 列"
        raise ArgumentError(what)
    none = pd.Series(pd.NaT, index=phases.index)
    return {
        name: pd.to_datetime(phases.get(name, none)).to_numpy().astype("datetime64[D]")
        for name in PHASES
    }


def _judged(
    seen: Observed, marks: dict[str, Days], rule: RestorationRule
) -> pd.DataFrame:
    phases = phases_of(seen, marks)
    expected = expect(seen, phases.before, phases.damaged, (rule.noise, rule.drift))
    course = course_of(seen, phases, expected, rule)
    weights = [np.where(m, seen.weight, 0.0) for m in (phases.damaged, course.latest)]
    ratio = recovery(seen, expected, *weights)
    fall = fall_of(course, ratio, expected, seen)
    frame = _frame(seen, phases, course, ratio)
    frame["state"] = _states(ratio, fall, rule)
    frame["reference"] = _reference(seen, phases)
    frame["loss"] = _loss(seen, phases, expected)
    _date(frame, seen.days, course, rule)
    return _worded(frame, (seen, phases, expected, course), rule)


def _states(ratio: Ratio, fall: Floats, rule: RestorationRule) -> NDArray[np.object_]:
    with np.errstate(invalid="ignore"):
        whole = ratio.share >= rule.restored_share
        some = ratio.share >= rule.partly_share
        fell = (fall >= rule.relapse_share) & (fall + ratio.share >= rule.partly_share)
    return np.select(
        [whole, fell, some],
        ["restored", "relapsed", "partly_restored"],
        default="not_restored",
    ).astype(object)


def _reference(seen: Observed, phases: Phases) -> NDArray[np.object_]:
    ringed = np.isfinite(seen.around)
    ring = ((phases.damaged | phases.claimed) & ringed).any(axis=1)
    paired = (phases.before & ringed).any(axis=1)
    own = phases.before.any(axis=1)
    return np.select(
        [ring & paired, ring, own], ["both", "ring", "history"], default="none"
    ).astype(object)


def _loss(seen: Observed, phases: Phases, expected: Expected) -> Floats:
    """Return what whole ground had more than the damaged one on the same dates."""
    told = phases.damaged & np.isfinite(expected.value)
    weight = np.where(told, seen.weight, 0.0)
    gap = np.where(told, expected.value - seen.value, 0.0)
    return weighted_mean(gap, weight)


def _frame(
    seen: Observed, phases: Phases, course: Course, ratio: Ratio
) -> pd.DataFrame:
    frame = pd.DataFrame(
        index=range(len(seen.value)), columns=list(RESTORATION_COLUMNS)
    )
    frame["recovery"] = ratio.share
    frame["recovery_low"], frame["recovery_high"] = ratio.low, ratio.high
    for name, chosen in (("damaged", phases.damaged), ("latest", course.latest)):
        for end in ("first", "last"):
            days = extreme_day(seen.days, chosen, last=end == "last")
            frame[f"{name}_{end}"] = days.astype("datetime64[s]")
    apart = (frame["latest_last"] - frame["latest_first"]).dt.days
    frame["confirmed"] = (apart >= CONFIRM_DAYS[0]).astype("boolean")
    return frame


def _date(
    frame: pd.DataFrame, days: Days, course: Course, rule: RestorationRule
) -> None:
    """Write between which days the ground came into its state."""
    state = frame["state"]
    least = state.map(
        {"restored": rule.restored_share, "partly_restored": rule.partly_share}
    ).to_numpy(dtype=float)
    fallen = (state == "relapsed").to_numpy()
    before_fall = frame["recovery"].to_numpy(dtype=float) + rule.relapse_share
    with np.errstate(invalid="ignore"):
        below = course.earlier & (course.share < least[:, None])
        above = course.earlier & (course.share >= before_fall[:, None])
    other = np.where(fallen[:, None], above, below)
    begin = extreme_day(days, other, last=True)
    damaged = frame["damaged_last"].to_numpy().astype("datetime64[D]")
    begin = np.where(np.isnat(begin), damaged, begin)
    still = (state == "not_restored").to_numpy()
    begin = np.where(still, np.datetime64("NaT"), begin)
    next_one = extreme_day(days, course.later & (days[None, :] > begin[:, None]))
    frame["since_earliest"] = begin.astype("datetime64[s]")
    frame["since_latest"] = next_one.astype("datetime64[s]")


def _worded(
    frame: pd.DataFrame,
    told: tuple[Observed, Phases, Expected, Course],
    rule: RestorationRule,
) -> pd.DataFrame:
    """Add the reasons, and take the numbers of series that tell nothing."""
    words = _unknown(frame, told, rule)
    void = words != ""
    decided = [_words(row) for row in frame[~void].itertuples(index=False)]
    frame["reason"] = words
    frame.loc[~void, "reason"] = decided
    frame.loc[void, "state"] = "cannot_tell"
    wide = (words == _too_wide(rule)) | ~void
    numbers = [n for n in RESTORATION_COLUMNS if n.startswith(("recovery", "since"))]
    for name in (*numbers, "confirmed"):
        kept = wide if name.startswith("recovery") else ~void
        frame[name] = frame[name].where(kept)
    return frame


def _unknown(
    frame: pd.DataFrame,
    told: tuple[Observed, Phases, Expected, Course],
    rule: RestorationRule,
) -> NDArray[np.object_]:
    """Return per series why nothing can be told; empty where something can."""
    seen, phases, expected, course = told
    follow = phases.claimed.any(axis=1)
    contrast = (phases.claimed & np.isfinite(expected.value)).any(axis=1)
    loss = frame["loss"].to_numpy(dtype=float)
    straddles = (frame["recovery_low"] < rule.partly_share) & (
        frame["recovery_high"] >= rule.restored_share
    )
    with np.errstate(invalid="ignore"):
        faint = ~(loss >= rule.min_loss)
    tests = (
        (~(seen.weight > 0).any(axis=1), "没有可用观测（云、无数据或者缺少波段）"),
        (~phases.dated, "没有载明损害存续的日期"),
        (~phases.damaged.any(axis=1), "损害存续期间没有可用影像（有效面积不足80%）"),
        (frame["reference"].to_numpy() == "none", _NO_REFERENCE),
        (np.isnan(loss), "损害存续期间的影像与损害前影像不同季节，不能比较"),
        (faint, f"损害在影像上不明显（与参照之差小于{rule.min_loss:g}）"),
        (~follow, "办结或者修复以后没有可用影像（有效面积不足80%）"),
        (~contrast, "后续影像与损害前影像不同季节，不能比较"),
        (~course.latest.any(axis=1), "后续影像当季参照与损害状态差别不足，不能比较"),
        (straddles.to_numpy(), _too_wide(rule)),
    )
    words = np.full(len(frame), "", dtype=object)
    for holds, why in reversed(tests):
        words[np.asarray(holds, dtype=bool)] = why
    return words


_NO_REFERENCE = "没有损害前的影像，也没有可用的周边参照"


def _too_wide(rule: RestorationRule) -> str:
    return (
        f"恢复度的区间过宽，跨过{rule.partly_share:.0%}和{rule.restored_share:.0%}，"
        "不能判断"
    )


def _words(row: Any) -> str:  # noqa: ANN401 -- a row of a frame
    said = (
        f"{_STATES[row.state]}：恢复度{_percent(row.recovery)}"
        f"（90%区间{_percent(row.recovery_low)}—{_percent(row.recovery_high)}），"
        f"损害影像{_span(row.damaged_first, row.damaged_last)}，"
        f"最近影像{_span(row.latest_first, row.latest_last)}，"
        f"参照为{_REFERENCES[row.reference]}"
    )
    if row.state == "relapsed":
        said += f"；减退发生在{row.since_earliest:%Y-%m-%d}至"
        said += f"{row.since_latest:%Y-%m-%d}之间"
    return said if row.confirmed else f"{said}；最近状态只有一期影像，未经确认"


def _percent(share: float) -> str:
    return f"{round(100 * share)}%"  # a whole number: never −0


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    if first == last:
        return f"{first:%Y-%m-%d}"
    return f"{first:%Y-%m-%d}至{last:%Y-%m-%d}"


def _empty() -> pd.DataFrame:
    kinds = {"recovery": float, "recovery_low": float, "recovery_high": float}
    days = [n for n in RESTORATION_COLUMNS if n.endswith(_DAYS)]
    return (
        pd.DataFrame(columns=list(RESTORATION_COLUMNS))
        .astype({**kinds, "loss": float, "confirmed": "boolean"})
        .astype(dict.fromkeys(days, "datetime64[s]"))
    )
