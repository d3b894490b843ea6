"""The dates of documents: which day each bears, and which it may not bear."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pil_discovery.bundle.case_words import latest
from pil_discovery.bundle.words import date_zh
from pil_discovery.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pil_discovery.bundle.kinds import Kind, Sheet
    from pil_discovery.bundle.requests import BundleRequest

_EARLY = "文书不能以后来的筛查为根据"


def day_of(sheet: Sheet, request: BundleRequest) -> dt.date:
    """Return the day that a document bears: as given, as recorded, or of the scan."""
    record = latest(request.case, sheet.dated)
    if request.fields.get("date") or record is None:
        return request.day
    return record.on


def date_faults(kind: Kind, request: BundleRequest) -> list[Problem]:
    """Return what is wrong with the dates of the documents of a kind.

    None may be older than the data that it tells of, and no day that it sets to
    somebody may lie before it.
    """
    return [*_too_early(kind, request), *_already_over(kind, request)]


def _too_early(kind: Kind, request: BundleRequest) -> Iterator[Problem]:
    as_of = request.as_of
    days = {s.title: day_of(s, request) for s in kind.sheets if s.sections}
    for title, day in (days or {kind.title: request.day}).items():
        if day < as_of:
            yield Problem(
                f"文书种类 {kind.kind}",
                "date",
                f"《{title}》的落款日期{date_zh(day)}早于"
                f"数据截止日期{date_zh(as_of)}，{_EARLY}",
                f"落款日期改为{date_zh(as_of)}以后；补出以前的文书，用当时的筛查结果",
            )


def _already_over(kind: Kind, request: BundleRequest) -> Iterator[Problem]:
    day = day_of(kind, request)
    for name, field in kind.fields.items():
        given = request.fields.get(name)
        if field.ahead and given and dt.date.fromisoformat(given) < day:
            yield Problem(
                f"文书种类 {kind.kind}",
                name,
                f"{field.title}{given}早于落款日期{date_zh(day)}",
                "改为落款日期以后的日期",
            )
