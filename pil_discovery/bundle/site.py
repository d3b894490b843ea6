"""The ground of a lead: areas measured three ways, and the points that bound it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.documents import AreaRow, PointRow, SiteShape, StripMark
from pil_discovery.errors import PilError
from pil_discovery.geo.area_checks import MOST_GEODESIC, area_checks
from pil_discovery.geo.geojson import shape_of
from pil_discovery.geo.vertices import DEGREES, METRES, plane_of, vertices
from pil_discovery.maps.view import crs_words
from pil_discovery.text.areas import rounded_area
from pil_discovery.text.ground import HOWS, overlap_words
from pil_discovery.text.picture_quality import quality_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from pil_discovery.bundle.requests import BundleRequest
    from pil_discovery.types import Finding, Overlap

MOST_POINTS = 60
"""Points of a shape that are printed; the list beside the letter holds all of them."""
MOST_SHAPES = 20
"""Shapes that are printed."""
STRIP_MM, STRIP_HIGH_MM = 150, 200
"""Most width and height of a strip in print: the text is 156 by 225 mm."""
POINT_COLUMNS = (
    *("发现", "图形", "圈", "内外", "点号", "X（北，米）", "Y（东，米）", "坐标系"),
    *("经度（度）", "纬度（度）", "至下一点边长（米）"),
)
AREA_COLUMNS = (
    *("发现", "图形", "量算方法", "面积（平方米）", "面积（亩）", "面积（公顷）"),
    "与椭球面积之差",
)
NOTE = (
    "坐标由筛查结果的经纬度（CGCS2000，EPSG:4490，七位小数）计算，高斯—克吕格3度带投影，"
    "X为北坐标、Y为东坐标，单位米。每圈自西北角起顺时针编号，内圈（孔）另列，边长为至本圈"
    "下一点的平面距离。"
)
_AREAS = (
    "面积以图斑椭球面积为准，测地线面积和投影平面面积用于核对；量算用七位"
    "小数的坐标，与筛查时按原坐标所得可有边长乘一厘米以内的差别。"
)
_NO_MAP = "所涉位置周边没有可以绘图的图层，没有附位置图，位置以所列坐标为准。"
_METHODS = (
    ("official_m2", "", "图斑椭球面积（CGCS2000）"),
    ("geodesic_m2", "geodesic_difference", "测地线面积"),
    ("planar_m2", "planar_difference", "投影平面面积"),
)


@dataclass(frozen=True)
class Ground:
    """A shape to be shown: where it comes from, how large it is, where its points are.

    Attributes
    ----------
    item
        Evidence item of its finding.
    name
        What it is.
    areas
        Area by method; none for lines and points, and where it cannot be measured.
    notes
        Sentences on certainty and validity.
    points
        Its points as `geo.vertices` lists them, in `plane`.
    """

    item: str
    name: str
    areas: tuple[AreaRow, ...]
    notes: tuple[str, ...]
    points: pd.DataFrame
    plane: CRS


def grounds(request: BundleRequest) -> list[Ground]:
    """Return the shapes of the findings of a lead: of each its own, then its overlaps.

    An overlap that is the shape of the finding itself adds its words to that one.
    """
    known = [s.crs for s in request.sources if s.crs]
    return [
        _ground(f"F{number}", name, shape, (notes, known))
        for number, finding in enumerate(request.findings, 1)
        for name, shape, notes in _shapes(finding)
    ]


def site_shapes(
    found: Sequence[Ground], strips: Mapping[str, bytes] | None = None
) -> tuple[SiteShape, ...]:
    """Return what of the ground is printed.

    Parameters
    ----------
    strips
        Evidence item of a finding → its time strip as PNG.
    """
    left = dict(strips or {})
    return tuple(
        _site_shape(ground, left.pop(ground.item, None))
        for ground in found[:MOST_SHAPES]
    )


def site_note(found: Sequence[Ground], *, mapped: bool = True) -> str:
    """Return how the lists are to be read, and what is left out of print.

    `mapped`: a map of the place stands beside the lists.
    """
    if not found:
        return ""
    more = len(found) - MOST_SHAPES
    rest = f"其余{more}个图形见界址点坐标.csv。" if more > 0 else ""
    measured = _AREAS if any(ground.areas for ground in found) else ""
    return f"{NOTE}{measured}均待核查。{rest}{'' if mapped else _NO_MAP}"


def point_lines(found: Sequence[Ground]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the full list of points, columns `POINT_COLUMNS`."""
    for ground in found:
        system = crs_words(ground.plane)
        for row in ground.points.itertuples(index=False):
            p = _point(row)
            yield (
                *(ground.item, ground.name, str(row.ring), _side_of(row), p.label),
                *(p.north, p.east, system, p.lon, p.lat, p.side),
            )


