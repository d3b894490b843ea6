from __future__ import annotations

import datetime as dt

import pytest

from pil_discovery.catalog import load_law, load_procedure
from pil_discovery.errors import LawError
from pil_discovery.procedure import bases_of, find_agency, ground, later_versions
from pil_discovery.types import Finding, Model

FACTS, TOPICS = load_law()
POWERS = load_procedure(FACTS).powers
AS_OF = dt.date(2026, 9, 30)


def model(**change):
    body = {
        "id": "env/outfall",
        "code": "T-1",
        "version": "1.0.0",
        "status": "trial",
        "title": {"zh": "排污口"},
        "domain": "environment",
        "why": "示例",
        "data": {"outfall": ("outfall_no",)},
        "population": {"key": ("outfall_no",), "sql": "SELECT 1"},
        "agency": {"power": "waste.construction.supervise"},
        "basis_unverified": ("mem-53-14",),
        "explain": {"zh": ""},
    }
    return Model.model_validate(body | change)


def finding(**change):
    body = {
        "finding_id": "f1",
        "model": "env/outfall",
        "code": "T-1",
        "model_version": "1.0.0",
        "domain": "environment",
        "state": "hit",
        "key": {"outfall_no": "P1"},
        "basis": ("wpl-64", "eec-318", "eec-1057"),
    }
    return Finding.model_validate(body | change)


def grounded(found, *, jurisdiction="990302", as_of=AS_OF, **change):
    made = model(**change)
    (out,) = ground(
        [found],
        models={made.id: made},
        facts=FACTS,
        powers=POWERS,
        jurisdiction=jurisdiction,
        as_of=as_of,
    )
    return out


def test_the_date_of_the_fact_picks_the_basis():
    old = grounded(finding(fact_date=dt.date(2026, 8, 14)))
    assert old.basis == ("wpl-64",)
    new = grounded(finding(fact_date=dt.date(2026, 8, 15)))
    assert new.basis == ("eec-318", "eec-1057")


def test_a_continuing_state_has_both():
    span = {"fact_date": dt.date(2025, 1, 1), "fact_last_date": AS_OF}
    assert grounded(finding(**span)).basis == ("wpl-64", "eec-318", "eec-1057")


def test_without_a_date_the_day_of_the_scan_counts():
    assert grounded(finding()).basis == ("eec-318", "eec-1057")


def test_unchecked_texts_never_enter():
    found = grounded(
        finding(
            fact_date=dt.date(2026, 9, 1), basis=("mem-53-14", "ure-26", "seed-4-a")
        )
    )
    assert found.basis == ("ure-26",)


def test_the_agency_is_the_one_that_is_competent_now():
    fact = finding(fact_date=dt.date(2021, 1, 1))
    assert grounded(fact).agency == "示例区综合行政执法局"
    then = grounded(fact, as_of=dt.date(2022, 6, 30))
    assert then.agency == "示例区城市管理局"


def test_without_a_local_table_the_agency_of_the_statute():
    assert grounded(finding(), jurisdiction="990101").agency == "环境卫生主管部门"
    assert grounded(finding(), as_of=dt.date(2018, 1, 1)).agency == "环境卫生主管部门"


def test_an_agency_that_the_record_names_stays():
    assert grounded(finding(agency="示例区交通局")).agency == "示例区交通局"


@pytest.mark.parametrize("power", ["suggestion.rectify", "penalty.execute"])
def test_nobody_stands_in_for_an_agency_that_only_the_record_can_name(power):
    named = grounded(finding(agency="示例镇人民政府"), agency={"power": power})
    assert named.agency == "示例镇人民政府"
    assert grounded(finding(), agency={"power": power}).agency is None
    assert find_agency(POWERS, power, jurisdiction="990302", on=AS_OF) is None


def test_a_local_table_may_name_an_agency_that_else_the_record_names():
    rule = next(p for p in POWERS if p.id == "penalty.execute")
    change = {"agency": "示例县财政局", "by_record": False, "jurisdiction": "990303"}
    local = (*POWERS, rule.model_copy(update=change))
    agency = find_agency(local, "penalty.execute", jurisdiction="990303", on=AS_OF)
    assert agency == "示例县财政局"


def test_a_street_belongs_to_its_district():
    agency = find_agency(
        POWERS, "land.idle.dispose", jurisdiction="990302001", on=AS_OF
    )
    assert agency == "示例区自然资源和规划局"


def test_an_unknown_power_is_an_error():
    with pytest.raises(LawError, match=r"没有「land\.idle\.dispos」这项职权；是不是"):
        find_agency(POWERS, "land.idle.dispos", jurisdiction="990302", on=AS_OF)


def test_findings_are_not_changed():
    found = finding()
    grounded(found)
    assert found.basis == finding().basis
    assert found.agency is None


def test_bases_of_findings_are_complete():
    found = [grounded(finding()), grounded(finding(fact_date=dt.date(2026, 1, 1)))]
    bases = bases_of(found, facts=FACTS)
    assert list(bases) == ["eec-1057", "eec-318", "wpl-64"]
    assert bases["wpl-64"].citation_zh == "《中华人民共和国水污染防治法》第六十四条"


def later(name, as_of=AS_OF):
    [basis] = bases_of([finding(basis=(name,))], facts=FACTS).values()
    return later_versions(basis, FACTS, TOPICS, as_of)


def test_a_sanction_names_what_came_after_it_and_what_decides():
    sanction = later("wpl-84")
    assert [v["id"] for v in sanction if v["role"] == "if_milder"] == ["eec-1109"]
    assert [v["role"] for v in sanction][-1] == "transition"
    assert all(v["effective_from"] == "2026-08-15" for v in sanction)
    assert later("wpl-64") == []  # a duty: where it stands since, its successor tells


def test_before_the_change_and_for_law_in_force_there_is_nothing_later():
    assert later("wpl-84", dt.date(2026, 8, 14)) == []
    assert later("eec-318") == []
