"""More harm, more inaction, more evidence: a lead never falls behind for it."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.leads import weigh
from pil_discovery.types import Fired, RecordRef
from tests.leads.builders import AS_OF, BINDING, make_finding, make_model

REGISTERS = ("land_contract", "payment", "handover")

facts = st.fixed_dictionaries(
    {
        "amount": st.integers(0, 60_000_000),
        "inaction": st.sets(st.sampled_from((0.2, 0.4, 0.6))),
        "registers": st.integers(1, 3),
        "place": st.booleans(),
        "agency": st.booleans(),
        "known_day": st.booleans(),
    }
)


def finding(number, given_facts):
    changes = {} if given_facts["known_day"] else {"fact_date": None}
    if not given_facts["agency"]:
        changes["agency"] = None
    return make_finding(
        number,
        measures={"unpaid_cny": Decimal(given_facts["amount"]), "days_late": 100},
        inaction=tuple(
            Fired(weight=w, zh=f"情形{w}") for w in sorted(given_facts["inaction"])
        ),
        records=tuple(
            RecordRef(dataset=name, source="a.csv", sheet=None, row=number + 1)
            for name in REGISTERS[: given_facts["registers"]]
        ),
        place="示例路1号" if given_facts["place"] else None,
        **changes,
    )


def place_of(findings, key):
    leads = weigh(
        findings,
        models={"land/unpaid": make_model()},
        bases={"law-1": BINDING},
        runs=(),
        as_of=AS_OF,
    )
    (lead,) = [x for x in leads if x.kind == "single" and key in x.title_zh]
    return lead.rank


def named(given_facts, number):
    return finding(number, given_facts).model_copy(
        update={"subject_name": f"示例{number}号公司", "subject_code": None}
    )


@given(st.lists(facts, min_size=2, max_size=5), facts)
def test_what_speaks_for_a_lead_never_puts_it_back(others, more):
    before = others[0]
    after = {
        **before,
        "amount": max(before["amount"], more["amount"]),
        "inaction": before["inaction"] | more["inaction"],
        "registers": max(before["registers"], more["registers"]),
        "place": before["place"] or more["place"],
        "agency": before["agency"] or more["agency"],
    }
    rest = [named(f, n) for n, f in enumerate(others[1:], 2)]
    first = place_of([named(before, 1), *rest], "示例1号公司")
    second = place_of([named(after, 1), *rest], "示例1号公司")
    assert second <= first


@given(st.lists(facts, min_size=1, max_size=5), st.randoms())
def test_the_order_of_findings_does_not_decide(given_facts, random):
    findings = [named(f, n) for n, f in enumerate(given_facts, 1)]
    mixed = random.sample(findings, len(findings))
    for n in range(1, len(findings) + 1):
        key = f"示例{n}号公司"
        assert place_of(findings, key) == place_of(mixed, key)
