"""The rules of recording a case: states, events, guards, periods, what is read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as _Field

from pil_discovery.types.base import Noun

Track = Literal["admin", "civil"]
Having = dict[str, tuple[str, ...]]
"""Field → values of which the record must hold one."""


class CaseState(Noun):
    """A state of a case; `over` when nothing but notes can follow."""

    id: str
    zh: str
    over: bool = False


class CaseMandate(Noun):
    """Beginning of a topic → topics that let a procuratorate sue; `self` = itself."""

    matter: str
    admin: tuple[str, ...] = ()
    civil: tuple[str, ...] = ()


class CaseMark(Noun):
    """A kind of case that wants more, known by its topic or by a tag.

    `strict`: what leaves the office is redacted strictly.
    """

    id: str
    matters: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    strict: bool = False


class MergeRule(Noun):
    """States in which a case of the same agency and topic takes up a new find."""

    tracks: tuple[Track, ...]
    states: tuple[str, ...]
    zh: str
    basis: tuple[str, ...]


class PrivateDuty(Noun):
    """Words by which a claim is seen to dictate the duties of a private party."""

    parties: tuple[str, ...]
    duties: tuple[str, ...]
    own: tuple[str, ...]
    zh: str
    basis: tuple[str, ...]


class EventField(Noun):
    """A field that a record must hold.

    `as`: `period` is a date or a number of days or months, `day` a date, `count` a
    whole number from one, `amount` a sum of money. `when` and `unless` look at other
    fields of the same record.
    """

    key: str
    zh: str
    values: tuple[str, ...] = ()
    not_: tuple[str, ...] = _Field(default=(), alias="not")
    as_: Literal["text", "period", "day", "count", "amount"] = _Field(
        default="text", alias="as"
    )
    at_least: int = 1
    optional: bool = False
    when: Having = _Field(default_factory=dict)
    unless: Having = _Field(default_factory=dict)
    tracks: tuple[Track, ...] = ()
    marks: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()


class Guard(Noun):
    """What earlier records, the record itself or the law must say before an event.

    `recorded` / `absent`: one of `events` was recorded `having` these values (`last`:
    the latest of them, `since`: after that event, `same`: with the same value of this
    field). `passed` / `missed` / `within`: one of `clocks` has run out / without being
    done / has not run out. `names_entry`: the number in `fields` is that of one of
    `events`. `period_over`: the period that a field of an
    earlier record set is over. `balanced` / `unbalanced`: as many ends as starts
    / more starts. `rung`: a step of the ladder has what it wants. The others look at
    `fields` of the record.
    """

    check: Literal[
        "recorded",
        "absent",
        "passed",
        "missed",
        "within",
        "names_entry",
        "period_over",
        "balanced",
        "unbalanced",
        "mandate",
        "no_mandate",
        "same_agency",
        "not_returned",
        "binding",
        "paired",
        "no_private_duty",
        "extension",
        "rung",
        "fee_claimed",
        "either",
    ]
    zh: str = ""
    basis: tuple[str, ...] = ()
    tracks: tuple[Track, ...] = ()
    when: Having = _Field(default_factory=dict)
    events: tuple[str, ...] = ()
    having: Having = _Field(default_factory=dict)
    last: bool = False
    since: str = ""
    same: str = ""
    clocks: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    any: tuple[Guard, ...] = ()


class After(Noun):
    """A state that an event leads to, and for which records, tracks and states."""

    state: str
    having: Having = _Field(default_factory=dict)
    tracks: tuple[Track, ...] = ()
    in_: tuple[str, ...] = _Field(default=(), alias="in")


class CaseEvent(Noun):
    """An event: when it may be recorded, what it must hold, where it leads.

    `something`: the fields are free, but there must be one field or file. `sealed`
    names fields that are never stored or shown readable. `document`: the kind of
    document that is issued, and may have an official number.
    """

    id: str
    title_zh: str
    tracks: tuple[Track, ...]
    from_: tuple[str, ...] = _Field(default=(), alias="from")
    from_zh: str = ""
    basis: tuple[str, ...] = ()
    fields: tuple[EventField, ...] = ()
    guards: tuple[Guard, ...] = ()
    checks: tuple[Guard, ...] = ()
    after: tuple[After, ...] = ()
    sealed: tuple[str, ...] = ()
    something: bool = False
    document: str = ""


class Condition(Noun):
    """A record that holds certain values."""

    event: str
    having: Having = _Field(default_factory=dict)


class FieldOf(Noun):
    """A field of the latest record of an event."""

    event: str
    field: str


class CaseClock(Noun):
    """Which event starts a period, which ends it, and what moves it."""

    clock: str
    from_: str = _Field(alias="from")
    having: Having = _Field(default_factory=dict)
    tracks: tuple[Track, ...] = ()
    given: Condition | None = None
    unless: Condition | None = None
    start_field: FieldOf | None = None
    start_clock: str = ""
    until: tuple[str, ...] = ()
    done_by: tuple[Condition, ...] = ()
    restart: str = ""
    suspended: tuple[tuple[str, str], ...] = ()
    extended: str = ""
    waits: bool = False
    unseen: bool = False


class Numbering(Noun):
    """How an official number is written, in which field, and the rule behind it.

    `pattern` names `office`, `year` and `serial`; `example` is one that fits.
    """

    field: str
    pattern: str
    example: str
    zh: str
    basis: tuple[str, ...]


class RegisterColumn(Noun):
    """A field that a register tells of each row."""

    field: str
    zh: str


class Added(Noun):
    """A claim that a row of a register brings when it holds these values."""

    having: Having
    zh: str
    basis: tuple[str, ...]


class RegisterRule(Noun):
    """A register through all cases: one row for each record of `opens`.

    `follows` are the events that follow a row up: those that name its number in the
    field `by`, or without it the next ones of the case.
    """

    id: str
    zh: str
    opens: str
    follows: tuple[str, ...] = ()
    by: str = ""
    columns: tuple[RegisterColumn, ...]
    adds: Added | None = None


class IndicatorRule(Noun):
    """A situation of non-performance, by fact id, and what it is read from.

    `recorded`: a value of `told` was recorded (with one of `words` in it, if any), and
    fresh data still show the harm.
    """

    id: str
    rule: Literal["no_reply", "plan_only", "reply_unmet", "recorded", "human"]
    told: FieldOf | None = None
    words: tuple[str, ...] = ()
    zh: str = ""


class FollowupRule(Noun):
    """Which records a follow-up reads: replies, checks, plans; clocks of the reply.

    `none` are words for «no measure».
    """

    reply: FieldOf
    check: FieldOf
    plans: tuple[FieldOf, ...]
    none: tuple[str, ...]
    clocks: tuple[str, ...]


class GroundIndex(Noun):
    """An index that falls with damage of these directions; see `Change.direction`."""

    index: str
    directions: tuple[str, ...]
    ring: bool


class GroundRule(Noun):
    """How damaged ground is judged: the model that holds thresholds, and indices."""

    model: str
    indices: tuple[GroundIndex, ...]


class CountRule(Noun):
    """What an annual analysis counts: records of an event that hold these values."""

    id: str
    zh: str
    event: str
    having: Having = _Field(default_factory=dict)


class AmountRule(Noun):
    """An amount that records tell in a field."""

    field: str
    zh: str
    unit: str


class Rung(Noun):
    """A step of the ladder: who is told, by which rules, and what must be there before.

    A step without `id` is a means that somebody else has.
    """

    id: str = ""
    to: str
    basis: tuple[str, ...]
    wants: tuple[Guard, ...] = ()


class Told(Noun):
    """A field of an event that a report tells under a heading."""

    zh: str
    event: str
    field: str


class CaseRules(Noun):
    """Everything that one body of procedural rules says about recording a case."""

    states: tuple[CaseState, ...]
    mandates: tuple[CaseMandate, ...]
    marks: tuple[CaseMark, ...] = ()
    exploratory: tuple[str, ...] = ()
    merge: MergeRule
    private_duty: PrivateDuty
    numbering: Numbering
    events: tuple[CaseEvent, ...]
    clocks: tuple[CaseClock, ...]
    done: FieldOf
    ground: GroundRule
    followup: FollowupRule
    counts: tuple[CountRule, ...]
    recovered: tuple[AmountRule, ...]
    told: tuple[Told, ...]
    report_basis: tuple[str, ...]
    tools: tuple[Rung, ...]
    ladder_event: str
    ladder: tuple[Rung, ...]
    indicators: tuple[IndicatorRule, ...]
    registers: tuple[RegisterRule, ...] = ()

    def state(self, name: str) -> CaseState:
        """Return a state by id."""
        return next(s for s in self.states if s.id == name)

    def event(self, name: str) -> CaseEvent | None:
        """Return an event by id, None where the rules do not know it."""
        return next((e for e in self.events if e.id == name), None)


Guard.model_rebuild()
