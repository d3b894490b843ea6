"""What two cores have in common and where they part, as numbers for the pair model.

Two spellings of one name agree in front and behind and part in one stretch: a place
left out, an industry cut, a slip of the pen. What agrees is weighed by what it tells,
and what parts by whether either version is usual among the names at hand: «宏» for «洪»
in a name that nobody else has is a slip, «建材» for «建设» is another firm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pil_discovery.subjects.cores import WIDTH

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.subjects.cores import Cores

    Floats = NDArray[np.float32]
    Amounts = NDArray[np.floating]

CORE_FEATURES = (
    "constant",
    "surplus",
    "surplus_lack",
    "surplus_squared",
    "parted_most",
    "parted_least",
    "usual_most",
    "usual_least",
    "usual_both",
    "usual_seam",
    "length_most",
    "length_least",
    "edits",
    "edit_share",
    "shared_share",
    "number_differs",
)
"""Columns of `core_features`: sizes and shares, scaled to about 1."""

PARTINGS = (
    "equal",
    "left_out_front",
    "left_out_middle",
    "left_out_end",
    "swapped",
    "one_inside",
    "one_at_edge",
    "changed_front",
    "changed_end",
    "changed_inside",
)
"""Kinds of parting: nothing, one side lacks a stretch, two neighbours swapped, one
character for another, one stretch for another."""

POPULATION = 20_000
"""Firms that a name may mean at least, however short the table: those of a county."""
_BLOCK = 100_000
_DIGITS = "0123456789一二三四五六七八九十甲乙丙丁"


class _Parting(NamedTuple):
    """Where pairs part: rows of cores, agreeing lengths in front and behind."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    front: NDArray[np.int64]
    behind: NDArray[np.int64]


def core_features(
    cores: Cores, first: NDArray[np.int64], second: NDArray[np.int64]
) -> tuple[NDArray[np.int8], Floats]:
    """Compare pairs of cores; the order within a pair changes nothing.

    Returns
    -------
    partings, table
        The place in `PARTINGS` of each pair, and (pairs, CORE_FEATURES) numbers.
    """
    table = np.zeros((len(first), len(CORE_FEATURES)), dtype=np.float32)
    kinds = np.zeros(len(first), dtype=np.int8)
    backwards, numbers = _reversed(cores), _numbers(cores)
    for start in range(0, len(first), _BLOCK):
        part = slice(start, start + _BLOCK)
        parting = _part(cores, backwards, first[part], second[part])
        kinds[part] = _kinds(cores, parting)
        named = {**_amounts(cores, parting), **_lengths(cores, parting)}
        named["number_differs"] = numbers[first[part]] != numbers[second[part]]
        table[part] = np.stack([named[n] for n in CORE_FEATURES], axis=1)
    return kinds, table


def rival_features(
    first: NDArray[np.int64], second: NDArray[np.int64], likeness: Floats
) -> Floats:
    """Return how far each pair leads over the rivals of its two sides.

    Parameters
    ----------
    first, second
        The two sides of each pair.
    likeness
        How alike they are, 0 to 1.

    Returns
    -------
    (pairs, 2)
        The greater and the smaller lead over the next best pair of either side, between
        -0.5 and 0.5; half where a side has no other pair.
    """
    best = np.full((int(max(first.max(initial=0), second.max(initial=0))) + 1, 2), -1.0)
    sides = np.concatenate([first, second])
    values = np.concatenate([likeness, likeness]).astype(float)
    order = np.lexsort((-values, sides))
    ranks = np.arange(len(order)) - np.searchsorted(sides[order], sides[order])
    for rank in (0, 1):
        at = order[ranks == rank]
        best[sides[at], rank] = values[at]
    leads = [_lead(best[side], likeness) for side in (first, second)]
    return np.stack([np.maximum(*leads), np.minimum(*leads)], axis=1).astype(np.float32)


def _lead(best: NDArray[np.float64], likeness: Floats) -> NDArray[np.float64]:
    is_best = np.abs(best[:, 0] - likeness) < 1e-9
    rival = np.where(is_best, best[:, 1], best[:, 0])
    lead: NDArray[np.float64] = np.clip(likeness - rival, -0.5, 0.5)
    return lead


def _reversed(cores: Cores) -> NDArray[np.int32]:
    """Return the codes from the last character to the first."""
    places = cores.lengths[:, None] - 1 - np.arange(WIDTH)
    taken = np.take_along_axis(cores.codes, np.maximum(places, 0), axis=1)
    return np.where(places >= 0, taken, 0).astype(np.int32)


