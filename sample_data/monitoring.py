"""Online monitoring: daily means of waste-water outlets, with and without excess."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from district import TextFile, uscc

if TYPE_CHECKING:
    from collections.abc import Callable

    from district import District, Row

EXCESS = "environment/exceedance-unpunished"
_FILE = "数据/在线监测日均值.csv"
_COD, _AMMONIA, _CHROME, _ACID = "化学需氧量", "氨氮", "总铬", "pH值"
_LIMITS = {_COD: 80.0, _AMMONIA: 10.0, _CHROME: 1.5, _ACID: 9.0}
_START, _END = dt.date(2026, 3, 1), dt.date(2026, 8, 31)

MONITORED = {
    number: f"示例监控{letter}水处理有限公司"
    for number, letter in zip(
        range(2301, 2326),
        "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地人",
        strict=True,
    )
}
"""Firms with an online monitor; each holds a permit that is in force."""


def _usual(day: dt.date, seed: int) -> float:
    """Return a share of the limit that is in order and differs from day to day."""
    return 0.42 + 0.04 * ((day.toordinal() * 7 + seed * 3) % 11)


class _Readings:
    """Daily means while they are being written; a series is firm, outlet, pollutant."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.rows: list[Row] = [
            [
                "统一社会信用代码",
                "排放口",
                "日期",
                "污染物",
                "日均值(mg/L)",
                "标准限值(mg/L)",
                "数据标记",
            ]
        ]
        self.series: set[tuple[str | None, str, str]] = set()

    def series_of(
        self,
        number: int,
        pollutant: str,
        share: Callable[[dt.date], float | None],
        *,
        flag: Callable[[dt.date], str] = lambda _: "",
        start: dt.date = _START,
    ) -> list[object]:
        """Write one value a day, the share of the limit; return the series' key."""
        code, outlet, limit = uscc(number), "DW001", _LIMITS[pollutant]
        day = start
        while day <= _END:
            part = share(day)
            value = None if part is None else round(part * limit, 3)
            self.rows.append(
                [code, outlet, day.isoformat(), pollutant, value, limit, flag(day)]
            )
            day += dt.timedelta(days=1)
        self.series.add((code, outlet, pollutant))
        return [code, outlet, pollutant]

    def judge(self, state: str, key: list[object], why: str) -> None:
        """Note a candidate."""
        self.district.plant(EXCESS, state, key, why)


def _over(
    months: tuple[int, ...], days: int, high: float, seed: int
) -> Callable[[dt.date], float | None]:
    """Return shares that exceed on the first days of some months."""

    def share(day: dt.date) -> float:
        return (
            high + 0.01 * (day.day % 3)
            if day.month in months and day.day <= days
            else _usual(day, seed)
        )

    return share


def build_monitoring(district: District) -> None:
    """Add a season of daily means of twenty-five firms."""
    book = _Readings(district)
    _everyday(book)
    _months_over(book)
    _heavy_months(book)
    _dealt_with(book)
    _doubtful(book)
    district.add("monitor_daily", TextFile(_FILE, book.rows, "gbk"))
    district.settle(EXCESS, len(book.series))


def _everyday(book: _Readings) -> None:
    for number in range(2301, 2305):
        for pollutant in (_COD, _AMMONIA):
            book.series_of(number, pollutant, lambda day, n=number: _usual(day, n))


