"""Names given in a SELECT that mean something else in the rest of it.

After `coalesce(amount, 0) AS amount` a reader takes `WHERE amount > 0` for the new
value; DuckDB takes the column of the table, without a word.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import duckdb

from pil_discovery.findings.relations import parameters_in
from pil_discovery.findings.syntax import of_node, parsed, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from pil_discovery.findings.syntax import Node

_CLAUSES = ("where_clause", "group_expressions", "having", "qualify")
"""Where the column wins; in ORDER BY the given name does, as everyone expects."""
_EMPTIED: dict[str, object] = {
    "modifiers": [],
    "where_clause": None,
    "group_expressions": [],
    "group_sets": [],
    "aggregate_handling": "STANDARD_HANDLING",
    "having": None,
    "qualify": None,
}


def hidden_aliases(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any]
) -> list[str]:
    """Return names that a SELECT gives and then uses for a column of its tables.

    Parameters
    ----------
    connection
        A database with the tables that the SELECT names; nothing is run on it.
    sql
        A SELECT that has been checked; those inside it are looked through, too.
    parameters
        Values for `$name`.
    """
    tree = parsed(connection, sql)
    if tree is None:
        return []
    found: dict[str, None] = {}
    for select, around in _selects(tree["statements"][0]["node"], ()):
        doubtful = list(_used_names(select))
        if doubtful:
            columns = _columns(connection, select, around, parameters)
            found |= dict.fromkeys(n for n in doubtful if n.lower() in columns)
    return list(found)


def _selects(
    node: object, around: tuple[Node, ...]
) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Yield every SELECT below a node with the WITH tables that it can see."""
    if isinstance(node, list):
        for part in node:
            yield from _selects(part, around)
    if not isinstance(node, dict):
        return
    named = tuple((node.get("cte_map") or {}).get("map", ()))
    for number, entry in enumerate(named):
        yield from _selects(entry["value"], (*around, *named[:number]))
    inside = (*around, *named)
    if node.get("type") == "SELECT_NODE":
        yield node, inside
    for key, part in node.items():
        if key != "cte_map":
            yield from _selects(part, inside)


def _used_names(select: Node) -> Iterator[str]:
    """Yield the names that a SELECT gives to something new and uses elsewhere in it."""
    items = select["select_list"]
    for number, item in enumerate(items):
        others: list[object] = [*items[:number], *items[number + 1 :]]
        for name, made in _given(item):
            if name.lower() in _bare_names([*others, *_clauses(select, made)], made):
                yield name


def _given(item: Node) -> Iterator[tuple[str, Node]]:
    """Yield the names that an item gives, each with the expression it stands for."""
    pairs = [(entry["key"], entry["value"]) for entry in item.get("replace_list", ())]
    pairs += [(item["alias"], item)] if item.get("alias") else []
    for name, made in pairs:
        if not _is_column(made, name):
            yield name, made


def _is_column(item: Node, name: str) -> bool:
    names = item.get("column_names") or [""]
    return bool(names[-1].lower() == name.lower())


def _clauses(select: Node, item: Node) -> list[object]:
    """Return the clauses in which a reader could take a name for an item."""
    wanted = ("having", "qualify") if _sums_up(item) else _CLAUSES
    return [select.get(name) for name in wanted]


def _bare_names(node: object, item: Node) -> set[str]:
    """Return columns without table that a reader could take for an item.

    A SELECT further inside has names of its own. Within `sum(…)` nobody takes a name
    for another sum.
    """
    if isinstance(node, list):
        return {name for part in node for name in _bare_names(part, item)}
    if not isinstance(node, dict) or node.get("type") == "SELECT_NODE":
        return set()
    if _is_aggregate(node) and _sums_up(item):
        return set()
    names = node.get("column_names", ())
    own = {names[0].lower()} if len(names) == 1 else set()
    return own | _bare_names(list(node.values()), item)


def _sums_up(node: object) -> bool:
    """Tell whether an expression is computed from a whole group of rows."""
    if isinstance(node, list):
        return any(_sums_up(part) for part in node)
    if not isinstance(node, dict) or node.get("type") == "SELECT_NODE":
        return False
    return _is_aggregate(node) or _sums_up(list(node.values()))


def _is_aggregate(node: Node) -> bool:
    name = node.get("function_name", "")
    return node.get("class") == "FUNCTION" and name.lower() in _aggregates()


@cache
def _aggregates() -> frozenset[str]:
    kinds = "SELECT function_name FROM duckdb_functions() WHERE function_type = $1"
    with duckdb.connect(":memory:") as plain:
        rows = plain.execute(kinds, ["aggregate"]).fetchall()
    return frozenset(str(name).lower() for (name,) in rows)


def _columns(
    connection: duckdb.DuckDBPyConnection,
    select: Node,
    around: Iterable[Node],
    parameters: Mapping[str, Any],
) -> set[str]:
    """Return the columns of the tables of a SELECT, in small letters."""
    star = parsed(connection, "SELECT *") or {}
    (everything,) = star["statements"][0]["node"]["select_list"]
    whole = {**select, **_EMPTIED, "select_list": [everything]}
    whole["cte_map"] = {"map": [*around]}
    sql = written(connection, of_node(whole))
    values = {name: parameters[name] for name in parameters_in(sql)}
    try:
        rows = connection.execute(f"DESCRIBE {sql}", values).fetchall()
    except duckdb.Error:  # its tables stand outside of it: LATERAL, WITH RECURSIVE
        return set()
    return {str(row[0]).lower() for row in rows}
