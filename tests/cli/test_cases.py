"""Every event of `pil case`: what it wants, where it leads, and when it is refused."""

import json

import pytest

from pil_discovery.catalog import load_case_rules, load_catalog
from tests.procedure.ledger.desk import (
    AGENCY,
    SUGGESTION,
    TWO,
    Desk,
    investigated,
    served,
)


@pytest.fixture
def desk(quick_path):
    return Desk(quick_path / "案件.ledger")


@pytest.fixture(scope="module")
def rules():
    catalog = load_catalog()
    return load_case_rules(catalog.facts, catalog.topics, catalog.clocks)["2021"]


FREE = {"note.add", "incident.record", "meeting.hold", "hearing.hold", "sign"}
ANYWHERE = FREE | {
    "tip.register",
    "tip.open",
    "tip.assess",
    "transfer.out",
    "superior.report",
    "package.send",
    "package.confirm",
    "recusal.request",
    "recusal.decide",
    "lead.assess",
    "lead.transfer",
}


def test_every_event_of_a_track_is_refused_in_the_state_of_a_fresh_lead(desk, rules):
    for track, options in (
        ("admin", {}),
        (
            "civil",
            {"agency": "", "party": "示例食品有限公司", "matter": "food.no-licence"},
        ),
    ):
        desk.open(track=track, **options)
        for event in rules.events:
            if event.id in ANYWHERE | {"open", "escalation.step", "opinion.issue"}:
                continue
            desk.refused(event.id, "2026-03-03", "×")
            wrong = (
                "没有「" if track not in event.tracks else "案件处于「线索」，不能记录"
            )
            assert wrong in desk.said
            assert any(basis in desk.said for basis in event.basis)


def test_everything_that_is_missing_is_said_at_once_each_with_its_rule(desk):
    desk.open()
    investigated(desk)
    desk.refused("suggestion.decide", "2026-03-24", "ban-75-2", "ban-75-3", "ban-72")
    wanted = SUGGESTION.keys()
    assert [k for k in wanted if f"缺少 {k}：" not in desk.said] == []
    assert "《人民检察院公益诉讼办案规则》第七十五条第二款" in desk.said


def test_an_event_nobody_knows_names_near_ones_and_is_a_usage_mistake(desk):
    desk.open()
    desk.record("sugestion.decide", "2026-03-24", code=2)
    assert "suggestion.decide" in desk.said


def test_the_same_agency_and_topic_is_one_case_until_its_suggestion_is_issued(desk):
    first = desk.open()["case"]
    desk.open(title="又一宗", code=3)
    assert first in desk.said
    assert "ban-69-2" in desk.said
    desk.open(agency=f" {AGENCY} ", code=3)
    desk.open(matter="land.idle")
    desk.open(agency="示例区财政局")
    desk.case = first
    investigated(desk)
    desk.open(code=3)
    desk.case = first
    desk.record("suggestion.decide", "2026-03-24", **SUGGESTION)
    assert desk.open()["case"] != first


def test_opening_wants_a_known_topic_an_agency_and_a_fact_before_today(desk):
    desk.open(matter="land.price-overdu", code=2)
    assert "land.price-overdue" in desk.said
    desk.open(agency="", code=2)
    desk.open(track="civil", agency="", code=2)
    desk.open(fact_date="2026-03-03", code=2)
    desk.open("--scan", desk.ledger.parent, code=2)
    desk.open(on="2021-06-30", fact_date="2021-01-01", code=2)
    assert "没有载入该日期的版本" in desk.said
    assert desk.run("verify", desk.ledger, code=2) is None


def test_a_record_may_not_be_dated_before_the_latest_one(desk):
    desk.open()
    desk.record("lead.assess", "2026-03-10", truth="yes", checkable="yes")
    desk.refused("note.add", "2026-03-09", "早于本案最近一次记录", text="补记")


