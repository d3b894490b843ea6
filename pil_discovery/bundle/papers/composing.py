"""From the wording of a kind and the values of a case or a year to papers."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.papers.nouns import (
    Bar,
    Blank,
    Block,
    Chart,
    Column,
    Form,
    Heading,
    Paper,
    Part,
    Picture,
    Sentence,
    Slots,
    Table,
)
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from pil_discovery.bundle.papers.kinds import (
        BlockText,
        PaperKind,
        PaperText,
        PartText,
    )

    Values = Mapping[str, Any]
    Row = Mapping[str, Any]


def compose_papers(
    kind: PaperKind, told: Values, *, office: str, as_of: dt.date
) -> list[Paper]:
    """Write the papers of a kind.

    Parameters
    ----------
    told
        Values that the wording names: texts, numbers, lists of rows (mappings).
    office
        Who writes; empty leaves the line out.
    as_of
        Dates the files.

    Raises
    ------
    BundleError
        When the wording names a value that is not there.
    """
    values = {"few": kind.few, **kind.values, **dict.fromkeys(kind.fields, ""), **told}
    values |= {"office": office}
    front = {"kind": kind.kind, "mark": kind.mark, "office": printable(office)}
    return [
        _paper(p, values, {**front, "as_of": as_of, "formats": kind.formats})
        for p in kind.papers
    ]


def _paper(text: PaperText, values: Values, front: Values) -> Paper:
    counted = _Captions()
    parts = [_part(p, values, counted) for p in text.parts if _holds(p, values)]
    return Paper(
        stem=text.stem,
        title=_fill(text.title, values),
        subtitle=_fill(text.subtitle, values),
        parts=tuple(parts),
        **front,
    )


def _holds(text: PartText, values: Values) -> bool:
    return not text.when or bool(_value(text.when, values))


class _Captions:
    """Numbers tables and charts in the order in which they are printed."""

    def __init__(self) -> None:
        self._counts = {"表": 0, "图": 0}

    def of(self, sign: str, caption: str) -> str:
        if not caption:
            return ""
        self._counts[sign] += 1
        return f"{sign}{self._counts[sign]}　{caption}"


def _part(text: PartText, values: Values, counted: _Captions) -> Part:
    blocks = [b for one in text.blocks for b in _blocks(one, values, counted)]
    for n, (block, after) in enumerate(pairwise(blocks)):
        # Nobody signs a page without text.
        if isinstance(block, Sentence) and isinstance(after, Slots):
            blocks[n] = block.model_copy(update={"keeps": True})
    return Part(blocks=tuple(blocks), wide=text.wide, new_page=text.new_page)


def _blocks(text: BlockText, values: Values, counted: _Captions) -> Iterator[Block]:
    if not _is_wanted(text, values):
        return
    if text.heading:
        yield Heading(text=_fill(text.heading, values), level=text.level)
    elif text.text:
        yield from _sentences(text, values)
    elif text.table:
        yield from _table(text, values, counted)
    elif text.chart:
        yield from _chart(text, values, counted)
    elif text.picture:
        yield from _pictures(text, values, counted)
    elif text.form:
        yield Form(blanks=tuple(_blank(b, values) for b in text.form))
    else:
        yield Slots(names=tuple(_fill(name, values) for name in text.slots))


def _is_wanted(text: BlockText, values: Values) -> bool:
    if text.when and not _value(text.when, values):
        return False
    return not (text.unless and _value(text.unless, values))


def _blank(text: Any, values: Values) -> Blank:  # noqa: ANN401 -- BlankText
    return Blank(
        label=_fill(text.label, values),
        value=_fill(text.value, values),
        lines=text.lines,
    )


def _sentences(text: BlockText, values: Values) -> Iterator[Sentence]:
    rows = _rows(text.each, values) if text.each else [None]
    for n, one in enumerate(rows, 1):
        known = values if one is None else {**values, "n": n, "one": one}
        words = _fill(text.text, known)
        if words:
            yield Sentence(text=words, keeps=text.keeps or words.endswith("："))


def _table(text: BlockText, values: Values, counted: _Captions) -> Iterator[Block]:
    rows = _numbered(_rows(text.table, values), text)
    if not rows and text.empty:
        yield Sentence(text=_fill(text.empty, values))
        return
    columns = [
        Column(name=_fill(c.name, values), kind=c.kind, width_mm=c.width)
        for c in text.columns
    ]
    cells = [
        tuple(_cell(row, c.field) if c.field else c.text for c in text.columns)
        for row in rows
    ]
    caption = _fill(text.caption, values)
    yield Table(
        caption=counted.of("表", caption) if text.printed else caption,
        sheet=text.sheet,
        columns=tuple(columns),
        rows=tuple(cells),
        note=_fill(text.note, values),
        printed=text.printed,
        tall=text.tall,
        lines=text.lines,
    )


def _numbered(rows: Sequence[Row], text: BlockText) -> list[Row]:
    """Return the rows, numbered as `n`, with empty ones behind them."""
    empty = {c.field: "" for c in text.columns if c.field}
    every = [*rows, *(empty for _ in range(text.blank_rows))]
    return [{**row, "n": n} for n, row in enumerate(every, 1)]


def _chart(text: BlockText, values: Values, counted: _Captions) -> Iterator[Block]:
    every = _rows(text.chart, values)
    rows = every[: text.most]
    if not any(row.get(text.field) for row in rows):
        return
    bars = [
        Bar(
            label=_cell(row, text.label),
            length=_length(row.get(text.field)),
            words=_cell(row, text.words or text.field),
            faint=bool(text.faint and row[text.faint]),
        )
        for row in rows
    ]
    rest = f"（只画前{text.most}项）" if len(every) > text.most else ""
    caption = counted.of("图", _fill(text.caption, values) + rest)
    yield Chart(
        caption=caption, shape=text.shape, bars=tuple(bars), longest=text.longest
    )


def _pictures(text: BlockText, values: Values, counted: _Captions) -> Iterator[Picture]:
    for row in _rows(text.picture, values):
        caption = counted.of("图", printable(row["caption"]))
        yield Picture(item=row["item"], caption=caption, width_mm=row["width_mm"])


def _length(value: object) -> float | None:
    return None if value in (None, "", "—") else float(str(value))


def _cell(row: Row, field: str) -> str:
    if field not in row:
        raise BundleError(Problem("文书模板", field, "行里没有这一项"))
    value = row[field]
    return "—" if value is None else printable(str(value))


def _rows(name: str, values: Values) -> Sequence[Any]:
    found = _value(name, values)
    return list(found)


def _value(name: str, values: Values) -> Any:  # noqa: ANN401 -- whatever is told
    if name not in values:
        raise BundleError(Problem("文书模板", name, "没有这个名称"))
    return values[name]


def _fill(text: str, values: Values) -> str:
    try:
        return printable(_compiled(text).render(values))
    except (TemplateError, TypeError) as error:
        raise BundleError(Problem("文书模板", text, f"不能填写：{error}")) from error


@lru_cache(maxsize=512)
def _compiled(text: str) -> Template:
    # Wording is a template of the office, the values are never templates; nothing is
    # escaped before the writers do it.
    env = ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined)
    return env.from_string(text)
