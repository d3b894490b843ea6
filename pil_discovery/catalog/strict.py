"""Strict YAML: one loader for `pil.yaml` and everything below `models/`.

YAML 1.1 turns `no` into false, `0330302` into 110786 and `12:30:45` into 45045, and
lets a later duplicate key win. Here only `true`/`false`, plain decimal numbers and
`null` have a meaning besides text; whatever other tools would read differently is
refused, with file and line.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import yaml

from pil_discovery.errors import CatalogError, Problem

if TYPE_CHECKING:
    from pathlib import Path

Yaml = Any
"""A value as it came from YAML: its shape is not known before it is checked."""

try:
    from yaml._yaml import CParser as _Parser
except ImportError:  # PyYAML built without libyaml
    from yaml.composer import Composer
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class _Parser(Reader, Scanner, Parser, Composer):  # type: ignore[no-redef]
        def __init__(self, stream: str) -> None:
            Reader.__init__(self, stream)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)


_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][-+]?[0-9]+)?")
_TRAP = re.compile(
    r"[-+]?0[0-9_]+(\.[0-9]*)?"  # octal, or a code that lost its quotes
    r"|[-+]?0[xob][0-9a-fA-F_]+"
    r"|[-+]?[0-9]+_[0-9_]*(\.[0-9_]*)?"
    r"|[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?"  # sexagesimal
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_DEEPEST = 100
_LONGEST_NUMBER = 400
_DEEP_LINE = re.compile(r"^[ ?-]{400}", re.MULTILINE)
_BRACKETS = re.compile(r"[\[\]{}]")
_NUMERIC = frozenset("+-.0123456789")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_SWITCHES = frozenset(("on", "off", "yes", "no"))
_PLAIN = "plain"
_QUOTED = "quoted"


class _Composer(_Parser):
    """Nodes whose tag only says whether the scalar was quoted."""

    def resolve(self, kind: type, _value: object, implicit: object) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else _QUOTED  # type: ignore[index]
        return ""

    def descend_resolver(self, current_node: object, current_index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass

    def check_resolver_prefix(self, *_: object) -> bool:
        return False


def read_yaml(path: Path, *, name: str | None = None) -> Yaml:
    """Read one YAML file strictly.

    Parameters
    ----------
    path
        UTF-8 file, with or without BOM.
    name
        File name for messages; default: the path itself.

    Returns
    -------
    object
        Dictionaries with text keys, lists, text, int, float, bool or None. Dates stay
        text.

    Raises
    ------
    CatalogError
        With every mistake of the file: encoding, syntax, duplicate keys, keys that
        are not text, ambiguous scalars, anchors, aliases and tags.
    """
    where = name or str(path)
    return parse_yaml(text_of(read_bytes(path, name=where), name=where), name=where)


def read_bytes(path: Path, *, name: str) -> bytes:
    """Read a file; a CatalogError where that fails."""
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"读不了：{error.strerror}"
        raise CatalogError(Problem(name, "", what)) from error


def text_of(held: bytes, *, name: str) -> str:
    """Return the text of a UTF-8 file, BOM allowed; else raise CatalogError."""
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"不是 UTF-8 编码（第 {error.start + 1} 个字节）"
        raise CatalogError(Problem(name, "", what, "请另存为 UTF-8")) from error


def parse_yaml(text: str, *, name: str) -> Yaml:
    """Parse YAML text strictly; see `read_yaml`."""
    node = _compose(text, name)
    if node is None:
        return None
    problems: list[Problem] = []
    value = _value(node, _Place(name, "", problems))
    if problems:
        raise CatalogError(problems)
    return value


def line_of(text: str, loc: tuple[int | str, ...], *, name: str) -> int | None:
    """Return the line (from 1) where a field stands, or where its parent begins."""
    node = _compose(text, name)
    if node is None:
        return None
    line = node.start_mark.line
    for step in loc:
        child = _child(node, step)
        if child is None:
            continue
        line, node = child
    return int(line) + 1


def _child(node: yaml.Node, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line, value
        return None
    if isinstance(step, str) or step >= len(node.value):
        return None
    child = node.value[step]
    return child.start_mark.line, child


def _compose(text: str, name: str) -> yaml.Node | None:
    if _too_deep(text):
        raise CatalogError(Problem(name, "", "嵌套太深", "请把内容写平"))
    try:
        node: yaml.Node | None = _Composer(text).get_single_node()
    except yaml.YAMLError as error:
        raise CatalogError(_syntax_problem(error, name)) from error
    if "&" in text and "*" in text:
        _refuse_aliases(node, name)
    return node


def _too_deep(text: str) -> bool:
    """Look for hostile nesting before libyaml does: its recursion has no floor."""
    if _DEEP_LINE.search(text):
        return True
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        if depth > _DEEPEST:
            return True
    return False


def _refuse_aliases(node: yaml.Node | None, name: str) -> None:
    """Aliases share nodes: small files could grow without end, readers get lost."""
    seen: set[int] = set()
    todo = [node] if node is not None else []
    while todo:
        current = todo.pop()
        if id(current) in seen:
            where = f"第 {current.start_mark.line + 1} 行"
            what = "不接受锚点和别名（& 与 *）"
            raise CatalogError(Problem(name, where, what, "请把内容写完整"))
        seen.add(id(current))
        if isinstance(current, yaml.MappingNode):
            todo.extend(child for pair in current.value for child in pair)
        elif isinstance(current, yaml.SequenceNode):
            todo.extend(current.value)


def _syntax_problem(error: yaml.YAMLError, name: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    where = f"第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else ""
    said = str(getattr(error, "problem", None) or "")
    fault = next((zh for en, zh in _SYNTAX.items() if en in said), "写法不合语法")
    return Problem(name, where, f"YAML 语法错误：{fault}", "请检查缩进、冒号和引号")


_SYNTAX = {
    "'\\t'": "用了制表符，缩进只能用空格",
    "mapping values are": "这里不能再有冒号；或是上一行没有写完、缩进不对",
    "could not find expected ':'": "少了冒号（冒号是半角的，后面要空一格）",
    "expected <block end>": "缩进与上面各行不齐",
    "expected ',' or": "方括号或花括号没有写完，或少了逗号",
    "found unexpected end of stream": "引号或括号没有写完",
    "cannot start any token": "有不能这样用的符号，文字请加引号",
    "found undefined alias": "星号开头的文字请加引号",
}
"""What the parser says → the same in Chinese, for the mistakes that people make."""


class _Place:
    """Where a value stands, and the list that takes its problems."""

    __slots__ = ("file", "path", "problems")

    def __init__(self, file: str, path: str, problems: list[Problem]) -> None:
        self.file, self.path, self.problems = file, path, problems

    def down(self, step: str) -> _Place:
        path = f"{self.path}.{step}" if self.path else step
        return _Place(self.file, path, self.problems)

    def complain(self, node: yaml.Node, what: str, remedy: str) -> None:
        line = f"第 {node.start_mark.line + 1} 行"
        where = f"{self.path}（{line}）" if self.path else line
        self.problems.append(Problem(self.file, where, what, remedy))


def _value(node: yaml.Node, place: _Place) -> Yaml:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, place)
    if node.tag:
        place.complain(node, f"不接受标签 {node.tag}", "请删去标签")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place)
    return [_value(n, place.down(str(i))) for i, n in enumerate(node.value)]


def _mapping(node: yaml.MappingNode, place: _Place) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _key(key_node, place)
        if key is None:
            continue
        if key in out:
            place.complain(key_node, f"键「{key}」重复", "同一层只能出现一次")
            continue
        out[key] = _value(value_node, place.down(key))
    return out


def _key(node: yaml.Node, place: _Place) -> str | None:
    if not isinstance(node, yaml.ScalarNode):
        place.complain(node, "键不是文字", "键只能是一个词")
        return None
    key: str = node.value
    if node.tag == _QUOTED:
        return key
    if key.lower() in _SWITCHES:
        place.complain(
            node, f"键「{key}」会被其他程序读成真假值", "请换一个名称，如 keys"
        )
        return None
    if not isinstance(_scalar(node, place), str) or key == "<<":
        place.complain(node, f"键「{key}」不是文字", "请加引号")
        return None
    return key


def _scalar(node: yaml.ScalarNode, place: _Place) -> Yaml:
    text: str = node.value
    if node.tag == _QUOTED:
        return text
    if node.tag != _PLAIN:
        place.complain(node, f"不接受标签 {node.tag}", "请删去标签")
        return text
    if text in _NULLS:
        return None
    if text[0] in _NUMERIC:
        return _number(node, place)
    return {"true": True, "false": False}.get(text, text)


def _number(node: yaml.ScalarNode, place: _Place) -> Yaml:
    text: str = node.value
    is_whole = _INTEGER.fullmatch(text) is not None
    if is_whole or (any(c.isdigit() for c in text) and _FLOAT.fullmatch(text)):
        if len(text) <= _LONGEST_NUMBER and math.isfinite(float(text)):
            return int(text) if is_whole else float(text)
        place.complain(node, "这个数太长或太大", "编号请加引号；数请写短")
        return text
    if _TRAP.fullmatch(text):
        place.complain(
            node, f"「{text}」在不同程序里读法不同", "编号、时间请加引号；数请写十进制"
        )
    return text