def test_a_lead_judged_untrue_is_not_filed(desk):
    desk.open()
    desk.record("lead.assess", "2026-03-03", truth="no", checkable="yes")
    told = {"approved_by": "王五", "harm": "欠缴", "default": "未催缴"}
    desk.refused("filing.decide", "2026-03-05", "ban-27", decision="file", **told)
    done = desk.record("filing.decide", "2026-03-05", decision="decline", **told)
    assert done["state"] == "declined"
    desk.refused("investigation.plan", "2026-03-06", "不予立案", plan="方案")


def test_filing_an_administrative_case_wants_harm_and_default(desk):
    desk.open()
    desk.record("lead.assess", "2026-03-03", truth="yes", checkable="yes")
    told = {"decision": "file", "approved_by": "王五"}
    desk.refused("filing.decide", "2026-03-05", "缺少 harm", "缺少 default", **told)
    assert "ban-67" in desk.said
    desk.refused(
        "filing.decide", "2026-03-05", "harm=无", harm="无", default="x", **told
    )
    desk.refused(
        "filing.decide", "2026-03-05", "ban-29", harm="x", responsible="unknown", **told
    )
    told |= {"harm": "严重", "responsible": "unknown", "serious": "yes"}
    assert desk.record("filing.decide", "2026-03-05", **told)["state"] == "filed"


def test_an_exploratory_field_ends_in_an_opinion(desk):
    desk.open(matter="mandate.education", agency="示例区教育局")
    desk.record("lead.assess", "2026-03-03", truth="yes", checkable="yes")
    told = {"approved_by": "王五", "harm": "x", "default": "y", "decision": "file"}
    desk.refused("filing.decide", "2026-03-05", "监督意见", **told)
    assert (
        desk.record("opinion.issue", "2026-03-05", content="意见")["state"]
        == "assessed"
    )
    desk.open(matter="mandate.relics", agency="示例区文物局", tag="exploratory")
    desk.record("lead.assess", "2026-03-03", truth="yes", checkable="yes")
    desk.refused("opinion.issue", "2026-03-05", "不以监督意见代替", content="意见")
    assert desk.record("filing.decide", "2026-03-05", **told)["state"] == "filed"
    desk.open(matter="land.idle", agency="某局", tag="exploratory")
    desk.record("lead.assess", "2026-03-03", truth="yes", checkable="yes")
    desk.refused("filing.decide", "2026-03-05", "监督意见", **told)


def test_a_field_had_no_mandate_before_its_statute(desk):
    desk.open(matter="mandate.personal-info", fact_date="2021-10-31", agency="某局")
    desk.record("lead.assess", "2026-03-03", truth="yes", checkable="yes")
    told = {"approved_by": "王五", "harm": "x", "default": "y", "decision": "file"}
    desk.refused("filing.decide", "2026-03-05", "没有提起公益诉讼的授权", **told)


def test_one_collector_is_not_enough(desk):
    desk.open()
    investigated(desk)
    told = {"type": "书证", "source": "调取"}
    desk.refused("evidence.add", "2026-03-21", "ban-36-1", collector="张三", **told)
    twice = ["张三", "张三"]
    desk.refused("evidence.add", "2026-03-21", "只有 1 项", collector=twice, **told)
    desk.record("evidence.add", "2026-03-21", collector=TWO, **told)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"legal_basis": "seed-2-4-c"}, "ban-72"),
        ({"legal_basis": ["ure-16", "ure-1666"]}, "没有编号为「ure-1666」的依据"),
        ({"legal_basis": "air-115", "on": "2026-08-20"}, "没有施行"),
        ({"agency": "示例区财政局"}, "ban-69-1"),
        ({"content": ["甲", "乙"]}, "ban-75-3"),
        ({"claim": "责令示例置业有限公司三十日内缴清土地出让价款"}, "ban-83-2"),
        ({"urgent": "yes"}, "urgency_ground"),
        ({"urgent": "maybe"}, "urgent=maybe"),
        ({"rectify_by": "尽快"}, "rectify_by=尽快"),
        ({"rectify_by": "2026-03-24"}, "不晚于 2026-03-24"),
    ],
)
def test_what_a_suggestion_may_not_say(desk, change, sentence):
    fact = "2026-08-16" if "on" in change else "2026-01-05"
    desk.open(fact_date=fact if "on" not in change else "2026-01-05")
    investigated(desk)
    told = SUGGESTION | {k: v for k, v in change.items() if k != "on"}
    if "on" in change:  # repealed on 2026-08-15; the fact came after
        desk.open(agency="另一局", fact_date="2026-08-16", on="2026-08-17")
        told["agency"] = "另一局"
        later(desk)
        desk.refused("suggestion.decide", "2026-08-24", sentence, **told)
        return
    desk.refused("suggestion.decide", "2026-03-24", sentence, **told)


