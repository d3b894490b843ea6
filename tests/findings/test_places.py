"""Typed steps over places: tolerance, optional columns, absent tables."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pil_discovery.findings import Inputs, rows_of, screen
from pil_discovery.types import Dataset
from tests.findings.factory import AS_OF, bills, model
from tests.findings.factory import inputs as bill_inputs

FIELDS = [
    {"name": "plot_no", "type": "text"},
    {"name": "owner", "type": "text"},
    {"name": "geometry", "type": "geometry", "geom": "polygon"},
]


def dataset(name):
    return Dataset.model_validate(
        {
            "id": name,
            "title": {"zh": name},
            "domain": "environment",
            "holder": "自然资源局",
            "kind": "vector",
            "key": ["plot_no"],
            "fields": FIELDS,
        }
    )


DATASETS = {name: dataset(name) for name in ("built", "plot")}
SQL = """
SELECT b.plot_no, b.owner, coalesce(o.area_m2, 0) AS beyond_m2,
       coalesce(o.area_m2, 0) > 50 AS hit
FROM built b LEFT JOIN beyond o ON o.left_id = b._id
"""


def squares(*lefts, sigma):
    """Return squares of 100 m with their left edges, metres, as a table."""
    shapes = [shapely.box(500000 + x, 3100000, 500100 + x, 3100100) for x in lefts]
    return pd.DataFrame(
        {
            "plot_no": pd.array([f"P{n}" for n in range(len(lefts))], dtype="string"),
            "geometry": np.asarray(
                gpd.GeoSeries(shapes, crs=4549).to_crs(4490), dtype=object
            ),
            "_sigma_m": sigma,
            "_source": "图层.gpkg",
            "_sheet": None,
            "_row": range(1, len(lefts) + 1),
        }
    )


def beyond(**overlay):
    step = {"left": "built", "right": "plot", "how": "difference", "by": "left"}
    return model(
        data={"built": ["plot_no", "geometry"]},
        clears={"built": ["owner"], "plot": ["plot_no", "geometry"]},
        steps=[{"table": "beyond", "overlay": {**step, **overlay}}],
        population={"key": ["plot_no"], "sql": SQL},
        exclusions=[],
        measures={"beyond_m2": "m2"},
        explain={"zh": "{plot_no}超出{beyond_m2:m2}平方米", "en": ""},
    )


def hits(found):
    return {f.key["plot_no"]: float(f.measures["beyond_m2"]) for f in found[1]}


def test_tolerance_takes_off_what_a_shift_could_explain():
    built = squares(5, 1020, sigma=[3.0, 4.0])
    tables = {"built": built, "plot": squares(0, 1000, sigma=0.0)}
    inputs = Inputs(rows_of(tables, DATASETS), (), DATASETS)
    plain = screen(beyond(), inputs, as_of=AS_OF)
    assert hits(plain) == pytest.approx({"P0": 500, "P1": 2000}, rel=1e-3)
    sure = screen(beyond(tolerance_sigma=2), inputs, as_of=AS_OF)
    assert hits(sure) == pytest.approx({"P1": 1200}, rel=1e-3)


def test_an_unknown_sigma_gives_no_tolerance():
    tables = {"built": squares(20, sigma=np.nan), "plot": squares(0, sigma=3.0)}
    inputs = Inputs(rows_of(tables, DATASETS), (), DATASETS)
    sure = screen(beyond(tolerance_sigma=2), inputs, as_of=AS_OF)
    assert hits(sure) == pytest.approx({"P0": 2000}, rel=1e-3)


def test_absent_columns_and_tables_of_clears_are_empty_and_told():
    inputs = Inputs(rows_of({"built": squares(0, sigma=3.0)}, DATASETS), (), DATASETS)
    run, findings = screen(beyond(), inputs, as_of=AS_OF)
    assert run.state == "computed"
    assert run.missing_clears == ("built.owner", "plot")
    assert [f.state for f in findings] == ["hit"], "no plot covers anything"


def test_a_model_may_say_why_it_does_not_know():
    silent = model(
        clears={},
        population={
            "key": ["bill_no"],
            "sql": "SELECT bill_no, CAST(NULL AS BOOLEAN) AS hit,"
            " '影像有云' AS unknown_reason, amount_cny FROM bill",
        },
        exclusions=[],
    )
    found = screen(silent, bill_inputs(bills(("A", "2026-01-01", 5.0))), as_of=AS_OF)
    assert found[1][0].missing[0] == "影像有云"
