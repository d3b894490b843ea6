import datetime as dt

import pytest

from pil_discovery.imagery.masks import RULES, kind_of_mask
from pil_discovery.imagery.products import parse_product, product_of
from pil_discovery.imagery.sensors import (
    band_name,
    fill_value,
    relative_sigma_m,
    scaling_note,
    usual_bands,
    wavelengths_nm,
)
from pil_discovery.types.pixels import hides

S2 = "S2A_MSIL2A_20250512T024531_N0511_R132_T50RQU_20250512T051532"
C1 = "LC08_L1TP_014032_20180104_20180104_01_RT"
C2 = "LC09_L2SP_118040_20240105_20240107_02_T1"
GF1 = "GF1_PMS1_E120.5_N28.1_20250512_L1A0006543210"


def test_a_sentinel_2_name_gives_time_tile_orbit_and_baseline():
    said = parse_product(f"{S2}.SAFE")
    assert said.sensor == "Sentinel-2A MSI L2A"
    assert said.acquired == dt.datetime(2025, 5, 12, 2, 45, 31, tzinfo=dt.UTC)
    assert (said.place, said.orbit, said.collection) == ("50RQU", "R132", "0511")
    assert (said.product_id, said.band, said.orthorectified) == (S2, None, True)
    assert "−1000" in scaling_note(said)
    old = parse_product(S2.replace("N0511", "N0213"))
    assert scaling_note(old) == ""


@pytest.mark.parametrize(
    ("name", "level", "band", "canonical"),
    [
        ("T50RQU_20250512T024531_B04_10m.jp2", "L2A", "B04", "red"),
        ("T50RQU_20250512T024531_B8A_20m.jp2", "L2A", "B8A", "nir"),
        ("T50RQU_20250512T024531_B11.jp2", None, "B11", "swir1"),
        ("T50RQU_20250512T024531_SCL_20m.jp2", "L2A", "SCL", None),
        (f"{S2}_B02_10m.tif", "L2A", "B02", "blue"),
    ],
)
def test_a_sentinel_2_file_names_its_band(name, level, band, canonical):
    said = parse_product(name)
    assert (said.level, said.band, band_name(said)) == (level, band, canonical)
    assert said.day == dt.date(2025, 5, 12)


@pytest.mark.parametrize(
    ("name", "sensor", "collection", "band", "canonical"),
    [
        (C1, "Landsat 8 OLI/TIRS L1TP", "01", None, None),
        (f"{C1}_B4.TIF", "Landsat 8 OLI/TIRS L1TP", "01", "B4", "red"),
        (f"{C1}_BQA.TIF", "Landsat 8 OLI/TIRS L1TP", "01", "BQA", None),
        (f"{C2}_SR_B5.TIF", "Landsat 9 OLI/TIRS L2SP", "02", "SR_B5", "nir"),
        (f"{C2}_ST_B10.TIF", "Landsat 9 OLI/TIRS L2SP", "02", "ST_B10", "thermal"),
        (f"{C2}_QA_PIXEL.TIF", "Landsat 9 OLI/TIRS L2SP", "02", "QA_PIXEL", None),
        (
            "LE07_L1TP_118039_20000317_20170212_01_T1_B4.TIF",
            "Landsat 7 ETM+ L1TP",
            "01",
            "B4",
            "nir",
        ),
        (
            "LT05_L1GS_118039_19990317_20170212_02_T2_B7.TIF",
            "Landsat 5 TM L1GS",
            "02",
            "B7",
            "swir2",
        ),
        (
            "LC08_L1TP_013032_20180710_B5.TIF",
            "Landsat 8 OLI/TIRS L1TP",
            None,
            "B5",
            "nir",
        ),
        ("LE71180392000077SGS00_B3.TIF", "Landsat 7 ETM+", None, "B3", "red"),
    ],
)
def test_a_landsat_name(name, sensor, collection, band, canonical):
    said = parse_product(name)
    assert (said.sensor, said.collection, said.band) == (sensor, collection, band)
    assert band_name(said) == canonical
    assert said.acquired is None
    assert said.day_of == "UTC"


def test_landsat_days_places_and_ids():
    assert parse_product(C1).day == dt.date(2018, 1, 4)
    assert parse_product(f"{C1}_B4.TIF").product_id == C1
    assert parse_product("LC08_L1TP_013032_20180710_B5.TIF").product_id is None
    early = parse_product("LE71180392000077SGS00_B3.TIF")
    assert (early.day, early.place) == (dt.date(2000, 3, 17), "118039")
    assert parse_product("LT05_L1GS_118039_19990317").orthorectified is False


@pytest.mark.parametrize(
    ("name", "sensor", "band", "rectified"),
    [
        (f"{GF1}-MSS1.tiff", "GF-1 PMS1 L1A", "MSS1", False),
        (
            "GF2_PMS2_E120.5_N28.1_20250512_L1A0006543210-PAN2.tiff",
            "GF-2 PMS2 L1A",
            "PAN2",
            False,
        ),
        (
            "GF1_WFV3_E120.5_N28.1_20250512_L1A0006543210.tiff",
            "GF-1 WFV3 L1A",
            None,
            False,
        ),
        (
            "GF1B_PMS_E120.5_N28.1_20250512_L1A1227111-MUX.tiff",
            "GF-1B PMS L1A",
            "MUX",
            False,
        ),
        (
            "GF6_WFV_E117.6_N28.5_20190120_L1A1119838015-1.tiff",
            "GF-6 WFV L1A",
            "1",
            False,
        ),
        (
            "ZY3_NAD_E120.3_N28.2_20250512_L1A0000693424.tif",
            "ZY-3 NAD L1A",
            None,
            False,
        ),
        (
            "ZY302_TMS_E120.3_N28.2_20250512_L1A0000693424-MUX.tif",
            "ZY-302 TMS L1A",
            "MUX",
            False,
        ),
        (f"{GF1}-MSS1_ortho.tif", "GF-1 PMS1", None, None),
    ],
)
def test_a_chinese_name_has_a_beijing_day(name, sensor, band, rectified):
    said = parse_product(name)
    assert (said.sensor, said.band, said.orthorectified) == (sensor, band, rectified)
    assert said.acquired is None
    assert said.day_of == "北京"


