"""What people decided about pairs: kept by what the rows say, applied before anything.

A decision is found again when rows move, tables are sorted anew or another register is
added, because it is kept under the contents of the two rows and not under their places.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pil_discovery.subjects.judging import CODE_DIFFERS
from pil_discovery.types.linking import Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd


_WORDS = {"same": "同一主体", "different": "不同主体"}


def pair_ids(links: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """Return a name for each pair, the same whichever row stands first.

    Parameters
    ----------
    links
        With `first` and `second`, numbers of rows.
    keys
        What each row says; nothing of it can be read back from the names.
    """
    pairs = zip(links["first"], links["second"], strict=True)
    texts = ("\x1e".join(sorted((keys[a], keys[b]))) for a, b in pairs)
    return [hashlib.sha256(text.encode()).hexdigest()[:20] for text in texts]


def standing_decisions(
    links: pd.DataFrame, keys: Sequence[str], *, by: str, on: str
) -> list[Review]:
    """Return what the program took for the same, to be kept like a person's decision.

    The weight of a name depends on the names beside it: with these kept, a register
    added later changes no earlier link without saying so.

    Parameters
    ----------
    by, on
        Model with its version, and the day of the scan (ISO).
    """
    same = links[links["decision"] == "same"]
    pairs = zip(pair_ids(same, keys), same["reason"], strict=True)
    return [
        Review(pair=pair, decision="same", by=by, on=on, why=why) for pair, why in pairs
    ]


def latest(reviews: Iterable[Review]) -> dict[str, Review]:
    """Return the last review of each pair; a later one replaces an earlier."""
    return {review.pair: review for review in reviews}


def apply_reviews(
    links: pd.DataFrame, keys: Sequence[str], reviews: Iterable[Review]
) -> pd.DataFrame:
    """Return the links with what people decided in the place of the model's verdict.

    Two different valid codes stay different; that a person said otherwise is written
    in the reason, and so is every review that the rules would now decide otherwise.
    """
    known = latest(reviews)
    changed = links.copy()
    for place, pair in enumerate(pair_ids(links, keys)):
        if pair in known:
            row = links.index[place]
            for name, value in _reviewed(links.loc[row], known[pair]).items():
                changed.loc[row, name] = value
    return changed


def _reviewed(row: pd.Series, review: Review) -> dict[str, str | float]:
    said = f"{review.by}于{review.on}核对为{_WORDS[review.decision]}"
    said += f"（{review.why}）" if review.why else ""
    if row["probability"] == CODE_DIFFERS and review.decision == "same":
        return {"reason": f"{row['reason']}；与核对结论矛盾：{said}"}
    conflict = {row["decision"], review.decision} == {"same", "different"}
    reason = f"{said}；程序判断不同：{row['reason']}" if conflict else said
    chance = 1.0 if review.decision == "same" else 0.0
    return {"probability": chance, "decision": review.decision, "reason": reason}
