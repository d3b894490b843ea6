"""Enterprises of the registers that were read: where each sits, and how large it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery import subjects
from pil_discovery.leads import Enterprises
from pil_discovery.text.towns import town_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from pil_discovery.types import Dataset

ADDRESS, SIZE = "addr", "enterprise_size"
"""Canonical columns of the town and the size, in whatever register has them."""


def enterprises_of(
    frames: Mapping[str, pd.DataFrame], datasets: Mapping[str, Dataset]
) -> Enterprises:
    """Collect the enterprises of all registers that tell an address or a size.

    Parameters
    ----------
    frames
        Data set → rows as they were read.
    datasets
        Descriptions: a column is a credit code when its field says so.

    Returns
    -------
    Enterprises
        What the first register in order of id tells; the register of market entities
        comes before all others.
    """
    town: dict[str, str] = {}
    size: dict[str, str] = {}
    for name in sorted(frames, key=lambda n: (n != "registration", n)):
        for code, address, large in _rows(name, frames[name], datasets[name]):
            town[code] = town.get(code) or town_of(address) or ""
            size[code] = size.get(code) or (large or "").strip()
    return Enterprises(town, size)


def _rows(
    name: str, frame: pd.DataFrame, dataset: Dataset
) -> Iterator[tuple[str, str | None, str | None]]:
    codes = [f.name for f in dataset.fields if f.code == "uscc" and f.name in frame]
    told = [c for c in (ADDRESS, SIZE) if c in frame.columns]
    if len(codes) != 1 or not told:
        return
    known = frame[[*codes, *told]].drop_duplicates()
    linked = subjects.link_codes({name: known}, {name: dataset})[name]
    rows = linked.dropna(subset=codes).reindex(columns=[*codes, ADDRESS, SIZE])
    rows = rows.astype(object).where(rows.notna(), None)
    yield from zip(*(rows[c].tolist() for c in rows.columns), strict=True)
