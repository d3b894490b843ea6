"""Ways that a lead may go, and what is missing before each may start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.errors import LawError, Problem, near_names
from pil_discovery.procedure.bases import GAP, in_force, is_binding
from pil_discovery.types import Avenue, LawField, Want

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pil_discovery.types import AvenueRule, Fact, Route, RuleBook

    Facts = Mapping[str, Fact]
    Topics = Mapping[str, Sequence[str]]
    Span = tuple[dt.date, dt.date]


def find_field(name: str, book: RuleBook, routes: Mapping[str, Route]) -> LawField:
    """Return a field of litigation, its mandates from the routes where it has none.

    Raises
    ------
    LawError
        If neither the book nor a route knows it; near names are given.
    """
    own = {field.id: field for field in book.fields}
    routed = {
        track: tuple(route.mandates[name])
        for track, route in routes.items()
        if name in route.mandates
    }
    if name in own:
        return own[name]
    if routed:
        return LawField.model_validate(
            {"id": name, "title_zh": name, "mandates": routed}
        )
    known = {*own, *(d for route in routes.values() for d in route.mandates)}
    near = near_names(name, known) or f"可用：{'、'.join(sorted(known))}"
    raise LawError(Problem("", "", f"没有领域「{name}」", near))


def open_avenues(  # noqa: PLR0913 — the case and the law that it is held against
    field: LawField,
    *,
    span: Span,
    as_of: dt.date,
    tags: Collection[str] = (),
    known: Collection[str] = (),
    rules: Iterable[AvenueRule],
    facts: Facts,
    topics: Topics,
) -> tuple[Avenue, ...]:
    """Return every way that concerns a lead, with what is missing before it may start.

    Parameters
    ----------
    field
        Field of litigation of the lead.
    span
        First and last day of the fact: a mandate must be in force on one of them.
    as_of
        Day on which the way would start: its rules must be in force.
    tags
        What is special about the case (`marine`, `criminal`, …); those of the field are
        added.
    known
        Ids of wants that are met.
    rules
        The ways of the body of rules.

    Returns
    -------
    tuple of Avenue
        In the order of the rules. A way that is shut says why in `refused`.
    """
    marks = {*tags, *field.tags}
    found: list[Avenue] = []
    for rule in rules:
        if not _concerns(rule, field, marks):
            continue
        mandate = _mandate(rule, field, span, facts=facts, topics=topics)
        found.append(
            Avenue(
                id=rule.id,
                title_zh=rule.title_zh,
                mode=rule.mode,
                basis=tuple(i for i in rule.basis if in_force(facts[i], as_of, as_of)),
                mandate=mandate,
                missing=tuple(w for w in rule.wants if w.id not in known),
                refused=_refused(rule, mandate, as_of, facts),
                redaction=rule.redaction,
                note_zh=rule.note_zh,
            )
        )
    strict = any(avenue.redaction == "strict" for avenue in found)
    if not strict:
        return tuple(found)
    return tuple(a.model_copy(update={"redaction": "strict"}) for a in found)


def missing_words(avenue: Avenue) -> list[str]:
    """Return what is missing as sentences, each with its facts."""
    wants = [avenue.refused] if avenue.refused else list(avenue.missing)
    return [f"{w.zh}（{'、'.join(w.basis)}）" if w.basis else w.zh for w in wants]


def _concerns(rule: AvenueRule, field: LawField, tags: Collection[str]) -> bool:
    return (
        set(rule.tags) <= set(tags)
        and not set(rule.but_not) & set(tags)
        and (not rule.fields or field.id in rule.fields)
        and (not rule.exploratory or field.exploratory)
        and (rule.track is None or rule.track in field.mandates)
    )


def _mandate(
    rule: AvenueRule, field: LawField, span: Span, *, facts: Facts, topics: Topics
) -> tuple[str, ...]:
    """Return the mandates in force: of the track, or of any one where none is told."""
    if rule.mandate == "any":
        return ()
    tracks = [rule.track] if rule.track else list(field.mandates)
    names = [t for track in tracks for t in field.mandates.get(track, ())]
    ids = dict.fromkeys(i for name in names for i in topics.get(name, ()))
    return tuple(i for i in ids if is_binding(facts[i]) and in_force(facts[i], *span))


def _refused(
    rule: AvenueRule, mandate: Sequence[str], as_of: dt.date, facts: Facts
) -> Want | None:
    if rule.mandate == "needed" and not mandate:
        return Want(id="mandate", zh=f"事实发生日的起诉授权：{GAP}")
    if rule.mandate == "absent" and mandate:
        zh = "事实发生日已有起诉的授权，应当走诉讼途径"
        return Want(id="mandate", zh=zh, basis=tuple(mandate))
    if rule.basis and not any(in_force(facts[i], as_of, as_of) for i in rule.basis):
        return Want(id="rules", zh=f"该途径的规则：{GAP}（{as_of}）", basis=rule.basis)
    return None
