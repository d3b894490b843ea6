"""How a text table separates, quotes and escapes its fields, by its first lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.dialects import GAP, SPACES, Dialect, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

_USUAL = (",", "\t", ";", "|")
_RARE = ("^", "~", "\x01", "\x02", "\x1c", "\x1d", "\x1e", "\x1f", *"¦§¤｜，!#$&*@`")
_HEAD = 1 << 16
_MOST_LINES = 200
_SURE = 0.9
"""A rare delimiter must split so large a share of the lines alike."""

_TOLD = re.compile(r'"?sep=(\\t|[^\w"\r\n])"?\r?\n', re.IGNORECASE)


def find_dialect(text: str, file: str) -> Dialect:
    """Return how the fields of a text are written.

    Among the usual delimiters that which splits most lines alike; a rare one, a doubled
    one, or gaps of spaces only where nearly all lines agree on it and no usual one
    splits them better.

    Raises
    ------
    ReadError
        When two delimiters split all lines equally well.
    """
    lines = _first_lines(text)
    if told := _TOLD.match(text):
        delimiter = told[1].replace("\\t", "\t")
        return replace(_written(lines[1:], delimiter), told=True)
    return _written(lines, _delimiter(lines, file))


def _first_lines(text: str) -> list[str]:
    """Return the first whole lines that are not blank.

    Only newlines end them: some exports separate fields by other control characters.
    """
    head = re.split("\r\n|\n|\r", text[:_HEAD])
    head = head[:-1] if len(text) > _HEAD and len(head) > 1 else head
    return [line for line in head[:_MOST_LINES] if line.strip(" \t\u3000")]


def _delimiter(lines: Sequence[str], file: str) -> str:
    best = max(_USUAL, key=lambda d: (_evenness(lines, d), -_USUAL.index(d)))
    score = _evenness(lines, best)
    if best == "|" and _is_doubled(lines):
        return "||"
    rare = [d for d in _RARE if _is_sure(lines, d) and _evenness(lines, d) > score]
    if rare:
        return str(max(rare, key=lambda d: (_evenness(lines, d), -_RARE.index(d))))
    if score == 0 and _is_lined_up(lines):
        return SPACES
    equal = [d for d in _USUAL if _is_sure(lines, d) and _evenness(lines, d) == score]
    if len(equal) > 1 and best in equal:
        names = " 还是 ".join(Dialect(d).name for d in equal)
        what = f"分不清字段用哪个符号分隔：{names}"
        remedy = "在首行写 sep= 加分隔符，或另存为 .xlsx 后导入"
        raise ReadError(Problem(file, "", what, remedy))
    return str(best)


def _evenness(lines: Sequence[str], delimiter: str) -> int:
    rows = csv.reader(lines, delimiter=delimiter)
    counts = Counter(len(row) for row in rows if len(row) > 1)
    return max((fields * times for fields, times in counts.items()), default=0)


def _is_sure(lines: Sequence[str], delimiter: str) -> bool:
    """Tell whether nearly all lines, the first among them, are split alike."""
    if len(lines) < 2 or delimiter not in lines[0]:
        return False
    counts = Counter(line.count(delimiter) for line in lines)
    return counts[lines[0].count(delimiter)] >= _SURE * len(lines)


def _is_doubled(lines: Sequence[str]) -> bool:
    """Tell `a||b||c` from `a|b|c`, where a first line of empty names is unheard of."""
    first = next(line for line in lines if "|" in line)
    return "||" in first and "|" not in first.replace("||", "")


def _is_lined_up(lines: Sequence[str]) -> bool:
    """Tell whether gaps of two spaces or more split nearly all lines alike."""
    if len(lines) < 2:
        return False
    counts = Counter(len(GAP.split(line.strip(" \u3000"))) for line in lines)
    fields, times = counts.most_common(1)[0]
    return fields > 1 and times >= _SURE * len(lines)


def _written(lines: Sequence[str], delimiter: str) -> Dialect:
    """Return the dialect of a known delimiter: how it quotes and escapes.

    What differs from plain CSV holds only if it reads all lines alike.
    """
    plain = Dialect(delimiter)
    if _in_single_quotes(lines, delimiter):
        return replace(plain, quote="'")
    for sign, other in (
        ('\\"', replace(plain, escape="\\")),
        (f"\\{delimiter}", replace(plain, escape="\\")),
        (f'{delimiter} "', replace(plain, skip_spaces=True)),
    ):
        if any(sign in line for line in lines) and _improves(lines, plain, other):
            return other
    return plain


def _in_single_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Tell whether every field of the first line stands in single quotes."""
    first = [f.strip() for f in lines[0].split(delimiter)] if lines else []
    return len(first) > 1 and all(len(f) > 1 and f[0] == f[-1] == "'" for f in first)


def _improves(lines: Sequence[str], plain: Dialect, other: Dialect) -> bool:
    return not _reads_alike(lines, plain) and _reads_alike(lines, other)


def _reads_alike(lines: Sequence[str], dialect: Dialect) -> bool:
    """Tell whether all lines give as many fields as the first one."""
    try:
        return len({len(row) for row, _ in parse("\n".join(lines), dialect)}) == 1
    except csv.Error:
        return False
