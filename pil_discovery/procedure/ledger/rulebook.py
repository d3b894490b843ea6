"""The law and the rules of recording that a ledger is kept by, each with its dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.errors import LawError, Problem
from pil_discovery.procedure.bases import GAP, in_force, is_binding
from pil_discovery.procedure.citations import citation_zh
from pil_discovery.procedure.courses import regime_on
from pil_discovery.procedure.deadlines import due

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.types import (
        CalendarYear,
        CaseRules,
        Clock,
        Deadline,
        Fact,
        Regime,
    )


@dataclass(frozen=True)
class Rulebook:
    """Facts, topics, clocks and rules of recording by regime."""

    facts: Mapping[str, Fact]
    topics: Mapping[str, Sequence[str]]
    regimes: Mapping[str, Regime]
    clocks: Mapping[str, Mapping[str, Clock]]
    rules: Mapping[str, CaseRules]
    calendar: tuple[CalendarYear, ...] = ()

    def regime(self, day: dt.date) -> str:
        """Return the procedural rules of a day; LawError where none are loaded."""
        name = regime_on(self.regimes, day)
        if name is None or self._told(name) is None:
            raise LawError(Problem("", "", f"办案规则：{day} {GAP}", "请核对日期"))
        return name

    def on(self, day: dt.date) -> CaseRules:
        """Return the rules of recording of a day.

        A regime that brings none keeps those of the regime that it extends.
        """
        return self.rules[str(self._told(self.regime(day)))]

    def _told(self, name: str | None) -> str | None:
        """Return the regime whose rules of recording hold in a regime."""
        while name is not None and name not in self.rules:
            name = self.regimes[name].extends
        return name

    def due(
        self,
        clock: str | Clock,
        start: dt.date,
        *,
        on: dt.date,
        suspensions: Iterable[tuple[dt.date, dt.date]] = (),
        extensions: Iterable[Mapping[str, object]] = (),
    ) -> Deadline:
        """Reckon a period by the rules of the day `on`."""
        regime = self.regime(on)
        clocks = self.clocks
        name = clock if isinstance(clock, str) else clock.id
        if not isinstance(clock, str):
            clocks = {regime: {name: clock}}
        return due(
            clocks,
            name,
            start,
            regime=regime,
            suspensions=suspensions,
            extensions=extensions,
            calendar=self.calendar,
        )

    def clock(self, name: str, on: dt.date) -> Clock:
        """Return a clock by the rules of a day."""
        return self.clocks[self.regime(on)][name]

    def cite(self, ids: Iterable[str]) -> str:
        """Return the citations of rules with their ids, as a refusal ends with."""
        known = [self.facts[i] for i in dict.fromkeys(ids) if i in self.facts]
        told = [f"{citation_zh(fact)} {fact.id}" for fact in known]
        return f"（{'；'.join(told)}）" if told else ""

    def mandate(
        self, track: str, matter: str, tags: Iterable[str], *, day: dt.date
    ) -> tuple[str, ...]:
        """Return the rules that let a procuratorate sue over a topic on a day.

        Empty for exploratory fields and before a statute came into force.
        """
        ids = [i for t in self._topics(track, matter, tags) for i in self.topics[t]]
        rows = (self.facts[i] for i in dict.fromkeys(ids))
        return tuple(f.id for f in rows if is_binding(f) and in_force(f, day, day))

    def _topics(self, track: str, matter: str, tags: Iterable[str]) -> list[str]:
        for rules in self.rules.values():
            row = next((r for r in rules.mandates if matter.startswith(r.matter)), None)
            if row is None:
                continue
            named = row.admin if track == "admin" else row.civil
            if set(tags) & set(rules.exploratory):
                named = tuple(t for t in named if t == _SELF)
            return [matter if t == _SELF else t for t in named]
        return []


_SELF = "self"
