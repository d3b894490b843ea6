"""How near the name of a column is to the names that a data set knows."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from pil_discovery.text.headers import field_names, read_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.types.datasets import Dataset

LONGEST_NAME = 40
"""Likeness is looked for in no longer names."""
NEAR = 0.6
"""Names whose likeness is less are not near."""


@lru_cache(maxsize=512)
def names_of(dataset: Dataset) -> dict[str, tuple[str, ...]]:
    """Return the normalised names of every field."""
    found: dict[str, list[str]] = {field.name: [] for field in dataset.fields}
    for name, fields in field_names(dataset).items():
        for field, _ in fields:
            found[field].append(name)
    return {field: tuple(names) for field, names in found.items()}


def likeness(header: str, aliases: Sequence[str]) -> tuple[float, str]:
    """Return the likeness of a header to the nearest of some names, and that name."""
    pairs = [
        (alike(name, alias), alias)
        for name in read_header(header).names
        for alias in aliases
        if 1 < len(name) <= LONGEST_NAME
    ]
    return max(pairs, default=(0.0, ""))


def alike(name: str, alias: str) -> float:
    """Likeness of two names; one that stands whole in the other is near as well."""
    inside = 0.7 if stands_in(name, alias) else 0.0
    return max(inside, Levenshtein.normalized_similarity(name, alias))


def stands_in(name: str, alias: str) -> bool:
    """Return whether the shorter of two names stands whole in the other."""
    short, long = (name, alias) if len(name) < len(alias) else (alias, name)
    return len(short) >= 3 and short in long
