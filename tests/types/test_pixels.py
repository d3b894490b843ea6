import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin
from rasterio.windows import Window

from pil_discovery.types.pixels import (
    BandSource,
    MaskRule,
    driver_of,
    hidden_pixels,
    hides,
    open_raster,
    read_bands,
)

FINE = np.arange(144, dtype="uint16").reshape(12, 12)
COARSE = np.arange(16, dtype="uint16").reshape(4, 4) + 500


def tiff(path, *bands, size=10, **more):
    profile = {"crs": "EPSG:4549", "transform": from_origin(5e5, 3.1e6, size, size)}
    shape = {"height": bands[0].shape[0], "width": bands[0].shape[1]}
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=len(bands),
        dtype=bands[0].dtype,
        **shape,
        **profile,
        **more,
    ) as out:
        out.write(np.stack(bands))
    return path


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pixels")
    fine = tiff(folder / "fine.tif", FINE, FINE + 1000)
    coarse = tiff(folder / "coarse.tif", COARSE, size=30)
    return [
        BandSource(path=fine, number=2),
        BandSource(path=coarse, number=1, step=3),
        BandSource(path=fine, number=1, scale=0.5, offset=-1, nodata=7),
    ]


def test_bands_of_several_files_keep_their_order_and_grid(sources):
    first, second, third = read_bands(sources, None)
    assert np.array_equal(first, FINE + 1000)
    assert np.array_equal(second, COARSE.repeat(3, axis=0).repeat(3, axis=1))
    assert np.isnan(third[0, 7])
    assert third[0, 8] == 8 * 0.5 - 1
    assert np.isnan(third).sum() == 1


@pytest.mark.parametrize(
    ("dtype", "nodata", "internal"),
    [
        ("uint8", None, False),
        ("uint8", 3, False),
        ("uint8", None, True),
        ("uint16", 0, False),
        ("int16", -3, False),
        ("int32", 5, True),
        ("float32", -3.4028234663852886e38, False),
        ("float32", float("nan"), False),
        ("float64", 0.1, False),
    ],
)
def test_what_a_file_declares_to_be_no_data_is_none(tmp_path, dtype, nodata, internal):
    values = np.random.default_rng(3).integers(0, 9, (40, 30)).astype(dtype)
    values[5:9, 4:8] = 3 if nodata is None else nodata
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        path = tiff(tmp_path / "a.tif", values, values[::-1], nodata=nodata)
        if internal:
            with rasterio.open(path, "r+") as out:
                out.write_mask(values != 2)
    with rasterio.open(path) as src:
        masked = src.read([2, 1], masked=True)
    wanted = masked.astype("float64").filled(np.nan)
    sources = [BandSource(path=path, number=n) for n in (2, 1)]
    found = read_bands(sources, None)
    assert np.array_equal(found, wanted, equal_nan=True)
    assert np.isnan(found).any() == (nodata is not None or internal)


@given(st.integers(0, 11), st.integers(0, 11), st.integers(1, 12), st.integers(1, 12))
def test_a_window_is_a_part_of_the_whole(sources, left, top, width, height):
    window = Window(left, top, min(width, 12 - left), min(height, 12 - top))
    whole = read_bands(sources, None)
    rows, columns = window.toslices()
    part = read_bands(sources, window)
    assert np.array_equal(part, whole[:, rows, columns], equal_nan=True)
    rule = MaskRule(kind="s2_scl", values=(503, 508), step=3)
    hidden = hidden_pixels(sources[1].path, rule, None)
    assert hidden.sum() == 18
    seen = hidden_pixels(sources[1].path, rule, window)
    assert np.array_equal(seen, hidden[rows, columns])


def test_rules_are_kept_value_by_value():
    values = np.array([0, 1, 2, 3, 40, 41])
    plain = hides(values, MaskRule())
    assert plain.tolist() == [False, True, True, True, True, True]
    both = hides(values, MaskRule(kind="landsat_c2_qa", patterns=(3, 8)))
    assert both.tolist() == [False, False, False, True, True, True]
    most = hides(values, MaskRule(kind="s2_cloud_probability", least=41))
    assert most.tolist() == [False] * 5 + [True]
    some = hides(values, MaskRule(kind="s2_scl", values=(0, 2)))
    assert some.tolist() == [True, False, True, False, False, False]


def test_masks_inside_a_file_and_alpha_bands_are_heard(tmp_path):
    alpha = np.full((12, 12), 255, "uint16")
    alpha[3, 4] = 0
    path = tiff(
        tmp_path / "a.tif", FINE, FINE, FINE, alpha, photometric="RGB", alpha="yes"
    )
    read = read_bands([BandSource(path=path, number=1)], None)
    assert np.argwhere(np.isnan(read[0])).tolist() == [[3, 4]]
    inner = tmp_path / "b.tif"
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        tiff(inner, FINE)
        with rasterio.open(inner, "r+") as out:
            out.write_mask(alpha.astype("uint8"))
    read = read_bands([BandSource(path=inner, number=1)], None)
    assert np.argwhere(np.isnan(read[0])).tolist() == [[3, 4]]


def test_the_first_bytes_name_the_driver(tmp_path):
    path = tmp_path / "x"
    for head, driver in (
        (b"II*\x00", "GTiff"),
        (b"MM\x00+", "GTiff"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JP2OpenJPEG"),
        (b"\xff\x4f\xff\x51", None),
        (b"<VRTDataset", None),
        (b"", None),
    ):
        path.write_bytes(head)
        assert driver_of(path) == driver


def placeless(path):
    nowhere = {"driver": "GTiff", "width": 2, "height": 2, "count": 1, "dtype": "uint8"}
    with pytest.warns(NotGeoreferencedWarning), rasterio.open(path, "w", **nowhere):
        pass
    return path


def test_a_picture_without_a_place_opens_without_a_warning(tmp_path):
    path = placeless(tmp_path / "a.tif")
    assert (read_bands([BandSource(path=path, number=1)], None) == 0).all()
    assert not hidden_pixels(path, MaskRule(), None).any()


def test_threads_open_pictures_without_a_place_without_a_warning(tmp_path):
    path = placeless(tmp_path / "a.tif")

    def work(_):
        with open_raster(path):
            pass

    pace = sys.getswitchinterval()
    before = list(warnings.filters)
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(3000)))
    finally:
        sys.setswitchinterval(pace)
    assert warnings.filters == before
