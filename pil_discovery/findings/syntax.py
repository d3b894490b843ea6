"""The tree of a SELECT, as the parser of DuckDB gives and takes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    Node = dict[str, Any]


def parsed(connection: duckdb.DuckDBPyConnection, sql: str) -> Node | None:
    """Return the tree of a SELECT; None where it is not one."""
    rows = connection.execute("SELECT json_serialize_sql($1)", [sql]).fetchall()
    tree: Node = json.loads(rows[0][0])
    return None if tree["error"] else tree


def written(connection: duckdb.DuckDBPyConnection, tree: Node) -> str:
    """Write a tree as SQL again."""
    text = json.dumps(tree)
    rows = connection.execute("SELECT json_deserialize_sql($1)", [text]).fetchall()
    return str(rows[0][0])


def of_node(node: Node) -> Node:
    """Return the tree of a statement that holds one query."""
    return {"error": False, "statements": [{"node": node, "named_param_map": []}]}
