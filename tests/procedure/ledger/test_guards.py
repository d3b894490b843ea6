"""Every event in every state, and what the guards of the other events want."""

import datetime as dt
import json

import pytest

from pil_discovery.pipeline.cases import open_ledger
from pil_discovery.procedure.ledger import Case, Proposal, refusals
from pil_discovery.types import Entry
from tests.procedure.ledger.desk import TWO, Desk, investigated, served

DAY = dt.date(2026, 9, 30)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return open_ledger(tmp_path_factory.mktemp("账") / "x").book


def case_in(state, track):
    told = {"track": (track,), "matter": ("food.no-licence",)}
    told |= {"title": ("示例案",), "fact_date": ("2026-01-05",), "party": ("示例店",)}
    entry = Entry(seq=1, case="a", event="open", on=DAY, by="x", fields=told, prev="")
    return Case((entry,), (state,))


@pytest.mark.parametrize("track", ["admin", "civil"])
def test_an_event_outside_its_states_is_refused_with_the_state_and_the_rule(
    book, track
):
    rules = book.on(DAY)
    tried = 0
    for event in rules.events:
        if event.id == "open":
            continue
        named = [f"{i}" for i in event.basis]
        assert named, f"{event.id} names no rule"
        allowed = event.from_ or [s.id for s in rules.states if not s.over]
        for state in rules.states:
            told = refusals(Proposal(case_in(state.id, track), event, DAY, {}, book))
            first = told[0].what if told else ""
            if track not in event.tracks:
                assert f"没有「{event.title_zh}」这一步" in first
            elif state.id not in allowed:
                assert f"案件处于「{state.zh}」，不能记录「{event.title_zh}」" in first
            else:
                assert "案件处于" not in first
                continue
            assert any(basis in first for basis in named), first
            tried += 1
    assert tried > 300


@pytest.fixture
def desk(quick_path):
    return Desk(quick_path / "案件.ledger")


NOTICE = {"medium": "检察日报", "national": "yes", "harm": "x", "contact": "电话"}
CIVIL = {"track": "civil", "matter": "food.no-licence", "agency": ""}
SUE = {"report": "审查终结报告", "proposal": "sue", "approved_by": "王五"}
SUIT = {"court": "示例市中级人民法院", "claim": "停止侵害", "approved_by": "王五"}


def noticed(desk, **options):
    """Take a civil case to a notice published on 2026-03-23, which ends on 04-22."""
    desk.open(party="示例食品有限公司", **(CIVIL | options))
    investigated(desk, proposal="notice", track="civil")
    desk.record("notice.publish", "2026-03-23", **NOTICE)


def in_court(desk):
    """Take an administrative case to a suit filed on 2026-06-22."""
    desk.open()
    served(desk)
    desk.record("agency.reply", "2026-05-20", measure="已催缴")
    desk.record("followup.check", "2026-06-01", outcome="not", collector=TWO)
    desk.record("review.end", "2026-06-02", **SUE)
    desk.record("suit.file", "2026-06-22", **(SUIT | {"claim": "确认违法"}))


INCIDENTAL = SUIT | {
    "criminal_case": "示例区检刑诉〔2026〕1号",
    "prosecution": "yes",
    "same_office": "yes",
    "court": "审理刑事案件的示例区人民法院",
}


def test_an_incidental_suit_wants_a_prosecution_by_the_same_office(desk):
    noticed(desk)
    desk.refused("suit.incidental", "2026-04-23", "先审查终结", **INCIDENTAL)
    desk.refused("review.end", "2026-04-22", "公告期还没有届满", **SUE)
    desk.record("review.end", "2026-04-23", **SUE)
    for key, basis in (
        ("prosecution", "int-20"),
        ("same_office", "ban-14-2"),
        ("criminal_case", "ban-97"),
        ("claim", "ban-98-1"),
    ):
        less = {k: v for k, v in INCIDENTAL.items() if k != key}
        desk.refused("suit.incidental", "2026-04-24", f"缺少 {key}", basis, **less)
    wrong = INCIDENTAL | {"same_office": "no"}
    desk.refused("suit.incidental", "2026-04-24", "same_office=no", **wrong)
    done = desk.record("suit.incidental", "2026-04-24", **INCIDENTAL)
    assert done["state"] == "in_court"
    desk.record("superior.report", "2026-04-28", of="indictment")
    row = desk.due("2026-04-30")["indictment-filing-superior"]
    assert (row["date"], row["done_on"]) == ("2026-04-29", "2026-04-28")
    end = {"ground": "判决生效", "approved_by": "王五"}
    assert desk.record("case.close", "2026-09-01", **end)["state"] == "closed"


