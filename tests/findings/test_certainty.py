"""Hits that rest on ground are sure of it: below its bar a model asks for review."""

import pytest

from pil_discovery.catalog import load_catalog
from pil_discovery.types.steps import OverlayStep

MODELS = load_catalog().models
ON_GROUND = (
    "assets/sewage-fee-unpaid",
    "environment/construction-waste-dumped",
    "environment/farmland-occupied",
    "environment/forest-occupied",
    "environment/fumes-in-residential-building",
    "environment/heritage-zone-building",
    "environment/livestock-in-ban-zone",
    "environment/mining-beyond-licence",
    "environment/outfall-in-source-zone",
    "environment/river-range-occupied",
    "environment/shore-occupied",
    "environment/source-zone-building",
    "environment/waterside-catering-undrained",
    "environment/wetland-filled",
    "land/allocated-land-let",
    "land/beyond-parcel",
    "land/use-changed",
)
"""Models that flag because something lies in, on or beyond something else."""


def doubts(model):
    """Exclusions that speak of the error of positions, by what then happens."""
    words = ("位置误差", "点位关联", "边界误差")
    return {x.then for x in model.exclusions if any(w in x.zh for w in words)}


@pytest.mark.parametrize("name", ON_GROUND)
def test_a_doubtful_place_is_for_review(name):
    assert "review" in doubts(MODELS[name])


@pytest.mark.parametrize("name", MODELS)
def test_a_doubtful_place_never_merely_lowers_a_hit(name):
    model = MODELS[name]
    if any(isinstance(step, OverlayStep) for step in model.steps):
        lowered = [
            x.zh
            for x in model.exclusions
            if x.then == "downgrade" and "保守估计低于门槛" in x.zh
        ]
        assert lowered == []


def test_models_whose_findings_carry_ground_ask_for_certainty():
    carrying = {
        m.id
        for m in MODELS.values()
        if "overlap" in m.population.sql.replace("p_overlap", "")
    }
    assert len(carrying) >= 7
    assert carrying <= set(ON_GROUND)
