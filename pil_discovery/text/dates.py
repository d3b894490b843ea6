"""Dates as agencies write them: full days, months, quarters, years, open ends."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pil_discovery.text.characters import fold, is_placeholder
from pil_discovery.text.numbers import error_words, is_error_value, read_han
from pil_discovery.types import BEIJING

if TYPE_CHECKING:
    from collections.abc import Sequence

State = Literal["day", "period", "open", "missing", "bad", "either"]


def _moment_of(*parts: int) -> dt.datetime:
    """Return wall time as it was written; exports name no zone."""
    return dt.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


EARLIEST, LATEST = _moment_of(1900, 1, 1), _moment_of(2100, 12, 31, 23, 59, 59)
_EPOCH = _moment_of(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class DateReading:
    """What one cell says.

    Attributes
    ----------
    state
        `day` a date (with its time, if any), `period` a month, quarter or year, `open`
        an open end (长期), `missing`, `bad`; `either` = day and month may be swapped.
    first, last
        First and last day meant; equal for a day.
    fault
        Why the cell is unreadable, in Chinese.
    note
        What was done to read it, in Chinese.
    """

    state: State
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    fault: str = ""
    note: str = ""


_MISSING = DateReading("missing")
_OPEN = re.compile(
    r"长期(有效)?|永久(有效)?|无限期|无固定期限|无期限|不限期|终身(有效)?|永续"
)
_VOID = re.compile(r"(0{4}\D?0{1,2}\D?0{1,2}|1900\D0?1\D0{1,2})日?([\sT].*)?")
_VOID_DAYS = {(1900, 1, 1), (9999, 12, 31), (1, 1, 1), (1899, 12, 30), (1899, 12, 31)}
_CLOCK = (
    r"(?:[T\s]*(上午|下午|晚上|早上)?\s*(\d{1,2})"
    r"(?:[:时点](\d{1,2})分?(?::?(\d{1,2})(?:\.\d+)?秒?)?|[时点]整?)"
    r"\s*(am|pm)?\s*(z|[+-]\d{2}:?\d{2})?)?"
)
_WEEKDAY = re.compile(r"\s*[(（]?(星期|周)[一二三四五六日天][)）]?")
_DAY = re.compile(
    rf"(\d{{4}})\s*([-/.年\\])\s*(\d{{1,2}})\s*([-/.月\\])\s*(\d{{1,2}})\s*[日号]?{_CLOCK}",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s?(\d{2})(\d{2})(\d{2})?)?")
_MONTH = re.compile(r"(\d{4})\s*(?:[-/.年\\]\s*(\d{1,2})\s*月?(?:份)?|(\d{2}))")
_YEAR = re.compile(r"(\d{4})\s*年?(?:度)?")
_QUARTER = re.compile(
    r"(\d{4})\s*年?\s*-?(?:第?([一二三四1-4])季度?|q([1-4]))", re.IGNORECASE
)
_HALF = re.compile(r"(\d{4})\s*(?:年\s*([上下])半年|h([12]))", re.IGNORECASE)
_TEN_DAYS = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月([上中下])旬")
_EITHER = re.compile(
    rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_CLOCK}", re.IGNORECASE
)
_SHORT_YEAR = re.compile(r"['’]?(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s.*)?")
_ENGLISH = re.compile(r"(\d{1,2})[-\s]([a-z]{3})[a-z]*[-\s,]*(\d{4})", re.IGNORECASE)
_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name}
_HAN_DATE = re.compile(
    r"([〇○零一二三四五六七八九0-9]{4})年(?:([一二三四五六七八九十]{1,3})月)?(?:([一二三四五六七八九十]{1,3})[日号])?"
)
_JAVA = re.compile(
    r"[a-z]{3} ([a-z]{3}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (?:cst|gmt\+08:00) (\d{4})",
    re.IGNORECASE,
)
_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def read_dates(
    cells: Sequence[object], century: int | None = None
) -> list[DateReading]:
    """Read the distinct cells of one column.

    Parameters
    ----------
    cells
        Dates, date-times, Excel day numbers or texts.
    century
        1900 or 2000 when the workspace says so for two-digit years; else they are bad.

    Returns
    -------
    readings
        One per cell, in order. Day and month order of texts such as 03/04/2024 is
        settled only by other cells of the column; where it is not, they are bad.
    """
    readings = [read_date(cell, century) for cell in cells]
    order = _order(cells)
    return [
        _settle(cell, reading, order) if reading.state == "either" else reading
        for cell, reading in zip(cells, readings, strict=True)
    ]


def read_date(cell: object, century: int | None = None) -> DateReading:
    """Read one cell; a day that may be a month has the state `either`."""
    if isinstance(cell, dt.datetime):
        return _day(_naive(cell))
    if isinstance(cell, dt.date):
        return _day(_moment_of(cell.year, cell.month, cell.day))
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _number(cell)
    if not isinstance(cell, str):
        return DateReading("bad", fault="不是日期")
    return _MISSING if is_placeholder(cell) else _text(fold(cell), century)


def _naive(moment: dt.datetime) -> dt.datetime:
    """Return Beijing time without its zone."""
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(BEIJING).replace(tzinfo=None)


def _day(moment: dt.datetime, note: str = "") -> DateReading:
    if (moment.year, moment.month, moment.day) in _VOID_DAYS:
        return _MISSING
    if not EARLIEST <= moment <= LATEST:
        return DateReading("bad", fault="日期早于1900年或晚于2100年")
    return DateReading("day", moment, moment, note=note)


def _period(first: dt.date, last: dt.date) -> DateReading:
    if not EARLIEST.date() <= first <= LATEST.date():
        return DateReading("bad", fault="日期早于1900年或晚于2100年")
    low, high = (_moment_of(d.year, d.month, d.day) for d in (first, last))
    return DateReading("period", low, high, note="只写到年、季、月或旬")


def _number(cell: float) -> DateReading:
    if cell != cell:  # noqa: PLR0124 - NaN is the only value unlike itself
        return _MISSING
    if not 0 <= cell < 10**14:
        return DateReading("bad", fault="数字不是可读的日期")
    if cell == int(cell) and len(str(int(cell))) in {4, 6, 8}:
        return _text(str(int(cell)), None)
    if cell in {0, 1, 2, 2958465}:
        return _MISSING
    if not 9999 < cell < 73051:
        return DateReading("bad", fault="数字不是可读的日期")
    moment = _EPOCH + dt.timedelta(seconds=round(cell * 86400))
    return _day(moment, "表格软件的日期序号")


def _text(text: str, century: int | None) -> DateReading:
    text = _WEEKDAY.sub("", text)
    if _OPEN.fullmatch(text):
        return DateReading("open")
    if _VOID.fullmatch(text):
        return _MISSING
    try:
        return _written(text) or _other_forms(text, century)
    except ValueError:
        return DateReading("bad", fault="不存在的日期或时刻")


def _written(text: str) -> DateReading | None:
    if match := _DAY.fullmatch(text):
        year, _, month, _, day, *clock = match.groups()
        return _moment((int(year), int(month), int(day)), clock)
    if match := _COMPACT.fullmatch(text):
        return _compact(match)
    return _period_written(text)


def _moment(ymd: tuple[int, int, int], clock: Sequence[str | None]) -> DateReading:
    half, hour, minute, second, meridiem, zone = clock
    if hour is None:
        return _day(_moment_of(*ymd))
    hours = int(hour)
    late = half in {"下午", "晚上"} or (meridiem or "").lower() == "pm"
    if late and hours < 12:
        hours += 12
    moment = _moment_of(*ymd, hours, int(minute or 0), int(second or 0))
    return _day(_naive(moment.replace(tzinfo=_zone(zone))) if zone else moment)


def _zone(text: str) -> dt.timezone:
    if text.lower() == "z":
        return dt.UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return dt.timezone(dt.timedelta(minutes=minutes if text[0] == "+" else -minutes))


def _compact(match: re.Match[str]) -> DateReading:
    year, month, day, hour, minute, second = (int(g or 0) for g in match.groups())
    return _day(_moment_of(year, month, day, hour, minute, second))


def _period_written(text: str) -> DateReading | None:
    if match := _YEAR.fullmatch(text):
        year = int(match[1])
        return _period(dt.date(year, 1, 1), dt.date(year, 12, 31))
    if match := _QUARTER.fullmatch(text):
        quarter = match[2] or match[3]
        number = int(quarter) if quarter.isdecimal() else "一二三四".index(quarter) + 1
        return _months(int(match[1]), 3 * number - 2, 3 * number)
    if match := _HALF.fullmatch(text):
        start = 1 if "上" in match.groups() or match[3] == "1" else 7
        return _months(int(match[1]), start, start + 5)
    if match := _TEN_DAYS.fullmatch(text):
        return _ten_days(int(match[1]), int(match[2]), match[3])
    return _month_written(text)


def _month_written(text: str) -> DateReading | None:
    match = _MONTH.fullmatch(text)
    if match is None:
        return None
    if re.fullmatch(r"\d{4}\.1", text):
        return DateReading("bad", fault="“.1”可能是1月，也可能是丢了末位零的10月")
    month = int(match[2] or match[3])
    return _months(int(match[1]), month, month)


def _months(year: int, start: int, end: int) -> DateReading:
    last = calendar.monthrange(year, end)[1] if 1 <= end <= 12 else 0
    return _period(dt.date(year, start, 1), dt.date(year, end, last))


def _ten_days(year: int, month: int, part: str) -> DateReading:
    last = calendar.monthrange(year, month)[1]
    first, end = {"上": (1, 10), "中": (11, 20), "下": (21, last)}[part]
    return _period(dt.date(year, month, first), dt.date(year, month, end))


def _other_forms(text: str, century: int | None) -> DateReading:
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _number(float(text))
    if match := _EITHER.fullmatch(text):
        return _day_or_month(match)
    if match := _SHORT_YEAR.fullmatch(text):
        return _short_year(match, century)
    if found := _english(text):
        return found
    if match := _HAN_DATE.fullmatch(text):
        return _han_date(match)
    fault = error_words(text) if is_error_value(text) else "不是可读的日期"
    return DateReading("bad", fault=fault)


def _short_year(match: re.Match[str], century: int | None) -> DateReading:
    if century is None:
        return DateReading("bad", fault="年份只有两位，世纪不明")
    year, month, day = (int(g) for g in match.groups())
    return _day(_moment_of(century + year, month, day), "两位年份按工作区给定的世纪")


def _english(text: str) -> DateReading | None:
    """Read `1-Mar-2024`, and what Java programs print; their CST is that of China."""
    if match := _ENGLISH.fullmatch(text):
        month = _MONTHS.get(match[2].lower())
        return _day(_moment_of(int(match[3]), month, int(match[1]))) if month else None
    match = _JAVA.fullmatch(text)
    month = _MONTHS.get(match[1].lower()) if match else None
    if match is None or month is None:
        return None
    day, hour, minute, second, year = (int(g) for g in match.groups()[1:])
    moment = _moment_of(year, month, day, hour, minute, second)
    return _day(moment, "CST 按北京时间读取")


def _han_date(match: re.Match[str]) -> DateReading:
    year = int(match[1].translate(_HAN_DIGITS))
    month, day = (read_han(g) if g else None for g in match.groups()[1:])
    if month is None:
        return _period(dt.date(year, 1, 1), dt.date(year, 12, 31))
    return _day(_moment_of(year, month, day)) if day else _months(year, month, month)


def _day_or_month(match: re.Match[str]) -> DateReading:
    a, b, year, *clock = match.groups()
    one, two = int(a), int(b)
    if one == two or two > 12:
        return _moment((int(year), one, two), clock)
    if one > 12:
        return _moment((int(year), two, one), clock)
    return DateReading("either", fault="日、月先后不明")


def _order(cells: Sequence[object]) -> str | None:
    """Return `day` or `month`, whichever the unambiguous cells prove to come first."""
    seen = set()
    for cell in cells:
        match = _EITHER.fullmatch(fold(cell)) if isinstance(cell, str) else None
        if match and int(match[1]) > 12:
            seen.add("day")
        if match and int(match[2]) > 12:
            seen.add("month")
    return seen.pop() if len(seen) == 1 else None


def _settle(cell: object, reading: DateReading, order: str | None) -> DateReading:
    match = _EITHER.fullmatch(fold(str(cell)))
    if order is None or match is None:
        return replace(reading, state="bad")
    a, b, year, *clock = match.groups()
    month, day = (b, a) if order == "day" else (a, b)
    settled = _moment((int(year), int(month), int(day)), clock)
    words = "日在前" if order == "day" else "月在前"
    return replace(settled, note=f"日月先后由同列其他行判定（{words}）")
