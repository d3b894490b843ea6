"""The pairs of names of a scan: what changed since another one, what people decide."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import PilError, Problem
from pil_discovery.pipeline.link_reviews import keep_reviews
from pil_discovery.pipeline.results import noted_workspace
from pil_discovery.report.lines import read_json
from pil_discovery.report.link_reviews import (
    PAIR,
    read_link_reviews,
    write_link_reviews,
)
from pil_discovery.types import LINK_REVIEWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LINKS = "links.jsonl"
_OPEN = "open"
_WORDS = {"same": "同一主体", "review": "待人工核对", None: "没有关联"}


@dataclass(frozen=True)
class Change:
    """A pair about which two scans say different things."""

    pair: str
    names: tuple[str, str]
    before: str | None
    now: str | None
    reason: str

    def words(self) -> str:
        """Return the change as a sentence."""
        a, b = self.names
        return f"“{a}”与“{b}”：原为{_WORDS[self.before]}，现为{_WORDS[self.now]}" + (
            f"（{self.reason}）" if self.reason else ""
        )


def read_links(out: str | Path) -> list[dict[str, Any]]:
    """Return the pairs of names of a finished scan.

    Raises
    ------
    PilError
        If the folder is not a finished scan.
    """
    path = Path(out) / LINKS
    try:
        lines = path.read_text("utf-8").split("\n")
        return [json.loads(line) for line in lines if line]
    except (OSError, ValueError) as error:
        what = f"无法读取名称关联（{error}）"
        raise PilError(Problem(str(path), "", what, "请重新运行 pil scan")) from error


def linking_account(out: str | Path) -> dict[str, int]:
    """Return how many rows and pairs a scan compared; empty where no model asked."""
    return read_json(Path(out) / "run.json").get("subjects") or {}


def changed_links(
    before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]
) -> list[Change]:
    """Tell which pairs of an earlier scan are decided otherwise now.

    A register that was added may bring a namesake with another code, or make a brand
    usual: a pair that was one subject is then left to a person, or the reverse. Pairs
    that only the later scan has are new, not changed.
    """
    later = {link["pair"]: link for link in now}
    found = []
    for link in before:
        other = later.get(link["pair"])
        decision = None if other is None else other["decision"]
        if decision != link["decision"]:
            reason = "" if other is None else other["reason"]
            names = (link["names"][0], link["names"][1])
            found.append(
                Change(link["pair"], names, link["decision"], decision, reason)
            )
    return sorted(found, key=lambda change: (change.names, change.pair))


def ask_about_links(out: str | Path, path: Path) -> int:
    """Write the open pairs of a scan to a workbook for people; return how many.

    It shows names and registers alone, neither probability nor reason.
    """
    rows = [
        {
            PAIR: link["pair"],
            "甲 名称": link["names"][0],
            "甲 数据": "、".join(link["registers"][0]),
            "乙 名称": link["names"][1],
            "乙 数据": "、".join(link["registers"][1]),
        }
        for link in read_links(out)
        if link["by"] == _OPEN
    ]
    write_link_reviews(path, rows)
    return len(rows)


def keep_link_decisions(
    out: str | Path, path: Path, *, workspace: str | Path | None = None
) -> tuple[Path, int]:
    """Read decisions from a workbook into the workspace; return the file, how many.

    The next scan applies them before anything else.

    Parameters
    ----------
    workspace
        Default: where the workspace was when it was scanned.

    Raises
    ------
    PilError
        If the workbook is not right, or nobody knows where the workspace is.
    """
    place = noted_workspace(Path(out)) if workspace is None else Path(workspace)
    if place is None or not place.is_dir():
        what = "不知道工作区在哪里"
        raise PilError(Problem(str(out), "", what, "请用 --workspace 写明"))
    keys = {link["pair"]: tuple(link["keys"]) for link in read_links(out)}
    decided = [
        review.model_copy(update={"keys": keys.get(review.pair, ())})
        for review in read_link_reviews(path)
    ]
    store = place / LINK_REVIEWS
    return store, keep_reviews(store, decided)
