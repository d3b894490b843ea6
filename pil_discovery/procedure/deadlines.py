"""Deadlines: clock, start, extensions, suspensions → date, with each step in words.

Counting rules (facts `cpl-85`, `cc-202`, `cc-203`, by way of `ban-111`): the first
day is not counted, months end on the corresponding day or at the end of the month, a
last day that is a rest day rolls to the first day after it. Which periods count working
days (`acl-69`) or grow by runs of rest days (`tci-109`) stands with each clock.
"""

from __future__ import annotations

import calendar as months_of
import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import LawError, Problem, near_names
from pil_discovery.procedure.calendar import DAY, RestDays
from pil_discovery.procedure.citations import numeral_zh
from pil_discovery.types import Deadline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pil_discovery.types import CalendarYear, Clock

    Day = dt.date | str
    Span = tuple[dt.date, dt.date]
    Granted = tuple[str, int]

_PAIR = {2: "两"}
_MONTHS_OF_A_YEAR = 12
_UNITS = {"day": "日", "working_day": "个工作日", "month": "个月", "year": "年"}


FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Start days outside these years are slips of the pen."""


def due(  # noqa: PLR0913 — the public signature, and the calendar
    clocks: Mapping[str, Mapping[str, Clock]],
    step: str,
    start: Day,
    *,
    regime: str = "2021",
    suspensions: Iterable[tuple[Day, Day]] = (),
    extensions: Iterable[Mapping[str, Any]] = (),
    calendar: Iterable[CalendarYear] = (),
) -> Deadline:
    """Reckon the last day of a period.

    Parameters
    ----------
    clocks
        Regime → clock id → Clock.
    step
        Clock id, e.g. `suggestion-reply`.
    start
        Day of the event that starts the clock; not counted itself.
    suspensions
        Pairs of first and last day, both counted; overlaps count once, days outside
        the running period do not count.
    extensions
        `{"by": "chief" | "superior", "months": n}`: the chief procurator once, as many
        months as the clock says; the superior procuratorate after that.
    calendar
        Rest days of years that the built-in calendar does not know.

    Returns
    -------
    Deadline
        `provisional` when a day that was looked up lies in a year without an official
        notice on rest days; `reckoning` says each step in Chinese.

    Raises
    ------
    LawError
        Unknown regime, step or approver, a reversed interval, and suspensions or
        extensions that the clock does not know; all at once.
    """
    clock = find_clock(clocks, step, regime=regime)
    first = as_day(start)
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        what = f"起算日 {first} 不在 {FIRST_YEAR} 至 {LAST_YEAR} 年之内"
        raise LawError(Problem("", "", what, "请核对"))
    spans, granted, problems = _adjustments(clock, suspensions, extensions)
    months = sum(months for _, months in granted)
    if first.year + months // _MONTHS_OF_A_YEAR > LAST_YEAR:
        problems.append(Problem("", "", f"延长 {months} 个月超出 {LAST_YEAR} 年"))
    if problems:
        raise LawError(problems)
    rest = RestDays(calendar)
    words = [f"{first}：{clock.starts_from}，当日不计入"]
    last = _run(clock, first, months, rest=rest)
    words.append(_period_sentence(clock, granted, last))
    last = _suspend(first, last, spans, words=words)
    if clock.rest_run_days is not None:
        last = _grow_by_runs(first, last, rest, clock.rest_run_days, words=words)
    last = _roll(last, rest, words=words)
    if rest.unofficial:
        years = sorted({day.year for day in rest.unofficial})
        words.append(f"{'、'.join(map(str, years))}年放假安排未载入，日期为暂定")
    return Deadline(
        clock=clock.id,
        title_zh=clock.title_zh,
        start=first,
        date=last,
        provisional=bool(rest.unofficial),
        basis=clock.basis,
        reckoning=tuple(words),
    )


def find_clock(
    clocks: Mapping[str, Mapping[str, Clock]], step: str, *, regime: str
) -> Clock:
    """Return the clock of a regime; LawError names near ones."""
    table = clocks.get(regime)
    if table is None:
        raise LawError(
            Problem("", "", f"没有「{regime}」这套规则", f"可用：{'、'.join(clocks)}")
        )
    clock = table.get(step)
    if clock is None:
        near = near_names(step, table) or f"可用：{'、'.join(table)}"
        raise LawError(Problem("", "", f"没有「{step}」这个期限", near))
    return clock


def as_day(value: Day) -> dt.date:
    """Return a date or an ISO text as a date; anything else is a LawError."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        what = f"「{value}」不是日期"
        raise LawError(Problem("", "", what, "请写成 2026-09-30")) from error


def period_zh(clock: Clock) -> str:
    """Return number and unit of a clock in words; two months are 两."""
    number = _PAIR.get(clock.number) if clock.unit == "month" else None
    return f"{number or clock.number}{_UNITS[clock.unit]}"


