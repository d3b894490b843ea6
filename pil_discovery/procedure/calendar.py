"""Which days are rest days, and whether an official notice says so."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import chinese_calendar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pil_discovery.types import CalendarYear

DAY = dt.timedelta(days=1)
_SATURDAY = 5


class RestDays:
    """Rest days by the yearly notices, and by rule where a notice is missing.

    Weekends are rest days unless a notice makes them working days. An official table
    given here wins; then the notices of 2004 to 2026 that `chinese_calendar` carries;
    then tables without a notice, and weekends alone.

    Attributes
    ----------
    unofficial
        Days that were asked for and lie in a year without an official notice.
    """

    def __init__(self, years: Iterable[CalendarYear] = ()) -> None:
        self._years = {year.year: year for year in years}
        self.unofficial: list[dt.date] = []

    def is_rest(self, day: dt.date) -> bool:
        """Look a day up; a day without an official notice is remembered."""
        table = self._years.get(day.year)
        if table is None or not table.official:
            try:
                return bool(chinese_calendar.is_holiday(day))
            except NotImplementedError:
                self.unofficial.append(day)
        if table is None:
            return day.weekday() >= _SATURDAY
        if day in table.work:
            return False
        return day in table.rest or day.weekday() >= _SATURDAY
