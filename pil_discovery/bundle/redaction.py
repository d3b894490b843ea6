"""Masking of personal identifiers by the marks of the data set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pil_discovery.types import Dataset

PROFILES = ("internal",)
"""Profiles that can be built; agency, court and public need redacted extracts."""


def mask(text: str) -> str:
    """Mask an identifier: the first three and last two characters stay.

    >>> mask("990302199001011234")
    '990*************34'
    >>> mask("12345")
    '*****'
    """
    if len(text) <= 7:
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 5) + text[-2:]


def mask_cells(
    cells: Mapping[str, str | None], dataset: Dataset | None
) -> dict[str, str | None]:
    """Return a row's cells with those masked whose column holds identifiers.

    A header names a column by its canonical name, an alias, or one of its parts
    («身份证号 SFZH» matches either).
    """
    names = _identifier_names(dataset)
    return {
        header: mask(value) if value and _parts(header) & names else value
        for header, value in cells.items()
    }


def _identifier_names(dataset: Dataset | None) -> set[str]:
    fields = [f for f in dataset.fields if f.pii == "identifier"] if dataset else []
    return {_normal(n) for f in fields for n in (f.name, *f.aliases)}


def _parts(header: str) -> set[str]:
    pieces = [header, *re.split(r"[\s（）()/／,，:：]+", header)]
    return {_normal(p) for p in pieces if p}


def _normal(name: str) -> str:
    return re.sub(r"\s", "", name).casefold()
