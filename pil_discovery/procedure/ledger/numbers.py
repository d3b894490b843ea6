"""Official numbers of documents: read as they are written, given once a year.

Nothing here makes a number up: it is blank unless somebody records the one that the
unified system gave (fact `jy-7`).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pil_discovery.procedure.ledger.proposals import Proposal
    from pil_discovery.types import Numbering


class OfficialNumber(NamedTuple):
    """Who issued a document, in which year, and which one it was."""

    office: str
    year: int
    serial: int


def read_number(text: str, rule: Numbering) -> OfficialNumber | None:
    """Return the official number that a text is; None if it is none."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = re.fullmatch(rule.pattern, plain)
    if found is None:
        return None
    return OfficialNumber(found["office"], int(found["year"]), int(found["serial"]))


def number_faults(proposal: Proposal) -> list[str]:
    """Return what is wrong with the numbers of a record: form, year, given before."""
    rule, event = proposal.rules.numbering, proposal.event
    told = [v for v in proposal.fields.get(rule.field, ()) if v.strip()]
    faults = []
    for value in told if event.document else ():
        number = read_number(value, rule)
        if number is None:
            faults.append(f"{rule.field}={value} 不像文书号（例如 {rule.example}）")
        elif number.year > proposal.on.year:
            faults.append(f"{rule.field}={value} 的年份晚于 {proposal.on}")
        elif user := _user(number, proposal):
            faults.append(f"{rule.field}={value} 已用于案件 {user}")
    return faults


def _user(number: OfficialNumber, proposal: Proposal) -> str:
    """Return the case that has the number for the same kind of document already.

    In the case itself, the decision on a document and its service tell the same number;
    the same event does not tell it twice. Empty where nobody has it.
    """
    book, event = proposal.book, proposal.event
    for case in {c.id: c for c in (*proposal.others, proposal.case)}.values():
        for entry in case.entries:
            rules = book.on(entry.on)
            before = rules.event(entry.event)
            if before is None or before.document != event.document:
                continue
            if case.id == proposal.case.id and before.id != event.id:
                continue
            told = entry.fields.get(rules.numbering.field, ())
            if any(read_number(value, rules.numbering) == number for value in told):
                return case.id
    return ""
