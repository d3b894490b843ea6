"""A ledger in a PostgreSQL database that several offices of one house share.

Needs the optional packages of `database`. Tables lie in the schema `pil_ledger`;
triggers refuse changes, a table lock lets one writer in at a time.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pil_discovery.errors import ArgumentError, LedgerError, Problem
from pil_discovery.procedure.ledger.chain import Head, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine

    from pil_discovery.procedure.ledger.stores import Added
    from pil_discovery.text.databases import Database

_LOCK = 0x50494C
_REFUSE = " BEGIN RAISE EXCEPTION 'append only'; END "
_TABLES = (
    "CREATE SCHEMA IF NOT EXISTS pil_ledger",
    """CREATE TABLE IF NOT EXISTS pil_ledger.entry
    (seq bigint PRIMARY KEY, body text NOT NULL, hash text NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS pil_ledger.head
    (seq bigint PRIMARY KEY, hash text NOT NULL, signature text NOT NULL)""",
    f"""CREATE OR REPLACE FUNCTION pil_ledger.refuse() RETURNS trigger
    LANGUAGE plpgsql AS $${_REFUSE}$$""",
    *(
        f"CREATE OR REPLACE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR "
        f"TRUNCATE ON pil_ledger.{table} EXECUTE FUNCTION pil_ledger.refuse()"
        for table in ("entry", "head")
    ),
)
_GUARDS = """
SELECT count(DISTINCT t.tgrelid) FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid IN (to_regclass('pil_ledger.entry'), to_regclass('pil_ledger.head'))
AND t.tgname IN ('entry_only_added', 'head_only_added')
AND t.tgenabled = 'O' AND p.prosrc = :body
"""


class PostgresStore:
    """A ledger in a database; its tables are created with the first rows."""

    def __init__(self, database: Database) -> None:
        self._place = database.place
        self._engine = _engine(database)

    def read(self) -> tuple[list[Row], list[Head]]:
        """Return rows and heads, as of one moment."""
        with self._said(), self._engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ")
            if not _is_there(connection):
                what = "数据库里还没有账本"
                remedy = "用 pil case open 登记线索"
                raise ArgumentError(Problem(self._place, "", what, remedy))
            return self._held(connection)

    def add(self, make: Callable[[list[Row], list[Head]], Added]) -> None:
        """Add rows and a head in one transaction."""
        import sqlalchemy as sa

        with self._said(), self._engine.begin() as connection:
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            if not _is_there(connection):
                for statement in _TABLES:
                    connection.execute(sa.text(statement))
            rows, head = make(*self._held(connection))
            for row in rows:
                connection.execute(
                    sa.text("INSERT INTO pil_ledger.entry VALUES (:seq, :body, :hash)"),
                    {"seq": row.seq, "body": row.body, "hash": row.hash},
                )
            if head is not None:
                connection.execute(
                    sa.text(
                        "INSERT INTO pil_ledger.head VALUES (:seq, :hash, :signature)"
                    ),
                    {"seq": head.seq, "hash": head.hash, "signature": head.signature},
                )

    def _held(self, connection: Connection) -> tuple[list[Row], list[Head]]:
        import sqlalchemy as sa

        if connection.execute(sa.text(_GUARDS), {"body": _REFUSE}).scalar_one() != 2:
            what = "账本的只增不改保护被取消"
            raise LedgerError(Problem(self._place, "", what, "请用备份核对"))
        entries = connection.execute(
            sa.text("SELECT seq, body, hash FROM pil_ledger.entry ORDER BY seq")
        )
        rows = [Row(int(seq), body, told) for seq, body, told in entries]
        heads = connection.execute(
            sa.text("SELECT seq, hash, signature FROM pil_ledger.head ORDER BY seq")
        )
        return rows, [Head(int(seq), told, sign) for seq, told, sign in heads]

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say what the server refuses in words, never with the password."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except SQLAlchemyError as error:
            cause = str(getattr(error, "orig", None) or error).strip().splitlines()[:1]
            what = f"数据库账本不可用（{''.join(cause)}）"
            remedy = "请核对地址、账号和权限"
            raise ArgumentError(Problem(self._place, "", what, remedy)) from None


def _is_there(connection: Connection) -> bool:
    import sqlalchemy as sa

    found = connection.execute(sa.text("SELECT to_regclass('pil_ledger.head')"))
    return found.scalar_one() is not None


def _engine(database: Database) -> Engine:
    try:
        import psycopg  # noqa: F401 -- SQLAlchemy would look for it later
        import sqlalchemy as sa
    except ImportError:
        what = "数据库账本需要可选组件 database，这台计算机上没有安装"
        remedy = '请从离线安装包安装 "pil_discovery[database]"，或者用文件账本'
        raise ArgumentError(Problem("", "", what, remedy)) from None
    url = sa.URL.create(
        "postgresql+psycopg",
        username=database.user or None,
        password=database.password or None,
        host=database.host or None,
        port=database.port,
        database=database.name or None,
    )
    options = {"client_encoding": "utf8", "connect_timeout": "10"}
    return sa.create_engine(
        url,
        poolclass=sa.NullPool,
        connect_args={**options, **dict(database.options)},
    )
