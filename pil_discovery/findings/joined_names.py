"""Which spellings behind a finding were joined by likeness, and which are open."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pil_discovery.findings.name_links import asked_roles, party_column
from pil_discovery.types import NameLink, identity_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from pil_discovery.findings.inputs import Inputs
    from pil_discovery.findings.name_links import Spellings
    from pil_discovery.types import Model

    Place = tuple[str | None, int]
    """The subject of a row in a role, and the number of its party (-1 with a code)."""

_FOUR = Decimal("0.0001")
_OPEN_FROM = 0.5
"""Probability from which a finding tells an open pair; links.jsonl has all of them."""
_MOST_OPEN = 5
"""Open pairs that one finding tells; a name like many others has no end of them."""


def links_behind(
    model: Model,
    inputs: Inputs,
    behind: Sequence[Mapping[str, Sequence[int]]],
) -> list[tuple[NameLink, ...]]:
    """Return what each finding takes for one subject by likeness, or leaves open.

    Parameters
    ----------
    behind
        Of each finding, data set → positions of the rows behind it.
    """
    rows, spellings = inputs.rows, inputs.spellings
    if not spellings.tie_of and not spellings.open_of:
        return [()] * len(behind)
    asked = {
        name: roles
        for name in rows
        if name in {*model.data, *model.clears}
        and (roles := asked_roles(model, inputs.datasets[name]))
    }
    found = []
    for positions in behind:
        places = [
            place
            for name, roles in asked.items()
            for place in _places(rows[name], roles, positions.get(name, ()))
        ]
        told = [*_joined(places, spellings), *_open(places, spellings, asked)]
        found.append(tuple(dict.fromkeys(told)))
    return found


def _places(
    table: pa.Table, roles: Iterable[str], positions: Sequence[int]
) -> Iterator[Place]:
    for role in roles:
        name, number = f"{identity_prefix(role)}subject_id", party_column(role)
        if name in table.column_names:
            parties = table[number] if number in table.column_names else None
            for at in positions:
                party = -1 if parties is None else parties[at].as_py()
                yield table[name][at].as_py(), party


def _joined(places: Iterable[Place], spellings: Spellings) -> Iterator[NameLink]:
    """Yield the ties of parties that are in their subject by likeness alone.

    Whether the other rows of the subject stand behind the finding or were looked for
    in vain: who the row speaks of rests on the tie.
    """
    for subject, party in _once(places):
        tie = spellings.tie_of.get(party)
        if tie is not None and subject is not None:
            yield _link(tie, "same")


def _once(places: Iterable[Place]) -> list[Place]:
    return sorted(set(places), key=lambda place: (place[0] or "", place[1]))


def _open(
    places: Iterable[Place], spellings: Spellings, asked: Mapping[str, object]
) -> list[NameLink]:
    found = [
        pair
        for subject, party in _once(places)
        for pair in spellings.open_of.get(party if party >= 0 else subject, ())
        if pair["probability"] >= _OPEN_FROM
        and not asked.keys().isdisjoint(pair["registers"])
    ]
    return [_link(pair, "review") for pair in found[:_MOST_OPEN]]


def _link(row: Mapping[str, Any], decision: str) -> NameLink:
    return NameLink.model_validate(
        {
            "name": row["name"],
            "other": row["other"],
            "decision": decision,
            "probability": Decimal(str(row["probability"])).quantize(_FOUR),
            "reason": row["reason"],
        }
    )
