"""`models/procedure/regime_*/events.yaml` → the rules of recording a case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from pil_discovery.catalog.files import models_folder, once, read_all
from pil_discovery.catalog.nouns import to_noun
from pil_discovery.errors import CatalogError, Problem, near_names
from pil_discovery.types import CaseRules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from pil_discovery.catalog.nouns import Document
    from pil_discovery.types import CaseEvent, Guard

    Loc = tuple[int | str, ...]
    Named = tuple[Loc, str]

P = TypeVar("P")

_REGIME = "regime_"
_SELF = "self"
_PREVIOUS = "previous"
_OPEN = "open"


def load_case_rules(
    facts: Collection[str],
    topics: Collection[str],
    clocks: Mapping[str, Collection[str]],
    *,
    root: Path | None = None,
) -> dict[str, CaseRules]:
    """Load for each regime what may be recorded of a case, and when.

    Parameters
    ----------
    facts, topics
        Known fact ids and topics of law.
    clocks
        Regime → known clocks.

    Raises
    ------
    CatalogError
        With every mistake of every file: fields that do not fit, and names of states,
        events, clocks, topics or facts that nothing knows.
    """
    known = {regime: frozenset(names) for regime, names in clocks.items()}
    home = root or models_folder()
    key = tuple(sorted(known.items()))
    return dict(_rules(home, frozenset(facts), frozenset(topics), key))


@once
def _rules(
    root: Path,
    facts: frozenset[str],
    topics: frozenset[str],
    clocks: tuple[tuple[str, frozenset[str]], ...],
) -> dict[str, CaseRules]:
    files = sorted((root / "procedure").glob(f"{_REGIME}*/events.yaml"))
    documents, problems = read_all(root, files)
    known = dict(clocks)
    found: dict[str, CaseRules] = {}
    for document, file in zip(documents, files, strict=False):
        regime = file.parent.name.removeprefix(_REGIME)
        try:
            rules = to_noun(CaseRules, document)
        except CatalogError as error:
            problems.extend(error.problems)
            continue
        names = _Names(facts, topics, known.get(regime, frozenset()), rules)
        problems.extend(names.mistakes(document))
        found[regime] = rules
    if problems:
        raise CatalogError(problems)
    return found


class _Names:
    """What a file of events may name, and what it names."""

    def __init__(
        self,
        facts: frozenset[str],
        topics: frozenset[str],
        clocks: frozenset[str],
        rules: CaseRules,
    ) -> None:
        self._rules = rules
        self._known = {
            "法条": facts,
            "主题": topics | {_SELF},
            "期限": clocks,
            "状态": frozenset(s.id for s in rules.states),
            "事件": frozenset(e.id for e in rules.events),
        }

    def mistakes(self, document: Document) -> list[Problem]:
        """Return every name that nothing knows, and every id that stands twice."""
        found = [
            document.problem(at, f"没有{what}「{name}」", near_names(name, known))
            for what, named in self._named()
            for at, name in named
            if name not in (known := self._known[what])
        ]
        if not self._rules.ground.indices:
            found.append(document.problem(("ground", "indices"), "不能为空"))
        if not _is_pattern(
            self._rules.numbering.pattern, self._rules.numbering.example
        ):
            what = "不是能认出 office、year、serial 的写法，或者例子不合写法"
            found.append(document.problem(("numbering", "pattern"), what))
        ids = [e.id for e in self._rules.events]
        twice = dict.fromkeys(i for i in ids if ids.count(i) > 1)
        found += [document.problem((), f"事件「{i}」重复") for i in twice]
        if _OPEN not in ids:
            found.append(document.problem(("events",), f"没有事件「{_OPEN}」"))
        return found

    def _named(self) -> Iterator[tuple[str, Iterable[Named]]]:
        rules = self._rules
        yield "法条", _placed(("merge", "basis"), rules.merge.basis)
        yield "法条", _placed(("private_duty", "basis"), rules.private_duty.basis)
        yield "法条", ((("indicators", i), r.id) for i, r in _each(rules.indicators))
        yield "状态", _placed(("merge", "states"), rules.merge.states)
        yield "法条", _placed(("report_basis",), rules.report_basis)
        yield "事件", ((("told", i), t.event) for i, t in _each(rules.told))
        for i, rung in _each(rules.tools):
            yield "法条", _placed(("tools", i, "basis"), rung.basis)
        for i, rung in _each(rules.ladder):
            for n, guard in _each(rung.wants):
                yield from _of_guard(("ladder", i, "wants", n), guard)
            yield "法条", _placed(("ladder", i, "basis"), rung.basis)
        followup = rules.followup
        read = [rules.done, followup.reply, followup.check, *followup.plans]
        read += [r.told for r in rules.indicators if r.told is not None]
        yield "事件", ((("followup",), f.event) for f in read)
        yield "事件", _placed(("ladder_event",), (rules.ladder_event,))
        yield "事件", ((("counts", i), c.event) for i, c in _each(rules.counts))
        yield "期限", _placed(("followup", "clocks"), followup.clocks)
        for i, mandate in _each(rules.mandates):
            named = (*mandate.admin, *mandate.civil)
            yield "主题", ((("mandates", i), n) for n in named)
        for i, event in _each(rules.events):
            yield from self._of_event(("events", i), event)
        yield from self._of_registers()
        for i, clock in _each(rules.clocks):
            at: Loc = ("clocks", i)
            named = tuple(n for n in (clock.clock, clock.start_clock) if n)
            yield "期限", ((at, n) for n in named)
            conditions = (clock.given, clock.unless, clock.start_field, *clock.done_by)
            events = [clock.from_, *clock.until, clock.restart, clock.extended]
            events += [c.event for c in conditions if c is not None]
            events += [n for pair in clock.suspended for n in pair]
            yield "事件", ((at, n) for n in events if n)

    def _of_registers(self) -> Iterator[tuple[str, Iterable[Named]]]:
        yield "法条", _placed(("numbering", "basis"), self._rules.numbering.basis)
        for i, register in _each(self._rules.registers):
            named = (register.opens, *register.follows)
            yield "事件", _placed(("registers", i), named)
            if register.adds is not None:
                yield "法条", _placed(("registers", i, "adds"), register.adds.basis)

    def _of_event(
        self, at: Loc, event: CaseEvent
    ) -> Iterator[tuple[str, Iterable[Named]]]:
        yield "法条", _placed((*at, "basis"), event.basis)
        yield "状态", _placed((*at, "from"), event.from_)
        states = [s for a in event.after for s in (a.state, *a.in_)]
        yield "状态", (((*at, "after"), s) for s in states if s != _PREVIOUS)
        for i, field in _each(event.fields):
            yield "法条", _placed((*at, "fields", i, "basis"), field.basis)
        for part in ("guards", "checks"):
            for i, guard in _each(getattr(event, part)):
                yield from _of_guard((*at, part, i), guard)


def _of_guard(at: Loc, guard: Guard) -> Iterator[tuple[str, Iterable[Named]]]:
    yield "法条", _placed((*at, "basis"), guard.basis)
    yield "期限", _placed((*at, "clocks"), guard.clocks)
    since = (guard.since,) if guard.since else ()
    yield "事件", _placed((*at, "events"), (*guard.events, *since))
    for i, part in _each(guard.any):
        yield from _of_guard((*at, "any", i), part)


def _is_pattern(pattern: str, example: str) -> bool:
    try:
        found = re.fullmatch(pattern, example)
    except re.error:
        return False
    return (
        found is not None and {"office", "year", "serial"} <= found.groupdict().keys()
    )


def _placed(at: Loc, names: Iterable[str]) -> Iterable[Named]:
    return ((at, name) for name in names)


def _each(parts: Iterable[P]) -> Iterable[tuple[int, P]]:
    return enumerate(parts)