@pytest.mark.parametrize(
    "name",
    [
        "影像.tif",
        "",
        "S2A_MSIL2A_20251312T024531_N0511_R132_T50RQU_20250512T051532",
        "LC08_L1TP_014032_20180230",
        "GF3_MYN_FSI_012345_E120.5_N28.1_20250512_L1A_HH_L10006543210.tiff",
        "xLC08_L1TP_014032_20180104",
    ],
)
def test_what_is_no_product_says_nothing(name):
    assert parse_product(name) is None


def test_a_processed_file_promises_neither_level_nor_band():
    said = parse_product(f"{C2}_SR_B5_clipped.TIF")
    assert (said.platform, said.level, said.band) == ("Landsat 9", None, None)
    assert fill_value(said) is None
    assert scaling_note(said) == ""
    assert parse_product(f"{S2}_10m_stack.tif").orthorectified is None


def test_folders_complete_what_a_file_leaves_open():
    file = "LC08_L1TP_013032_20180710_BQA.TIF"
    folder = "LC08_L1TP_013032_20180710_20180717_01_T1"
    assert product_of((file,)).collection is None
    whole = product_of(("x", folder, file))
    assert (whole.collection, whole.product_id, whole.band) == ("01", folder, "BQA")
    other = product_of((folder.replace("013032", "013033"), file))
    assert other.collection is None
    inner = (f"{S2}.SAFE", "GRANULE", "G", "QI_DATA", "MSK_CLDPRB_20m.jp2")
    assert product_of(inner).platform == "Sentinel-2A"
    assert product_of((f"{S2}.SAFE", "随便.tif")) is None


def test_a_mask_is_read_by_its_collection_or_not_at_all():
    kinds = {
        "云.tif": "binary",
        f"{C1}_BQA.TIF": "landsat_c1_bqa",
        f"{C2}_QA_PIXEL.TIF": "landsat_c2_qa",
        "T50RQU_20250512T024531_SCL_20m.jp2": "s2_scl",
        "MSK_CLDPRB_20m.jp2": "s2_cloud_probability",
        "LC08_L1TP_013032_20180710_BQA.TIF": None,
        f"{C2}_QA_RADSAT.TIF": None,
        f"{C1}_B4.TIF": None,
        f"{C1}_cloud.tif": "binary",
    }
    assert {n: kind_of_mask(parse_product(n)) for n in kinds} == kinds


def test_the_same_bit_means_other_things_in_other_collections():
    bits = [0, *(1 << b for b in range(8))]
    first = hides(_array(bits), RULES["landsat_c1_bqa"])
    assert [b for b, h in zip(bits, first, strict=True) if h] == [1, 16]
    second = hides(_array(bits), RULES["landsat_c2_qa"])
    assert [b for b, h in zip(bits, second, strict=True) if h] == [1, 2, 4, 8, 16, 32]
    # USGS examples: 21824 clear land, 22280 high confidence cloud (Collection 2)
    assert hides(_array([21824, 22280]), RULES["landsat_c2_qa"]).tolist() == [0, 1]
    classes = hides(_array(range(12)), RULES["s2_scl"])
    assert [c for c in range(12) if not classes[c]] == [2, 4, 5, 6, 7]


def _array(values):
    import numpy as np

    return np.array(list(values), dtype="uint16")


def test_orders_and_wavelengths_are_told_where_they_are_fixed():
    usual, why = usual_bands(parse_product(f"{GF1}-MSS1.tiff"), 4)
    assert usual == {"blue": 1, "green": 2, "red": 3, "nir": 4}
    assert "GF-1" in why
    assert usual_bands(parse_product(f"{GF1}-MSS1.tiff"), 3) == ({}, "")
    assert usual_bands(parse_product(f"{GF1}-MSS1_x.tiff"), 4) == ({}, "")
    assert usual_bands(None, 4) == ({}, "")
    assert wavelengths_nm(parse_product(C2), "red") == 655
    assert wavelengths_nm(parse_product(S2), "nir") is None
    narrow = parse_product("T50RQU_20250512T024531_B8A_20m.jp2")
    assert wavelengths_nm(narrow, "nir") == 865
    assert wavelengths_nm(None, "red") is None


def test_agreement_between_pictures_comes_with_its_source():
    sigma, source = relative_sigma_m(parse_product(S2))
    assert sigma == pytest.approx(5.1 / 2.146, abs=0.05)
    assert "Rengarajan" in source
    assert relative_sigma_m(parse_product(C1))[0] == 1.4
    assert relative_sigma_m(parse_product(f"{GF1}-MSS1.tiff")) == (None, "")