def test_an_incidental_suit_gives_way_to_an_eligible_plaintiff(desk):
    noticed(desk)
    desk.record("review.end", "2026-04-23", **SUE)
    desk.record("plaintiff.sues", "2026-04-24", organisation="消协", court="法院")
    desk.refused("suit.incidental", "2026-04-24", "不再起诉", "ban-96", **INCIDENTAL)


def test_there_is_no_incidental_suit_in_an_administrative_case(desk):
    desk.open()
    desk.refused("suit.incidental", "2026-03-03", "没有「提起刑事附带", **INCIDENTAL)


def test_who_may_sue_is_urged_before_it_has_sued(desk):
    desk.open(party="示例食品有限公司", **CIVIL)
    told = {"to": "示例市消保委", "content": "事实和依据", "approved_by": "王五"}
    desk.refused("urge.send", "2026-03-02", "立案以后", "seed-2-4-a", **told)
    investigated(desk, proposal="notice", track="civil")
    assert desk.record("urge.send", "2026-03-21", **told)["state"] == "investigated"
    desk.record("notice.publish", "2026-03-23", **NOTICE)
    desk.record("plaintiff.sues", "2026-04-01", organisation="消保委", court="法院")
    desk.refused("urge.send", "2026-04-02", "已有适格主体起诉", "cpl-58", **told)


def test_a_filing_with_the_superior_is_done_when_it_is_recorded(desk):
    desk.open()
    desk.record("superior.report", "2026-03-02", of="lead")
    desk.refused("superior.report", "2026-03-03", "还没有送达", of="suggestion")
    served(desk)
    row = desk.due("2026-04-30")["suggestion-filing-superior"]
    assert (row["done"], row["overdue"]) == (None, False)
    desk.refused("superior.report", "2026-03-26", "of=other", of="other")
    desk.refused("superior.report", "2026-03-26", "ban-78", of="suspension")
    desk.refused("superior.report", "2026-03-26", "ban-46-3", of="indictment")
    desk.record("superior.report", "2026-03-26", of="lead")  # says nothing of others
    assert desk.due("2026-04-30")["suggestion-filing-superior"]["done"] is None
    desk.record("superior.report", "2026-04-02", of="suggestion")
    row = desk.due("2026-04-30")["suggestion-filing-superior"]
    assert (row["date"], row["done"], row["done_on"], row["overdue"]) == (
        "2026-03-30",
        True,
        "2026-04-02",
        True,
    )


PROPERTY = {
    "kind": "property",
    "stage": "before_suit",
    "court": "示例市中级人民法院",
    "object": "示例食品有限公司银行存款",
    "ground": "正在转移财产",
    "security": "人民法院准许不提供",
    "approved_by": "王五",
}
GRANTED = {"outcome": "granted", "document": "裁定书", "stage": "before_suit"}


def test_preservation_before_suit_is_lost_without_a_suit_in_thirty_days(desk):
    noticed(desk)
    bare = {k: v for k, v in PROPERTY.items() if k != "security"}
    desk.refused("preservation.apply", "2026-03-24", "cpl-104", "security", **bare)
    none = PROPERTY | {"ground": "无"}
    desk.refused("preservation.apply", "2026-03-24", "ground=无", **none)
    late = PROPERTY | {"stage": "in_suit"}
    desk.refused("preservation.apply", "2026-03-24", "还没有起诉", "cpl-103", **late)
    desk.refused("preservation.rule", "2026-03-24", "没有等待裁定", **GRANTED)
    desk.refused("preservation.lift", "2026-03-24", "没有准许过", ground="x")
    desk.record("preservation.apply", "2026-03-24", **PROPERTY)
    desk.refused("preservation.apply", "2026-03-24", "还没有裁定", **PROPERTY)
    assert desk.due("2026-03-26")["preservation-ruling"]["date"] == "2026-03-26"
    late = desk.due("2026-03-27", code=3)["preservation-ruling"]
    assert late["overdue"] is True
    wrong = GRANTED | {"stage": "in_suit"}
    desk.refused("preservation.rule", "2026-03-27", "不是诉讼中保全", **wrong)
    desk.record("preservation.rule", "2026-03-27", **GRANTED)
    row = desk.due("2026-04-01")["preservation-suit"]
    assert (row["start"], row["date"], row["done"]) == (
        "2026-03-27",
        "2026-04-27",  # 26 April is a Sunday
        False,
    )
    desk.due("2026-04-28", code=3)
    desk.record("review.end", "2026-04-23", **SUE)
    desk.record("suit.file", "2026-04-24", **SUIT)
    assert desk.due("2026-04-28")["preservation-suit"]["done_on"] == "2026-04-24"
    again = PROPERTY | {"kind": "evidence"}
    desk.refused("preservation.apply", "2026-04-27", "已经起诉", **again)
    ours = {"kind": "evidence", "stage": "in_suit", "court": "法院", "object": "账册"}
    ours |= {"ground": "可能灭失", "approved_by": "王五"}
    desk.record("preservation.apply", "2026-04-27", **ours)
    refused = {"outcome": "refused", "document": "裁定书", "stage": "in_suit"}
    desk.record("preservation.rule", "2026-04-28", **refused)
    desk.record("preservation.lift", "2026-05-06", ground="案件已经审结")


