"""Units that the lines above a header state for the whole table: «单位：万元、亩»."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pil_discovery.records.grids import is_blank
from pil_discovery.text.characters import fold
from pil_discovery.text.units import conversion, find_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pil_discovery.records.grids import Row
    from pil_discovery.types.datasets import Dataset

_STATED = re.compile(r"单位\s*[:为]\s*([^()]+)")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_BETWEEN = re.compile(r"[、,;。\s]+|和|及")
_HAN = re.compile(r"[一-龥%‰]")


def stated_units(
    titles: Sequence[Row], dataset: Dataset, names: Iterable[str]
) -> dict[str, str]:
    """Return canonical column → unit that the titles of a table state for it.

    Parameters
    ----------
    titles
        The rows above the header.
    names
        The columns of numbers whose unit nothing nearer to them declares.

    Returns
    -------
    units
        Only where one of the units stated measures what the column holds; of 元 and
        万元 neither is taken.
    """
    found = _units_in(titles)
    units = {}
    for name in names if found else ():
        field = dataset.field(name)
        wanted = None if field is None else field.unit
        if wanted is None:
            continue
        fitting = {u: f for u in found if (f := conversion(u, wanted)) is not None}
        if len(set(fitting.values())) == 1:
            units[name] = next(iter(fitting))
    return units


def _units_in(titles: Sequence[Row]) -> list[str]:
    cells = [c for row in titles for c in row if not is_blank(c)]
    texts = [fold(c) for c in cells if isinstance(c, str)]
    words = [w for text in texts for w in _stated_in(text)]
    return list(dict.fromkeys(w for w in words if _is_unit(w)))


def _stated_in(text: str) -> list[str]:
    """Return what may be units: behind «单位：», and in brackets."""
    inside = _BRACKETS.findall(text)
    behind = [part for t in (text, *inside) for part in _STATED.findall(t)]
    words = [w for part in behind for w in _BETWEEN.split(part)]
    return [*(w.rpartition(":")[2] for w in words), *inside]


def _is_unit(word: str) -> bool:
    """Tell a unit from a word; a figure or a letter in brackets is none."""
    return _HAN.search(word) is not None and find_unit(word) is not None
