"""Zones count by their terms only where the terms come with the shapes."""

import pytest

from pil_discovery.catalog import load_catalog
from pil_discovery.findings import lint
from pil_discovery.findings.rehearsal import rehearse
from tests.findings.test_overlays import DATASETS, box, layer, model, run, states

CATALOG = load_catalog()


def told(*steps, right="drawn", **overlay):
    """Faults of a model whose overlay has a table of its own on the right."""
    made = [{"table": table, "sql": sql} for table, sql in steps]
    seen = rehearse(model(steps=made, right=right, **overlay), DATASETS)
    assert not seen.faults
    return [(fault.field, fault.what) for fault in seen.timeless]


def test_a_zone_without_its_term_is_named():
    ((where, what),) = told(("drawn", "SELECT _id, geometry FROM zone"))
    assert where == "steps.1.overlay"
    assert "表「drawn」" in what
    assert "有效期却没有带过来" in what


def test_the_check_of_models_says_so():
    steps = [{"table": "drawn", "sql": "SELECT _id, geometry FROM zone"}]
    faults = lint(model(steps=steps, right="drawn"), DATASETS)
    assert "steps.1.overlay" in [fault.field for fault in faults]


def test_so_is_one_that_lost_it_before():
    first = ("early", "SELECT _id, no, geometry FROM zone")
    found = told(first, ("drawn", "SELECT _id, geometry FROM early WHERE no > '3'"))
    assert [where for where, _ in found] == ["steps.2.overlay"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT _id, geometry, _valid_from, _valid_to FROM zone",
        "SELECT _id, geometry FROM zone WHERE _valid_to >= $as_of",
        "SELECT z._id, p.geometry, p._valid_from, p._valid_to FROM zone z, plot p",
    ],
)
def test_who_takes_or_looks_at_the_term_is_not_told(sql):
    assert told(("drawn", sql)) == []


def test_who_says_that_the_term_does_not_matter_is_not_told():
    drawn = ("drawn", "SELECT _id, geometry FROM zone")
    assert told(drawn, in_force_on="ever") == []
    assert len(told(drawn, in_force_on="built_date")) == 1


def test_the_layer_itself_has_its_term():
    assert told(right="zone") == []


def test_the_day_of_the_fact_decides_unless_a_model_names_another():
    plots = layer([box(0), box(300)], days=["2019-01-01", None])
    zones = layer([box(50), box(350)], terms=("2018-05-21", "2024-12-31"))
    dated = "SELECT _id, no, geometry, _sigma_m, built_date AS fact_date FROM plot"
    steps = [{"table": "dated", "sql": dated}]
    assert states(run(plots, zones, steps=steps, left="dated")) == {
        "0": "hit",
        "1": "unknown",
    }
    named = run(plots, zones, steps=steps, left="dated", in_force_on="$as_of")
    assert states(named) == {}


@pytest.mark.parametrize("name", CATALOG.models)
def test_no_model_loses_the_term_of_a_zone(name):
    assert rehearse(CATALOG.models[name], CATALOG.datasets).timeless == []
