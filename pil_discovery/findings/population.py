"""The candidates of a model and their states: hit, review, dropped, unknown, clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ModelError, Problem, near_names
from pil_discovery.findings.faults import Fault
from pil_discovery.findings.inputs import arrow_table, exposed, image_table
from pil_discovery.findings.rates import bare_table, rate_table
from pil_discovery.findings.relations import Relations, quoted
from pil_discovery.findings.steps import Room, run_step

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from pil_discovery.findings.faults import Loc
    from pil_discovery.findings.inputs import Inputs
    from pil_discovery.types import Image, Model, StepRun

Key = tuple[Any, ...]

_SIGNALS = ("inaction", "urgency", "scale")
TRUTHS = ("BOOLEAN", "INTEGER", '"NULL"', "NULL")
"""DuckDB types of a truth value; a bare NULL counts as one."""
_RESERVED = ("_state", "_copies", "_n")
MOST_CANDIDATES = 20_000_000
"""Candidates of one model: a province has fewer, a join without condition has more."""
MOST_REPORTED = 1_000_000
"""Candidates that are not clear: they stand in memory, and nobody could read more."""


@dataclass(frozen=True)
class Evaluation:
    """What one run of a model's SQL gave.

    Attributes
    ----------
    rows
        Every candidate that is not clear, ordered by key: the columns of the
        population, `_state`, `_copies` (rows with this key), and one boolean column
        for each exclusion (`_x0`…), signal (`_inaction0`…), lane (`_l0`…) and
        conditional remedy (`_r0`…).
    behind
        For each row: data set or rate table → positions of the rows behind it.
    gaps
        For each row: «data set.column» of required cells that are missing there.
    states
        Every candidate's state by key, clear ones included.
    """

    rows: list[dict[str, Any]]
    behind: list[dict[str, list[int]]]
    gaps: list[list[str]]
    states: dict[Key, str]
    steps: list[StepRun] = field(default_factory=list)


def evaluate(
    model: Model,
    inputs: Inputs,
    images: list[Image],
    *,
    as_of: dt.date,
    parameters: Mapping[str, Any],
    late: bool,
) -> Evaluation:
    """Run a model's steps and population over declared tables.

    Parameters
    ----------
    late
        Whether a partial date stands for its last possible day (else its first).

    Raises
    ------
    ModelError
        If the SQL, a step or the columns of the population are not as declared.
    """
    values = {**parameters, "as_of": as_of}
    with Relations(model.id, values, file=model.place) as relations:
        room = Room(model.place, relations, images, as_of, values)
        steps = judge(model, inputs, room, late=late)
        links = _link(model, relations)
        return Evaluation(
            rows=_reported(relations),
            behind=_behind(relations, links),
            gaps=_gaps(model, relations, links),
            states=_states(model, relations),
            steps=steps,
        )


def judge(model: Model, inputs: Inputs, room: Room, *, late: bool) -> list[StepRun]:
    """Load the declared tables, run the steps and give every candidate a state.

    It leaves the tables in the database of the room: one for each data set, rate table
    and step, `_population` as the model gives it, and `_judged` with `_state` and the
    conditions.
    """
    relations = room.relations
    load_declared(model, inputs, room, late=late)
    steps = [run_step(step, room) for step in model.steps]
    relations.create("_population", model.population.sql, "population.sql")
    _demand_few(model, relations, "_population", MOST_CANDIDATES)
    _check_columns(model, relations)
    _judge(model, relations)
    _demand_few(model, relations, "_reported", MOST_REPORTED)
    return steps


def load_declared(model: Model, inputs: Inputs, room: Room, *, late: bool) -> None:
    """Load the data sets, pictures and rate tables of a model; absent ones are empty.

    Parameters
    ----------
    late
        Whether a partial date stands for its last possible day (else its first).
    """
    relations = room.relations
    for name, frame in exposed(model, inputs).items():
        relations.load(name, arrow_table(frame, inputs.datasets[name], late=late))
    if "image" in {**model.data, **model.clears}:
        relations.load("image", image_table(room.images))
    for name in model.tables:
        table = inputs.tables.get(name) or bare_table(name)
        relations.load(name, rate_table(table, inputs.jurisdiction))


def _demand_few(model: Model, relations: Relations, table: str, most: int) -> None:
    """Refuse more rows than memory is sure to hold."""
    count = relations.count(table)
    if count > most:
        kind = "候选" if table == "_population" else "命中、复核或者未知的候选"
        what = f"模型给出 {count:,} 条{kind}，超过 {most:,} 条的上限，已停止"
        remedy = "检查连接有无条件、hit 是否处处为空"
        raise ModelError(Problem(model.place, "population.sql", what, remedy))


def _check_columns(model: Model, relations: Relations) -> None:
    faults = column_faults(model, relations.columns("_population"))
    if faults:
        raise ModelError(_problem(model, f.field, f.what) for f in faults)


def column_faults(model: Model, have: Mapping[str, str]) -> list[Fault]:
    """Return what a population lacks, or has too much.

    Parameters
    ----------
    have
        Its columns: name → DuckDB type.
    """
    wanted: dict[str, Loc] = {"hit": ("population", "sql")}
    wanted |= {name: ("merge_by", n) for n, name in enumerate(model.merge_by)}
    wanted |= {name: ("measures", name) for name in model.measures}
    keys = enumerate(model.population.key)
    wanted |= {name: ("population", "key", n) for n, name in keys}
    faults = [
        Fault(loc, f"总体缺少列 {name}", near_names(name, have))
        for name, loc in wanted.items()
        if name not in have
    ]
    whole = ("population", "sql")
    if have.get("hit", "BOOLEAN") not in TRUTHS:
        faults.append(Fault(whole, "hit 必须是布尔值"))
    faults += [
        Fault(whole, f"列名 {name} 由引擎使用", "请换一个名称")
        for name in _RESERVED
        if name in have
    ]
    return faults


def _problem(model: Model, where: str, what: str) -> Problem:
    return Problem(model.place, where, what)


def conditions(model: Model) -> dict[str, tuple[Loc, str]]:
    """Return every condition over the population.

    Returns
    -------
    dict
        Name of its column → its place in the model file and its SQL: exclusions (`_x0`
        …), signals (`_inaction0` …), lanes (`_l0` …), conditional remedies (`_r0` …).
    """
    named: dict[str, tuple[Loc, str]] = {
        f"_x{i}": (("exclusions", i, "when"), x.when)
        for i, x in enumerate(model.exclusions)
    }
    for kind in _SIGNALS:
        for i, signal in enumerate(getattr(model, kind)):
            named[f"_{kind}{i}"] = ((kind, i, "when"), signal.when)
    for i, lane in enumerate(model.always_show):
        named[f"_l{i}"] = (("always_show", i, "when"), lane.when)
    for i, (code, when) in enumerate(model.remedy_when.items()):
        named[f"_r{i}"] = (("remedy_when", code), when)
    return named


def _judge(model: Model, relations: Relations) -> None:
    """Give every candidate one row and one state (Kleene: NULL is unknown)."""
    wanted = conditions(model)
    for loc, condition in wanted.values():
        where = ".".join(map(str, loc))
        relations.check_expression(condition, "_population", where)
    named = "".join(f", ({c}) AS {quoted(n)}" for n, (_, c) in wanted.items())
    keys = ", ".join(quoted(k) for k in model.population.key)
    relations.create(
        "_candidates",
        f"""  -- every name is quoted, every condition was checked alone
        WITH once AS (SELECT DISTINCT * FROM _population),
        counted AS (
            SELECT *, count(*) OVER (PARTITION BY {keys}) AS _copies,
                   row_number() OVER (
                       PARTITION BY {keys} ORDER BY CAST(once AS VARCHAR)
                   ) AS _copy
            FROM once
        )
        SELECT * EXCLUDE (_copy){named} FROM counted WHERE _copy = 1
        """,
        "conditions",
    )
    relations.create(
        "_judged",
        f"SELECT *, {_state_sql(model)} AS _state FROM _candidates",
        "state",
    )
    relations.create(
        "_reported",
        f"""
        SELECT row_number() OVER (ORDER BY {keys}) - 1 AS _n, *
        FROM _judged WHERE _state <> 'clear' ORDER BY {keys}
        """,
        "state",
    )


def _state_sql(model: Model) -> str:
    def any_of(then: str) -> str:
        columns = [
            f"coalesce({quoted(f'_x{i}')}, FALSE)"
            for i, x in enumerate(model.exclusions)
            if x.then == then
        ]
        return " OR ".join(columns) or "FALSE"

    return f"""CASE
        WHEN _copies > 1 OR hit IS NULL THEN 'unknown'
        WHEN NOT CAST(hit AS BOOLEAN) THEN 'clear'
        WHEN {any_of("drop")} THEN 'dropped'
        WHEN {any_of("review")} THEN 'review'
        ELSE 'hit' END"""


def _reported(relations: Relations) -> list[dict[str, Any]]:
    rows = relations.select("SELECT * FROM _reported ORDER BY _n")
    return list(rows.to_pylist())


def _states(model: Model, relations: Relations) -> dict[Key, str]:
    keys = ", ".join(quoted(k) for k in model.population.key)
    rows = relations.select(f"SELECT {keys}, _state FROM _judged ORDER BY {keys}")
    columns = [c.to_pylist() for c in rows.columns]
    return dict(zip(zip(*columns[:-1], strict=True), columns[-1], strict=True))


def _pairs(model: Model, relations: Relations, dataset: str) -> dict[str, str]:
    """Return the columns of a data set and those of a finding that must be equal."""
    have = relations.columns("_reported")
    columns = relations.columns(dataset)
    pairs = model.records.get(dataset)
    if pairs is None:
        return {k: k for k in model.population.key if k in columns}
    for theirs, ours in pairs.items():
        if ours not in have or theirs not in columns:
            what = f"没有列 {ours if ours not in have else theirs}"
            raise ModelError(_problem(model, f"records.{dataset}", what))
    return pairs


def _link(model: Model, relations: Relations) -> dict[str, str]:
    """Keep which rows stand behind which finding: data set → table of (n, i).

    A list of row numbers is spread out first: a join on equal values is many times
    faster than asking of every pair whether the list holds the value.
    """
    kinds = relations.columns("_reported")
    links: dict[str, str] = {}
    for dataset in dict.fromkeys((*model.data, *model.clears, *model.tables)):
        pairs = _pairs(model, relations, dataset)
        if not pairs:
            continue
        spread = next((o for o in pairs.values() if kinds[o].endswith("[]")), None)
        both = " AND ".join(_equal(t, o, kinds, spread) for t, o in pairs.items())
        source = "_reported"
        if spread is not None:
            source = f"(SELECT *, unnest({quoted(spread)}) AS _one FROM _reported)"
        links[dataset] = f"_link_{dataset}"
        relations.create(
            links[dataset],
            f"""SELECT DISTINCT r._n AS n, d._id AS i
            FROM {source} r JOIN {quoted(dataset)} d ON {both}""",
            f"records.{dataset}",
        )
    return links


def _equal(theirs: str, ours: str, kinds: Mapping[str, str], spread: str | None) -> str:
    if ours == spread:
        return f"r._one = d.{quoted(theirs)}"
    if kinds[ours].endswith("[]"):
        return f"list_contains(r.{quoted(ours)}, d.{quoted(theirs)})"
    return f"r.{quoted(ours)} = d.{quoted(theirs)}"


def _behind(
    relations: Relations, links: Mapping[str, str]
) -> list[dict[str, list[int]]]:
    behind: list[dict[str, list[int]]] = [
        {} for _ in range(relations.count("_reported"))
    ]
    for dataset, link in links.items():
        rows = relations.select(f"SELECT n, i FROM {quoted(link)} ORDER BY n, i")
        for n, i in zip(rows["n"].to_pylist(), rows["i"].to_pylist(), strict=True):
            behind[n].setdefault(dataset, []).append(i)
    return behind


def _gaps(
    model: Model, relations: Relations, links: Mapping[str, str]
) -> list[list[str]]:
    """Name the required cells that are missing behind each unknown candidate."""
    gaps: list[list[str]] = [[] for _ in range(relations.count("_reported"))]
    for dataset, link in links.items():
        if dataset not in model.data or dataset == "image":
            continue
        columns = model.data[dataset]
        flags = ", ".join(
            f"bool_or(d._id IS NOT NULL AND d.{quoted(c)} IS NULL)" for c in columns
        )
        rows = relations.select(
            f"""SELECT r._n, count(d._id), {flags} FROM _reported r
            LEFT JOIN {quoted(link)} l ON l.n = r._n
            LEFT JOIN {quoted(dataset)} d ON d._id = l.i
            WHERE r._state = 'unknown' GROUP BY r._n ORDER BY r._n"""
        )
        for n, linked, *missing in zip(
            *(c.to_pylist() for c in rows.columns), strict=True
        ):
            if linked == 0:
                gaps[n].append(dataset)
            gaps[n] += [
                f"{dataset}.{c}" for c, m in zip(columns, missing, strict=True) if m
            ]
    return gaps
