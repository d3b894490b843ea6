"""The single conditions inside the `hit` of a population, each as a column of its own.

DuckDB parses the SELECT to JSON and writes JSON back to SQL, so nothing is guessed from
the text: a condition is a node of its tree.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.findings.locked import locked
from pil_discovery.findings.syntax import parsed, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from pil_discovery.findings.syntax import Node

HIT = "hit"
_PLAIN = ("true", "false", "null")


@dataclass(frozen=True)
class Traced:
    """A SELECT with one more column, `_c0` …, for each condition in `texts`."""

    sql: str
    texts: tuple[str, ...]


def trace(sql: str) -> Traced | None:
    """Return the SELECT with the conditions of its `hit` laid open.

    `AND`, `OR`, `NOT`, `CASE` and names of other columns of the same SELECT are
    followed; what is left are comparisons, tests for NULL, functions and columns. None
    where the SELECT has no `hit` of its own (a UNION, say).
    """
    with locked() as connection:
        tree = parsed(connection, sql)
        select = tree and _select_with_hit(tree["statements"][0]["node"])
        if not tree or not select:
            return None
        own = {_name(e): e for e in select["select_list"]}
        leaves = list(_leaves(own[HIT], own, frozenset({HIT})))
        texts = [_text(connection, leaf) for leaf in leaves]
        once = dict(zip(texts, leaves, strict=True))
        once = {t: leaf for t, leaf in once.items() if t.lower() not in _PLAIN}
        for number, leaf in enumerate(once.values()):
            named = copy.deepcopy(leaf) | {"alias": f"_c{number}"}
            select["select_list"].append(named)
        return Traced(written(connection, tree), tuple(once))


def _text(connection: duckdb.DuckDBPyConnection, leaf: Node) -> str:
    """Write one condition as SQL, without the outer brackets."""
    tree = parsed(connection, "SELECT 1") or {}
    bare = copy.deepcopy(leaf) | {"alias": ""}
    tree["statements"][0]["node"]["select_list"] = [bare]
    text = written(connection, tree).removeprefix("SELECT ")
    inner = text[1:-1]
    return inner if text == f"({inner})" and _balanced(inner) else text


def _balanced(text: str) -> bool:
    depth = 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            return False
    return depth == 0


def _select_with_hit(node: Node) -> Node | None:
    if node["type"] != "SELECT_NODE":
        return None
    return node if HIT in map(_name, node["select_list"]) else None


def _name(node: Node) -> str:
    """Return the name under which an expression of a SELECT is known."""
    return str(node.get("alias") or (node.get("column_names") or [""])[-1])


def _leaves(node: Node, own: dict[str, Node], seen: frozenset[str]) -> Iterator[Node]:
    names = node.get("column_names", ())
    if len(names) == 1 and names[0] in own and names[0] not in seen:
        inner = own[names[0]]
        if _parts(inner):
            yield from _leaves(inner, own, seen | {names[0]})
            return
    parts = _parts(node)
    if not parts:
        yield node
    for part in parts:
        yield from _leaves(part, own, seen)


def _parts(node: Node) -> list[Node]:
    """Return the conditions that a node joins; nothing for a condition itself."""
    kind = node["type"]
    if kind in ("CONJUNCTION_AND", "CONJUNCTION_OR", "OPERATOR_NOT"):
        return list(node["children"])
    if kind == "CASE_EXPR":
        ends = [(c["when_expr"], c["then_expr"]) for c in node["case_checks"]]
        return [part for pair in ends for part in pair] + [node["else_expr"]]
    return []
