"""A ledger: verified before every use, added to under its guards, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.errors import (
    ArgumentError,
    GateError,
    Problem,
    near_names,
)
from pil_discovery.procedure.ledger.cases import OPEN, Case, cases_of, find_case
from pil_discovery.procedure.ledger.chain import Head, Row, body_of, linked, read_chain
from pil_discovery.procedure.ledger.contents import same_name
from pil_discovery.procedure.ledger.guards import refusals
from pil_discovery.procedure.ledger.proposals import Proposal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from pil_discovery.procedure.ledger.rulebook import Rulebook
    from pil_discovery.procedure.ledger.stores import Store
    from pil_discovery.types import CaseEvent, Entry, FileRef

    Sealer = Callable[[str, str], str]
    """(value, context) → sealed text."""


@dataclass(frozen=True)
class Draft:
    """A record before it is written: what, when, by whom."""

    event: str
    on: dt.date
    by: str
    fields: Mapping[str, tuple[str, ...]]
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """Where a ledger lies, the rules it is kept by, and who signs its heads.

    `sign` returns the signature of a head's words; without it heads are not signed.
    """

    store: Store
    book: Rulebook
    sign: Callable[[bytes], str] | None = None

    def read(self) -> list[Entry]:
        """Return all entries; LedgerError where the chain is broken."""
        return read_chain(*self.store.read())

    def cases(self) -> dict[str, Case]:
        """Return the cases by name."""
        return cases_of(self.read(), self.book)

    def head(self) -> Head:
        """Return number and hash of the last entry, with its signature if any."""
        rows, heads = self.store.read()
        read_chain(rows, heads)
        signed = {h.seq: h.signature for h in heads if h.signature}
        return Head(rows[-1].seq, rows[-1].hash, signed.get(rows[-1].seq, ""))

    def open(self, entry: Entry) -> Case:
        """Open a case.

        Raises
        ------
        GateError
            If a case of the same agency and topic still takes up new finds.
        """
        made: list[Entry] = []

        def make(rows: list[Row], heads: list[Head]) -> tuple[list[Row], Head | None]:
            entries = read_chain(rows, heads)
            self._refuse_twin(entry, cases_of(entries, self.book))
            return self._added(rows, [entry], made)

        self.store.add(make)
        return cases_of(made, self.book)[made[0].case]

    def record(self, wanted: str, draft: Draft, *, seal: Sealer | None = None) -> Case:
        """Record an event of a case and return the case after it.

        Parameters
        ----------
        wanted
            The name of the case, or its beginning.
        seal
            Seals the fields that the event does not store readable.

        Raises
        ------
        GateError
            With everything that the record lacks.
        ArgumentError
            If there is no such case or event.
        """
        made: list[Entry] = []
        before: list[Case] = []

        def make(rows: list[Row], heads: list[Head]) -> tuple[list[Row], Head | None]:
            cases = cases_of(read_chain(rows, heads), self.book)
            case = find_case(cases, wanted)
            before.append(case)
            entry = self._entry(case, draft, seal, others=cases.values())
            return self._added(rows, [entry], made)

        self.store.add(make)
        entries = (*before[0].entries, *made)
        return cases_of(entries, self.book)[before[0].id]

    def receive(
        self, choose: Callable[[Mapping[str, Case]], Sequence[Entry]]
    ) -> list[Entry]:
        """Add the entries of a package that are not there yet.

        `choose` gets the cases that are there and returns what to add, or raises.
        """
        made: list[Entry] = []

        def make(rows: list[Row], heads: list[Head]) -> tuple[list[Row], Head | None]:
            cases = cases_of(read_chain(rows, heads), self.book)
            return self._added(rows, choose(cases), made)

        self.store.add(make)
        return made

    def event(self, name: str, on: dt.date) -> CaseEvent:
        """Return an event that may be recorded; ArgumentError names near ones."""
        rules = self.book.on(on)
        event = rules.event(name)
        if event is None or name == OPEN:
            near = near_names(name, (e.id for e in rules.events))
            raise ArgumentError(Problem("", "", f"没有「{name}」这个事件", near))
        return event

    def _entry(
        self,
        case: Case,
        draft: Draft,
        seal: Sealer | None,
        *,
        others: Collection[Case],
    ) -> Entry:
        from pil_discovery.types import Entry

        event = self.event(draft.event, draft.on)
        proposal = Proposal(
            case,
            event,
            draft.on,
            draft.fields,
            self.book,
            bool(draft.files),
            others=others,
        )
        if problems := refusals(proposal):
            raise GateError(problems)
        secret = {k: v for k, v in draft.fields.items() if k in event.sealed}
        open_fields = {k: v for k, v in draft.fields.items() if k not in event.sealed}
        sealed = {}
        for key, values in secret.items():
            if seal is None:
                raise GateError(
                    Problem("", key, "要密封的内容没有密钥", "请给出密钥文件")
                )
            sealed[key] = seal("\n".join(values), f"{case.id}:{key}")
        return Entry(
            seq=0,
            case=case.id,
            event=event.id,
            on=draft.on,
            by=draft.by,
            fields=open_fields,
            files=draft.files,
            sealed=sealed,
            prev="",
        )

    def _added(
        self, rows: Sequence[Row], entries: Iterable[Entry], made: list[Entry]
    ) -> tuple[list[Row], Head | None]:
        before = rows[-1] if rows else None
        new: list[Row] = []
        for entry in entries:
            placed = linked(entry, before)
            before = Row(placed.seq, body_of(placed), placed.hash)
            new.append(before)
            made.append(placed)
        if before is None or not new:
            return [], None
        words = head_words(before.seq, before.hash)
        signature = self.sign(words) if self.sign is not None else ""
        return new, Head(before.seq, before.hash, signature)

    def _refuse_twin(self, entry: Entry, cases: Mapping[str, Case]) -> None:
        """Refuse a second case where new finds belong to one that is there."""
        rule = self.book.on(entry.on).merge
        new = Case((entry,))
        if new.track not in rule.tracks:
            return
        twins = [
            case
            for case in cases.values()
            if case.track == new.track
            and case.state in rule.states
            and case.matter == new.matter
            and same_name(case.agency, new.agency)
        ]
        if twins:
            names = "、".join(f"{case.id}「{case.title}」" for case in twins)
            what = f"{rule.zh}：已有 {names}{self.book.cite(rule.basis)}"
            raise GateError(Problem("", "", what, "请在该案中记录新的发现"))


def head_words(seq: int, told: str) -> bytes:
    """Return what the signature of a head covers."""
    return f"pil-ledger-head:{seq}:{told}".encode()
