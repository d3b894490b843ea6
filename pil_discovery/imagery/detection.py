"""Fitting change detection on a sample of a scene and applying it window by window."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from pil_discovery.errors import ImageError, Problem
from pil_discovery.imagery.directions import DIRECTIONS, fit_drift, label_directions
from pil_discovery.imagery.grids import windows
from pil_discovery.imagery.irmad import chi_square, fit_irmad, unchanged_weights
from pil_discovery.imagery.normalisation import fit_normalisation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from rasterio.windows import Window

    from pil_discovery.imagery.grids import Aligned
    from pil_discovery.imagery.irmad import IrMad
    from pil_discovery.imagery.normalisation import Normalisation

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

T = TypeVar("T")

SAMPLE = 200_000
SAMPLE_SIDE = 512
MIN_SAMPLE = 30
DIRECTION_BITS = sum(d.bit for d in DIRECTIONS)
CHANGED = 16
SEEN = 32
CONFIRMED = 64
VALID = 128
MAGNITUDE_STEP = 1e-3
"""Magnitudes are summed as multiples of this: whole numbers add up in any order."""


@dataclass(frozen=True)
class Reading:
    """A window compared: √Z (NaN where not valid), ground seen, direction bits."""

    magnitude: Floats
    clear_first: Bools
    clear_second: Bools
    kinds: NDArray[np.uint8]

    @property
    def clear(self) -> Bools:
        """Where both pictures show the ground."""
        return self.clear_first & self.clear_second


class Rule(Protocol):
    """What counts as changed where Otsu's threshold on √Z does not decide."""

    def changed(self, window: Window) -> tuple[Bools, Bools]:
        """Return which pixels of a window changed, and of which it knows that."""


@dataclass(frozen=True)
class Detector:
    """Two pictures on one grid with the transform fitted between them.

    Attributes
    ----------
    drift
        Median index differences of unchanged ground after normalisation, see
        `directions.fit_drift`.
    normalisation
        Carries the later picture into the scale of the earlier one: haze and season
        bend an index by what it is, which one number per index cannot take back.
    rule
        Decides instead of the fitted threshold.
    """

    first: Aligned
    second: Aligned
    model: IrMad
    drift: dict[str, float]
    normalisation: Normalisation
    rule: Rule | None = None

    def measure(self, window: Window) -> Reading:
        """Read a window of both pictures and compare it."""
        x, clear_x = self.first.both(window)
        y, clear_y = self.second.both(window)
        magnitude = np.sqrt(chi_square(self.model, x, y))
        magnitude[~(clear_x & clear_y)] = np.nan
        later = self._named(self.normalisation.applied(y))
        kinds = label_directions(self._named(x), later, self.drift)
        return Reading(magnitude, clear_x, clear_y, kinds)

    def changed(self, window: Window, reading: Reading) -> tuple[Bools, Bools]:
        """Return changed pixels, and those of which that can be told."""
        if self.rule is not None:
            changed, known = self.rule.changed(window)
            known = known & reading.clear
            return changed & known, known
        with np.errstate(invalid="ignore"):
            above: Bools = reading.magnitude > self.model.threshold
        return above, reading.clear

    def _named(self, values: Floats) -> dict[str, Floats]:
        return dict(zip(self.first.names, values, strict=True))


@dataclass(frozen=True)
class Marks:
    """What was found at each pixel.

    Attributes
    ----------
    flags
        uint8 (rows, columns): direction bits, and `CHANGED`, `SEEN` (the confirming
        picture shows the ground), `CONFIRMED`, `VALID` (both dates show it).
    steps
        Per window, the magnitudes of its changed pixels in `MAGNITUDE_STEP`.
    clear
        Pixels that show the ground: role → count.
    """

    flags: NDArray[np.uint8]
    steps: list[tuple[Window, NDArray[np.uint32]]]
    clear: dict[str, int]


