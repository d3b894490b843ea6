"""Why a database did not answer, in one Chinese sentence and without the password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem

if TYPE_CHECKING:
    from pil_discovery.text.databases import Database

_LEAST_HIDDEN = 4
"""To strike out every «a» of a sentence would tell the password «a»."""

_NOT_CONNECTED = (
    (
        r"password auth|no password|role .* not exist|认证失败|角色.*不存在",
        "用户名或密码不对",
        "请核对用户名，以及环境变量或 PGPASSFILE 里的密码",
    ),
    (r"pg_hba", "服务器不许这个用户从本机连接", "请数据库管理员放行（pg_hba.conf）"),
    (
        r"database .* does not exist|数据库.*不存在",
        "服务器上没有这个库",
        "请核对库名",
    ),
    (
        r"permission denied for database|数据库.*权限不够",
        "没有连接这个库的权限",
        "请管理员授权",
    ),
    (r"resolve|could not translate", "找不到这台主机", "请核对主机名和内网连接"),
    (r"timeout|timed out", "连接超时", "请核对主机、端口和内网连接"),
    (r"definition of service", "没有这个 service 的定义", "请核对 PGSERVICEFILE"),
    (
        r"refused|No such file|unreachable|No route|reset by peer|closed the conn",
        "连不上服务器",
        "请核对主机、端口，并确认服务器已启动",
    ),
)
"""The client library tells no code before it is connected, only words.

They are those of the server, in English or as PostgreSQL says them in Chinese.
"""

_WHERE = re.compile(
    r"^connection (failed|is bad): (connection to server .*? failed: )?"
    r"((FATAL|致命错误): +)?"
)
"""What a message says before it comes to the point; the place is in our sentence."""

_REFUSED = {
    "42P01": ("查询里的表或视图不存在", "请核对表名和模式（schema）"),
    "3F000": ("查询里的模式（schema）不存在", "请核对模式名"),
    "42703": ("查询里的列不存在", "请核对列名；大写或中文的列名要加双引号"),
    "42883": ("查询里的函数不存在", "请核对函数名和参数的类型"),
    "42501": ("没有读取的权限", "请管理员授予 SELECT 权限"),
    "57014": ("查询超过了时间限制", "请在 query 里加条件，或请管理员建立索引"),
    "25006": ("查询要修改数据库，只读事务不允许", "只能写 SELECT"),
    "22021": (
        "数据库里的文字不能按库声明的编码读出",
        "请数据库管理员核对库的编码（SQL_ASCII 库没有声明编码）",
    ),
    "0A": ("查询不是单纯的读取", "只能写 SELECT，WITH 里也不能增删改"),
    "54": ("查询太复杂，服务器不能执行", "请把 query 拆开"),
    "42": ("查询语句有误", "请先在数据库里试运行这条 SELECT"),
    "22": ("查询在计算某一行时出错", "请核对 query 里的类型转换"),
    "53": ("服务器资源不足", "请稍后再试，或在 query 里加条件"),
    "57": ("服务器中断了查询", "请稍后再试"),
    "08": ("与服务器的连接断了", "请稍后再试"),
}
"""SQLSTATE, whole or its class → what is wrong and what to do."""


def connection_problem(error: Exception, name: str, database: Database) -> Problem:
    """Say why no connection came about."""
    whole = str(getattr(error, "orig", None) or error)
    said = _first_line(_WHERE.sub("", whole), database)
    for words, what, remedy in _NOT_CONNECTED:
        if re.search(words, whole):
            return Problem(name, "database", f"{what}（{said}）", remedy)
    what = f"不能连接数据库（{said}）"
    return Problem(name, "database", what, "请核对 database 的各部分")


def query_problem(error: Exception, name: str, database: Database) -> Problem:
    """Say why a query was not answered."""
    cause = getattr(error, "orig", None) or error
    state = str(getattr(cause, "sqlstate", None) or "")
    told = getattr(getattr(cause, "diag", None), "message_primary", None)
    said = _first_line(str(told or cause), database)
    usual = ("数据库不能回答", "请先在数据库里试运行这条 SELECT")
    if not state and "connection" in said:
        state = "08"
    what, remedy = _REFUSED.get(state) or _REFUSED.get(state[:2]) or usual
    return Problem(name, "query", f"{what}（{said}）", remedy)


def _first_line(text: str, database: Database) -> str:
    """Return what was said first; drivers do not repeat passwords, servers might."""
    line = next((part.strip() for part in text.splitlines() if part.strip()), "")
    if len(database.password) >= _LEAST_HIDDEN:
        line = line.replace(database.password, "***")
    return line[:200]
