"""Raw YAML values → nouns, with every mistake as a Chinese sentence."""

from __future__ import annotations

import difflib
import hashlib
import json
import types
import typing
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from pil_discovery.catalog.strict import (
    Yaml,
    line_of,
    parse_yaml,
    read_bytes,
    text_of,
)
from pil_discovery.errors import CatalogError, Problem, near_names
from pil_discovery.types import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

    Loc = tuple[int | str, ...]

N = TypeVar("N", bound=BaseModel)

Hint = Any
"""A type annotation."""

_ORIGIN = "origin"

_SENTENCES = {
    "string_type": "应当是文字（编号、日期等请加引号）",
    "int_type": "应当是整数",
    "int_from_float": "应当是整数",
    "float_type": "应当是数",
    "bool_type": "应当是 true 或 false",
    "tuple_type": "应当是列表",
    "list_type": "应当是列表",
    "dict_type": "应当是「名称: 值」",
    "model_type": "应当是一组「名称: 值」",
    "too_short": "不能为空",
    "tuple_too_short": "项数太少",
    "tuple_too_long": "项数太多",
    "finite_number": "应当是有限的数",
}


@dataclass(frozen=True)
class Document:
    """One YAML file: its name for messages, its text, its value and its hash."""

    name: str
    text: str
    value: Yaml
    sha256: str = ""

    def problem(self, loc: Loc, what: str, remedy: str = "") -> Problem:
        """Return a problem at a field of this file, with its line."""
        path = field_path(loc)
        line = line_of(self.text, loc, name=self.name)
        where = f"{path}（第 {line} 行）" if path and line else path
        return Problem(self.name, where, what, remedy)


def whole(text: str) -> str:
    """Return the part of a file that is all of it."""
    return text


def read_document(
    path: Path, *, name: str, part: Callable[[str], str] = whole
) -> Document:
    """Read one YAML file strictly.

    Parameters
    ----------
    part
        Text → the beginning of it that the value of the document is taken from.

    Raises
    ------
    CatalogError
        With every mistake of that part.
    """
    held = read_bytes(path, name=name)
    text, digest = text_of(held, name=name), hashlib.sha256(held).hexdigest()
    return Document(name, text, _parsed(part(text), name), digest)


@lru_cache(maxsize=1024)
def _parsed(text: str, name: str) -> Yaml:
    """Parse a text once per process: a folder is read anew, mostly the same, often."""
    return parse_yaml(text, name=name)


def field_path(loc: Loc) -> str:
    """Return `steps[0].sql` for ("steps", 0, "sql")."""
    path = ""
    for step in loc:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step}" if path else step
    return path


def to_noun(cls: type[N], document: Document) -> N:
    """Return the noun that a document holds.

    Raises
    ------
    CatalogError
        With every field that does not fit; unknown fields name near ones.
    """
    return part_to_noun(cls, document, document.value, at=())


def with_origin(cls: type[N], document: Document, *, local: bool) -> N:
    """Return the noun that a document holds, knowing the file it came from.

    Raises
    ------
    CatalogError
        As `to_noun`; also if the author wrote an `origin`, which is ours to set.
    """
    value = document.value
    if isinstance(value, dict) and _ORIGIN in value:
        what = f"不认识的字段「{_ORIGIN}」"
        raise CatalogError(document.problem((_ORIGIN,), what, "请删去"))
    noun = part_to_noun(cls, document, value, only=_ORIGIN)
    file = document.name if local else f"models/{document.name}"
    origin = Origin(file=file, sha256=document.sha256, local=local)
    return noun.model_copy(update={_ORIGIN: origin})


def in_place(noun: N) -> N:
    """Return a noun with an origin, told that it stands for a built-in one."""
    origin: Origin = getattr(noun, _ORIGIN)
    replacing = origin.model_copy(update={"replaces": True})
    return noun.model_copy(update={_ORIGIN: replacing})


def part_to_noun(
    cls: type[N], document: Document, value: Yaml, *, at: Loc = (), only: str = ""
) -> N:
    """Return the noun that a part of a document holds; `at` is its place there.

    Strict reading by way of JSON: text is never taken for a number or the reverse,
    dates are ISO text. `only` names fields that are filled by us and not offered in
    messages.
    """
    try:
        return cls.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        raise CatalogError(
            translate(cls, document, details, value=value, at=at, hidden=only)
        ) from error


def translate(
    cls: type[BaseModel],
    document: Document,
    details: Sequence[ErrorDetails],
    *,
    value: Yaml,
    at: Loc = (),
    hidden: str = "",
) -> list[Problem]:
    """Translate pydantic's findings into problems with place and remedy."""
    found: dict[tuple[Loc, str], Problem] = {}
    for detail in details:
        loc, owner = _walk(cls, detail["loc"], value)
        if owner is None:
            continue
        kind = detail["type"]
        what, remedy = _sentence(detail, owner, hidden)
        if kind == "missing" and loc:
            place, key = loc[:-1], loc
        else:
            place = key = loc
        same = (key, "" if kind.endswith("_type") else what)
        found.setdefault(same, document.problem((*at, *place), what, remedy))
    return list(found.values())


