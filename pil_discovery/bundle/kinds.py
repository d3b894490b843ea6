"""Document kinds: what each must contain, its wording and fields, read from YAML."""

from __future__ import annotations

import copy
import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import yaml
from pydantic import Field as _Field
from pydantic import TypeAdapter, ValidationError

from pil_discovery.errors import BundleError, Problem
from pil_discovery.types.base import Noun
from pil_discovery.types.case_rules import Guard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_SEVERAL = re.compile("[、；;]")


class KindField(Noun):
    """A value that the office may fill in.

    `from_` names a word that is taken where the office gives none; `at_least` wants so
    many different entries, parted by 、 or ；; a day `ahead` does not lie before the
    document.
    """

    title: str
    type: Literal["text", "date"] = "text"
    pattern: str = ""
    required: bool = False
    from_: str = _Field(default="", alias="from")
    at_least: int = 1
    ahead: bool = False


class Requirement(Noun):
    """An element without which the document may not be written, and its rules.

    `draft`: a draft may leave it blank, a document that is signed off may not.
    """

    what: str
    element: str
    draft: bool = False
    basis: tuple[str, ...] = ()


class Block(Noun):
    """A sentence; `each` repeats it over a list, `when` asks for a non-empty value.

    `unless` asks for an empty one; `keep` holds it on the page of what follows.
    """

    text: str
    each: str = ""
    when: str = ""
    unless: str = ""
    keep: bool = False


class FormLine(Noun):
    """A line of a form: label, sentences, and empty lines to be filled in by hand."""

    label: str
    blocks: tuple[Block, ...] = ()
    blanks: int = 0


class TableLine(Noun):
    """A line of a numbered table: three cells behind the number."""

    cells: tuple[str, str, str]
    each: str = ""
    when: str = ""
    unless: str = ""


class NumberedTable(Noun):
    """A table of four columns; the numbers run on through the whole document.

    `restart` begins them anew.
    """

    restart: bool = False
    columns: tuple[str, str, str, str]
    rows: tuple[TableLine, ...]


class Section(Noun):
    """A heading and what stands below it: sentences, a form, a numbered table."""

    heading: str = ""
    blocks: tuple[Block, ...] = ()
    form: tuple[FormLine, ...] = ()
    table: NumberedTable | None = None


class Copies(Noun):
    """How many copies are written: one original, and one for each of a list."""

    original: str
    duplicate: str
    each: str


class Sheet(Noun):
    """One document: its words, and which annexes it carries.

    One without sections has no letter: its papers stand in `papers/<kind>.yaml`.

    Attributes
    ----------
    headline
        The title as it is printed, where it depends on fields.
    number
        How the official number is written; empty: the document has none.
    addressee
        To whom it goes; empty: to nobody.
    closing
        Whether office and date stand at the end.
    dated
        Events whose latest record dates the document; without one the day on which it
        is written.
    cites
        Word → ids of the facts that it cites.
    encloses
        What is sent with it and is no annex: other documents, copies.
    readers
        Profiles in which it is written; empty: in all.
    """

    title: str
    stem: str
    headline: str = ""
    number: str = ""
    addressee: str = ""
    closing: bool = True
    dated: tuple[str, ...] = ()
    cites: dict[str, tuple[str, ...]] = _Field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    annexes: dict[str, str] = _Field(default_factory=dict)
    plate_caption: str = ""
    encloses: tuple[str, ...] = ()
    copies: Copies | None = None
    readers: tuple[Literal["internal", "agency", "court", "public"], ...] = ()