def later(desk):
    desk.record("lead.assess", "2026-08-18", truth="yes", checkable="yes")
    told = {"approved_by": "王五", "harm": "x", "default": "y", "decision": "file"}
    desk.record("filing.decide", "2026-08-18", **told)
    desk.record("investigation.plan", "2026-08-18", plan="x")
    desk.record("investigation.end", "2026-08-19", report="x", proposal="suggest")


def test_a_suspension_wants_a_plan_an_obstacle_and_no_slackness(desk):
    desk.open()
    served(desk)
    told = {"plan": "整改方案", "obstacle": "汛期", "approved_by": "王五"}
    desk.refused("review.suspend", "2026-04-01", "ban-78", slack="yes", **told)
    desk.refused("review.suspend", "2026-04-01", "缺少 slack", **told)
    desk.refused("review.resume", "2026-04-01", "ban-78", cause_ended="2026-04-01")
    done = desk.record("review.suspend", "2026-04-01", slack="no", **told)
    assert done["state"] == "suspended"
    desk.refused(
        "review.end",
        "2026-04-02",
        "恢复审查",
        report="x",
        proposal="close",
        approved_by="王五",
    )
    done = desk.record("review.resume", "2026-06-01", cause_ended="2026-06-01")
    assert done["state"] == "awaiting_reply"


def test_the_chief_extends_once_by_a_month_and_then_the_superior(desk):
    desk.open()
    served(desk)
    told = {"ground": "疑难"}
    desk.refused(
        "review.extend", "2026-05-01", "ban-47-4a", by="superior", months=1, **told
    )
    desk.refused(
        "review.extend", "2026-05-01", "ban-47-4a", by="chief", months=2, **told
    )
    desk.refused(
        "review.extend", "2026-05-01", "months=0", by="chief", months=0, **told
    )
    desk.record("review.extend", "2026-05-01", by="chief", months=1, **told)
    desk.refused(
        "review.extend", "2026-05-02", "只能批准延长一次", by="chief", months=1, **told
    )
    desk.record("review.extend", "2026-05-02", by="superior", months=2, **told)
    assert desk.due("2026-05-02")["review-admin"]["date"] == "2026-09-28"  # Mid-Autumn


def test_appraisals_come_one_after_another(desk):
    desk.open()
    investigated(desk)
    desk.refused("appraisal.end", "2026-03-21", "没有正在进行的委托", report="意见")
    told = {"institution": "示例鉴定中心", "fee_status": "deferred"}
    desk.record("appraisal.start", "2026-03-21", **told)
    desk.refused("appraisal.start", "2026-03-22", "还没有终结", **told)
    desk.record("appraisal.end", "2026-03-23", report="意见")
    desk.record("appraisal.start", "2026-03-24", **told)


