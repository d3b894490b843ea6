"""Registers that run through all cases: tips, appraisals, preservations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ArgumentError, Problem, near_names
from pil_discovery.procedure.ledger.cases import holds

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from pil_discovery.procedure.ledger.cases import Case
    from pil_discovery.procedure.ledger.rulebook import Rulebook
    from pil_discovery.types import Entry, RegisterRule


def keep_register(
    cases: Iterable[Case], book: Rulebook, name: str, *, as_of: dt.date
) -> dict[str, Any]:
    """Return a register as of a day: its title, the titles of its columns, its rows.

    A row has `seq`, `case`, `on`, `by`, `followed` (numbers of the records that
    followed it up) and the columns; what is sealed is in none of them. `adds` is the
    claim that a row brings.

    Raises
    ------
    ArgumentError
        If there is no such register.
    """
    rules = book.on(as_of).registers
    rule = next((r for r in rules if r.id == name), None)
    if rule is None:
        near = near_names(name, [r.id for r in rules])
        known = f"可用：{'、'.join(r.id for r in rules)}"
        raise ArgumentError(Problem("", "", f"没有登记簿「{name}」", near or known))
    standing = [c.until(as_of) for c in cases if c.opened.on <= as_of]
    return {
        "register": rule.id,
        "title_zh": rule.zh,
        "as_of": as_of.isoformat(),
        "columns": {column.field: column.zh for column in rule.columns},
        "rows": [row for case in standing for row in _rows(case, rule, book)],
    }


def _rows(case: Case, rule: RegisterRule, book: Rulebook) -> Iterator[dict[str, Any]]:
    opened = case.of(rule.opens)
    for number, entry in enumerate(opened):
        later = [e for e in case.of(*rule.follows) if e.seq > entry.seq]
        if rule.by:
            later = [e for e in later if str(entry.seq) in e.fields.get(rule.by, ())]
        elif number + 1 < len(opened):
            later = [e for e in later if e.seq < opened[number + 1].seq]
        told = _latest([entry, *later], rule)
        row = {
            "seq": entry.seq,
            "case": case.id,
            "on": entry.on.isoformat(),
            "by": entry.by,
            "followed": [e.seq for e in later],
            **{field: "、".join(values) for field, values in told.items()},
        }
        if rule.adds is not None:
            fits = holds(told, rule.adds.having)
            row["adds"] = f"{rule.adds.zh}{book.cite(rule.adds.basis)}" if fits else ""
        yield row


def _latest(
    entries: Iterable[Entry], rule: RegisterRule
) -> Mapping[str, tuple[str, ...]]:
    told: dict[str, tuple[str, ...]] = {c.field: () for c in rule.columns}
    for entry in entries:
        told |= {f: entry.fields[f] for f in told if entry.fields.get(f)}
    return told
