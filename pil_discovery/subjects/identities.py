"""Distinct parties of all registers → subjects: by code, by full name, by likeness.

Ties are followed from the surest kind to the weakest: codes, what people decided, the
full registered name in one region, the pair model. A kind of tie holds where it leads
to one code only. Where the full name leads to two, nobody can say whose the name is,
and the party is in no subject; where likeness does, a person has to look.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.subjects.judging import judge_pairs
from pil_discovery.subjects.pairs import Pairs, thinned_blocks
from pil_discovery.subjects.parties import read_parties
from pil_discovery.subjects.registers import SAID
from pil_discovery.subjects.reviews import apply_reviews, latest, pair_ids
from pil_discovery.subjects.ties import Ties, surest_ways

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from pil_discovery.subjects.parties import Parties
    from pil_discovery.types.linking import PairModel, Review

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.int64]

FULL_NAME, LIKENESS, PERSON, OPEN = "full_name", "likeness", "person", "open"
"""What decided about a pair; a code needs no pair."""
NO_PAIRS = {
    "compared": 0,
    FULL_NAME: 0,
    LIKENESS: 0,
    PERSON: 0,
    OPEN: 0,
    "dropped": 0,
    "decisions": 0,
}
"""The account where every row has a code: nothing had to be compared."""
RIVAL_FROM = 0.5
"""Probability from which another firm that a name may mean keeps likeness from
deciding: it is more likely than not for itself alone. A design value."""
_SEVERAL_NAMESAKES = "规范化后全称相同，但有该名称的主体不止一个代码"
_SEVERAL_ALIKE = "相近的名称连到不止一个主体，不能确定是哪一个"


@dataclass(frozen=True)
class Identities:
    """Who the parties are.

    Attributes
    ----------
    parties
        One row a party, in the order given: `subject_id` and `subject_code` (missing
        where nobody can be told), `key` (digest of what it says), `group` (parties of
        one subject with one number are tied by code or full name), and the tie that
        joins the group by likeness: `other` (a spelling), `probability`, `reason`,
        missing for the group that the subject stands on.
    links
        Pairs that were joined and pairs that a person has to look at: `first`,
        `second` (numbers of parties), `probability`, `decision`, `reason`, `by` (what
        decided: `full_name`, `likeness`, `person`, or `open`), `pair` and `keys` (its
        name, and what its parties say as digests).
    account
        How many pairs were compared and what came of them.
    """

    parties: pd.DataFrame
    links: pd.DataFrame
    account: dict[str, int]


def identify(
    said: pd.DataFrame,
    model: PairModel,
    *,
    places: Collection[str],
    reviews: Sequence[Review] = (),
) -> Identities:
    """Tell which distinct parties are one subject.

    The answer depends on what the parties say and on the reviews, not on their order.

    Parameters
    ----------
    said
        Columns `SAID`, no row twice.
    places
        Names of places such as 温州市 and 温州.
    reviews
        Decisions about pairs, oldest first.
    """
    rows = said.reset_index(drop=True)
    order = rows.sort_values(list(SAID), kind="stable").index.to_numpy()
    known = _with_codes(rows.loc[order].reset_index(drop=True))
    keys = [_digest("\x1f".join(row)) for row in known[list(SAID)].to_numpy()]
    parties = _as_parties(known, places)
    links, compared = _judged(parties, model)
    exact = _exact(parties, links)
    links, exact, decided = _reviewed((links, exact), keys, reviews)
    subjects, told = _settled(known, keys, (links, exact, decided))
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return Identities(
        subjects.iloc[back].reset_index(drop=True),
        told.assign(first=order[told["first"]], second=order[told["second"]]),
        _account(told, compared, len(latest(reviews))),
    )


def _no_links() -> pd.DataFrame:
    columns = {"first": "int64", "second": "int64", "probability": "float64"}
    names = [*columns, "decision", "reason"]
    return pd.DataFrame(columns=names).astype({**columns})


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _with_codes(known: pd.DataFrame) -> pd.DataFrame:
    """Give an organisation code the one credit code that it stands in, or its own."""
    coded = known[known["code"].str.startswith("uscc:")]
    inside = coded.drop_duplicates("code").groupby("organisation")["code"].agg(list)
    bare = (known["code"] == "") & (known["organisation"] != "")
    found = [
        several[0] if len(several := inside.get(number, [])) == 1 else f"org:{number}"
        for number in known.loc[bare, "organisation"]
    ]
    codes = known["code"].to_numpy(object).copy()
    codes[bare.to_numpy(bool)] = found
    return known.assign(code=codes)


def _as_parties(known: pd.DataFrame, places: Collection[str]) -> Parties:
    """Read the parties: those without a code on the left, all of them on the right."""
    parts = [n for n in ("region", "address") if (known[n] != "").any()]
    read = read_parties([known[["name", *parts]]], places=places)
    code = known["code"].to_numpy(dtype=object)
    named = read.cores.lengths[read.core] > 0
    return replace(
        read,
        code=code,
        organisation=known["organisation"].to_numpy(dtype=object),
        is_left=(code == "") & named,
        is_right=named,
    )


def _judged(parties: Parties, model: PairModel) -> tuple[pd.DataFrame, int]:
    """Return the links of each pair of parties once, and how many were compared.

    Two parties with codes need no comparing.
    """
    if not parties.is_left.any():
        return _no_links(), 0
    compared, told = [np.empty(0, dtype=np.int64)], []
    for block in thinned_blocks(parties):
        first = np.minimum(block.first, block.second)
        second = np.maximum(block.first, block.second)
        at = np.flatnonzero(first != second)
        ends = first[at], second[at]
        compared.append(ends[0] * len(parties) + ends[1])
        pairs = Pairs(*ends, block.parting[at], block.table[at])
        told.append(judge_pairs(parties, pairs, model))
    number = len(np.unique(np.concatenate(compared)))
    if not number:
        return _no_links(), 0
    # two parties without codes come both ways, and say the same
    links = pd.concat(told, ignore_index=True).drop_duplicates(["first", "second"])
    ordered = links.sort_values(["first", "second"], kind="stable", ignore_index=True)
    return ordered, number


def _exact(parties: Parties, links: pd.DataFrame) -> Flags:
    """Mark links between equal registered names that no region holds apart."""
    a, b = links["first"].to_numpy(int), links["second"].to_numpy(int)
    regions = parties.columns.get("region")
    whole = (parties.whole[a] == parties.whole[b]) & (parties.form[a] != "")
    if regions is not None:
        ours, theirs = regions[a], regions[b]
        whole &= (ours == theirs) | (ours == "") | (theirs == "")
    return np.asarray(whole & (links["decision"] == "same").to_numpy(), dtype=bool)


def _reviewed(
    found: tuple[pd.DataFrame, Flags], keys: Sequence[str], reviews: Sequence[Review]
) -> tuple[pd.DataFrame, Flags, Flags]:
    """Put decisions in the place of verdicts, and add pairs that nothing compared."""
    links, exact = found
    if not reviews:
        return links, exact, np.zeros(len(links), dtype=bool)
    known = latest(reviews)
    missing = set(known) - set(pair_ids(links, keys))
    places = {key: number for number, key in enumerate(keys)}
    added = [
        (*sorted(places[key] for key in review.keys), 0.0, "different", "名称不相近")
        for review in known.values()
        if review.pair in missing
        and len(review.keys) == 2
        and all(key in places for key in review.keys)
    ]
    more = pd.DataFrame(added, columns=["first", "second", *links.columns[2:]])
    whole = pd.concat([links, more], ignore_index=True) if added else links
    decided = np.isin(pair_ids(whole, keys), list(known))
    applied = apply_reviews(whole, keys, reviews)
    exact = np.concatenate([exact, np.zeros(len(added), dtype=bool)]) & ~decided
    return applied, exact, decided


def _settled(
    known: pd.DataFrame,
    keys: Sequence[str],
    found: tuple[pd.DataFrame, Flags, Flags],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the parties with their subjects, and the links that are told."""
    links, exact, decided = found
    a, b = links["first"].to_numpy(int), links["second"].to_numpy(int)
    same = (links["decision"] == "same").to_numpy(bool)
    apart = decided & (links["decision"] == "different").to_numpy(bool)
    ties = Ties(known["code"].to_numpy(object), (a[apart], b[apart]))
    said_no = ties.follow(a, b, same & decided)
    namesakes = ties.follow(a, b, same & exact)
    group = ties.labels
    lost = _ends(a, b, namesakes, len(known)) & ~ties.has_code()
    likely = same & ~exact & ~decided
    chance = links["probability"].to_numpy(float)
    rivals = likely | (~decided & ~exact & (chance >= RIVAL_FROM) & (chance < 1))
    torn = ties.between(a[rivals], b[rivals])
    alike = likely & (lost[a] | lost[b] | torn[a] | torn[b])
    alike |= ties.follow(a, b, likely & ~alike)
    parties = _subjects(known, keys, (ties, group, lost))
    ways = surest_ways(
        links[likely & ~alike],
        (group, ties.labels),
        _by_standing(known, keys),
    )
    by = np.select(
        [said_no | namesakes | alike, decided, exact, same],
        [OPEN, PERSON, FULL_NAME, LIKENESS],
        OPEN,
    )
    reason = links["reason"].to_numpy(object).copy()
    reason[namesakes], reason[alike] = _SEVERAL_NAMESAKES, _SEVERAL_ALIKE
    reason[said_no] = [f"{r}；与代码或者另一核对结论矛盾" for r in reason[said_no]]
    told = links.assign(reason=reason, by=by)
    open_ones = (by == OPEN) & (same | (links["decision"] == "review").to_numpy(bool))
    open_ones &= said_no | ~ties.are_told_apart(a, b)
    told = told[(by != OPEN) | open_ones]
    told = told.assign(decision=told["decision"].mask(told["by"] == OPEN, "review"))
    return parties.join(_told_by(ways, known, group)), _paired(told, keys)


