"""What the gates of pictures become on the way from a step to a finding."""

import pytest

from pil_discovery.catalog import load_catalog
from pil_discovery.findings import lint, run_example
from pil_discovery.findings.picture_quality import KIND, gate_lists, quality_of
from pil_discovery.findings.step_facts import looks_at_pictures
from pil_discovery.pipeline.identifying import NameLinker

CATALOG = load_catalog()
PICTURED = [
    pytest.param(m, id=m.id)
    for m in CATALOG.models.values()
    if any(map(looks_at_pictures, m.steps))
]


def gate(name, verdict, reason="因"):
    return {"name": name, "verdict": verdict, "reason": reason}


def test_gates_become_lists_of_structs_also_where_there_is_no_row():
    several = ((("shift", "ok", "甲"),), (), (("shift", "ok", "甲"),))
    found = gate_lists(several)
    assert found.type == KIND == gate_lists([]).type
    assert found.to_pylist() == [
        [gate("shift", "ok", "甲")],
        [],
        [gate("shift", "ok", "甲")],
    ]


def test_a_finding_that_rests_on_no_picture_has_no_quality():
    assert quality_of({}) is None
    assert quality_of({"quality": None}) is None
    assert quality_of({"quality": []}) is None
    assert quality_of({"quality": "Ⅲ类"}) is None  # a column of the model's own
    assert quality_of({"quality": ["Ⅲ类", {"name": "x"}]}) is None


def test_the_worst_verdict_of_each_gate_counts_with_its_own_reasons():
    handed = [
        gate("cloud", "ok", "清晰"),
        gate("cloud", "flag", "缺少云掩膜"),
        gate("cloud", "flag", "缺少云掩膜"),
        gate("season", "ok", "同季节"),
    ]
    quality = quality_of({"quality": handed})
    assert quality.verdict == "flag"
    assert quality.gates["cloud"].reason == "缺少云掩膜"
    assert (quality.gates["season"].verdict, list(quality.gates)) == (
        "ok",
        ["cloud", "season"],
    )
    worse = quality_of({"quality": [*handed, gate("shift", "refuse")]})
    assert worse.verdict == "refuse"


def test_many_reasons_are_counted_and_the_first_told():
    days = [gate("cloud", "refuse", f"第{n}期") for n in range(6)]
    quality = quality_of({"quality": days})
    assert quality.gates["cloud"].reason == "第0期；第1期；第2期；第3期；等6项"


def behind(model):
    """Findings with a picture behind them, of the first example that has any."""
    for example in model.examples:
        if example.images:
            findings = run_example(
                model, example, CATALOG.datasets, linker=NameLinker()
            ).findings
            found = [
                f for f in findings if any(r.dataset == "image" for r in f.records)
            ]
            if found:
                return found
    return []


@pytest.mark.parametrize("model", PICTURED)
def test_every_finding_with_a_picture_behind_it_tells_its_quality(model):
    found = behind(model)
    assert found
    for finding in found:
        gates = finding.quality.gates
        assert {"cloud", "series"} & gates.keys()
        assert all(g.reason for g in gates.values())
        if "shift" in gates:
            assert {"pictures", "season", "cloud", "abstain"} <= gates.keys()


def test_a_model_that_looks_at_pictures_and_hands_no_quality_on_is_told_so():
    model = CATALOG.models["environment/forest-occupied"]
    assert model.population.sql.count("s.quality,") == 1
    sql = model.population.sql.replace("s.quality,", "")
    population = model.population.model_copy(update={"sql": sql})
    broken = model.model_copy(update={"population": population, "examples": ()})
    (fault,) = [f for f in lint(broken, CATALOG.datasets) if "影像的质量" in f.what]
    assert fault.loc == ("population", "sql")
    assert "「seen」" in fault.what
    assert "seen.quality" in fault.remedy
