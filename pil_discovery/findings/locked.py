"""A DuckDB that reads no file and no Python variable, and cannot be reconfigured."""

from __future__ import annotations

import duckdb


def locked(*settings: str) -> duckdb.DuckDBPyConnection:
    """Return an empty database in memory that can reach nothing outside itself.

    Parameters
    ----------
    settings
        Further SET statements; after them nothing can be set.
    """
    connection = duckdb.connect(":memory:")
    for setting in (
        "SET autoinstall_known_extensions=false",
        "SET autoload_known_extensions=false",
        "SET python_enable_replacements=false",
        "SET threads=1",  # one order of additions, one result
        "SET TimeZone='UTC'",
        *settings,
        "SET enable_external_access=false",
        "SET lock_configuration=true",
    ):
        connection.execute(setting)
    return connection