def _sentence(detail: ErrorDetails, owner: object, hidden: str) -> tuple[str, str]:
    kind, loc = detail["type"], detail["loc"]
    last = str(loc[-1]) if loc else ""
    if kind == "missing":
        return f"缺少「{last}」", "请补上"
    if kind == "extra_forbidden":
        return f"不认识的字段「{last}」", _offer(last, owner, hidden)
    if kind == "literal_error":
        return _wrong_word(detail)
    if kind.startswith(("date_", "datetime_")):
        example = "2026-09-30" if kind.startswith("date_") else _MOMENT
        return "应当是日期" if kind.startswith("date_") else "应当是时间", (
            f"请写成 {example}"
        )
    if kind == "value_error":
        return _english(detail["msg"]), ""
    return _SENTENCES.get(kind) or _limit(detail), ""


def _limit(detail: ErrorDetails) -> str:
    """Say between which values a number must lie."""
    word = _LIMITS.get(detail["type"])
    if word is None:
        return f"不合要求（{detail['msg']}）"
    return f"应当{word} {next(iter(detail.get('ctx', {}).values()), '')}"


_LIMITS = {
    "greater_than": "大于",
    "greater_than_equal": "不小于",
    "less_than": "小于",
    "less_than_equal": "不大于",
}


_MOMENT = '"2025-05-12T10:41:00+08:00"'


def _english(message: str) -> str:
    return message.removeprefix("Value error, ")


def _wrong_word(detail: ErrorDetails) -> tuple[str, str]:
    expected = str(detail.get("ctx", {}).get("expected", ""))
    words = [
        w for w in expected.replace(" or ", ", ").replace("'", "").split(", ") if w
    ]
    near = near_names(str(detail["input"]), words)
    return f"「{detail['input']}」不在允许的值之内", near or f"可用：{'、'.join(words)}"


def _offer(name: str, owner: object, hidden: str) -> str:
    if not isinstance(owner, type) or not issubclass(owner, BaseModel):
        return "请删去"
    known = [f for f in owner.model_fields if f not in hidden.split()]
    return near_names(name, known) or f"可用字段：{'、'.join(known)}"


def _walk(cls: type[BaseModel], loc: Loc, value: Yaml) -> tuple[Loc, object]:
    """Follow an error into the raw value.

    Returns the place without pydantic's union tags and the noun that owns the last
    field; the owner is None when the error belongs to a member of a union that the
    author did not mean.
    """
    annotation: Hint = cls
    owner: object = cls
    place: list[int | str] = []
    for step in loc:
        members = _members(annotation)
        tagged = next((m for m in members if _tag(m) == step), None)
        if tagged is not None and not _inside(value, step):
            if tagged is not _meant(members, value):
                return tuple(place), None
            annotation = owner = tagged
            continue
        if not _inside(value, step) and step != loc[-1]:
            continue
        owner = _noun(annotation) or owner
        annotation = _inner(annotation, step)
        value = value[step] if _inside(value, step) else None
        place.append(step)
    return tuple(place), owner


def _inside(value: Yaml, step: int | str) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def _members(annotation: Hint) -> list[Any]:
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        return [a for a in typing.get_args(annotation) if a is not type(None)]
    return [annotation]


def _tag(annotation: Hint) -> str:
    return getattr(annotation, "__name__", str(annotation))


def _noun(annotation: Hint) -> type[BaseModel] | None:
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            return member
    return None


def _inner(annotation: Hint, step: int | str) -> Hint:
    noun = _noun(annotation)
    if noun is not None:
        field = noun.model_fields.get(str(step))
        return field.annotation if field else Any
    for member in _members(annotation):
        args = typing.get_args(member)
        if args:
            return args[-1] if typing.get_origin(member) is dict else args[0]
    return Any


def _meant(members: list[Any], value: Yaml) -> Hint:
    """Return the member of a union whose fields are nearest to the keys given."""
    nouns = [m for m in members if isinstance(m, type) and issubclass(m, BaseModel)]
    if not nouns or not isinstance(value, dict):
        return members[0]
    return max(nouns, key=lambda noun: _nearness(value, list(noun.model_fields)))


def _nearness(keys: Iterable[object], fields: list[str]) -> float:
    return sum(max(_ratio(str(key), field) for field in fields) for key in keys)


def _ratio(left: str, right: str) -> float:
    return difflib.SequenceMatcher(None, left, right).ratio()
