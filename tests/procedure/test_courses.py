from __future__ import annotations

import datetime as dt
from decimal import Decimal

from pil_discovery.catalog import load_law, load_procedure
from pil_discovery.procedure import open_routes, plan, regime_on
from pil_discovery.types import Lead

FACTS, TOPICS = load_law()
PROCEDURE = load_procedure(FACTS)
AS_OF = dt.date(2026, 9, 30)
ZERO = Decimal(0)


def lead(**change):
    parts = dict.fromkeys(
        ("certainty", "verifiability", "harm", "inaction", "urgency", "scale"), ZERO
    )
    body = {
        "lead_id": "l1",
        "rank": 1,
        "score": ZERO,
        "parts": parts,
        "domain": "environment",
        "model": "env/outfall",
        "code": "T-1",
        "title_zh": "排污口",
        "agency": "示例区人民政府",
        "route": "admin",
        "findings": ("f1",),
        "fact_date": dt.date(2026, 8, 20),
    }
    return Lead.model_validate(body | change)


def course(found, as_of=AS_OF):
    return plan(
        found,
        facts=FACTS,
        topics=TOPICS,
        regimes=PROCEDURE.regimes,
        clocks=PROCEDURE.clocks,
        routes=PROCEDURE.routes,
        as_of=as_of,
    )


def test_the_administrative_route_and_its_mandates():
    found = course(lead())
    assert found.route == "admin"
    assert found.mandate == ("apl-25-4", "ppo-20", "m-eec-1076")
    assert found.why == "督促示例区人民政府依法履行职责"


def test_the_mandate_is_that_of_the_date_of_the_fact():
    found = course(lead(fact_date=dt.date(2026, 8, 14)))
    assert found.mandate == ("apl-25-4", "ppo-20")


def test_steps_have_periods_bases_and_blocks():
    steps = {s.event: s for s in course(lead(missing=("排污口审批文件",))).steps}
    assert list(steps)[:3] == ["lead.assess", "filing.decide", "filing.serve"]
    assert steps["lead.assess"].blocked_by == ("尚缺：排污口审批文件",)
    serve = steps["suggestion.serve"]
    assert (serve.period_zh, serve.starts_from) == ("3日", "决定提出检察建议")
    assert "尚未完成：决定提出检察建议" in serve.blocked_by
    reply = steps["agency.reply"]
    assert (reply.clock, reply.period_zh) == ("suggestion-reply", "两个月")
    assert reply.basis == ("int-21-2a", "int-21-2b")
    assert steps["review.end"].period_zh == "1个月"


def test_what_follows_an_optional_step_does_not_wait_for_it():
    steps = {s.event: s for s in course(lead()).steps}
    assert steps["consultation.hold"].optional
    before = "尚未完成：向行政机关送达立案决定书"
    assert before in steps["consultation.hold"].blocked_by
    assert before in steps["investigation.plan"].blocked_by
    assert not any("磋商" in b for s in steps.values() for b in s.blocked_by)


def test_the_civil_route_wants_an_offender():
    unknown = course(lead(agency=None))
    assert unknown.route == "none"
    assert "行政机关尚未确定" in unknown.why
    assert "违法行为人尚未查明" in unknown.why
    known = course(lead(agency=None, subject_name="示例公司"))
    assert known.route == "civil"
    assert known.mandate == ("cpl-58", "ppo-20", "m-eec-1075")
    assert [s.event for s in known.steps if s.clock == "civil-notice"] == [
        "plaintiff.sues"
    ]


def test_the_route_of_the_lead_is_kept_where_it_is_open():
    assert course(lead(route="civil", subject_name="示例公司")).route == "civil"
    assert course(lead(route="civil")).route == "admin"
    assert course(lead(route="none")).route == "admin"


def test_land_and_state_assets_have_no_civil_route():
    for domain in ("land_transfer", "state_assets"):
        found = lead(domain=domain, subject_name="示例公司")
        assert list(routes(found)) == ["admin"]


def routes(found):
    return open_routes(
        found,
        facts=FACTS,
        topics=TOPICS,
        routes=PROCEDURE.routes["2021"],
        as_of=AS_OF,
    )


def test_a_fact_before_the_mandate_has_no_route():
    found = course(lead(fact_date=dt.date(2010, 1, 1)))
    assert found.route == "none"
    assert "没有载入该日期的版本" in found.why


def test_a_continuing_state_reaches_the_mandate():
    found = lead(fact_date=dt.date(2010, 1, 1), fact_last_date=AS_OF)
    assert course(found).route == "admin"


def test_a_field_without_a_route_says_so():
    found = course(lead(domain="common"))
    assert (found.route, found.steps) == ("none", ())
    assert "没有法律授权" in found.why


def test_no_rules_before_2021():
    assert regime_on(PROCEDURE.regimes, dt.date(2021, 7, 1)) == "2021"
    assert regime_on(PROCEDURE.regimes, dt.date(2021, 6, 30)) is None
    found = course(lead(), as_of=dt.date(2021, 6, 30))
    assert (found.route, found.steps) == ("none", ())
    assert "没有载入该日期的版本" in found.why