def fit_detector(first: Aligned, second: Aligned, seed: int) -> Detector:
    """Fit on at most 200 000 pixels, drawn by their number in the whole scene.

    Parameters
    ----------
    first, second
        Earlier and later picture, same grid and bands.
    seed
        Of the draw; scenes of fewer pixels are used whole.

    Raises
    ------
    ImageError
        Hardly any pixel shows the ground on both dates.
    """
    x, y = _sampled(first, second, seed)
    if x.shape[1] < MIN_SAMPLE:
        files = (first.image.provenance.file, second.image.provenance.file)
        what = f"两期影像共同有效像元仅{x.shape[1]}个，无法检测变化"
        raise ImageError(Problem("、".join(files), "", what, "请换用云量较少的影像"))
    model = fit_irmad(x, y)
    z = chi_square(model, x, y)
    lines = fit_normalisation(x, y, unchanged_weights(z, len(x)))
    named = [dict(zip(first.names, v, strict=True)) for v in (x, lines.applied(y))]
    drift = fit_drift(named[0], named[1], np.sqrt(z) <= model.threshold)
    return Detector(first, second, model, drift, lines)


def mark_scene(
    main: Detector, check: Detector | None, *, side: int, workers: int
) -> Marks:
    """Apply the detectors to the whole scene.

    Parameters
    ----------
    main
        Before → after.
    check
        Before → confirm, on the same grid; None without a confirming picture.
    side, workers
        Side of the windows in pixels, number of threads; neither changes the result.
    """
    parts = list(windows(main.first.shape, side))
    flags = np.zeros(main.first.shape, dtype=np.uint8)

    def work(window: Window) -> tuple[NDArray[np.uint32], dict[str, int]]:
        first = main.measure(window)
        later = None if check is None else check.measure(window)
        changed, known = main.changed(window, first)
        found = np.where(changed, first.kinds | CHANGED, 0).astype(np.uint8)
        found[known] |= VALID
        if check is not None and later is not None:
            found |= _confirmation(later, check.changed(window, later)[0], found)
        flags[window.toslices()] = found
        return _steps(first.magnitude[changed]), _clear_counts(first, later)

    results = _map(work, parts, workers)
    clear = {role: sum(count[role] for _, count in results) for role in results[0][1]}
    steps = [(part, found) for part, (found, _) in zip(parts, results, strict=True)]
    return Marks(flags, steps, clear)


def _sampled(first: Aligned, second: Aligned, seed: int) -> tuple[Floats, Floats]:
    rows, columns = first.shape
    chosen = _chosen(rows * columns, seed)
    x = np.full((len(first.names), len(chosen)), np.nan)
    y = np.full_like(x, np.nan)
    keep = np.zeros(len(chosen), dtype=bool)
    row, column = np.divmod(chosen, columns)
    for window in windows(first.shape, SAMPLE_SIDE):
        r, c = row - window.row_off, column - window.col_off
        here = np.flatnonzero(
            (r >= 0) & (r < window.height) & (c >= 0) & (c < window.width)
        )
        if not len(here):
            continue
        (a, clear_a), (b, clear_b) = first.both(window), second.both(window)
        spot = r[here], c[here]
        x[:, here], y[:, here] = a[:, *spot], b[:, *spot]
        keep[here] = clear_a[spot] & clear_b[spot]
    keep &= np.isfinite(x).all(axis=0) & np.isfinite(y).all(axis=0)
    return x[:, keep], y[:, keep]


def _chosen(pixels: int, seed: int) -> NDArray[np.int64]:
    if pixels <= SAMPLE:
        return np.arange(pixels)
    draw = np.random.default_rng(seed)
    return np.sort(draw.choice(pixels, SAMPLE, replace=False, shuffle=False))


def _steps(magnitudes: Floats) -> NDArray[np.uint32]:
    return np.minimum(magnitudes / MAGNITUDE_STEP, 4e9).round().astype(np.uint32)


def _confirmation(
    later: Reading, changed: Bools, found: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Mark changed pixels that the confirming picture sees, and sees changed alike.

    Alike: changed against `before`, and of a common kind where the kind is known.
    """
    kind = found & DIRECTION_BITS
    alike = (kind == 0) | ((kind & later.kinds) != 0)
    seen = ((found & CHANGED) != 0) & later.clear
    lasting = seen & changed & alike
    return np.where(seen, SEEN, 0).astype(np.uint8) | np.where(
        lasting, CONFIRMED, 0
    ).astype(np.uint8)


def _clear_counts(first: Reading, later: Reading | None) -> dict[str, int]:
    counts = {
        "before": int(first.clear_first.sum()),
        "after": int(first.clear_second.sum()),
    }
    if later is not None:
        counts["confirm"] = int(later.clear_second.sum())
    return counts


def _map(work: Callable[[Window], T], parts: Sequence[Window], workers: int) -> list[T]:
    if workers <= 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, parts))
