"""The step `overlay`: zones in force, slivers apart, evidence for the finding."""

import datetime as dt
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pil_discovery.errors import ModelError
from pil_discovery.findings import Inputs, rows_of, screen
from pil_discovery.findings.overlays import arrow_rows, overlaid
from pil_discovery.findings.settings import Setting
from pil_discovery.geo.area import area_m2
from pil_discovery.geo.crs import safe_transform
from pil_discovery.types import LayerVersion, Source
from pil_discovery.types.steps import Overlay
from tests.plots_and_zones import datasets, ground_model

AS_OF = dt.date(2026, 9, 30)
EAST, NORTH = 500_000.0, 3_100_000.0
DATASETS = datasets(
    {"name": "no", "aliases": ["编号"], "type": "text"},
    {"name": "built_date", "aliases": ["建成日期"], "type": "date"},
    {"name": "geometry", "type": "geometry", "geom": "any"},
)
SQL = """SELECT p.no, p.geometry, o.overlap, coalesce(o.area_m2, 0) > 0 AS hit
FROM plot p LEFT JOIN inside o ON o.left_id = p._id"""


def box(east, north=0.0, wide=100.0, high=100.0):
    x, y = EAST + east, NORTH + north
    return shapely.box(x, y, x + wide, y + high)


def placed(rows):
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=4490)


def layer(shapes, *, terms=(None, None), days=None, sigma=0.0, file="层.gpkg"):
    """Rows of a layer as they are read, its geometries drawn in EPSG:4549."""
    series = gpd.GeoSeries(list(shapes), crs=4549)
    days = [None] * len(shapes) if days is None else days
    return pd.DataFrame(
        {
            "no": pd.array([str(n) for n in range(len(shapes))], dtype="string"),
            "built_date": pd.to_datetime(pd.Series(days)).astype("datetime64[s]"),
            "geometry": np.asarray(safe_transform(series, 4549, 4490), dtype=object),
            "_sigma_m": sigma,
            "_valid_from": np.datetime64(terms[0] or "NaT", "s"),
            "_valid_to": np.datetime64(terms[1] or "NaT", "s"),
            "_source": file,
            "_sheet": None,
            "_row": range(1, len(shapes) + 1),
        }
    )


def model(sql=SQL, steps=(), **overlay):
    return ground_model(
        DATASETS,
        overlay,
        steps=steps,
        parameters={"bar": {"value": 100, "unit": "m2", "why": "试验"}},
        population={"key": ["no"], "sql": sql},
        records={"plot": {"no": "no"}, "zone": {"no": "no"}},
    )


def run(plots, zones, *, sql=SQL, sources=(), steps=(), **overlay):
    frames = {"plot": plots, "zone": zones}
    known = {s.file: s for s in sources}
    inputs = Inputs(rows_of(frames, DATASETS), (), DATASETS, sources=known)
    return screen(model(sql, steps, **overlay), inputs, as_of=AS_OF)


def states(found):
    return {f.key["no"]: f.state for f in found[1]}


def step(found, table="inside"):
    return next(s for s in found[0].steps if s.table == table)


# --- zones in force -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "state"),
    [
        (("2018-05-21", None), "hit"),
        (("2018-05-21", "2026-09-30"), "hit"),
        (("2018-05-21", "2026-09-29"), None),
        (("2026-10-01", None), None),
        ((None, None), "hit"),
        ((None, "2030-01-01"), "unknown"),
        ((None, "2020-01-01"), None),
    ],
)
def test_a_zone_counts_only_while_it_is_in_force(terms, state):
    found = run(layer([box(0)]), layer([box(50)], terms=terms))
    assert states(found).get("0") == state
    gone = terms[1] in ("2026-09-29", "2020-01-01") or terms[0] == "2026-10-01"
    assert step(found).out_of_force == gone
    assert step(found).doubtful == (state == "unknown")


def test_the_day_may_be_that_of_the_fact():
    days = ["2017-01-01", "2019-01-01", "2025-01-01", None]
    plots = layer([box(300 * n) for n in range(4)], days=days)
    zones = layer([box(300 * n + 50) for n in range(4)], terms=("2018-05-21", None))
    zones["_valid_to"] = np.datetime64("2024-12-31", "s")
    found = run(plots, zones, in_force_on="built_date")
    assert states(found) == {"1": "hit", "3": "unknown"}
    (why,) = next(f.missing for f in found[1] if f.state == "unknown")
    assert "计入与不计入的结果不同" in why
    assert states(run(plots, zones)) == {}, "the zones had ended by the day of the scan"
    ever = run(plots, zones, in_force_on="ever")
    assert len(states(ever)) == 4
    (overlap,) = ever[1][0].overlaps
    assert (overlap.validity, overlap.on_date) == ("not_asked", None)
    assert overlap.valid_from == dt.date(2018, 5, 21)
    assert "有效" not in ever[1][0].sentence_zh


