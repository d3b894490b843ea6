"""Changes of a rule that no example notices are found."""

import pytest

from pil_discovery.findings import score
from pil_discovery.findings.mutations import flips, mutants_of
from tests.findings.factory import DATASETS, model

DUE = {"bill_no": "a", "due_date": "2026-01-01", "amount_cny": 200}
EXAMPLES = [
    {
        "name": "界限两侧",
        "as_of": "2026-09-30",
        "given": {
            "bill": [
                DUE,
                {**DUE, "bill_no": "b", "amount_cny": 100},
                {**DUE, "bill_no": "c", "due_date": "2026-09-30"},
                {**DUE, "bill_no": "d", "due_date": "2026-10-01"},
                {**DUE, "bill_no": "e", "amount_cny": 120},
            ]
        },
        "expect": {"hit": [["a"], ["c"], ["e"]], "clear": [["b"], ["d"]]},
    }
]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("a >= 1 AND b<2", ["a > 1 AND b<2", "a >= 1 AND b<=2"]),
        (
            "a <> '=' AND b = \">=\"",
            ["a = '=' AND b = \">=\"", "a <> '=' AND b <> \">=\""],
        ),
        ("x -> 'a' -- a = b\n", []),
        ("f(a := 1, b => 2) || c /* < */", []),
    ],
)
def test_comparisons_are_flipped_outside_texts(sql, found):
    assert [changed for _, changed in flips(sql)] == found


def test_every_place_of_a_model_is_changed_once():
    places = [m.where for m in mutants_of(model())]
    assert places.count("parameters.floor") == 2
    assert any(p.startswith("exclusions.0") for p in places)
    assert sum(p == "population" for p in places) == 3


def test_a_boundary_without_example_is_named():
    whole = score(model(examples=EXAMPLES, exclusions=[]), DATASETS)
    kept = [
        e | {"given": {"bill": [DUE]}, "expect": {"hit": [["a"]]}} for e in EXAMPLES
    ]
    poor = score(model(examples=kept, exclusions=[]), DATASETS)
    assert whole.share > poor.share
    assert ("parameters.floor", "100 → 50") in poor.survivors
    assert "parameters.floor" not in [where for where, _ in whole.survivors]


def test_examples_that_fail_as_it_is_are_named_and_nothing_is_scored():
    wrong = {**EXAMPLES[0], "name": "写错的", "expect": {"hit": []}}
    absurd = {**EXAMPLES[0], "name": "没有的列", "given": {"bill": [{"no": 1}]}}
    found = score(model(examples=[*EXAMPLES, wrong, absurd], exclusions=[]), DATASETS)
    assert found.failing == ("写错的", "没有的列")
    assert (found.share, found.mutants, found.survivors) == (None, 0, ())