def test_a_refused_preservation_starts_no_period(desk):
    noticed(desk)
    desk.record("preservation.apply", "2026-03-24", **PROPERTY)
    told = GRANTED | {"outcome": "refused"}
    desk.record("preservation.rule", "2026-03-25", **told)
    assert "preservation-suit" not in desk.due("2026-03-26")
    desk.refused("preservation.lift", "2026-03-26", "没有准许过", ground="x")


def test_preservation_is_civil(desk):
    desk.open()
    desk.refused("preservation.apply", "2026-03-03", "没有「建议、申请", **PROPERTY)


def test_the_trial_has_its_own_periods(desk):
    in_court(desk)
    desk.refused(
        "court.submit",
        "2026-06-22",
        "还没有收到出庭通知",
        of="attendance",
        prosecutor="x",
    )
    desk.record("court.docket", "2026-06-24", case_number="（2026）示0302行初1号")
    desk.refused("court.summon", "2026-07-01", "hearing_on=下周", hearing_on="下周")
    desk.record("court.summon", "2026-07-01", hearing_on="2026-07-10")
    assert desk.due("2026-07-02")["attendance-notice"]["date"] == "2026-07-06"
    assert desk.due("2026-07-07", code=3)["attendance-notice"]["overdue"] is True
    desk.refused("court.submit", "2026-07-03", "缺少 prosecutor", of="attendance")
    desk.record("court.submit", "2026-07-03", of="attendance", prosecutor=TWO)
    assert desk.due("2026-07-07")["attendance-notice"]["done_on"] == "2026-07-03"
    appeal = {
        "court": "原审法院",
        "request": "改判",
        "ground": "x",
        "approved_by": "王五",
    }
    desk.refused("appeal.file", "2026-07-20", "还没有收到一审裁判", **appeal)
    desk.refused("superior.report", "2026-07-20", "ban-58-1", of="judgment")
    told = {"kind": "judgment", "result": "驳回", "document": "判决书"}
    desk.record("judgment.receive", "2026-07-20", **told)
    rows = desk.due("2026-07-21")
    assert rows["first-instance-report"]["date"] == "2026-07-23"
    assert rows["appeal-judgment"]["date"] == "2026-08-04"
    assert "appeal-ruling" not in rows
    desk.due("2026-07-24", code=3)  # the report is missing; nobody can miss an appeal
    desk.record("superior.report", "2026-07-24", of="judgment")
    rows = desk.due("2026-07-25")
    assert (rows["first-instance-report"]["done"], rows["appeal-judgment"]["done"]) == (
        True,
        False,
    )
    desk.refused("appeal.file", "2026-08-05", "上诉期已经届满（2026-08-04", **appeal)
    desk.record("appeal.file", "2026-08-04", **appeal)
    desk.record("appeal.receive", "2026-08-04", text="副本")
    assert desk.due("2026-08-05")["defendant-appeal-report"]["date"] == "2026-08-07"
    desk.record("superior.report", "2026-08-06", of="appeal")
    assert desk.due("2026-08-20")["defendant-appeal-report"]["overdue"] is False


def test_a_suit_is_withdrawn_when_its_claims_are_met(desk):
    in_court(desk)
    told = {"ground": "诉讼请求已经实现", "approved_by": "王五"}
    desk.refused("suit.change", "2026-07-01", "int-24", change="withdraw", **told)
    desk.refused("suit.change", "2026-07-01", "缺少 claim", change="claims", **told)
    dictated = {"change": "claims", "claim": "判令示例公司拆除违法建筑"}
    desk.refused("suit.change", "2026-07-01", "ban-83-2", **dictated, **told)
    desk.refused("court.submit", "2026-07-01", "还没有决定撤回起诉", of="change")
    desk.record("followup.check", "2026-07-01", outcome="restored", collector=TWO)
    desk.record("suit.change", "2026-07-01", change="withdraw", **told)
    assert desk.due("2026-07-02")["withdrawal-to-court"]["date"] == "2026-07-06"
    desk.record("court.submit", "2026-07-03", of="change")
    assert desk.due("2026-07-20")["withdrawal-to-court"]["done"] is True


