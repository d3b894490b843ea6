import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from pil_discovery.errors import CrsError
from pil_discovery.geo import crs

WENZHOU = np.array([[120.65, 28.0]])


@pytest.mark.parametrize("code", [4610, 4214, 2435, 2370, 4555, 4269])
def test_other_datums_are_refused_not_taken_over(code):
    with pytest.raises(CrsError, match="不自动换算"):
        crs.parse_reference(code, "图层")


def test_missing_and_nonsense_are_refused_with_a_remedy():
    with pytest.raises(CrsError, match="EPSG:4490"):
        crs.parse_reference(None)
    with pytest.raises(CrsError, match="不能识别"):
        crs.parse_reference("温州城市坐标系")
    with pytest.raises(CrsError, match="地方坐标系"):
        crs.parse_reference("+proj=tmerc +lon_0=120.5 +ellps=GRS80")


@pytest.mark.parametrize("lost", ["false_easting", "central_meridian"])
def test_a_projection_without_a_parameter_is_refused_not_taken_for_zero(lost):
    wkt = CRS(4549).to_wkt("WKT1_GDAL").replace(f'"{lost}"', '"lost"')
    with pytest.raises(CrsError, match="投影参数不全或有误"):
        crs.parse_reference(wkt, "图层")


def test_a_name_with_the_wrong_ellipsoid_is_refused():
    wkt = CRS(4490).to_wkt("WKT1_GDAL").replace("298.257222101", "298.3")
    wkt = wkt.replace("6378137", "6378245").replace('AUTHORITY["EPSG","4490"]', "X")
    wkt = wkt.replace(",X", "").replace(',AUTHORITY["EPSG","1043"]', "")
    wkt = wkt.replace(',AUTHORITY["EPSG","1024"]', "")
    with pytest.raises(CrsError):
        crs.parse_reference(wkt)


@pytest.mark.parametrize("name", ["GCJ-02", "gcj02", "火星坐标系", "BD-09", "bd09"])
def test_web_map_systems_have_names(name):
    assert crs.parse_reference(name).family in {"GCJ-02", "BD-09"}


@pytest.mark.parametrize(
    "code",
    [
        "EPSG:4549",
        "EPSG:4528",
        "EPSG:4508",
        "EPSG:32651",
        "EPSG:4326",
        "GCJ-02",
        "BD-09",
    ],
)
def test_ways_there_and_back(code):
    reference = crs.parse_reference(code)
    there = crs.from_lonlat(WENZHOU, reference)
    assert crs.to_lonlat(there, reference) == pytest.approx(WENZHOU, abs=1e-11)


def test_wgs84_numbers_are_taken_as_cgcs2000():
    point = gpd.GeoSeries([shapely.Point(120.65, 28.0)], crs=4326)
    moved = crs.safe_transform(point)
    assert moved.crs.to_epsg() == 4490
    assert (moved.x[0], moved.y[0]) == (120.65, 28.0)


def test_frames_arrays_and_z_values():
    frame = gpd.GeoDataFrame(
        {"n": [1, 2]}, geometry=[shapely.Point(120, 28, 5), None], crs=4490
    )
    moved = crs.safe_transform(frame, target=4549)
    assert moved.crs.to_epsg() == 4549
    assert not moved.geometry[0].has_z
    assert moved.geometry[1] is None
    assert frame.geometry[0].has_z
    assert moved.geometry[0].x == pytest.approx(500000)


def test_an_official_pipeline_is_used_and_files_in_it_are_not():
    way = "+proj=pipeline +step +proj=affine +xoff=0.001 +yoff=-0.0005"
    moved = crs.to_lonlat(WENZHOU, crs.parse_reference(way))
    assert moved == pytest.approx(np.add(WENZHOU, [0.001, -0.0005]))
    with pytest.raises(CrsError, match="外部文件"):
        crs.parse_reference("+proj=pipeline +step +proj=hgridshift +grids=/etc/passwd")


@pytest.mark.parametrize(
    ("lon", "code"), [(120.65, 4549), (118.49, 4548), (75.1, 4534), (134.9, 4554)]
)
def test_local_zone(lon, code):
    assert crs.local_crs(lon).to_epsg() == code


def test_local_zone_outside_china_is_the_same_projection():
    here = crs.local_crs(15.2)
    x, y = crs.from_lonlat(np.array([[15.0, 46.0]]), crs.parse_reference(here))[0]
    assert x == pytest.approx(500000)
    assert y == pytest.approx(5_095_800, rel=1e-3)


def test_area_of_use_is_checked_with_half_a_degree():
    zone = crs.parse_reference(4549)
    lonlat = np.array([[120.0, 28], [121.9, 28], [122.1, 28], [117.9, 28], [120, 56]])
    assert crs.outside_use(lonlat, zone).tolist() == [False, False, True, True, True]
    world = crs.parse_reference(4326)
    assert not crs.outside_use(np.array([[15.0, 46.0]]), world).any()
    assert crs.outside_use(np.array([[200.0, 46.0]]), world).all()


def nameless(meridian):
    return CRS.from_wkt(
        'PROJCS["",GEOGCS["",DATUM["WGS_1984",SPHEROID["",6378137,298.257223563]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],'
        'PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
        f'PARAMETER["central_meridian",{meridian}],PARAMETER["scale_factor",1],'
        'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],'
        'UNIT["metre",1]]'
    )


def test_systems_without_a_name_are_told_apart_and_said_to_have_none():
    one, other = nameless(120.5), nameless(117.5)
    name = crs.parse_reference(one).name
    assert (
        name == "未命名坐标系（基准 World Geodetic System 1984，Transverse Mercator）"
    )
    point = np.array([shapely.Point(5e5, 3.1e6)], dtype=object)
    (moved,) = crs.safe_transform(point, one, other)
    assert moved.x > 7e5
