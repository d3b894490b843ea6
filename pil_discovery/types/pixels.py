"""Where the values of a picture lie, and how they are read by window."""

from __future__ import annotations

import threading
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pil_discovery.types.base import Noun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from rasterio.io import DatasetReader
    from rasterio.windows import Window

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

JPEG_2000 = "JP2OpenJPEG"
RASTER_DRIVERS = ("GTiff", "ENVI", JPEG_2000)
"""Drivers a picture may be opened with; anything else could read other files."""
_FILTERS = threading.Lock()
"""Warning filters belong to the process: one thread at a time may set them aside."""
_HEADS = {
    b"II*\x00": "GTiff",
    b"MM\x00*": "GTiff",
    b"II+\x00": "GTiff",
    b"MM\x00+": "GTiff",
    b"\x00\x00\x00\x0cjP  \r\n\x87\n": JPEG_2000,
}

MaskKind = Literal[
    "binary",
    "landsat_c1_bqa",
    "landsat_c2_qa",
    "s2_scl",
    "s2_cloud_probability",
]
"""How the values of a cloud mask are to be read."""


class BandSource(Noun):
    """Where the values of one band lie.

    Attributes
    ----------
    number
        Band number in the file, from 1.
    step
        Pixels of the picture along one side of a pixel of this file: 2 for a 20 m band
        on a 10 m grid. The value is repeated, nothing is interpolated.
    nodata
        Value without data besides those that the file declares.
    scale, offset
        Value = stored · scale + offset; None takes what the file declares.
    """

    path: Path
    number: int
    step: int = 1
    nodata: float | None = None
    scale: float | None = None
    offset: float | None = None


class MaskRule(Noun):
    """Which values of a cloud mask hide the ground.

    Attributes
    ----------
    step
        Pixels of the picture along one side of a pixel of the mask.
    patterns
        A value hides the ground when all bits of one of these are set in it.
    values
        Values that hide the ground.
    least
        Smallest value that hides the ground, as do all above it.
    """

    kind: MaskKind = "binary"
    step: int = 1
    patterns: tuple[int, ...] = ()
    values: tuple[int, ...] = ()
    least: float | None = None


PLAIN_MASK = MaskRule()
"""Every value but 0 is cloud, on the grid of the picture."""


def driver_of(path: Path) -> str | None:
    """Return the driver of a TIFF or JPEG 2000 file by its first bytes, else None."""
    with path.open("rb") as stream:
        head = stream.read(12)
    return _HEADS.get(head) or _HEADS.get(head[:4])


@contextmanager
def open_raster(path: Path) -> Iterator[DatasetReader]:
    """Open a local raster with one of `RASTER_DRIVERS` and no other.

    Nothing beside the file is read (`.aux.xml`, `.msk`, `.ovr`, `.tfw` would change
    values or place without being hashed) but the header of an ENVI picture.
    `rasterio.open` would read a file name as a connection; its reader does not.
    """
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning
    from rasterio.io import DatasetReader

    settings = {"GDAL_PAM_ENABLED": "NO", "GDAL_GEOREF_SOURCES": "INTERNAL"}
    driver = driver_of(path) or "ENVI"
    if driver != "ENVI":
        settings["GDAL_DISABLE_READDIR_ON_OPEN"] = "EMPTY_DIR"
    with rasterio.Env(**settings):
        with _FILTERS, warnings.catch_warnings():  # `transform` tells of a place
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            src = DatasetReader(str(path), driver=[driver])
        with src:
            yield src


def read_bands(sources: Sequence[BandSource], window: Window | None) -> Floats:
    """Read bands on the grid of their picture.

    Parameters
    ----------
    sources
        One for each band wanted; a file that holds several is opened once.
    window
        Window of the picture, or None for all of it.

    Returns
    -------
    array
        float64, shape (bands, rows, columns), scaled, NaN where there is no data.
    """
    import numpy as np

    groups: dict[Path, list[int]] = {}
    for place, source in enumerate(sources):
        groups.setdefault(source.path, []).append(place)
    read = [_read_file([sources[i] for i in g], window) for g in groups.values()]
    if len(read) == 1:
        return read[0]
    order = [place for group in groups.values() for place in group]
    result: Floats = np.concatenate(read)[np.argsort(order)]
    return result


