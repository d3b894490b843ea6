"""The candidates of a model and their states: hit, review, dropped, unknown, clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ModelError, Problem, StoppedError, near_names
from pil_discovery.findings.faults import Fault
from pil_discovery.findings.inputs import exposed, image_table
from pil_discovery.findings.rates import bare_table, rate_table
from pil_discovery.findings.relations import quoted
from pil_discovery.findings.steps import run_step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.findings.faults import Loc
    from pil_discovery.findings.inputs import Inputs
    from pil_discovery.findings.relations import Relations
    from pil_discovery.findings.rooms import Room
    from pil_discovery.types import Model, StepRun

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
        conditional remedy (`_r0`…) or rule (`_b0`…). Besides `_behind`, data set or
        rate table → positions of the rows behind it, and `_gaps`, «data set.column» of
        required cells that are missing there.
    counts
        State → number of candidates, clear ones included.
    """

    rows: list[dict[str, Any]]
    counts: Mapping[str, int]
    steps: list[StepRun] = field(default_factory=list)


def evaluate(
    model: Model,
    inputs: Inputs,
    room: Room,
    *,
    late: bool,
) -> Evaluation:
    """Run a model's steps and population over declared tables.

    Clear candidates stay in the database of the room; they are only counted.

    Parameters
    ----------
    late
        Whether a partial date stands for its last possible day (else its first).

    Raises
    ------
    ModelError
        If the SQL, a step or the columns of the population are not as declared.
    """
    steps = judge(model, inputs, room, late=late)
    counts = _counts(room.relations)
    return Evaluation(_reported(model, room.relations, counts), counts, steps)


def _counts(relations: Relations) -> dict[str, int]:
    rows = relations.select(
        "SELECT _state, count(*) AS n FROM _judged GROUP BY _state ORDER BY _state"
    )
    return dict(zip(rows["_state"].to_pylist(), rows["n"].to_pylist(), strict=True))


def judge(model: Model, inputs: Inputs, room: Room, *, late: bool) -> list[StepRun]:
    """Load the declared tables, run the steps and give every candidate a state.

    It leaves the tables in the database of the room: one for each data set, rate table
    and step, `_population` as the model gives it, and `_judged` with `_state` and the
    conditions.
    """
    relations = room.relations
    load_declared(model, inputs, room, late=late)
    steps = [run_step(step, room) for step in model.steps]
    rows = relations.create("_population", model.population.sql, "population.sql")
    _demand_few(model, "候选", rows, MOST_CANDIDATES)
    faults = column_faults(model, relations.columns("_population"))
    if faults:
        raise ModelError(_problem(model, f.field, f.what) for f in faults)
    _judge(model, relations, rows)
    return steps


def load_declared(model: Model, inputs: Inputs, room: Room, *, late: bool) -> None:
    """Load the data sets, pictures and rate tables of a model; absent ones are empty.

    Parameters
    ----------
    late
        Whether a partial date stands for its last possible day (else its first).
    """
    relations = room.relations
    for name, rows in exposed(model, inputs, late=late).items():
        relations.load(name, rows)
    if "image" in {**model.data, **model.clears}:
        relations.load("image", image_table(room.images))
    for name in model.tables:
        table = inputs.tables.get(name) or bare_table(name)
        relations.load(name, rate_table(table, inputs.jurisdiction))


def _demand_few(model: Model, kind: str, count: int, most: int) -> None:
    """Refuse more rows than memory is sure to hold."""
    if count > most:
        what = f"模型给出 {count:,} 条{kind}，超过 {most:,} 条的上限，已停止"
        remedy = "检查连接有无条件、hit 是否处处为空"
        raise StoppedError(Problem(model.place, "population.sql", what, remedy))


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
        …), signals (`_inaction0` …), lanes (`_l0` …), conditional remedies (`_r0` …)
        and rules (`_b0` …).
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
    for i, (rule, when) in enumerate(model.basis_when.items()):
        named[f"_b{i}"] = (("basis_when", rule), when)
    return named


def _judge(model: Model, relations: Relations, rows: int) -> None:
    """Give every candidate one row and one state (Kleene: NULL is unknown)."""
    wanted = conditions(model)
    for loc, condition in wanted.values():
        where = ".".join(map(str, loc))
        relations.check_expression(condition, "_population", where)
    named = "".join(f", ({c}) AS {quoted(n)}" for n, (_, c) in wanted.items())
    keys = _keys(model)
    distinct = relations.select(
        f"SELECT count(*) AS n FROM (SELECT DISTINCT {keys} FROM _population)"
    )
    unique = distinct["n"][0].as_py() == rows
    source = _ALONE if unique else _COUNTED.format(keys=keys)
    relations.create(
        "_judged",
        f"""  -- every name is quoted, every condition was checked alone
        WITH counted AS ({source}),
        candidates AS (SELECT *{named} FROM counted)
        SELECT *, {_state_sql(model)} AS _state FROM candidates
        """,
        "conditions",
    )


_ALONE = "SELECT *, CAST(1 AS BIGINT) AS _copies FROM _population"
_COUNTED = """
    SELECT * EXCLUDE (_copy) FROM (
        SELECT *, count(*) OVER (PARTITION BY {keys}) AS _copies,
               row_number() OVER (
                   PARTITION BY {keys} ORDER BY CAST(once AS VARCHAR)
               ) AS _copy
        FROM (SELECT DISTINCT * FROM _population) once
    ) WHERE _copy = 1"""
"""Where a key stands on several rows, the first by its text stays for all of them."""


def _keys(model: Model) -> str:
    return ", ".join(quoted(k) for k in model.population.key)


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


