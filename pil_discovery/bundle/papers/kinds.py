"""What a kind of paper says and in which order, read from YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import Field as _Field
from pydantic import ValidationError, model_validator

from pil_discovery.bundle.papers.nouns import Ending
from pil_discovery.bundle.papers.nouns import Kind as ColumnKind
from pil_discovery.errors import BundleError, Problem, near_names
from pil_discovery.types.base import Noun

if TYPE_CHECKING:
    from pathlib import Path

_SHAPES = ("heading", "text", "table", "chart", "picture", "form", "slots")


class ColumnText(Noun):
    """A column: its name, the value of a row that it shows, kind and width.

    `text` stands in every row; with neither there is room to write.
    """

    name: str
    field: str = ""
    text: str = ""
    kind: ColumnKind = "text"
    width: float


class BlankText(Noun):
    """A line of a form; `value` is a template."""

    label: str
    value: str = ""
    lines: int = 1


class BlockText(Noun):
    """One block: exactly one of heading, text, table, chart, picture, form and slots.

    `when` asks for a value that is not empty, `unless` for one that is; `each` repeats
    a text over a list. `table`, `chart` and `picture` name a list; `caption` is
    numbered, `empty` is said where the list is empty, `blank_rows` are added to write
    in. A chart shows the `most` first rows: bars of `field` with `words`, full at
    `longest`, striped where a row says `faint`.
    """

    heading: str = ""
    level: Literal[1, 2] = 1
    text: str = ""
    table: str = ""
    chart: str = ""
    picture: str = ""
    form: tuple[BlankText, ...] = ()
    slots: tuple[str, ...] = ()
    when: str = ""
    unless: str = ""
    each: str = ""
    keeps: bool = False
    caption: str = ""
    sheet: str = ""
    columns: tuple[ColumnText, ...] = ()
    note: str = ""
    empty: str = ""
    printed: bool = True
    tall: bool = False
    lines: int = 0
    blank_rows: int = 0
    shape: Literal["bars", "columns"] = "bars"
    label: str = ""
    field: str = ""
    words: str = ""
    faint: str = ""
    longest: float | None = None
    most: int = 20

    @model_validator(mode="after")
    def _is_one(self) -> BlockText:
        given = [name for name in _SHAPES if getattr(self, name)]
        if len(given) != 1:
            message = f"应当恰好写一种：{'、'.join(_SHAPES)}"
            raise ValueError(message)
        if self.table and not (self.columns and self.sheet):
            message = "表格要写 columns 和 sheet"
            raise ValueError(message)
        return self


class PartText(Noun):
    """Blocks together; `wide` turns the sheet, `new_page` begins one."""

    blocks: tuple[BlockText, ...]
    wide: bool = False
    new_page: bool = False
    when: str = ""


class PaperText(Noun):
    """One paper of a kind; `stem` names its files."""

    id: str
    stem: str
    title: str
    subtitle: str = ""
    parts: tuple[PartText, ...]


class PaperKind(Noun):
    """A kind: its papers, and values that belong to the wording.

    `values` are words and rows that the blocks name; `fields` may be filled in by the
    office: name → what it is, in `open_fields` a telephone number stays; `formats` are
    the endings of the files. Rates over fewer than `few` carry a caution.
    """

    kind: str
    title: str
    mark: str
    basis: tuple[str, ...] = ()
    formats: tuple[Ending, ...] = ("docx", "pdf")
    few: int = 0
    values: dict[str, str | list[dict[str, str]]] = _Field(default_factory=dict)
    fields: dict[str, str] = _Field(default_factory=dict)
    open_fields: tuple[str, ...] = ()
    papers: tuple[PaperText, ...]


def paper_kinds(folder: Path) -> list[str]:
    """Return the kinds of papers that a folder declares, sorted."""
    return sorted(p.stem for p in folder.glob("*.yaml"))


def load_paper_kind(folder: Path, kind: str) -> PaperKind:
    """Read one kind of paper.

    Raises
    ------
    BundleError
        When the kind is not declared or its file is not what the format asks for.
    """
    known = paper_kinds(folder)
    if kind not in known:
        what = f"没有「{kind}」这种材料"
        raise BundleError(Problem(folder.name, "", what, near_names(kind, known)))
    path = folder / f"{kind}.yaml"
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        return PaperKind.model_validate(told)
    except yaml.YAMLError as error:
        what = f"不是有效的 YAML：{error}"
        raise BundleError(Problem(path.name, "", what)) from error
    except ValidationError as error:
        raise BundleError(
            Problem(path.name, ".".join(map(str, e["loc"])), e["msg"])
            for e in error.errors()
        ) from error
