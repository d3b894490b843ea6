"""Which columns a SELECT really reads, as the planner of DuckDB resolves them.

Names alone do not tell: every table has a `contract_no`, and `SELECT *`, `USING` and
aliases hide or repeat names. The planner drops the columns that nothing uses; what is
left in the scans of its plan is what the SELECT reads.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb

from pil_discovery.findings.aliases import hidden_aliases
from pil_discovery.findings.locked import locked
from pil_discovery.findings.relations import parameters_in, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

_KEPT = "unused_columns"
"""The only optimizer that runs: the others may fold whole tables away."""


class Plans:
    """An empty database that plans the SELECTs of a model and runs none of them.

    Parameters
    ----------
    parameters
        Values for `$name`; `as_of` among them.
    """

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = dict(parameters)
        self._connection = locked(f"SET disabled_optimizers='{_others()}'")

    def __enter__(self) -> Plans:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def declare(self, table: str, columns: Mapping[str, str]) -> None:
        """Make an empty table of these columns and DuckDB types."""
        body = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        self._connection.execute(f"CREATE TABLE {quoted(table)} ({body})")

    def reads(self, sql: str) -> dict[str, set[str]]:
        """Return table → columns that a SELECT reads; it must have been checked."""
        values = {name: self._parameters[name] for name in parameters_in(sql)}
        explained = self._connection.execute(f"EXPLAIN (FORMAT json) {sql}", values)
        read: dict[str, set[str]] = {}
        for _, text in explained.fetchall():
            for table, columns in _scans(json.loads(text)):
                read.setdefault(table, set()).update(columns)
        return read

    def hidden(self, sql: str) -> list[str]:
        """Return names that a SELECT gives and then uses for columns of its tables."""
        return hidden_aliases(self._connection, sql, self._parameters)


@cache
def _others() -> str:
    with duckdb.connect(":memory:") as plain:
        found = plain.execute("SELECT name FROM duckdb_optimizers()").fetchall()
    return ",".join(name for (name,) in found if name != _KEPT)


def _scans(nodes: list[dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    for node in nodes:
        about = node.get("extra_info") or {}
        if "Table" in about:
            columns = about.get("Projections", [])
            table = str(about["Table"]).rsplit(".", 1)[-1].strip('"')
            yield table, [columns] if isinstance(columns, str) else list(columns)
        yield from _scans(node.get("children") or [])