def _part(
    cores: Cores,
    backwards: NDArray[np.int32],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> _Parting:
    shorter = np.minimum(cores.lengths[first], cores.lengths[second]).astype(np.int64)
    front = np.minimum(_agreeing(cores.codes[first], cores.codes[second]), shorter)
    behind = _agreeing(backwards[first], backwards[second])
    return _Parting(first, second, front, np.minimum(behind, shorter - front))


def _agreeing(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return how many characters agree before the first that does not."""
    differs = a != b
    return np.where(differs.any(axis=1), differs.argmax(axis=1), WIDTH)


def _parted_lengths(
    cores: Cores, parting: _Parting
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the greater and the smaller length of the parting stretches."""
    agreeing = parting.front + parting.behind
    ours, theirs = (cores.lengths[side] - agreeing for side in parting[:2])
    return np.maximum(ours, theirs), np.minimum(ours, theirs)


def _kinds(cores: Cores, parting: _Parting) -> NDArray[np.int8]:
    longest, shortest = _parted_lengths(cores, parting)
    at_front, at_end = parting.front == 0, parting.behind == 0
    left_out, single = shortest == 0, (longest == 1) & (shortest == 1)
    chosen = [
        longest == 0,
        left_out & at_front,
        left_out & ~at_end,
        left_out,
        _swapped(cores, parting),
        single & ~at_front & ~at_end,
        single,
        at_front,
        at_end,
    ]
    kinds: NDArray[np.int8] = np.select(
        chosen, np.arange(len(chosen), dtype=np.int8), np.int8(len(chosen))
    )
    return kinds


def _amounts(cores: Cores, parting: _Parting) -> dict[str, Amounts]:
    """Return what is told by what agrees and by what does not."""
    ends = [cores.lengths[side] - parting.behind for side in parting[:2]]
    sides = list(zip(parting[:2], ends, strict=True))
    parted = [_told(cores, side, parting.front, end) for side, end in sides]
    usual = [_usual(cores, side, parting.front, end) for side, end in sides]
    whole = [cores.told[side, cores.lengths[side]] for side in parting[:2]]
    shared = ((whole[0] - parted[0]) + (whole[1] - parted[1])) / 2
    crowd = np.float32(np.log(max(len(cores), POPULATION)))
    surplus: Floats = np.clip(shared - crowd, -5, 30)
    most, least = np.maximum(*usual), np.minimum(*usual)
    left_out = _parted_lengths(cores, parting)[1] == 0
    return {
        "constant": np.ones(len(shared), dtype=np.float32),
        "surplus": surplus / 10,
        "surplus_lack": np.maximum(6 - surplus, 0) / 10,
        "surplus_squared": surplus * surplus / 100,
        "parted_most": np.minimum(np.maximum(*parted), 40) / 10,
        "parted_least": np.minimum(np.minimum(*parted), 40) / 10,
        "usual_most": most / 4,
        "usual_least": least / 4,
        "usual_both": most * least / 16,
        "usual_seam": np.where(left_out, most - least, 0) / 4,
        "shared_share": shared / np.maximum(np.maximum(*whole), 1e-6),
    }


def _lengths(cores: Cores, parting: _Parting) -> dict[str, Amounts]:
    longest, shortest = _parted_lengths(cores, parting)
    edits = _edits(cores, parting)
    a, b = parting[:2]
    total = np.maximum(np.maximum(cores.lengths[a], cores.lengths[b]), 1)
    share: Floats = (edits / total).astype(np.float32)
    return {
        "length_most": np.minimum(longest, 12).astype(np.float32) / 4,
        "length_least": np.minimum(shortest, 12).astype(np.float32) / 4,
        "edits": np.minimum(edits, 8.0) / 4,
        "edit_share": share,
    }


def _told(
    cores: Cores,
    rows: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
) -> Floats:
    told: Floats = cores.told[rows, end] - cores.told[rows, start]
    return told


def _usual(
    cores: Cores,
    rows: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
) -> Floats:
    """Return the logarithm of how often the rarest pair of the stretch is met.

    The pairs with the characters before and behind the stretch count as well.
    """
    places = np.arange(WIDTH + 1)
    counts = cores.pair_counts[rows]
    counts[(places < start[:, None]) | (places > end[:, None])] = np.inf
    usual: Floats = np.log(np.maximum(counts.min(axis=1), 1))
    return usual


def _swapped(cores: Cores, parting: _Parting) -> NDArray[np.bool_]:
    """Mark stretches of two characters that stand the other way round."""
    a, b, front, _ = parting
    before, after = np.minimum(front, WIDTH - 1), np.minimum(front + 1, WIDTH - 1)
    crossed: NDArray[np.bool_] = cores.codes[a, before] == cores.codes[b, after]
    crossed &= cores.codes[a, after] == cores.codes[b, before]
    longest, shortest = _parted_lengths(cores, parting)
    crossed &= (longest == 2) & (shortest == 2)
    return crossed


def _edits(cores: Cores, parting: _Parting) -> Floats:
    """Return the Levenshtein distance; most pairs need no search for it."""
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    longest, shortest = _parted_lengths(cores, parting)
    edits = longest.astype(np.float32)
    hard = np.flatnonzero(shortest > 1)
    if len(hard):
        ours, theirs = ([cores.texts[i] for i in side[hard]] for side in parting[:2])
        edits[hard] = process.cpdist(
            ours, theirs, scorer=Levenshtein.distance, dtype=np.float32
        )
    return edits


def _numbers(cores: Cores) -> NDArray[np.int64]:
    """Return the number of what is left of each core when only figures are kept."""
    kept = ["".join(c for c in text if c in _DIGITS) for text in cores.texts]
    _, numbers = np.unique(np.array(kept, dtype=str), return_inverse=True)
    return numbers
