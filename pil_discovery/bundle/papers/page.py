"""The paper as a page: one file, no script, no address, styles admitted by hash."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from pil_discovery.bundle.papers.nouns import (
    Block,
    Chart,
    Form,
    Heading,
    Paper,
    Picture,
    Sentence,
    Slots,
    Table,
    box_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def render_page(paper: Paper, pictures: Sequence[bytes]) -> str:
    """Lay out a paper as HTML that opens without a network and prints on A4.

    Parameters
    ----------
    pictures
        PNG of each chart and picture, in order.

    Returns
    -------
    str
        HTML; every text is escaped, nothing in it runs.
    """
    style = (
        files("pil_discovery.bundle.papers").joinpath("paper.css").read_text("utf-8")
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    drawn = iter(pictures)
    parts = "".join(
        f'<section class="{"wide" if p.wide else "part"}'
        f'{" fresh" if p.new_page else ""}">'
        f"{''.join(_block(b, drawn) for b in p.blocks)}</section>"
        for p in paper.parts
    )
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(paper.office + paper.title)}</title><style>{style}</style>"
        f'</head><body><p class="mark">{escape(paper.mark)}</p><main>{_front(paper)}'
        f"{parts}</main></body></html>\n"
    )


def _front(paper: Paper) -> str:
    office = f'<span class="office">{escape(paper.office)}</span>'
    lines = (
        f"<h1>{office if paper.office else ''}<span>{escape(paper.title)}</span></h1>"
    )
    if paper.subtitle:
        lines += f'<p class="subtitle">{escape(paper.subtitle)}</p>'
    return lines


def _block(block: Block, drawn: Iterator[bytes]) -> str:
    if isinstance(block, Heading):
        name = f"h{block.level + 1}"
        return f"<{name}>{escape(block.text)}</{name}>"
    if isinstance(block, Sentence):
        keeps = ' class="keeps"' if block.keeps else ""
        return f"<p{keeps}>{escape(block.text)}</p>"
    if isinstance(block, Table):
        return _table(block) if block.printed else ""
    if isinstance(block, Chart | Picture):
        return _drawn(block, next(drawn))
    return _form(block) if isinstance(block, Form) else _slots(block)


def _drawn(chart: Chart | Picture, png: bytes) -> str:
    data = base64.b64encode(png).decode()
    bars = chart.bars if isinstance(chart, Chart) else ()
    words = "；".join(f"{b.label} {b.words}" for b in bars)
    alt = escape(f"{chart.caption}：{words}" if bars else chart.caption, quote=True)
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{alt}">'
        f"<figcaption>{escape(chart.caption)}</figcaption></figure>"
    )


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    head = "".join(f'<th scope="col">{escape(c.name)}</th>' for c in table.columns)
    kinds = [c.kind for c in table.columns]
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{_class(kind, cell)}">{_lines(cell)}</td>'
            for kind, cell in zip(kinds, row, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    tall = f' class="{_room(table)}"' if table.room_mm else ""
    return (
        f'<div class="scroll" tabindex="0" role="region"'
        f' aria-label="{escape(table.caption or table.sheet, quote=True)}">'
        f"<table{tall}>{caption}<thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>{note}"
    )


def _room(table: Table) -> str:
    return f"lines-{min(table.lines, 8)}" if table.lines else "tall"


def _class(kind: str, cell: str) -> str:
    """Return the class of a cell: a day is never broken at its dashes."""
    return "day" if _DAY.fullmatch(cell) else kind


def _lines(text: str) -> str:
    return "<br>".join(map(escape, box_lines(text)))


def _form(form: Form) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(b.label)}</th>'
        f'<td class="lines-{min(b.lines, 8)}">{_lines(b.value)}</td></tr>'
        for b in form.blanks
    )
    return f'<table class="form"><tbody>{rows}</tbody></table>'


def _slots(slots: Slots) -> str:
    lines = "".join(
        f"<li><span>{escape(name)}</span><i></i><span>{escape(slots.date)}</span></li>"
        for name in slots.names
    )
    return f'<ul class="slots">{lines}</ul>'
