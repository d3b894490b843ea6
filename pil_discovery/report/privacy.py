"""A last look at sentences before they leave: identifiers of persons are masked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pil_discovery.text.masking import mask_identifier

if TYPE_CHECKING:
    from collections.abc import Mapping

# A resident id holds a date of birth in places 7–14; a credit code (统一社会信用代码)
# of digits only does not, so that firms stay readable. No letter or digit may touch
# the number, else it is part of a hash, a contract number or an amount.
_RESIDENT_ID = (
    r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
)
_MOBILE = r"1[3-9]\d{9}"
_PERSONAL = re.compile(
    rf"(?<![0-9A-Za-z.\-_])(?:{_RESIDENT_ID}|{_MOBILE})(?![0-9A-Za-z.\-_])", re.ASCII
)

SENTENCES = frozenset(
    {
        "exclusions",
        "missing",
        "place",
        "reasons",
        "sentence_en",
        "sentence_zh",
        "title_en",
        "title_zh",
        "undecided",
    }
)
"""Fields that hold words written for a reader; keys and ids are left as they are."""


def mask_sentence(text: str) -> str:
    """Mask 18-digit resident ids and 11-digit mobile numbers in a sentence."""
    return _PERSONAL.sub(lambda m: mask_identifier(m.group()), text)


def mask_sentences(record: Mapping[str, object]) -> dict[str, object]:
    """Mask identifiers in the fields of a record that hold sentences."""
    return {k: _masked(v) if k in SENTENCES else v for k, v in record.items()}


def _masked(value: object) -> object:
    if isinstance(value, str):
        return mask_sentence(value)
    if isinstance(value, dict):
        return {k: _masked(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(v) for v in value]
    return value
