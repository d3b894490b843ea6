"""A DuckDB that reads no file and no Python variable, and cannot be reconfigured.

To open one takes longer than most models run. So a process keeps one open and lends
out connections: what a connection keeps in temporary tables no other one can see, and
it is gone when the connection closes.
"""

from __future__ import annotations

import atexit
from functools import lru_cache

import duckdb

from pil_discovery.findings.spills import Spill, new_spill

_MEMORY, _MEMORY_BYTES = "4GB", 4 * 10**9
_MOST_SPILLED = "32GB"
_spills: list[Spill] = []
"""Where databases that are lent out put what does not fit into memory."""


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
        # global: for every connection to this database, not for the first one alone
        "SET GLOBAL python_enable_replacements=false",
        "SET threads=1",  # one order of additions, one result
        "SET GLOBAL TimeZone='UTC'",
        *settings,
        "SET enable_external_access=false",
        "SET lock_configuration=true",
    ):
        connection.execute(setting)
    return connection


def usual_memory() -> str:
    """Return a DuckDB memory limit: 4 GB, less where this process may not take twice.

    What stands in memory beside the engine, shapes and frames, needs room as well.
    """
    try:
        import resource
    except ImportError:  # Windows
        return _MEMORY
    most, _ = resource.getrlimit(resource.RLIMIT_DATA)
    if most == resource.RLIM_INFINITY or most >= 2 * _MEMORY_BYTES:
        return _MEMORY
    return f"{most // 2 // 10**6}MB"


def lent(memory: str) -> duckdb.DuckDBPyConnection:
    """Return a connection without tables to the locked database of this process.

    Parameters
    ----------
    memory
        DuckDB memory limit of all connections together; beyond it the database spills
        to a folder of its own, at most 32 GB.
    """
    return _kept(memory).cursor()


@lru_cache(maxsize=2)
def _kept(memory: str) -> duckdb.DuckDBPyConnection:
    spill = new_spill()
    _spills.append(spill)
    return locked(
        f"SET memory_limit='{memory}'",
        f"SET temp_directory='{spill.folder.as_posix()}'",
        f"SET max_temp_directory_size='{_MOST_SPILLED}'",
    )


def renew() -> None:
    """Lend out another database from here on: an error may have broken the last."""
    _kept.cache_clear()


@atexit.register
def close_databases() -> None:
    """Close what is lent out and remove what it spilled, as at the end of a process."""
    renew()
    while _spills:
        _spills.pop().remove()
