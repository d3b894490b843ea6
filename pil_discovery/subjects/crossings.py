"""Which rows of parties to put beside each other, given which names are alike.

A name that many rows bear (沙县小吃, 个体工商户) makes pairs by the square. They are
made in blocks, so that memory is bounded, and not made where codes contradict anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pil_discovery.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pil_discovery.subjects.parties import Parties

    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Block = tuple[Rows, Rows, Rows]
    """Number of the pair of cores, row of the first, row of the second register."""

BLOCK = 500_000
"""Pairs of rows at once; it changes no result."""
MOST_PAIRS = 50_000_000
"""Pairs of rows that are compared: more take longer than anybody waits."""
_CROWD = 50
"""Rows of one core from which each is compared with the first one only."""
_MOST_OF_A_CORE = 1_000_000
"""Pairs of one pair of cores from which a crowd is thinned."""
_NO_KEY, _ORGANISATION, _REGISTRATION, _RESIDENT = range(4)


@dataclass(frozen=True)
class _Members:
    """Rows by group: those of group `g` are `rows[starts[g]:starts[g + 1]]`."""

    rows: Rows
    starts: Rows

    def count(self, groups: Rows) -> Rows:
        found: Rows = np.diff(self.starts)[groups]
        return found


def row_pairs(parties: Parties, ours: Rows, theirs: Rows) -> Iterator[Block]:
    """Yield the rows of each pair of cores, one of the left and one of the right.

    Within one register each pair of rows comes once, and of a crowd with one core each
    row is paired with the first.

    Parameters
    ----------
    parties
        One or two registers.
    ours, theirs
        Numbers of cores, `ours` ≤ `theirs`.

    Raises
    ------
    ArgumentError
        If there are more pairs than can be compared.
    """
    left = _by_core(parties, parties.is_left)
    right = _by_core(parties, parties.is_right)
    if not parties.is_left.all():
        yield from _both_ways(parties, (ours, theirs), [(left, right)])
        return
    crowded = (ours == theirs) & (left.count(ours) > _CROWD)
    sizes = left.count(ours) * right.count(theirs)
    _demand_few(parties, ours, np.where(crowded, 0, sizes))
    heads = _by_core(parties, _first_of(parties.core))
    for side, at in (left, np.flatnonzero(~crowded)), (heads, np.flatnonzero(crowded)):
        for which, first, second in _crossed(side, ours[at], right, theirs[at]):
            kept = (ours[at[which]] != theirs[at[which]]) | (first < second)
            a, b = first[kept], second[kept]
            yield at[which[kept]], np.minimum(a, b), np.maximum(a, b)


def thinned_pairs(parties: Parties, ours: Rows, theirs: Rows) -> Iterator[Block]:
    """Yield the pairs of `row_pairs` of two sides, fewer where a crowd bears one core.

    Of a crowd, each left row is paired with the first right row of every whole name,
    code and region: who is joined to one is joined to all. Where even these are too
    many, only with those of its own whole name; a name that has too many meanings then
    tells nobody apart, and is paired with none.
    """
    left, right = (
        _by_core(parties, side) for side in (parties.is_left, parties.is_right)
    )
    whole = _numbered(parties.whole)
    heads = _heads(parties, whole) & parties.is_right
    most = _by_core(parties, heads)
    crowded = _is_crowd(left, right, ours, theirs)
    packed = crowded & _is_crowd(left, most, ours, theirs)
    for at, side in ((~crowded, right), (crowded & ~packed, most)):
        some = np.flatnonzero(at)
        cores = ours[some], theirs[some]
        for which, first, second in _both_ways(parties, cores, [(left, side)]):
            yield some[which], first, second
    inside = np.isin(parties.core, ours[packed])
    every = np.arange(int(whole.max(initial=-1)) + 1)
    left = _members(whole, len(every), parties.is_left & inside)
    right = _members(whole, len(every), heads & inside)
    every = every[left.count(every) * right.count(every) <= _MOST_OF_A_CORE]
    for _, first, second in _crossed(left, every, right, every):
        which, known = _looked_up(parties, (ours, theirs), first, second)
        yield which[known], first[known], second[known]


def _is_crowd(left: _Members, right: _Members, ours: Rows, theirs: Rows) -> Flags:
    """Mark pairs of cores with more pairs of rows than are all made."""
    one_way = left.count(ours) * right.count(theirs)
    crowd: Flags = (
        np.maximum(one_way, left.count(theirs) * right.count(ours)) > _MOST_OF_A_CORE
    )
    return crowd


def compatible_pairs(parties: Parties, ours: Rows, theirs: Rows) -> Iterator[Block]:
    """Yield the pairs of `row_pairs` of two registers that no two codes contradict.

    Two organisations are put beside each other where their codes are equal, all others
    where the names are alike.

    Raises
    ------
    ArgumentError
        As `row_pairs`.
    """
    kinds, keys = _keys(parties)
    ways = [
        (a, b)
        for a in range(_RESIDENT + 1)
        for b in range(_RESIDENT + 1)
        if a != b or a == _NO_KEY
    ]
    free = [
        (
            _by_core(parties, parties.is_left & (kinds == a)),
            _by_core(parties, parties.is_right & (kinds == b)),
        )
        for a, b in ways
    ]
    yield from _both_ways(parties, (ours, theirs), free)
    every = np.arange(int(keys.max(initial=-1)) + 1)
    left, right = (
        _members(keys, len(every), side & (keys >= 0))
        for side in (parties.is_left, parties.is_right)
    )
    named = np.zeros(len(every), dtype=np.int64)
    named[keys[keys >= 0]] = parties.core[keys >= 0]
    _demand_few(parties, named, left.count(every) * right.count(every))
    for _, first, second in _crossed(left, every, right, every):
        which, known = _looked_up(parties, (ours, theirs), first, second)
        yield which[known], first[known], second[known]


def _both_ways(
    parties: Parties,
    cores: tuple[Rows, Rows],
    sides: list[tuple[_Members, _Members]],
) -> Iterator[Block]:
    """Yield the pairs of two registers: a core of a pair may stand on either side."""
    ours, theirs = cores
    every = np.arange(len(ours))
    apart = np.flatnonzero(ours != theirs)
    ways = [(every, ours, theirs), (apart, theirs[apart], ours[apart])]
    total = np.zeros(len(ours), dtype=np.int64)
    for left, right in sides:
        for at, a, b in ways:
            total[at] += left.count(a) * right.count(b)
    _demand_few(parties, ours, total)
    for left, right in sides:
        for at, a, b in ways:
            for which, first, second in _crossed(left, a, right, b):
                yield at[which], first, second


def _crossed(
    left: _Members, ours: Rows, right: _Members, theirs: Rows
) -> Iterator[Block]:
    """Yield every left row of a group with every right row of the other, in blocks."""
    wide = right.count(theirs)
    sizes = left.count(ours) * wide
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    for begin in range(0, total, BLOCK):
        number = np.arange(begin, min(begin + BLOCK, total))
        which = np.searchsorted(ends, number, side="right")
        place = number - (ends - sizes)[which]
        first = left.rows[left.starts[ours[which]] + place // wide[which]]
        second = right.rows[right.starts[theirs[which]] + place % wide[which]]
        yield which, first, second


def _members(groups: Rows, number: int, side: Flags) -> _Members:
    """Return the rows of a side by group, and where those of each group start."""
    rows = np.flatnonzero(side)
    rows = rows[np.argsort(groups[rows], kind="stable")]
    return _Members(rows, np.searchsorted(groups[rows], np.arange(number + 1)))


def _by_core(parties: Parties, side: Flags) -> _Members:
    return _members(parties.core, len(parties.cores), side)


def _first_of(groups: Rows) -> Flags:
    """Mark the first row of each group."""
    found = np.zeros(len(groups), dtype=bool)
    found[np.unique(groups, return_index=True)[1]] = True
    return found


def _heads(parties: Parties, whole: Rows) -> Flags:
    """Mark the first row of each whole name, code and region."""
    region = parties.columns.get("region", np.full(len(parties), ""))
    parts = zip(whole, parties.code, region, strict=True)
    return _first_of(_numbered(np.array(["\x1f".join(map(str, p)) for p in parts])))


def _numbered(texts: NDArray[Any]) -> Rows:
    found: Rows = np.unique(texts.astype(str), return_inverse=True)[1]
    return found


def _keys(parties: Parties) -> tuple[NDArray[np.int8], Rows]:
    """Return what kind of code each row has, and a number that equal codes share.

    Codes of two kinds say nothing of each other; a credit code holds that of the
    organisation.
    """
    kinds = np.full(len(parties), _NO_KEY, dtype=np.int8)
    starts = (("registration:", _REGISTRATION), ("resident_id:", _RESIDENT))
    for number, code in enumerate(parties.code):
        for start, kind in starts:
            if code.startswith(start):
                kinds[number] = kind
    kinds[parties.organisation != ""] = _ORGANISATION
    numbers = np.full(len(parties), -1, dtype=np.int64)
    keyed = np.flatnonzero(kinds != _NO_KEY)
    said = np.where(
        kinds[keyed] == _ORGANISATION, parties.organisation[keyed], parties.code[keyed]
    )
    numbers[keyed] = _numbered(said)
    return kinds, numbers


def _looked_up(
    parties: Parties, cores: tuple[Rows, Rows], first: Rows, second: Rows
) -> tuple[Rows, Flags]:
    """Return the number of the pair of cores of pairs of rows, and which have one."""
    size = len(parties.cores)
    known = cores[0] * size + cores[1]
    order = np.argsort(known)
    a, b = parties.core[first], parties.core[second]
    asked = np.minimum(a, b) * size + np.maximum(a, b)
    at = np.minimum(np.searchsorted(known[order], asked), max(len(known) - 1, 0))
    if not len(known):
        return at, np.zeros(len(first), dtype=bool)
    which = order[at]
    return which, known[which] == asked


def _demand_few(parties: Parties, ours: Rows, sizes: Rows) -> None:
    """Refuse more pairs than can be compared, and name the commonest name."""
    total = int(sizes.sum())
    if total <= MOST_PAIRS:
        return
    name = parties.cores.texts[ours[int(np.argmax(sizes))]]
    what = (
        f"名称相近的行要两两比较 {total:,} 次，超过 {MOST_PAIRS:,} 次的上限；"
        f"最多的是“{name}”"
    )
    raise ArgumentError(f"{what}：请补上统一社会信用代码，或者更正千篇一律的名称")
