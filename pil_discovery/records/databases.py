"""A query to a database → its Answer: one SELECT, read only, in a settled order.

This is the one place of the product that speaks to a server, and only where `pil.yaml`
names it. It runs in the main process: no foreign file format is parsed here.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.refusals import connection_problem, query_problem
from pil_discovery.text.queries import query_fault
from pil_discovery.text.received import GEOMETRIES, OPAQUE
from pil_discovery.types.answers import Answer, line_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, CursorResult, Engine

    from pil_discovery.text.databases import Database
    from pil_discovery.types.answers import Received

_CHUNK = 5_000
_CONNECTION = {
    "client_encoding": "utf8",  # a GBK server converts
    "connect_timeout": "10",
    "keepalives_idle": "60",  # a network that went away is noticed in minutes
    "keepalives_interval": "10",
    "keepalives_count": "6",
}
_SETTINGS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "extra_float_digits": "1",
    "lc_monetary": "C",
    "standard_conforming_strings": "on",
}
"""What the texts of an answer would otherwise depend on, from server to server."""


@dataclass(frozen=True)
class Limits:
    """How much a database may answer: rows, characters in all, seconds a step."""

    rows: int = 5_000_000
    characters: int = 2**31
    seconds: float = 600.0


@dataclass(frozen=True)
class _Question:
    """What is asked, and the name of it in messages."""

    name: str
    query: str
    limits: Limits


def ask(
    database: Database, query: str, *, name: str, limits: Limits | None = None
) -> Answer:
    """Put one SELECT to a PostgreSQL database.

    The query runs in a read-only transaction on one snapshot, through a server-side
    cursor that takes a single SELECT, and with a time limit.

    Parameters
    ----------
    database
        Where it is.
    query
        One SELECT or WITH … SELECT.
    name
        Name of the query in reports, without password.
    limits
        Default: five million rows, 2**31 characters, ten minutes a step.

    Returns
    -------
    Answer
        Rows in canonical order.

    Raises
    ------
    ReadError
        In one sentence, never with the password: the optional packages are missing,
        the server cannot be reached or refuses, or the query cannot be answered.
    """
    if fault := query_fault(query):
        raise ReadError(Problem(name, "query", f"查询语句{fault}"))
    question = _Question(name, query.strip().rstrip(";"), limits or Limits())
    engine = _engine(database, name)
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with _connected(engine, database, name) as connection:
            return _asked(connection, question)
    except SQLAlchemyError as error:
        raise ReadError(query_problem(error, name, database)) from None
    finally:
        engine.dispose()


def _engine(database: Database, name: str) -> Engine:
    try:
        import psycopg  # noqa: F401 -- SQLAlchemy would look for it later
        import sqlalchemy as sa
    except ImportError:
        what = "读取数据库需要可选组件 database，这台计算机上没有安装"
        remedy = (
            "请运行 pip install --no-index --find-links 离线安装包文件夹 "
            '"pil_discovery[database]"'
        )
        raise ReadError(Problem(name, "database", what, remedy)) from None
    url = sa.URL.create(
        "postgresql+psycopg",
        username=database.user or None,
        password=database.password or None,
        host=database.host or None,
        port=database.port,
        database=database.name or None,
    )
    return sa.create_engine(
        url,
        poolclass=sa.NullPool,
        use_native_hstore=False,
        connect_args={**_CONNECTION, **dict(database.options)},
    )


def _connected(engine: Engine, database: Database, name: str) -> Connection:
    from psycopg.types.string import TextLoader
    from sqlalchemy.exc import SQLAlchemyError

    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise ReadError(connection_problem(error, name, database)) from None
    except AssertionError:  # a version that SQLAlchemy cannot read
        what = "服务器自称的版本不是 PostgreSQL"
        remedy = "只支持 PostgreSQL；其他库请导出为 CSV 或 GeoPackage"
        raise ReadError(Problem(name, "database", what, remedy)) from None
    adapters: Any = connection.connection.driver_connection
    for known in adapters.adapters.types:
        for oid in filter(None, (known.oid, known.array_oid)):
            adapters.adapters.register_loader(oid, TextLoader)
    return connection.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )


def _asked(connection: Connection, question: _Question) -> Answer:
    limits = question.limits
    _settle(connection, limits.seconds)
    result = connection.exec_driver_sql(
        question.query,
        # without parameters a % in the query is only a %
        execution_options={"yield_per": _CHUNK, "no_parameters": True},
    )
    with closing(result):
        headers = tuple(result.keys())
        types = _types(connection, result)
        kinds = tuple(kind for kind, _ in types)
        _demand_readable(headers, kinds, question.name)
        rows, digest, size = _ordered(_received(result, question), headers)
    systems: dict[int, str] = {}
    for at, (kind, schema) in enumerate(types):
        if kind in GEOMETRIES:
            systems |= _systems(connection, schema, {srid_of(r[at]) for r in rows})
    return Answer(
        question.name, question.query, headers, kinds, rows, digest, size, systems
    )


def _settle(connection: Connection, seconds: float) -> None:
    """Make the answer independent of how the server or the account is set up."""
    import sqlalchemy as sa

    wanted = {**_SETTINGS, "statement_timeout": f"{int(seconds * 1000)}ms"}
    one = sa.text("SELECT set_config(:name, :value, true)")
    for name, value in wanted.items():
        connection.execute(one, {"name": name, "value": value})


def _types(connection: Connection, result: CursorResult[Any]) -> list[tuple[str, str]]:
    """Return name and schema of the type of every column."""
    import sqlalchemy as sa

    described: Any = result.cursor.description if result.cursor is not None else ()
    oids = [column[1] for column in described]
    found = connection.execute(
        sa.text(
            "SELECT t.oid, t.typname, n.nspname FROM pg_catalog.pg_type t "
            "JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
            "WHERE t.oid = ANY(CAST(:oids AS oid[]))"
        ),
        {"oids": oids},
    )
    names = {int(oid): (str(name), str(schema)) for oid, name, schema in found}
    return [names.get(oid, ("", "")) for oid in oids]


def _demand_readable(headers: Sequence[str], kinds: Sequence[str], name: str) -> None:
    problems = [
        Problem(
            name, f"列 {h}", f"类型 {k} 是二进制内容，不能读取", "请从 query 删去该列"
        )
        for h, k in zip(headers, kinds, strict=True)
        if k in OPAQUE
    ]
    if problems:
        raise ReadError(problems)


def _received(result: CursorResult[Any], question: _Question) -> list[Received]:
    limits = question.limits
    rows: list[Received] = []
    size = 0
    # Tables repeat themselves: equal cells share one text, which halves the memory.
    once: dict[str, str] = {}
    for part in result.partitions():
        for row in part:
            kept = tuple(None if c is None else once.setdefault(c, c) for c in row)
            size += sum(len(c) for c in kept if c is not None)
            rows.append(kept)
        if len(rows) > limits.rows or size > limits.characters:
            raise ReadError(_too_much(question))
    return rows


def _too_much(question: _Question) -> Problem:
    limits = question.limits
    what = f"查询结果超过 {limits.rows} 行或 {limits.characters} 个字符"
    return Problem(question.name, "query", what, "请在 query 里按年度或地区加条件")


def _ordered(
    rows: Iterable[Received], headers: Received
) -> tuple[list[Received], str, int]:
    """Sort rows by their line; return them with hash and length of all lines."""
    lines = sorted(((line_of(row), row) for row in rows), key=lambda pair: pair[0])
    head = line_of(headers)
    digest = hashlib.sha256(head)
    for line, _ in lines:
        digest.update(line)
    size = len(head) + sum(len(line) for line, _ in lines)
    return [row for _, row in lines], digest.hexdigest(), size


def srid_of(ewkb: str | None) -> int:
    """Return the SRID that hexadecimal EWKB carries; 0 where it has none."""
    if not ewkb:
        return 0
    order = "little" if ewkb.startswith("01") else "big"
    head = bytes.fromhex(ewkb[2:18])
    has_srid = int.from_bytes(head[:4], order) & 0x20000000  # type: ignore[arg-type]
    return int.from_bytes(head[4:8], order) if has_srid else 0  # type: ignore[arg-type]


def _systems(connection: Connection, schema: str, srids: set[int]) -> dict[int, str]:
    """Return what `spatial_ref_sys`, in the schema of PostGIS, says of SRIDs."""
    import sqlalchemy as sa

    names = ("srid", "auth_name", "auth_srid", "srtext")
    columns: list[sa.ColumnClause[str]] = [sa.column(name) for name in names]
    table = sa.table("spatial_ref_sys", *columns, schema=schema)
    wanted = sa.select(*columns).where(table.c.srid.in_(sorted(srids - {0})))
    return {
        int(row["srid"]): f"EPSG:{row['auth_srid']}"
        if row["auth_name"] == "EPSG"
        else str(row["srtext"])
        for row in connection.execute(wanted).mappings()
    }
