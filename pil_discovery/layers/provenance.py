"""What is known of a picture, written down; what is not known is named."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.geo.references import parse_reference
from pil_discovery.imagery.sensors import relative_sigma_m, wavelengths_nm
from pil_discovery.layers.files import part_of, sha256_of
from pil_discovery.layers.headers import band_hashes
from pil_discovery.layers.rasters import ground_sample
from pil_discovery.types import BEIJING, ImageProvenance, Inference, ReadReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyproj import CRS

    from pil_discovery.layers.headers import Header
    from pil_discovery.layers.statements import Scene, Statement
    from pil_discovery.types.pixels import BandSource, MaskRule
    from pil_discovery.types.sources import Part

_UNUSED = (".aux.xml", ".msk", ".ovr")
UNRECTIFIED = "未正射：影像没有消除地形起伏引起的位移，不得据以主张面积"
_WANTED = {
    "sigma_m": "绝对定位精度",
    "mask_kind": "云掩膜",
    "nodata": "无数据值",
    "product_id": "产品编号",
    "product_level": "产品级别",
    "platform": "卫星",
    "instrument": "传感器型号",
    "orbit": "轨道",
    "place": "景号或分幅",
    "sun_elevation_deg": "太阳高度角",
    "orthorectified": "是否正射",
    "dem": "正射所用高程数据",
    "licence": "使用许可",
    "issuer": "提供单位",
    "obtained": "取得时间",
    "obtained_by": "取得人",
}
"""Field of the provenance → what is missing when it is None."""


@dataclass(frozen=True)
class Reading:
    """A picture as it will be read.

    Attributes
    ----------
    stated
        What all statements say together; time and sensor are known.
    grid
        The file whose grid the picture has.
    bands
        Canonical name → where the band lies.
    files
        The files behind the bands, in their order.
    nodata
        For each band, as applied.
    mask
        Cloud mask and how it is read.
    """

    scene: Scene
    stated: Statement
    grid: Header
    crs: CRS
    bands: Mapping[str, BandSource]
    files: Sequence[Header]
    nodata: tuple[float | None, ...]
    mask: tuple[Header, MaskRule] | None
    sigma_m: float | None
    notes: tuple[str, ...]

    def file_of(self, source: BandSource) -> Header:
        """Return the header of the file that a band lies in."""
        return next(h for h in self.files if h.opened.path == source.path)


def provenance_of(reading: Reading) -> ImageProvenance:
    """Write down identity, acquisition, geometry and radiometry of a picture.

    Raises
    ------
    ReadError
        Pixels that cannot be read.
    """
    parts = tuple(_parts(reading))
    known = ImageProvenance.model_validate(
        {
            **_identity(reading, parts),
            **_acquisition(reading.stated),
            **_geometry(reading),
            **_radiometry(reading),
            "parts": parts,
        }
    )
    notes = [*reading.notes, *_left_out(reading), *_as_read(known)]
    return known.model_copy(
        update={"missing": tuple(_missing(known)), "notes": tuple(notes)}
    )


def report_of(known: ImageProvenance) -> ReadReport:
    """Say what is missing and what was concluded, as readings of tables do."""
    said = [
        Inference(what="影像来源", value=note, why="见影像来源信息")
        for note in known.notes
    ]
    if known.missing:
        why = (
            "文件、STAC 条目、产品名和工作区都没有写明；请向提供单位查明后写入 pil.yaml"
        )
        words = "、".join(known.missing)
        said.insert(0, Inference(what="来源信息缺失", value=words, why=why))
    return ReadReport(
        rows_read=0, rows_used=0, rows_quarantined=0, inferences=tuple(said)
    )


def common_nodata(values: Sequence[float | None]) -> float | None:
    """Return the value without data when it is the same in all bands."""
    distinct = set(values)
    common = distinct.pop() if len(distinct) == 1 else None
    return None if common is None else float(common)


def _missing(known: ImageProvenance) -> Iterator[str]:
    for name, words in _WANTED.items():
        if getattr(known, name) is None:
            yield words
    if not all(known.wavelengths_nm):
        yield "波段波长"


def _as_read(known: ImageProvenance) -> Iterator[str]:
    if known.orthorectified is False:
        yield UNRECTIFIED


def _identity(reading: Reading, parts: Sequence[Part]) -> dict[str, object]:
    scene, stated = reading.scene, reading.stated
    hashes = {p.file: p.sha256 for p in parts}
    sha256 = sha256_of(scene.path)
    pixels = hashlib.sha256()
    for header in reading.files:
        own = hashes.get(header.file, sha256)
        behind = "".join(hashes[p.file] for p in header.opened.parts)
        pixels.update(b"".join(band_hashes(header.opened, own + behind)))
    return {
        "file": scene.file,
        "sha256": sha256,
        "pixel_sha256": pixels.hexdigest(),
        "bytes": scene.path.stat().st_size,
        "licence": stated.licence,
        "issuer": stated.issuer,
        "obtained": stated.obtained,
        "obtained_by": stated.obtained_by,
    }


def _acquisition(stated: Statement) -> dict[str, object]:
    acquired = stated.acquired
    assert acquired is not None  # noqa: S101 -- a picture without time is refused before
    return {
        "acquired_utc": acquired.astimezone(dt.UTC).isoformat(),
        "acquired_beijing": acquired.astimezone(BEIJING).isoformat(),
        "sensor": stated.sensor,
        "platform": stated.platform,
        "instrument": stated.instrument,
        "product_level": stated.level,
        "product_id": stated.product_id,
        "collection": stated.collection,
        "orbit": stated.orbit,
        "place": stated.place,
        "sun_elevation_deg": stated.sun_elevation_deg,
        "scene_cloud_percent": stated.scene_cloud_percent,
    }


def _geometry(reading: Reading) -> dict[str, object]:
    gsd_x, gsd_y = ground_sample(reading.grid, reading.crs)
    relative, source = relative_sigma_m(reading.scene.product)
    return {
        "crs": parse_reference(reading.crs).name,
        "crs_sha256": hashlib.sha256(reading.crs.to_wkt().encode()).hexdigest(),
        "transform": tuple(reading.grid.transform)[:6],
        "gsd_x_m": gsd_x,
        "gsd_y_m": gsd_y,
        "orthorectified": _rectified(reading),
        "dem": reading.stated.dem,
        "sigma_m": reading.sigma_m,
        "sigma_source": "" if reading.sigma_m is None else "工作区写明",
        "sigma_relative_m": relative,
        "sigma_relative_source": source,
    }


def _rectified(reading: Reading) -> bool | None:
    """Rational functions in a file mean a raw picture, unless somebody says more."""
    if reading.stated.orthorectified is None and reading.grid.rational:
        return False
    return reading.stated.orthorectified


def _radiometry(reading: Reading) -> dict[str, object]:
    dtypes = [reading.file_of(s).dtypes for s in reading.bands.values()]
    scaled = [_scaling(reading, s) for s in reading.bands.values()]
    plain = all(pair == (1.0, 0.0) for pair in scaled)
    return {
        "bands": tuple(reading.bands),
        "wavelengths_nm": tuple(_wavelengths(reading)),
        "dtype": "、".join(dict.fromkeys(name for names in dtypes for name in names)),
        "bits": reading.grid.bits,
        "nodata": common_nodata(reading.nodata),
        "scales": () if plain else tuple(scale for scale, _ in scaled),
        "offsets": () if plain else tuple(offset for _, offset in scaled),
        "mask_kind": None if reading.mask is None else reading.mask[1].kind,
    }


def _scaling(reading: Reading, source: BandSource) -> tuple[float, float]:
    header = reading.file_of(source)
    scale, offset = header.scales[source.number - 1], header.offsets[source.number - 1]
    return (
        scale if source.scale is None else source.scale,
        offset if source.offset is None else source.offset,
    )


def _wavelengths(reading: Reading) -> Iterator[float | None]:
    for name, source in reading.bands.items():
        header = reading.file_of(source)
        yield (
            reading.scene.bands[name].wavelength_nm
            or header.wavelengths_nm[source.number - 1]
            or wavelengths_nm(reading.scene.product, name)
        )


def _left_out(reading: Reading) -> Iterator[str]:
    """Name the files beside a picture that other software would mix into it."""
    paths = [header.opened.path for header in reading.files]
    beside = [p.with_name(p.name + end) for p in paths for end in _UNUSED]
    found = [p.name for p in beside if p.exists()]
    if found:
        yield f"旁附文件未使用：{'、'.join(found)}"


def _parts(reading: Reading) -> Iterator[Part]:
    """Yield the further files that the picture rests on, each once."""
    headers = [*reading.files, *([reading.mask[0]] if reading.mask else [])]
    seen = {reading.scene.file}
    for header in headers:
        opened = header.opened
        if opened.file not in seen:
            yield part_of(opened.path, opened.file)
        fresh = [p for p in opened.parts if p.file not in seen]
        yield from fresh
        seen |= {opened.file, *(p.file for p in fresh)}
