"""A locked DuckDB: tables in, one SELECT at a time, nothing else.

A model file is untrusted input. The engine therefore reads no file and no Python
variable, loads no extension, cannot be reconfigured, and refuses whatever would make
a result depend on the clock or on chance.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

import duckdb

from pil_discovery.errors import ModelError, Problem, StoppedError
from pil_discovery.findings.locked import lent, renew, usual_memory
from pil_discovery.findings.safety import faults, too_long
from pil_discovery.findings.sql_words import sql_words
from pil_discovery.findings.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    import pyarrow as pa

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_UNWRITTEN = re.compile("[\x00\ud800-\udfff]")
_declarations: dict[pa.Schema, str] = {}
"""Columns of tables without rows; what an Arrow schema is in SQL never changes."""
_NO_ROOM = "SQL 所需的内存或临时空间超过限制，已停止"
_LESS = "检查连接有无条件，或先汇总再连接"
LONGEST_S = 1800.0
"""How long one SELECT may run: five million rows take some seconds."""


def quoted(name: str) -> str:
    """Return an identifier in double quotes, doubled where it holds one."""
    return '"' + name.replace('"', '""') + '"'


class Relations:
    """An in-memory database for one run of one model.

    Its tables are temporary ones of a connection that nothing else uses.

    Parameters
    ----------
    model
        Id of the model, for messages.
    parameters
        Values for `$name` in its SQL; `as_of` among them.
    memory
        DuckDB memory limit, by default 4 GB or half of what this process may take;
        beyond it the engine spills to a folder of its own, at most 32 GB.
    longest_s
        Seconds after which a SELECT is stopped: a recursion without end never ends.
    file
        File of the model, for messages; default: where built-in models are.
    """

    def __init__(
        self,
        model: str,
        parameters: Mapping[str, Any],
        memory: str | None = None,
        *,
        longest_s: float = LONGEST_S,
        file: str = "",
    ) -> None:
        self._file = file or f"models/screening/{model}.yaml"
        self._parameters = dict(parameters)
        self._connection = lent(memory or usual_memory())
        self._columns: dict[str, dict[str, str]] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._rows: dict[str, int] = {}
        self._watch = Watch(self._connection.interrupt, longest_s)

    def __enter__(self) -> Relations:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watch.close()
        self._connection.close()
        if error is not None:
            renew()

    def load(self, name: str, table: pa.Table) -> None:
        """Give an Arrow table a name; the engine reads it where it stands."""
        if len(table):
            self._connection.register(name, table)
        else:  # most tables of an example are empty: to declare one is quicker
            columns = self._declaration(table)
            self._connection.execute(f"CREATE TEMP TABLE {quoted(name)} ({columns})")
        self._names[name] = tuple(table.column_names)
        self._rows[name] = len(table)

    def _declaration(self, empty: pa.Table) -> str:
        """Return the columns of a table as DuckDB writes them, types and all."""
        if empty.schema not in _declarations:
            seen = self._connection.from_arrow(empty)
            types = zip(seen.columns, seen.types, strict=True)
            columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in types)
            _declarations[empty.schema] = columns
        return _declarations[empty.schema]

    def view(self, name: str, sql: str, source: str) -> None:
        """Give a SELECT of our own a name; its rows are made when they are read.

        Parameters
        ----------
        source
            The table it reads; the view has a row for each of its rows.
        """
        self._connection.execute(f"CREATE TEMP VIEW {quoted(name)} AS {sql}")
        self._rows[name] = self._rows[source]

    def create(self, name: str, sql: str, where: str) -> int:
        """Keep the rows of a model's SELECT under a name; return their number.

        Raises
        ------
        ModelError
            If the text is not one steady SELECT, or DuckDB refuses it.
        """
        values = self._checked(sql, where)
        body = f"CREATE TEMP TABLE {quoted(name)} AS {sql.strip().rstrip(';')}"
        self._rows[name] = self._execute(body, where, values)
        return self._rows[name]

    def select(self, sql: str, where: str = "") -> pa.Table:
        """Run a SELECT of our own (not a model's) and return Arrow rows."""
        try:
            return self._connection.sql(_parsed(sql)).to_arrow_table()
        except duckdb.OutOfMemoryException:
            self._stop(where, _NO_ROOM, _LESS)
        except duckdb.Error as error:
            what, near = sql_words(error)
            self._refuse(where, f"SQL 执行失败：{what}", near)

    def count(self, name: str) -> int:
        """Return the number of rows of a table."""
        return self._rows[name]

    def tables(self) -> list[str]:
        """Return the names of all tables so far, sorted."""
        rows = self._connection.execute("SHOW TABLES").fetchall()
        return sorted(str(r[0]) for r in rows)

    def columns(self, name: str) -> dict[str, str]:
        """Return column name → DuckDB type of a table, in order."""
        if name not in self._columns:
            self._columns[name] = self._described(name)
        return self._columns[name]

    def names(self, name: str) -> tuple[str, ...]:
        """Return the columns of a table, in order."""
        return self._names.get(name) or tuple(self.columns(name))

    def _described(self, name: str) -> dict[str, str]:
        try:
            rows = self._connection.execute(f"DESCRIBE {quoted(name)}").fetchall()
        except duckdb.CatalogException:
            self._refuse("", f"没有名为「{name}」的表", "核对步骤的次序和表名")
        return {str(r[0]): str(r[1]) for r in rows}

    def check_expression(self, expression: str, table: str, where: str) -> None:
        """Refuse a condition that is not a boolean expression over a table."""
        self._checked(f"SELECT ({expression}) AS x FROM {quoted(table)}", where)

    def _checked(self, sql: str, where: str) -> dict[str, Any]:
        """Return the parameters of a model's SELECT, if it is a steady one."""
        if too_long(sql):
            self._refuse(where, too_long(sql))
        if not sql.isprintable() and _UNWRITTEN.search(sql):
            self._refuse(where, "SQL 里有不能书写的字符", "删去零字符等控制字符")
        try:
            names = _one_select(sql)
        except duckdb.Error as error:
            what, near = sql_words(error)
            self._refuse(where, f"SQL 无法解析：{what}", near)
        except ValueError as error:
            self._refuse(where, str(error))
        for what, remedy in faults(sql):
            self._refuse(where, what, remedy)
        return self._values(names, where)

    def _values(self, names: frozenset[str], where: str) -> dict[str, Any]:
        unknown = sorted(n for n in names if n not in self._parameters)
        if unknown:
            self._refuse(
                where, f"没有声明的参数：{'、'.join(unknown)}", "写入 parameters"
            )
        return {n: self._parameters[n] for n in sorted(names)}

    def _execute(self, sql: str, where: str, values: dict[str, Any]) -> int:
        """Create a table; return its rows."""
        try:
            with self._watch:
                rows = self._connection.execute(_parsed(sql), values).fetchall()
            return int(rows[0][0])
        except duckdb.InterruptException:
            what = f"SQL 运行超过 {self._watch.longest_s:g} 秒，已停止"
            self._stop(where, what, "检查递归有无终点、连接有无条件")
        except duckdb.OutOfMemoryException:
            self._stop(where, _NO_ROOM, _LESS)
        except duckdb.Error as error:
            what, near = sql_words(error)
            self._refuse(where, f"SQL 执行失败：{what}", near)

    def _stop(self, where: str, what: str, remedy: str) -> NoReturn:
        raise StoppedError(Problem(self._file, where, what, remedy))

    def _refuse(self, where: str, what: str, remedy: str = "") -> NoReturn:
        raise ModelError(Problem(self._file, where, what, remedy))


@lru_cache(maxsize=4096)
def _parsed(sql: str) -> duckdb.Statement:
    """Return the one statement of a text; parsing takes longer than a small run."""
    (statement,) = duckdb.extract_statements(sql)
    return statement


@lru_cache(maxsize=4096)
def _one_select(sql: str) -> frozenset[str]:
    """Return the names of the parameters of a SELECT.

    Raises
    ------
    ValueError
        If the text is something else, or more than one statement; in Chinese.
    """
    statements = duckdb.extract_statements(sql)
    if len(statements) != 1:
        raise ValueError(f"只能有一条语句，现有 {len(statements)} 条")
    try:
        kind = statements[0].type
    except ValueError:  # one that the library has no name for
        kind = None
    if kind != duckdb.StatementType.SELECT:
        raise ValueError("只允许 SELECT 语句")
    return frozenset(statements[0].named_parameters)


def parameters_in(sql: str) -> set[str]:
    """Return the names of the `$parameters` of a SELECT; none where it is no SQL."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error:
        return set()
    return {name for s in statements for name in s.named_parameters}


def is_name(text: str) -> bool:
    """Tell whether a text is a plain SQL name."""
    return _NAME.match(text) is not None
