"""Pairs of rows to judge, with what the pair model weighs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.subjects.candidates import candidate_pairs
from pil_discovery.subjects.core_features import (
    CORE_FEATURES,
    PARTINGS,
    core_features,
    rival_features,
)
from pil_discovery.subjects.crossings import compatible_pairs, row_pairs, thinned_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pil_discovery.subjects.parties import Parties
    from pil_discovery.types.linking import PairModel

    Rows = NDArray[np.int64]
    Floats = NDArray[np.float32]

FEATURES = (
    *CORE_FEATURES,
    "lead_most",
    "lead_least",
    "lead_clear",
    "others_front",
    "others_behind",
    "others_typed",
    "form_written",
    "form_equal",
    "form_open",
    "form_other",
    "cut",
)
"""Columns of the table that the pair model weighs."""

_FRONT = ("left_out_front",)
_BEHIND = ("left_out_middle", "left_out_end")
_SLIPS = ("swapped", "one_inside", "one_at_edge")
_MOST_EDITS, _LEAST_SHARED = 0.5, 0.5


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows.

    Attributes
    ----------
    first, second
        Numbers of rows of the parties.
    parting
        Place in `PARTINGS` of each pair.
    table
        (pairs, FEATURES) numbers.
    """

    first: Rows
    second: Rows
    parting: NDArray[np.int8]
    table: Floats


@dataclass(frozen=True)
class CorePairs:
    """Pairs of cores worth comparing; `parting` and `table` as in `Pairs`.

    The table lacks what only rows tell: the legal forms, and whether a name is cut.
    """

    first: Rows
    second: Rows
    parting: NDArray[np.int8]
    table: Floats


def compared_pairs(parties: Parties) -> Pairs:
    """Return the pairs that a key or the likeness of their names brings together."""
    return together(list(pair_blocks(parties)))


def together(parts: Sequence[Pairs]) -> Pairs:
    """Put blocks of pairs together."""
    nothing = np.empty(0, dtype=np.int64)
    table = np.empty((0, len(FEATURES)), dtype=np.float32)
    none = Pairs(nothing, nothing, nothing.astype(np.int8), table)
    every = parts or [none]
    return Pairs(
        np.concatenate([p.first for p in every]),
        np.concatenate([p.second for p in every]),
        np.concatenate([p.parting for p in every]),
        np.concatenate([p.table for p in every]),
    )


def pair_blocks(parties: Parties) -> Iterator[Pairs]:
    """Yield the pairs of `compared_pairs` in blocks, so that memory is bounded.

    Raises
    ------
    ArgumentError
        If so many rows bear one name that there are too many pairs.
    """
    cores = compared_cores(parties)
    for which, first, second in row_pairs(parties, cores.first, cores.second):
        yield pairs_at(parties, cores, which, (first, second))


def thinned_blocks(parties: Parties) -> Iterator[Pairs]:
    """Yield the pairs of `pair_blocks`, fewer where very many rows bear one name."""
    cores = compared_cores(parties)
    for which, first, second in thinned_pairs(parties, cores.first, cores.second):
        yield pairs_at(parties, cores, which, (first, second))


def compatible_blocks(parties: Parties) -> Iterator[Pairs]:
    """Yield the pairs of two registers that no two codes contradict, in blocks.

    In registers with codes nearly all pairs of one name are contradicted: they are not
    even made.

    Raises
    ------
    ArgumentError
        As `pair_blocks`.
    """
    cores = compared_cores(parties)
    for which, first, second in compatible_pairs(parties, cores.first, cores.second):
        yield pairs_at(parties, cores, which, (first, second))


def pairs_at(
    parties: Parties, cores: CorePairs, which: Rows, rows: tuple[Rows, Rows]
) -> Pairs:
    """Return pairs of rows, each with what its pair of cores tells."""
    forms = _forms(parties, *rows)
    table = np.hstack([cores.table[which], forms])
    return Pairs(*rows, cores.parting[which], table)


def compared_cores(parties: Parties) -> CorePairs:
    """Return the pairs of cores that a key or their likeness brings together."""
    ours, theirs = _core_pairs(parties)
    parting, table = core_features(parties.cores, ours, theirs)
    leads = np.hstack(
        [_leads(ours, theirs, table), _others(parties, ours, theirs, parting)]
    )
    near = may_be_one(table) | _keyed(parties, ours, theirs)
    return CorePairs(
        ours[near], theirs[near], parting[near], np.hstack([table[near], leads[near]])
    )


def may_be_one(table: Floats) -> NDArray[np.bool_]:
    """Mark pairs that may be two spellings; the model says nothing about others."""
    edits = table[:, CORE_FEATURES.index("edit_share")]
    shared = table[:, CORE_FEATURES.index("shared_share")]
    near: NDArray[np.bool_] = (edits <= _MOST_EDITS) | (shared >= _LEAST_SHARED)
    return near


