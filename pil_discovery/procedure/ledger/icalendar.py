"""Periods as a calendar file (RFC 5545): the same periods give the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from pil_discovery.types import Due

_FOLD = 75


def calendar_of(
    dues: Iterable[Due], titles: Mapping[str, str], *, as_of: dt.date
) -> str:
    """Return an all-day event for every period that is still to be kept.

    Parameters
    ----------
    titles
        Case → its title.
    as_of
        The day the calendar tells of; also its time stamp.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//pil_discovery//case//ZH"]
    for due in dues:
        if due.done is not True:
            lines += _event(due, titles.get(due.case, ""), as_of)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(due: Due, title: str, as_of: dt.date) -> list[str]:
    import datetime as dt

    marks = "（暂定）" if due.provisional else ""
    summary = f"{due.title_zh}{marks} {title}".strip()
    return [
        "BEGIN:VEVENT",
        f"UID:{due.case}-{due.clock}@pil",
        f"DTSTAMP:{as_of:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{due.date:%Y%m%d}",
        f"DTEND;VALUE=DATE:{due.date + dt.timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(summary)}",
        f"DESCRIPTION:{_text('；'.join((f'案件 {due.case}', *due.reckoning)))}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(summary)}",
        "TRIGGER:-P3D",
        "END:VALARM",
        "END:VEVENT",
    ]


def _text(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> list[str]:
    """Break a line at 75 octets; what follows begins with a blank."""
    parts, part, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _FOLD:
            parts.append(part)
            part, size = " ", 1
        part += character
        size += octets
    return [*parts, part]
