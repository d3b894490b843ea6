"""Text tables whose fields are not written as everyone does."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACES = "  "
"""Stands for two or more spaces, as between columns lined up for the eye."""

GAP = re.compile("[ \u3000]{2,}")
_NAMES = {"\t": "制表符", "\x01": "\\x01（Hive 导出）", SPACES: "两个以上的空格"}
_STAND_INS = ("\x1f", "\x1e", "\x02", "\ue000", "\uf8ff")
"""Of these the first that a text does not hold takes the place of a long delimiter."""

_LONGEST_FIELD = 2**24


@dataclass(frozen=True)
class Dialect:
    """The way fields are written.

    Attributes
    ----------
    delimiter
        One character; or several, such as `||`; or `SPACES`.
    quote, escape
        `escape` is empty where a quote inside quotes is doubled.
    skip_spaces
        Spaces follow the delimiter before a quote.
    told
        The first line names the delimiter (`sep=;`, as Excel writes it).
    """

    delimiter: str
    quote: str = '"'
    escape: str = ""
    skip_spaces: bool = False
    told: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether only the delimiter differs from CSV, and is one byte."""
        one_byte = len(self.delimiter) == 1 and self.delimiter.isascii()
        return one_byte and self == Dialect(self.delimiter)

    @property
    def name(self) -> str:
        """The delimiter in words."""
        return _NAMES.get(self.delimiter, self.delimiter)

    @property
    def why(self) -> str:
        """What the dialect was concluded from."""
        why = "文件首行写明（sep=）" if self.told else "各行字段数最一致"
        if self.quote == "'":
            why += "，字段用单引号括起"
        return why + ("，引号用反斜杠转义" if self.escape else "")


def read_dialect(
    text: str, dialect: Dialect, file: str
) -> tuple[list[tuple[str, ...]], list[int]]:
    """Return the records of a text and the line on which each begins.

    A first line that names the delimiter is no record, but is counted.

    Raises
    ------
    ReadError
        When quotes do not pair, or a field is longer than 16 MiB.
    """
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    start = 1
    try:
        for row, end in parse(text, dialect):
            if not dialect.told or start > 1:
                rows.append(row)
                lines.append(start)
            start = end + 1
    except csv.Error as error:
        what = f"从这一行起引号不配对或字段过长（{error}）"
        problem = Problem(file, f"第{start}行", what, "改正引号后重新导入")
        raise ReadError(problem) from None
    return rows, lines


def parse(text: str, dialect: Dialect) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the fields of each record with the line on which it ends.

    Raises
    ------
    csv.Error
        When quotes do not pair, or a field is longer than 16 MiB.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    mark = _mark(text, dialect.delimiter)
    reader = csv.reader(
        io.StringIO(_with_mark(text, dialect, mark), newline=""),
        delimiter=mark,
        quotechar=dialect.quote,
        escapechar=dialect.escape or None,
        skipinitialspace=dialect.skip_spaces,
        strict=True,
    )
    for row in reader:
        yield tuple(f.replace(mark, dialect.delimiter) for f in row), reader.line_num


def _mark(text: str, delimiter: str) -> str:
    """Return the one character that stands for the delimiter."""
    if len(delimiter) == 1:
        return delimiter
    return next((c for c in _STAND_INS if c not in text), _STAND_INS[0])


def _with_mark(text: str, dialect: Dialect, mark: str) -> str:
    if dialect.delimiter == SPACES:
        edges = re.compile("^[ \u3000]+|[ \u3000]+$", re.MULTILINE)
        return GAP.sub(mark, edges.sub("", text))
    if dialect.delimiter != mark:
        text = text.replace(dialect.delimiter, mark)
    if dialect.escape:
        # MySQL writes \N for NULL; unescaped it would be the letter N.
        null = rf"(?:(?<=^)|(?<={re.escape(mark)}))\\N(?=[{re.escape(mark)}\r\n]|$)"
        text = re.sub(null, "", text, flags=re.MULTILINE)
    return text
