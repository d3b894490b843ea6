"""What the synthetic district is made of: names, codes, files, and the truth."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pil_discovery.text.check_digits import org_check_digit, uscc_check_digit

if TYPE_CHECKING:
    from collections.abc import Sequence

AS_OF = dt.date(2026, 9, 30)
DIVISION = "990302"
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
STATES = ("hit", "review", "dropped", "unknown")

Cell = str | int | float | None
Row = list[Cell]


def day(text: str) -> dt.date:
    """Return the date of an ISO text."""
    return dt.date.fromisoformat(text)


def later(text: str, days: int) -> str:
    """Return the ISO date so many days later."""
    return (day(text) + dt.timedelta(days=days)).isoformat()


def stem_name(number: int) -> str:
    """Return one of sixty old cyclic names (甲子, 乙丑 …), then with a number."""
    turn = "" if number < 60 else f"{number // 60 + 1}"
    return STEMS[number % 10] + BRANCHES[number % 12] + turn


def uscc(number: int) -> str:
    """Return a fictional code of division 990302 with right check digits."""
    org = f"MA99{number:04d}"
    body = f"91{DIVISION}{org}{org_check_digit(org)}"
    return body + uscc_check_digit(body)


def wrong_uscc(number: int) -> str:
    """Return a code whose last character fails the check."""
    code = uscc(number)
    return code[:-1] + ("1" if code[-1] != "1" else "2")


@dataclass(frozen=True)
class Firm:
    """A fictional firm."""

    name: str
    code: str


def firm(number: int, kind: str) -> Firm:
    """Return a fictional firm: 示例 + cyclic name + kind."""
    return Firm(f"示例{stem_name(number)}{kind}有限公司", uscc(number))


@dataclass(frozen=True)
class Sheet:
    """Rows of one sheet, headers included; `merges` are (row, col, row, col)."""

    name: str
    rows: Sequence[Row]
    merges: Sequence[tuple[int, int, int, int]] = ()
    hidden: bool = False


@dataclass(frozen=True)
class TextFile:
    """A delimited text file."""

    path: str
    rows: Sequence[Row]
    encoding: str = "utf-8"
    delimiter: str = ","


@dataclass(frozen=True)
class Workbook:
    """An .xlsx or .xls file."""

    path: str
    sheets: Sequence[Sheet]


@dataclass
class District:
    """Everything that is written: files, entries of pil.yaml, and the truth."""

    files: list[TextFile | Workbook] = field(default_factory=list)
    records: list[dict[str, object]] = field(default_factory=list)
    layers: list[dict[str, object]] = field(default_factory=list)
    beside: set[str] = field(default_factory=set)
    planted: dict[str, dict[str, list[tuple[list[object], str]]]] = field(
        default_factory=dict
    )
    clear: dict[str, int] = field(default_factory=dict)
    dirty: list[dict[str, object]] = field(default_factory=list)
    cad_dates: dict[int, str | None] = field(default_factory=dict)

    def meet(
        self, model: str, clear: int, hits: list[tuple[list[object], str]]
    ) -> None:
        """Note what a model finds in facts that were planted for another one."""
        for key, why in hits:
            self.plant(model, "hit", key, why)
        self.clear[model] = clear
        self.beside.add(model)

    def join(self, model: str, clear: int, rest: int = 0) -> None:
        """Add clear candidates to a model, beside the rest where nobody planted it."""
        if model not in self.clear:
            self.meet(model, rest, [])
        self.clear[model] += clear

    def plant(self, model: str, state: str, key: object, why: str) -> None:
        """Note what a candidate must be found to be, and why."""
        if state not in STATES:
            raise ValueError(state)
        cells = list(key) if isinstance(key, (list, tuple)) else [key]
        states = self.planted.setdefault(model, {s: [] for s in STATES})
        states[state].append((cells, why))

    def settle(self, model: str, population: int) -> None:
        """Count the clear candidates: all that were not planted as something else."""
        states = self.planted.get(model, {})
        self.clear[model] = population - sum(len(found) for found in states.values())

    def add(self, dataset: str, file: TextFile | Workbook, **how: object) -> None:
        """Add a table file and its entry in pil.yaml."""
        self.files.append(file)
        self.records.append({"dataset": dataset, "file": file.path, **how})

    def mark(
        self,
        file: str,
        row: int,
        reason: str,
        why: str,
        column: str | None = None,
    ) -> None:
        """Note a row or cell (row from 1) that must be in the quarantine."""
        entry = {"file": file, "row": row, "column": column, "reason_class": reason}
        self.dirty.append({**entry, "why": why})
