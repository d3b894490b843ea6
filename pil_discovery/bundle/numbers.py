"""Numbers in running text: each knows the evidence item whose record contains it.

A number is marked where a sentence is made, with characters that no text holds; the
marks travel through the wording of the office unharmed and become parts of a paragraph.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.annex_tables import AnnexTable, listed, row_of
from pil_discovery.bundle.documents import Part
from pil_discovery.bundle.survey import field_title, place_words, unit_words
from pil_discovery.bundle.traces import NUMBER
from pil_discovery.bundle.words import date_zh

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.requests import BundleRequest

_OPEN, _MIDDLE, _CLOSE = "\U0010fff0", "\U0010fff1", "\U0010fff2"
_MARKED = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")
_MARKS = str.maketrans("", "", _OPEN + _MIDDLE + _CLOSE)
LEAD = "L1"
"""Item of the lead and its scan: its date, and how much of it is printed."""
_ORIGINS = {
    "date": "事实日期",
    "subject": "主体名称或代码",
    "place": "地点",
    "sentence": "监督模型的语句",
    "review": "待核情形",
    "signal": "履职情况",
}
_NOTE = (
    "文书正文中的数字与本表逐一对应，数字后的文字说明它取自哪一项指标或者哪一列；所在行的原值见"
    "来源行摘录，证据项编号与items.jsonl一致。"
)


def mark(text: str, item: str) -> str:
    """Mark every number of a text as coming from an evidence item."""
    bare = text.translate(_MARKS)
    return NUMBER.sub(lambda m: f"{_OPEN}{item}{_MIDDLE}{m[0]}{_CLOSE}", bare)


def mark_each(numbers: Iterable[tuple[str, str]], joined: str) -> str:
    """Mark the numbers of a text, each found as (number, item), where they stand."""
    known = dict(numbers)
    return NUMBER.sub(
        lambda m: mark(m[0], known[m[0]]) if m[0] in known else m[0], joined
    )


def unmarked(text: str) -> str:
    """Return a text without marks."""
    return _MARKED.sub(r"\2", text).translate(_MARKS)


def parts_of(text: str) -> tuple[Part, ...]:
    """Cut a marked text into parts: words, and numbers with their item."""
    parts, place = [], 0
    for found in _MARKED.finditer(text):
        if found.start() > place:
            parts.append(Part(text=text[place : found.start()].translate(_MARKS)))
        parts.append(Part(text=found[2], item=found[1]))
        place = found.end()
    if place < len(text):
        parts.append(Part(text=text[place:].translate(_MARKS)))
    return tuple(parts)


def lead_item(request: BundleRequest, printed: int) -> dict[str, Any]:
    """Return the item of the lead: what the letter says of the scan as a whole."""
    findings = len(request.findings)
    by = request.fields.get("rectify_by", "")
    told: dict[str, list[Any]] = {
        "as_of": [date_zh(request.as_of)],
        "not_printed": [findings - printed] if findings > printed else [],
        "rectify_by": [date_zh(dt.date.fromisoformat(by))] if by else [],
        "title": NUMBER.findall(request.lead.title_zh),
    }
    numbers = [
        {"text": str(n), "origin": origin} for origin, of in told.items() for n in of
    ]
    return {
        "item": LEAD,
        "kind": "lead",
        "lead_id": request.lead.lead_id,
        "as_of": request.as_of,
        "findings": findings,
        "printed": min(printed, findings),
        "statement": request.lead.title_zh,
        "numbers": numbers,
        "parents": [],
    }


def number_table(
    request: BundleRequest, evidence: Evidence, printed: int
) -> AnnexTable:
    """Return one line for each finding: its numbers, what they mean, and their rows.

    Links of the text lead to these lines; those of findings that the letter prints
    come first and carry the anchor.
    """
    told = lead_item(request, printed)
    first = row_of(
        LEAD,
        "；".join(dict.fromkeys(n["text"] for n in told["numbers"])),
        f"筛查基准日{request.as_of.isoformat()}、线索名称、发现数{told['findings']}",
        "run.json、leads.jsonl",
        anchor=LEAD,
    )
    rows = [
        _number_row(request, evidence, fact, anchored=n < printed)
        for n, fact in enumerate(_in_print_order(evidence))
    ]
    return AnnexTable(
        kind="numbers", title="正文数字和证据项", before=(_NOTE,), rows=(first, *rows)
    )


def _in_print_order(evidence: Evidence) -> list[dict[str, Any]]:
    told = [f for f in evidence.facts if f["state"] in {"hit", "review"}]
    return [*told, *(f for f in evidence.facts if f not in told)]


def _number_row(
    request: BundleRequest,
    evidence: Evidence,
    fact: Mapping[str, Any],
    *,
    anchored: bool,
) -> Any:  # noqa: ANN401 -- a row of a table
    rows = {r["item"]: r for r in evidence.rows}
    places = [
        f"{p}　{place_words(rows[p]['source'], rows[p]['sheet'], rows[p]['row'])}"
        for p in fact["parents"]
        if p in rows
    ]
    return row_of(
        fact["item"],
        "；".join(n["text"] for n in fact["numbers"]),
        "；".join(_meanings(request, fact)),
        listed(places, 4),
        anchor=fact["item"] if anchored else "",
    )


def _meanings(request: BundleRequest, fact: Mapping[str, Any]) -> Iterator[str]:
    for number in fact["numbers"]:
        kind, _, name = number["origin"].partition(":")
        if kind == "measure":
            yield f"{number['text']}：{_measure(request, fact, name)}"
        elif kind == "key":
            yield f"{number['text']}：{_key_title(request, fact, name)}"
        else:
            yield f"{number['text']}：{_ORIGINS.get(kind, kind)}"


def _measure(request: BundleRequest, fact: Mapping[str, Any], name: str) -> str:
    model = request.models.get(fact["model"].partition("@")[0])
    title = model.labels.get(name, name) if model else name
    told = fact["measures"][name]
    return f"{title} {told['value']}{unit_words(told['unit'])}"


def _key_title(request: BundleRequest, fact: Mapping[str, Any], name: str) -> str:
    model = request.models.get(fact["model"].partition("@")[0])
    for dataset in model.data if model else ():
        title = field_title(request.datasets.get(dataset), name)
        if title != name:
            return title
    return name


def note_of(parts: Sequence[Part], where: str) -> str:
    """Return the words of a footnote: each number with its item; empty without one."""
    linked = [p for p in parts if p.item]
    told = dict.fromkeys(f"{p.text}：{p.item}" for p in linked)
    return f"{'；'.join(told)}（{where}）。" if told else ""
