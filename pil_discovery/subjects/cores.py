"""Cores of names as numbers: their characters, and how much each of them tells.

What a character tells is its surprisal under the names at hand: the characters behind
«温» in «温州» and in «有限» tell next to nothing where every name has them, those of a
brand tell much. No list of places or industries is needed, and the words of any district
weigh what they weigh there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WIDTH = 40
"""Characters of a core that are compared; few names are longer."""
_SMOOTHING = 0.2
"""Weight of the single character where the pair is rare; as usual for bigrams."""


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


def read_cores(texts: Sequence[str]) -> Cores:
    """Number the characters of distinct texts and weigh them."""
    known = tuple(sorted(set(texts)))
    codes, lengths = _numbered(known)
    told, counts = _weighed(codes, lengths)
    return Cores(known, codes, lengths, told, counts)


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
    codes: NDArray[np.int32], lengths: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the information told before each place, and how usual each pair is."""
    places = np.arange(WIDTH + 1) <= lengths[:, None]
    pairs = pairs_of(codes)
    _, which, number = np.unique(pairs[places], return_inverse=True, return_counts=True)
    counts = np.zeros(pairs.shape, dtype=np.float32)
    counts[places] = number[which]
    single = np.bincount(codes.ravel())
    single[0] = len(codes)  # every core has one edge
    before = np.pad(single[codes], ((0, 0), (1, 0)), constant_values=len(codes))
    after = np.pad(single[codes], ((0, 0), (0, 1)))
    following = counts / np.maximum(before, 1)
    anywhere = after / max(int(single.sum()), 1)
    likely = (1 - _SMOOTHING) * following + _SMOOTHING * anywhere
    inside = np.arange(WIDTH) < lengths[:, None]
    surprise = np.where(inside, -np.log(np.maximum(likely[:, :WIDTH], 1e-12)), 0.0)
    told = np.pad(np.cumsum(surprise, axis=1), ((0, 0), (1, 0)))
    return told.astype(np.float32), counts
