"""Pictures: what a GeoTIFF or ENVI file says of itself, and what it does not."""

from __future__ import annotations

import gzip
import warnings

import numpy as np
import rasterio
from rasterio.transform import from_origin

from tests.zoo.cases import Case
from tests.zoo.making import content

PIXELS = np.arange(120, dtype="uint16").reshape(2, 6, 10)
TOLD = {
    "acquired": "2025-05-12T10:41:00+08:00",
    "sensor": "Sentinel-2 L2A",
    "bands": {"red": 1, "nir": 2},
}


def raster(
    name="a.tif", pixels=PIXELS, *, scales=None, offsets=None, tags=None, **more
):
    """Return a maker of a raster; `more` overrides its profile."""
    profile = {
        "driver": "ENVI" if name.endswith(".img") else "GTiff",
        "crs": "EPSG:4549",
        "transform": from_origin(5e5, 3.1e6, 10, 10),
        **more,
    }
    count, height, width = pixels.shape
    size = {"count": count, "height": height, "width": width}

    def make(folder):
        path = folder / name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with rasterio.open(path, "w", dtype=pixels.dtype, **size, **profile) as out:
                out.write(pixels)
                if scales is not None:
                    out.scales, out.offsets = scales, offsets
                out.update_tags(**(tags or {}))
        return path

    return make


def picture(name, make, /, told=None, **expected):
    return Case(
        f"picture-{name}",
        make,
        read="image",
        options={**TOLD, **(told or {})},
        **expected,
    )


def pixel(value):
    def check(image):
        got = image.read()[0, 0, 1]
        assert np.isnan(got) if value is None else got == value, got

    return check


def _system(name):
    def check(image):
        assert image.provenance.crs == name

    return check


def _said(words):
    def check(image):
        assert any(
            words in n for n in (*image.provenance.notes, *image.provenance.missing)
        )

    return check


def _masked(mask):
    """Return a maker of a picture with a cloud mask beside it."""

    def both(folder):
        mask(folder)
        return raster()(folder)

    return both


def _invalid(count):
    def check(image):
        assert int((~image.valid()).sum()) == count

    return check


def _cut(make, size):
    def cut(folder):
        path = make(folder)
        path.write_bytes(path.read_bytes()[:size])
        return path

    return cut


def _without_header(folder):
    path = raster("a.img")(folder)
    path.with_suffix(".hdr").unlink()
    return path


def _beside(end, text):
    def make(folder):
        path = raster()(folder)
        path.with_name(path.name + end).write_text(text)
        return path

    return make


def _sparse(folder):
    path = folder / "a.tif"
    profile = {
        "driver": "GTiff",
        "width": 100_000,
        "height": 100_000,
        "count": 1,
        "dtype": "uint8",
        "crs": "EPSG:4549",
        "transform": from_origin(5e5, 3.1e6, 10, 10),
    }
    with rasterio.open(
        path,
        "w",
        SPARSE_OK=True,
        tiled=True,
        blockxsize=4096,
        blockysize=4096,
        **profile,
    ):
        pass
    return path


_AUX = (
    '<PAMDataset><PAMRasterBand band="1"><NoDataValue>1</NoDataValue>'
    "</PAMRasterBand></PAMDataset>"
)
_MASK = np.zeros((1, 6, 10), "uint8")
_MASK[0, :2] = 1
_CLOUDS = {"cloud_mask": "mask.tif"}
_SHIFTED = {"transform": from_origin(5e5 + 10, 3.1e6, 10, 10)}


def _jp2(folder):
    return raster("a.jp2", driver="JP2OpenJPEG", QUALITY=100, REVERSIBLE="YES")(folder)


def _packed(folder):
    """Write an ENVI file whose pixels are packed with gzip."""
    path = raster("a.img")(folder)
    path.write_bytes(gzip.compress(path.read_bytes()))
    with path.with_suffix(".hdr").open("a") as header:
        header.write("file compression = 1\n")
    return path


