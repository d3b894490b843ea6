"""Pictures of one or several files → Image with provenance; unknown stays unknown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from pil_discovery.errors import CrsError, ImageError, Problem
from pil_discovery.geo.references import parse_reference
from pil_discovery.imagery.masks import RULES
from pil_discovery.imagery.sensors import fill_value, scaling_note
from pil_discovery.layers.headers import open_header, product_at
from pil_discovery.layers.provenance import Reading, common_nodata, provenance_of
from pil_discovery.layers.rasters import (
    PAN,
    demand_area,
    file_problems,
    in_china_note,
    reference_grid,
    step_between,
    system_of,
)
from pil_discovery.layers.scenes import ITEM, Told, find_scene, lacking
from pil_discovery.layers.sigma import sigma_problems
from pil_discovery.layers.statements import contradictions, put_together
from pil_discovery.types import Image
from pil_discovery.types.pixels import BandSource, MaskRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyproj import CRS

    from pil_discovery.layers.headers import Header
    from pil_discovery.layers.statements import BandFile, Scene, Statement

_ROLES = {"palette": "调色板颜色编号", "alpha": "透明度（alpha）"}


def read_raster(
    path: Path | str, *, root: Path | None = None, **told: Unpack[Told]
) -> Image:
    """Open a picture and record where it comes from.

    Parameters
    ----------
    path
        GeoTIFF or JPEG 2000 (by its first bytes), ENVI file with header, or STAC Item
        (`.json`), inside the workspace.
    root
        The workspace; None takes the folder of the file.
    told
        What the workspace says, see `Told`. Time, sensor and bands may be left out
        where the STAC Item or the name of the product gives them.

    Returns
    -------
    Image
        Pixels are not kept.

    Raises
    ------
    ReadError
        Forbidden path or format, unreadable.
    CrsError
        System missing, unsafe, or not meant for where the picture lies.
    ImageError
        Nobody states time, sensor or bands; time without zone, bands that do not
        exist, files on other grids, too large … all at once.
    """
    picture = _Picture.of(Path(path), root, told)
    stated = picture.stated
    problems = [*picture.problems(), *sigma_problems(told.get("sigma_m"), picture.file)]
    if problems or stated.acquired is None or stated.sensor is None:
        raise ImageError([*problems, *_system_problems(picture)])
    crs = system_of(picture.grid, stated.crs, stated.place)
    demand_area(picture.grid, crs)
    bands = {name: picture.source(name) for name in picture.on_grid}
    nodata = tuple(picture.nodata(name) for name in bands)
    mask = picture.mask_rule()
    notes = (
        *picture.notes(),
        *_system_notes(picture.grid, stated, crs),
        *in_china_note(picture.grid, crs),
    )
    reading = Reading(
        scene=picture.scene,
        stated=stated,
        grid=picture.grid,
        crs=crs,
        bands=bands,
        files=tuple(_distinct(picture.headers[name] for name in bands)),
        nodata=nodata,
        mask=mask,
        sigma_m=told.get("sigma_m"),
        notes=tuple(dict.fromkeys(notes)),
    )
    return Image(
        path=next(iter(bands.values())).path,
        bands={name: source.number for name, source in bands.items()},
        crs=crs,
        transform=picture.grid.transform,
        shape=(picture.grid.height, picture.grid.width),
        nodata=common_nodata(nodata),
        acquired=stated.acquired,
        sensor=stated.sensor,
        cloud_mask=None if mask is None else mask[0].opened.path,
        provenance=provenance_of(reading),
        sources=tuple(bands.values()),
        mask=MaskRule() if mask is None else mask[1],
    )


@dataclass(frozen=True)
class _Picture:
    """The files of a picture with their headers.

    Attributes
    ----------
    headers
        Band → header of its file.
    main
        Header of the file that `pil.yaml` names; None for a STAC Item.
    grid
        The file whose grid the picture has.
    """

    scene: Scene
    stated: Statement
    headers: dict[str, Header]
    main: Header | None
    grid: Header
    mask: Header | None

    @classmethod
    def of(cls, path: Path, root: Path | None, told: Told) -> _Picture:
        scene = find_scene(path, told, root)
        base = scene.path.parent if root is None else root
        item = scene.path.suffix.lower() == ITEM
        if item and not scene.bands:
            raise ImageError(scene.problems)
        paths = [band.path for band in scene.bands.values()]
        files = {
            p: open_header(p, base)
            for p in dict.fromkeys([*paths, *([] if item else [scene.path])])
        }
        headers = {name: files[band.path] for name, band in scene.bands.items()}
        return cls(
            scene=scene,
            stated=put_together(scene.statements),
            headers=headers,
            main=files.get(scene.path),
            grid=reference_grid(headers or {"": files[scene.path]}),
            mask=None if scene.mask is None else open_header(scene.mask[0], root),
        )

    @property
    def file(self) -> str:
        return self.scene.file

    @property
    def on_grid(self) -> list[str]:
        """The bands that can be used: a panchromatic one often lies askew."""
        return [n for n in self.headers if n != PAN or self._step(n) is not None]

    def problems(self) -> list[Problem]:
        """Return everything that forbids to use the picture."""
        files = _distinct([self.grid, *self.headers.values()])
        return [
            *self.scene.problems,
            *lacking(self.scene, self.stated, [] if self.main is None else [self.main]),
            *self._band_problems(),
            *(p for header in files for p in file_problems(header)),
            *self._grid_problems(),
            *self._mask_problems(),
        ]

    def notes(self) -> Iterator[str]:
        """Say what was taken from where, and what does not agree."""
        yield from self.scene.notes
        yield from contradictions(self.scene.statements)
        yield from self._header_sensor()
        for name, band in self.scene.bands.items():
            if name not in self.on_grid:
                yield f"波段 {name} 的格网与其他波段不同，未使用"
            else:
                yield from self._value_notes(name, band)

    def source(self, name: str) -> BandSource:
        """Return how a band is read; what its file declares stays there."""
        header, band = self.headers[name], self.scene.bands[name]
        place = band.number - 1
        bare = (header.scales[place], header.offsets[place]) == (1.0, 0.0)
        declared = header.nodata[place]
        return BandSource(
            path=header.opened.path,
            number=band.number,
            step=self._step(name) or 1,
            nodata=self.nodata(name) if declared is None else None,
            scale=band.scale if bare else None,
            offset=band.offset if bare else None,
        )

    def nodata(self, name: str) -> float | None:
        """Return the value without data: of the file, as stated, or of the product."""
        header, band = self.headers[name], self.scene.bands[name]
        declared = header.nodata[band.number - 1]
        if declared is not None:
            return declared
        if band.nodata is not None or header.masked:
            return band.nodata
        return fill_value(product_at(header.opened.path))

    def mask_rule(self) -> tuple[Header, MaskRule] | None:
        """Return the cloud mask and how it is read."""
        if self.mask is None or self.scene.mask is None or self.scene.mask[1] is None:
            return None
        step = step_between(self.mask, self.grid) or 1
        rule = RULES[self.scene.mask[1]]
        return self.mask, rule.model_copy(update={"step": step})

    def _step(self, name: str) -> int | None:
        return step_between(self.headers[name], self.grid)

    def _band_problems(self) -> Iterator[Problem]:
        seen: dict[tuple[Path, int], str] = {}
        for name, band in self.scene.bands.items():
            header, where = self.headers[name], f"bands.{name}"
            if not 1 <= band.number <= header.count:
                what = f"没有第 {band.number} 波段（共 {header.count} 个）"
                yield Problem(header.file, where, what, "核对波段序号")
                continue
            if band.alone and header.count > 1:
                what = f"文件名或 files 说只有一个波段，文件却有 {header.count} 个"
                yield Problem(header.file, where, what, "请用 bands 写明波段序号")
            role = _ROLES.get(header.colours[band.number - 1])
            if role is not None:
                what = f"第 {band.number} 波段是{role}，不是光谱波段"
                yield Problem(header.file, where, what, "请提供原始波段的影像")
            if seen.setdefault((band.path, band.number), name) != name:
                what = f"第 {band.number} 波段写了几个名称"
                yield Problem(header.file, "bands", what, "每个波段只写一个名称")

    def _grid_problems(self) -> Iterator[Problem]:
        for name in self.on_grid:
            header = self.headers[name]
            if self._step(name) is None:
                what = f"波段 {name} 的格网与 {self.grid.file} 不同，且不是其整数倍"
                remedy = "请裁剪、重采样到同一格网，或去掉这个波段"
                yield Problem(header.file, f"bands.{name}", what, remedy)

    def _mask_problems(self) -> Iterator[Problem]:
        if self.mask is None or self.scene.mask is None:
            return
        kind, file = self.scene.mask[1], self.mask.file
        if kind is None:
            what = "云掩膜是产品的质量波段，文件名没有写明批次，无法确定各位的含义"
            remedy = "请写明 mask_kind，或连同产品文件夹（原名）一起提供"
            yield Problem(file, "mask_kind", what, remedy)
        elif kind != "binary" and "int" not in self.mask.dtypes[0]:
            what = f"云掩膜应为整数编码，文件却是 {self.mask.dtypes[0]}"
            yield Problem(file, "mask_kind", what, "请使用产品原有的质量波段")
        if step_between(self.mask, self.grid) is None:
            what = "云掩膜与影像的格网不同（行列数、位置或坐标系）"
            remedy = "请按影像的范围、分辨率和坐标系重新生成"
            yield Problem(file, "cloud_mask", what, remedy)

    def _header_sensor(self) -> Iterator[str]:
        """Name the sensor in a file's own header where it is not the one stated."""
        found, sensor = self.grid.sensor, self.stated.sensor or ""
        if found and found.lower() != "unknown" and found.lower() not in sensor.lower():
            who = next(s.source for s in self.scene.statements if s.sensor)
            yield f"传感器：{who}写明“{sensor}”，文件头写“{found}”，并存，未作取舍"

    def _value_notes(self, name: str, band: BandFile) -> Iterator[str]:
        header, source = self.headers[name], self.source(name)
        place = band.number - 1
        if source.step > 1:
            yield f"波段 {name} 的像元按 {source.step} 倍重复到影像格网，未插值"
        if source.nodata is not None:
            who = band.said_by if band.nodata is not None else "产品规格"
            yield f"无数据值 {source.nodata:g} 取自{who}，文件未声明"
        declared = header.nodata[place]
        if declared is not None and band.nodata not in (None, declared):
            yield _both("无数据值", declared, (band.said_by, band.nodata))
        yield from self._scale_notes(name, source)

    def _scale_notes(self, name: str, source: BandSource) -> Iterator[str]:
        header, band = self.headers[name], self.scene.bands[name]
        declared = header.scales[band.number - 1], header.offsets[band.number - 1]
        stated = (
            1.0 if band.scale is None else band.scale,
            0.0 if band.offset is None else band.offset,
        )
        if source.scale is not None or source.offset is not None:
            words = f"换算系数 {stated[0]:g}、{stated[1]:g}"
            yield f"{words} 取自{band.said_by}，文件未声明"
        elif declared == (1.0, 0.0):
            note = scaling_note(product_at(header.opened.path))
            yield from [note] if note else []
        elif stated not in ((1.0, 0.0), declared):
            yield _both("换算系数", declared, (band.said_by, stated))


def _system_problems(picture: _Picture) -> Iterator[Problem]:
    """Say what is wrong with the system, too: all is asked at once."""
    try:
        system_of(picture.grid, picture.stated.crs, picture.stated.place)
    except CrsError as error:
        yield from error.problems


def _both(what: str, declared: object, stated: tuple[str, object]) -> str:
    return f"{what}：{stated[0]}写 {stated[1]}，文件声明 {declared}，以文件为准"


def _distinct(headers: Sequence[Header] | Iterator[Header]) -> list[Header]:
    return list({h.opened.path: h for h in headers}.values())


def _system_notes(grid: Header, stated: Statement, crs: CRS) -> Iterator[str]:
    if stated.crs is None:
        return
    if grid.crs is None:
        yield f"坐标系 {stated.crs} 为另外写明，文件未声明"
        return
    try:
        other = parse_reference(stated.crs, "影像").crs
    except CrsError:
        other = None
    if other is None or not other.equals(crs, ignore_axis_order=True):
        name = parse_reference(crs).name
        yield f"坐标系：另写明 {stated.crs}，文件为 {name}，以文件为准"
