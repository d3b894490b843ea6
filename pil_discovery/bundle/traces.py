"""Where the numbers that are told of a finding come from."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from pil_discovery.text.areas import MU_M2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pil_discovery.types import Finding, Model

_CODE = r"(?<![*0-9A-Za-z])(?=[0-9A-Z]*[0-9])[0-9A-Z]{15,}(?![*0-9A-Za-z])"
"""A credit code or another long number: its digits are no numbers of their own."""
_DIGITS = r"(?<![*0-9])[0-9][0-9,]*(?:\.[0-9]+)?(?![*0-9])"
NUMBER = re.compile(
    rf"{_CODE}|[0-9]{{4}}年[0-9]{{1,2}}月[0-9]{{1,2}}日|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{_DIGITS}"
)
"""A number or a whole day; what is left of a masked identifier is neither."""
_PLAIN = re.compile(_DIGITS)
_MU = Decimal(MU_M2.numerator) / MU_M2.denominator
_LARGE = (Decimal(10**4), Decimal(10**8))
_SCALES = {
    "m2": (Decimal(10**4), _MU),
    "CNY": _LARGE,
    "cny": _LARGE,
    "1": (Decimal("0.01"),),
}
"""Unit → what a sentence may divide by: 公顷 and 亩, 万 and 亿, percent."""


def trace_numbers(finding: Finding, model: Model | None) -> list[dict[str, str]]:
    """Return each number that is told of a finding, and the value it comes from.

    `origin` is `measure:<name>`, `key:<name>`, `date`, `subject`, `place`, `sentence`
    where the model's own sentence carries it (a threshold, another column), `review`
    or `signal` where what is doubtful or what the agency did not do tells it.
    """
    doubts = [*(e.zh for e in finding.exclusions), *finding.undecided]
    told = {
        "sentence": [finding.sentence_zh, finding.place or ""],
        "review": doubts,
        "signal": [f.zh for f in finding.inaction],
    }
    units = model.measures if model else {}
    found: dict[str, str] = {}
    for kind, texts in told.items():
        for number in NUMBER.findall(" ".join(texts)):
            origin = next(_origins(number, finding, units), kind)
            found.setdefault(number, origin)
    return [{"text": text, "origin": origin} for text, origin in found.items()]


def _origins(text: str, finding: Finding, units: dict[str, str]) -> Iterator[str]:
    """Yield what a number may come from, the surest first."""
    if re.search("[A-Z]", text):  # a code
        yield from (f"key:{n}" for n, key in finding.key.items() if text in str(key))
        yield from _told_of(text, finding)
        return
    if not _PLAIN.fullmatch(text):
        yield from _day_of(text, finding)
        return
    number = Decimal(text.replace(",", ""))
    known = {n: Decimal(v) for n, v in finding.measures.items() if v is not None}
    keys = {name: str(key) for name, key in finding.key.items()}
    yield from (f"measure:{n}" for n, v in known.items() if _same(number, v, text))
    yield from (f"key:{n}" for n, key in keys.items() if text == key)
    for name, value in known.items():
        scales = _SCALES.get(units.get(name) or name.rpartition("_")[2], ())
        if any(_same(number, value / scale, text) for scale in scales):
            yield f"measure:{name}"
    yield from (f"key:{n}" for n, key in keys.items() if text in key)
    yield from _told_of(text, finding)


def _day_of(text: str, finding: Finding) -> Iterator[str]:
    year, month, day = map(int, re.findall("[0-9]+", text))
    if (year, month, day) in {
        (d.year, d.month, d.day)
        for d in (finding.fact_date, finding.fact_last_date)
        if d
    }:
        yield "date"
    yield from (f"key:{n}" for n, key in finding.key.items() if text == str(key))
    if finding.place and text in finding.place:
        yield "place"


def _told_of(text: str, finding: Finding) -> Iterator[str]:
    dates = [d for d in (finding.fact_date, finding.fact_last_date) if d]
    if text in {str(day.year) for day in dates}:
        yield "date"
    if text in f"{finding.subject_name}{finding.subject_code}":
        yield "subject"
    if finding.place and text in finding.place:
        yield "place"


def _same(number: Decimal, value: Decimal, text: str) -> bool:
    """Whether a number is a value, rounded to the places that are printed.

    A whole number must be the value itself: «1» is not 0.87 亩.
    """
    places = len(text.partition(".")[2])
    step = Decimal(1).scaleb(-places) / 2 if places else Decimal(0)
    return abs(number - abs(value)) <= step
