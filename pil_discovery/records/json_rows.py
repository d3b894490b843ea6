"""JSON lines, and JSON files that are one array of flat objects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.grids import Cell, NamedGrid
from pil_discovery.records.text_tables import decode
from pil_discovery.text.numbers import NOT_FINITE
from pil_discovery.text.quarantine import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.types.sources import ReasonClass

_LARGE = 16
_PLACES = {"FeatureCollection", "Feature", "GeometryCollection", "Topology"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class JsonRows:
    """The rows of a JSON file, and those that are none.

    `encoding` is None where single lines could not be decoded.
    """

    grid: NamedGrid
    lost: list[Entry]
    encoding: str | None


class _Repeated(dict[str, Any]):
    """An object that named a key twice, so that one of the values is lost."""

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        names = [key for key, _ in pairs]
        self.keys_twice = [key for key in self if names.count(key) > 1]


class _Collected:
    """The rows as they come in, each with its number, and those that are none."""

    def __init__(self, file: str) -> None:
        self.rows: list[dict[str, Any]] = []
        self.lines: list[int] = []
        self.lost: list[Entry] = []
        self._file = file

    def add(self, row: object, number: int) -> None:
        if isinstance(row, _Repeated):
            names = "、".join(row.keys_twice)
            remedy = "核实取哪一个值，删去另一个后重新导入"
            self.lose(number, "fields", f"同一行里列“{names}”出现两次", remedy)
        elif isinstance(row, dict):
            if row.get("type") in _PLACES:
                _refuse_layer(self._file, str(row["type"]))
            self.rows.append(row)
            self.lines.append(number)
        else:
            remedy = '写成 {"列名": 值, …} 后重新导入'
            self.lose(number, "fields", "不是一个 JSON 对象", remedy)

    def lose(self, number: int, kind: ReasonClass, reason: str, remedy: str) -> None:
        entry = Entry(
            self._file,
            None,
            number,
            column=None,
            value=None,
            scope="row",
            reason_class=kind,
            reason=reason,
            remedy=remedy,
        )
        self.lost.append(entry)


def read_json(content: bytes, file: str, *, encoding: str | None = None) -> JsonRows:
    """Read JSON lines, or one array of objects.

    Rows are numbered by the line (JSON lines) or by their place in the array, from 1.
    Keys may differ from row to row. Whole numbers of 16 digits and more stay texts, as
    they are codes; NaN and the infinities are error values; a value that is itself an
    object or an array becomes the text of its JSON.

    Raises
    ------
    ReadError
        When the file is a layer (GeoJSON), one object, no JSON, or cannot be decoded.
    """
    lines, name = _lines(content, file, encoding)
    found = _Collected(file)
    first = next((line for line in lines if line and line.strip()), "")
    if first.lstrip().startswith("["):
        _add_array(found, lines, file)
    else:
        _add_lines(found, lines, file)
    headers = tuple(dict.fromkeys(key for row in found.rows for key in row))
    rows = [tuple(_cell(row.get(key)) for key in headers) for row in found.rows]
    grid = NamedGrid(None, rows, found.lines, headers=headers)
    return JsonRows(grid, found.lost, name)


def _lines(
    content: bytes, file: str, encoding: str | None
) -> tuple[list[str | None], str | None]:
    """Return the lines, None for one that cannot be decoded, and the encoding.

    A damaged UTF-8 file often decodes as GB18030, to nonsense; so UTF-8 holds as soon
    as more lines beyond ASCII are sound in it than not.
    """
    if encoding is None and not content.startswith(_UTF16):
        raw = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        lines = [_utf8(line) for line in raw]
        bad = lines.count(None)
        sound = sum(line is not None and not line.isascii() for line in lines)
        if sound > bad or not bad:
            return lines, None if bad else "utf-8"
    decoded = decode(content, file, encoding=encoding)
    return list(decoded.text.split("\n")), decoded.encoding


def _utf8(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _add_lines(found: _Collected, lines: Sequence[str | None], file: str) -> None:
    for number, line in enumerate(lines, 1):
        if line is None:
            remedy = "请导出方以 UTF-8 重新导出"
            found.lose(number, "encoding", "这一行不能按 utf-8 解码", remedy)
        elif line.strip():
            _add_line(found, line, number)
    if found.lost:
        text = "\n".join(line or "" for line in lines)
        _refuse_object(text, file, rows=len(found.rows))


def _add_line(found: _Collected, line: str, number: int) -> None:
    try:
        row = _parse(line)
    except (ValueError, RecursionError):
        remedy = "检查该行的引号、逗号和括号后重新导入"
        found.lose(number, "fields", "这一行不是完整的 JSON", remedy)
    else:
        found.add(row, number)


def _add_array(found: _Collected, lines: Sequence[str | None], file: str) -> None:
    if None in lines:
        where, remedy = f"第{lines.index(None) + 1}行", "请导出方以 UTF-8 重新导出"
        raise ReadError(Problem(file, where, "不能按 utf-8 解码", remedy))
    try:
        rows = _parse("\n".join(filter(None, lines)))
    except json.JSONDecodeError as error:
        what = f"从这一行起不是有效的 JSON（第{error.colno}个字符）"
        where, remedy = f"第{error.lineno}行", "检查引号、逗号和括号，或重新导出"
        raise ReadError(Problem(file, where, what, remedy)) from None
    except (ValueError, RecursionError):
        what = "JSON 嵌套过深，打不开"
        raise ReadError(Problem(file, "", what, "请导出为一层的对象数组")) from None
    for number, row in enumerate(rows, 1):
        found.add(row, number)


def _refuse_object(text: str, file: str, *, rows: int) -> None:
    """Refuse a file that is one object over several lines, or holds no row at all."""
    try:
        whole = _parse(text)
    except (ValueError, RecursionError):
        whole = None
    if rows and not isinstance(whole, dict):
        return
    if not isinstance(whole, dict):
        remedy = "每行一个完整的对象，或改为导出 CSV"
        raise ReadError(Problem(file, "", "没有一行是有效的 JSON", remedy))
    if whole.get("type") in _PLACES:
        _refuse_layer(file, str(whole["type"]))
    lists = "、".join(key for key, value in whole.items() if isinstance(value, list))
    hint = f"；行似乎在“{lists}”之下，请只保存那个数组" if lists else ""
    what = f"内容是一个 JSON 对象，不是由行组成的表格{hint}"
    raise ReadError(Problem(file, "", what, "改为每行一个对象，或一个对象数组"))


def _refuse_layer(file: str, kind: str) -> NoReturn:
    remedy = "写在工作区的 layers 之下，或用 read_layer 读取"
    if kind != "FeatureCollection":
        remedy = "请另存为一个 FeatureCollection 或 .gpkg，写在工作区的 layers 之下"
    raise ReadError(Problem(file, "", "内容是 GeoJSON 图层，不是表格", remedy))


def _parse(text: str) -> Any:  # noqa: ANN401 - whatever the JSON holds
    return json.loads(
        text,
        parse_int=_whole,
        parse_constant=NOT_FINITE.__getitem__,
        object_pairs_hook=_object,
    )


def _whole(text: str) -> int | str:
    return text if len(text.lstrip("-")) >= _LARGE else int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else _Repeated(pairs)


def _cell(value: object) -> Cell:
    """Return what the cell of a grid holds for a value of JSON."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value
