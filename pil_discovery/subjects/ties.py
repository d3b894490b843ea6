"""Ties between parties, followed kind by kind, and never to two codes at once."""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Flags = NDArray[np.bool_]


class Ties:
    """Parties as they come together.

    Parameters
    ----------
    codes
        Valid code of each party with its kind, `kind:code`, or "".
    apart
        Pairs that a person held apart.

    Attributes
    ----------
    labels
        Number of each party's subject so far.
    """

    def __init__(
        self, codes: NDArray[np.object_], apart: tuple[Numbers, Numbers]
    ) -> None:
        self._code = np.array(pd.factorize(codes)[0], dtype=np.int64)
        self._code[codes == ""] = -1
        # an organisation code that stands in no credit code contradicts each of them
        kinds = [code.partition(":")[0].replace("org", "uscc") for code in codes]
        self._kind = np.array(pd.factorize(np.array(kinds, dtype=object))[0])
        self._apart = apart
        coded = np.flatnonzero(self._code >= 0)
        _, firsts = np.unique(self._code[coded], return_index=True)
        heads = dict(zip(self._code[coded[firsts]], coded[firsts], strict=True))
        head = np.array([heads[c] for c in self._code[coded]], dtype=np.int64)
        self.labels = _connected(np.arange(len(codes)), coded, head)

    def has_code(self) -> Flags:
        """Mark the parties whose subject has a code."""
        return np.isin(self.labels, self.labels[self._code >= 0])

    def are_told_apart(self, first: Numbers, second: Numbers) -> Flags:
        """Mark pairs that need no looking at: one subject already, or two codes."""
        coded = self._code >= 0
        held = pd.Series(self._kind[coded], self.labels[coded])
        kinds = held[~held.index.duplicated()].reindex(self.labels).to_numpy(float)
        ours, theirs = self.labels[first], self.labels[second]
        both = kinds[first] == kinds[second]  # of no code it is NaN, which equals none
        return np.asarray((ours == theirs) | both, dtype=bool)

    def between(self, first: Numbers, second: Numbers) -> Flags:
        """Mark parties without a code whose ties lead to firms with different codes."""
        coded = self.has_code()
        a, b = np.concatenate([first, second]), np.concatenate([second, first])
        toward = coded[b] & ~coded[a]
        ends = pd.Series(self.labels[b[toward]]).groupby(self.labels[a[toward]])
        several = ends.nunique()
        return np.isin(self.labels, several[several > 1].index.to_numpy())

    def follow(self, first: Numbers, second: Numbers, wanted: Flags) -> Flags:
        """Follow ties where they lead to one code of a kind; mark those that do not.

        All ties of one kind are followed at once, so that their order is nothing.
        """
        a, b = first[wanted], second[wanted]
        together = _connected(self.labels, a, b)
        bad = self._torn(together)
        good = ~np.isin(together[a], bad)
        self.labels = _connected(self.labels, a[good], b[good])
        refused = np.zeros(len(wanted), dtype=bool)
        apart = self.labels[a] != self.labels[b]
        refused[np.flatnonzero(wanted)[apart]] = True
        return refused

    def _torn(self, labels: Numbers) -> Numbers:
        """Return subjects with two codes of a kind, or with a pair held apart."""
        coded = self._code >= 0
        held = pd.DataFrame(
            {"label": labels[coded], "kind": self._kind[coded], "c": self._code[coded]}
        )
        several = held.groupby(["label", "kind"])["c"].nunique()
        two = several[several > 1].index.get_level_values("label").to_numpy()
        a, b = self._apart
        return np.union1d(two, labels[a][labels[a] == labels[b]])


def _connected(labels: Numbers, a: Numbers, b: Numbers) -> Numbers:
    """Return the labels after subjects of the pairs are put together."""
    if not len(labels):
        return labels
    size = int(labels.max()) + 1
    ones = np.ones(len(a), dtype=np.int8)
    graph = coo_array((ones, (labels[a], labels[b])), shape=(size, size))
    joined = connected_components(graph, directed=False)[1].astype(np.int64)
    found: Numbers = joined[labels]
    return found


def surest_ways(
    links: pd.DataFrame, numbers: tuple[Numbers, Numbers], keys: Sequence[str]
) -> pd.DataFrame:
    """Return by which tie likeness joins each group to what its subject stands on.

    Parameters
    ----------
    links
        Ties by likeness that were followed: `first`, `second`, `probability`, `reason`.
    numbers
        The number of each party's group, and of its subject.
    keys
        What each party says, for an order that does not depend on its place; the first
        is what a subject stands on.

    Returns
    -------
    DataFrame
        `group`, `toward` (the party at the other end of its tie), `probability` (of
        the weakest tie on the surest way), `reason`. The group that the subject stands
        on is absent.
    """
    group, labels = numbers
    columns = ["group", "toward", "probability", "reason"]
    steps: dict[int, list[tuple[float, str, int, int, str]]] = defaultdict(list)
    rows = links[["first", "second", "probability", "reason"]]
    for a, b, chance, reason in rows.itertuples(index=False, name=None):
        for ours, theirs in ((a, b), (b, a)):
            text = min(keys[a], keys[b]) + max(keys[a], keys[b])
            steps[int(group[ours])].append((-chance, text, ours, theirs, reason))
    found: dict[int, tuple[int, int, float, str]] = {}
    for start in _standing(links, group, labels, keys):
        _walk(start, (steps, group), found)
    return pd.DataFrame(list(found.values()), columns=columns)


def _standing(
    links: pd.DataFrame, group: Numbers, labels: Numbers, keys: Sequence[str]
) -> list[int]:
    """Return the group that each joined subject stands on."""
    joined = np.unique(labels[links["first"].to_numpy(int)])
    rows = np.flatnonzero(np.isin(labels, joined))
    best: dict[int, tuple[str, int]] = {}
    for row in map(int, rows):
        found = (keys[row], int(group[row]))
        label = int(labels[row])
        best[label] = min(best.get(label, found), found)
    return [number for _, number in best.values()]


def _walk(
    start: int,
    known: tuple[dict[int, list[tuple[float, str, int, int, str]]], Numbers],
    found: dict[int, tuple[int, int, float, str]],
) -> None:
    """Spread from a group, always by the surest tie that leads on (Prim 1957)."""
    steps, group = known
    seen = {start}
    heap: list[tuple[float, str, int, int, str, float]] = []

    def push(number: int, weakest: float) -> None:
        for minus, text, ours, theirs, reason in steps[number]:
            heappush(heap, (minus, text, ours, theirs, reason, weakest))

    push(start, 1.0)
    while heap:
        minus, _, ours, theirs, reason, weakest = heappop(heap)
        number = int(group[theirs])
        if number in seen:
            continue
        seen.add(number)
        chance = min(weakest, -minus)
        found[number] = (number, ours, chance, reason)
        push(number, chance)
