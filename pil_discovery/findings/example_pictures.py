"""Pictures of examples: drawn from their description, each of them once."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Self

import numpy as np

from pil_discovery.findings.spills import new_spill
from pil_discovery.types import BEIJING, Image, ImageProvenance

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from pil_discovery.types import Example
    from pil_discovery.types.examples import ExampleImage

_SEED = 20210527
_FIELD = 5
"""Pixels on a side of a field."""


class Gallery:
    """A folder with the pictures of examples, there until it is closed.

    Most examples of a model look at the same pictures. Those that are equal in all
    that their description says, and stand in the same place of it, are one file: then
    a comparison of pictures that is kept serves the next example, too.
    """

    def __init__(self) -> None:
        self._folder = new_spill("pil-example-")
        self._drawn: dict[str, Image] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.remove()

    def images_of(self, example: Example) -> list[Image]:
        """Return the pictures of an example, in its order."""
        return [self._image(example, n) for n in range(len(example.images))]

    def _image(self, example: Example, number: int) -> Image:
        spec = example.images[number]
        told = (spec.model_dump_json(), example.crs, repr(example.sigma_m))
        digest = hashlib.sha256("\n".join(told).encode()).hexdigest()
        name = f"{number}-{digest}"  # pictures of one moment are sorted by their path
        if name not in self._drawn:
            path = self._folder.folder / f"{name}.tif"
            self._drawn[name] = _drawn(example, spec, path)
        return self._drawn[name]


def _drawn(example: Example, spec: ExampleImage, path: Path) -> Image:
    import rasterio
    from pyproj import CRS
    from rasterio.transform import from_origin

    acquired = dt.datetime.fromisoformat(spec.acquired)
    names = sorted(spec.base)
    transform = from_origin(*spec.origin, spec.pixel_m, spec.pixel_m)
    pixels = np.stack([_band(spec, band, names.index(band)) for band in names])
    profile = {
        "driver": "GTiff",
        "height": spec.size[0],
        "width": spec.size[1],
        "dtype": "float32",
        "crs": example.crs,
        "transform": transform,
    }
    with rasterio.open(path, "w", count=len(names), **profile) as out:
        out.write(pixels)
    mask = path.with_suffix(".cloud.tif")
    cloud = np.zeros(spec.size, dtype="float32")
    for row0, row1, col0, col1 in spec.cloud:
        cloud[row0:row1, col0:col1] = 1
    with rasterio.open(mask, "w", count=1, **profile) as out:
        out.write(cloud, 1)
    return Image(
        path=path,
        bands={n: i + 1 for i, n in enumerate(names)},
        crs=CRS.from_user_input(example.crs),
        transform=transform,
        shape=spec.size,
        nodata=None,
        acquired=acquired,
        sensor="synthetic",
        cloud_mask=mask,
        provenance=_provenance(example, spec, path, names),
    )


def _band(spec: ExampleImage, band: str, number: int) -> NDArray[np.float32]:
    values = np.full(spec.size, spec.base[band], dtype="float32")
    for patch in spec.patches:
        if band in patch.bands:
            row0, row1, col0, col1 = patch.block
            values[row0:row1, col0:col1] = patch.bands[band]
    values = np.roll(values * _ground(spec), spec.moved, axis=(0, 1))
    if spec.noise:
        # the seed depends on the day, so that two dates differ but each is fixed
        day = int(hashlib.sha256(spec.acquired.encode()).hexdigest()[:8], 16)
        rng = np.random.default_rng([_SEED, day, number])
        values += rng.normal(0, spec.noise, spec.size).astype("float32")
    return values


def _ground(spec: ExampleImage) -> NDArray[np.float32]:
    """Return how light each field of the ground is; the same on all dates."""
    if not spec.texture:
        return np.ones(spec.size, dtype="float32")
    fields = tuple(-(-side // _FIELD) for side in spec.size)
    light = np.random.default_rng(_SEED).uniform(-spec.texture, spec.texture, fields)
    whole = np.kron(1.0 + light, np.ones((_FIELD, _FIELD)))
    cut: NDArray[np.float32] = whole[: spec.size[0], : spec.size[1]].astype("float32")
    return cut


def _provenance(
    example: Example, spec: ExampleImage, path: Path, names: list[str]
) -> ImageProvenance:
    acquired = dt.datetime.fromisoformat(spec.acquired)
    return ImageProvenance(
        file=f"{path.name.partition('-')[0]}.tif",
        sha256="",
        pixel_sha256="",
        bytes=path.stat().st_size,
        acquired_utc=acquired.astimezone(dt.UTC).isoformat(),
        acquired_beijing=acquired.astimezone(BEIJING).isoformat(),
        sensor="synthetic",
        crs=example.crs,
        gsd_x_m=spec.pixel_m,
        gsd_y_m=spec.pixel_m,
        bands=tuple(names),
        dtype="float32",
        sigma_m=example.sigma_m,
    )
