"""A last look at sentences before they leave: identifiers of persons are masked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pil_discovery.text.masking import mask_identifier
from pil_discovery.text.resident_numbers import mask_persons

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOBILE = re.compile(r"(?<![0-9A-Za-z.\-_])1[3-9][0-9]{9}(?![0-9A-Za-z.\-_])", re.ASCII)

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
    """Mask resident ids, what stands for them, and mobile numbers in a sentence."""
    return _MOBILE.sub(lambda m: mask_identifier(m.group()), mask_persons(text))


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
