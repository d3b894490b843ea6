"""Which spellings behind a finding were joined by likeness, and which are still open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd
import pyarrow as pa

from pil_discovery.types import NameLink, identity_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pil_discovery.types import Dataset, Model
    from pil_discovery.types.models import Match

    Place = tuple[str | None, int]
    """The subject of a row in a role, and the number of its party (-1 with a code)."""

_FOUR = Decimal("0.0001")
_MOST_OPEN = 5
"""Open pairs that one finding tells; a name like many others has no end of them."""


@dataclass(frozen=True)
class Spellings:
    """What linking found beyond codes and full names.

    Attributes
    ----------
    ties
        One row a party that likeness joins to its subject: `party`, `group` (parties
        tied by full name share it), `name`, `other`, `probability`, `reason`.
    open_pairs
        Pairs that a person has to look at, both ways: `party` (-1 where it has a
        code), `subject_id`, `name`, `other`, `registers` (data sets that hold the
        other one), `probability`, `reason`.
    """

    ties: pa.Table = field(default_factory=lambda: pa.table({}))
    open_pairs: pa.Table = field(default_factory=lambda: pa.table({}))

    @cached_property
    def tie_of(self) -> dict[int, dict[str, Any]]:
        """Party → its tie."""
        return {row["party"]: row for row in self.ties.to_pylist()}

    @cached_property
    def open_of(self) -> dict[object, list[dict[str, Any]]]:
        """Party, or subject where it has a code → its open pairs, likeliest first."""
        found: dict[object, list[dict[str, Any]]] = defaultdict(list)
        for row in self.open_pairs.to_pylist():
            coded = row["party"] < 0
            found[row["subject_id"] if coded else row["party"]].append(row)
        for rows in found.values():
            rows.sort(key=lambda r: (-r["probability"], r["name"], r["other"]))
        return found


@dataclass(frozen=True)
class Identified:
    """Rows with what linking says of their parties, and how it came about."""

    frames: Mapping[str, pd.DataFrame]
    spellings: Spellings = Spellings()
    account: Mapping[str, int] = field(default_factory=dict)
    pairs: tuple[dict[str, Any], ...] = ()


class Linker(Protocol):
    """Who links names; the pipeline hands it in."""

    def identify(
        self, frames: Mapping[str, pd.DataFrame], datasets: Mapping[str, Dataset]
    ) -> Identified:
        """Add to the rows of all registers who their parties are."""
        ...

    def match(
        self, left: pd.DataFrame, right: pd.DataFrame, spec: Match
    ) -> pd.DataFrame:
        """Return links of two tables by their index, as a `match` step gives them."""
        ...


def asked_roles(model: Model, dataset: Dataset) -> list[str]:
    """Return the roles of a data set whose identity a model asks for."""
    asked = {*model.data.get(dataset.id, ()), *model.clears.get(dataset.id, ())}
    return [
        role
        for role in dataset.parties
        if asked & {f"{identity_prefix(role)}subject_{what}" for what in ("id", "code")}
    ]


def asks_for_subjects(model: Model, datasets: Mapping[str, Dataset]) -> bool:
    """Tell whether a model needs the rows of registers linked."""
    named = {*model.data, *model.clears}
    return any(asked_roles(model, datasets[n]) for n in named if n in datasets)


def party_column(role: str) -> str:
    """Return the column with the number of the party of each row without a code."""
    return f"_{identity_prefix(role)}party"


def links_behind(
    model: Model,
    rows: Mapping[str, pa.Table],
    spellings: Spellings,
    datasets: Mapping[str, Dataset],
    behind: Sequence[Mapping[str, Sequence[int]]],
) -> list[tuple[NameLink, ...]]:
    """Return what each finding takes for one subject by likeness, or leaves open.

    Parameters
    ----------
    behind
        Of each finding, data set → positions of the rows behind it.
    """
    if not spellings.tie_of and not spellings.open_of:
        return [()] * len(behind)
    asked = {
        name: roles
        for name in rows
        if name in {*model.data, *model.clears}
        and (roles := asked_roles(model, datasets[name]))
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
    if not positions:
        return
    taken = table.take(pa.array(positions, pa.int64()))
    for role in roles:
        name, number = f"{identity_prefix(role)}subject_id", party_column(role)
        if name in table.column_names:
            subjects = taken[name].to_pylist()
            known = number in table.column_names
            parties = taken[number].to_pylist() if known else [-1] * len(subjects)
            yield from zip(subjects, parties, strict=True)


def _joined(places: Sequence[Place], spellings: Spellings) -> Iterator[NameLink]:
    groups: dict[str | None, set[int]] = defaultdict(set)
    for subject, party in places:
        tie = spellings.tie_of.get(party)
        groups[subject].add(-1 if tie is None else tie["group"])
    for subject, party in sorted(set(places), key=lambda p: (p[0] or "", p[1])):
        tie = spellings.tie_of.get(party)
        if tie is not None and subject is not None and len(groups[subject]) > 1:
            yield _link(tie, "same")


def _open(
    places: Iterable[Place], spellings: Spellings, asked: Mapping[str, object]
) -> list[NameLink]:
    found = [
        pair
        for subject, party in sorted(set(places), key=lambda p: (p[0] or "", p[1]))
        for pair in spellings.open_of.get(party if party >= 0 else subject, ())
        if not asked.keys().isdisjoint(pair["registers"])
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


def links_note(links: Iterable[NameLink], lang: str = "zh") -> str:
    """Say which spellings a sentence takes for one subject, and which are open."""
    return "".join(_NOTES[link.decision, lang].format(link=link) for link in links)


_NOTES = {
    ("same", "zh"): (
        "（“{link.name}”与“{link.other}”由名称比对认定为同一主体，"
        "概率{link.probability}，没有代码印证，待核查）"
    ),
    ("same", "en"): (
        " (“{link.name}” was taken for “{link.other}” by name alone, probability "
        "{link.probability}; to be verified)"
    ),
    ("review", "zh"): (
        "（另有名称相近的“{link.other}”，是否与“{link.name}”为同一主体尚待人工核对，"
        "没有合并）"
    ),
    ("review", "en"): (
        " (whether “{link.other}” is the same as “{link.name}” is open; not joined)"
    ),
}
