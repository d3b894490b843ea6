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

if TYPE_CHECKING:
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
_CROWD = 50
"""Rows of one core from which each is compared with the first one only."""


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


def compared_pairs(parties: Parties) -> Pairs:
    """Return the pairs that a key or the likeness of their names brings together."""
    ours, theirs = _core_pairs(parties)
    parting, table = core_features(parties.cores, ours, theirs)
    leads = np.hstack(
        [_leads(ours, theirs, table), _others(parties, ours, theirs, parting)]
    )
    near = may_be_one(table) | _keyed(parties, ours, theirs)
    ours, theirs, parting = ours[near], theirs[near], parting[near]
    table = np.hstack([table[near], leads[near]])
    which, first, second = _rows_of(parties, ours, theirs)
    forms = _forms(parties, first, second)
    return Pairs(first, second, parting[which], np.hstack([table[which], forms]))


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


def _rows_of(parties: Parties, ours: Rows, theirs: Rows) -> tuple[Rows, Rows, Rows]:
    """Return the pairs of rows of pairs of cores, and the number of the core pair."""
    found = [_crossed(parties, ours, theirs)]
    if not parties.is_left.all():
        apart = np.flatnonzero(ours != theirs)
        which, first, second = _crossed(parties, theirs[apart], ours[apart])
        found.append((apart[which], first, second))
        return tuple(np.concatenate(part) for part in zip(*found, strict=True))  # type: ignore[return-value]
    which, first, second = found[0]
    same = ours[which] == theirs[which]
    kept = ~same | ((first < second) & ~_crowded(parties, first, second))
    which, first, second = which[kept], first[kept], second[kept]
    return which, np.minimum(first, second), np.maximum(first, second)


def _crowded(parties: Parties, first: Rows, second: Rows) -> NDArray[np.bool_]:
    """Mark pairs in a crowd of one core that do not hold its first row."""
    counts = np.bincount(parties.core)
    _, heads = np.unique(parties.core, return_index=True)
    core = parties.core[first]
    alone: NDArray[np.bool_] = (counts[core] > _CROWD) & (
        np.minimum(first, second) != heads[core]
    )
    return alone


def _crossed(parties: Parties, ours: Rows, theirs: Rows) -> tuple[Rows, Rows, Rows]:
    """Return every left row of `ours` with every right row of `theirs`."""
    left, left_starts = _members(parties, parties.is_left)
    right, right_starts = _members(parties, parties.is_right)
    wide = np.diff(right_starts)[theirs]
    sizes = np.diff(left_starts)[ours] * wide
    which = np.repeat(np.arange(len(ours)), sizes)
    place = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    first = left[left_starts[ours[which]] + place // wide[which]]
    second = right[right_starts[theirs[which]] + place % wide[which]]
    return which, first, second


def _members(parties: Parties, side: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """Return the rows of a side by core, and where each core's rows start."""
    rows = np.flatnonzero(side)
    rows = rows[np.argsort(parties.core[rows], kind="stable")]
    edges = np.arange(len(parties.cores) + 1)
    return rows, np.searchsorted(parties.core[rows], edges)


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
