import numpy as np
import pytest
from pyproj import CRS

from pil_discovery.errors import CrsError
from pil_discovery.geo.axes import recognise_axes
from pil_discovery.geo.crs import from_lonlat, outside_use, to_lonlat
from pil_discovery.geo.gauss import gauss_krueger, official_code
from pil_discovery.geo.references import parse_reference

CHINESE = [4490, *range(4491, 4555)]
DATUM = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]]'
)
UNKNOWN = DATUM.replace("D_China_2000", "unknown")
XIAN = (
    DATUM.replace("GCS_China_Geodetic_Coordinate_System_2000", "GCS_Xian_1980")
    .replace("D_China_2000", "D_Xian_1980")
    .replace('"CGCS2000",6378137.0,298.257222101', '"Xian_1980",6378140.0,298.257')
)


def prj(name, easting, meridian, base=DATUM, scale=1.0, unit="1.0"):
    return (
        f'PROJCS["{name}",{base},PROJECTION["Gauss_Kruger"],'
        f'PARAMETER["False_Easting",{easting}],PARAMETER["False_Northing",0.0],'
        f'PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",{scale}],'
        f'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",{unit}]]'
    )


@pytest.mark.parametrize("flavour", ["WKT1_GDAL", "WKT1_ESRI", "WKT2_2019"])
def test_every_official_system_is_known_in_every_flavour(flavour):
    for code in CHINESE:
        reference = parse_reference(CRS(code).to_wkt(flavour))
        assert (reference.name, reference.family) == (f"EPSG:{code}", "CGCS2000")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (DATUM, "EPSG:4490"),
        (prj("CGCS2000_3_Degree_GK_Zone_40", 40_500_000.0, 120.0), "EPSG:4528"),
        (prj("CGCS2000_3_Degree_GK_CM_120E", 500_000.0, 120.0), "EPSG:4549"),
        (prj("CGCS2000_3_Degree_GK_CM_117E", 500_000.0, 117.0), "EPSG:4548"),
        (prj("CGCS2000_GK_CM_117E", 500_000.0, 117.0), "EPSG:4509"),
        (prj("CGCS2000_GK_Zone_20", 20_500_000.0, 117.0), "EPSG:4498"),
        (prj("unnamed", 500_000.0, 120.0, base=UNKNOWN), "EPSG:4549"),
        (prj("温州", 500_000.0, 120.6666666667), "温州"),
        (prj("x", 40_500_000.0, 117.0), "x"),
        (prj("x", 250_000.0, 120.0), "x"),
        (prj("x", 500_000.0, 120.0, unit="0.3048"), "x"),
    ],
)
def test_names_of_desktop_software_are_told_by_their_parameters(text, name):
    reference = parse_reference(text)
    assert reference.name == name
    assert reference.family == "CGCS2000"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (prj("Xian_1980_3_Degree_GK_Zone_40", 40_500_000.0, 120.0, XIAN), "西安80"),
        ("EPSG:4555", "北京54"),
        ("EPSG:2437", "北京54"),
        ("EPSG:4479", "空间直角坐标"),
        ('LOCAL_CS["地方",UNIT["metre",1]]', "地方坐标系"),
    ],
)
def test_old_and_local_systems_are_refused(text, words):
    with pytest.raises(CrsError, match=words):
        parse_reference(text)


def test_a_code_that_its_parameters_contradict_is_refused():
    written = CRS(4549).to_wkt("WKT1_GDAL")
    for right, wrong in (
        ('"central_meridian",120', '"central_meridian",117'),
        ('"false_easting",500000', '"false_easting",0'),
        ('"scale_factor",1', '"scale_factor",0.9996'),
    ):
        assert right in written
        with pytest.raises(CrsError, match="投影参数却与该代码不符"):
            parse_reference(written.replace(right, wrong))


def test_only_gauss_krueger_has_a_meridian():
    assert gauss_krueger(CRS(4528)) == (120.0, 40_500_000.0)
    assert gauss_krueger(CRS(32651)) is None
    assert gauss_krueger(CRS(3857)) is None
    assert official_code(CRS("ESRI:102012")) is None


def test_a_system_told_by_its_parameters_keeps_its_bounds():
    far = np.array([[123.0, 28.0]])
    for name, meridian in (("CGCS2000_3_Degree_GK_CM_120E", 120.0), ("温州", 120.5)):
        reference = parse_reference(prj(name, 500_000.0, meridian))
        assert not outside_use(np.subtract(far, [2.0, 0.0]), reference).any()
        assert outside_use(np.add(far, [1.2, 0.0]), reference).all()


@pytest.mark.parametrize("code", [3857, 32651, 3395])
def test_axes_of_other_projections_are_exchanged_only_where_that_fits(code):
    reference = parse_reference(code)
    here = np.array([[120.0, 28.0], [120.1, 28.1]])
    plane = from_lonlat(here, reference)
    assert not recognise_axes(plane, reference).swap
    axes = recognise_axes(plane[:, ::-1], reference)
    assert axes.notes
    back = to_lonlat(axes.apply(plane[:, ::-1]), reference)
    assert back == pytest.approx(here, abs=1e-9)
    with pytest.raises(CrsError, match="坐标值是经纬度"):
        recognise_axes(here, reference)
