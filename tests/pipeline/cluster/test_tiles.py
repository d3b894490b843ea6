"""A large overlay of one model is solved by all the processes of a cluster."""

import datetime as dt
import threading

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pil_discovery.findings import Inputs, rows_of
from pil_discovery.findings.tiles import PART_ROWS
from pil_discovery.pipeline.cluster import joined
from pil_discovery.pipeline.screening import Workers, screen_all
from tests import dask_cluster
from tests.plots_and_zones import datasets, ground_model

DAY = dt.date(2026, 9, 30)
DATASETS = datasets(
    {"name": "no", "type": "integer"}, {"name": "geometry", "type": "geometry"}
)
MODEL = ground_model(
    DATASETS,
    {"by": "left"},
    population={
        "key": ["no"],
        "sql": "SELECT p.no, p.geometry, o.area_m2, coalesce(o.area_m2, 0) > 100"
        " AS hit FROM plot p LEFT JOIN inside o ON o.left_id = p._id",
    },
    measures={"area_m2": "m2"},
)


@pytest.fixture(scope="module")
def inputs():
    """Slightly more than one part of plots, on a grid; three zones over some."""
    count = PART_ROWS + 500
    west = [118 + (n % 1000) * 0.0004 for n in range(count)]
    south = [28 + (n // 1000) * 0.0004 for n in range(count)]
    east, north = ([value + 0.0003 for value in side] for side in (west, south))
    plots = shapely.box(west, south, east, north)
    zones = shapely.buffer(shapely.points([118.05, 118.2, 118.398], 28.02), 0.004)
    frames = {
        name: pd.DataFrame(
            gpd.GeoDataFrame(
                {
                    "no": range(len(shapes)),
                    "_source": f"{name}.gpkg",
                    "_sheet": "",
                    "_row": range(1, len(shapes) + 1),
                },
                geometry=shapes,
                crs=4490,
            )
        )
        for name, shapes in (("plot", plots), ("zone", zones))
    }
    return Inputs(rows_of(frames, DATASETS), (), DATASETS)


@pytest.fixture(scope="module")
def alone(inputs):
    return screen_all([MODEL], inputs, as_of=DAY, personal=False, workers=Workers())


@pytest.mark.parametrize("lost", [False, True], ids=["whole", "a worker is lost"])
def test_the_parts_of_an_overlay_are_tasks(dask, inputs, alone, tmp_path, lost):
    assert alone.runs[0].steps[0].rows_in == {"plot": PART_ROWS + 500, "zone": 3}
    assert 500 < len(alone.findings) < 5000
    with joined(dask.scheduler_address, tmp_path) as cluster:
        power_cut = threading.Timer(1.5, dask_cluster.kill_a_worker, (dask,))
        if lost:
            power_cut.start()
        spread = screen_all(
            [MODEL],
            inputs,
            as_of=DAY,
            personal=False,
            workers=Workers(cluster=cluster),
        )
        tiles = list(cluster.folder.glob("tiles-*/[01].arrow"))
        power_cut.cancel()
    assert len(tiles) >= 2
    assert spread.findings == alone.findings
    assert spread.runs == alone.runs