def test_a_half_known_term_that_decides_nothing_leaves_the_hit():
    sure = layer([box(50)], terms=("2018-01-01", None))
    zones = pd.concat([sure, layer([box(40)], terms=(None, "2030-01-01"))])
    zones["no"] = pd.array(["0", "1"], dtype="string")
    found = run(layer([box(0)]), zones, by="left")
    assert states(found) == {"0": "hit"}
    assert step(found).doubtful == 1


def test_a_zone_of_half_known_term_that_would_clear_is_unknown_too():
    sql = SQL.replace("coalesce(o.area_m2, 0) > 0", "coalesce(o.share, 0) < 0.4")
    zones = layer([box(50)], terms=(None, "2030-01-01"))
    assert states(run(layer([box(0)]), zones, sql=sql)) == {"0": "unknown"}


def test_a_zone_that_would_cover_all_is_doubtful_though_it_leaves_no_row():
    sql = SQL.replace("coalesce(o.area_m2, 0) > 0", "o.area_m2 IS NOT NULL")
    plots, zones = layer([box(0)]), layer([box(-50, -50, 300, 300)])
    sure = run(plots, zones, sql=sql, how="difference", by="left")
    assert states(sure) == {}
    zones["_valid_to"] = np.datetime64("2030-01-01", "s")
    found = run(plots, zones, sql=sql, how="difference", by="left")
    assert states(found) == {"0": "unknown"}
    assert step(found).doubtful == 1


def test_the_finding_says_which_zones_counted():
    zones = layer([box(50), box(20), box(30)], terms=("2018-05-21", None))
    zones["_valid_to"] = pd.to_datetime(["NaT", "2020-01-01", "NaT"])
    zones["_valid_from"] = pd.to_datetime(["2018-05-21", "2015-01-01", "2027-01-01"])
    run_, (finding,) = run(layer([box(0)]), zones)
    (overlap,) = finding.overlaps
    assert (overlap.validity, overlap.on_date) == ("in_force", AS_OF)
    assert (overlap.valid_from, overlap.valid_to) == (dt.date(2018, 5, 21), None)
    assert overlap.left_out == (
        "2015-01-01至2020-01-01（已失效）",
        "2027-01-01至今（尚未生效）",
    )
    assert finding.sentence_zh == (
        "地块0。（所据范围在2026-09-30有效（2018-05-21至今））（另有当时不在有效期的范围"
        "未计入：2015-01-01至2020-01-01（已失效）、2027-01-01至今（尚未生效））"
    )
    assert "in force on 2026-09-30" in finding.sentence_en
    assert run_.steps[0].out_of_force == 2


def test_an_undated_layer_counts_and_the_finding_says_so():
    _, (finding,) = run(layer([box(0)]), layer([box(50)]))
    assert finding.overlaps[0].validity == "unstated"
    assert finding.overlaps[0].on_date is None
    assert "没有注明有效期" in finding.sentence_zh


@pytest.mark.parametrize(
    "spec",
    [
        {"how": "intersection"},
        {"how": "intersection", "threshold_m2": 400, "in_force_on": "ever"},
        {"how": "intersection", "by": "left"},
        {"how": "difference"},
        {"how": "within"},
        {"how": "near", "distance_m": 50},
    ],
)
def test_an_empty_side_gives_no_row_but_every_column(spec):
    asked = Overlay.model_validate({"left": "plot", "right": "zone", **spec})
    setting = Setting(file="型.yaml", as_of=AS_OF, parameters={})
    ours = placed(layer([box(0), box(300)], sigma=1.0))
    theirs = placed(layer([box(-10, -10, 150, 150)], sigma=1.0))
    some = overlaid(asked, setting, ours, theirs)
    assert len(some.rows)
    empty = ours.iloc[:0], theirs.iloc[:0]
    sides = [(empty[0], theirs), empty]
    if asked.how != "difference":
        sides.append((ours, empty[1]))
    for left, right in sides:
        none = overlaid(asked, setting, left, right)
        assert arrow_rows(none.rows).schema == arrow_rows(some.rows).schema
        assert arrow_rows(none.slivers).schema == arrow_rows(some.slivers).schema
        assert (len(none.rows), none.doubtful, none.out_of_force) == (0, frozenset(), 0)


def test_a_day_that_is_not_there_is_named():
    with pytest.raises(ModelError, match="没有列 closed_date"):
        run(layer([box(0)]), layer([box(50)]), in_force_on="closed_date")


# --- slivers --------------------------------------------------------------------------


def test_two_drawings_of_one_line_are_no_hit():
    plots = layer([box(0), box(0, 300)])
    zones = layer([box(99.9), box(99.5, 300)])
    found = run(plots, zones)
    assert states(found) == {"1": "hit"}
    assert step(found).slivers == 1
    assert states(run(plots, zones, sliver_width_m=0.0)) == {"0": "hit", "1": "hit"}


def test_slivers_stand_in_a_table_of_their_own():
    sql = """SELECT p.no, s.overlap, s.left_id IS NOT NULL AS hit
    FROM plot p LEFT JOIN inside_slivers s ON s.left_id = p._id
    WHERE NOT EXISTS (SELECT 1 FROM inside o WHERE o.left_id = p._id)"""
    _, (finding,) = run(layer([box(0)]), layer([box(99.9)]), sql=sql)
    assert float(finding.overlaps[0].area_m2) == pytest.approx(10, rel=1e-2)