def _keyed(parties: Parties, ours: Rows, theirs: Rows) -> NDArray[np.bool_]:
    """Mark pairs of cores that a key brings together, however unlike they are."""
    size = len(parties.cores)
    keyed = np.sort(_keyed_cores(parties), axis=1)
    return np.isin(ours * size + theirs, keyed[:, 0] * size + keyed[:, 1])


def _core_pairs(parties: Parties) -> tuple[Rows, Rows]:
    """Return pairs of cores: alike, equal, or of rows that one key points to."""
    left, right = (
        np.isin(np.arange(len(parties.cores)), parties.core[side])
        for side in (parties.is_left, parties.is_right)
    )
    named = parties.cores.lengths > 0
    near = candidate_pairs(parties.cores, left & named, right & named)
    equal = np.flatnonzero(left & right & named)
    keyed = _keyed_cores(parties)
    pairs = np.concatenate([np.stack(near, axis=1), np.stack([equal, equal], 1), keyed])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _keyed_cores(parties: Parties) -> Rows:
    """Return pairs of cores of rows with one code, or a name and its former self."""
    keys = pd.DataFrame(
        {
            "core": np.tile(parties.core, 3),
            "key": np.concatenate(
                [parties.code, parties.organisation, _with_former(parties)]
            ),
        }
    )
    former = pd.DataFrame({"core": parties.core, "key": parties.former})
    keys = pd.concat([keys, former])
    keys = keys[keys["key"] != ""].drop_duplicates()
    groups = keys.groupby("key")["core"]
    keys["first"] = groups.transform("min")
    several = keys[(keys["core"] != keys["first"])]
    chained: Rows = several[["first", "core"]].to_numpy(dtype=np.int64)
    return chained


def _with_former(parties: Parties) -> NDArray[np.object_]:
    """Return the names that stand as a former name in some row."""
    told = set(parties.former) - {""}
    return np.array([w if w in told else "" for w in parties.whole], dtype=object)


def _leads(ours: Rows, theirs: Rows, table: Floats) -> Floats:
    """Return the leads over rivals; equal cores have none."""
    leads = np.full((len(ours), 3), 0.5, dtype=np.float32)
    apart = np.flatnonzero(ours != theirs)
    share = table[apart, CORE_FEATURES.index("shared_share")]
    leads[apart, :2] = rival_features(ours[apart], theirs[apart], share)
    leads[:, 2] = np.maximum(leads[:, 1], 0)
    return leads * 2


def _others(
    parties: Parties, ours: Rows, theirs: Rows, parting: NDArray[np.int8]
) -> Floats:
    """Return how many other cores fit a pair as well as the pair fits itself.

    A name without its place may be any of those that have a place in front, one that
    is cut off any of those that go on; a slip may be that of any neighbour. A column
    for what lacks in front, for what lacks behind or within, and for slips.
    """
    size, kinds = len(parties.cores), np.array(PARTINGS, dtype=object)[parting]
    ours_short = parties.cores.lengths[ours] <= parties.cores.lengths[theirs]
    short = np.where(ours_short, ours, theirs)
    columns = []
    for members in (_FRONT, _BEHIND, _SLIPS):
        inside = np.isin(kinds, members)
        sides = [ours[inside], theirs[inside]] if members is _SLIPS else [short[inside]]
        count = np.bincount(np.concatenate(sides), minlength=size)
        here = (
            np.maximum(count[ours], count[theirs])
            if members is _SLIPS
            else count[short]
        )
        columns.append(np.log1p(here - inside))
    return np.stack(columns, axis=1).astype(np.float32)


def _forms(parties: Parties, first: Rows, second: Rows) -> Floats:
    """Return how the legal forms agree, and whether a name is cut off."""
    ours, theirs = parties.short_form[first], parties.short_form[second]
    is_open = np.isin(parties.short_form.astype(str), ["", "公司"])
    equal = ours == theirs
    either_open = is_open[first] | is_open[second]
    written = parties.form[first] == parties.form[second]
    cut = parties.is_cut[first] | parties.is_cut[second]
    columns = [written, equal, ~equal & either_open, ~equal & ~either_open, cut]
    return np.stack(columns, axis=1).astype(np.float32)


def probabilities(pairs: Pairs, model: PairModel) -> NDArray[np.float64]:
    """Return how likely the names of each pair mean one subject."""
    return 1 / (1 + np.exp(-log_odds(pairs, model)))


def log_odds(pairs: Pairs, model: PairModel) -> NDArray[np.float64]:
    """Return the logarithm of the odds by the weights for each kind of parting."""
    weights = np.array([model.weights[kind] for kind in PARTINGS])
    odds = np.zeros(len(pairs.table))
    for number in range(len(PARTINGS)):
        rows = pairs.parting == number
        odds[rows] = pairs.table[rows].astype(np.float64) @ weights[number]
    return odds
