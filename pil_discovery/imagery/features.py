"""What two dates tell of a pixel: the features that labelled points are learned from.

Bands of both dates, what remains of their difference after normalisation, the variates
of IR-MAD and their sum √Z with its means over the neighbourhood, and differences of
indices; differences with their sign and without. All arithmetic is pixel by pixel in a
fixed order, so a window has the same bits as the whole scene.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rasterio.windows import Window

from pil_discovery.imagery.directions import DIRECTIONS, usable_index
from pil_discovery.imagery.indices import compute_index
from pil_discovery.imagery.irmad import variates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.imagery.grids import Aligned
    from pil_discovery.imagery.irmad import IrMad
    from pil_discovery.imagery.normalisation import Normalisation

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

NEIGHBOURS = (1, 2)
"""Pixels to each side over which √Z is averaged: 3 × 3 and 5 × 5."""
HALO = max(NEIGHBOURS)


@dataclass(frozen=True)
class PairFeatures:
    """Features of a fitted pair of pictures, read window by window."""

    first: Aligned
    second: Aligned
    model: IrMad
    normalisation: Normalisation

    @property
    def indices(self) -> tuple[str, ...]:
        """Indices that the bands allow, in the order of the directions."""
        found = (usable_index(d, self.first.names) for d in DIRECTIONS)
        return tuple(name for name in found if name is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in order."""
        bands, count = self.first.names, len(self.first.names)
        variate = [f"mad{i + 1}" for i in range(count)]
        signed = [f"difference:{b}" for b in bands]
        signed += [*variate, *(f"difference:{i}" for i in self.indices)]
        return (
            *(f"before:{b}" for b in bands),
            *(f"after:{b}" for b in bands),
            *signed,
            *(f"|{name}|" for name in signed),
            "root_z",
            *(f"root_z:{2 * n + 1}x{2 * n + 1}" for n in NEIGHBOURS),
        )

    def at(self, window: Window) -> tuple[Floats, Bools]:
        """Return the features of a window and where both dates show the ground.

        Returns
        -------
        values
            float64 (features, rows, columns); of no meaning where not clear.
        clear
            boolean (rows, columns).
        """
        wide, inner = widened(window, self.first.shape, HALO)
        (x, clear_x), (y, clear_y) = self.first.both(wide), self.second.both(wide)
        clear = clear_x & clear_y
        x, y = np.where(clear, x, 0.0), np.where(clear, y, 0.0)
        mads = variates(self.model, x, y)
        root_z = np.where(clear, np.sqrt(_sum_of_squares(mads)), 0.0)
        signed = [*(self.normalisation.applied(y) - x), *mads, *self._steps(x, y)]
        near = [near_mean(root_z, clear, n) for n in NEIGHBOURS]
        stacked = np.stack(
            [*x, *y, *signed, *(np.abs(s) for s in signed), root_z, *near]
        )
        return stacked[:, *inner], clear[inner]

    def _steps(self, x: Floats, y: Floats) -> list[Floats]:
        """Return index differences; 0 where an index is not defined."""
        before = dict(zip(self.first.names, x, strict=True))
        after = dict(zip(self.first.names, y, strict=True))
        steps = []
        for name in self.indices:
            low, high = compute_index(name, before), compute_index(name, after)
            if low is None or high is None:
                raise KeyError(name)
            step = high - low
            steps.append(np.where(np.isfinite(step), step, 0.0))
        return steps


def widened(
    window: Window, shape: tuple[int, int], margin: int
) -> tuple[Window, tuple[slice, slice]]:
    """Return a window with a margin, cut to the grid, and where the window lies in it.

    Parameters
    ----------
    window
        Whole pixels inside the grid.
    shape
        Rows and columns of the grid.
    margin
        Pixels on each side.
    """
    top, left = max(window.row_off - margin, 0), max(window.col_off - margin, 0)
    bottom = min(window.row_off + window.height + margin, shape[0])
    right = min(window.col_off + window.width + margin, shape[1])
    row, column = window.row_off - top, window.col_off - left
    inner = slice(row, row + window.height), slice(column, column + window.width)
    return Window(left, top, right - left, bottom - top), inner


def near_mean(values: Floats, clear: Bools, reach: int) -> Floats:
    """Return means over the clear pixels within `reach` rows and columns.

    Neighbours are added one by one in the same order for every pixel, not by running
    sums, whose last bits depend on where a window begins. 0 where none is clear.
    """
    rows, columns = values.shape
    padded = np.pad(np.where(clear, values, 0.0), reach)
    seen = np.pad(clear, reach).astype(np.float64)
    total, count = np.zeros(values.shape), np.zeros(values.shape)
    for row in range(2 * reach + 1):
        for column in range(2 * reach + 1):
            part = slice(row, row + rows), slice(column, column + columns)
            total += padded[part]
            count += seen[part]
    return total / np.maximum(count, 1.0)


def _sum_of_squares(layers: list[Floats]) -> Floats:
    total = np.zeros(layers[0].shape)
    for layer in layers:
        total += layer * layer
    return total