def test_a_withdrawn_support_is_told_to_the_court_in_three_days(desk):
    noticed(desk)
    desk.record("plaintiff.sues", "2026-04-01", organisation="消协", court="法院")
    desk.record("support.decide", "2026-04-02", kind="opinion", approved_by="王五")
    desk.refused(
        "court.submit", "2026-04-02", "还没有撤回支持", of="support-withdrawal"
    )
    desk.record("support.withdraw", "2026-04-08", ground="原告撤诉")
    assert desk.due("2026-05-01")["support-withdrawal-to-court"]["done"] is None
    desk.record("court.submit", "2026-04-10", of="support-withdrawal")
    row = desk.due("2026-05-01")["support-withdrawal-to-court"]
    assert (row["date"], row["done_on"]) == ("2026-04-13", "2026-04-10")


def test_a_request_of_recusal_is_decided_and_reviewed_in_three_days_each(desk):
    desk.open()
    yes = {"decision": "no", "approved_by": "王五"}
    desk.refused("recusal.decide", "2026-03-02", "没有回避申请", stage="first", **yes)
    desk.refused("recusal.request", "2026-03-02", "无从复议", stage="review", whom="甲")
    desk.record("recusal.request", "2026-03-02", stage="first", whom="甲")
    assert desk.due("2026-03-06", code=3)["recusal-decision"]["date"] == "2026-03-05"
    desk.record("recusal.decide", "2026-03-05", stage="first", **yes)
    desk.record("recusal.request", "2026-03-09", stage="review", whom="甲")
    rows = desk.due("2026-03-10")
    assert rows["recusal-decision"]["done"] is True
    assert (rows["recusal-review"]["date"], rows["recusal-review"]["done"]) == (
        "2026-03-12",
        False,
    )
    desk.record("recusal.decide", "2026-03-12", stage="review", **yes)
    assert desk.due("2026-04-01")["recusal-review"]["overdue"] is False


def test_another_office_that_was_asked_answers_in_thirty_days(desk):
    desk.open()
    told = {"to": "示例丙区人民检察院", "content": "调取账册"}
    desk.refused("inquiry.request", "2026-03-03", "立案并制定调查方案以后", **told)
    investigated(desk)
    desk.refused("inquiry.answer", "2026-03-21", "没有等待回复", result="x")
    desk.record("inquiry.request", "2026-03-23", **told)
    desk.refused("inquiry.request", "2026-03-23", "还没有回复", **told)
    assert desk.due("2026-04-22")["requested-investigation"]["date"] == "2026-04-22"
    desk.record("inquiry.answer", "2026-04-22", result="已调取")
    assert desk.due("2026-05-22")["requested-investigation"]["overdue"] is False


def ladder(desk):
    from click.testing import CliRunner

    from pil_discovery.cli.root import pil

    words = ["report", "escalation", str(desk.ledger), desk.case, "--json"]
    told = json.loads(CliRunner().invoke(pil, words).stdout)
    return {step["id"]: step["missing"] for step in told["ladder"]}


def test_each_step_of_the_ladder_says_what_it_wants_of_its_own(desk):
    desk.open()
    served(desk)
    wants = ladder(desk)
    assert wants["committee"] == []
    assert "ban-45" in wants["discipline"][0]
    assert "kind=obstruction" in wants["police"][0]
    assert "ban-31" in wants["supervision-commission"][0]
    assert "ban-81" in wants["court"][0]
    desk.record("incident.record", "2026-04-01", kind="refusal", what="拒绝提供材料")
    desk.refused("escalation.step", "2026-04-01", "kind=obstruction", rung="police")
    desk.refused("escalation.step", "2026-04-01", "没有这一级", rung="mayor")
    desk.record("escalation.step", "2026-04-01", rung="discipline", to="区纪委监委")
    desk.record("incident.record", "2026-04-02", kind="obstruction", what="推搡")
    desk.record("escalation.step", "2026-04-02", rung="police", to="示例派出所")
    wants = ladder(desk)
    assert (wants["police"], wants["discipline"]) == ([], [])


def test_a_step_by_rules_that_came_later_is_not_there_yet(desk):
    desk.open(fact_date="2025-01-05", on="2025-03-03")
    desk.record("incident.record", "2025-03-03", kind="refusal", what="拒绝提供")
    told = {"rung": "justice-bureau", "to": "司法局"}
    desk.refused("escalation.step", "2026-01-31", "没有载入该日期的版本", **told)
    desk.refused("escalation.step", "2026-02-02", "检察建议书还没有送达", **told)
