"""Change as somebody else's tool drew it: a raster mask or polygons.

The library adds to it what it adds to its own maps: gates on the pair of pictures,
kinds of change, official areas, a sampling plan. What it cannot add is trust in a maker
whom nobody names, so that is said.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import numpy as np
import shapely
from rasterio.features import rasterize

from pil_discovery.errors import ArgumentError, ImageError, Problem
from pil_discovery.geo.crs import safe_transform
from pil_discovery.imagery.grids import align, windows
from pil_discovery.types import Image, Layer

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rasterio.windows import Window

    from pil_discovery.imagery.detection import Detector
    from pil_discovery.imagery.grids import Aligned, Grid

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

SIDE = 512


@dataclass(frozen=True)
class Origin:
    """Where a mask comes from; None is not known.

    Attributes
    ----------
    form
        `raster` or `polygons`.
    sha256
        Of the file; of the outlines (WKB, in order) where there is no file.
    """

    form: str
    file: str | None
    sha256: str
    maker: str | None


class Drawing(Protocol):
    """A mask on the grid of the pictures."""

    def changed(self, window: Window) -> tuple[Bools, Bools]:
        """Return which pixels of a window changed, and of which the mask tells."""


@dataclass(frozen=True)
class GivenRule:
    """Change by a mask that was handed in."""

    drawing: Drawing
    origin: Origin
    shape: tuple[int, int]

    def changed(self, window: Window) -> tuple[Bools, Bools]:
        """Return which pixels of a window changed, and of which the mask tells."""
        return self.drawing.changed(window)


@dataclass(frozen=True)
class _Raster:
    """A picture of one band: 0 is unchanged, the other value changed, NaN unknown."""

    aligned: Aligned

    def values(self, window: Window) -> Floats:
        """Return the values; many tools declare their 0, unchanged, as no data."""
        bands, inside = self.aligned.nearest(window)
        values: Floats = bands[0]
        if self.aligned.image.nodata == 0:
            values[inside & np.isnan(values)] = 0.0
        return values

    def changed(self, window: Window) -> tuple[Bools, Bools]:
        values = self.values(window)
        known = np.isfinite(values)
        return known & (values != 0), known


@dataclass(frozen=True)
class _Polygons:
    """Outlines drawn on the grid; a pixel whose centre lies inside has changed."""

    drawn: Bools

    def changed(self, window: Window) -> tuple[Bools, Bools]:
        part = self.drawn[window.toslices()]
        return part.copy(), np.ones(part.shape, dtype=bool)


def take_mask(detector: Detector, mask: Image | Layer | gpd.GeoDataFrame) -> Detector:
    """Let a mask decide what changed between the pictures of a detector.

    Parameters
    ----------
    detector
        Fitted on the pictures that the mask is of.
    mask
        A picture of one band with two values, 0 for unchanged (no-data is unknown; a
        no-data value of 0 counts as unchanged), or polygons of what changed. Raster
        masks on another grid are carried over to the nearest pixel.

    Raises
    ------
    ImageError
        A picture of several bands or values, or a mask of other ground.
    ArgumentError
        A layer that holds other shapes than polygons.
    CrsError
        Unsafe or missing CRS.
    """
    grid = detector.first.grid
    if isinstance(mask, Image):
        rule = _raster_rule(mask, grid)
    elif isinstance(mask, Layer):
        rule = _polygon_rule(mask.frame, grid, _layer_origin(mask))
    elif isinstance(mask, gpd.GeoDataFrame):
        rule = _polygon_rule(mask, grid, None)
    else:
        raise TypeError(f"expected an Image or polygons, not {type(mask).__name__}")
    return replace(detector, rule=rule)


def mask_gate(rule: GivenRule) -> dict[str, Any]:
    """Return what `quality` says of a mask: flagged without a maker or with gaps."""
    parts = [rule.changed(w) for w in windows(rule.shape, SIDE)]
    known = sum(int(k.sum()) for _, k in parts) / (rule.shape[0] * rule.shape[1])
    origin = rule.origin
    name = origin.file or "未随文件给出的面"
    words = [f"变化范围取自外部成果（{name}，sha256 {origin.sha256[:12]}）"]
    if origin.maker is None:
        words.append("来源信息缺失：没有写明制作者和方法，须由制作者说明")
    if known < 1.0:
        words.append(f"掩膜只覆盖两期影像共同范围的 {known:.1%}，其余不作判断")
    return {
        "verdict": "flag" if len(words) > 1 else "ok",
        "reason": "；".join(words),
        "form": origin.form,
        "file": origin.file,
        "sha256": origin.sha256,
        "maker": origin.maker,
        "covered": known,
    }


def _raster_rule(mask: Image, grid: Grid) -> GivenRule:
    if len(mask.bands) != 1:
        raise ImageError(_wrong(mask, f"掩膜应为单波段，现有 {len(mask.bands)} 个"))
    drawing = _Raster(align(mask, grid, tuple(mask.bands)))
    found: set[float] = set()
    for window in windows(grid.shape, SIDE):
        values = drawing.values(window)
        found |= set(np.unique(values[np.isfinite(values)]).tolist())
        if len(found - {0.0}) > 1:
            shown = "、".join(f"{v:g}" for v in sorted(found)[:5])
            what = f"掩膜只能有两种值（0 为未变化），现有：{shown}"
            raise ImageError(_wrong(mask, what))
    if not found:
        raise ImageError(_wrong(mask, "掩膜与两期影像没有重叠范围"))
    told = mask.provenance
    origin = Origin("raster", told.file, told.sha256, told.issuer)
    return GivenRule(drawing, origin, grid.shape)


def _wrong(mask: Image, what: str) -> Problem:
    return Problem(mask.provenance.file, "mask", what, "请提供两值的单波段掩膜")


def _polygon_rule(
    frame: gpd.GeoDataFrame, grid: Grid, known: Origin | None
) -> GivenRule:
    shapes = np.asarray(
        safe_transform(frame.geometry, target=grid.crs).array, dtype=object
    )
    if not np.isin(shapely.get_type_id(shapes), (3, 6)).all():
        raise ArgumentError("mask 图层里有不是面的要素，请只保留变化图斑的面")
    inverse = ~grid.transform
    matrix = np.array([[inverse.a, inverse.b], [inverse.d, inverse.e]])
    corner = inverse.c, inverse.f
    outlines = np.asarray(shapely.transform(shapes, lambda p: p @ matrix.T + corner))
    frame_of_grid = shapely.box(0, 0, grid.shape[1], grid.shape[0])
    near = shapely.STRtree(outlines).query(frame_of_grid)
    if len(shapes) and not len(near):
        raise ImageError(
            Problem(
                (known.file if known else None) or "mask",
                "",
                "掩膜与两期影像没有重叠范围",
                "请核对坐标系",
            )
        )
    drawing = _Polygons(_draw(outlines[near], grid.shape))
    return GivenRule(drawing, known or _own_origin(frame), grid.shape)


def _draw(outlines: NDArray[np.object_], shape: tuple[int, int]) -> Bools:
    """Return which pixels of a grid outlines in its pixels cover, drawn in one piece.

    Drawn by windows in several threads, rasterio would mix up the warning filters.
    """
    drawn = np.zeros(shape, dtype=np.uint8)
    if len(outlines):
        rasterize(outlines, out=drawn)
    return drawn.view(np.bool_)


def _layer_origin(layer: Layer) -> Origin | None:
    if not layer.sources:
        return None
    source = layer.sources[0]
    maker = layer.provenance.issuer or source.issuer
    return Origin("polygons", source.file, source.sha256, maker)


def _own_origin(frame: gpd.GeoDataFrame) -> Origin:
    digest = hashlib.sha256()
    for shape in shapely.to_wkb(np.asarray(frame.geometry.array, dtype=object)):
        digest.update(shape)
    return Origin("polygons", None, digest.hexdigest(), None)
