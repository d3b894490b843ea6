"""Whether a query is one question, and nothing that changes the database.

The server is asked in a read-only transaction and through a cursor, which takes one
SELECT only. This check comes first, so that the mistake is told in plain words.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
      (?P<comment>--[^\n]*|/\*.*?\*/)
    | (?P<text>
          [eE]'(?:[^'\\]|\\.|'')*'
        | '(?:[^']|'')*'
        | "(?:[^"]|"")*"
        | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$
      )
    | (?P<word>[^\W\d][\w$]*)
    | (?P<end>;)
    | (?P<open>['"]|/\*)
    | (?P<space>\s+)
    | (?P<other>.)
    """,
    re.DOTALL | re.VERBOSE,
)
_QUESTIONS = ("select", "with")
_ONE = "只能写一条 SELECT（或 WITH … SELECT）"


def query_fault(query: str) -> str:
    """Say in Chinese why a query is not one SELECT; empty when it is.

    Words in texts, quoted names, dollar quotes and comments do not count. A comment
    inside a comment is refused: PostgreSQL nests them, this reader does not.
    """
    tokens = [m for m in _TOKEN.finditer(query) if m.lastgroup != "space"]
    if any(_nested(m) for m in tokens):
        return "注释里又有注释，请删去"
    said = [m for m in tokens if m.lastgroup != "comment"]
    if any(m.lastgroup == "open" for m in said):
        return "引号或注释没有成对"
    while said and said[-1].lastgroup == "end":
        said.pop()
    if not said:
        return f"是空的，{_ONE}"
    if any(m.lastgroup == "end" for m in said):
        return f"有几条语句，{_ONE}"
    first = next((m[0] for m in said if m[0] != "("), "")
    return "" if first.lower() in _QUESTIONS else f"以「{first[:20]}」开头，{_ONE}"


def _nested(token: re.Match[str]) -> bool:
    return token[0].startswith("/*") and "/*" in token[0][2:]
