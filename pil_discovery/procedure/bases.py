"""Rules of law by the date of the fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pil_discovery.errors import LawError, Problem, near_names
from pil_discovery.procedure.citations import citation_zh
from pil_discovery.procedure.deadlines import as_day
from pil_discovery.types import Basis

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.types import Fact

    Day = dt.date | str
    Facts = Mapping[str, Fact]
    Topics = Mapping[str, Sequence[str]]

Role = Literal["applies", "if_milder", "transition", "gap"]

GAP = "没有载入该日期的版本"
PENALTY = ".penalty"
TRANSITION = "penalty.transition"


@dataclass(frozen=True)
class _Question:
    """What was asked: a topic, or fact ids together."""

    name: str
    ids: tuple[str, ...]

    @property
    def is_penalty(self) -> bool:
        return self.name.endswith(PENALTY)


def resolve_basis(
    names: str | Sequence[str],
    on: Day | tuple[Day, Day],
    *,
    facts: Facts,
    topics: Topics,
    decided_on: Day | None = None,
) -> list[Basis]:
    """Return the rules in force on the date of a fact.

    Parameters
    ----------
    names
        A topic, a fact id, or a list of them.
    on
        Date of the fact, or first and last day of a continuing state, both inclusive:
        every row in force on any of its days answers, old and new law together.
    facts, topics
        The law and its topics.
    decided_on
        Date of a penalty decision; only topics that end in `.penalty` use it. If the
        law of the fact was replaced by then, the new sanction follows with role
        `if_milder`, and the transition rule with role `transition`.

    Returns
    -------
    list of Basis
        In the order of the topic. A topic without a row on that date gives one Basis of
        role `gap`; so do fact ids of which none is in force.

    Raises
    ------
    LawError
        Unknown names (near ones are named), a reversed interval, a date that is none.
    """
    first, last = as_span(on)
    decided = None if decided_on is None else as_day(decided_on)
    found: dict[tuple[str, str], Basis] = {}
    for question in _questions(names, facts, topics):
        answers = _answer(question, (first, last), facts)
        if decided is not None and question.is_penalty:
            transition = topics.get(TRANSITION, ())
            answers += _milder(
                question, (first, last), facts, decided=(decided, transition)
            )
        for basis in answers or [_gap(question, (first, last))]:
            found.setdefault((basis.id, basis.role), basis)
    return list(found.values())


def as_span(on: Day | tuple[Day, Day]) -> tuple[dt.date, dt.date]:
    """Return a day or an interval as (first, last); LawError when reversed."""
    if not isinstance(on, tuple | list):
        return as_day(on), as_day(on)
    days = list(on)
    if len(days) != 2:
        what = f"期间应当写（首日，末日）两项，这里有 {len(days)} 项"
        raise LawError(Problem("", "", what, "请核对"))
    first, last = map(as_day, days)
    if last < first:
        raise LawError(Problem("", "", f"首日 {first} 晚于末日 {last}", "请核对"))
    return first, last


def in_force(fact: Fact, first: dt.date, last: dt.date) -> bool:
    """Whether a rule is in force on any day of an interval, both ends inclusive."""
    return fact.effective_from <= last and (
        fact.effective_to is None or first <= fact.effective_to
    )


def is_binding(fact: Fact) -> bool:
    """Whether a rule may carry a duty or a mandate.

    Drafts, the local decision behind the features, and texts that nobody has checked
    are reference only.
    """
    return (
        fact.verified != "secondary"
        and fact.topic != "draft_law"
        and not fact.topic.startswith("seed.")
    )


def to_basis(fact: Fact, role: Role = "applies") -> Basis:
    """Return a rule as a Basis, with its citation."""
    return Basis(
        id=fact.id,
        law=fact.law,
        article="" if fact.article is None else str(fact.article),
        paragraph=None if fact.paragraph is None else str(fact.paragraph),
        item=fact.item,
        effective_from=fact.effective_from,
        effective_to=fact.effective_to,
        kind="binding" if is_binding(fact) else "reference",
        role=role,
        verified=fact.verified,
        summary_zh=fact.summary_zh,
        note=_note(fact),
        citation_zh=citation_zh(fact),
        successor_zh=fact.successor_zh,
    )


def law_versions(facts: Facts, name: str) -> list[Fact]:
    """Return the rows of the same article of the same law, oldest first.

    Raises
    ------
    LawError
        If no fact has that id; near ids are named.
    """
    fact = facts.get(name)
    if fact is None:
        raise LawError(_unknown(name, facts))
    same = [
        f
        for f in facts.values()
        if f.law_key == fact.law_key and f.article == fact.article
    ]
    return sorted(same, key=lambda f: (f.effective_from, f.id))


def show(facts: Facts, name: str) -> list[Basis]:
    """Return a fact as a Basis, then the other rows of its article."""
    versions = law_versions(facts, name)
    versions.sort(key=lambda fact: fact.id != name)
    return [to_basis(fact) for fact in versions]


def _note(fact: Fact) -> str:
    """Add to the note that the first day of validity was not seen anywhere.

    A note that only points to the successor is left to `successor_zh`.
    """
    note = "" if fact.successor_zh and (fact.note or "").startswith("->") else fact.note
    unseen = fact.effective_from_basis == "memory"
    doubt = "生效日期未经核实，边界决定案件时须先核对" if unseen else ""
    return "；".join(part for part in (note or "", doubt) if part)


def _questions(
    names: str | Sequence[str], facts: Facts, topics: Topics
) -> list[_Question]:
    asked = [names] if isinstance(names, str) else list(names)
    known = [*topics, *facts]
    wrong = [n for n in asked if n not in topics and n not in facts]
    if wrong:
        raise LawError([_unknown(n, known) for n in wrong])
    found = [_Question(n, tuple(topics[n])) for n in asked if n in topics]
    ids = tuple(n for n in asked if n not in topics)
    if ids:
        found.append(_Question("、".join(ids), ids))
    if not found:
        raise LawError(Problem("", "", "没有给出主题或法条编号"))
    return found


def _unknown(name: str, known: Iterable[str]) -> Problem:
    what = f"没有「{name}」这个主题或法条编号"
    return Problem("", "", what, near_names(name, known))


def _answer(
    question: _Question, span: tuple[dt.date, dt.date], facts: Facts
) -> list[Basis]:
    rows = (facts[i] for i in question.ids)
    return [to_basis(fact) for fact in rows if in_force(fact, *span)]


def _milder(
    question: _Question,
    span: tuple[dt.date, dt.date],
    facts: Facts,
    *,
    decided: tuple[dt.date, Sequence[str]],
) -> list[Basis]:
    """Add the new sanction when the law of the fact was replaced by the decision."""
    day, transition = decided
    if day < span[0]:
        raise LawError(Problem("", "", f"决定日 {day} 早于事实日 {span[0]}", "请核对"))
    rows = [facts[i] for i in question.ids]
    replaced = [f for f in rows if in_force(f, *span) and not in_force(f, day, day)]
    new = [f for f in rows if in_force(f, day, day) and not in_force(f, *span)]
    if not replaced or not new:
        return []
    rules = [facts[i] for i in transition if in_force(facts[i], day, day)]
    return [
        *(to_basis(fact, "if_milder") for fact in new),
        *(to_basis(fact, "transition") for fact in rules),
    ]


def _gap(question: _Question, span: tuple[dt.date, dt.date]) -> Basis:
    when = str(span[0]) if span[0] == span[1] else f"{span[0]} 至 {span[1]}"
    return Basis(
        id=question.name,
        law="",
        article="",
        effective_from=None,
        effective_to=None,
        kind="reference",
        role="gap",
        verified="",
        summary_zh="",
        note=f"{GAP}（{question.name}，{when}）",
    )
