"""Why one row of a workspace is hit, clear or unknown: every value on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ModelError, Problem
from pil_discovery.findings.both_readings import FIRST, further_assumptions
from pil_discovery.findings.conditions import trace
from pil_discovery.findings.ground import COLUMN as OVERLAP
from pil_discovery.findings.inputs import (
    missing_clears,
    missing_data,
    usable_images,
)
from pil_discovery.findings.joined_names import links_behind
from pil_discovery.findings.picture_quality import COLUMN as QUALITY
from pil_discovery.findings.picture_quality import quality_of
from pil_discovery.findings.population import conditions, judge
from pil_discovery.findings.rates import used_rates
from pil_discovery.findings.relations import Relations, quoted
from pil_discovery.findings.rooms import Room
from pil_discovery.findings.rows import NUMBERED, find_row, near_rows, number_rows
from pil_discovery.findings.screening import bands_of, scalar
from pil_discovery.findings.step_facts import table_names
from pil_discovery.types.sources import ORIGIN_COLUMNS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pil_discovery.findings.both_readings import Assumption
    from pil_discovery.findings.faults import Loc
    from pil_discovery.findings.inputs import Inputs
    from pil_discovery.types import (
        Model,
        NameLink,
        PictureQuality,
        Step,
        StepRun,
        UsedRate,
    )
    from pil_discovery.types.examples import Scalar

Row = dict[str, Any]

_SHOWN = 20
_ROW = "_row"


@dataclass(frozen=True)
class Judged:
    """One condition and its value for the row: true, false or None (not known)."""

    loc: Loc
    sql: str
    value: bool | None


@dataclass(frozen=True)
class Reading:
    """What one reading of the data gives for the row.

    Attributes
    ----------
    why
        What is read the other way than at first: `dates`, `zones` or nothing.
    state
        `hit`, `review`, `dropped`, `unknown` or `clear`.
    columns
        The row of the population: column → value.
    hit
        The conditions inside `hit`; empty where they cannot be told apart.
    conditions
        Exclusions, signals, lanes and conditional remedies.
    tables
        Data set or step → its rows that belong to the row, at most 20; of a data set
        with `来源`, the file, sheet and row they come from.
    rates
        The rows of rate tables that the row is computed with.
    quality
        How far the pictures bear it; None where it rests on none.
    links
        Spellings that were joined by likeness, or are still open.
    """

    why: str
    state: str
    columns: Row
    hit: tuple[Judged, ...]
    conditions: tuple[Judged, ...]
    tables: Mapping[str, tuple[Row, ...]]
    steps: tuple[StepRun, ...]
    rates: tuple[UsedRate, ...]
    quality: PictureQuality | None = None
    links: tuple[NameLink, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """One row of one model explained.

    Attributes
    ----------
    readings
        The first one, then by the last possible day of partial dates, then without
        zones of which it is half known whether they were in force; one where nothing
        is half known.
    missing_clears
        Optional data that were not given.
    """

    model: Model
    key: Row
    as_of: dt.date
    parameters: Mapping[str, Scalar]
    readings: tuple[Reading, ...]
    missing_clears: tuple[str, ...] = field(default=())

    @property
    def state(self) -> str:
        """The state of the row; unknown where the readings differ."""
        states = {reading.state for reading in self.readings}
        return states.pop() if len(states) == 1 else "unknown"


def explain(
    model: Model,
    inputs: Inputs,
    row: str,
    *,
    as_of: dt.date,
    parameters: Mapping[str, Scalar] | None = None,
) -> Explanation:
    """Explain one row of the population of a model.

    Parameters
    ----------
    row
        The values of its key with `|` between them, as JSON (`{"contract_no": …}`), or
        the id of its finding.

    Raises
    ------
    ModelError
        If the model cannot be computed, or has no such row.
    """
    gone = missing_data(model, inputs)
    if gone:
        what = f"模型不可计算，缺少 {'、'.join(gone)}"
        raise ModelError(Problem(model.id, "", what))
    values = {n: p.value for n, p in model.parameters.items()} | dict(parameters or {})
    read = partial(_read, model, inputs, row, as_of=as_of, values=values)
    first = read(assumed=FIRST)
    steps = first.steps if isinstance(first, Reading) else ()
    others = further_assumptions(model, inputs, steps)
    found = [first, *(read(assumed=a) for a in others)]
    readings = [reading for reading in found if isinstance(reading, Reading)]
    if not readings:
        near = next((n for n in found if isinstance(n, list)), [])
        raise _no_such_row(model, row, near)
    key = {k: scalar(readings[0].columns[k]) for k in model.population.key}
    same = all(r.columns == readings[0].columns for r in readings)
    return Explanation(
        model=model,
        key=key,
        as_of=as_of,
        parameters=values,
        readings=tuple(readings[:1] if same else readings),
        missing_clears=tuple(missing_clears(model, inputs)),
    )


def _no_such_row(model: Model, row: str, near: Sequence[str]) -> ModelError:
    names = "|".join(model.population.key)
    what = f"模型 {model.code} 的总体里没有这一行：{row}（主键：{names}）"
    remedy = f"相近的有：{'、'.join(near)}" if near else "请核对主键，或查看筛查结果"
    return ModelError(Problem("", "", what, remedy))


def _read(
    model: Model,
    inputs: Inputs,
    row: str,
    *,
    as_of: dt.date,
    values: Mapping[str, Any],
    assumed: Assumption,
) -> Reading | list[str]:
    """Return one reading of the row, or the keys nearest to one that is not there."""
    images = usable_images(inputs.images, bands_of(model))
    whole = {**values, "as_of": as_of}
    with Relations(model.id, whole, file=model.place) as relations:
        room = Room(
            file=model.place,
            relations=relations,
            images=images,
            as_of=as_of,
            parameters=whole,
            doubtful=assumed.doubtful,
            linker=inputs.linker,
        )
        steps = judge(model, inputs, room, late=assumed.late)
        number_rows(model, relations)
        number = find_row(model, relations, row)
        if number is None:
            return near_rows(model, relations, row)
        relations.create(
            _ROW, f"SELECT * FROM {NUMBERED} WHERE _n = {number}", "explain"
        )
        (found,) = relations.select(f"SELECT * EXCLUDE (_n) FROM {_ROW}").to_pylist()
        belonging = _belonging(model, relations)
        behind = {
            name: [r["_id"] for r in rows if r.get("_id") is not None]
            for name, rows in belonging.items()
            if name in inputs.rows
        }
        (links,) = links_behind(model, inputs, [behind])
        return Reading(
            why=assumed.why,
            state=found["_state"],
            columns={n: v for n, v in found.items() if _told(n)},
            hit=_hit_conditions(model, relations),
            conditions=tuple(
                Judged(loc, sql, _truth(found[name]))
                for name, (loc, sql) in conditions(model).items()
            ),
            tables={
                name: tuple(_with_origin(inputs, name, r) for r in rows)
                for name, rows in belonging.items()
            },
            steps=tuple(steps),
            rates=used_rates(inputs.tables, _rate_rows(model, relations)),
            quality=quality_of(found),
            links=links,
        )


def _told(name: str) -> bool:
    """Tell whether a column is for a reader; evidence that is packed is for files."""
    return not name.startswith("_") and name not in (OVERLAP, QUALITY)


def _with_origin(inputs: Inputs, table: str, row: Row) -> Row:
    """Put the place of a row of a data set in front: file, sheet, row."""
    number = row.pop("_id", None)
    if table not in inputs.rows or number is None:
        return row
    rows = inputs.rows[table]
    source, sheet, at = (rows[c][number].as_py() for c in ORIGIN_COLUMNS)
    inside = f"［{sheet}］" if sheet else ""
    return {"来源": f"{source}{inside}第{at}行", **row}


def _truth(value: object) -> bool | None:
    return None if value is None else bool(value)


def _hit_conditions(model: Model, relations: Relations) -> tuple[Judged, ...]:
    """Reckon each condition inside `hit` for the row; nothing where that fails."""
    traced = trace(model.population.sql)
    if traced is None:
        return ()
    try:
        relations.create("_traced", traced.sql, "explain")
    except ModelError:  # a SELECT that bears no further column
        return ()
    keys = " AND ".join(
        f"t.{quoted(k)} IS NOT DISTINCT FROM r.{quoted(k)}"
        for k in model.population.key
    )
    wanted = ", ".join(f"t._c{n}" for n in range(len(traced.texts))) or "NULL"
    rows = relations.select(f"SELECT {wanted} FROM _traced t JOIN {_ROW} r ON {keys}")
    first = rows.slice(0, 1).to_pylist()[0] if traced.texts else {}
    loc = ("population", "sql")
    return tuple(
        Judged(loc, text, _truth(first[f"_c{n}"]))
        for n, text in enumerate(traced.texts)
    )


def _belonging(model: Model, relations: Relations) -> dict[str, tuple[Row, ...]]:
    """Return the rows of data sets and steps that share the key, or stand behind it."""
    tables = [n for n in dict.fromkeys((*model.data, *model.clears)) if n != "image"]
    joins = {name: _by_key(model, relations, name) for name in tables}
    for step in model.steps:
        joins[step.table] = _by_key(model, relations, step.table)
        if not joins[step.table]:
            joins[step.table] = _by_input(step, relations, joins)
    return {
        name: _shown_rows(relations, name, join) for name, join in joins.items() if join
    }


def _rate_rows(model: Model, relations: Relations) -> dict[str, list[int]]:
    """Return rate table → its rows behind the row."""
    found = {
        name: _shown_rows(relations, name, _by_key(model, relations, name))
        for name in model.tables
    }
    return {name: [row["_id"] for row in rows] for name, rows in found.items()}


def _by_key(model: Model, relations: Relations, table: str) -> str:
    """Say in SQL which rows of a table `t` have the key of the row; empty if none."""
    have, kinds = relations.columns(table), relations.columns(_ROW)
    pairs = model.records.get(table) or {
        k: k for k in model.population.key if k in have
    }
    tests = " AND ".join(
        f"list_contains(r.{quoted(ours)}, t.{quoted(column)})"
        if kinds[ours].endswith("[]")
        else f"t.{quoted(column)} = r.{quoted(ours)}"
        for column, ours in pairs.items()
    )
    return f"EXISTS (SELECT 1 FROM {_ROW} r WHERE {tests})" if tests else ""


def _by_input(step: Step, relations: Relations, joins: Mapping[str, str]) -> str:
    """Say which rows of a typed step come from rows of its input that belong."""
    source = next(iter(table_names(step)), "")
    have = relations.columns(step.table)
    own = next((c for c in ("left_id", "zone_id") if c in have), None)
    if own is None or not joins.get(source) or "_id" not in relations.columns(source):
        return ""
    ids = f"SELECT t._id FROM {quoted(source)} t WHERE {joins[source]}"
    return f"t.{quoted(own)} IN ({ids})"


def _shown_rows(relations: Relations, table: str, join: str) -> tuple[Row, ...]:
    have = relations.columns(table)
    plain = [quoted(c) for c in have if c == "_id" or (_told(c) and have[c] != "BLOB")]
    columns = ", ".join(plain) or "1 AS rows"
    sql = f"SELECT {columns} FROM {quoted(table)} t WHERE {join} LIMIT {_SHOWN}"
    return tuple(relations.select(sql).to_pylist())
