"""What DuckDB says of a wrong SELECT, in Chinese for the author of a model."""

from __future__ import annotations

import re

_SAID = (
    (r'Referenced column "(.+?)" not found', "没有列「{}」"),
    (r'Table "(.+?)" does not have a column named "(.+?)"', "表「{}」没有列「{}」"),
    (r'Column "(.+?)" does not exist on (?:right|left) side', "连接的一侧没有列「{}」"),
    (r"Table with name (.+?) does not exist", "没有表「{}」"),
    (r'Referenced table "(.+?)" not found', "没有表「{}」"),
    (r"(?:Scalar|Table|Aggregate) Function with name (.+?) does", "没有函数「{}」"),
    (r'syntax error at or near "(.+?)"', "语法错误，在「{}」附近"),
    (r"syntax error at end of input", "语法错误：语句没有写完"),
    (r'column "(.+?)" must appear in the GROUP BY', "列「{}」没有分组，也没有汇总"),
    (r'Ambiguous reference to column name "(.+?)"', "列「{}」不止一个表有"),
    (r"Cannot compare values of type (\S+) and type (\S+)", "{} 与 {} 不能比较"),
    (r"Cannot mix values of type (\S+) and (\S+)", "{} 与 {} 不能并用"),
    (r"No function matches .*? argument types '(.+?)'", "参数类型不合：{}"),
    (r"Could not convert string '(.*?)' to (\S+)", "「{}」不能转换为 {}"),
    (r"Subquery returns (\d+) columns", "子查询给出 {} 列，只能是一列"),
    (r"aggregate function calls cannot be nested", "汇总不能套汇总"),
)
_PATTERNS = tuple((re.compile(said), words) for said, words in _SAID)
_NEAR = re.compile(r"(?:Candidate (?:bindings|tables)|Did you mean):?:? (.+)")
_QUOTED = re.compile(r'"([A-Za-z_][A-Za-z0-9_]*)"')


def sql_words(error: Exception) -> tuple[str, str]:
    """Return what is wrong with a SELECT, and the names that may have been meant.

    What is not known is given as DuckDB says it, first line only.
    """
    text = str(error).strip()
    first = text.splitlines()[0] if text else type(error).__name__
    found = ((p.search(first), words) for p, words in _PATTERNS)
    what = next((w.format(*m.groups()) for m, w in found if m), first)
    near = _NEAR.search(text)
    names = _QUOTED.findall(near.group(1)) if near and what != first else []
    return what, f"是不是{'、'.join(f'「{n}」' for n in names[:3])}？" if names else ""