class Kind(Sheet):
    """One document kind, as `models/procedure/documents/<kind>.yaml` declares it.

    Attributes
    ----------
    case
        Whether a case of the ledger must, may or cannot stand behind the document.
    guards
        What the case must have reached, in the words of the events.
    signed
        Records of which one shows that the document is approved.
    together
        Other kinds whose document travels with this one (YAML: `with`).
    further
        Further documents of the set.
    compares
        Whether the lead of the case is compared with the scan.
    request_basis
        The facts behind each concrete request.
    """

    kind: str
    folder: str
    route: Literal["admin", "civil", "any"]
    case: Literal["required", "optional"] = "required"
    guards: tuple[Guard, ...] = ()
    signed: tuple[Guard, ...] = ()
    together: tuple[str, ...] = _Field(default=(), alias="with")
    further: tuple[Sheet, ...] = ()
    compares: bool = False
    basis: tuple[str, ...] = ()
    request_basis: tuple[str, ...] = ()
    blank_number: str = "　　"
    draft_mark: str = "草稿"
    max_facts: int = 20
    reply_clock: str = ""
    urgent_clock: str = ""
    fields: dict[str, KindField] = _Field(default_factory=dict)
    requires: dict[str, Requirement] = _Field(default_factory=dict)
    claim: str = ""
    plain_request: str = ""

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """All documents of the set, the one that gives it its name first."""
        return (self, *self.further)

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of every fact that the kind names, each once."""
        cited = [i for s in self.sheets for ids in s.cites.values() for i in ids]
        needed = [i for need in self.requires.values() for i in need.basis]
        named = [*self.basis, *self.request_basis, *cited, *needed]
        return tuple(dict.fromkeys(named))


def kinds(templates: Path) -> list[str]:
    """Return the ids of the document kinds that the folder declares, sorted."""
    return sorted(p.stem for p in templates.glob("*.yaml"))


def load_kind(templates: Path, kind: str) -> Kind:
    """Read one document kind, with the documents of the kinds that travel with it.

    Raises
    ------
    BundleError
        When the kind is not declared or its file is not what the format asks for.
    """
    known = kinds(templates)
    if kind not in known:
        what = f"没有文书种类“{kind}”，已有：{'、'.join(known) or '（无）'}"
        raise BundleError(Problem(str(templates.name), "--kind", what))
    found = _read_kind(templates, kind)
    others = [_read_kind(templates, name) for name in found.together]
    return found.model_copy(
        update={
            "further": (*others, *found.further),
            "fields": {k: v for one in (*others, found) for k, v in one.fields.items()},
            "requires": {
                k: v for one in (*others, found) for k, v in one.requires.items()
            },
        }
    )


def _read_kind(templates: Path, kind: str) -> Kind:
    path = templates / f"{kind}.yaml"
    shared = read_wording(templates, "fields.yaml")
    sentences = read_wording(templates, "sentences.yaml")
    try:
        told = _spread(_tree(path.read_text(encoding="utf-8")), sentences)
        _share(told, shared)
        return Kind.model_validate(told)
    except (OSError, yaml.YAMLError) as error:
        what = f"不是有效的 YAML：{error}"
        raise BundleError(Problem(path.name, "", what)) from error
    except ValidationError as error:
        raise BundleError(_mistakes(path.name, error)) from error


def _spread(tree: Any, sentences: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- YAML
    """Put the shared sentence in the place of each `use`; an unknown one stays."""
    if isinstance(tree, list):
        return [_spread(part, sentences) for part in tree]
    if not isinstance(tree, dict):
        return tree
    own = {key: _spread(part, sentences) for key, part in tree.items()}
    if own.get("use") not in sentences:
        return own
    name = own.pop("use")
    return {**sentences[name], **own}


def _share(told: Any, shared: Mapping[str, Any]) -> None:  # noqa: ANN401 -- YAML
    """Fill in the fields that a kind only names, from those that all kinds share."""
    fields = told.get("fields") if isinstance(told, dict) else None
    if isinstance(fields, dict):
        own = {n: shared.get(n) if f is None else f for n, f in fields.items()}
        told["fields"] = own


def _tree(text: str) -> Any:  # noqa: ANN401 -- YAML
    # A batch reads the same files for every lead; a copy may be changed by its reader.
    return copy.deepcopy(_parsed(text))


@lru_cache(maxsize=64)
def _parsed(text: str) -> Any:  # noqa: ANN401 -- YAML
    return yaml.safe_load(text)


def read_wording(templates: Path, name: str) -> dict[str, Any]:
    """Return a file of `wording/`; empty where there is none.

    Raises
    ------
    BundleError
        When it is no YAML.
    """
    path = templates / "wording" / name
    if not path.is_file():
        return {}
    try:
        return _tree(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise BundleError(
            Problem(path.name, "", f"不是有效的 YAML：{error}")
        ) from error


def load_remedies(templates: Path) -> dict[str, str]:
    """Return the words for remedy codes, from `wording/remedies.yaml`.

    Raises
    ------
    BundleError
        When the file is not a list of codes and words.
    """
    words = read_wording(templates, "remedies.yaml")
    try:
        return TypeAdapter(dict[str, str]).validate_python(words)
    except ValidationError as error:
        what = f"应当每行一个“代码: 写法”：{error}"
        raise BundleError(Problem("remedies.yaml", "", what)) from error


def _mistakes(file: str, error: ValidationError) -> Iterator[Problem]:
    for one in error.errors():
        yield Problem(file, ".".join(map(str, one["loc"])), one["msg"])


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


def several(value: str) -> list[str]:
    """Return the entries of a value that may hold several, each once."""
    parts = (part.strip() for part in _SEVERAL.split(value))
    return list(dict.fromkeys(part for part in parts if part))


def _fits(field: KindField, value: str) -> bool:
    if field.type == "date":
        return _is_day(value)
    if len(several(value)) < field.at_least:
        return False
    return not field.pattern or re.fullmatch(field.pattern, value) is not None


def _is_day(value: str) -> bool:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is None:
        return False
    try:
        return bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


def _expected(field: KindField) -> str:
    if field.type == "date":
        return "写成 2026-09-30 这样的日期"
    if field.at_least > 1:
        return f"至少{field.at_least}项不同的内容，用顿号分开"
    return f"应符合 {field.pattern}"
