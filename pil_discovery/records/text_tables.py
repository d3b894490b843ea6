"""CSV, TSV and TXT files: encoding, delimiter, records with their line numbers."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.delimiters import find_dialect
from pil_discovery.records.dialects import read_dialect
from pil_discovery.records.grids import Grid
from pil_discovery.types.sources import Inference

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_GB = frozenset({"gbk", "gb2312", "cp936", "gb18030", "gb_2312-80", "ansi"})
_LONGEST_FIELD = 2**24


@dataclass(frozen=True)
class Decoded:
    """The text of a file, its encoding, and why that one."""

    text: str
    encoding: str
    why: str


def decode(content: bytes, file: str, *, encoding: str | None = None) -> Decoded:
    """Decode strictly: byte order mark, then UTF-8, then GB18030; else ask.

    UTF-8 goes first because its bytes often decode as GB18030 without an error, and
    the reverse hardly ever happens.

    Raises
    ------
    ReadError
        When neither fits; the message names what the bytes look like.
    """
    if encoding is not None:
        return _told(content, file, encoding)
    for bom, name in _BOMS:
        if content.startswith(bom):
            return Decoded(_strict(content, file, name), name, "文件开头有编码标记")
    for name in ("utf-8", "gb18030"):
        try:
            return Decoded(content.decode(name), name, f"全文按 {name} 严格解码无误")
        except UnicodeDecodeError:
            continue
    raise ReadError(_undecidable(content, file))


def _told(content: bytes, file: str, encoding: str) -> Decoded:
    name = "gb18030" if encoding.lower() in _GB else encoding.lower()
    if name == "utf-8" and content.startswith(b"\xef\xbb\xbf"):
        name = "utf-8-sig"
    try:
        "".encode(name)
    except LookupError:
        problem = Problem(
            file, "encoding", f"不认识的编码“{encoding}”", "如 utf-8、gb18030"
        )
        raise ReadError(problem) from None
    return Decoded(_strict(content, file, name), name, "工作区指定")


def _strict(content: bytes, file: str, encoding: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        what = f"不能按 {encoding} 解码"
        raise ReadError(
            Problem(file, f"第{line}行", what, "请导出方以 UTF-8 重新导出")
        ) from None


def _undecidable(content: bytes, file: str) -> Problem:
    from charset_normalizer import from_bytes

    best = from_bytes(content[:65536]).best()
    guess = f"，看起来像 {best.encoding}" if best is not None else ""
    what = f"既不是 UTF-8 也不是 GB18030{guess}"
    return Problem(file, "", what, "在工作区写明 encoding，或另存为 UTF-8 后导入")


def read_text(decoded: Decoded, file: str) -> tuple[Grid, list[Inference]]:
    """Return the records of a text table and what was concluded about it.

    The row number of a record is the line on which it begins.

    Raises
    ------
    ReadError
        When quotes do not pair, or a field is longer than 16 MiB.
    """
    dialect = find_dialect(decoded.text, file)
    if dialect.is_plain:
        rows, lines = _records(decoded.text, dialect.delimiter, file)
    else:
        rows, lines = read_dialect(decoded.text, dialect, file)
    inferences = [
        Inference(what="编码", value=decoded.encoding, why=decoded.why),
        Inference(what="分隔符", value=dialect.name, why=dialect.why),
    ]
    return Grid(None, rows, lines, ragged=True), inferences


def _records(
    text: str, delimiter: str, file: str
) -> tuple[list[tuple[str, ...]], list[int]]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    start = 1
    # Exports repeat themselves: equal cells share one text, which halves the memory.
    once: dict[str, str] = {}
    try:
        for row in reader:
            rows.append(tuple(map(once.setdefault, row, row)))
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        what = f"从这一行起引号不配对或字段过长（{error}）"
        raise ReadError(
            Problem(file, f"第{start}行", what, "改正引号后重新导入")
        ) from None
    return rows, lines
