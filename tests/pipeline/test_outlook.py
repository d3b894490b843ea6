"""Where a lead may go: ways, venues, and other agencies of the same harm."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from pil_discovery.catalog import load_catalog
from pil_discovery.errors import LawError
from pil_discovery.pipeline.avenues import (
    avenue_line,
    find_avenues,
    find_jurisdiction,
    outlook_of,
)
from pil_discovery.pipeline.told import Told
from pil_discovery.types import Lead

CATALOG = load_catalog()
AS_OF = dt.date(2026, 9, 30)


def lead(**change):
    names = ("certainty", "verifiability", "harm", "inaction", "urgency", "scale")
    body = {
        "lead_id": "l1",
        "rank": 1,
        "score": Decimal(0),
        "parts": dict.fromkeys(names, Decimal(0)),
        "domain": "environment",
        "model": model_of("farmland.occupation.enforce"),
        "code": "T-1",
        "title_zh": "占用耕地",
        "agency": "示例区自然资源和规划局",
        "subject_name": "示例公司",
        "route": "admin",
        "findings": ("f1",),
        "fact_date": dt.date(2026, 8, 20),
    }
    return Lead.model_validate(body | change)


def model_of(power):
    return next(m.id for m in CATALOG.models.values() if m.agency.power == power)


def outlook(found, catalog=CATALOG, as_of=AS_OF):
    return outlook_of(
        found, catalog, models=catalog.models, as_of=as_of, jurisdiction="990302"
    )


def wants(found, way):
    (avenue,) = [a for a in found.avenues if a.id == way]
    return {want.id for want in avenue.missing}


def test_what_the_lead_tells_is_not_missing():
    known = outlook(lead())
    assert not {"agency"} & wants(known, "admin-suit")
    assert not {"offender"} & wants(known, "civil-suit")
    bare = outlook(lead(agency=None, subject_name=None))
    assert "agency" in wants(bare, "admin-suit")
    assert "offender" in wants(bare, "civil-suit")


def test_another_agency_of_the_same_harm_may_have_a_case_of_its_own():
    found = outlook(lead())
    assert list(found.others.values()) == ["示例区农业农村局"]
    assert wants(found, "separate") == {"duties-apart", "not-merged"}
    lone = outlook(lead(model=model_of("river.range.enforce")))
    assert not lone.others
    assert "separate" not in {a.id for a in lone.avenues}


def test_a_power_asked_for_names_the_others_over_the_same_harm():
    found = find_jurisdiction(
        "admin", "2026-09-30", power="farmland.use.enforce", divisions=["990302"]
    )
    assert found.agency == "示例区农业农村局"
    assert list(found.others.values()) == ["示例区自然资源和规划局"]
    assert find_jurisdiction("admin", "2026-09-30").others == {}


def test_of_a_government_the_next_level_may_file():
    power = "water.source.outfall.remove"
    found = outlook(lead(model=model_of(power), agency="示例区人民政府"))
    assert "admin-filing-government" in {v.id for v in found.venues["admin"]}
    assert list(found.others.values()) == ["示例区生态环境局"]


def test_a_case_of_the_sea_goes_to_its_court():
    found = outlook(lead(model=model_of("sea.use.enforce")))
    assert "admin-court-marine" in {v.id for v in found.venues["admin"]}
    assert "civil-suit" not in {a.id for a in found.avenues}


def test_fields_without_a_civil_suit_have_no_civil_venue():
    found = outlook(lead(domain="land_transfer"))
    assert list(found.venues) == ["admin"]


def test_no_rules_no_way():
    early = outlook(lead(), as_of=dt.date(2021, 6, 30))
    assert (early.avenues, early.venues) == ((), {})
    unknown = outlook(lead(domain="common"))
    assert (unknown.avenues, unknown.venues) == ((), {})


def test_show_tells_ways_venues_and_what_is_missing():
    lines = Told(lead(), (), (), outlook=outlook(lead())).lines()
    titles = [line for line in lines if line.startswith("【")]
    assert titles == ["【途径及其条件】", "【管辖】", "【同一损害的其他机关】"]
    told = "\n".join(lines)
    assert "授权 apl-25-4、ppo-20、m-eec-1076；尚缺" in told
    assert "行政公益诉讼　管辖法院：被诉行政机关所在地基层人民法院（int-5-2）" in told
    assert "示例区农业农村局（耕地非粮化的监管）" in told
    plain = Told(lead(), (), (), outlook=outlook(lead())).as_dict()["outlook"]
    assert {a["id"]: a["open"] for a in plain["avenues"]}["admin-suit"] is False


def test_a_way_that_lacks_nothing_says_so():
    every = [w.id for r in CATALOG.books["2021"].avenues for w in r.wants]
    ways = find_avenues("food_drug", "2026-09-30", known=every)
    assert all(way.is_open for way in ways)
    assert "条件已备" in avenue_line(ways[0])


def test_the_rules_are_those_of_the_day_on_which_the_way_starts():
    with pytest.raises(LawError, match="没有载入该日期的版本"):
        find_avenues("environment", "2021-06-30")
    late = find_avenues("environment", "2020-10-01", as_of="2026-09-30")
    admin = next(way for way in late if way.id == "admin-suit")
    assert admin.mandate == ("apl-25-4", "ppo-20")


def test_a_local_table_names_the_agency(tmp_path):
    (tmp_path / "agencies").mkdir()
    (tmp_path / "agencies" / "a.yaml").write_text(
        'jurisdiction: "990305"\nagencies:\n'
        "  - {power: sea.use.enforce, agency: 示例县旧海洋局, valid_to: 2024-12-31}\n"
        "  - {power: sea.use.enforce, agency: 示例县海洋局, valid_from: 2025-01-01}\n",
        encoding="utf-8",
    )

    def agency(on, place="990305"):
        return find_jurisdiction(
            "admin",
            on,
            power="sea.use.enforce",
            divisions=[place],
            local_models=[tmp_path],
        ).agency

    assert agency("2024-12-31") == "示例县旧海洋局"
    assert agency("2025-01-01") == "示例县海洋局"
    assert agency("2025-01-01", "330302") == "自然资源（海洋）主管部门"


def test_a_later_regime_is_used_from_its_first_day():
    old = CATALOG.regimes["2021"]
    act = old.model_copy(update={"id": "act", "valid_from": dt.date(2028, 1, 1)})
    book = CATALOG.books["2021"].model_copy(update={"avenues": ()})
    catalog = replace(
        CATALOG,
        regimes={"2021": old, "act": act},
        routes={"2021": CATALOG.routes["2021"], "act": CATALOG.routes["2021"]},
        books={"2021": CATALOG.books["2021"], "act": book},
    )
    assert outlook(lead(), catalog, dt.date(2027, 12, 31)).avenues
    assert not outlook(lead(), catalog, dt.date(2028, 1, 1)).avenues
