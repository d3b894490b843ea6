"""Models hand the overlay that proves a hit on to the finding."""

import pytest

from pil_discovery.catalog import load_catalog
from pil_discovery.findings import run_example
from pil_discovery.pipeline.identifying import NameLinker

CATALOG = load_catalog()
OUTSIDE = {
    "environment/river-range-occupied": "open_least",
    "environment/shore-occupied": "outside",
    "environment/mining-beyond-licence": "open_least",
    "environment/wetland-filled": "open_least",
    "environment/construction-waste-dumped": "open_least",
}
"""Model → step with the ground that no paper covers."""
INSIDE = {"land/allocated-land-let": "site_on_parcel"}
"""Model → step with the points inside a parcel."""

EXCUSING = {
    "environment/mine-unrestored",  # licences over one mine
    "environment/temporary-land-unreclaimed",  # later papers; fields to compare with
    "environment/water-abstraction-unpermitted",  # permits of others beside
}
"""Models whose overlays only excuse or compare: no hit rests on their ground."""


def found(model_id):
    """Hits of the first example that expects one."""
    model = CATALOG.models[model_id]
    example = next(e for e in model.examples if e.expect.hit)
    findings = run_example(
        model, example, CATALOG.datasets, linker=NameLinker()
    ).findings
    return [f for f in findings if f.state == "hit"]


@pytest.mark.parametrize(("model", "step"), OUTSIDE.items())
def test_ground_that_no_paper_covers_comes_with_its_finding(model, step):
    hits = found(model)
    assert hits
    for hit in hits:
        (overlap,) = hit.overlaps
        assert (overlap.step, overlap.how) == (step, "difference")
        assert overlap.area_m2 > 0
        assert overlap.area_low_m2 <= overlap.area_high_m2
        assert overlap.geometry["type"] in {"Polygon", "MultiPolygon"}
        assert overlap.geometry == hit.geometry


@pytest.mark.parametrize(("model", "step"), INSIDE.items())
def test_points_inside_a_parcel_come_with_its_finding(model, step):
    hits = found(model)
    assert hits
    for hit in hits:
        assert {(o.step, o.how) for o in hit.overlaps} == {(step, "within")}
        assert {o.geometry["type"] for o in hit.overlaps} == {"Point"}
        assert len(hit.overlaps) >= hit.measures["tenants"]


@pytest.mark.parametrize(
    ("model_id", "step", "how"),
    [
        ("assets/sewage-fee-unpaid", "sewered", "within"),
        ("land/use-changed", "on_parcel", "within"),
        ("environment/waterside-catering-undrained", "waterside", "near"),
    ],
)
def test_the_zone_that_makes_a_hit_comes_with_its_term(model_id, step, how):
    model = CATALOG.models[model_id]
    runs = [
        run_example(model, e, CATALOG.datasets, linker=NameLinker())
        for e in model.examples
    ]
    handed = [o for r in runs for f in r.findings for o in f.overlaps]
    assert {(o.step, o.how) for o in handed} == {(step, how)}
    assert {o.validity for o in handed} <= {"in_force", "unstated", "unknown"}


@pytest.mark.parametrize("model_id", sorted(EXCUSING))
def test_ground_that_proves_nothing_stays_in_the_model(model_id):
    hits = found(model_id)
    assert hits
    assert {o for hit in hits for o in hit.overlaps} == set()


def test_where_doubtful_papers_cover_all_the_most_that_may_be_open_is_handed_on():
    model = CATALOG.models["environment/wetland-filled"]
    runs = [
        run_example(model, e, CATALOG.datasets, linker=NameLinker())
        for e in model.examples
    ]
    unknown = [f for r in runs for f in r.findings if f.state == "unknown"]
    assert {tuple(o.step for o in f.overlaps) for f in unknown} == {(), ("open_most",)}
