"""Ways that a lead may go, who may go them, and before whom."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as _Field

from pil_discovery.types.base import Noun

Track = Literal["admin", "civil"]


class LawField(Noun):
    """A field of litigation, and the topics of law that open a suit in it.

    `mandates` gives for each track the topics of which one must be in force on the date
    of the fact. An `exploratory` field without one ends in a supervisory opinion.
    `tags` go to every lead of the field.
    """

    id: str
    title_zh: str
    exploratory: bool = False
    tags: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    mandates: dict[Track, tuple[str, ...]] = _Field(default_factory=dict)


class Want(Noun):
    """What the rules want before a way may be gone, in a sentence, with its facts."""

    id: str
    zh: str
    basis: tuple[str, ...] = ()


class AvenueRule(Noun):
    """A way that a lead may go: a suit, a suggestion, support, an opinion, a transfer.

    `tags` (all of them) and `fields` (one of them; none: all) say whom it concerns,
    `but_not` the tags that shut it. `mandate` says whether a mandate of the `track`
    must be in force on the date of the fact, or must be absent. `younger_than_years`:
    it concerns persons who were younger than that on the date of the fact, whatever
    the tags say.
    """

    id: str
    title_zh: str
    mode: Literal[
        "suggestion",
        "suit",
        "support",
        "urge",
        "opinion",
        "transfer",
        "separate",
        "care",
    ]
    track: Track | None = None
    mandate: Literal["needed", "absent", "any"] = "any"
    exploratory: bool = False
    tags: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    wants: tuple[Want, ...] = ()
    redaction: Literal["usual", "strict"] = "usual"
    younger_than_years: int | None = None
    note_zh: str = ""


class Avenue(Noun):
    """A way as it stands for one lead: what is missing before it may start.

    `mandate` are the facts in force that allow the suit; `refused` says why the way is
    shut whatever is brought (no mandate on the date of the fact).
    """

    id: str
    title_zh: str
    mode: str
    basis: tuple[str, ...] = ()
    mandate: tuple[str, ...] = ()
    missing: tuple[Want, ...] = ()
    refused: Want | None = None
    redaction: Literal["usual", "strict"] = "usual"
    note_zh: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nothing is missing and nothing forbids it."""
        return self.refused is None and not self.missing


class VenueRule(Noun):
    """Which procuratorate files or sues, or which court hears, in cases with tags."""

    id: str
    track: Track
    question: Literal["filing", "suit", "court"]
    organ_zh: str
    tags: tuple[str, ...] = ()
    may: bool = False
    basis: tuple[str, ...]


class Criterion(Noun):
    """A test of one column of the register of eligible plaintiffs.

    `one_of`: the value is among `values`; `years`: the date lies at least `number`
    years before the day; `none`: no date is there, and somebody has looked.
    """

    column: str
    kind: Literal["one_of", "years", "none"]
    values: tuple[str, ...] = ()
    number: int = 0
    zh: str


class PlaintiffRule(Noun):
    """A kind of body that may sue before the procuratorate does."""

    id: str
    title_zh: str
    fields: tuple[str, ...]
    basis: tuple[str, ...]
    criteria: tuple[Criterion, ...] = ()


class Standing(Noun):
    """Whether a body may sue on a day, and why: eligible, not_eligible or unknown."""

    org_name: str
    kind: str
    state: Literal["eligible", "not_eligible", "unknown"]
    reasons: tuple[str, ...]
    basis: tuple[str, ...]


class RuleBook(Noun):
    """What one body of procedural rules says on fields, ways, venues and plaintiffs."""

    fields: tuple[LawField, ...] = ()
    avenues: tuple[AvenueRule, ...] = ()
    venues: tuple[VenueRule, ...] = ()
    plaintiffs: tuple[PlaintiffRule, ...] = ()
