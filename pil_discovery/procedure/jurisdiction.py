"""Which procuratorate files and sues, and which court hears."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pil_discovery.errors import ArgumentError
from pil_discovery.procedure.bases import in_force

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping

    from pil_discovery.types import Fact, Power, VenueRule

CROSS_REGION = "cross-region"
_ZEROS = re.compile(r"(00)+$")
_QUESTIONS = ("filing", "suit", "court")


def find_venues(
    track: str,
    tags: Collection[str] = (),
    *,
    rules: Iterable[VenueRule],
    facts: Mapping[str, Fact],
    on: dt.date,
) -> tuple[VenueRule, ...]:
    """Return who files, who sues and who hears, and what is possible besides.

    Parameters
    ----------
    track
        `admin` or `civil`.
    tags
        What is special about the case: `government`, `marine`, `antitrust`,
        `criminal`, `cross-region`, `major`.
    rules
        Rules on venue; one counts when the first fact of its basis is in force.
    on
        The day on which the case is filed or brought.

    Returns
    -------
    tuple of VenueRule
        Per question (filing, suit, court) the rules with most matching tags, then
        those that name what is possible besides. Empty when no rule is in force.

    Raises
    ------
    ArgumentError
        If the track is unknown.
    """
    if track not in ("admin", "civil"):
        message = f"没有「{track}」这种程序，可用：admin、civil"
        raise ArgumentError(message)
    fit = [
        rule
        for rule in rules
        if rule.track == track
        and set(rule.tags) <= set(tags)
        and in_force(facts[rule.basis[0]], on, on)
    ]
    found: list[VenueRule] = []
    for question in _QUESTIONS:
        asked = [rule for rule in fit if rule.question == question]
        firm = [rule for rule in asked if not rule.may]
        most = max((len(rule.tags) for rule in firm), default=0)
        found += [rule for rule in firm if len(rule.tags) == most]
        found += [rule for rule in asked if rule.may]
    return tuple(found)


def tags_of(
    power: str, powers: Iterable[Power], *, agency: str | None = None
) -> frozenset[str]:
    """Return what is special about cases of a power: `government`, `marine`, ….

    A local row that names an agency may add tags of its own to those of the power.
    """
    return frozenset(
        tag
        for row in powers
        if row.id == power and (row.jurisdiction is None or row.agency == agency)
        for tag in row.tags
    )


def crosses(divisions: Iterable[str]) -> frozenset[str]:
    """Return the tag of a case whose places lie in several divisions.

    A code of which another one is a part (a district and its province, pairs of
    trailing zeros left out) is the same place told more broadly.
    """
    codes = {_ZEROS.sub("", code) for code in divisions if code}
    apart = {
        one
        for one in codes
        if not any(other != one and other.startswith(one) for other in codes)
    }
    return frozenset({CROSS_REGION}) if len(apart) > 1 else frozenset()
