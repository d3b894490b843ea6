"""Which data sets stand behind a value of a model, read from the text of its steps.

The reading is on the safe side: where a name cannot be followed, all data of the model
count as standing behind it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pil_discovery.types.steps import OverlayStep, SqlStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pil_discovery.types import Model

_WORD = re.compile(r"[A-Za-z_]\w*")
_NO_NAMES = re.compile(r"\$\w+|'[^']*'")
_TABLE = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?", re.IGNORECASE)


def named_in(condition: str) -> tuple[str, ...]:
    """Return the names in a condition, without parameters and texts, each once."""
    return tuple(dict.fromkeys(_WORD.findall(_NO_NAMES.sub(" ", condition))))


def columns_of(model: Model) -> dict[str, tuple[str, ...]]:
    """Return data set → columns that the model reads, required or not."""
    asked: dict[str, tuple[str, ...]] = {}
    for part in (model.data, model.clears):
        for name, columns in part.items():
            asked[name] = (*asked.get(name, ()), *columns)
    return asked


def data_behind(model: Model, condition: str) -> frozenset[str]:
    """Return the data sets that decide a condition over the population of a model.

    A name is a column of a data set, or a value that the population computes: then the
    tables count that it is taken from, and every table behind these.
    """
    found: set[str] = set()
    for name in named_in(condition):
        found |= _behind_name(model, name)
    return frozenset(found)


def tables_behind(model: Model, table: str) -> frozenset[str]:
    """Return the data sets that a step rests on, through all steps before it."""
    data, steps = {*columns_of(model)}, {s.table: s for s in model.steps}
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [table]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in data:
            found.add(name)
        step = steps.get(name)
        if isinstance(step, OverlayStep):
            waiting += [step.overlay.left, step.overlay.right]
        elif isinstance(step, SqlStep):
            waiting += [n for n in (*steps, *data) if n in _WORD.findall(step.sql)]
        elif step is not None:
            found |= {"image"} & data
            waiting += [n for n in (*steps, *data) if n in str(step.model_dump())]
    return frozenset(found)


def _behind_name(model: Model, name: str) -> set[str]:
    direct = {d for d, columns in columns_of(model).items() if name in columns}
    computed = {
        data
        for table in _sources(model.population.sql, name)
        for data in tables_behind(model, table)
    }
    return direct or computed


def _sources(sql: str, name: str) -> Iterator[str]:
    """Yield the tables from which a computed value is taken.

    «alias.column AS name» names one table, any other expression counts with all tables
    of the statement; a name that is no value of the statement (a function) with none.
    """
    aliases = dict(_aliases(sql))
    plain = re.findall(
        rf"(?:SELECT|,)\s*(\w+)\.\w+\s+AS\s+{name}\b", sql, re.IGNORECASE
    )
    plain += re.findall(rf"\b(\w+)\.{name}\b", sql)
    if plain:
        yield from (aliases[a] for a in plain if a in aliases)
    elif re.search(rf"\bAS\s+{name}\b", sql, re.IGNORECASE):
        yield from dict.fromkeys(aliases.values())


def _aliases(sql: str) -> Iterator[tuple[str, str]]:
    for table, alias in _TABLE.findall(sql):
        yield table, table
        if alias:
            yield alias, table
