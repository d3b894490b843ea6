"""Where a database is and what it is asked, as `pil.yaml` writes it.

Nothing here connects. A name for people never holds the password, nor the user.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from pil_discovery.errors import Problem, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DRIVERS = ("postgresql+psycopg",)
"""The ways to a database that were tested; every other one is refused."""
OPTIONS = (
    "host",
    "port",
    "service",
    "sslmode",
    "connect_timeout",
    "target_session_attrs",
    "channel_binding",
    "gssencmode",
)
"""What may stand behind `?`: nothing that names a file, a password or a setting."""

_EXAMPLE = "postgresql+psycopg://用户:${PIL_DB_PASSWORD}@主机/库名"
_ADDRESS = re.compile(
    r"(?P<driver>[\w+]+)://"
    r"(?:(?P<user>[^:@/?]*)(?::(?P<password>[^@]*))?@)?"
    r"(?P<host>\[[^\]]+\]|[^/:?@]*)(?::(?P<port>[^/?@]*))?"
    r"(?:/(?P<name>[^?]*))?(?:\?(?P<options>.*))?"
)
_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_VARIABLE = re.compile(r"PIL_DB_[A-Z0-9_]+")
# A workspace comes from elsewhere: it may not send any other secret to any host.
_ONLY = "只能引用名称以 PIL_DB_ 开头的环境变量，如 ${PIL_DB_PASSWORD}"


@dataclass(frozen=True)
class Database:
    """Where a database is and who asks; parts left out are settled by libpq.

    `options` are those of `OPTIONS`, by name.
    """

    user: str
    password: str = field(repr=False)
    host: str
    port: int | None
    name: str
    options: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> str:
        """Host, port and name of the database, without user and password."""
        told = dict(self.options)
        host = self.host or told.get("host") or told.get("service", "")
        port = self.port or told.get("port")
        return f"{host}{f':{port}' if port else ''}/{self.name}"


def read_database(text: str, environ: Mapping[str, str]) -> Database:
    """Read the address of a database.

    Parameters
    ----------
    text
        `postgresql+psycopg://user:password@host:port/name?option=value`; any part, or
        the whole, may be `${PIL_DB_…}`. Special characters are percent-encoded, except
        in what the environment holds.
    environ
        The environment variables.

    Raises
    ------
    ReadError
        With every mistake; none quotes the address, for it may hold a password.
    """
    if whole := _REFERENCE.fullmatch(text.strip()):
        fault = _variable_fault(whole[1], environ)
        text = "" if fault else environ[whole[1]]
        if fault:
            raise ReadError(_problem(*fault))
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        what = f"数据库地址的写法不对，应当如 {_EXAMPLE}"
        raise ReadError(_problem(what, "密码里的 @ 写成 %40，: 写成 %3A，/ 写成 %2F"))
    problems = list(_faults(found.groupdict(default=""), environ))
    if problems:
        raise ReadError(problems)
    return _database(found.groupdict(default=""), environ)


def query_name(database: str, query: str, environ: Mapping[str, str]) -> str:
    """Return the name of what a query gives: `database:host/name#<12 hex digits>`.

    The digits are the first of the SHA-256 of the query. An address that cannot be
    read leaves only its query in the name.
    """
    digest = hashlib.sha256(query.encode()).hexdigest()[:12]
    try:
        place = read_database(database, environ).place
    except ReadError:
        place = ""
    return f"database:{place}#{digest}"


def _problem(what: str, remedy: str = "") -> Problem:
    return Problem("", "database", what, remedy)


def _faults(parts: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[Problem]:
    if parts["driver"] not in DRIVERS:
        what = f"不支持用「{parts['driver']}」连接数据库"
        yield _problem(what, f"可用：{'、'.join(DRIVERS)}")
    for variable in _REFERENCE.findall("".join(parts.values())):
        fault = _variable_fault(variable, environ)
        if fault is not None:
            yield _problem(*fault)
    if parts["port"] and not _filled(parts["port"], environ).isdecimal():
        yield _problem("数据库地址里的端口不是数字", "PostgreSQL 通常是 5432")
    options = [name for name, _ in _options(parts["options"])]
    yield from _option_faults(options)
    if not parts["name"] and "service" not in options:
        yield _problem("数据库地址里没有库名", f"应当如 {_EXAMPLE}")


def _option_faults(options: Sequence[str]) -> Iterator[Problem]:
    for name in options:
        if name not in OPTIONS:
            what = f"数据库地址里不能写选项「{name}」"
            yield _problem(what, f"可用：{'、'.join(OPTIONS)}")
    if len(set(options)) < len(options):
        yield _problem("数据库地址里有选项写了两次", "请删去一处")


def _variable_fault(name: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    if not _VARIABLE.fullmatch(name):
        return f"不能引用环境变量「{name}」", _ONLY
    if not environ.get(name):
        return f"没有设置环境变量 {name}", "请在运行 pil 之前设置"
    return None


def _options(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)


def _filled(part: str, environ: Mapping[str, str]) -> str:
    """Return a part of the address with the values of its variables, taken as is."""
    pieces = _REFERENCE.split(part)
    return "".join(
        environ.get(piece, "") if at % 2 else unquote(piece)
        for at, piece in enumerate(pieces)
    )


def _database(parts: Mapping[str, str], environ: Mapping[str, str]) -> Database:
    user, password, host, port, name = (
        _filled(parts[key], environ)
        for key in ("user", "password", "host", "port", "name")
    )
    options = tuple(
        (key, _REFERENCE.sub(lambda m: environ.get(m[1], ""), value))
        for key, value in _options(parts["options"])
    )
    number = int(port) if port else None
    return Database(user, password, host.strip("[]"), number, name, options)