def hidden_pixels(path: Path, rule: MaskRule, window: Window | None) -> Bools:
    """Return where a cloud mask hides the ground: boolean (rows, columns)."""
    with open_raster(path) as src:
        values = src.read(1, window=_coarse(window, rule.step))
    return _repeated(hides(values, rule), window, rule.step)


def hides(values: NDArray[np.generic], rule: MaskRule) -> Bools:
    """Tell for each value of a mask whether it hides the ground."""
    import numpy as np

    if rule.kind == "binary":
        return np.asarray(values != 0)
    hidden = np.isin(values, rule.values)
    for pattern in rule.patterns:
        hidden |= np.bitwise_and(values.astype(np.int64), pattern) == pattern
    if rule.least is not None:
        hidden |= np.asarray(values, dtype=np.float64) >= rule.least
    return hidden


def _read_file(sources: Sequence[BandSource], window: Window | None) -> Floats:
    """Read the bands that one file holds; they share its grid."""
    numbers = [s.number for s in sources]
    step = sources[0].step
    with open_raster(sources[0].path) as src:
        values = _known_values(src, numbers, _coarse(window, step))
        scales = [_first(s.scale, src.scales[s.number - 1]) for s in sources]
        offsets = [_first(s.offset, src.offsets[s.number - 1]) for s in sources]
        kinds = [src.dtypes[n - 1] for n in numbers]
    for band, kind, source in zip(values, kinds, sources, strict=True):
        if source.nodata is not None:
            _blank(band, _as_stored(source.nodata, kind))
    if any(scale != 1.0 for scale in scales):
        values *= _column(scales)
    if any(offset != 0.0 for offset in offsets):
        values += _column(offsets)
    return _repeated(values, window, step)


def _known_values(
    src: DatasetReader, numbers: list[int], window: Window | None
) -> Floats:
    """Return float64 (bands, rows, columns), NaN where the file declares no data."""
    from rasterio.enums import MaskFlags

    declared = {flag for n in numbers for flag in src.mask_flag_enums[n - 1]}
    whole = all(src.dtypes[n - 1] in _SMALL for n in numbers)
    if not whole or not declared <= {MaskFlags.all_valid, MaskFlags.nodata}:
        masked = src.read(numbers, window=window, masked=True)
        filled: Floats = masked.astype("float64").filled(float("nan"))
        return filled
    # the same in half of the time: small whole numbers are compared exactly
    values: Floats = src.read(numbers, window=window, out_dtype="float64")
    for band, number in zip(values, numbers, strict=True):
        nodata = src.nodatavals[number - 1]
        if nodata is not None:
            _blank(band, nodata)
    return values


_SMALL = frozenset({"uint8", "int8", "uint16", "int16", "uint32", "int32"})


def _as_stored(value: float, kind: str) -> float:
    """Return a value as a file of this kind holds it."""
    import numpy as np

    return float(np.float32(value)) if kind == "float32" else value


def _blank(band: Floats, value: float) -> None:
    hidden = band == value
    if hidden.any():
        band[hidden] = float("nan")


def _first(stated: float | None, declared: float) -> float:
    return declared if stated is None else stated


def _column(values: Sequence[float]) -> Floats:
    import numpy as np

    return np.asarray(values, dtype=np.float64)[:, None, None]


def _coarse(window: Window | None, step: int) -> Window | None:
    """Return the window of the coarser file that covers a window of the picture."""
    from rasterio.windows import Window

    if window is None or step == 1:
        return window
    left, top = int(window.col_off) // step, int(window.row_off) // step
    right = -(-int(window.col_off + window.width) // step)
    bottom = -(-int(window.row_off + window.height) // step)
    return Window(left, top, right - left, bottom - top)


def _repeated(values: NDArray[Any], window: Window | None, step: int) -> NDArray[Any]:
    """Lay the values of a coarser file on the pixels of the picture."""
    if step == 1:
        return values
    fine = values.repeat(step, axis=-2).repeat(step, axis=-1)
    if window is None:
        return fine
    top, left = int(window.row_off) % step, int(window.col_off) % step
    rows = slice(top, top + int(window.height))
    columns = slice(left, left + int(window.width))
    return fine[..., rows, columns]