def _reported(
    model: Model, relations: Relations, counts: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return what is not clear with the rows behind it; often that is nothing."""
    number = sum(n for state, n in counts.items() if state != "clear")
    _demand_few(model, "命中、复核或者未知的候选", number, MOST_REPORTED)
    pairs = _pairs(model, relations)
    if not number:
        return []
    keys = _keys(model)
    relations.create(
        "_reported",
        f"""
        SELECT row_number() OVER (ORDER BY {keys}) - 1 AS _n, *
        FROM _judged WHERE _state <> 'clear' ORDER BY {keys}
        """,
        "state",
    )
    links = _link(relations, pairs, model.population.key)
    rows = relations.select("SELECT * FROM _reported ORDER BY _n").to_pylist()
    behind = _behind(relations, links, number)
    gaps: list[list[str]] = [[] for _ in rows]
    if counts.get("unknown"):
        asked = [d for d in pairs if d in model.data and d != "image"]
        unknown = [n for n, row in enumerate(rows) if row["_state"] == "unknown"]
        for dataset in asked:
            link = links.get(dataset)
            found = _gaps(relations, link, dataset, model.data[dataset])
            for n in unknown:
                gaps[n] += found.get(n, [dataset])
    return [
        {**row, "_behind": b, "_gaps": g}
        for row, b, g in zip(rows, behind, gaps, strict=True)
    ]


def _pairs(model: Model, relations: Relations) -> dict[str, dict[str, str]]:
    """Return data set → its columns and those of a finding that must be equal."""
    have = relations.names("_judged")
    found: dict[str, dict[str, str]] = {}
    for dataset in dict.fromkeys((*model.data, *model.clears, *model.tables)):
        columns = relations.names(dataset)
        by_key = {k: k for k in model.population.key if k in columns}
        pairs = model.records.get(dataset, by_key)
        for theirs, ours in pairs.items():
            if ours not in have or theirs not in columns:
                what = f"没有列 {ours if ours not in have else theirs}"
                raise ModelError(_problem(model, f"records.{dataset}", what))
        if pairs:
            found[dataset] = pairs
    return found


def _link(
    relations: Relations,
    pairs: Mapping[str, Mapping[str, str]],
    key: Sequence[str],
) -> dict[str, str]:
    """Keep which rows stand behind which finding: data set → table of (n, i).

    A list of row numbers is spread out first: a join on equal values is many times
    faster than asking of every pair whether the list holds the value. An empty data
    set has no table. Rows with the whole key of a finding stand behind it also where a
    part of the key is missing in both: a candidate without code is still of its row.
    """
    kinds = relations.columns("_reported")
    known = " OR ".join(f"r.{quoted(k)} IS NOT NULL" for k in key)
    links: dict[str, str] = {}
    for dataset, equal in pairs.items():
        if not relations.count(dataset):
            continue
        spread = next((o for o in equal.values() if kinds[o].endswith("[]")), None)
        keyed = spread is None and set(key) <= set(equal.values())
        both = [
            _same(t, o) if keyed and o in key else _equal(t, o, kinds, spread)
            for t, o in equal.items()
        ]
        both += [f"({known})"] if keyed else []
        source = "_reported"
        if spread is not None:
            source = f"(SELECT *, unnest({quoted(spread)}) AS _one FROM _reported)"
        links[dataset] = f"_link_{dataset}"
        relations.create(
            links[dataset],
            f"""SELECT DISTINCT r._n AS n, d._id AS i
            FROM {source} r JOIN {quoted(dataset)} d ON {" AND ".join(both)}""",
            f"records.{dataset}",
        )
    return links


def _same(theirs: str, ours: str) -> str:
    return f"r.{quoted(ours)} IS NOT DISTINCT FROM d.{quoted(theirs)}"


def _equal(theirs: str, ours: str, kinds: Mapping[str, str], spread: str | None) -> str:
    if ours == spread:
        return f"r._one = d.{quoted(theirs)}"
    if kinds[ours].endswith("[]"):
        return f"list_contains(r.{quoted(ours)}, d.{quoted(theirs)})"
    return f"r.{quoted(ours)} = d.{quoted(theirs)}"


def _behind(
    relations: Relations, links: Mapping[str, str], number: int
) -> list[dict[str, list[int]]]:
    behind: list[dict[str, list[int]]] = [{} for _ in range(number)]
    for dataset, link in links.items():
        rows = relations.select(f"SELECT n, i FROM {quoted(link)} ORDER BY n, i")
        for n, i in zip(rows["n"].to_pylist(), rows["i"].to_pylist(), strict=True):
            behind[n].setdefault(dataset, []).append(i)
    return behind


def _gaps(
    relations: Relations, link: str | None, dataset: str, columns: Sequence[str]
) -> dict[int, list[str]]:
    """Name the required cells that are missing behind each unknown candidate.

    Only candidates with rows behind them are in the answer.
    """
    if link is None:
        return {}
    flags = ", ".join(f"bool_or(d.{quoted(c)} IS NULL)" for c in columns)
    rows = relations.select(
        f"""SELECT r._n, {flags} FROM _reported r
        JOIN {quoted(link)} l ON l.n = r._n
        JOIN {quoted(dataset)} d ON d._id = l.i
        WHERE r._state = 'unknown' GROUP BY r._n ORDER BY r._n"""
    )
    return {
        n: [f"{dataset}.{c}" for c, m in zip(columns, missing, strict=True) if m]
        for n, *missing in zip(*(c.to_pylist() for c in rows.columns), strict=True)
    }