def test_a_suit_wants_default_and_harm_that_last(desk):
    desk.open()
    served(desk)
    end = {"report": "审查终结报告", "approved_by": "王五", "proposal": "sue"}
    desk.refused("review.end", "2026-04-10", "ban-77", "还没有届满", **end)
    desk.record("followup.check", "2026-04-10", outcome="restored", collector=TWO)
    desk.refused("review.end", "2026-06-10", "ban-81", **end)
    desk.record("followup.check", "2026-06-10", outcome="not", collector=TWO)
    desk.refused(
        "suit.file",
        "2026-06-11",
        "先审查终结",
        court="法院",
        claim="确认违法",
        approved_by="王五",
    )
    desk.record("review.end", "2026-06-11", **end)
    desk.record("followup.check", "2026-06-12", outcome="restored", collector=TWO)
    told = {"court": "示例区人民法院", "approved_by": "王五"}
    desk.refused("suit.file", "2026-06-13", "ban-81", claim="确认违法", **told)
    desk.refused(
        "case.close",
        "2026-06-13",
        "不是终结",
        ground="duty-performed",
        approved_by="王五",
    )
    desk.record("followup.check", "2026-06-13", outcome="relapsed", collector=TWO)
    dictated = "判令示例公司拆除违法建筑"
    desk.refused("suit.file", "2026-06-14", "ban-83-2", claim=dictated, **told)
    done = desk.record(
        "suit.file", "2026-06-14", claim=["确认违法", "责令履行催缴职责"], **told
    )
    assert done["state"] == "in_court"


def test_closing_wants_a_ground_of_the_rules(desk):
    desk.open()
    investigated(desk, proposal="close")
    told = {"approved_by": "王五"}
    desk.refused("case.close", "2026-03-23", "ban-74", ground="done", **told)
    desk.refused("case.close", "2026-03-23", "缺少 reason", ground="other", **told)
    done = desk.record("case.close", "2026-03-23", ground="no-illegality", **told)
    assert done["state"] == "closed"
    desk.refused(
        "evidence.add", "2026-03-24", "已终结", type="书证", source="x", collector=TWO
    )
    desk.record("note.add", "2026-03-24", text="归档")


def civil(desk, **options):
    told = {"track": "civil", "matter": "food.no-licence", "agency": ""}
    desk.open(party="示例食品有限公司", **(told | options))
    investigated(desk, proposal="notice", track="civil")


NOTICE = {
    "medium": "检察日报",
    "national": "yes",
    "harm": "x",
    "contact": "0577-00000000",
}


def test_a_notice_stands_in_a_national_medium_for_thirty_days(desk):
    civil(desk)
    desk.refused(
        "notice.publish", "2026-03-23", "ban-91-2", **(NOTICE | {"national": "no"})
    )
    desk.record("notice.publish", "2026-03-23", **NOTICE)
    end = {"report": "x", "proposal": "sue", "approved_by": "王五"}
    desk.refused(
        "review.end", "2026-04-22", "公告期还没有届满（2026-04-22 届满）", **end
    )
    desk.refused(
        "support.decide", "2026-04-22", "ban-100", kind="opinion", approved_by="王五"
    )
    assert desk.record("review.end", "2026-04-23", **end)["state"] == "reviewed"
    desk.record("plaintiff.sues", "2026-04-24", organisation="消费者协会", court="法院")
    desk.refused(
        "suit.file",
        "2026-04-27",
        "已有适格主体起诉",
        court="法院",
        claim="x",
        approved_by="王五",
    )


def test_a_case_about_heroes_asks_for_their_relatives(desk):
    civil(desk, matter="mandate.heroes")
    desk.refused("notice.publish", "2026-03-23", "int-13-3", **NOTICE)
    desk.record("notice.publish", "2026-03-23", relatives="无近亲属", **NOTICE)


def test_support_is_withdrawn_to_where_the_case_was(desk):
    civil(desk)
    desk.record("notice.publish", "2026-03-23", **NOTICE)
    desk.record("plaintiff.sues", "2026-04-01", organisation="消协", court="法院")
    desk.refused(
        "support.decide", "2026-04-02", "ban-101", kind="money", approved_by="王五"
    )
    done = desk.record(
        "support.decide", "2026-04-02", kind="opinion", approved_by="王五"
    )
    assert done["state"] == "supporting"
    assert (
        desk.record("support.withdraw", "2026-04-03", ground="原告撤诉")["state"]
        == "noticed"
    )


def test_an_escalation_wants_a_refusal_or_a_missed_reply(desk):
    desk.open()
    served(desk)
    desk.refused("escalation.step", "2026-04-01", "ban-45", "jy-25", to="上级机关")
    desk.refused("escalation.step", "2026-05-25", "jy-25", to="上级机关")
    desk.record("escalation.step", "2026-05-26", to="上级机关")
    desk.open(agency="另一局")
    desk.refused("escalation.step", "2026-03-03", "jy-25", to="上级机关")
    desk.record("incident.record", "2026-03-03", kind="refusal", what="拒绝提供")
    desk.record("escalation.step", "2026-03-04", to="区人大常委会")


