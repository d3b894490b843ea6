"""How the evidence behind a lead moves its certainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.leads.formula import (
    MOST_ABSENT_CLEARS,
    MOST_SOURCES,
    SHIFT_ABSENT_CLEARS,
    SHIFT_DOWNGRADE,
    SHIFT_FUZZY,
    SHIFT_OLD_PICTURE,
    SHIFT_REVIEW,
    SHIFT_SOURCE,
    Shift,
)
from pil_discovery.leads.registers import Registers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from pil_discovery.types import Finding

OLD_PICTURE_YEARS = 2


@dataclass(frozen=True)
class Doubt:
    """What weakens a finding and is not an exclusion.

    Attributes
    ----------
    fuzzy
        Subject or place was linked by likeness, not by an exact key.
    picture_date
        Day of the latest picture that the finding rests on.
    flags
        What the quality of the pictures leaves open, where a hit rests on them alone;
        a review has been lowered for it.
    """

    fuzzy: bool = False
    picture_date: dt.date | None = None
    flags: tuple[str, ...] = ()


def shifts(
    findings: Sequence[Finding],
    absent: Sequence[str],
    doubts: Sequence[Doubt],
    *,
    as_of: dt.date,
    clearing: Collection[str] = (),
    registers: Registers | None = None,
) -> tuple[Shift, ...]:
    """List the steps on the logit of certainty that the evidence of a lead takes.

    Parameters
    ----------
    findings
        Findings that carry the lead, at least one.
    absent
        Data sets that could have cleared a hit and were not given.
    doubts
        Doubts about those findings, where there are any.
    as_of
        Date of the scan.
    clearing
        Data sets that can only clear a hit: a row of theirs (a permit, a penalty, an
        approval that has run out) speaks for nobody's guilt and corroborates nothing.
    registers
        Who keeps which data set: tables of one office corroborate once.
    """
    steps = [
        _sources(findings, clearing, registers or Registers()),
        *_exclusions(findings),
        *_absent_clears(absent),
        *_doubts(doubts, as_of),
    ]
    return tuple(s for s in steps if s.amount)


def _sources(
    findings: Sequence[Finding], clearing: Collection[str], registers: Registers
) -> Shift:
    found = [sorted({r.dataset for r in f.records} - {*clearing}) for f in findings]
    names = max(found, key=lambda n: (len(registers.holders(n)), len(n)))
    offices = len(registers.holders(names))
    extra = min(max(offices - 1, 0), MOST_SOURCES)
    told = "、".join(registers.title(n) for n in names)
    return Shift(extra * SHIFT_SOURCE, f"{offices}个来源的数据相互印证：{told}")


def _exclusions(findings: Sequence[Finding]) -> list[Shift]:
    sizes = {
        "review": (SHIFT_REVIEW, "须复核"),
        "downgrade": (SHIFT_DOWNGRADE, "减弱"),
    }
    applied = {(e.then, e.zh): None for f in findings for e in f.exclusions}
    return [
        Shift(sizes[then][0], f"{sizes[then][1]}：{words}")
        for then, words in applied
        if then in sizes
    ]


def _absent_clears(absent: Sequence[str]) -> list[Shift]:
    if not absent:
        return []
    times = min(len(absent), MOST_ABSENT_CLEARS)
    words = f"缺少可能排除命中的数据（{'、'.join(absent)}）"
    return [Shift(times * SHIFT_ABSENT_CLEARS, words)]


def _doubts(doubts: Sequence[Doubt], as_of: dt.date) -> list[Shift]:
    steps = []
    if any(d.fuzzy for d in doubts):
        steps.append(Shift(SHIFT_FUZZY, "主体或地点为模糊匹配"))
    if any(_is_old(d.picture_date, as_of) for d in doubts):
        steps.append(Shift(SHIFT_OLD_PICTURE, "影像或图层距基准日超过24个月"))
    flags = dict.fromkeys(words for d in doubts for words in d.flags)
    if flags:
        steps.append(
            Shift(SHIFT_DOWNGRADE, f"减弱：影像质量提示（{'；'.join(flags)}）")
        )
    return steps


def _is_old(picture: dt.date | None, as_of: dt.date) -> bool:
    if picture is None:
        return False
    limit = (as_of.year - OLD_PICTURE_YEARS, as_of.month, as_of.day)
    return (picture.year, picture.month, picture.day) < limit
