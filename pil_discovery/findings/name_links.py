"""Who links names, and what linking says of the rows of registers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from pil_discovery.types import identity_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from pil_discovery.types import Dataset, Model
    from pil_discovery.types.steps import Match


@dataclass(frozen=True)
class Spellings:
    """What linking found beyond codes and full names.

    Attributes
    ----------
    ties
        One row a party that likeness joins to its subject: `party`, `name`, `other`,
        `probability`, `reason`.
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
    spellings: Spellings = field(default_factory=Spellings)
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
