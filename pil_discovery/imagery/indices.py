"""Spectral indices: what each needs, how it is computed, where it comes from.

All are normalised differences of reflectance in −1 … 1. Thresholds that are quoted for
them presuppose surface reflectance; differences between dates also serve raw counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.errors import ImageError, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Index:
    """(sum of `plus` − sum of `minus`) / (sum of both), with its source."""

    name: str
    zh: str
    plus: tuple[str, ...]
    minus: tuple[str, ...]
    source: str

    @property
    def bands(self) -> tuple[str, ...]:
        """Bands the index needs."""
        return (*self.plus, *self.minus)


_ALL = (
    Index("ndvi", "植被指数", ("nir",), ("red",), "Rouse et al. 1974"),
    Index("ndwi", "水体指数", ("green",), ("nir",), "McFeeters 1996"),
    Index("mndwi", "改进水体指数", ("green",), ("swir1",), "Xu 2006"),
    Index("ndbi", "建筑指数", ("swir1",), ("nir",), "Zha et al. 2003"),
    Index("bsi", "裸土指数", ("swir1", "red"), ("nir", "blue"), "Rikimaru et al. 2002"),
    Index("nbr", "燃烧指数", ("nir",), ("swir2",), "Key & Benson 2006"),
    Index("ndmi", "湿度指数", ("nir",), ("swir1",), "Gao 1996"),
    Index("gndvi", "绿波段植被指数", ("nir",), ("green",), "Gitelson et al. 1996"),
    Index("ndti", "浑浊度指数", ("red",), ("green",), "Lacaux et al. 2007"),
    Index("ndci", "叶绿素指数", ("red_edge",), ("red",), "Mishra & Mishra 2012"),
    Index("ngrdi", "可见光植被指数", ("green",), ("red",), "Tucker 1979"),
)
INDICES: dict[str, Index] = {index.name: index for index in _ALL}
"""Index by its lower-case name."""


def missing_bands(name: str, bands: Collection[str]) -> tuple[str, ...]:
    """Return the bands an index lacks; empty when it can be computed.

    Raises
    ------
    ImageError
        No index has this name.
    """
    return tuple(band for band in find_index(name).bands if band not in bands)


def find_index(name: str) -> Index:
    """Return an index by name, upper or lower case.

    Raises
    ------
    ImageError
        No index has this name.
    """
    index = INDICES.get(name.lower())
    if index is None:
        known = "、".join(INDICES)
        raise ImageError(Problem(name, "", "没有这个光谱指数", f"可用的有：{known}"))
    return index


def compute_index(name: str, bands: Mapping[str, Floats]) -> Floats | None:
    """Compute an index.

    Parameters
    ----------
    name
        Name of an index.
    bands
        Band name → values, any one shape; NaN where there is no data.

    Returns
    -------
    array or None
        −1 … 1 for non-negative input, NaN where a band is missing or the sum is 0;
        None when a band is missing altogether (see `missing_bands`).

    Raises
    ------
    ImageError
        No index has this name.
    """
    index = find_index(name)
    if missing_bands(name, bands):
        return None
    plus = sum((bands[b] for b in index.plus[1:]), bands[index.plus[0]])
    minus = sum((bands[b] for b in index.minus[1:]), bands[index.minus[0]])
    total = plus + minus
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.where(total == 0, np.nan, (plus - minus) / total)
    return ratio
