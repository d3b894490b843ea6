"""Document kinds: what each must contain, its wording and fields, read from YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import Field as _Field
from pydantic import TypeAdapter, ValidationError

from pil_discovery.errors import BundleError, Problem
from pil_discovery.types.base import Noun

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class KindField(Noun):
    """A value that the office may fill in."""

    title: str
    type: Literal["text", "date"] = "text"
    pattern: str = ""
    required: bool = False


class Requirement(Noun):
    """An element without which the document may not be written."""

    what: str
    element: str


class Block(Noun):
    """A sentence; `each` repeats it over a list, `when` asks for a non-empty value."""

    text: str
    each: str = ""
    when: str = ""


class Section(Noun):
    """A heading and its sentences."""

    heading: str
    blocks: tuple[Block, ...]


class Kind(Noun):
    """One document kind, as `models/procedure/documents/<kind>.yaml` declares it.

    `request_basis` are the facts behind each concrete request.
    """

    kind: str
    title: str
    folder: str
    stem: str
    route: Literal["admin", "civil", "any"]
    basis: tuple[str, ...] = ()
    request_basis: tuple[str, ...] = ()
    number: str
    blank_number: str
    draft_mark: str
    max_facts: int
    reply_clock: str
    urgent_clock: str
    fields: dict[str, KindField] = _Field(default_factory=dict)
    requires: dict[str, Requirement] = _Field(default_factory=dict)
    sections: tuple[Section, ...]
    annexes: dict[str, str]
    plate_caption: str
    claim: str
    plain_request: str


def kinds(templates: Path) -> list[str]:
    """Return the ids of the document kinds that the folder declares, sorted."""
    return sorted(p.stem for p in templates.glob("*.yaml"))


def load_kind(templates: Path, kind: str) -> Kind:
    """Read one document kind.

    Raises
    ------
    BundleError
        When the kind is not declared or its file is not what the format asks for.
    """
    known = kinds(templates)
    if kind not in known:
        what = f"没有文书种类“{kind}”，已有：{'、'.join(known) or '（无）'}"
        raise BundleError(Problem(str(templates.name), "--kind", what))
    path = templates / f"{kind}.yaml"
    try:
        return Kind.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        what = f"不是有效的 YAML：{error}"
        raise BundleError(Problem(path.name, "", what)) from error
    except ValidationError as error:
        raise BundleError(
            Problem(path.name, ".".join(map(str, e["loc"])), e["msg"])
            for e in error.errors()
        ) from error


def load_remedies(templates: Path) -> dict[str, str]:
    """Return the words for remedy codes, from `wording/remedies.yaml`.

    Raises
    ------
    BundleError
        When the file is not a list of codes and words.
    """
    path = templates / "wording" / "remedies.yaml"
    if not path.is_file():
        return {}
    try:
        words = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TypeAdapter(dict[str, str]).validate_python(words)
    except (yaml.YAMLError, ValidationError) as error:
        what = f"应当每行一个“代码: 写法”：{error}"
        raise BundleError(Problem(path.name, "", what)) from error


def check_fields(kind: Kind, fields: Mapping[str, str]) -> list[Problem]:
    """Return every fault of the office's own values: unknown, missing, ill-formed."""
    where = f"文书种类 {kind.kind}"
    unknown = [n for n in fields if n not in kind.fields]
    missing = [n for n, f in kind.fields.items() if f.required and not fields.get(n)]
    return [
        *(
            Problem(where, n, "没有这个字段", f"可用：{'、'.join(kind.fields)}")
            for n in unknown
        ),
        *(Problem(where, n, f"缺少{kind.fields[n].title}") for n in missing),
        *(
            Problem(where, n, f"{f.title}的写法不对：{fields[n]}", _expected(f))
            for n, f in kind.fields.items()
            if fields.get(n) and not _fits(f, str(fields[n]))
        ),
    ]


def _fits(field: KindField, value: str) -> bool:
    if field.type == "date":
        return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is not None
    return not field.pattern or re.fullmatch(field.pattern, value) is not None


def _expected(field: KindField) -> str:
    return (
        "写成 2026-09-30 这样的日期"
        if field.type == "date"
        else f"应符合 {field.pattern}"
    )
