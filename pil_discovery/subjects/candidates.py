"""Pairs of names worth comparing: TF-IDF of characters and pairs of characters.

Grams that many names have are left out (they find nothing and cost the most), so that
the work grows with the number of names and not with its square.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from pil_discovery.subjects.cores import pairs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.subjects.cores import Cores

    Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]

TOP = 12
"""Candidates that a name is compared with."""
LEAST = 0.22
"""Cosine under which nothing is compared."""
_COMMON_SHARE = 0.02
_COMMON_COUNT = 50
_MEETINGS = 3_000
"""Meetings of names in grams that are allowed a name, on average."""
_BLOCK = 2_000_000
"""Meetings looked at at once; bounds the memory."""


def candidate_pairs(
    cores: Cores, left: NDArray[np.bool_], right: NDArray[np.bool_]
) -> Pairs:
    """Return pairs of different cores, one of the left and one of the right side.

    Parameters
    ----------
    cores
        All cores.
    left, right
        Which of them stand on which side; a core may stand on both.

    Returns
    -------
    first, second
        Numbers of cores, ascending, each pair once, `first` < `second`.
    """
    grams = _grams(cores)
    rows, columns = np.flatnonzero(left), np.flatnonzero(right)
    kept = _telling(grams[rows], grams[columns])
    weighted = _weighted(grams[:, kept])
    found = [
        _nearest(weighted, rows, columns),
        _nearest(weighted, columns, rows) if not np.array_equal(left, right) else None,
    ]
    pairs = np.concatenate([np.sort(f, axis=1) for f in found if f is not None])
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    return pairs[:, 0], pairs[:, 1]


def _grams(cores: Cores) -> sparse.csr_matrix:
    """Return which grams each core holds: characters, neighbours, one apart."""
    codes = cores.codes
    size = int(codes.max(initial=0)) + 1
    apart = codes[:, :-2].astype(np.int64) * size + codes[:, 2:]
    kinds = [
        _held(codes, codes > 0),
        _held(pairs_of(codes)[:, 1:-1], codes[:, 1:] > 0),
        _held(apart, codes[:, 2:] > 0),
    ]
    return sparse.hstack(kinds, format="csr", dtype=np.float32)


def _held(
    grams: NDArray[np.int32] | NDArray[np.int64], inside: NDArray[np.bool_]
) -> sparse.csr_matrix:
    """Return a matrix of ones: core by gram that it holds."""
    owners = np.nonzero(inside)[0].astype(np.int32)
    known, which = np.unique(grams[inside], return_inverse=True)
    ones = np.ones(len(owners), dtype=np.float32)
    shape = (len(grams), max(len(known), 1))
    matrix = sparse.csr_matrix((ones, (owners, which.astype(np.int32))), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def _telling(ours: sparse.csr_matrix, theirs: sparse.csr_matrix) -> NDArray[np.int64]:
    """Return the grams that both sides have and not too many names share."""
    a, b = (np.bincount(m.indices, minlength=m.shape[1]) for m in (ours, theirs))
    names = max(ours.shape[0], theirs.shape[0])
    limit = max(_COMMON_COUNT, _COMMON_SHARE * names)
    useful = np.flatnonzero((a > 0) & (b > 0) & (np.maximum(a, b) <= limit))
    meetings = a[useful].astype(np.int64) * b[useful]
    order = np.argsort(meetings, kind="stable")
    spent = np.cumsum(meetings[order])
    return np.sort(useful[order[spent <= _MEETINGS * max(names, 1000)]])


def _weighted(grams: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return rows of length one, rare grams heavy."""
    holders = np.bincount(grams.indices, minlength=grams.shape[1])
    rarity = np.log((grams.shape[0] + 1) / (holders + 1)) + 1
    weighted = grams.multiply(rarity.astype(np.float32)).tocsr()
    lengths = np.sqrt(weighted.multiply(weighted).sum(axis=1)).A1
    scale = sparse.diags(1 / np.maximum(lengths, 1e-9), dtype=np.float32)
    return (scale @ weighted).tocsr().astype(np.float32)


def _nearest(
    weighted: sparse.csr_matrix, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return (row, column) of the nearest few columns of each row."""
    ours, theirs = weighted[rows], weighted[columns].T.tocsr()
    met = np.diff(theirs.indptr)[ours.indices]
    work = np.concatenate([[0], np.cumsum(met)])[ours.indptr]
    found = [np.empty((0, 2), dtype=np.int64)]
    start = 0
    while start < len(rows):
        end = int(np.searchsorted(work, work[start] + _BLOCK, side="right")) - 1
        end = min(max(end, start + 1), len(rows))
        near = (ours[start:end] @ theirs).tocoo()
        at, other = _best(near.row, near.col, near.data)
        found.append(np.stack([rows[start + at], columns[other]], axis=1))
        start = end
    return np.concatenate(found)


def _best(
    row: NDArray[np.int32], column: NDArray[np.int32], score: NDArray[np.float32]
) -> Pairs:
    """Return the best of each row; among equals the first in the order of the texts."""
    near = score >= LEAST
    row, column, score = row[near], column[near], np.round(score[near], 5)
    order = np.lexsort((column, -score, row))
    row, column = row[order], column[order]
    first = np.searchsorted(row, row, side="left")
    kept = np.arange(len(row)) - first < TOP + 1  # one is the name itself
    return row[kept].astype(np.int64), column[kept].astype(np.int64)
