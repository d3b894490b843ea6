"""What checking a lead showed, and how far a model can be trusted after that."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from pil_discovery.types.base import Noun

VERDICTS = "核查结果.jsonl"
"""File of a workspace: one verdict a line, appended and never changed."""


class Verdict(Noun):
    """The outcome of checking one single lead.

    `confirmed`: the facts are as the model said; `refuted`: they are not, or were
    lawfully dealt with; `unclear` says nothing about the model. `reason` is one of the
    codes for a «no». `on` is the day of the check: it counts in scans of that day or
    later. The last line for a lead counts.
    """

    lead_id: str
    model: str
    model_version: str
    outcome: Literal["confirmed", "refuted", "unclear"]
    on: dt.date
    reason: str = ""
    by: str = ""
    note: str = ""


class Quality(Noun):
    """How much a model flags, and how much of that was confirmed.

    Attributes
    ----------
    flagged
        Hits and reviews.
    share
        Flagged / population, four decimals; None without a population.
    checked, confirmed
        Leads of this version (patches aside) that were found true or false, and true.
    precision
        Confirmed / checked, four decimals; None before the first check.
    noisy
        Whether its leads are no longer listed unasked.
    alarms
        What its reader has to know first, in Chinese.
    """

    flagged: int = 0
    share: Decimal | None = None
    checked: int = 0
    confirmed: int = 0
    precision: Decimal | None = None
    noisy: bool = False
    alarms: tuple[str, ...] = ()
