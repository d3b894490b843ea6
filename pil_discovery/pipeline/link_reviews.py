"""Pairs that people have to judge: out to a workbook, back in, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pil_discovery.errors import Problem, ReadError
from pil_discovery.pipeline.files import read_records
from pil_discovery.pipeline.linking import party_keys
from pil_discovery.report.link_reviews import ANSWERS, CHOICES, PAIR, write_link_reviews
from pil_discovery.subjects.reviews import latest, pair_ids
from pil_discovery.types.linking import Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pil_discovery.pipeline.linking import Registers


def ask_for_reviews(
    path: Path,
    registers: Registers,
    links: pd.DataFrame,
    shown: Sequence[pd.DataFrame],
) -> int:
    """Write the pairs in the review band to a workbook; return how many.

    Parameters
    ----------
    path
        Workbook to write.
    registers, links
        What was linked, and the links after reviews were applied.
    shown
        The columns of each table that people may see; identifiers of persons are for
        the caller to leave out.
    """
    open_links = links[links["decision"] == "review"]
    names = pair_ids(open_links, party_keys(registers.parties))
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


def read_reviews(path: Path) -> list[Review]:
    """Read the answers of a workbook; lines without one are still open.

    Raises
    ------
    ReadError
        With every line whose answer is no choice, or names no person or day.
    """
    frame = read_records(path).frame
    missing = [name for name in (PAIR, *ANSWERS) if name not in frame.columns]
    if missing:
        what = f"缺少列：{'、'.join(missing)}"
        raise ReadError(Problem(path.name, "", what, "请用导出的核对表填写"))
    answered = frame[frame["判断"].notna()].fillna("")
    problems = [p for _, row in answered.iterrows() for p in _faults(path, row)]
    if problems:
        raise ReadError(problems)
    return [
        Review(
            pair=str(row[PAIR]),
            decision=CHOICES[str(row["判断"])],
            by=str(row["核对人"]),
            on=str(row["核对日期"])[:10],
            why=str(row["理由"]),
        )
        for _, row in answered.iterrows()
    ]


def _faults(path: Path, row: pd.Series) -> Iterable[Problem]:
    where = f"第{row['_row']}行"
    if row["判断"] not in CHOICES:
        yield Problem(path.name, where, f"判断应为{'或'.join(CHOICES)}")
    for name in ("核对人", "核对日期"):
        if not row[name]:
            yield Problem(path.name, where, f"没有填写{name}", "请补填")


def load_reviews(store: Path) -> list[Review]:
    """Return all reviews that a store keeps, oldest first; none without a store."""
    if not store.exists():
        return []
    lines = store.read_text(encoding="utf-8").splitlines()
    return [Review.model_validate_json(line) for line in lines if line.strip()]


def keep_reviews(store: Path, reviews: Iterable[Review]) -> int:
    """Add reviews that are new to a store; return how many. Nothing is ever removed.

    One that says the same as the last about its pair is not added again.
    """
    known = latest(load_reviews(store))
    new = [review for review in reviews if known.get(review.pair) != review]
    with store.open("a", encoding="utf-8") as out:
        out.writelines(f"{review.model_dump_json()}\n" for review in new)
    return len(new)
