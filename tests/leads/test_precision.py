import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.leads.formula import prior
from pil_discovery.leads.precision import NATIONAL, Tally, precisions


def tally(model="a", confirmed=0, checked=0, domain="land", evidence="register"):
    return Tally(model, domain, evidence, confirmed, checked)


@given(st.integers(0, 29), st.integers(0, 29))
def test_few_checks_give_the_mean_of_the_points_card(confirmed, checked):
    confirmed = min(confirmed, checked)
    found = precisions([tally(confirmed=confirmed, checked=checked)])["a"]
    assert found.mean == prior("register", confirmed, checked)


def test_from_thirty_checks_on_the_field_speaks():
    found = precisions(
        [
            tally("a", 10, 40),
            tally("b", 90, 100),
            tally("c", 10, 40, domain="water"),
        ]
    )
    assert (
        found["a"].mean > found["c"].mean > 0.25
    )  # its neighbour in the field is good
    assert "已核查 40 件、属实 10 件；向本领域的" in found["a"].zh


def test_many_checks_speak_for_themselves():
    found = precisions([tally("a", 900, 1000), tally("b", 50, 1000)])
    assert found["a"].mean == pytest.approx(0.9, abs=0.02)
    assert found["b"].mean == pytest.approx(0.05, abs=0.02)


def test_one_model_alone_is_drawn_to_the_national_share():
    found = precisions([tally("a", 30, 30)])["a"]
    assert NATIONAL < found.mean < 1
    low, high = found.interval()
    assert low < found.mean < high


@given(st.integers(0, 200), st.integers(1, 200))
def test_one_more_confirmed_check_never_lowers_the_share(confirmed, more):
    checked = confirmed + more
    before = precisions([tally(confirmed=confirmed, checked=checked)])["a"]
    after = precisions([tally(confirmed=confirmed + 1, checked=checked)])["a"]
    assert after.mean > before.mean
