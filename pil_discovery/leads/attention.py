"""Whom a scan looks at: leads and confirmed leads by town and by size of enterprise.

A model that is right equally often everywhere may still look at one town only. Small
groups look fair by chance, so every share has its count and interval, and below 30 it
is said to be no evidence.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pil_discovery.leads.formula import rounded
from pil_discovery.leads.quality import latest
from pil_discovery.leads.scorers.intervals import wilson
from pil_discovery.text.towns import town_of
from pil_discovery.types import Attention, Share

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pil_discovery.types import Lead, Verdict

ENOUGH = 30
"""Enterprises, or checked leads, below which a share is no evidence."""


@dataclass(frozen=True)
class Enterprises:
    """What the registers of a scan say of enterprises.

    Attributes
    ----------
    town, size
        Credit code → town, size; empty where not told. Every enterprise is in both.
    """

    town: Mapping[str, str]
    size: Mapping[str, str]


def attention(
    leads: Sequence[Lead],
    enterprises: Enterprises,
    verdicts: Iterable[Verdict] = (),
    *,
    as_of: dt.date | None = None,
) -> list[Attention]:
    """Count by town and by size whom the leads of a scan are about.

    Parameters
    ----------
    leads
        Of the scan; listed single leads count.
    enterprises
        Those in its registers.
    verdicts, as_of
        Outcomes of checks, and the day from which on they do not count.

    Returns
    -------
    list
        Towns, then sizes; in each the largest group first, the untold one last.
    """
    singles = [x for x in leads if x.kind == "single" and x.listed]
    found = latest(verdicts, as_of)
    return [
        *_groups("town", singles, enterprises.town, found),
        *_groups("size", singles, enterprises.size, found),
    ]


def share_of(hits: int, n: int) -> Share:
    """Return a share with its interval, and whether there is enough of it."""
    if not n:
        return Share(n=0, hits=0, share=None, low=None, high=None, enough=False)
    known = wilson(hits, n)
    return Share(
        n=n,
        hits=hits,
        share=rounded(known.value),
        low=rounded(known.low),
        high=rounded(known.high),
        enough=n >= ENOUGH,
    )


def _groups(
    by: Literal["town", "size"],
    leads: Sequence[Lead],
    told: Mapping[str, str],
    found: Mapping[str, Verdict],
) -> Iterator[Attention]:
    registered = Counter(told.values())
    codes = {x.subject_code for x in leads if x.subject_code in told}
    flagged = Counter(told[code] for code in codes if code)
    group = {x.lead_id: _group(by, x, told) for x in leads}
    outcomes = Counter((group[i], v.outcome) for i, v in found.items() if i in group)
    values = {*registered, *(value for value, _ in outcomes)}
    for value in sorted(values, key=lambda v: (not v, -registered[v], v)):
        confirmed = outcomes[value, "confirmed"]
        yield Attention(
            by=by,
            value=value,
            flagged=share_of(flagged[value], registered[value]),
            precision=share_of(confirmed, confirmed + outcomes[value, "refuted"]),
        )


def _group(by: str, lead: Lead, told: Mapping[str, str]) -> str:
    known = told.get(lead.subject_code or "", "")
    return known or ((town_of(lead.place) or "") if by == "town" else "")
