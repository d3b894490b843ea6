import threading

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pil_discovery.errors import GeometryError, ReadError
from pil_discovery.geo.overlay import overlay
from pil_discovery.pipeline.cluster import joined
from pil_discovery.pipeline.overlaying import overlay_files
from tests import dask_cluster


@pytest.fixture(scope="module")
def layers():
    rng = np.random.default_rng(8)
    places = rng.uniform(0, 4000, (2000, 2))
    places += (500_000, 3_100_000)
    size = rng.uniform(5, 80, (2000, 2))
    fields = gpd.GeoDataFrame(
        {"name": [f"地块{i}" for i in range(2000)]},
        geometry=shapely.box(*places.T, *(places + size).T),
        crs=4549,
    )
    discs = shapely.buffer(shapely.points(places[:20]), 400, quad_segs=20)
    return fields, gpd.GeoDataFrame({"zone": range(20)}, geometry=discs, crs=4549)


ASKED = [
    {"how": "intersection", "area": "planar"},
    {"how": "intersection", "by": "left", "sliver_width_m": 0.5},
    {"how": "difference", "sigma_m": 2.0, "threshold_m2": 100.0},
    {"how": "near", "distance_m": 30.0},
    {"how": "within", "right_sigma_m": 1.0},
]


@pytest.mark.parametrize("ending", ["parquet", "gpkg"])
@pytest.mark.parametrize("asked", ASKED, ids=lambda a: "-".join(map(str, a.values())))
def test_parts_of_files_give_the_rows_of_the_whole(layers, tmp_path, asked, ending):
    for name, layer in zip(("left", "right"), layers, strict=True):
        path = tmp_path / f"{name}.{ending}"
        layer.to_parquet(path) if ending == "parquet" else layer.to_file(path)
    sides = [tmp_path / f"{name}.{ending}" for name in ("left", "right")]
    whole = overlay(*layers, **asked)
    for rows in (700, 5000):
        out = tmp_path / f"{rows}.parquet"
        assert overlay_files(*sides, out, part_rows=rows, **asked) == len(whole) > 50
        got = gpd.read_parquet(out)
        assert list(got.columns) == list(whole.columns)
        assert got.crs == whole.crs
        for name in whole.columns.drop("geometry"):
            assert got[name].to_numpy() == pytest.approx(
                whole[name].to_numpy(), rel=1e-12, nan_ok=True
            )
        assert shapely.equals_exact(got.geometry.array, whole.geometry.array).all()


@pytest.fixture
def tiles(layers, tmp_path):
    """The fields in four files, one without any that meets a zone; the zones."""
    fields, zones = layers
    far = fields.iloc[:9].translate(300_000)
    paths = []
    parts = [far, fields[:700], fields[700:1500], fields[1500:]]
    for number, part in enumerate(parts):
        paths.append(tmp_path / f"县{number}.parquet")
        gpd.GeoDataFrame(geometry=part.geometry).to_parquet(paths[-1])
    zones.to_parquet(tmp_path / "zones.parquet")
    return paths, tmp_path / "zones.parquet"


def test_files_of_counties_are_one_layer(layers, tiles, tmp_path):
    fields, zones = layers
    asked = {"how": "intersection", "sigma_m": 1.0}
    out = tmp_path / "out.parquet"
    rows = overlay_files(*tiles, out, part_rows=300, **asked)
    whole = overlay(fields, zones, **asked)
    got = gpd.read_parquet(out)
    assert rows == len(got) == len(whole)
    assert got["left_id"].tolist() == (whole["left_id"] + 9).tolist()
    assert got["right_id"].tolist() == whole["right_id"].tolist()
    assert got["area_m2"].to_numpy() == pytest.approx(whole["area_m2"].to_numpy())


def test_a_cluster_writes_the_same_bytes_though_a_worker_is_lost(tiles, tmp_path, dask):
    alone, spread = tmp_path / "alone.parquet", tmp_path / "spread.parquet"
    asked = {"how": "difference", "sigma_m": 2.0, "part_rows": 250}
    overlay_files(*tiles, alone, **asked)
    with joined(dask.scheduler_address, tmp_path) as cluster:
        lost = threading.Timer(1.0, dask_cluster.kill_a_worker, (dask,))
        lost.start()
        overlay_files(*tiles, spread, cluster=cluster, **asked)
        lost.join()
        assert spread.read_bytes() == alone.read_bytes()
        overlay_files(*tiles, spread, cluster=cluster, **asked)
    assert spread.read_bytes() == alone.read_bytes()
    assert not list(tmp_path.glob(".pil-run-*"))


def test_no_file_or_a_wrong_one_is_refused_at_once(tiles, tmp_path):
    paths, zones = tiles
    out = tmp_path / "out.parquet"
    with pytest.raises(ReadError, match="没有给出左侧图层的文件"):
        overlay_files([], zones, out, how="within")
    with pytest.raises(ReadError, match=r"没有\.parquet：没有这个文件"):
        overlay_files(paths, tmp_path / "没有.parquet", out, how="within")


def test_native_encodings_are_read_too(layers, tmp_path):
    fields, zones = layers
    fields.to_parquet(tmp_path / "a.parquet", geometry_encoding="geoarrow")
    zones.to_parquet(tmp_path / "b.parquet")
    out = tmp_path / "out.parquet"
    paths = tmp_path / "a.parquet", tmp_path / "b.parquet", out
    rows = overlay_files(*paths, part_rows=999, how="intersection")
    assert rows == len(overlay(fields, zones, how="intersection"))


def test_what_fails_leaves_no_file(layers, tmp_path):
    fields, zones = layers
    bad = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    fields = fields.set_geometry([*fields.geometry[:-1], bad])
    fields.to_parquet(tmp_path / "a.parquet")
    zones.to_parquet(tmp_path / "b.parquet")
    out = tmp_path / "out.parquet"
    with pytest.raises(GeometryError, match="左侧要素 1999 的图形无效：边界自相交"):
        overlay_files(
            tmp_path / "a.parquet", tmp_path / "b.parquet", out,
            part_rows=1000, how="intersection", area="planar",
        )  # fmt: skip
    assert not out.exists()


def test_other_files_are_refused(tmp_path):
    with pytest.raises(ReadError, match="没有这个文件"):
        overlay_files(tmp_path / "a.gpkg", tmp_path / "b.gpkg", tmp_path / "c.parquet")
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(ReadError, match="只能分块读取"):
        overlay_files(tmp_path / "a.csv", tmp_path / "a.csv", tmp_path / "c.parquet")


def test_an_empty_file_gives_no_rows(layers, tmp_path):
    fields, zones = layers
    fields[:0].to_parquet(tmp_path / "a.parquet")
    zones.to_parquet(tmp_path / "b.parquet")
    paths = tmp_path / "a.parquet", tmp_path / "b.parquet", tmp_path / "c.parquet"
    assert overlay_files(*paths, how="intersection") == 0
    assert gpd.read_parquet(tmp_path / "c.parquet").empty
