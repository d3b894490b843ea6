"""What the SQL of a model may call: nothing of the clock, of chance or of the machine.

The text is read by DuckDB's own parser, so that no quoting or comment can hide a call
from us that the engine would see.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from pil_discovery.findings.locked import locked

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

MADE_ROWS = frozenset({"range", "generate_series", "unnest"})
"""Functions that may stand in FROM; all others read files, memory or the engine."""

_BULKY = frozenset({"repeat", "list_resize", "array_resize", "bitstring"})
"""Functions that make a value of any size out of nothing, past every limit."""
_PADDING = {"lpad": 1, "rpad": 1}
"""Functions whose argument of this place is the length of the result."""
_WIDEST = 1000

_KEYWORDS = frozenset(
    {
        "current_date",
        "current_localtime",
        "current_localtimestamp",
        "current_time",
        "current_timestamp",
        "localtime",
        "localtimestamp",
    }
)
"""Words that call a function without parentheses."""
_MORE = frozenset({"age", "ago", *_KEYWORDS})  # `age` of one date counts from today
_LONGEST = 100_000
"""Characters of one SELECT; the longest that ships has some four thousand."""
_DEEPEST = 300
"""Levels of the tree of one SELECT; the deepest that ships has some sixty."""
_DEEP = (("SQL 嵌套过深", "拆成几个步骤"),)
_READING = frozenset(
    {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
)
"""Queries that only read; a WITH may hold others (INSERT, UPDATE, DELETE, COPY)."""


@lru_cache(maxsize=4096)
def faults(sql: str) -> tuple[tuple[str, str], ...]:
    """Say what a SELECT must not contain: (what is wrong, what to do) in Chinese.

    Parameters
    ----------
    sql
        One statement that DuckDB accepts as a SELECT.
    """
    try:
        tree = json.loads(_asked(sql))
    except RecursionError:
        return _DEEP
    if _depth(tree) > _DEEPEST:
        return _DEEP
    if tree.get("error"):
        return (("SQL 的写法不受支持", "只用一条普通的 SELECT，不用 PIVOT 等语句"),)
    called = list(_called(tree))
    rows = sorted({n for n, in_from in called if in_from and n not in MADE_ROWS})
    calls = {n for n, in_from in called if not in_from}
    unsteady = sorted(calls & _unsteady())
    found = list(_beyond_reading(tree))
    if rows:
        what = f"FROM 里不得使用函数：{'、'.join(rows)}"
        found.append((what, "只能用模型声明的表和前面步骤的表"))
    if unsteady:
        what = f"不得使用随时间或随机变化的函数：{'、'.join(unsteady)}"
        found.append((what, "用 $as_of"))
    bulky = sorted((calls & _BULKY) | set(_wide(tree)))
    if bulky:
        what = f"不得使用能凭空生成大块内容的函数：{'、'.join(bulky)}"
        found.append((what, f"补位长度直接写不超过 {_WIDEST} 的数"))
    if any(node.get("sample") for node in _nodes(tree)):
        found.append(("不得抽样：每次结果不同", "删去 SAMPLE"))
    return tuple(found)


def _depth(tree: Any) -> int:  # noqa: ANN401 -- any JSON
    """Return how many levels a tree has, without going down into it by calls."""
    level, depth = [tree], 0
    while level:
        depth += 1
        inside = [n for n in level if isinstance(n, (dict, list))]
        level = [v for n in inside for v in (n.values() if isinstance(n, dict) else n)]
    return depth


def _beyond_reading(tree: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- any JSON
    """Yield what a query does besides reading the tables it was given."""
    nodes = list(_nodes(tree))
    kinds = {str(node.get("type", "")) for node in nodes}
    if any(kind.endswith("_NODE") and kind not in _READING for kind in kinds):
        yield "WITH 里只能读取，不得增删改或写出", "只用 SELECT"
    if "SHOW_REF" in kinds:
        yield "不得使用 SHOW、DESCRIBE、SUMMARIZE", "只用普通的 SELECT"
    tables = [node for node in nodes if node.get("type") == "BASE_TABLE"]
    named = {
        ".".join(p for p in parts if p)
        for node in tables
        if any((parts := [str(node.get(n) or "") for n in _PLACE])[:2])
        or parts[2].lower() in _own_tables()
    }
    if named:
        what = f"FROM 里不得使用引擎自己的表或库名：{'、'.join(sorted(named))}"
        yield what, "只写模型声明的表和前面步骤的表的名称"


_PLACE = ("catalog_name", "schema_name", "table_name")


@cache
def _own_tables() -> frozenset[str]:
    """Name what the engine tells of itself and its machine under a bare name."""
    listed = "SELECT view_name FROM duckdb_views() WHERE internal AND schema_name <> $1"
    rows = _parser().cursor().execute(listed, ["information_schema"]).fetchall()
    return frozenset(str(name).lower() for (name,) in rows)


def too_long(sql: str) -> str:
    """Say that a statement is longer than any rule needs; empty where it is not."""
    if len(sql) <= _LONGEST:
        return ""
    return f"SQL 有 {len(sql)} 个字符，超过 {_LONGEST} 个的上限"


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """Return a database that only parses; it holds nothing and opens nothing."""
    return locked()


def _asked(sql: str) -> str:
    rows = _parser().cursor().execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    return str(rows[0][0])


@cache
def _unsteady() -> frozenset[str]:
    """Name every function that gives the same call another result, macros included."""
    rows = (
        _parser()
        .cursor()
        .execute(
            "SELECT function_name, stability, macro_definition FROM duckdb_functions()"
        )
        .fetchall()
    )
    names = {
        str(n) for n, stability, _ in rows if stability not in {None, "CONSISTENT"}
    }
    names |= _MORE
    words = re.compile(rf"\b({'|'.join(map(re.escape, sorted(names)))})\b")
    return frozenset(
        names | {str(n) for n, _, body in rows if body and words.search(body)}
    )


def _called(node: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401 -- any JSON
    """Yield each name that is called, and whether it makes rows in FROM."""
    if isinstance(node, list):
        for item in node:
            yield from _called(item)
    if not isinstance(node, dict):
        return
    if node.get("type") == "TABLE_FUNCTION":
        call = node.get("function") or {}
        yield str(call.get("function_name", "?")).lower(), True
        yield from _called(list(call.values()))
        return
    if node.get("function_name"):
        yield str(node["function_name"]).lower(), False
    if node.get("type") == "COLUMN_REF":
        names = [str(name).lower() for name in node.get("column_names") or ()]
        yield from ((n, False) for n in names if len(names) == 1 and n in _KEYWORDS)
    for value in node.values():
        yield from _called(value)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 -- any JSON
    """Yield every object in a tree of JSON."""
    if isinstance(tree, list):
        for item in tree:
            yield from _nodes(item)
    elif isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)


def _wide(tree: Any) -> Iterator[str]:  # noqa: ANN401 -- any JSON
    """Yield the functions that fill up to a length that is not a small number."""
    for node in _nodes(tree):
        name = str(node.get("function_name", "")).lower()
        given = [a["expression"] for a in node.get("arguments") or ()]
        if name in _PADDING and not _is_small(given[_PADDING[name] :]):
            yield name
        if name in {"format", "printf"} and not _is_narrow(given[:1]):
            yield name


def _literal(nodes: list[Any]) -> str | None:
    literal = nodes[0].get("literal") if nodes else None
    return str(literal["text"]) if isinstance(literal, dict) else None


def _is_small(nodes: list[Any]) -> bool:
    text = _literal(nodes)
    return text is not None and text.isdecimal() and int(text) <= _WIDEST


def _is_narrow(nodes: list[Any]) -> bool:
    text = _literal(nodes)
    return text is not None and not re.search(r"[0-9]{4,}|\*|\{[^}]*\{", text)
