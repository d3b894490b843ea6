"""What the readers of this package, which use no GDAL, find in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pil_discovery.types.sources import Inference


@dataclass(frozen=True)
class Collection:
    """The features of a file that holds one layer.

    Attributes
    ----------
    layer
        Its name, or the name of the file.
    headers, columns
        Names of the attributes in the order of their first appearance, and their
        values.
    geometries
        None where there is none or where it could not be parsed.
    broken
        Where a geometry is there but could not be parsed.
    crs
        Declared system; what the standard of the format says where the file names none.
    notes
        What was left out or concluded on the way.
    """

    layer: str
    headers: list[str]
    columns: list[list[Any]]
    geometries: NDArray[np.object_]
    broken: NDArray[np.bool_]
    crs: str | None
    notes: tuple[Inference, ...] = ()
