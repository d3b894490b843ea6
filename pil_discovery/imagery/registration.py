"""How far two pictures of the same ground are displaced against each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from rasterio.windows import Window
from scipy.ndimage import gaussian_gradient_magnitude
from skimage.registration import phase_cross_correlation

from pil_discovery.imagery.grids import (
    ArrayPixels,
    align,
    common_grid,
    shared_bands,
)
from pil_discovery.types import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pil_discovery.imagery.grids import Pixels

    Floats = NDArray[np.float64]

ShiftVerdict = Literal["ok", "warn", "resample", "refuse", "not_assessed"]

TILE = 100
MIN_TILES = 8
MAX_TILES = 64
COARSE = 512
UPSAMPLE = 50
MAX_RESIDUAL = 3.0
MAX_SPREAD = 1.0
MIN_VALID = 0.9
SMOOTHING = 1.0


@dataclass(frozen=True)
class Shift:
    """Displacement of `after` against `before`, rows positive downwards.

    Attributes
    ----------
    dy_px, dx_px
        Rows and columns, in pixels of `before`; NaN when not assessed.
    spread_px
        Robust standard deviation between tiles, 1.4826 · MAD, the larger axis.
    verdict
        `ok` ≤ 0.25 px, `warn` ≤ 0.5, `resample` ≤ 1, `refuse` beyond;
        `not_assessed` when fewer than 8 tiles agree.
    tiles
        Number of tiles that the median rests on.
    reason
        The verdict in Chinese.
    """

    dy_px: float
    dx_px: float
    spread_px: float
    verdict: ShiftVerdict
    tiles: int
    reason: str

    @property
    def size_px(self) -> float:
        """Length of the displacement in pixels."""
        return float(np.hypot(self.dy_px, self.dx_px))


def register_shift(
    before: Image | NDArray[np.floating], after: Image | NDArray[np.floating]
) -> Shift:
    """Measure the displacement of `after` against `before`.

    A whole-scene pass finds displacements of many pixels, then tiles of 100 px measure
    what is left to 1/50 px by correlating gradient magnitudes (Guizar-Sicairos et al.
    2008, Optics Letters 33(2)). Gradients are taken after smoothing by one pixel, which
    keeps interpolated pictures from biasing the answer.

    Parameters
    ----------
    before, after
        Pictures (compared on the grid of `before`), or arrays of one shape
        (rows, columns) or (bands, rows, columns), NaN where there is no data.

    Returns
    -------
    Shift
        In pixels of `before`.

    Raises
    ------
    ImageError
        The pictures share no ground or no band.
    """
    if isinstance(before, Image) and isinstance(after, Image):
        grid = common_grid(before, [after])
        names = shared_bands([before, after])
        return measure_shift(align(before, grid, names), align(after, grid, names))
    return measure_shift(_as_pixels(before), _as_pixels(after))


def measure_shift(before: Pixels, after: Pixels) -> Shift:
    """Measure the displacement of two pictures on one grid."""
    coarse = _coarse(before, after)
    found = [
        move
        for window in _tiles(before.shape, coarse)
        if (move := _tile_shift(before, after, (window, coarse))) is not None
    ]
    usable = np.array([m for m in found if np.max(np.abs(m)) < MAX_RESIDUAL])
    if len(usable) < MIN_TILES:
        return _unassessed(len(usable))
    middle = np.median(usable, axis=0)
    spread = float(np.max(1.4826 * np.median(np.abs(usable - middle), axis=0)))
    if spread > MAX_SPREAD:
        return _unassessed(len(usable))
    return _judged(middle + coarse, spread, len(usable))


def _as_pixels(values: Image | NDArray[np.floating]) -> ArrayPixels:
    array = np.asarray(values, dtype=np.float64)
    return ArrayPixels(array if array.ndim == 3 else array[None])


def _unassessed(tiles: int) -> Shift:
    reason = f"可用配准分块仅{tiles}个（至少{MIN_TILES}个且相互一致），未能评定配准"
    nan = float("nan")
    return Shift(nan, nan, nan, "not_assessed", tiles, reason)


def _judged(move: Floats, spread: float, tiles: int) -> Shift:
    size = float(np.hypot(*move))
    limits: tuple[tuple[float, ShiftVerdict, str], ...] = (
        (0.25, "ok", "配准合格（不超过0.25像元）"),
        (0.5, "warn", "配准偏差在0.25至0.5像元之间，边界面积需谨慎"),
        (1.0, "resample", "配准偏差超过0.5像元，须重采样后复核"),
        (np.inf, "refuse", "配准偏差超过1像元，不得据以主张面积"),
    )
    _, verdict, words = next(limit for limit in limits if size <= limit[0])
    reason = f"后时相相对前时相位移{size:.2f}像元：{words}"
    return Shift(float(move[0]), float(move[1]), spread, verdict, tiles, reason)


def _coarse(before: Pixels, after: Pixels) -> NDArray[np.int_]:
    """Return the displacement in whole pixels, from the middle of the scene."""
    rows, columns = before.shape
    height, width = min(rows, COARSE), min(columns, COARSE)
    window = Window((columns - width) // 2, (rows - height) // 2, width, height)
    first, second = _texture(before, window), _texture(after, window)
    if first is None or second is None:
        return np.zeros(2, dtype=int)
    whole: NDArray[np.int_] = np.rint(_displacement(first, second, 1)).astype(int)
    return whole


def _tiles(shape: tuple[int, int], coarse: NDArray[np.int_]) -> Iterator[Window]:
    """Yield an even choice of tiles, half overlapping where the scene is small.

    Tiles lie where the displaced tile is inside the scene too.
    """
    low = np.maximum(-coarse, 0)
    high = np.asarray(shape) - np.maximum(coarse, 0)
    fits = (high - low) // TILE
    step = TILE if fits.min() > 0 and fits.prod() >= MIN_TILES else TILE // 2
    corners = [
        (row, column)
        for row in range(int(low[0]), int(high[0]) - TILE + 1, step)
        for column in range(int(low[1]), int(high[1]) - TILE + 1, step)
    ]
    count = min(len(corners), MAX_TILES)
    chosen = np.linspace(0, len(corners) - 1, count).round().astype(int)
    for row, column in (corners[i] for i in chosen):
        yield Window(column, row, TILE, TILE)


def _tile_shift(
    before: Pixels, after: Pixels, place: tuple[Window, NDArray[np.int_]]
) -> Floats | None:
    window, coarse = place
    moved = Window(
        window.col_off + int(coarse[1]), window.row_off + int(coarse[0]), TILE, TILE
    )
    first, second = _texture(before, window), _texture(after, moved)
    if first is None or second is None:
        return None
    return _displacement(first, second, UPSAMPLE)


def _displacement(first: Floats, second: Floats, upsample: int) -> Floats:
    """Return by how many pixels `second` lies off `first`, to 1/upsample."""
    move, _, _ = phase_cross_correlation(  # type: ignore[no-untyped-call]
        first, second, upsample_factor=upsample, normalization=None
    )
    result: Floats = -np.asarray(move, dtype=np.float64)
    return result


def _texture(pixels: Pixels, window: Window) -> Floats | None:
    """Return tapered gradient magnitude, all bands alike; None without texture."""
    values, clear = pixels.both(window)
    if clear.mean() < MIN_VALID:
        return None
    total = np.zeros(clear.shape)
    for band in values:
        edges = gaussian_gradient_magnitude(
            np.where(clear, band, band[clear].mean()), SMOOTHING
        )
        # Edges of clouds and gaps belong to no ground and must not be matched.
        edges = np.where(clear, edges, 0.0)
        if edges.std() > 0:
            total += (edges - edges.mean()) / edges.std()
    taper = np.outer(np.hanning(clear.shape[0]), np.hanning(clear.shape[1]))
    textured: Floats = total * taper
    return textured if np.any(textured) else None
