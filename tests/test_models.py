"""Every screening model proves itself: the examples in its file run as tests."""

import datetime as dt

import pytest

from pil_discovery.catalog import load_catalog
from pil_discovery.findings import lint, run_example
from pil_discovery.findings.sentences import names_in
from pil_discovery.pipeline.identifying import NameLinker

CATALOG = load_catalog()
MODELS = [pytest.param(m, id=m.id) for m in CATALOG.models.values()]
STATES = ("hit", "review", "dropped", "unknown", "clear")


@pytest.mark.parametrize("model", MODELS)
def test_a_model_shows_hit_clear_and_unknown(model):
    shown = {s for e in model.examples for s in STATES if getattr(e.expect, s)}
    assert {"hit", "unknown"} <= shown | ({"hit"} if "review" in shown else set())
    assert "clear" in shown
    assert len(model.examples) >= 6


@pytest.mark.parametrize("model", MODELS)
def test_the_examples_give_what_they_expect_and_try_everything(model):
    assert lint(model, CATALOG.datasets, linker=NameLinker()) == []


@pytest.mark.parametrize("model", MODELS)
def test_a_model_tells_law_agency_remedy_and_what_to_verify(model):
    assert model.basis or model.basis_gap
    assert model.remedy
    assert model.verify
    assert model.harm
    assert set(model.basis).isdisjoint(model.basis_unverified)
    assert any(p.id == model.agency.power for p in CATALOG.powers)


@pytest.mark.parametrize("model", MODELS)
def test_sentences_never_accuse_and_print_no_identifier(model):
    for words in (model.title.zh, model.explain.zh, *(s.zh for s in model.inaction)):
        assert "构成违法" not in words
    printed = {*names_in(model.explain.zh), *names_in(model.explain.en)}
    assert printed.isdisjoint({"person_id", "phone", "rep_id", "manager_id"})


def test_a_permit_accepted_in_phases_permits_its_floor_area_once():
    model = CATALOG.models["land/far-raised"]
    example = model.examples[0]
    given = {name: list(rows) for name, rows in example.given.items()}
    first, *others = given["completion"]
    halves = [first | {"gfa_above_m2": m2} for m2 in (13_000, 10_000)]
    given["completion"] = [*halves, *others]

    def fired(first_m2):
        permit, *rest = given["planning_permit"]
        permits = [permit | {"gfa_above_m2": first_m2}, *rest]
        changed = example.model_copy(
            update={"given": {**given, "planning_permit": permits}}
        )
        result = run_example(model, changed, CATALOG.datasets, linker=NameLinker())
        assert result.passed, result.differences
        (hit,) = (f for f in result.findings if f.state == "hit")
        return any("规划许可核准" in signal.zh for signal in hit.inaction)

    # 40,000 m² are allowed, the second permit is of 20,000
    assert not fired(20_000)
    assert fired(20_001)


def test_two_fails_within_a_year_raise_the_urgency_of_samples_without_penalty():
    model = CATALOG.models["food/failed-sample-unpunished"]
    example = next(e for e in model.examples if "只处罚了前一批次" in e.name)
    first, second, *_ = example.given["sampling"]
    unanswered = {"sampling": (first, second), "penalty": ()}

    def fired(day):
        given = unanswered | {"sampling": (first | {"sample_date": day}, second)}
        changed = example.model_copy(update={"given": given})
        found = run_example(model, changed, CATALOG.datasets, linker=NameLinker())
        (hit,) = (f for f in found.findings if f.state == "hit")
        return any("一年内再次不合格" in signal.zh for signal in hit.urgency)

    assert second["sample_date"] == "2025-12-10"
    assert fired("2024-12-10")
    assert not fired("2024-12-09")


@pytest.mark.parametrize(
    ("school", "day"),
    [
        ("示例一小", "2026-03-10"),  # the sample failed while food was supplied
        ("示例二小", "2026-02-20"),  # penalised before: from the first supply
        ("示例三小", "2026-06-01"),  # the licence ended the day before
    ],
)
def test_a_supplier_is_dated_by_the_first_day_of_supply_after_the_fault(school, day):
    model = CATALOG.models["food/school-supplier-failing"]
    example = model.examples[0]
    found = run_example(model, example, CATALOG.datasets, linker=NameLinker())
    (hit,) = (f for f in found.findings if f.key["school"] == school)
    assert hit.fact_date == dt.date.fromisoformat(day)
