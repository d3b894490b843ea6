import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.errors import ModelError
from pil_discovery.leads import merge
from tests.leads.builders import make_finding, make_model

MODELS = {"land/unpaid": make_model()}


def singles(groups):
    return [g for g in groups if g.kind == "single"]


def test_equal_merge_values_make_one_lead():
    found = [make_finding(1, merge=("HT-1",)), make_finding(2, merge=("HT-1",))]
    [group] = merge(found, MODELS)
    assert [f.finding_id for f in group.findings] == ["f001", "f002"]


def test_another_agency_is_another_lead():
    found = [make_finding(1, merge=("A",)), make_finding(2, merge=("A",), agency="乙")]
    assert len(merge(found, MODELS)) == 2


def test_dropped_and_unknown_findings_make_no_lead():
    found = [make_finding(1, state="dropped"), make_finding(2, state="unknown")]
    assert merge(found, MODELS) == []


@pytest.mark.parametrize("value", [(), (None,)])
def test_a_missing_merge_value_equals_nothing(value):
    found = [make_finding(1, merge=value), make_finding(2, merge=value)]
    assert len(singles(merge(found, MODELS))) == 2


def test_two_leads_of_one_model_and_agency_are_a_class():
    *found, whole = merge([make_finding(1), make_finding(2)], MODELS)
    assert whole.kind == "class"
    assert whole.members == tuple(sorted(g.lead_id for g in found))
    assert len(whole.findings) == 2


def test_leads_without_agency_are_in_no_class():
    found = [make_finding(1, agency=None), make_finding(2, agency=None)]
    assert len(merge(found, MODELS)) == len(singles(merge(found, MODELS))) == 2


def test_ids_are_those_of_the_matter():
    [before] = merge([make_finding(1)], MODELS)
    [after] = merge([make_finding(1, measures={}, fact_date=None)], MODELS)
    assert before.lead_id == after.lead_id
    assert len(before.lead_id) == 24


def test_an_unknown_model_is_said_not_skipped():
    with pytest.raises(ModelError, match="land/unpaid"):
        merge([make_finding(1)], {})


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["hit", "review", "dropped", "unknown"]),
            st.sampled_from(["A", "B", None]),
            st.sampled_from(["甲局", "乙局", None]),
        ),
        max_size=25,
    ),
    st.randoms(use_true_random=False),
)
def test_every_hit_is_in_exactly_one_single_lead(rows, shuffler):
    found = [
        make_finding(i, state=s, merge=(m,), agency=a)
        for i, (s, m, a) in enumerate(rows)
    ]
    groups = merge(found, MODELS)
    listed = [f.finding_id for g in singles(groups) for f in g.findings]
    flagged = [f.finding_id for f in found if f.state in {"hit", "review"}]
    assert sorted(listed) == flagged
    shuffler.shuffle(found)
    assert merge(found, MODELS) == groups