def test_a_feature_that_is_itself_so_small_is_no_sliver():
    well, strip = box(20, wide=0.8, high=0.8), box(150, wide=90, high=0.15)
    found = run(layer([well, box(100)]), layer([box(0), strip]))
    assert states(found) == {"0": "hit", "1": "hit"}
    assert step(found).slivers == 0


# --- evidence -------------------------------------------------------------------------


def test_a_finding_carries_ground_area_interval_and_probabilities():
    found = run(
        layer([box(0)], sigma=3.0),
        layer([box(50)], terms=("2018-05-21", None), sigma=4.0),
        threshold_m2="$bar",
    )
    (finding,) = found[1]
    (overlap,) = finding.overlaps
    assert (overlap.step, overlap.how) == ("inside", "intersection")
    assert float(overlap.area_m2) == pytest.approx(5000, rel=1e-3)
    # one border moves by 5 m on 100 m: the half width of 90 % is 1.645 · 500 m²
    assert float(overlap.area_low_m2) == pytest.approx(5000 - 822, rel=0.05)
    assert float(overlap.area_high_m2) == pytest.approx(5000 + 822, rel=0.05)
    assert overlap.threshold_m2 == Decimal("100.00")
    assert overlap.p_overlap == overlap.p_over == Decimal("1.0000")
    assert overlap.share == Decimal("0.5000")
    drawn = shapely.geometry.shape(
        {"type": "Polygon", "coordinates": _floats(overlap.geometry["coordinates"])}
    )
    (official,) = area_m2([drawn])
    assert float(overlap.area_m2) == pytest.approx(official, abs=2.0)  # 7 decimals
    assert finding.geometry != overlap.geometry


def _floats(value):
    return (
        [_floats(v) for v in value]
        if isinstance(value, (list, tuple))
        else float(value)
    )


def test_without_a_known_error_nothing_is_assessed():
    _, (finding,) = run(layer([box(0)], sigma=np.nan), layer([box(50)]))
    (overlap,) = finding.overlaps
    assert (overlap.area_low_m2, overlap.p_overlap, overlap.p_over) == (None,) * 3


def test_a_row_may_hand_on_several_overlaps():
    sql = """SELECT p.no, (SELECT list(o.overlap ORDER BY o.right_id) FROM inside o
        WHERE o.left_id = p._id) AS overlap, TRUE AS hit FROM plot p"""
    _, (finding,) = run(layer([box(0)]), layer([box(50), box(-50)]), sql=sql)
    assert len(finding.overlaps) == 2
    assert [o.geometry is not None for o in finding.overlaps] == [True, True]


def test_nearness_carries_its_distance():
    _, (finding,) = run(
        layer([box(0)]),
        layer([box(130)]),
        how="near",
        distance_m=50,
        sql=SQL.replace("coalesce(o.area_m2, 0) > 0", "o.left_id = 0"),
    )
    (overlap,) = finding.overlaps
    assert float(overlap.distance_m) == pytest.approx(30, abs=0.05)
    assert overlap.area_m2 == 0


def test_a_finding_names_the_editions_of_its_layers():
    sources = (
        Source(
            dataset="plot", file="地块.gpkg", sha256="a" * 64, bytes=1, kind="layer"
        ),
        Source(
            dataset="zone", file="区.gpkg", sha256="b" * 64, bytes=1, kind="layer",
            issuer="示例局", obtained="2026-09-28", valid_from="2018-05-21",
        ),
    )  # fmt: skip
    plots = layer([box(0)], file="地块.gpkg")
    zones = layer([box(50)], file="区.gpkg", terms=("2018-05-21", None))
    _, (finding,) = run(plots, zones, sources=sources)
    assert finding.layers == (
        LayerVersion(dataset="plot", file="地块.gpkg", sha256="a" * 64),
        LayerVersion(
            dataset="zone", file="区.gpkg", sha256="b" * 64, issuer="示例局",
            obtained="2026-09-28", valid_from="2018-05-21",
        ),
    )  # fmt: skip


def test_an_overlay_can_be_the_side_of_another_one():
    steps = [
        {
            "table": "cut",
            "overlay": {"left": "plot", "right": "zone", "how": "intersection"},
        },
        {"table": "again", "sql": "SELECT left_id AS _id, geometry FROM cut"},
    ]
    sql = """SELECT p.no, o.overlap, o.area_m2 > 0 AS hit
    FROM plot p JOIN inside o ON o.left_id = p._id"""
    rows = {"plot": layer([box(0)]), "zone": layer([box(50)])}
    inputs = Inputs(rows_of(rows, DATASETS), (), DATASETS)
    chained = model(sql, steps, left="again")
    _, (finding,) = screen(chained, inputs, as_of=AS_OF)
    assert float(finding.overlaps[0].area_m2) == pytest.approx(5000, rel=1e-3)
