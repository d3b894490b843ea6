"""Every kind of step runs in a model and hands its rows to SQL."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from pil_discovery.errors import ModelError
from pil_discovery.findings import Inputs, rows_of, run_example, screen
from pil_discovery.findings.example_pictures import Gallery
from pil_discovery.pipeline.identifying import NameLinker
from pil_discovery.types import Dataset, Model

AS_OF = dt.date(2026, 9, 30)
E0, N0 = 500000.0, 3100000.0


def dataset(name, *fields):
    return Dataset.model_validate(
        {
            "id": name,
            "title": {"zh": name},
            "domain": "environment",
            "holder": "局",
            "kind": "vector",
            "fields": [
                {"name": "no", "aliases": ["编号"], "type": "text"},
                *fields,
                {"name": "geometry", "type": "geometry", "geom": "any"},
            ],
        }
    )


NAME = {"name": "firm", "aliases": ["单位"], "type": "text"}
DAY = {"name": "start_date", "aliases": ["开始"], "type": "date"}
DATASETS = {
    d.id: d
    for d in (dataset("plot", NAME, DAY), dataset("zone"), dataset("list", NAME))
}


def box(east, north, size=100.0):
    x, y = E0 + east, N0 + north
    return shapely.box(x, y, x + size, y + size).wkt


def model(steps, sql, **changes):
    plain = {
        "id": "environment/step",
        "code": "X-02",
        "version": "1.0.0",
        "status": "trial",
        "title": {"zh": "步骤"},
        "domain": "environment",
        "why": "试验",
        "data": {"plot": ["no", "geometry"], "zone": ["no", "geometry"]},
        "steps": steps,
        "population": {"key": ["no"], "sql": sql},
        "agency": {"power": "p"},
        "explain": {"zh": "{no}", "en": "{no}"},
    }
    return Model.model_validate({**plain, **changes})


def outcome(screened, example, gallery=None):
    example = {"name": "例", "as_of": "2026-09-30", "crs": "EPSG:4549", **example}
    shown = Model.model_validate(
        {**screened.model_dump(), "examples": [{"expect": {}, **example}]}
    )
    result = run_example(
        shown, shown.examples[0], DATASETS, gallery, linker=NameLinker()
    )
    assert result.run.state == "computed", result.run.missing
    return result


def states(result):
    return {f.key["no"]: f.state for f in result.findings}


OVERLAY = [
    {
        "table": "inside",
        "overlay": {
            "left": "plot",
            "right": "zone",
            "how": "intersection",
            "by": "left",
            "threshold_m2": "$bar",
        },
    }
]
OVERLAY_SQL = """SELECT p.no, p.geometry, coalesce(o.area_m2, 0) AS area_m2, o.p_over,
    coalesce(o.area_m2, 0) > $bar AS hit
    FROM plot p LEFT JOIN inside o ON o.left_id = p._id"""


def overlaid(**example):
    bar = {"bar": {"value": 4000, "unit": "m2", "why": "试验"}}
    screened = model(OVERLAY, OVERLAY_SQL, parameters=bar, measures={"area_m2": "m2"})
    given = {
        "plot": [
            {"no": "A", "geometry": box(0, 0)},
            {"no": "B", "geometry": box(500, 0)},
        ],
        "zone": [
            {"no": "1", "geometry": box(50, 0)},
            {"no": "2", "geometry": box(50, 0)},
        ],
    }
    return outcome(screened, {"given": given, **example})


def test_overlay_counts_common_ground_once():
    result = overlaid()
    (finding,) = result.findings
    assert (finding.key["no"], finding.state) == ("A", "hit")
    assert float(finding.measures["area_m2"]) == pytest.approx(5000, rel=2e-3)
    assert result.run.steps[0].rows_in == {"plot": 2, "zone": 2}
    assert finding.geometry["type"] == "Polygon"


def test_a_table_without_place_cannot_be_overlaid():
    steps = [
        {"table": "plain", "sql": "SELECT no FROM plot"},
        {**OVERLAY[0], "overlay": {**OVERLAY[0]["overlay"], "left": "plain"}},
    ]
    bar = {"bar": {"value": 1, "unit": "m2", "why": "试验"}}
    with pytest.raises(ModelError, match="没有 geometry 列"):
        outcome(
            model(steps, OVERLAY_SQL, parameters=bar),
            {"given": {"plot": [{"no": "A", "geometry": box(0, 0)}], "zone": []}},
        )


def test_an_undeclared_number_is_named():
    with pytest.raises(ModelError, match=r"没有声明的参数：\$bar"):
        outcome(
            model(OVERLAY, "SELECT no, TRUE AS hit FROM plot"),
            {
                "given": {
                    "plot": [{"no": "A", "geometry": box(0, 0)}],
                    "zone": [{"no": "1", "geometry": box(0, 0)}],
                }
            },
        )


def picture(day, *patches, cloud=()):
    return {
        "acquired": f"{day}T10:40:00+08:00",
        "size": [40, 40],
        "origin": [E0 - 100, N0 + 300],
        "pixel_m": 10,
        "base": {"red": 500, "nir": 3500},
        "patches": [
            {"block": list(block), "bands": {"red": 2600, "nir": 2700}}
            for block in patches
        ],
        "cloud": [list(c) for c in cloud],
        "noise": 8,
    }


def bands(**changes):
    data = {"plot": ["no", "geometry"], "image": ["red", "nir"]}
    return {"data": {**data, **changes}}


PLOTS = {
    "plot": [
        {"no": "A", "geometry": box(0, 0), "start_date": "2026-01-01"},
        {"no": "B", "geometry": box(150, 0), "start_date": None},
    ]
}
A_BLOCK = (20, 30, 10, 20)


def test_zonal_statistics_reach_sql():
    steps = [
        {
            "table": "green",
            "zonal": {"zones": "plot", "index": "ndvi", "stats": ["mean"]},
        }
    ]
    sql = """SELECT p.no, g.mean < 0.3 AS hit FROM plot p
             LEFT JOIN green g ON g.zone_id = p._id"""
    example = {"given": PLOTS, "images": [picture("2026-09-01", A_BLOCK)]}
    assert states(outcome(model(steps, sql, **bands()), example)) == {"A": "hit"}


def test_a_polygon_under_clouds_is_unknown():
    steps = [{"table": "green", "zonal": {"zones": "plot", "index": "ndvi"}}]
    sql = """SELECT p.no, g.mean < 0.3 AS hit FROM plot p
             LEFT JOIN green g ON g.zone_id = p._id"""
    clouds = picture("2026-09-01", A_BLOCK, cloud=[(18, 32, 8, 22)])
    example = {"given": PLOTS, "images": [clouds]}
    assert states(outcome(model(steps, sql, **bands()), example)) == {"A": "unknown"}


def test_an_inner_buffer_keeps_the_rim_out():
    wide = {"zones": "plot", "index": "ndvi", "inner_buffer_m": 30}
    steps = [
        {"table": "whole", "zonal": {"zones": "plot", "index": "ndvi"}},
        {"table": "heart", "zonal": wide},
    ]
    sql = """SELECT p.no, h.mean > w.mean AS hit FROM plot p
             JOIN whole w ON w.zone_id = p._id JOIN heart h ON h.zone_id = p._id"""
    rim = [(20, 22, 10, 20), (28, 30, 10, 20)]
    example = {"given": PLOTS, "images": [picture("2026-09-01", *rim)]}
    assert states(outcome(model(steps, sql, **bands()), example))["A"] == "hit"


def test_change_is_confirmed_and_dated():
    steps = [
        {"table": "lost", "change": {"zones": "plot", "direction": ["vegetation_lost"]}}
    ]
    sql = """SELECT p.no, l.geometry, l.area_m2,
                    CAST(l.after_date AS DATE) AS fact_date,
                    CASE l.state WHEN 'changed' THEN l.confirmed
                                 WHEN 'stable' THEN FALSE END AS hit
             FROM plot p JOIN lost l ON l.zone_id = p._id"""
    images = [
        picture("2025-07-20"),
        picture("2026-07-12", A_BLOCK),
        picture("2026-09-05", A_BLOCK),
    ]
    screened = model(steps, sql, measures={"area_m2": "m2"}, **bands())
    (finding,) = outcome(screened, {"given": PLOTS, "images": images}).findings
    assert (finding.key["no"], finding.state) == ("A", "hit")
    assert finding.fact_date == dt.date(2026, 7, 12)
    assert float(finding.measures["area_m2"]) == pytest.approx(10000, rel=0.1)


def test_one_picture_is_not_enough_for_change():
    steps = [{"table": "lost", "change": {"zones": "plot"}}]
    sql = "SELECT no, TRUE AS hit FROM plot"
    frames = {
        "plot": pd.DataFrame(
            {"no": ["A"], "geometry": [shapely.Point(120, 28)]}
        ).assign(_source="a", _sheet=None, _row=1)
    }
    run, _ = screen(
        model(steps, sql, **bands()),
        Inputs(rows_of(frames, DATASETS), (), DATASETS),
        as_of=AS_OF,
    )
    assert (run.state, run.missing) == ("not_computable", ("image",))


def test_a_series_breaks_on_a_date():
    days = pd.date_range("2023-01-05", "2026-08-05", freq="20D").strftime("%Y-%m-%d")
    images = [picture(d, *([A_BLOCK] if d > "2026-04-01" else [])) for d in days]
    steps = [
        {
            "table": "breaks",
            "series": {"zones": "plot", "index": "ndvi", "start_column": "start_date"},
        }
    ]
    sql = """SELECT p.no, CAST(b.latest_date AS DATE) AS fact_date,
                    CASE b.state WHEN 'broken' THEN TRUE
                                 WHEN 'stable' THEN FALSE END AS hit
             FROM plot p JOIN breaks b ON b.zone_id = p._id"""
    screened = model(steps, sql, **bands(plot=["no", "start_date", "geometry"]))
    result = outcome(screened, {"given": PLOTS, "images": images})
    (finding,) = result.findings
    assert (finding.key["no"], finding.state) == ("A", "hit")
    assert dt.date(2026, 4, 1) <= finding.fact_date <= dt.date(2026, 5, 10)


class BareGallery(Gallery):
    """Draws pictures that come without a cloud mask."""

    def images_of(self, example):
        return [replace(i, cloud_mask=None) for i in super().images_of(example)]


def test_a_series_that_scatters_like_clouds_is_unknown_without_masks():
    days = pd.date_range("2023-01-05", "2026-08-05", freq="20D").strftime("%Y-%m-%d")
    hidden = np.random.default_rng(4).random(len(days)) < 0.3
    images = [
        picture(d, *([A_BLOCK] if h else []), cloud=[A_BLOCK] if h else ())
        for d, h in zip(days, hidden, strict=True)
    ]
    steps = [{"table": "breaks", "series": {"zones": "plot", "index": "ndvi"}}]
    sql = """SELECT p.no, b.quality, b.reason AS unknown_reason,
                    CASE b.state WHEN 'broken' THEN TRUE
                                 WHEN 'stable' THEN FALSE END AS hit
             FROM plot p JOIN breaks b ON b.zone_id = p._id"""
    screened = model(steps, sql, **bands(plot=["no", "geometry"]))
    given = {"plot": [{k: r[k] for k in ("no", "geometry")} for r in PLOTS["plot"]]}
    example = {"given": given, "images": images}
    assert states(outcome(screened, example)) == {}
    with BareGallery() as gallery:
        (finding,) = outcome(screened, example, gallery).findings
    assert (finding.key["no"], finding.state) == ("A", "unknown")
    assert "云雾式离散" in finding.missing[0]
    gates = finding.quality.gates
    assert (gates["series"].verdict, gates["cloud"].verdict) == ("refuse", "flag")


RESTORATION = {
    "zones": "plot",
    "index": "ndvi",
    "damaged_column": "start_date",
    "ring_width_m": "$ring",
    "ring_gap_m": 10,
    "restored_share": 0.8,
    "partly_share": 0.3,
    "relapse_share": 0.3,
    "min_loss": 0.15,
    "noise": 0.02,
    "drift": 0.15,
}
RING = {"ring": {"value": 40, "unit": "m", "why": "试验"}}


def restored(spec, *, given=PLOTS, days=("2025-12-20", "2026-07-12", "2026-09-05")):
    sql = """SELECT p.no, CAST(r.latest_last AS DATE) AS fact_date, r.recovery,
                    coalesce(r.reason, '没有范围') AS unknown_reason,
                    CASE r.state WHEN 'not_restored' THEN TRUE
                                 WHEN 'restored' THEN FALSE END AS hit
             FROM plot p LEFT JOIN back r ON r.zone_id = p._id"""
    screened = model(
        [{"table": "back", "restoration": spec}],
        sql,
        parameters=RING,
        measures={"recovery": "1"},
        **bands(plot=["no", "start_date", "geometry"]),
    )
    images = [picture(day, A_BLOCK) for day in days]
    return outcome(screened, {"given": given, "images": images})


def test_restoration_is_judged_against_the_ground_around():
    hit, unknown = restored(RESTORATION).findings
    assert (hit.key["no"], hit.state) == ("A", "hit")
    assert hit.fact_date == dt.date(2026, 9, 5)
    assert abs(float(hit.measures["recovery"])) < 0.1
    assert (unknown.key["no"], unknown.state) == ("B", "unknown")
    assert unknown.fact_date is None


def test_restoration_does_not_look_past_the_day_of_the_scan():
    (finding, _) = restored(
        RESTORATION, days=("2025-12-20", "2026-12-12", "2026-12-25")
    ).findings
    assert finding.state == "unknown"


def test_restoration_names_columns_that_are_not_there():
    from pil_discovery.findings.rehearsal import rehearse

    spec = {**RESTORATION, "claimed_column": "closing", "index": "ndxx"}
    steps = [{"table": "back", "restoration": spec}]
    sql = (
        "SELECT p.no, r.state = 'x' AS hit FROM plot p JOIN back r ON r.zone_id = p._id"
    )
    screened = model(
        steps, sql, parameters=RING, **bands(plot=["no", "start_date", "geometry"])
    )
    said = " ".join(f.what for f in rehearse(screened, DATASETS).faults)
    assert "没有列「closing」" in said
    assert "没有指数「ndxx」" in said


def test_restoration_runs_on_empty_tables():
    from pil_discovery.findings.rehearsal import rehearse

    spec = {**RESTORATION, "claimed_column": "start_date"}
    sql = """SELECT p.no, strftime(r.since_latest, '%Y') AS year, r.confirmed AS hit
             FROM plot p LEFT JOIN back r ON r.zone_id = p._id"""
    screened = model(
        [{"table": "back", "restoration": spec}],
        sql,
        parameters=RING,
        **bands(plot=["no", "start_date", "geometry"]),
    )
    assert rehearse(screened, DATASETS).faults == []


def test_match_links_by_name_and_says_what_likeness_alone_decided():
    steps = [
        {
            "table": "linked",
            "match": {"left": "plot", "right": "list", "name": ["firm", "firm"]},
        }
    ]
    sql = """SELECT p.no, l.is_exact, l.decision IS NOT NULL AS hit
             FROM plot p LEFT JOIN linked l ON l.left_id = p._id"""
    screened = model(
        steps,
        sql,
        data={"plot": ["no", "firm"], "list": ["no", "firm"]},
        exclusions=[{"when": "NOT is_exact", "then": "review", "zh": "名称相近"}],
    )
    given = {
        "plot": [
            {"no": "A", "firm": "示例环保（某地）有限公司"},
            {"no": "B", "firm": "示例环保科技有限公司"},
            {"no": "C", "firm": "毫不相干商店"},
        ],
        "list": [
            {"no": "1", "firm": "示例环保(某地)有限公司"},
            {"no": "2", "firm": "示例环保科技有限责任公司"},
        ],
    }
    assert states(outcome(screened, {"given": given})) == {"A": "hit", "B": "review"}


def test_step_tables_have_no_nan():
    result = overlaid()
    assert all(
        not (isinstance(v, float) and np.isnan(v))
        for f in result.findings
        for v in f.measures.values()
    )
