"""Pairs of rows that may speak of the same organisation, with a review band.

Only a valid code or an equal full name decides on its own. Likeness of names never
does: it sends a pair to a person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pil_discovery.text.codes import check_code
from pil_discovery.text.names import OrganisationName, normalise_name, parse_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Columns = tuple[str, str]
Decision = Literal["same", "review", "different"]

CODE_SAME = 0.9999
NAME_SAME = 0.97
REVIEW_FROM = 0.80
"""Likeness from which a pair is shown to a person; a design value, not calibrated."""
_ADDRESS_WEIGHT = 0.25
_COMMON_SHARE = 0.02
_COMMON_COUNT = 50
_CANDIDATES = 10
_LINK_COLUMNS = ["left_id", "right_id", "probability", "decision", "reason"]


@dataclass(frozen=True, slots=True)
class _Party:
    id: object
    name: OrganisationName
    code: str | None
    region: str
    address: str


def link_names(
    left: pd.DataFrame,
    right: pd.DataFrame,
    *,
    name: Columns,
    code: Columns | None = None,
    region: Columns | None = None,
    address: Columns | None = None,
) -> pd.DataFrame:
    """Link rows of two tables by code, full name, then likeness for review.

    Parameters
    ----------
    left, right
        Tables; their index names the rows.
    name, code, region, address
        Column of the left and of the right table.

    Returns
    -------
    DataFrame
        `left_id`, `right_id`, `probability`, `decision` (`same`, `review`,
        `different`: codes contradict), `reason` in Chinese; ordered by left row, then
        by falling probability. Rows without any counterpart are absent.
    """
    ours = _parties(left, [c and c[0] for c in (name, code, region, address)])
    theirs = _parties(right, [c and c[1] for c in (name, code, region, address)])
    index = _Index(theirs)
    rows = [
        (mine.id, other.id, *verdict)
        for mine in ours
        for other, verdict in _judged(mine, index)
    ]
    return pd.DataFrame(rows, columns=_LINK_COLUMNS)


def _parties(frame: pd.DataFrame, columns: Sequence[str | None]) -> list[_Party]:
    texts = [_texts(frame, c) for c in columns]
    return [
        _Party(row, parse_name(n), _valid_code(c), normalise_name(r), normalise_name(a))
        for row, n, c, r, a in zip(frame.index, *texts, strict=True)
    ]


def _texts(frame: pd.DataFrame, column: str | None) -> list[str]:
    if column is None:
        return [""] * len(frame)
    return ["" if pd.isna(v) else str(v) for v in frame[column]]


def _valid_code(text: str) -> str | None:
    checked = check_code("uscc", text) if text else None
    return checked.normal if checked is not None and checked.valid else None


class _Index:
    """Where the parties of one side are found: by code, by full name, by bigrams."""

    def __init__(self, parties: Sequence[_Party]) -> None:
        self.parties = parties
        self.by_code: dict[str, list[int]] = defaultdict(list)
        self.by_name: dict[str, list[int]] = defaultdict(list)
        self.by_gram: dict[str, list[int]] = defaultdict(list)
        for number, party in enumerate(parties):
            if party.code:
                self.by_code[party.code].append(number)
            if party.name.whole:
                self.by_name[party.name.whole].append(number)
            for gram in _grams(party.name.core):
                self.by_gram[gram].append(number)
        self._common = max(_COMMON_COUNT, _COMMON_SHARE * len(parties))

    def near(self, party: _Party) -> Iterator[int]:
        """Yield parties that a code, the full name or rare bigrams point to."""
        told: Counter[int] = Counter()
        for gram in _grams(party.name.core):
            numbers = self.by_gram.get(gram, ())
            if len(numbers) <= self._common:
                told.update(numbers)
        sure = [*self.by_code.get(party.code or "", ())]
        sure += self.by_name.get(party.name.whole, ()) if party.name.whole else ()
        likely = sorted(told.items(), key=lambda item: (-item[1], item[0]))
        yield from dict.fromkeys([*sure, *(n for n, _ in likely[:_CANDIDATES])])


def _grams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)} or (
        {text} if text else set()
    )


def _judged(
    mine: _Party, index: _Index
) -> list[tuple[_Party, tuple[float, Decision, str]]]:
    pairs = [
        (index.parties[n], _verdict(mine, index.parties[n])) for n in index.near(mine)
    ]
    kept = [(other, v) for other, v in pairs if v is not None]
    return sorted(kept, key=lambda pair: (-pair[1][0], str(pair[0].id)))


def _verdict(mine: _Party, other: _Party) -> tuple[float, Decision, str] | None:
    if mine.code and other.code:
        return _by_code(mine, other)
    if mine.name.whole and mine.name.whole == other.name.whole:
        if mine.region and other.region and mine.region != other.region:
            return REVIEW_FROM, "review", "全称相同，但所在地区不同"
        return NAME_SAME, "same", "规范化后全称相同"
    likeness = _likeness(mine, other)
    if likeness < REVIEW_FROM:
        return None
    return (
        min(likeness, NAME_SAME),
        "review",
        f"名称、地址相似度 {likeness:.2f}，待核对",
    )


def _by_code(mine: _Party, other: _Party) -> tuple[float, Decision, str] | None:
    if mine.code == other.code:
        return CODE_SAME, "same", "统一社会信用代码相同"
    if mine.name.whole == other.name.whole:
        return 0.0, "different", "名称相同而代码不同，按代码认定为不同主体"
    return None


def _likeness(mine: _Party, other: _Party) -> float:
    if not mine.name.core or not other.name.core:
        return 0.0
    names = Levenshtein.normalized_similarity(mine.name.core, other.name.core)
    if mine.name.branch != other.name.branch:
        names *= 0.9  # a branch is another party than its head office
    if not mine.address or not other.address:
        return names
    places = fuzz.token_set_ratio(mine.address, other.address) / 100
    return (1 - _ADDRESS_WEIGHT) * names + _ADDRESS_WEIGHT * places
