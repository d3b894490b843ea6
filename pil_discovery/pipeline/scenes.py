"""Which picture files of a folder make one picture, by their names alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from pil_discovery import layers
from pil_discovery.errors import ReadError
from pil_discovery.imagery.masks import kind_of_mask
from pil_discovery.imagery.sensors import band_name
from pil_discovery.types import ImageSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.imagery.products import Product

_CLOUD = re.compile(r"(?i)[-_](clouds?|mask|cloudmask|云|云掩膜|云掩模).*")
_METRES = re.compile(r"_(\d+)m\b", re.IGNORECASE)
_NOT_SAID = 0
"""Side of a pixel, where a name tells none."""


@dataclass(frozen=True)
class Draft:
    """A picture as `pil.yaml` could name it.

    Attributes
    ----------
    entry
        Its file, further bands and cloud mask, as far as names tell.
    covers
        All files that belong to it, the main one included.
    product
        What the name of the main file says.
    """

    entry: ImageSource
    covers: tuple[str, ...]
    product: Product | None


@dataclass(frozen=True)
class _Band:
    """A file named as one band of a product."""

    file: str
    product: Product

    @property
    def rank(self) -> tuple[int, str]:
        """Finer pixels first; B08 before B8A."""
        found = _METRES.search(self.file)
        return int(found[1]) if found else _NOT_SAID, self.product.band or ""


def draft_pictures(files: Sequence[str], root: Path) -> list[Draft]:
    """Put the picture files of a folder together.

    The bands of one satellite product are one picture, as are a STAC Item with its
    assets and a picture with the cloud mask named after it.

    Parameters
    ----------
    files
        Names below `root`, with slashes.

    Returns
    -------
    list of Draft
        In order of their main file; every file is covered by exactly one.
    """
    drafts = [_item(f, root) for f in files if f.lower().endswith(".json")]
    taken = {name for draft in drafts for name in draft.covers}
    products = {f: layers.product_at(root / f) for f in files if f not in taken}
    drafts += _products(products)
    taken = {name for draft in drafts for name in draft.covers}
    drafts += _plain([f for f in products if f not in taken], products)
    return sorted(drafts, key=lambda draft: draft.entry.file)


def _asset_files(file: str, root: Path) -> tuple[str, ...]:
    """Return the files of the workspace that a STAC Item names, none if it is bad."""
    try:
        paths = layers.asset_paths(root / file, root)
    except ReadError:
        return ()
    base = root.resolve()
    inside = (p for p in paths if p.is_relative_to(base))
    return tuple(p.relative_to(base).as_posix() for p in inside)


def _item(file: str, root: Path) -> Draft:
    covers = dict.fromkeys((file, *_asset_files(file, root)))
    return Draft(ImageSource(file=file), tuple(covers), None)


def _products(products: Mapping[str, Product | None]) -> Iterator[Draft]:
    """Yield a draft for every product that lies here band by band."""
    parts = [_Band(f, p) for f, p in products.items() if p is not None and p.band]
    parts.sort(key=_scene)
    for _, group in groupby(parts, key=_scene):
        draft = _scene_draft(list(group))
        if draft is not None:
            yield draft


def _scene(part: _Band) -> tuple[str, ...]:
    """Return what is equal for the bands of one product."""
    p = part.product
    known = (p.platform, p.level, p.place, p.acquired or p.day, p.processed)
    return tuple(str(value) for value in known)


def _scene_draft(parts: Sequence[_Band]) -> Draft | None:
    best: dict[str, str] = {}
    masks: list[str] = []
    for part in sorted(parts, key=lambda part: part.rank):
        name = band_name(part.product)
        if name is not None:
            best.setdefault(name, part.file)
        elif kind_of_mask(part.product) is not None:
            masks.append(part.file)
    if not best:
        return None
    finest = min(best.values(), key=lambda f: _rank_of(f, parts))
    further = {name: file for name, file in best.items() if file != finest}
    mask = min(masks, key=lambda f: ("SCL" not in f, f), default=None)
    product = next(p.product for p in parts if p.file == finest)
    return Draft(
        ImageSource(file=finest, files=further, cloud_mask=mask),
        tuple(part.file for part in parts),
        product,
    )


def _rank_of(file: str, parts: Iterable[_Band]) -> tuple[int, str]:
    return next(part.rank for part in parts if part.file == file)


def _plain(
    files: Sequence[str], products: Mapping[str, Product | None]
) -> Iterator[Draft]:
    """Yield a draft for every other picture, with the mask named after it."""
    mains = {f: _main_of(f, files) for f in files}
    for file in files:
        if mains[file] is None:
            masks = [mask for mask, main in mains.items() if main == file]
            entry = ImageSource(file=file, cloud_mask=next(iter(masks), None))
            yield Draft(entry, (file, *masks), products[file])


def _main_of(file: str, files: Sequence[str]) -> str | None:
    """Return the picture that a cloud mask belongs to by its name."""
    stem, dot, ending = file.rpartition(".")
    main = _CLOUD.sub("", stem)
    whole = f"{main}{dot}{ending}"
    return whole if main != stem and whole in files else None
