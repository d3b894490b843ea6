from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.leads import precisions, weigh
from pil_discovery.leads.formula import prior
from pil_discovery.leads.precision import MOST_CHECKS, Kin, Precision, Tally
from tests.leads.builders import AS_OF, BINDING, make_finding, make_model

counts = st.tuples(st.integers(0, 300), st.integers(0, 300)).map(
    lambda c: (min(c), max(c))
)
kin = st.lists(
    st.tuples(
        counts,
        st.sampled_from(("land", "water")),
        st.sampled_from(("register", "balance")),
    ),
    max_size=4,
)


def tally(model="a", confirmed=0, checked=0, domain="land", evidence="register"):
    return Tally(model, domain, evidence, confirmed, checked)


def kin_of(told):
    return [
        tally(f"k{n}", *checks, domain=domain, evidence=evidence)
        for n, (checks, domain, evidence) in enumerate(told)
    ]


@given(counts, st.sampled_from(("register", "balance", "imagery")))
def test_without_checks_of_kin_the_class_and_the_model_speak(own, evidence):
    found = precisions([tally("a", *own, evidence=evidence)])["a"]
    assert not found.leans
    assert found.mean == prior(evidence, *own)


def test_kin_moves_the_prior_and_can_be_recomputed_by_hand():
    found = precisions(
        [
            tally("a", 3, 4),
            tally("b", 20, 25),
            tally("c", 5, 20, domain="water"),
            tally("d", 0, 90, evidence="imagery"),
        ]
    )["a"]
    elsewhere = (5 + 30 * 4 / 6) / (20 + 30)
    field = (20 + 30 * elsewhere) / (25 + 30)
    assert found.base == Decimal(str(round(field, 4)))
    assert found.mean == (6 * float(found.base) + 3) / (6 + 4)


def test_no_model_of_the_kin_counts_for_more_than_thirty_checks():
    few = precisions([tally("a"), tally("b", 15, 30)])["a"]
    many = precisions([tally("a"), tally("b", 300, 600)])["a"]
    assert few == many
    assert many.field == Kin(Decimal("15.00"), MOST_CHECKS)


def test_own_checks_outweigh_kin():
    found = precisions([tally("a", 180, 200), tally("b", 0, 200)])["a"]
    assert found.mean > 0.88
    low, high = found.interval()
    assert 0.8 < low < found.mean < high < 0.95


@given(counts, kin)
def test_a_confirmed_check_never_lowers_a_share_and_a_refuted_one_never_raises(
    own, told
):
    confirmed, checked = own
    others = kin_of(told)

    def shares(own_tally):
        return {
            name: found.mean for name, found in precisions([own_tally, *others]).items()
        }

    before = shares(tally("a", confirmed, checked))
    true = shares(tally("a", confirmed + 1, checked + 1))
    false = shares(tally("a", confirmed, checked + 1))
    assert true["a"] > before["a"] > false["a"]
    assert all(true[name] >= share for name, share in before.items())


@given(counts, kin, st.randoms())
def test_the_order_of_models_does_not_matter(own, told, random):
    tallies = [tally("a", *own), *kin_of(told)]
    mixed = random.sample(tallies, len(tallies))
    assert precisions(tallies) == precisions(mixed)


def weighed(share):
    (lead,) = weigh(
        [make_finding(1)],
        models={"land/unpaid": make_model()},
        bases={"law-1": BINDING},
        runs=(),
        as_of=AS_OF,
        precisions={"land/unpaid": share},
    )
    return lead


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_confirmed_check_never_lowers_the_certainty_of_a_lead(confirmed, refuted):
    checked = confirmed + refuted
    before = weighed(Precision("register", confirmed, checked))
    after = weighed(Precision("register", confirmed + 1, checked + 1))
    assert after.parts.certainty >= before.parts.certainty


def test_checks_are_printed_with_the_start_of_certainty():
    plain, own = weighed(Precision("register")), weighed(Precision("register", 0, 10))
    assert own.parts.certainty < plain.parts.certainty
    assert any("先验 4:2，已核查 10 件、属实 0 件（0.2500）" in r for r in own.reasons)
    lean = Precision("register", 1, 2, Kin(), Kin(Decimal("3.00"), 30))
    words = (
        "先验 4:2，参照同类其他模型的核查（其他领域计 0 件、属实计 0.00 件，"
        "本领域计 30 件、属实计 3.00 件）后为 0.3833，已核查 2 件、属实 1 件（0.4125）"
    )
    assert any(words in reason for reason in weighed(lean).reasons)
