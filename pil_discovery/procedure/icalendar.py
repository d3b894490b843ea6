"""Deadlines as an iCalendar file that every office calendar reads (RFC 5545)."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pil_discovery.types import Deadline, Due

_LINE_OCTETS = 75
_DAY = dt.timedelta(days=1)
_REMIND_DAYS = 3
_NEWLINE = "\n"
_CONTROLS = {"Cc", "Cs"}


@dataclass(frozen=True)
class Appointment:
    """A deadline of a case, as it enters the calendar.

    Attributes
    ----------
    case
        Number of the case in the ledger.
    deadline
        The reckoned day.
    title
        What the case is called in the calendar; without it, its number.
    note
        A sentence to put before the reckoning; may be empty.
    mark
        What tells the period from another one of the same clock in the case; by
        default its first day. Where a case has one period of each clock, an empty mark
        lets the event stay the same when the period begins anew.
    """

    case: str
    deadline: Deadline | Due
    title: str = ""
    note: str = ""
    mark: str | None = None


def to_icalendar(appointments: Iterable[Appointment], *, as_of: dt.date) -> str:
    """Return an iCalendar text with one all-day event per deadline.

    The same deadlines give the same text: the stamp is `as_of`, not the clock. An
    event keeps its UID when its day moves (another suspension, another extension), so
    a calendar that reads a later file replaces it. Provisional days are TENTATIVE.

    Parameters
    ----------
    appointments
        Open deadlines; the caller leaves out what is done.
    as_of
        The day on which the deadlines were reckoned.

    Returns
    -------
    str
        Lines end in CRLF and hold at most 75 octets of UTF-8 (RFC 5545 3.1); write it
        with `newline=""`.
    """
    ordered = sorted(
        appointments, key=lambda a: (a.deadline.date, a.case, a.deadline.clock)
    )
    events = [line for one in ordered for line in _event(one, as_of)]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//pil_discovery//deadlines//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        *events,
        "END:VCALENDAR",
    ]
    return "".join(part + "\r\n" for line in lines for part in _folded(line))


def _event(appointment: Appointment, as_of: dt.date) -> list[str]:
    deadline = appointment.deadline
    provisional = "（暂定）" if deadline.provisional else ""
    case = appointment.title or appointment.case
    summary = f"{deadline.title_zh or deadline.clock}{provisional} {case}"
    told = [
        f"案件 {appointment.case}",
        appointment.note,
        *deadline.reckoning,
        f"依据：{'、'.join(deadline.basis)}",
        "期限由程序推算，待核查",
    ]
    return [
        "BEGIN:VEVENT",
        f"UID:{_uid(appointment)}",
        f"DTSTAMP:{as_of:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{deadline.date:%Y%m%d}",
        f"DTEND;VALUE=DATE:{deadline.date + _DAY:%Y%m%d}",
        f"SUMMARY:{_escaped(summary)}",
        f"DESCRIPTION:{_escaped(_NEWLINE.join(t for t in told if t))}",
        f"STATUS:{'TENTATIVE' if deadline.provisional else 'CONFIRMED'}",
        "CLASS:CONFIDENTIAL",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(summary)}",
        f"TRIGGER:-P{_REMIND_DAYS}D",
        "END:VALARM",
        "END:VEVENT",
    ]


def _uid(appointment: Appointment) -> str:
    deadline = appointment.deadline
    mark = appointment.mark
    if mark is None:
        mark = deadline.start.isoformat()
    key = "\x1f".join((appointment.case, deadline.clock, mark))
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@pil-discovery"


def _escaped(text: str) -> str:
    """Escape a TEXT value (RFC 5545 3.3.11); other control characters are dropped."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    kept = kept.replace("\n", "\\n")
    return "".join(c for c in kept if unicodedata.category(c) not in _CONTROLS)


def _folded(line: str) -> Iterator[str]:
    """Cut a line into parts of 75 octets at most, never inside a character."""
    part, octets = "", 0
    for char in line:
        size = len(char.encode())
        if octets + size > _LINE_OCTETS:
            yield part
            part, octets = " ", 1
        part += char
        octets += size
    yield part
