"""What a run report tells of a scan: grouped, never computed anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Record = Mapping[str, Any]

MOST_EXAMPLES = 3
"""Rows shown of each reason; all are in quarantine.jsonl."""


@dataclass(frozen=True)
class Aside:
    """What was set aside for one reason.

    Attributes
    ----------
    reason_class
        Class of the reason.
    rows, cells
        Whole rows, and single values of rows that were used.
    files
        Files in which it occurs.
    examples
        The first records of the first files, one of each file as far as it goes.
    """

    reason_class: str
    rows: int
    cells: int
    files: tuple[str, ...]
    examples: tuple[Record, ...]


@dataclass(frozen=True)
class Clearing:
    """Data that was not given and may clear hits of some models."""

    dataset: str
    models: tuple[str, ...]


def set_aside(quarantine: Sequence[Record]) -> list[Aside]:
    """Group what was set aside by reason, most frequent first.

    Parameters
    ----------
    quarantine
        Records as they are written to quarantine.jsonl.
    """
    groups: dict[str, list[Record]] = {}
    for record in quarantine:
        groups.setdefault(record["reason_class"], []).append(record)
    told = [_aside(name, records) for name, records in groups.items()]
    return sorted(told, key=lambda a: (-a.rows - a.cells, a.reason_class))


def _aside(name: str, records: Sequence[Record]) -> Aside:
    firsts = {r["source"]: r for r in reversed(records)}
    rest = [r for r in records if r is not firsts[r["source"]]]
    each = sorted(firsts.values(), key=lambda r: str(r["source"]))
    return Aside(
        name,
        rows=sum(r["scope"] == "row" for r in records),
        cells=sum(r["scope"] != "row" for r in records),
        files=tuple(sorted(firsts)),
        examples=tuple([*each, *rest][:MOST_EXAMPLES]),
    )


def clearings(models: Sequence[Record]) -> list[Clearing]:
    """Tell which data not given could clear hits of models that did run.

    Parameters
    ----------
    models
        As `run.json` tells.

    Returns
    -------
    list of Clearing
        Those that help most models first.
    """
    found: dict[str, dict[str, None]] = {}
    for model in models:
        if model["state"] == "computed":
            for need in model.get("missing_clears") or ():
                found.setdefault(need.partition(".")[0], {})[model["code"]] = None
    told = [Clearing(name, tuple(codes)) for name, codes in found.items()]
    return sorted(told, key=lambda c: (-len(c.models), c.dataset))


def gap_words(gap: Record) -> str:
    """Say in Chinese what would make which models computable, and who keeps it.

    Parameters
    ----------
    gap
        One entry of `gaps` in `run.json`.
    """
    needs = "、".join(need_words(n) + _kept_by(n) for n in gap["needs"])
    count = len(gap["models"])
    return f"再提供{needs}，可多算 {count} 个模型（{'、'.join(gap['models'])}）"


def _kept_by(need: Record) -> str:
    return f"（{need['holder']}）" if need["holder"] else ""


def need_words(need: Record) -> str:
    """Name a data set, or columns of it, as one asks for it."""
    title = f"〈{need['title_zh']}〉"
    if need["columns"]:
        return f"{title}的列：{'、'.join(need['columns'])}"
    kind = "（图层或者带位置的表）" if need["placed"] else "一表"
    return f"{title}{'' if need['dataset'] == 'image' else kind}"


def alarms(models: Sequence[Record]) -> list[str]:
    """Return which models were stopped, and the alarms, most flagged first."""
    told = [m for m in models if (m.get("quality") or {}).get("alarms")]
    told.sort(key=lambda m: (-float(m["quality"]["share"] or 0), m["code"]))
    loud = [words for m in told for words in m["quality"]["alarms"]]
    return [*stops(models), *loud]


def stops(models: Sequence[Record]) -> list[str]:
    """Say which models took too much time, memory or rows, and gave no result."""
    return [
        f"{m['code']} 已停止，没有结果：{note}"
        for m in models
        if m["state"] == "stopped"
        for note in m.get("notes") or ()
    ]