def area_lines(found: Sequence[Ground]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the table of areas, columns `AREA_COLUMNS`."""
    for g in found:
        for a in g.areas:
            yield g.item, g.name, a.name, a.m2, a.mu, a.ha, a.difference


def _shapes(
    finding: Finding,
) -> Iterator[tuple[str, BaseGeometry, tuple[str, ...]]]:
    own = shape_of(finding.geometry)
    same = [o for o in finding.overlaps if o.geometry in (None, finding.geometry)]
    if own is not None:
        yield "筛查图形", own, (*map(_words, same), *_picture_words(finding))
    others = [o for o in finding.overlaps if o not in same]
    for number, overlap in enumerate(others, 1):
        shape = shape_of(overlap.geometry)
        if shape is not None:
            count = str(number) if len(others) > 1 else ""
            yield f"{HOWS[overlap.how]}部分{count}", shape, (_words(overlap),)


def _words(overlap: Overlap) -> str:
    said = "；".join(f"{k}：{v}" for k, v in overlap_words(overlap).items())
    return f"空间比对：{said}。"


def _picture_words(finding: Finding) -> tuple[str, ...]:
    if finding.quality is None:
        return ()
    return (f"影像质量：{quality_line(finding.quality)}。",)


def _ground(
    item: str,
    name: str,
    shape: BaseGeometry,
    context: tuple[tuple[str, ...], list[str]],
) -> Ground:
    notes, known = context
    areas, doubts = _areas(shape)
    plane = plane_of(shape, known)
    return Ground(item, name, areas, (*notes, *doubts), vertices(shape, plane), plane)


def _areas(shape: BaseGeometry) -> tuple[tuple[AreaRow, ...], tuple[str, ...]]:
    if shapely.get_dimensions(shape) != 2:
        return (), ()
    try:
        checks = area_checks([shape]).iloc[0]
    except PilError as error:
        return (), (f"按七位小数的坐标不能量算面积：{error}",)
    rows = tuple(_area_row(checks, method) for method in _METHODS)
    if abs(checks["geodesic_difference"]) <= MOST_GEODESIC:
        return rows, ()
    return rows, (
        "测地线面积与椭球面积相差超过万分之五：边很长，或者坐标有误，须核对。",
    )


def _area_row(checks: pd.Series, method: tuple[str, str, str]) -> AreaRow:
    column, difference, name = method
    area = Decimal(repr(float(checks[column])))
    said = "—"
    if difference:
        metres = area - Decimal(repr(float(checks["official_m2"])))
        rounded, share = rounded_area(metres, "m2"), abs(checks[difference])
        more = "多" if rounded > 0 else "少" if rounded < 0 else ""
        said = f"{more}{abs(rounded):f}平方米（{100 * share:.4f}%）"
    units = {unit: f"{rounded_area(area, unit):f}" for unit in ("m2", "mu", "ha")}
    return AreaRow(name=name, difference=said, **units)


def _site_shape(ground: Ground, strip: bytes | None) -> SiteShape:
    shown = ground.points.head(MOST_POINTS)
    count, rest = len(ground.points), ""
    if count > len(shown):
        rest = (
            f"本图形共{count}点，此处只列前{len(shown)}点，全部坐标见界址点坐标.csv。"
        )
    system = f"坐标系：{crs_words(ground.plane)}；共{count}点。"
    return SiteShape(
        title=f"{ground.item}　{ground.name}",
        areas=ground.areas,
        notes=tuple(map(printable, (*ground.notes, system))),
        strip=None if strip is None else _mark(ground.item, strip),
        points=tuple(_point(row) for row in shown.itertuples(index=False)),
        rest=rest,
    )


def _mark(item: str, png: bytes) -> StripMark:
    """Make a strip as wide as the text, less where it would not fit on a page."""
    width, height = struct.unpack(">II", png[16:24])
    return StripMark(item=item, width_mm=min(STRIP_MM, STRIP_HIGH_MM * width // height))


def _point(row: Any) -> PointRow:  # noqa: ANN401 -- a row of a frame
    return PointRow(
        label=row.label,
        ring=f"{row.ring}{'孔' if row.hole else ''}",
        north=f"{row.north_m:.{METRES}f}",
        east=f"{row.east_m:.{METRES}f}",
        lon=f"{row.lon:.{DEGREES}f}",
        lat=f"{row.lat:.{DEGREES}f}",
        side="" if pd.isna(row.side_m) else f"{row.side_m:.{METRES}f}",
    )


def _side_of(row: Any) -> str:  # noqa: ANN401 -- a row of a frame
    return "内圈（孔）" if row.hole else "外圈"
