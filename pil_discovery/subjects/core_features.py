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

CORE_FEATURES = (
    "surplus",
    "surplus_lack",
    "parted_most",
    "parted_least",
    "length_most",
    "length_least",
    "one_for_one",
    "swapped",
    "left_out_front",
    "left_out_middle",
    "left_out_end",
    "changed_front",
    "changed_end",
    "usual_most",
    "usual_least",
    "usual_seam",
    "edits",
    "edit_share",
    "equal",
    "telling_share",
    "number_differs",
)
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
) -> NDArray[np.float32]:
    """Return (pairs, CORE_FEATURES) numbers; the order within a pair changes none."""
    table = np.zeros((len(first), len(CORE_FEATURES)), dtype=np.float32)
    reversed_codes = _reversed(cores)
    numbers = _numbers(cores)
    for start in range(0, len(first), _BLOCK):
        part = slice(start, start + _BLOCK)
        parting = _part(cores, reversed_codes, first[part], second[part])
        named = _named(cores, parting, numbers)
        table[part] = np.stack([named[n] for n in CORE_FEATURES], axis=1)
    return table


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


def _named(
    cores: Cores, parting: _Parting, numbers: NDArray[np.int64]
) -> dict[str, NDArray[np.float32]]:
    a, b, front, behind = parting
    lengths = [(cores.lengths[i] - front - behind).astype(np.float32) for i in (a, b)]
    parted = [_told(cores, i, front, cores.lengths[i] - behind) for i in (a, b)]
    usual = [_usual(cores, i, front, cores.lengths[i] - behind) for i in (a, b)]
    whole = [cores.told[i, cores.lengths[i]] for i in (a, b)]
    longest, shortest = np.maximum(*lengths), np.minimum(*lengths)
    shared = (whole[0] - parted[0] + whole[1] - parted[1]) / 2
    surplus = shared - np.log(max(len(cores), 2))
    left_out = (shortest == 0) & (longest > 0)
    changed = shortest > 0
    at_front, at_end = front == 0, behind == 0
    edits = _edits(cores, parting, lengths)
    total = np.maximum(cores.lengths[a], cores.lengths[b])
    named = {
        "surplus": np.clip(surplus, -5, 30) / 10,
        "surplus_lack": np.maximum(6 - surplus, 0) / 10,
        "parted_most": np.minimum(np.maximum(*parted), 40) / 10,
        "parted_least": np.minimum(np.minimum(*parted), 40) / 10,
        "length_most": np.minimum(longest, 12) / 4,
        "length_least": np.minimum(shortest, 12) / 4,
        "one_for_one": (longest == 1) & (shortest == 1),
        "swapped": _swapped(cores, parting, lengths),
        "left_out_front": left_out & at_front,
        "left_out_middle": left_out & ~at_front & ~at_end,
        "left_out_end": left_out & ~at_front & at_end,
        "changed_front": changed & at_front,
        "changed_end": changed & at_end,
        "usual_most": np.maximum(*usual),
        "usual_least": np.minimum(*usual),
        "usual_seam": np.where(left_out, np.maximum(*usual) - np.minimum(*usual), 0),
        "edits": np.minimum(edits, 8) / 2,
        "edit_share": edits / np.maximum(total, 1),
        "equal": longest == 0,
        "telling_share": shared / np.maximum(np.maximum(*whole), 1e-6),
        "number_differs": numbers[a] != numbers[b],
    }
    return {name: value.astype(np.float32) for name, value in named.items()}


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
    """Return the logarithm of how often the rarest pair of the stretch is met elsewhere.

    The pairs with the characters before and behind the stretch count as well.
    """
    places = np.arange(WIDTH + 1)
    counts = cores.pair_counts[rows]
    counts[(places < start[:, None]) | (places > end[:, None])] = np.inf
    return np.log(np.maximum(counts.min(axis=1), 1))


def _swapped(
    cores: Cores, parting: _Parting, lengths: list[Floats]
) -> NDArray[np.bool_]:
    """Mark stretches of two characters that stand the other way round."""
    a, b, front, _ = parting
    after = np.minimum(front + 1, WIDTH - 1)
    before = np.minimum(front, WIDTH - 1)
    crossed = (cores.codes[a, before] == cores.codes[b, after]) & (
        cores.codes[a, after] == cores.codes[b, before]
    )
    return crossed & (lengths[0] == 2) & (lengths[1] == 2)


def _edits(cores: Cores, parting: _Parting, lengths: list[Floats]) -> Floats:
    """Return the Levenshtein distance; most pairs need no search for it."""
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    edits = np.maximum(*lengths)
    hard = np.flatnonzero(np.minimum(*lengths) > 1)
    if len(hard):
        ours, theirs = (
            [cores.texts[i] for i in side[hard]] for side in (parting.first, parting.second)
        )
        edits[hard] = process.cpdist(
            ours, theirs, scorer=Levenshtein.distance, dtype=np.float32
        )
    return edits


def _numbers(cores: Cores) -> NDArray[np.int64]:
    """Return the number of what is left of each core when only figures are kept."""
    kept = ["".join(c for c in text if c in _DIGITS) for text in cores.texts]
    _, numbers = np.unique(np.array(kept, dtype=str), return_inverse=True)
    return numbers
