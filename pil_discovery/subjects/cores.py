"""Cores of names as numbers: their characters, and how much each of them tells.

What a character tells is its surprisal under the names at hand: the characters behind
«温» in «温州» and in «有限» tell next to nothing where every name has them, those of a
brand tell much. The words of any district weigh what they weigh there, listed or not.
A short table knows little of its own: a few everyday words stand in for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.text.name_words import INDUSTRIES, PROVINCES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

WIDTH = 32
"""Characters of a core that are compared; few names are longer."""
_SMOOTHING = np.float32(20)
"""How many meetings of a character weigh as much as what is known of its follower
alone: in a table of a few names a pair that is met says little."""
_ALPHABET = 3000
"""Characters that a name may hold whether or not the table has them."""
_EVERYDAY = 20.0
"""How many names stand behind an everyday word."""


@dataclass(frozen=True)
class Cores:
    """Distinct cores, in the order of their characters.

    Attributes
    ----------
    texts
        The cores, sorted.
    codes
        (cores, WIDTH) numbers of characters, 0 behind the end.
    lengths
        Characters of each.
    told
        (cores, WIDTH + 1) natural units of information told before each place.
    pair_counts
        (cores, WIDTH + 1) in how many cores the pair of characters that meet before
        each place stands; the edges count as characters.
    """

    texts: tuple[str, ...]
    codes: NDArray[np.int32]
    lengths: NDArray[np.int32]
    told: NDArray[np.float32]
    pair_counts: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.texts)


def read_cores(texts: Collection[str], *, places: Collection[str] = ()) -> Cores:
    """Return texts with their characters numbered and weighed.

    Parameters
    ----------
    texts
        Cores of names, repeated ones counted once.
    places
        Names of places, which weigh little even where the table has few of them.
    """
    known = tuple(sorted(set(texts)))
    everyday = sorted({*INDUSTRIES, *PROVINCES, *places})
    codes, lengths = _numbered([*known, *everyday])
    told, counts = _weighed(codes, lengths, len(known))
    rows = slice(0, len(known))
    return Cores(known, codes[rows], lengths[rows], told[rows], counts[rows])


def _numbered(texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    cut = [text[:WIDTH] for text in texts]
    lengths = np.array([len(text) for text in cut], dtype=np.int32)
    points = np.frombuffer("".join(cut).encode("utf-32-le"), dtype=np.uint32)
    _, numbers = np.unique(points, return_inverse=True)
    codes = np.zeros((len(cut), WIDTH), dtype=np.int32)
    codes[np.arange(WIDTH) < lengths[:, None]] = numbers + 1
    return codes, lengths


def pairs_of(codes: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the number of each pair of neighbours, the edges included."""
    edged = np.pad(codes.astype(np.int64), ((0, 0), (1, 1)))
    pairs: NDArray[np.int64] = edged[:, :-1] * (edged.max(initial=0) + 1) + edged[:, 1:]
    return pairs


def _weighed(
    codes: NDArray[np.int32], lengths: NDArray[np.int32], names: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the information told before each place, and how usual each pair is.

    The rows behind the first `names` are everyday words, whose edges say nothing.
    """
    counts = _pair_counts(codes, lengths, names)
    weight = np.where(np.arange(len(codes)) < names, 1.0, _EVERYDAY)
    single = np.bincount(codes.ravel(), np.repeat(weight, WIDTH)).astype(np.float32)
    single[0] = names  # every core has one edge
    anywhere = (single + 1) / (single.sum() + _ALPHABET)
    likely = counts[:, :WIDTH] + _SMOOTHING * anywhere[codes]
    likely[:, 0] /= names + _SMOOTHING
    likely[:, 1:] /= single[codes[:, :-1]] + _SMOOTHING
    likely[np.arange(WIDTH) >= lengths[:, None]] = 1
    told = np.zeros((len(codes), WIDTH + 1), dtype=np.float32)
    np.cumsum(-np.log(likely), axis=1, out=told[:, 1:])
    return told, counts


def _pair_counts(
    codes: NDArray[np.int32], lengths: NDArray[np.int32], names: int
) -> NDArray[np.float32]:
    """Return in how many names each pair of neighbours stands."""
    places = np.arange(WIDTH + 1) <= lengths[:, None]
    places[names:, 0] = False
    places[names:] &= np.arange(WIDTH + 1) < lengths[names:, None]
    weight = np.where(np.arange(len(codes)) < names, 1.0, _EVERYDAY)
    weights = np.repeat(weight, places.sum(axis=1))
    _, which = np.unique(pairs_of(codes)[places], return_inverse=True)
    counts = np.zeros(places.shape, dtype=np.float32)
    counts[places] = np.bincount(which, weights)[which]
    return counts
