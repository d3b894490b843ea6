import math
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.leads import Refused, learn, plain, weigh
from pil_discovery.leads.refinement import refined
from pil_discovery.types import Refinement
from tests.leads.builders import (
    AS_OF,
    BINDING,
    FIRST_CHECK,
    make_checks,
    make_finding,
    make_model,
    parts_of,
)

shares = st.integers(0, 10_000).map(lambda n: Decimal(n) / 10_000)


def make_refinement(**changes):
    given_values = {"start": "-1.0000", "certainty": "0.8000"}
    given_values |= {"verifiability": "1.5000", "inaction": "0.4000"}
    given_values |= {"checked": 300, "confirmed": 120, "until": FIRST_CHECK}
    given_values |= {"gain": ("0.02", "0.01", "0.03"), "verdicts_sha256": "0"}
    return Refinement.model_validate(given_values | changes)


def test_what_can_be_proved_is_learned_and_never_counts_against_a_lead():
    found = learn(make_checks(600), "hash")
    assert isinstance(found, Refinement)
    assert found.verifiability > 1
    assert found.certainty > 0
    assert found.inaction == 0
    assert found.gain[1] > 0
    assert (found.checked, found.verdicts_sha256) == (600, "hash")
    assert learn(reversed(make_checks(600)), "hash") == found


def test_a_variable_that_pulls_down_is_left_out():
    found = learn(make_checks(800, weight=-3.0, reported=3.0), "")
    assert isinstance(found, Refinement)
    assert found.verifiability == 0


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (make_checks(199), "至少要 200 件"),
        (
            [v.model_copy(update={"outcome": "confirmed"}) for v in make_checks(300)],
            "各 50",
        ),
        ([v.model_copy(update={"parts": None}) for v in make_checks(300)], "核查 0 件"),
        (make_checks(400, weight=0.0), "没有比原来的确定性更准"),
        (make_checks(400, weight=0.0, reported=-2.0), "与原来的确定性无关"),
    ],
)
def test_what_is_not_surely_better_is_not_taken(told, words):
    found = learn(told, "")
    assert isinstance(found, Refused)
    assert words in found.zh


@given(shares, shares, shares, shares)
def test_more_certainty_proof_or_inaction_never_lowers_it(first, more, proof, inaction):
    low, high = sorted((first, more))
    by = make_refinement()
    lower = refined(parts_of(low, proof, inaction), by).certainty
    assert refined(parts_of(high, proof, inaction), by).certainty >= lower
    assert refined(parts_of(low, 1, inaction), by).certainty >= lower
    assert refined(parts_of(low, proof, 1), by).certainty >= lower


@given(st.integers(1000, 9000), shares, shares)
def test_the_certainty_of_the_points_card_can_be_had_back(certainty, proof, inaction):
    before = parts_of(Decimal(certainty) / 10_000, proof, inaction)
    after = plain(refined(before, make_refinement()), make_refinement())
    assert after.certainty == pytest.approx(before.certainty, abs=Decimal("0.002"))


def test_the_sentence_is_enough_to_recompute_the_certainty():
    (lead,) = weigh(
        [make_finding(1)],
        models={"land/unpaid": make_model()},
        bases={"law-1": BINDING},
        runs=(),
        as_of=AS_OF,
        refinement=make_refinement(),
    )
    sentence = next(r for r in lead.reasons if r.startswith("确定性 "))
    number = r"(-?\d+\.\d+)"
    told = re.search(
        rf"对数几率 = {number} \+ {number} × {number} 的对数几率"
        rf" \+ {number} × 可查性（行政） \+ {number} × 不作为",
        sentence,
    )
    start, slope, before, proof, inaction = map(float, told.groups())
    logit = start + slope * math.log(before / (1 - before))
    logit += proof * float(lead.routes["admin"]["verifiability"])
    logit += inaction * float(lead.parts.inaction)
    by_hand = Decimal(repr(1 / (1 + math.exp(-logit)))).quantize(Decimal("0.0001"))
    assert by_hand == lead.parts.certainty
    assert "300 件核查" in sentence
