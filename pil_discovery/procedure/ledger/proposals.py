"""A record that somebody wants to add to a case, with all that it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

    from pil_discovery.procedure.ledger.cases import Case
    from pil_discovery.procedure.ledger.rulebook import Rulebook
    from pil_discovery.types import CaseEvent, CaseRules

    Fields = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Proposal:
    """A record that somebody wants to add to a case; `others`: those of its ledger."""

    case: Case
    event: CaseEvent
    on: dt.date
    fields: Fields
    book: Rulebook
    has_files: bool = False
    others: Collection[Case] = ()

    @property
    def rules(self) -> CaseRules:
        """The rules of recording of that day."""
        return self.book.on(self.on)

    @property
    def marks(self) -> set[str]:
        """The kinds of cases that this one is of, beside its track."""
        tags = set(self.case.tags)
        return {
            mark.id
            for mark in self.rules.marks
            if self.case.matter in mark.matters or tags & set(mark.tags)
        }