def test_a_review_that_was_transferred_starts_again_at_receipt(desk):
    desk.open()
    served(desk)
    desk.record("agency.reply", "2026-05-20", measure="已催缴")
    desk.record("followup.check", "2026-06-01", outcome="not", collector=TWO)
    desk.refused("transfer.receive", "2026-06-02", "移送", document="x")
    desk.record(
        "review.end", "2026-06-02", report="x", proposal="transfer", approved_by="王五"
    )
    assert desk.due("2026-06-02")["review-admin"]["done"] is True
    done = desk.record("transfer.receive", "2026-06-15", document="受案登记")
    assert done["state"] == "replied"
    row = desk.due("2026-06-15")["review-admin"]
    assert (row["start"], row["date"], row["done"]) == (
        "2026-06-15",
        "2026-07-15",
        False,
    )


def test_next_steps_say_what_is_missing_and_what_to_look_at(desk):
    desk.open()
    investigated(desk)
    steps = {s["event"]: s for s in desk.status()["next"]}
    assert "open" not in steps
    assert len(steps["suggestion.decide"]["missing"]) == len(SUGGESTION)
    looked = {c["zh"][:8]: c["ok"] for c in steps["suggestion.decide"]["checks"]}
    assert looked == {
        "已经收集证据（《": True,
        "立案决定书已经送": True,
        "检察官联席会议或": False,
    }
    assert "agency.reply" not in steps


def test_status_without_a_case_lists_all(desk):
    first = desk.open()["case"]
    second = desk.open(matter="land.idle")["case"]
    found = desk.run("status", desk.ledger)
    assert [c["case"] for c in found] == [first, second]
    assert {"seq", "event", "on", "by", "hash"} == set(found[0]["events"][0])


def test_who_gave_a_tip_is_sealed_and_never_leaves(desk, tmp_path):
    desk.open()
    told = {"identity": "举报人甲", "contact": "13800000000", "content": "欠缴线索"}
    seq = desk.record("tip.register", "2026-03-03", **told)["seq"]
    key = desk.ledger.with_name("案件.ledger.tipkey")
    assert key.stat().st_mode & 0o777 == 0o600
    package = tmp_path / "包.json"
    told_out = desk.run("export", desk.ledger, desk.case, "-o", package)
    assert told_out["withheld"] == 1
    shown = json.dumps(desk.status(), ensure_ascii=False)
    for file in (desk.ledger, key, package):
        held = file.read_bytes()
        assert "举报人甲".encode() not in held
        assert b"13800000000" not in held
    assert "举报人甲" not in shown
    assert "举报" not in package.read_text("utf-8")
    words = ("--by", "李四", "--on", "2026-03-03", "--reason", "发放奖励")
    opened = desk.run("tip", desk.ledger, seq, *words)
    assert opened == {"contact": "13800000000", "identity": "举报人甲"}
    last = desk.status()["events"][-1]
    assert (last["event"], last["by"]) == ("tip.open", "李四")
    told_out = desk.run("export", desk.ledger, desk.case, "-o", tmp_path / "又.json")
    assert told_out["withheld"] == 2
    desk.run("tip", desk.ledger, 1, *words, code=2)
    key.unlink()
    desk.record("tip.register", "2026-03-03", identity="乙")
    desk.run("tip", desk.ledger, seq, *words, code=1)


def test_a_file_is_kept_by_its_hash(desk, tmp_path):
    desk.open()
    paper = tmp_path / "笔录.txt"
    paper.write_text("笔录", encoding="utf-8")
    desk.record("note.add", "2026-03-03", "--file", paper)
    desk.refused("note.add", "2026-03-03", "至少要有一个字段或者一个文件")
    desk.record("note.add", "2026-03-03", "--file", tmp_path / "没有", code=2)
