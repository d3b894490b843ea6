"""A ledger in one SQLite file, with its latest head in a file beside it.

A rollback journal instead of a write-ahead log: at rest there is one complete file to
copy or to keep on a shared drive, where a write-ahead log does not work. `synchronous =
EXTRA` makes every commit wait for the disk, the folder included.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from pil_discovery.errors import ArgumentError, LedgerError, Problem
from pil_discovery.procedure.ledger.chain import Head, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pil_discovery.procedure.ledger.stores import Added

_WAIT_S = 60.0
_APPLICATION = 0x50494C31
_TABLES = """
CREATE TABLE entry (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE head (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, signature TEXT);
"""
_ONLY_NEXT = """
CREATE TRIGGER {table}_next BEFORE INSERT ON {table}
WHEN NEW.seq <= (SELECT coalesce(max(seq), 0) FROM {table})
BEGIN SELECT raise(ABORT, 'append only'); END;
"""
_NO_CHANGE = """
CREATE TRIGGER {table}_{word} BEFORE {word} ON {table}
BEGIN SELECT raise(ABORT, 'append only'); END;
"""


class SqliteStore:
    """A ledger in a file; it is created with the first rows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(f"{path.name}.head")

    def read(self) -> tuple[list[Row], list[Head]]:
        """Return rows and heads; LedgerError where the file is damaged."""
        if not self._path.exists() or self._path.stat().st_size == 0:
            what = "没有这个账本"
            remedy = "用 pil case open 登记线索"
            raise ArgumentError(Problem(str(self._path), "", what, remedy))
        with self._said(), closing(self._connect()) as connection:
            connection.execute("BEGIN")  # rows and heads as of one moment
            return self._held(connection)

    def add(self, make: Callable[[list[Row], list[Head]], Added]) -> None:
        """Add rows and a head in one transaction."""
        with self._said(), closing(self._connect()) as connection:
            with _alone(connection):
                if not _is_there(connection):
                    _create(connection)
                rows, head = make(*self._held(connection))
                connection.executemany(
                    "INSERT INTO entry (seq, body, hash) VALUES (?, ?, ?)",
                    [(row.seq, row.body, row.hash) for row in rows],
                )
                connection.executemany(
                    "INSERT INTO head (seq, hash, signature) VALUES (?, ?, ?)",
                    [(h.seq, h.hash, h.signature) for h in (head,) if h is not None],
                )
            self._note(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None)
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("PRAGMA trusted_schema = OFF")
        return connection

    def _held(self, connection: sqlite3.Connection) -> tuple[list[Row], list[Head]]:
        if not _is_there(connection):
            raise LedgerError(
                Problem(str(self._path), "", "这不是账本文件", "请核对路径")
            )
        if _guards(connection) != _wanted_guards():
            what = "账本的只增不改保护被取消"
            raise LedgerError(Problem(str(self._path), "", what, "请用备份核对"))
        rows = [
            Row(int(seq), str(body), str(told))
            for seq, body, told in connection.execute(
                "SELECT seq, body, hash FROM entry ORDER BY seq"
            )
        ]
        heads = [
            Head(int(seq), str(told), str(signature))
            for seq, told, signature in connection.execute(
                "SELECT seq, hash, signature FROM head ORDER BY seq"
            )
        ]
        return rows, [*heads, *self._noted()]

    def _noted(self) -> list[Head]:
        """Return the head in the file beside the ledger, if there is one."""
        try:
            noted = json.loads(self._beside.read_text(encoding="utf-8"))
            return [Head(int(noted["seq"]), str(noted["hash"]))]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError) as error:
            what = "账本旁的链头文件读不出来"
            raise LedgerError(
                Problem(str(self._beside), "", what, "请用备份核对")
            ) from error

    def _note(self, connection: sqlite3.Connection) -> None:
        """Write the latest head beside the ledger, alone: it never goes back."""
        with _alone(connection):
            last = connection.execute(
                "SELECT seq, hash FROM head ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            text = json.dumps({"seq": last[0], "hash": last[1]}) + "\n"
            beside = self._beside.with_name(f".{self._beside.name}.new")
            with beside.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._beside)

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say what SQLite cannot do with the file in words."""
        try:
            yield
        except sqlite3.OperationalError as error:
            what = f"账本打不开或者正被占用（{error}）"
            remedy = "请核对文件夹权限；他人正在写入的，稍后再试"
            raise ArgumentError(Problem(str(self._path), "", what, remedy)) from error
        except sqlite3.DatabaseError as error:
            what = f"账本文件已损坏（{error}）"
            raise LedgerError(
                Problem(str(self._path), "", what, "请用备份恢复")
            ) from error


@contextmanager
def _alone(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the write lock; commit at the end, or leave everything as it was."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _is_there(connection: sqlite3.Connection) -> bool:
    names = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' "
        "AND name IN ('entry', 'head')"
    ).fetchone()
    return bool(names[0] == 2)


def _create(connection: sqlite3.Connection) -> None:
    there = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if there[0]:
        raise sqlite3.DatabaseError("not a ledger")
    for statement in _statements():
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")


def _statements() -> list[str]:
    return [s for s in _TABLES.strip().splitlines() if s] + _triggers()


def _triggers() -> list[str]:
    made = []
    for table in ("entry", "head"):
        made.append(_ONLY_NEXT.format(table=table).strip())
        made += [
            _NO_CHANGE.format(table=table, word=word).strip()
            for word in ("UPDATE", "DELETE")
        ]
    return made


def _wanted_guards() -> list[str]:
    return sorted(statement.removesuffix(";") for statement in _triggers())


def _guards(connection: sqlite3.Connection) -> list[str]:
    """Return the triggers that keep rows from being changed, as SQLite stores them."""
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
    return sorted(str(sql).removesuffix(";") for (sql,) in rows)