def _months_over(book: _Readings) -> None:
    key = book.series_of(2305, _COD, _over((4, 5, 6, 7, 8), 6, 1.31, 5))
    book.judge("hit", key, "连续五个月超标，未见处罚")
    key = book.series_of(2306, _AMMONIA, _over((3, 4, 6, 8), 1, 1.01, 6))
    book.judge("hit", key, "六个月内恰有四个月各超标一日")
    book.series_of(2307, _AMMONIA, _over((4, 6, 8), 5, 1.2, 7))  # clear: three months

    def at_limit(day: dt.date) -> float | None:
        return 1.0 if day.month == 8 and day.day == 1 else spread(day)

    spread = _over((4, 5, 6), 2, 1.2, 8)
    book.series_of(2308, _COD, at_limit)  # clear: the fourth is exactly at the limit
    start = dt.date(2026, 1, 1)
    apart = _over((1, 2, 7, 8), 3, 1.2, 9)
    book.series_of(2309, _COD, apart, start=start)  # clear: not within six months

    def acid(day: dt.date) -> float | None:
        return 1.05 if 4 <= day.month <= 7 and day.day <= 5 else 0.8 + day.day / 300

    key = book.series_of(2310, _ACID, acid)
    book.judge("dropped", key, "酸碱度不是上限指标")

    def stuck(day: dt.date) -> float | None:
        return 1.08 if day.month >= 5 and day.day <= 9 else _usual(day, 11)

    key = book.series_of(2311, _COD, stuck)
    book.judge("review", key, "超标日的数值九日完全相同")

    def six_days(day: dt.date) -> float | None:
        return 1.08 if day.month >= 5 and day.day <= 6 else _usual(day, 12)

    key = book.series_of(2312, _COD, six_days)
    book.judge("hit", key, "数值相同只有六日")


def _heavy_months(book: _Readings) -> None:
    cases = (
        (2313, _AMMONIA, 1.43, "hit", "两个月月均值超过限值的一点四倍"),
        (2314, _AMMONIA, 1.35, "", "两个月月均值不到一点四倍"),
        (2315, _CHROME, 1.24, "hit", "有毒污染物两个月月均值超过一点二倍"),
        (2316, _CHROME, 1.14, "", "有毒污染物两个月月均值不到一点二倍"),
    )
    for number, pollutant, high, state, why in cases:
        key = book.series_of(number, pollutant, _over((6, 7), 31, high, number))
        if state:
            book.judge(state, key, why)


def _dealt_with(book: _Readings) -> None:
    over = _over((3, 4, 5, 6), 5, 1.25, 17)
    book.series_of(2317, _COD, over)  # clear: penalised after the last excess
    key = book.series_of(2318, _COD, _over((3, 4, 5, 6, 7, 8), 5, 1.25, 18))
    book.judge("hit", key, "二月受罚之后又连续超标")
    key = book.series_of(2319, _COD, over)
    book.judge("hit", key, "只有与超标无关的处罚")
    key = book.series_of(2320, _COD, over)
    book.judge("review", key, "同名而没有代码的处罚涉及超标")
    key = book.series_of(2321, _COD, over)
    book.judge("unknown", key, "超标处罚的日期年份只有两位，先后不明")

    def flag(day: dt.date) -> str:
        return "设备校准" if day.month <= 6 and day.day <= 5 else ""

    book.series_of(2322, _COD, over, flag=flag)  # clear: the monitor was calibrated


def _doubtful(book: _Readings) -> None:
    def gaps(day: dt.date) -> float | None:
        return None if day.month >= 5 and day.day == 11 else _usual(day, 23)

    key = book.series_of(2323, _COD, gaps)
    book.judge("unknown", key, "四个月各有一日没有数值")

    def one_gap(day: dt.date) -> float | None:
        return None if day.month == 8 and day.day == 11 else _usual(day, 24)

    book.series_of(2324, _AMMONIA, one_gap)  # clear: one month cannot make two
    book.rows[-1][4] = "超量程"
    book.district.mark(_FILE, len(book.rows), "type", "日均值写的是文字", "value_mg_l")
    book.rows.append([None, "DW001", "2026-08-31", _COD, 97.5, 80.0, ""])
    why = "日均值没有单位代码"
    book.district.mark(_FILE, len(book.rows), "key_missing", why)
    book.rows.append(list(book.rows[7]))
    book.district.mark(_FILE, len(book.rows), "duplicate", "同一日均值导出两次")
    book.series_of(2325, _COD, lambda day: -0.1 if day.day == 2 else _usual(day, 25))
