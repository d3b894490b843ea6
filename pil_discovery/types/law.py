"""Law with dates: facts, bases, powers, deadlines."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field as _Field

from pil_discovery.types.base import Noun, Words
from pil_discovery.types.markup import table_html


class Fact(Noun):
    """One rule of law: an article, a paragraph or an item, with its validity.

    `effective_to` is the last day, inclusive; None = no repeal seen. `verified`:
    `text+regex` and `text` mean that the article was read, `secondary` that it was
    only seen in a third-party page and must not be printed in a document.
    `successor_zh` names where an ended rule stands since.
    """

    id: str
    law: str
    law_key: str
    article: int | str | None = None
    paragraph: int | str | None = None
    item: str | None = None
    effective_from: dt.date
    effective_to: dt.date | None = None
    effective_from_basis: Literal["text", "secondary", "memory"]
    topic: str
    domain: str
    agency: str | None = None
    summary_zh: str
    summary_en: str = ""
    successor_zh: str = ""
    data_trigger: str | None = None
    remedy_or_sanction: str | None = None
    deadline: FactDeadline | None = None
    source: str
    verified: Literal["text+regex", "text", "secondary"]
    note: str | None = None


class FactDeadline(Noun):
    """The period that a rule sets."""

    number: int | str
    unit: str
    starts_from: str
    calendar_rule: str
    note: str | None = None


class Basis(Noun):
    """A legal fact resolved for a date."""

    id: str
    law: str
    article: str
    paragraph: str | None = None
    item: str | None = None
    effective_from: dt.date | None
    effective_to: dt.date | None
    kind: Literal["binding", "reference"]
    role: Literal["applies", "if_milder", "transition", "gap"]
    verified: str
    summary_zh: str
    note: str = ""
    citation_zh: str = ""
    successor_zh: str = ""


class Domain(Noun):
    """A field of public-interest litigation that data sets and models belong to.

    `mandates` gives for each route (`admin`, `civil`) the topics of law of which one
    must be in force on the date of the fact, beside those that the route itself names.
    A route for which neither names a topic is not open to the field.
    """

    id: str
    title: Words
    mandates: dict[Literal["admin", "civil"], tuple[str, ...]] = _Field(
        default_factory=dict
    )


class Power(Noun):
    """Who must act: one power (e.g. `land.transfer.collect`) and its agency.

    `agency` is the statute's agency by default; a local table may replace it for a
    jurisdiction and a time. Where `by_record`, only the record names who must act (the
    advised, the deciding agency), and `agency` merely describes it. `tags` are what is
    special about its cases (`government`, `marine`); `beside` are powers that other
    agencies hold over the same harm.
    """

    id: str
    title: Words
    agency: str
    by_record: bool = False
    basis: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    jurisdiction: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    note: str = ""


class Approver(Noun):
    """Who may prolong a period: by how many months, how often, and after whom.

    `months` and `times` are None where the rule sets no limit; `after` names the
    approver whose prolongation comes first.
    """

    by: str
    title_zh: str
    months: int | None = None
    times: int | None = None
    after: str | None = None


class Clock(Noun):
    """A statutory period of the procedure.

    `extensions` are those who may prolong it; `rest_run_days` marks periods that also
    grow by every run of at least so many rest days inside them.
    """

    id: str
    title_zh: str
    number: int
    unit: Literal["day", "working_day", "month", "year"]
    starts_from: str
    who: str = ""
    basis: tuple[str, ...] = ()
    extensions: tuple[Approver, ...] = ()
    suspendable: bool = False
    rest_run_days: int | None = None


class Deadline(Noun):
    """A date that was reckoned, with each step in words."""

    clock: str
    title_zh: str = ""
    start: dt.date
    date: dt.date
    provisional: bool
    basis: tuple[str, ...]
    reckoning: tuple[str, ...]


class CourseStep(Noun):
    """One next step of the procedure, with its period and what blocks it.

    What comes after an `optional` step does not wait for it.
    """

    event: str
    title_zh: str
    optional: bool = False
    clock: str | None = None
    period_zh: str = ""
    starts_from: str = ""
    basis: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()


class Course(Noun):
    """Agency, route and next steps of a lead."""

    agency: str | None
    route: Literal["admin", "civil", "none"]
    why: str
    mandate: tuple[str, ...] = ()
    steps: tuple[CourseStep, ...] = ()

    def _repr_html_(self) -> str:
        rows = ((s.title_zh, s.period_zh, "；".join(s.blocked_by)) for s in self.steps)
        caption = f"{self.agency or '行政机关未确定'}：{self.why}"
        return table_html(caption, ("步骤", "期限", "尚缺"), rows)


Fact.model_rebuild()


class CalendarYear(Noun):
    """Rest days of one year beside weekends, and weekend days that are worked.

    `official` is true when they come from the yearly notice on holidays, which `source`
    names.
    """

    year: int
    official: bool
    source: str = ""
    rest: tuple[dt.date, ...] = ()
    work: tuple[dt.date, ...] = ()


class Regime(Noun):
    """A body of procedural rules and the time for which it holds.

    On a day on which several hold, the one that began last is meant. What the files of
    a regime do not say is taken from the one that it `extends`.
    """

    id: str
    title_zh: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    extends: str | None = None


class Route(Noun):
    """The way of a case, step by step, and the mandates that open it.

    `mandates` gives for each domain the topics of which one must be in force on the
    date of the fact; a domain that is absent cannot take this route.
    """

    id: Literal["admin", "civil"]
    title_zh: str
    mandates: dict[str, tuple[str, ...]]
    steps: tuple[CourseStep, ...]
