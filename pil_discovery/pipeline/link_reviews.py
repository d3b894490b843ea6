"""Pairs that people have to judge: out to a workbook, back in, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pil_discovery.report.journals import append_journal, read_journal
from pil_discovery.report.link_reviews import PAIR, write_link_reviews
from pil_discovery.subjects.reviews import latest, pair_ids
from pil_discovery.types.linking import Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


def ask_for_reviews(
    path: Path,
    links: pd.DataFrame,
    keys: Sequence[str],
    shown: Sequence[pd.DataFrame],
) -> int:
    """Write the pairs in the review band to a workbook; return how many.

    Parameters
    ----------
    path
        Workbook to write.
    links, keys
        The links after reviews were applied, and the keys of all rows (`party_keys`).
    shown
        The columns of each table that people may see; identifiers of persons are for
        the caller to leave out.
    """
    open_links = links[links["decision"] == "review"]
    names = pair_ids(open_links, keys)
    rows = pd.concat([*shown], ignore_index=True) if len(shown) > 1 else shown[0]
    texts = rows.astype(object).where(rows.notna(), "").astype(str).to_dict("records")
    pairs = zip(names, open_links["first"], open_links["second"], strict=True)
    found = {pair: _line(pair, texts[a], texts[b]) for pair, a, b in pairs}
    write_link_reviews(path, [found[pair] for pair in sorted(found)])
    return len(found)


def _line(pair: str, ours: dict[str, str], theirs: dict[str, str]) -> dict[str, str]:
    left = {f"甲 {name}": text for name, text in ours.items()}
    right = {f"乙 {name}": text for name, text in theirs.items()}
    return {PAIR: pair, **left, **right}


def load_reviews(store: Path) -> list[Review]:
    """Return all reviews that a store keeps, oldest first; none without a store.

    Raises
    ------
    PilError
        With every line that is not a review.
    """
    return read_journal(store, Review, "关联核对意见")


def keep_reviews(store: Path, reviews: Iterable[Review]) -> int:
    """Add reviews that are new to a store; return how many. Nothing is ever removed.

    One that says the same as the last about its pair is not added again.
    """
    known = latest(load_reviews(store))
    new = [review for review in reviews if known.get(review.pair) != review]
    append_journal(store, new)
    return len(new)
