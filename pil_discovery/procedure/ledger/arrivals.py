"""What comes from another office is held against the rules before it is taken.

A ledger cannot be cleaned: a record that could never have been made here must not get
into it by a package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.errors import GateError, Problem
from pil_discovery.procedure.ledger.cases import FIRST, OPEN, Case, state_after
from pil_discovery.procedure.ledger.guards import refusals
from pil_discovery.procedure.ledger.periods import read_day
from pil_discovery.procedure.ledger.proposals import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pil_discovery.procedure.ledger.rulebook import Rulebook
    from pil_discovery.types import Entry

_TRACKS = ("admin", "civil")
_REMEDY = "不收；请与发送方核对，确认无误的，请其签名后用 --cert 接收"


def demand_sound(
    known: Sequence[Entry], fresh: Sequence[Entry], book: Rulebook, *, trusted: bool
) -> None:
    """Refuse records that do not fit the case that they go on with.

    Parameters
    ----------
    known
        What is here of the case, as far as it travels.
    fresh
        What has come and is not here yet.
    trusted
        The signature of the sender was checked: what it recorded is its own
        responsibility, and only the form is looked at.

    Raises
    ------
    GateError
        With every record that could not have been made by the rules, each with them.
    """
    whole = [*known, *fresh]
    problems = [*_opening_faults(whole[:1], book)]
    if not problems:
        problems = list(_faults(whole, len(known), book, trusted=trusted))
    if problems:
        raise GateError(problems)


def _problem(number: int, what: str) -> Problem:
    return Problem("移送包", f"第{number}条", what, _REMEDY)


def _opening_faults(first: Sequence[Entry], book: Rulebook) -> list[Problem]:
    for entry in first:
        told = {key: values[0] for key, values in entry.fields.items() if values}
        day = read_day(told.get("fact_date", ""))
        faults = [
            ("开头不是登记线索", entry.event != OPEN),
            ("没有写明行政或者民事", told.get("track") not in _TRACKS),
            ("事实发生日读不出来，或者晚于登记日", day is None or day > entry.on),
            ("主题不认识", told.get("matter") not in book.topics),
            ("没有案件名称", not told.get("title", "").strip()),
        ]
        return [_problem(1, what) for what, is_wrong in faults if is_wrong]
    return []


def _faults(
    whole: Sequence[Entry], known: int, book: Rulebook, *, trusted: bool
) -> Iterator[Problem]:
    case = Case((whole[0],), (FIRST,))
    for number, entry in enumerate(whole[1:], 2):
        event = book.on(entry.on).event(entry.event)
        if number > known:
            if event is None or event.id == OPEN:
                yield _problem(number, f"没有「{entry.event}」这个事件")
                return
            if event.sealed or entry.sealed:
                yield _problem(number, "密封的内容不应当移送")
            if not trusted:
                proposal = Proposal(
                    case, event, entry.on, entry.fields, book, bool(entry.files)
                )
                for problem in refusals(proposal):
                    yield _problem(number, f"{entry.event}：{problem.what}")
        state = state_after(event, entry.fields, case.states, track=case.track)
        case = Case((*case.entries, entry), (*case.states, state))
