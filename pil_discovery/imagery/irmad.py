"""Iteratively reweighted multivariate alteration detection, and Otsu's threshold.

The method is that of Nielsen (2007), IEEE Transactions on Image Processing 16(2): it
finds the band combinations of both dates that agree best on unchanged ground, so that
season, haze and sensor gain, which are linear in the bands, drop out of the difference.
Sums run band by band in a fixed order: matrix products of small windows differ in the
last bit from those of large ones, and an exhibit must not depend on the window size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaincc, gammainccinv, gammaincinv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RIDGE = 1e-6
TOLERANCE = 1e-4
MIN_ITERATIONS = 5
MAX_ITERATIONS = 30
FLOOR_P = 1e-3
QUARTILE = 0.25
MIN_WEIGHT_SHARE = 0.02


@dataclass(frozen=True)
class IrMad:
    """A fitted transform of two pictures of the same ground.

    Attributes
    ----------
    mean_x, mean_y
        Means of each band over unchanged ground, shape (bands,).
    coef_x, coef_y
        Canonical vectors in columns, shape (bands, bands); unit variance each.
    rho
        Canonical correlations, descending, all ≥ 0.
    threshold
        Value of the magnitude √Z above which a pixel counts as changed.
    """

    mean_x: Floats
    mean_y: Floats
    coef_x: Floats
    coef_y: Floats
    rho: Floats
    threshold: float = float("inf")


def fit_irmad(x: Floats, y: Floats) -> IrMad:
    """Fit the transform and the threshold on sampled pixels.

    Parameters
    ----------
    x, y
        Values of both dates, shape (bands, pixels), finite, any unit.

    Returns
    -------
    IrMad
        The same for any number of threads: no threaded matrix product is used.
    """
    products = _products(x, y)
    weights = np.ones(x.shape[1])
    rho = np.full(len(x), np.inf)
    for count in range(1, MAX_ITERATIONS + 1):
        fitted = _solve(products, weights, len(x))
        z = chi_square(fitted, x, y)
        still = bool(np.max(np.abs(fitted.rho - rho)) < TOLERANCE)
        rho, fresh = fitted.rho, unchanged_weights(z, len(x))
        # Too few unchanged pixels left: the fit would describe one small surface only.
        if (still and count >= MIN_ITERATIONS) or fresh.mean() < MIN_WEIGHT_SHARE:
            break
        weights = fresh
    magnitude = np.sqrt(z)
    threshold = max(otsu(magnitude), noise_floor(z, len(x)))
    return replace(fitted, threshold=threshold)


def chi_square(fit: IrMad, x: Floats, y: Floats) -> Floats:
    """Return Z = Σ Mᵢ² / (2(1 − ρᵢ)), Mᵢ = vᵢᵀ(x − x̄) − uᵢᵀ(y − ȳ), per pixel.

    Parameters
    ----------
    fit
        The transform.
    x, y
        Shape (bands, …) of equal size; NaN where there is no data.

    Returns
    -------
    array
        float64, shape (…); bit-identical however the pixels are cut into windows.
    """
    total: Floats = np.zeros(x.shape[1:])
    for mad, rho in zip(_mads(fit, x, y), fit.rho, strict=True):
        total += mad * mad / (2.0 * (1.0 - rho))
    return total


def variates(fit: IrMad, x: Floats, y: Floats) -> list[Floats]:
    """Return Mᵢ / √(2(1 − ρᵢ)) per pixel; the sum of their squares is Z.

    Parameters
    ----------
    fit, x, y
        As for `chi_square`.
    """
    scales = np.sqrt(2.0 * (1.0 - fit.rho))
    return [m / s for m, s in zip(_mads(fit, x, y), scales, strict=True)]


def unchanged_weights(z: Floats, bands: int) -> Floats:
    """Return 1 − F(Z), F of χ² with `bands` degrees of freedom: weights, not chances.

    Parameters
    ----------
    z
        Z per pixel, any shape.
    bands
        Bands of each picture.
    """
    weights: Floats = gammaincc(bands / 2, z / 2)
    return weights


def _mads(fit: IrMad, x: Floats, y: Floats) -> Iterator[Floats]:
    left = [band - mean for band, mean in zip(x, fit.mean_x, strict=True)]
    right = [band - mean for band, mean in zip(y, fit.mean_y, strict=True)]
    for i in range(len(fit.rho)):
        yield _combine(left, fit.coef_x[:, i]) - _combine(right, fit.coef_y[:, i])


def noise_floor(z: Floats, bands: int) -> float:
    """Return the √Z that mere noise exceeds once in 1000 pixels.

    Otsu's rule always splits its data in two; where nothing happened it would call a
    third of the noise changed. Reweighting also stretches Z, so χ² is scaled to meet
    the lower quartile of the pixels, which change hardly ever reaches. The value
    serves as this floor only and is never printed as a probability.

    Parameters
    ----------
    z
        Z of the sample, shape (pixels,).
    bands
        Degrees of freedom.
    """
    expected = 2.0 * gammaincinv(bands / 2, QUARTILE)
    stretch = max(1.0, float(np.quantile(z, QUARTILE)) / expected)
    return float(np.sqrt(stretch * 2.0 * gammainccinv(bands / 2, FLOOR_P)))


def otsu(values: Floats) -> float:
    """Return the split of greatest between-class variance, without histogram bins.

    Source: Otsu (1979), IEEE Transactions on Systems, Man, and Cybernetics 9(1).
    """
    ordered = np.sort(values[np.isfinite(values)])
    if len(ordered) < 2:
        return float("inf")
    below = np.arange(1, len(ordered))
    sums = np.cumsum(ordered)
    mean_low = sums[:-1] / below
    mean_high = (sums[-1] - sums[:-1]) / (len(ordered) - below)
    spread = below * (len(ordered) - below) * (mean_high - mean_low) ** 2.0
    best = int(np.argmax(spread))
    return float((ordered[best] + ordered[best + 1]) / 2)


def _combine(bands: list[Floats], coefficients: Floats) -> Floats:
    total: Floats = bands[0] * coefficients[0]
    for band, coefficient in zip(bands[1:], coefficients[1:], strict=True):
        total = total + band * coefficient
    return total


@dataclass(frozen=True)
class _Products:
    """Standardised bands of both dates, and the scales to undo it."""

    rows: list[Floats]
    mean: Floats
    scale: Floats


def _products(x: Floats, y: Floats) -> _Products:
    stacked = np.concatenate([x, y])
    mean = stacked.mean(axis=1)
    scale = stacked.std(axis=1)
    scale[scale == 0] = 1.0
    rows = [(band - m) / s for band, m, s in zip(stacked, mean, scale, strict=True)]
    return _Products(rows, mean, scale)


def _solve(data: _Products, weights: Floats, bands: int) -> IrMad:
    mean, cov = _moments(data.rows, weights)
    cov += RIDGE * np.eye(2 * bands)
    root_x = _inverse_root(cov[:bands, :bands])
    root_y = _inverse_root(cov[bands:, bands:])
    left, rho, right = np.linalg.svd(root_x @ cov[:bands, bands:] @ root_y)
    scale_x, scale_y = data.scale[:bands], data.scale[bands:]
    return IrMad(
        data.mean[:bands] + mean[:bands] * scale_x,
        data.mean[bands:] + mean[bands:] * scale_y,
        (root_x @ left) / scale_x[:, None],
        (root_y @ right.T) / scale_y[:, None],
        np.minimum(rho, 1.0 - RIDGE),
    )


def _moments(rows: list[Floats], weights: Floats) -> tuple[Floats, Floats]:
    """Return weighted means and covariances by explicit sums, not by BLAS."""
    total = float(weights.sum())
    mean = np.array([float((weights * row).sum()) / total for row in rows])
    centred = [row - m for row, m in zip(rows, mean, strict=True)]
    cov = np.empty((len(rows), len(rows)))
    for i, row in enumerate(centred):
        weighted = weights * row
        for j in range(i + 1):
            cov[i, j] = cov[j, i] = float((weighted * centred[j]).sum()) / total
    return mean, cov


def _inverse_root(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    result: Floats = (vectors / np.sqrt(values)) @ vectors.T
    return result
