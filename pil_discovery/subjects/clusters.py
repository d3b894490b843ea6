"""Linked rows → subjects: union of what is the same, split where codes differ."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Link = tuple[int, int, float]


def cluster_rows(
    codes: Sequence[str], keys: Sequence[str], links: Iterable[Link]
) -> list[int]:
    """Return the number of each row's cluster; 0, 1, 2 … in the order of first rows.

    The surest links are followed first. One that would bring two different codes of
    one kind together is not followed: the chain breaks at its weakest place.

    Parameters
    ----------
    codes
        Valid code of each row with its kind, `kind:code`, or "".
    keys
        What each row says, for an order that does not depend on where it stands.
    links
        Pairs of rows that are the same, with their probability.
    """
    parents = list(range(len(codes)))
    held = [{code.partition(":")[0]: code} if code else {} for code in codes]

    def order(link: Link) -> tuple[float, list[str]]:
        a, b, probability = link
        return -probability, sorted((keys[a], keys[b]))

    for a, b, _ in sorted(links, key=order):
        top, low = sorted((_root(parents, a), _root(parents, b)))
        if top != low and _agree(held[top], held[low]):
            parents[low] = top
            held[top] |= held[low]
    numbers: dict[int, int] = {}
    roots = [_root(parents, row) for row in range(len(codes))]
    return [numbers.setdefault(root, len(numbers)) for root in roots]


def _root(parents: list[int], row: int) -> int:
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row


def _agree(ours: dict[str, str], theirs: dict[str, str]) -> bool:
    return all(theirs.get(kind, code) == code for kind, code in ours.items())


def subject_ids(
    codes: Sequence[str], keys: Sequence[str], clusters: Sequence[int]
) -> list[str]:
    """Return a name for each row's subject that other rows do not change.

    It is made from the code of the subject, or from its first key in the order of the
    characters; hand in digests where codes must not be found by trying them all.
    Subjects that nothing tells apart but their rows are numbered.
    """
    told: dict[int, set[str]] = {}
    for code, key, cluster in zip(codes, keys, clusters, strict=True):
        told.setdefault(cluster, set()).add(f"0{code}" if code else f"1{key}")
    seen: dict[str, int] = {}
    names = {}
    for cluster, texts in told.items():
        digest = hashlib.sha256(min(texts).encode()).hexdigest()[:16]
        seen[digest] = seen.get(digest, 0) + 1
        names[cluster] = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    return [names[cluster] for cluster in clusters]
