"""Entries of a ledger → cases with their states."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pil_discovery.errors import ArgumentError, Problem, near_names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.procedure.ledger.rulebook import Rulebook
    from pil_discovery.types import CaseEvent, Entry, LeadSnapshot

    Fields = Mapping[str, tuple[str, ...]]

OPEN = "open"
RECEIVE = "package.receive"
"""Written by an import: who sent the package, and its hash."""
SEND, CONFIRM = "package.send", "package.confirm"
"""Told by the sender: to whom a package went, and that its receipt came back."""
FIRST = "lead"
_PREVIOUS = "previous"


@dataclass(frozen=True)
class Case:
    """A case: its entries in order, and the state after each of them."""

    entries: tuple[Entry, ...]
    states: tuple[str, ...] = field(default=())

    @property
    def opened(self) -> Entry:
        """The entry that opened the case."""
        return self.entries[0]

    @property
    def id(self) -> str:
        """The name of the case in every ledger."""
        return self.opened.case

    @property
    def state(self) -> str:
        """The state now."""
        return self.states[-1]

    @property
    def latest(self) -> dt.date:
        """The latest date of all entries."""
        return max(entry.on for entry in self.entries)

    @property
    def track(self) -> str:
        """`admin` or `civil`."""
        return self.told("track")

    @property
    def matter(self) -> str:
        """The topic of law."""
        return self.told("matter")

    @property
    def agency(self) -> str:
        """The agency that must act; empty in a civil case without one."""
        return self.told("agency")

    @property
    def party(self) -> str:
        """The other party of a civil case."""
        return self.told("party")

    @property
    def title(self) -> str:
        """The title."""
        return self.told("title")

    @property
    def fact_date(self) -> dt.date:
        """The date of the fact."""
        import datetime as dt

        return dt.date.fromisoformat(self.told("fact_date"))

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags."""
        return self.opened.fields.get("tag", ())

    @property
    def lead(self) -> LeadSnapshot | None:
        """The lead that the case was opened with."""
        return self.opened.lead

    def told(self, key: str) -> str:
        """Return a value that the case was opened with; empty where none was given."""
        return next(iter(self.opened.fields.get(key, ())), "")

    def of(self, *events: str) -> list[Entry]:
        """Return the entries of some events, in order."""
        return [entry for entry in self.entries if entry.event in events]

    def until(self, day: dt.date) -> Case:
        """Return the case as it stood at the end of a day (at least its opening)."""
        pairs = zip(self.entries, self.states, strict=True)
        kept = [(e, s) for e, s in pairs if e.on <= day or e is self.opened]
        return Case(tuple(e for e, _ in kept), tuple(s for _, s in kept))


def cases_of(entries: Iterable[Entry], book: Rulebook) -> dict[str, Case]:
    """Return the cases of a ledger by name, in the order in which they were opened."""
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(entry.case, []).append(entry)
    return {name: _case(found, book) for name, found in grouped.items()}


def _case(entries: Sequence[Entry], book: Rulebook) -> Case:
    states = [FIRST]
    for entry in entries[1:]:
        event = book.on(entry.on).event(entry.event)
        track = next(iter(entries[0].fields.get("track", ())), "")
        states.append(state_after(event, entry.fields, states, track=track))
    return Case(tuple(entries), tuple(states))


def state_after(
    event: CaseEvent | None, fields: Fields, states: Sequence[str], *, track: str
) -> str:
    """Return the state after an event; `states` are those so far, the present last."""
    now = states[-1]
    for after in event.after if event is not None else ():
        fits = (
            (not after.tracks or track in after.tracks)
            and (not after.in_ or now in after.in_)
            and holds(fields, after.having)
        )
        if fits:
            return _before(states) if after.state == _PREVIOUS else after.state
    return now


def _before(states: Sequence[str]) -> str:
    """Return the state before the present one was entered."""
    return next((s for s in reversed(states) if s != states[-1]), states[-1])


def holds(fields: Fields, having: Mapping[str, Sequence[str]]) -> bool:
    """Whether a record has, of each field named, one of the values named."""
    return all(set(fields.get(k, ())) & set(values) for k, values in having.items())


def find_case(cases: Mapping[str, Case], wanted: str) -> Case:
    """Return the case with this name, or the only one whose name begins so.

    Raises
    ------
    ArgumentError
        If none or several do.
    """
    fit = [name for name in cases if name.startswith(wanted)] if wanted else []
    if wanted in cases:
        fit = [wanted]
    if len(fit) == 1:
        return cases[fit[0]]
    what = f"账本里没有案件「{wanted}」" if not fit else f"「{wanted}」对应几件案件"
    raise ArgumentError(
        Problem("", "", what, near_names(wanted, cases) or "用 pil case status 查看")
    )
