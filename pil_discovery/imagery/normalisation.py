"""The later picture in the radiometric scale of the earlier one.

Unchanged ground serves as pseudo-invariant features (Canty and Nielsen 2008, Remote
Sensing of Environment 112(3)): the weights of IR-MAD say how surely a pixel is
unchanged, and each band of the later picture is regressed on the same band before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


FLAT = 1e-9
"""A band whose standard deviation is a smaller part of its mean is flat."""
POOR = 0.5
"""R² below which a slope means nothing and a band is only shifted."""


@dataclass(frozen=True)
class Normalisation:
    """Lines that carry the later picture into the scale of the earlier one.

    Attributes
    ----------
    slope, intercept
        Per band: before ≈ intercept + slope · after; shape (bands,). Slope 1 where `r2`
        is below 0.5: such a band is only shifted.
    r2
        Squared correlation of each band over unchanged ground, shape (bands,).
    """

    slope: Floats
    intercept: Floats
    r2: Floats

    def applied(self, later: Floats) -> Floats:
        """Return bands of the later picture in the scale of the earlier one.

        Parameters
        ----------
        later
            Shape (bands, …); NaN stays NaN.
        """
        lines = zip(later, self.slope, self.intercept, strict=True)
        return np.stack([band * slope + start for band, slope, start in lines])


def fit_normalisation(x: Floats, y: Floats, weights: Floats) -> Normalisation:
    """Fit one line per band through unchanged ground.

    The line is the orthogonal regression of the standardised bands: both dates carry
    noise, and the answer must not depend on the units of either. `r2` is 0 for a band
    that is flat or does not rise with itself between the dates.

    Parameters
    ----------
    x, y
        Values of the earlier and the later picture, shape (bands, pixels), finite.
    weights
        How surely each pixel is unchanged, 0 to 1, shape (pixels,).
    """
    lines = [_line(before, after, weights) for before, after in zip(x, y, strict=True)]
    slope, intercept, r2 = np.array(lines).T
    return Normalisation(slope, intercept, r2)


def describe(fit: Normalisation, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return band name → `slope`, `intercept` and `r2`."""
    return {
        name: {"slope": float(a), "intercept": float(b), "r2": float(r)}
        for name, a, b, r in zip(names, fit.slope, fit.intercept, fit.r2, strict=True)
    }


def _line(before: Floats, after: Floats, weights: Floats) -> tuple[float, float, float]:
    """Return slope, intercept and squared correlation; sums in a fixed order."""
    total = float(weights.sum())
    mean_x = float((weights * before).sum()) / total
    mean_y = float((weights * after).sum()) / total
    dx, dy = before - mean_x, after - mean_y
    xx, yy = float((weights * dx * dx).sum()), float((weights * dy * dy).sum())
    xy = float((weights * dx * dy).sum())
    flat = xx <= total * (FLAT * mean_x) ** 2 or yy <= total * (FLAT * mean_y) ** 2
    if flat or xy <= 0.0:
        return 1.0, mean_x - mean_y, 0.0
    r2 = xy * xy / (xx * yy)
    slope = float(np.sqrt(xx / yy)) if r2 >= POOR else 1.0
    return slope, mean_x - slope * mean_y, r2
