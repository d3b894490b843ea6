from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.errors import ModelError
from pil_discovery.leads.formula import (
    Shift,
    any_of,
    certainty,
    prior,
    rounded,
    score,
    severity,
)
from pil_discovery.types import Parts

shares = st.decimals(0, 1, places=4)


def parts(*values):
    names = ("certainty", "verifiability", "harm", "inaction", "urgency", "scale")
    return Parts(**{n: Decimal(str(v)) for n, v in zip(names, values, strict=True)})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.67, 1, 0.93, 0.3, 1, 0.9), 52.0),  # outfall in a level-1 zone
        ((0.67, 1, 0.79, 1, 0.3, 0.2), 45.5),  # unpaid land price
        ((0.71, 1, 0.53, 0.3, 0.2, 0.3), 27.9),  # allowances to the dead
        ((0.33, 0.83, 0.62, 0.8, 0.8, 0.2), 19.2),  # farmland, offender unknown
    ],
)
def test_worked_examples(values, expected):
    assert float(score(parts(*values))) == pytest.approx(expected, abs=0.5)


def test_routes_of_the_dump_relate_as_printed():
    admin = score(parts(0.33, 1, 1, 0.3, 0.3, 0.3))
    civil = score(parts(0.33, 0.5, 1, 0.3, 0.3, 0.3))
    assert float(civil / admin) == pytest.approx(15.1 / 21.3, abs=0.005)


def test_score_has_two_decimals_and_comes_from_printed_parts():
    assert str(score(parts(1, 1, 1, 1, 1, 1))) == "100.00"
    assert score(parts("0.6667", 1, "0.7914", 1, "0.3", "0.2")) == Decimal("45.41")


def test_harm_of_the_worked_land_price_is_as_printed():
    assert severity(Decimal("8571600.00"), 10_000, 50_000_000) == pytest.approx(
        0.79, abs=0.005
    )


@pytest.mark.parametrize(
    ("evidence", "mean"),
    [("register", 4 / 6), ("balance", 2 / 5), ("imagery", 2 / 6)],
)
def test_priors_by_evidence_class(evidence, mean):
    assert prior(evidence) == pytest.approx(mean)


def test_checked_leads_move_the_prior():
    assert prior("imagery", confirmed=10, checked=10) == 12 / 16


def test_certainty_without_shifts_is_the_prior():
    assert certainty(0.4, []) == pytest.approx(0.4)


@pytest.mark.parametrize("amount", [None, 0, Decimal(-5)])
def test_a_missing_or_empty_amount_is_no_harm(amount):
    assert severity(amount, 10, 100) == 0


@pytest.mark.parametrize(("floor", "cap"), [(0, 10), (10, 10), (20, 10)])
def test_impossible_anchors_are_refused(floor, cap):
    with pytest.raises(ModelError, match="锚点"):
        severity(5, floor, cap)


def test_rounding_is_half_up():
    assert str(rounded(0.00005)) == "0.0001"


@given(st.lists(shares, min_size=6, max_size=6), st.integers(0, 5), shares.map(Decimal))
def test_no_part_that_grows_lowers_the_score(values, place, other):
    grown = [max(v, other) if i == place else v for i, v in enumerate(values)]
    assert 0 <= score(parts(*values)) <= score(parts(*grown)) <= 100


@given(st.lists(st.floats(0, 1), max_size=6))
def test_any_of_stays_between_the_largest_share_and_one(found):
    assert max(found, default=0) - 1e-9 <= any_of(found) <= 1


@given(st.floats(0.05, 0.95), st.lists(st.floats(-2, 2), max_size=5))
def test_certainty_follows_the_sign_of_the_shifts(start, amounts):
    moved = certainty(start, [Shift(a, "") for a in amounts])
    assert 0 < moved < 1
    assert (moved - start) * sum(amounts) >= -1e-9
