"""The model that says how likely two names mean one subject, as numbers in a file."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pil_discovery.types.base import Noun

Decision = Literal["same", "different", "review"]


class PairModel(Noun):
    """A logistic model for each kind of parting.

    Attributes
    ----------
    id, version
        Name of the model; a change of any weight changes the version.
    features
        Columns of the table that it weighs, in order.
    weights
        Kind of parting → one weight a feature; their sum with the features is the
        logarithm of the odds.
    same_from
        Probability from which a pair is taken as one subject without a person.
    review_from
        Probability from which a person is asked.
    card
        What it was fitted on, how good it was there and what it cannot do.
    """

    id: str
    version: str
    features: tuple[str, ...]
    weights: dict[str, tuple[float, ...]]
    same_from: float
    review_from: float
    card: dict[str, str]


LINK_REVIEWS = "主体核对.jsonl"
"""File of a workspace: one decision about a pair a line, appended, never changed."""


class NameLink(Noun):
    """Two spellings that a finding takes for one subject, or that are still open.

    Attributes
    ----------
    name, other
        The two spellings.
    decision
        `same`: joined by the likeness of the names; `review`: not joined, a person
        has to look.
    probability
        That both mean one subject, four decimals; of a chain its weakest link.
    reason
        In Chinese.
    """

    name: str
    other: str
    decision: Literal["same", "review"]
    probability: Decimal
    reason: str


class Review(Noun):
    """What a person decided about two rows.

    Attributes
    ----------
    pair
        Name of the pair, made from what its rows say.
    keys
        What the two rows say, as digests: a pair that nothing brings together any
        more is found again by them.
    by, on, why
        Who decided, the day (ISO), and the ground in the person's words.
    """

    pair: str
    decision: Literal["same", "different"]
    by: str
    on: str
    why: str = ""
    keys: tuple[str, ...] = ()
