import numpy as np
import pandas as pd
import pytest

from pil_discovery.errors import CrsError
from pil_discovery.layers import place_records
from pil_discovery.types import QUARANTINE_COLUMNS, ReadReport, Source, Table
from tests.layers.making import PATCH


def table(*xy, listed=()):
    n = len(xy)
    frame = pd.DataFrame(
        {
            "no": pd.Series([f"甲{i}" for i in range(n)], dtype="string"),
            "_source": "a.csv",
            "_sheet": None,
            "_row": np.arange(2, n + 2),
            "_x": pd.Series([x for x, _ in xy], dtype="float64"),
            "_y": pd.Series([y for _, y in xy], dtype="float64"),
        }
    )
    rows = [
        ("a.csv", None, row, column, "x", "cell", "type", "不是可读的坐标", "改正")
        for row, column in listed
    ]
    quarantine = pd.DataFrame(rows, columns=list(QUARANTINE_COLUMNS), dtype=object)
    report = ReadReport(rows_read=n, rows_used=n, rows_quarantined=0)
    source = Source(dataset="patch", file="a.csv", sha256="0" * 64, bytes=1)
    return Table(PATCH, frame, quarantine, report, (source,))


def test_rows_get_their_place_and_stay():
    given = table((120.0, 28.0), (np.nan, np.nan), (0.0, 0.0), (120.5, np.nan))
    before = given.frame.copy()
    placed = place_records(given, crs="EPSG:4490", sigma_m=5.0)
    frame = placed.frame
    assert list(frame.columns) == [
        *("no", "_source", "_sheet", "_row", "geometry"),
        *("_sigma_m", "_valid_from", "_valid_to"),
    ]
    assert [g is None for g in frame["geometry"]] == [False, True, True, True]
    assert frame["geometry"].iloc[0].coords[0] == (120.0, 28.0)
    assert set(frame["_sigma_m"]) == {5.0}
    assert frame["_valid_from"].isna().all()
    entries = placed.quarantine[["row", "scope", "reason_class"]].to_numpy().tolist()
    assert entries == [[4, "cell", "outside_area"], [5, "cell", "empty"]]
    notes = {i.what: i.value for i in placed.report.inferences}
    assert notes["没有位置的行"] == "1 行"
    assert placed.sources[0].crs == "EPSG:4490"
    pd.testing.assert_frame_equal(given.frame, before)


def test_a_coordinate_that_is_listed_already_is_not_listed_twice():
    given = table((120.0, 28.0), (120.5, np.nan), listed=[(3, "纬度")])
    placed = place_records(given, crs="EPSG:4490")
    assert placed.quarantine["reason_class"].tolist() == ["type"]


def test_zone_numbers_swapped_axes_and_gcj02():
    placed = place_records(table((40_500_000.0, 3_100_000.0)), crs="EPSG:4549")
    assert placed.frame["geometry"].iloc[0].x == pytest.approx(120.0)
    placed = place_records(table((28.0, 120.0)), crs="EPSG:4490")
    assert placed.frame["geometry"].iloc[0].x == pytest.approx(120.0)
    placed = place_records(table((120.0, 28.0)), crs="GCJ-02", sigma_m=4.0)
    assert placed.frame["geometry"].iloc[0].x == pytest.approx(119.9954, abs=1e-3)
    assert placed.frame["_sigma_m"].tolist() == [5.0]


def test_nothing_to_place_is_no_error():
    placed = place_records(table(), crs="EPSG:4490")
    assert len(placed) == 0
    placed = place_records(table((np.nan, np.nan)), crs="EPSG:4549")
    assert placed.frame["geometry"].tolist() == [None]
    assert placed.frame["_sigma_m"].isna().all()


@pytest.mark.parametrize(
    ("xy", "crs", "words"),
    [
        ((120.0, 28.0), None, "a.csv：坐标列：没有坐标系；.*EPSG:4490"),
        ((500_000.0, 3_100_000.0), "EPSG:4490", "坐标值不是经纬度"),
        ((500_000.0, 3_100_000.0), "EPSG:2437", "北京54"),
        ((120.0, 28.0), "EPSG:99999", "不能识别"),
        ((900_000.0, 3_100_000.0), "EPSG:4549", "适用范围之外"),
        ((2.0, 48.0), "EPSG:4490", "适用范围之外"),
    ],
)
def test_systems_that_cannot_be_right_are_refused(xy, crs, words):
    with pytest.raises(CrsError, match=words):
        place_records(table(xy), crs=crs)
    with pytest.raises(CrsError, match="位置误差"):
        place_records(table(xy), crs=crs, sigma_m=0.0)


def test_a_place_abroad_is_no_place_even_in_wgs84():
    placed = place_records(table((120.0, 28.0), (2.0, 48.0)), crs="EPSG:4326")
    assert placed.quarantine["value"].tolist() == ["2, 48"]
    placed = place_records(table((2.0, 48.0), (3.0, 48.0)), crs="EPSG:4326")
    assert placed.frame["geometry"].tolist() == [None, None]
