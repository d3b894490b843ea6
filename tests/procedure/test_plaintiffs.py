from __future__ import annotations

import datetime as dt

import pytest

from pil_discovery.catalog import load_law, load_procedure
from pil_discovery.errors import LawError
from pil_discovery.procedure import judge_standing, plaintiff_kinds

FACTS = load_law()[0]
RULES = load_procedure(FACTS).books["2021"].plaintiffs
ON = dt.date(2026, 9, 30)


def body(**change):
    return {
        "org_name": "示例环保会",
        "plaintiff_kind": "environment-organisation",
        "registered_level": "设区的市级",
        "active_since_date": dt.date(2020, 1, 1),
        "violation_date": None,
        "checked_date": dt.date(2026, 9, 1),
    } | change


def judge(on=ON, **change):
    (found,) = judge_standing([body(**change)], on, rules=RULES, facts=FACTS)
    return found


def test_an_organisation_that_meets_everything():
    found = judge()
    assert found.state == "eligible"
    assert found.basis == ("eec-147",)
    assert all(reason.endswith("：符合") for reason in found.reasons)


def test_the_law_of_the_day_is_cited():
    assert judge(dt.date(2026, 8, 14)).basis == ("epl-58",)
    assert judge(dt.date(2026, 8, 15)).basis == ("eec-147",)
    gap = judge(dt.date(2014, 12, 31))
    assert (gap.state, gap.basis) == ("unknown", ())
    assert "没有载入该日期的版本" in gap.reasons[0]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"registered_level": "县级"}, "not_eligible"),
        ({"registered_level": None}, "unknown"),
        ({"active_since_date": dt.date(2021, 9, 30)}, "eligible"),
        ({"active_since_date": dt.date(2021, 10, 1)}, "not_eligible"),
        ({"active_since_date": None}, "unknown"),
        ({"violation_date": dt.date(2025, 1, 1)}, "not_eligible"),
        ({"violation_date": dt.date(2026, 10, 1)}, "eligible"),
        ({"checked_date": None}, "unknown"),
        ({"registered_level": "县级", "checked_date": None}, "not_eligible"),
        ({"plaintiff_kind": None}, "unknown"),
    ],
)
def test_each_criterion_decides_and_a_missing_value_is_unknown(change, state):
    assert judge(**change).state == state


def test_five_years_end_on_the_last_day_of_february():
    since = dt.date(2020, 2, 29)
    day = dt.date(2025, 2, 28)
    assert judge(day, active_since_date=since).state == "eligible"
    eve = day - dt.timedelta(days=1)
    assert judge(eve, active_since_date=since).state == "not_eligible"


def test_bodies_that_the_law_names_need_no_test():
    found = judge(plaintiff_kind="marine-regulator")
    assert (found.state, found.basis) == ("eligible", ("m-sea", "m-eec-1074"))


def test_unknown_kinds_are_all_told():
    rows = [body(plaintiff_kind="environment-organization"), body(plaintiff_kind="x")]
    with pytest.raises(LawError) as caught:
        judge_standing(rows, ON, rules=RULES, facts=FACTS)
    assert len(caught.value.problems) == 2
    assert "environment-organisation" in str(caught.value)


def test_kinds_of_a_field_by_date():
    def kinds(field, on):
        found = plaintiff_kinds(field, on, rules=RULES, facts=FACTS)
        return [rule.id for rule in found]

    assert kinds("environment", dt.date(2014, 12, 31)) == []
    assert "environment-government" not in kinds("environment", dt.date(2026, 8, 14))
    assert "environment-government" in kinds("environment", dt.date(2026, 8, 15))
    assert kinds("heroes", ON) == ["heroes-relatives"]
