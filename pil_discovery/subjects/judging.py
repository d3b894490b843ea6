"""Pairs → same, different or review, each with its reason.

Order of precedence: codes, branches, figures in the names, then the pair model shifted
by the further columns. Two different valid codes are never one subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.subjects.core_features import CORE_FEATURES, PARTINGS
from pil_discovery.subjects.pairs import FEATURES, log_odds, may_be_one
from pil_discovery.text.codes import division_stem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.subjects.pairs import Pairs
    from pil_discovery.subjects.parties import Parties
    from pil_discovery.types.linking import PairModel

    Flags = NDArray[np.bool_]

CODE_SAME = 0.9999
CODE_DIFFERS = 0.0001
BRANCH = 0.01
NAMESAKE = 0.5
"""Probability of two bare names, such as those of persons; a person has to look."""
LISTED_FROM = 0.05
"""Probability from which a pair is listed where nothing but the names speaks."""
_SHIFTS = {"region": (0.5, -2.5), "address": (1.5, -1.0)}
_OTHER_SHIFT = (1.0, -1.0)
"""Log odds for an equal and for a different column; design values, not calibrated."""
_FIGURES = CORE_FEATURES.index("number_differs")
_TWO = 0.7
"""Logarithm of one and one other, rounded up: from here two others fit."""

_PARTINGS = {
    "equal": "名称主干相同",
    "left_out_front": "一方名称缺少前段（多为地区）",
    "left_out_middle": "一方名称缺少中间的字",
    "left_out_end": "一方名称缺少后段（多为行业）",
    "swapped": "名称相邻两字颠倒",
    "one_inside": "名称一字之差",
    "one_at_edge": "名称首尾一字之差",
    "changed_front": "名称前段不同",
    "changed_end": "名称后段不同",
    "changed_inside": "名称中间不同",
}


@dataclass(frozen=True)
class _Facts:
    """What is certain about pairs, one flag a pair."""

    code_same: Flags
    code_differs: Flags
    former: Flags
    branch: Flags
    figures: Flags
    bare: Flags
    whole: Flags
    registered: Flags
    others: Flags


def judge_pairs(parties: Parties, pairs: Pairs, model: PairModel) -> pd.DataFrame:
    """Return the pairs worth telling.

    Returns
    -------
    DataFrame
        `first`, `second` (rows of the parties), `probability`, `decision`, `reason`;
        ordered by rows. Pairs that nothing but a faint likeness brings together are
        left out. `.attrs["counts"]`: pairs `compared`, `blocked` (never compared, as
        nothing speaks for them) and `vetoed` (two different right codes).
    """
    facts = _facts(parties, pairs)
    shifts = _shifts(parties, pairs)
    named = 1 / (1 + np.exp(-log_odds(pairs, model) - shifts))
    named = np.where(may_be_one(pairs.table), named, 0.0)  # a key alone joins them
    named = np.maximum(named, _least(facts, shifts, model))
    capped = _capped(named, facts, model, alone=shifts <= 0)
    rules = [facts.code_differs, facts.code_same, facts.branch]
    chances = [CODE_DIFFERS, CODE_SAME, np.minimum(named, BRANCH)]
    probability: NDArray[np.float64] = np.select(rules, chances, capped)  # type: ignore[arg-type]
    told = facts.code_same | np.where(
        facts.code_differs | facts.branch,
        named >= model.review_from,
        named >= LISTED_FROM,
    )
    frame = pd.DataFrame(
        {
            "first": pairs.first,
            "second": pairs.second,
            "probability": np.round(probability, 4),
            "decision": _decisions(probability, model),
            "reason": _reasons(facts, pairs, named, told),
        }
    )
    ordered = frame[told].sort_values(["first", "second"], kind="stable")
    ordered = ordered.reset_index(drop=True)
    ordered.attrs["counts"] = _counts(parties, facts)
    return ordered


def possible_pairs(parties: Parties) -> int:
    """Return how many pairs of rows there are, compared or not."""
    left, right = int(parties.is_left.sum()), int(parties.is_right.sum())
    within = bool((parties.is_left & parties.is_right).any())
    return left * (left - 1) // 2 if within else left * right


def _counts(parties: Parties, facts: _Facts) -> dict[str, int]:
    """Return how many pairs there are, were compared, and were kept apart by codes."""
    compared = len(facts.code_differs)
    return {
        "compared": compared,
        "blocked": possible_pairs(parties) - compared,
        "vetoed": int(facts.code_differs.sum()),
    }


def _facts(parties: Parties, pairs: Pairs) -> _Facts:
    a, b = pairs.first, pairs.second
    equal, differs = _codes(parties, a, b)
    former = (parties.former[a] == parties.whole[b]) & (parties.former[a] != "")
    former |= (parties.former[b] == parties.whole[a]) & (parties.former[b] != "")
    return _Facts(
        code_same=equal,
        code_differs=differs,
        former=former,
        branch=(parties.branch[a] != parties.branch[b]) & ~equal,
        figures=pairs.table[:, _FIGURES] > 0,
        bare=parties.is_short[a] & parties.is_short[b],
        whole=parties.whole[a] == parties.whole[b],
        registered=(parties.form[a] != "") & ~parties.is_short[a],
        others=_others_fit(pairs) & ~former,
    )


def _others_fit(pairs: Pairs) -> Flags:
    """Mark pairs of which one name fits another subject of the tables just as well.

    It lacks what would tell them apart: the place in front, or what stands behind.
    """
    kinds = {kind: pairs.parting == at for at, kind in enumerate(PARTINGS)}
    front, behind, cut = (
        pairs.table[:, FEATURES.index(name)]
        for name in ("others_front", "others_behind", "cut")
    )
    lacks = kinds["left_out_middle"] | kinds["left_out_end"]
    fits: Flags = lacks & (behind > 0)
    fits |= kinds["left_out_front"] & (front > 0)
    fits |= kinds["equal"] & ((front > _TWO) | ((behind > 0) & (cut > 0)))
    return fits


def _codes(
    parties: Parties, a: NDArray[np.int64], b: NDArray[np.int64]
) -> tuple[Flags, Flags]:
    """Return which pairs have one code, and which have two that contradict."""
    ours, theirs = parties.code[a], parties.code[b]
    kinds = np.array([code.partition(":")[0] for code in parties.code], dtype=object)
    comparable = (kinds[a] == kinds[b]) & (ours != "")
    inner = (parties.organisation[a] != "") & (parties.organisation[b] != "")
    inner &= ~comparable
    alike = parties.organisation[a] == parties.organisation[b]
    equal = (comparable & (ours == theirs)) | (inner & alike)
    return equal, (comparable & (ours != theirs)) | (inner & ~alike)


def _shifts(parties: Parties, pairs: Pairs) -> NDArray[np.float64]:
    """Return what the further columns add to the log odds."""
    total = np.zeros(len(pairs.first))
    for name, values in parties.columns.items():
        ours, theirs = values[pairs.first], values[pairs.second]
        given = (ours != "") & (theirs != "")
        agree, differ = _SHIFTS.get(name, _OTHER_SHIFT)
        likeness = _agreement(name, ours, theirs, given)
        total += np.where(given, differ + (agree - differ) * likeness, 0.0)
    return total


def _agreement(
    name: str, ours: NDArray[np.object_], theirs: NDArray[np.object_], given: Flags
) -> NDArray[np.float64]:
    """Return 0 to 1: equal or not, and for addresses and places how much."""
    if name == "address":
        return _alike(ours, theirs, given)
    agree: Flags = ours == theirs
    if name == "region":
        agree |= _inside(ours, theirs) | _inside(theirs, ours)
    return agree.astype(float)


def _alike(
    ours: NDArray[np.object_], theirs: NDArray[np.object_], given: Flags
) -> NDArray[np.float64]:
    from rapidfuzz import fuzz, process

    found = np.zeros(len(ours))
    rows = np.flatnonzero(given)
    if len(rows):
        texts = (list(ours[rows]), list(theirs[rows]))
        found[rows] = process.cpdist(*texts, scorer=fuzz.partial_ratio) / 100
    return np.clip((found - 0.5) * 2, 0, 1)


def _inside(ours: NDArray[np.object_], theirs: NDArray[np.object_]) -> Flags:
    """Mark where a place lies in the other, as 330302 in 3303 (or 330300)."""
    stems = [division_stem(text) for text in ours]
    pairs = zip(stems, theirs, strict=True)
    return np.array([other.startswith(stem) for stem, other in pairs], dtype=bool)


def _least(
    facts: _Facts, shifts: NDArray[np.float64], model: PairModel
) -> NDArray[np.float64]:
    """Return what an equal whole name is worth at least, and a former name.

    Registers give a name once. Where other columns speak against it, and for names
    without a legal form, a person has to look.
    """
    full = facts.whole & facts.registered & (shifts >= 0)
    least: NDArray[np.float64] = np.where(facts.whole, NAMESAKE, 0.0)
    return np.where(full | facts.former, model.same_from, least)


def _capped(
    named: NDArray[np.float64], facts: _Facts, model: PairModel, *, alone: Flags
) -> NDArray[np.float64]:
    """Keep names that leave it open from deciding on their own.

    Names with other figures, bare names, and those that fit others as well, where no
    further column speaks for the pair.
    """
    below = model.same_from - 0.01
    unclear = facts.figures | (facts.others & alone)
    capped = np.where(unclear, np.minimum(named, below), named)
    return np.where(facts.bare & facts.whole, np.minimum(capped, NAMESAKE), capped)


def _decisions(
    probability: NDArray[np.float64], model: PairModel
) -> NDArray[np.object_]:
    chosen = [probability >= model.same_from, probability >= model.review_from]
    return np.select(chosen, ["same", "review"], "different").astype(object)


def _reasons(
    facts: _Facts, pairs: Pairs, named: NDArray[np.float64], told: Flags
) -> NDArray[np.object_]:
    """Return sentences, for the pairs that are told."""
    words = np.array([_PARTINGS[kind] for kind in PARTINGS], dtype=object)[
        pairs.parting
    ]
    rules = [
        (facts.code_differs & facts.whole, "名称相同而代码不同，按代码认定为不同主体"),
        (facts.code_differs, "名称相近而代码不同，按代码认定为不同主体"),
        (facts.code_same & (named < LISTED_FROM), "代码相同，但名称不同，请留意"),
        (facts.code_same, "代码相同"),
        (facts.branch, "分支机构与总机构（或另一分支机构），主体不同而有关联"),
        (facts.former, "名称与对方的曾用名相同"),
        (facts.bare & facts.whole, "仅姓名或简称相同，不足以认定为同一主体，请核对"),
        (facts.figures, "名称中的数字或序号不同"),
        (facts.others, "名称缺少地区或后段，表中另有单位同样对得上"),
        (facts.whole, "规范化后全称相同"),
    ]
    reasons = np.select([flags for flags, _ in rules], [w for _, w in rules], "")
    reasons = np.where(reasons == "", words, reasons).astype(object)
    by_name = told & ~(facts.code_same | facts.code_differs | facts.branch)
    rows = np.flatnonzero(by_name)
    chances = np.round(named[rows], 2)
    said = [
        f"{r}（名称模型概率{p:.2f}）"
        for r, p in zip(reasons[rows], chances, strict=True)
    ]
    reasons[rows] = said
    return reasons