_AT_ZERO = {"transform": from_origin(0, 0, 10, 10)}
CASES = [
    picture("tiff", raster(), also=pixel(1.0)),
    picture(
        "tiff-4490",
        raster(crs="EPSG:4490", transform=from_origin(120, 28, 1e-4, 1e-4)),
        also=_system("EPSG:4490"),
    ),
    picture(
        "tiff-4528",
        raster(crs="EPSG:4528", transform=from_origin(40.5e6, 3.1e6, 10, 10)),
        also=_system("EPSG:4528"),
    ),
    picture("tiff-32651", raster(crs="EPSG:32651"), also=_system("EPSG:32651")),
    picture(
        "tiff-tiled-and-packed",
        raster(tiled=True, blockxsize=16, blockysize=16, compress="deflate"),
        also=pixel(1.0),
    ),
    picture("tiff-big", raster(BIGTIFF="YES"), also=pixel(1.0)),
    picture("cog", raster(driver="COG"), also=pixel(1.0)),
    picture("tiff-named-img", raster("a.dat"), also=pixel(1.0)),
    picture("envi", raster("a.img"), also=pixel(1.0)),
    picture("no-data", raster(nodata=1), also=pixel(None)),
    picture("no-data-unknown", raster(), also=_said("无数据值")),
    picture(
        "scale-and-offset",
        raster(scales=(0.5, 0.5), offsets=(10.0, 10.0)),
        also=pixel(10.5),
    ),
    picture(
        "nan", raster(pixels=np.full((2, 6, 10), np.nan, "float32")), also=pixel(None)
    ),
    picture("file-beside-unused", _beside(".aux.xml", _AUX), also=pixel(1.0)),
    picture(
        "file-beside-named",
        _beside(".aux.xml", _AUX),
        also=_said("旁附文件未使用：a.tif.aux.xml"),
    ),
    picture("no-system", raster(crs=None), refused="crs", says=("没有坐标系",)),
    picture("system-xian80", raster(crs="EPSG:2385"), refused="crs", says=("西安80",)),
    picture(
        "no-transform",
        raster(transform=rasterio.Affine.identity()),
        refused="crs",
        says=("没有地理定位",),
    ),
    picture(
        "no-time-zone",
        raster(),
        told={"acquired": "2025-05-12T10:41:00"},
        refused="date",
        says=("没有时区", "+08:00"),
    ),
    picture(
        "no-time",
        raster(),
        told={"acquired": "前天上午"},
        refused="date",
        says=("无法识别",),
    ),
    picture(
        "band-absent",
        raster(),
        told={"bands": {"red": 9}},
        refused="fields",
        says=("没有第 9 波段（共 2 个）",),
    ),
    picture(
        "band-zero",
        raster(),
        told={"bands": {"red": 0}},
        refused="fields",
        says=("没有第 0 波段",),
    ),
    picture(
        "band-twice",
        raster(),
        told={"bands": {"red": 1, "nir": 1}},
        refused="fields",
        says=("写了几个名称",),
    ),
    picture(
        "bands-none",
        raster(),
        told={"bands": {}},
        refused="fields",
        says=("没有写明波段",),
    ),
    picture(
        "sensor-none",
        raster(),
        told={"sensor": " "},
        refused="fields",
        says=("没有写明传感器",),
    ),
    picture(
        "complex",
        raster(pixels=PIXELS.astype("complex64")),
        refused="type",
        says=("复数",),
    ),
    picture("truncated", _cut(raster(), 300), refused="truncated", says=("无法读取",)),
    picture(
        "truncated-head", _cut(raster(), 8), refused="truncated", says=("无法读取",)
    ),
    picture(
        "empty", content(b"", "a.tif"), refused="empty", says=("内容不是 GeoTIFF",)
    ),
    picture(
        "png",
        content(b"\x89PNG\r\n\x1a\n", "a.tif"),
        refused="unsupported",
        says=("内容不是 GeoTIFF",),
    ),
    picture(
        "vrt",
        content(b'<VRTDataset rasterXSize="1" rasterYSize="1"/>', "a.tif"),
        refused="forbidden_driver",
        says=("内容不是 GeoTIFF",),
    ),
    picture(
        "envi-without-header", _without_header, refused="unsupported", says=(".hdr",)
    ),
    picture(
        "missing",
        lambda folder: folder / "没有.tif",
        refused="forbidden_path",
        says=("不存在",),
    ),
    picture(
        "cloud-mask",
        _masked(raster("mask.tif", _MASK)),
        told=_CLOUDS,
        also=_invalid(20),
    ),
    picture(
        "mask-without-system",
        _masked(raster("mask.tif", _MASK, crs=None)),
        told=_CLOUDS,
        also=_invalid(20),
    ),
    picture(
        "mask-of-other-size",
        _masked(raster("mask.tif", _MASK[:, :, :5])),
        told=_CLOUDS,
        refused="crs",
        says=("格网不同",),
    ),
    picture(
        "mask-of-other-place",
        _masked(raster("mask.tif", _MASK, **_SHIFTED)),
        told=_CLOUDS,
        refused="crs",
        says=("格网不同",),
    ),
    picture(
        "mask-of-other-system",
        _masked(raster("mask.tif", _MASK, crs="EPSG:4548")),
        told=_CLOUDS,
        refused="crs",
        says=("格网不同",),
    ),
    picture(
        "mask-absent",
        raster(),
        told=_CLOUDS,
        refused="forbidden_path",
        says=("不存在",),
    ),
    picture(
        "too-large",
        _sparse,
        told={"bands": {"red": 1}},
        refused="too_large",
        says=("过大",),
    ),
    picture("jp2", _jp2, also=pixel(1.0)),
    picture(
        "truncated-envi",
        _cut(raster("a.img"), 20),
        refused="truncated",
        says=("a.img", "应有 240 字节，实有 20 字节"),
    ),
    picture("packed-envi", _packed, refused="unsupported", says=("解压",)),
    picture("at-zero", raster(**_AT_ZERO), refused="crs", says=("适用范围之外",)),
    picture(
        "at-zero-degrees",
        raster(crs="EPSG:4326", transform=from_origin(0, 0, 1e-4, 1e-4)),
        refused="crs",
        says=("适用范围之外",),
    ),
    picture(
        "outside-china",
        raster(crs="EPSG:4326", transform=from_origin(12, 48, 1e-4, 1e-4)),
        also=_said("中国之外"),
    ),
]
