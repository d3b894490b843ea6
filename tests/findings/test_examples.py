"""Examples see every effect of an exclusion, and the time for which a layer holds."""

import pytest

from pil_discovery.findings import run_example, score
from pil_discovery.types import Dataset
from tests.findings.factory import DATASETS, model

ROWS = [
    {"bill_no": "a", "due_date": "2026-01-01", "amount_cny": 200},
    {"bill_no": "b", "due_date": "2026-01-01", "amount_cny": 300},
]
WEAK = [{"when": "relieved", "then": "downgrade", "zh": "减免待核"}]


def weakened(expect):
    return {
        "name": "减弱",
        "as_of": "2026-09-30",
        "given": {"bill": ROWS, "relief": [{"bill_no": "a"}]},
        "expect": expect,
    }


def differences(expect):
    made = model(exclusions=WEAK, examples=[weakened(expect)])
    return run_example(made, made.examples[0], DATASETS).differences


def test_a_weakened_hit_is_seen():
    both = [["a"], ["b"]]
    assert differences({"hit": both, "downgraded": [["a"]]}) == ()
    assert differences({"hit": both}) == ()
    assert differences({"hit": both, "downgraded": [["b"]]}) == (
        "应降低确定性，却没有：b",
        "不应降低确定性：a",
    )
    assert differences({"downgraded": []}) == ("不应降低确定性：a",)


def test_dropping_a_weakening_exclusion_is_noticed():
    expect = {"hit": [["a"], ["b"]], "downgraded": [["a"]]}
    told = model(exclusions=WEAK, examples=[weakened(expect)])
    blind = model(exclusions=WEAK, examples=[weakened({"hit": expect["hit"]})])
    assert "exclusions.0" not in [w for w, _ in score(told, DATASETS).survivors]
    assert "exclusions.0" in [w for w, _ in score(blind, DATASETS).survivors]


RULES = {
    "basis": ["ure-26", "bud-55"],
    "basis_when": {"ure-26": "amount_cny > 250"},
    "exclusions": [],
}


def test_the_rules_that_a_finding_rests_on_are_compared():
    right = {"basis": {"a": ["bud-55"], "b": ["bud-55", "ure-26"]}}
    wrong = {"basis": {"a": ["ure-26", "bud-55"], "c": ["bud-55"]}}
    told = []
    for expect in (right, wrong):
        made = model(**RULES, examples=[weakened(expect)])
        told.append(run_example(made, made.examples[0], DATASETS).differences)
    assert told == [
        (),
        ("a 的依据应为 ure-26、bud-55，实为 bud-55", "没有发现 c，无从核对依据"),
    ]


def test_citing_a_rule_always_is_noticed():
    hits = {"hit": [["a"], ["b"]]}
    told = weakened(hits | {"basis": {"a": ["bud-55"], "b": ["ure-26", "bud-55"]}})
    place = "basis_when.ure-26"
    survivors = [
        [words for where, words in score(made, DATASETS).survivors if where == place]
        for made in (
            model(**RULES, examples=[told]),
            model(**RULES, examples=[weakened(hits)]),
        )
    ]
    assert survivors[0] == ["…amount_cny > 250…：> → >="]
    assert "总是适用" in survivors[1]


ZONE = Dataset.model_validate(
    {
        "id": "zone",
        "title": {"zh": "区"},
        "domain": "environment",
        "holder": "局",
        "kind": "vector",
        "fields": [
            {"name": "zone_no", "type": "text"},
            {"name": "geometry", "type": "geometry", "geom": "polygon"},
        ],
    }
)


@pytest.mark.parametrize(("to", "hits"), [("2026-09-30", 1), ("2026-09-29", 0)])
def test_a_layer_of_an_example_holds_for_a_time(to, hits):
    square = "POLYGON((0 0, 1 0, 1 1, 0 1, 0 0))"
    found = model(
        data={"zone": ["zone_no", "geometry"]},
        clears={},
        parameters={},
        exclusions=[],
        measures={},
        explain={"zh": "{zone_no}"},
        population={
            "key": ["zone_no"],
            "sql": "SELECT zone_no, _valid_from <= $as_of AND _valid_to >= $as_of"
            " AS hit FROM zone",
        },
        examples=[
            {
                "name": "有效期",
                "as_of": "2026-09-30",
                "given": {"zone": [{"zone_no": "z", "geometry": square}]},
                "valid_from": {"zone": "2020-01-01"},
                "valid_to": {"zone": to},
                "expect": {"hit": [["z"]] * hits},
            }
        ],
    )
    assert run_example(found, found.examples[0], {"zone": ZONE}).differences == ()