def _ends(a: Numbers, b: Numbers, wanted: Flags, size: int) -> Flags:
    marked = np.zeros(size, dtype=bool)
    marked[a[wanted]] = marked[b[wanted]] = True
    return marked


def _by_standing(known: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """Return the keys, those of parties with a code in front of the others."""
    codes = known["code"] != ""
    return [f"{'0' if c else '1'}{k}" for c, k in zip(codes, keys, strict=True)]


def _subjects(
    known: pd.DataFrame,
    keys: Sequence[str],
    joined: tuple[Ties, Numbers, Flags],
) -> pd.DataFrame:
    """Name the subjects: by their code, or by the first of what their parties say."""
    ties, group, lost = joined
    codes = known["code"]
    frame = pd.DataFrame(
        {
            "label": ties.labels,
            "credit": [c[5:] if c.startswith("uscc:") else None for c in codes],
            "other": [_digest(c) if c else None for c in codes],
            "key": list(keys),
        }
    ).astype({"credit": "string", "other": "string", "key": "string"})
    by_subject = frame.groupby("label")
    code = by_subject["credit"].transform("min")
    name = by_subject["other"].transform("min")
    name = name.fillna(by_subject["key"].transform("min")).str[:16]
    return pd.DataFrame(
        {
            "subject_id": code.fillna(name).mask(lost),
            "subject_code": code.mask(lost),
            "key": list(keys),
            "group": group,
        }
    )


def _told_by(ways: pd.DataFrame, known: pd.DataFrame, group: Numbers) -> pd.DataFrame:
    """Return for each party the tie by which likeness joins its group, if one does."""
    placed = ways.set_index("group").reindex(group).reset_index(drop=True)
    names = known["name"].to_numpy(object)
    other = [None if pd.isna(n) else names[int(n)] for n in placed["toward"]]
    told = pd.Series(other, dtype=object)
    return placed[["probability", "reason"]].assign(other=told)


def _paired(told: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Name the pairs, in the order of what their parties say."""
    told = told.reset_index(drop=True)
    ends = zip(told["first"], told["second"], strict=True)
    pairs = [tuple(sorted((keys[a], keys[b]))) for a, b in ends]
    names = pd.Series(pair_ids(told, keys), dtype=object)
    return told.assign(pair=names, keys=pd.Series(pairs, dtype=object))


def _account(told: pd.DataFrame, compared: int, reviews: int) -> dict[str, int]:
    """Count the pairs that were compared, by what came of them."""
    counts = told["by"].value_counts()
    named = {by: int(counts.get(by, 0)) for by in (FULL_NAME, LIKENESS, PERSON, OPEN)}
    return {
        "compared": compared,
        **named,
        "dropped": max(compared - sum(named.values()), 0),
        "decisions": reviews,
    }