def _adjustments(
    clock: Clock,
    suspensions: Iterable[tuple[Day, Day]],
    extensions: Iterable[Mapping[str, Any]],
) -> tuple[list[Span], list[Granted], list[Problem]]:
    problems: list[Problem] = []
    spans = [_span(pair) for pair in suspensions]
    problems.extend(
        Problem("", "", f"扣除期间的首日 {a} 晚于末日 {b}", "请核对")
        for a, b in spans
        if b < a
    )
    problems.extend(
        Problem("", "", f"扣除期间的末日 {b} 超出 {LAST_YEAR} 年", "请核对")
        for _, b in spans
        if b.year > LAST_YEAR
    )
    if spans and not clock.suspendable:
        problems.append(Problem("", "", f"「{clock.title_zh}」的期限不能扣除期间"))
    asked = [_extension(e) for e in extensions]
    if asked and not clock.extensions:
        problems.append(Problem("", "", f"「{clock.title_zh}」的期限不能延长"))
    elif asked:
        problems.extend(_extension_problems(clock, asked))
    if problems:
        return [], [], problems
    titles = {approver.by: approver.title_zh for approver in clock.extensions}
    return _merged(spans), [(titles[e["by"]], e["months"]) for e in asked], []


def _span(pair: object) -> Span:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        what = f"扣除期间「{pair}」不是（首日，末日）"
        raise LawError(Problem("", "", what, "每个期间写首日和末日两项"))
    return as_day(pair[0]), as_day(pair[1])


def _extension(extension: object) -> Mapping[str, Any]:
    if isinstance(extension, Mapping):
        return extension
    what = f"延长「{extension}」的写法不对"
    raise LawError(Problem("", "", what, '应写作 {"by": "chief", "months": 1}'))


def _extension_problems(
    clock: Clock, asked: Sequence[Mapping[str, Any]]
) -> list[Problem]:
    """Hold each extension against who may grant it, how often, and after whom."""
    allowed = {approver.by: approver for approver in clock.extensions}
    problems: list[Problem] = []
    granted: Counter[str] = Counter()
    for extension in asked:
        by, months = extension.get("by"), extension.get("months")
        approver = allowed.get(str(by))
        if approver is None:
            known = "、".join(allowed)
            problems.append(Problem("", "", f"「{by}」不能批准延长", f"可用：{known}"))
            continue
        if not isinstance(months, int) or isinstance(months, bool) or months < 1:
            problems.append(Problem("", "", f"延长的月数「{months}」不是正整数"))
        if approver.after is not None and not granted[approver.after]:
            before = allowed[approver.after].title_zh
            what = f"{approver.title_zh}批准延长以前，应当先由{before}批准延长一次"
            problems.append(Problem("", "", what))
        granted[approver.by] += 1
        if approver.times is not None and granted[approver.by] > approver.times:
            what = f"{approver.title_zh}只能批准延长{numeral_zh(approver.times)}次"
            problems.append(Problem("", "", what))
        if approver.months not in (None, months):
            what = f"{approver.title_zh}批准延长的是{approver.months}个月"
            problems.append(Problem("", "", what))
    return problems


def _run(clock: Clock, first: dt.date, months: int, *, rest: RestDays) -> dt.date:
    if clock.unit == "day":
        return first + clock.number * DAY
    if clock.unit == "working_day":
        return _count_working_days(first, clock.number, rest)
    years = _MONTHS_OF_A_YEAR if clock.unit == "year" else 1
    return add_months(first, clock.number * years + months)


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the corresponding day some months later, or the end of that month."""
    count = day.year * _MONTHS_OF_A_YEAR + day.month - 1 + months
    year, month = divmod(count, _MONTHS_OF_A_YEAR)
    length = months_of.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, length))


def _count_working_days(first: dt.date, number: int, rest: RestDays) -> dt.date:
    day = first
    while number > 0:
        day += DAY
        if not rest.is_rest(day):
            number -= 1
    return day


def _period_sentence(clock: Clock, granted: Iterable[Granted], last: dt.date) -> str:
    more = "".join(f"，经{who}批准延长{months}个月" for who, months in granted)
    return f"期限{period_zh(clock)}{more}，至 {last}"


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Join intervals that overlap or touch."""
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + DAY:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _suspend(
    first: dt.date, last: dt.date, spans: Iterable[Span], *, words: list[str]
) -> dt.date:
    """Move the end by the suspended days that lie in the running period.

    An interval that begins inside the period counts whole: while it lasts, the clock
    stands still.
    """
    for begin, end in spans:
        begin = max(begin, first + DAY)  # noqa: PLW2901 — clipped to the period
        if begin > last or end < begin:
            continue
        days = (end - begin).days + 1
        last += days * DAY
        words.append(f"扣除 {begin} 至 {end} 共{days}日，至 {last}")
    return last


def _grow_by_runs(
    first: dt.date, last: dt.date, rest: RestDays, shortest: int, *, words: list[str]
) -> dt.date:
    """Add every run of rest days, at least `shortest` long, inside the period."""
    run = added = 0
    day = first
    while day < last:
        day += DAY
        if rest.is_rest(day):
            run += 1
            added += shortest if run == shortest else run > shortest
        else:
            run = 0
    if not added:
        return last
    last += added * DAY
    words.append(f"期限内有连续{shortest}日以上休假日共{added}日，顺延至 {last}")
    return last


def _roll(last: dt.date, rest: RestDays, *, words: list[str]) -> dt.date:
    day = last
    while rest.is_rest(day):
        day += DAY
    if day != last:
        words.append(f"{last} 是休息日，顺延至 {day}")
    return day
