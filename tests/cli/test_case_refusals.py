"""Three whole cases, and in each of their states every event that does not belong."""

import pytest
from click.testing import CliRunner

from pil_discovery.catalog import load_case_rules, load_catalog
from pil_discovery.cli.root import pil
from tests.procedure.ledger.desk import SUGGESTION, TWO, Desk

SUE = {"report": "审查终结报告", "proposal": "sue", "approved_by": "王五"}
NOTICE = {"medium": "检察日报", "national": "yes", "harm": "x", "contact": "电话"}
PLAN = {"plan": "方案", "obstacle": "汛期", "slack": "no", "approved_by": "王五"}


@pytest.fixture(scope="module")
def rules():
    catalog = load_catalog()
    return load_case_rules(catalog.facts, catalog.topics, catalog.clocks)["2021"]


class Walk:
    """A case that goes on, and tries in each new state what does not belong there."""

    def __init__(self, desk, rules):
        self.desk, self.rules = desk, rules
        self.seen, self.refused = [], 0

    def step(self, event, on, **fields):
        state = self.desk.record(event, on, **fields)["state"]
        self.look(state, on)

    def look(self, state, on):
        if state in self.seen:
            return
        self.seen.append(state)
        track = self.desk.status()["track"]
        over = {s.id for s in self.rules.states if s.over}
        for event in self.rules.events:
            allowed = state in event.from_ if event.from_ else state not in over
            if event.id == "open" or (allowed and track in event.tracks):
                continue
            words = ("record", self.desk.ledger, self.desk.case, event.id)
            words = ("case", *words, "--on", on, "--by", "张三")
            done = CliRunner().invoke(pil, [str(w) for w in words])
            assert done.exit_code == 3, (state, event.id, done.output)
            line = done.stderr.splitlines()[0]
            assert event.title_zh in line
            assert any(basis in line for basis in event.basis), line
            self.refused += 1


def walk(quick_path, rules, **options):
    desk = Desk(quick_path / "案件.ledger")
    desk.open(**options)
    going = Walk(desk, rules)
    going.look("lead", "2026-03-02")
    going.step("lead.assess", "2026-03-03", truth="yes", checkable="yes")
    default = {} if options.get("track") == "civil" else {"default": "未催缴"}
    filed = {"decision": "file", "approved_by": "王五", "harm": "欠缴"} | default
    going.step("filing.decide", "2026-03-05", **filed)
    going.step("investigation.plan", "2026-03-09", plan="方案")
    return going


def counted(going):
    events = going.desk.status()["events"]
    going.desk.run("verify", going.desk.ledger)
    return len(events)


def test_land_from_the_lead_to_the_court(quick_path, rules):
    going = walk(quick_path, rules)
    going.step("investigation.end", "2026-03-20", report="x", proposal="suggest")
    going.step("suggestion.decide", "2026-03-24", **SUGGESTION)
    going.step("suggestion.serve", "2026-03-25", received_by="赵六")
    going.step("agency.reply", "2026-05-20", measure="已催缴")
    going.step("followup.check", "2026-06-01", outcome="not", collector=TWO)
    going.step("review.end", "2026-06-02", **SUE)
    claims = {"court": "法院", "claim": "确认违法", "approved_by": "王五"}
    going.step("suit.file", "2026-06-22", **claims)
    assert going.seen[-1] == "in_court"
    assert going.refused > 200
    assert counted(going) == 11


def test_a_wetland_from_the_lead_to_its_end(quick_path, rules):
    going = walk(quick_path, rules, matter="env.wetland-fill.penalty")
    going.step("investigation.end", "2026-03-20", report="x", proposal="suggest")
    wet = SUGGESTION | {"legal_basis": ["wet-52", "wet-54"]}
    going.step("suggestion.decide", "2026-03-24", **wet)
    going.step("suggestion.serve", "2026-03-25", received_by="赵六")
    going.step("review.suspend", "2026-04-02", **PLAN)
    going.step("review.resume", "2026-05-06", cause_ended="2026-05-06")
    going.step("agency.reply", "2026-05-20", measure="已修复")
    going.step("followup.check", "2026-06-01", outcome="restored", collector=TWO)
    going.step("review.end", "2026-06-02", **(SUE | {"proposal": "close"}))
    end = {"ground": "duty-performed", "approved_by": "王五"}
    going.step("case.close", "2026-06-22", **end)
    assert {"suspended", "closed"} <= set(going.seen)
    assert counted(going) == 13


def test_food_from_the_lead_to_the_support(quick_path, rules):
    civil = {"track": "civil", "matter": "food.no-licence", "agency": ""}
    going = walk(quick_path, rules, party="示例食品有限公司", **civil)
    going.step("investigation.end", "2026-03-20", report="x", proposal="notice")
    going.step("notice.publish", "2026-03-23", **NOTICE)
    going.step("plaintiff.sues", "2026-04-01", organisation="消协", court="法院")
    going.step("support.decide", "2026-04-02", kind="opinion", approved_by="王五")
    going.step("case.close", "2026-12-01", ground="判决支持", approved_by="王五")
    assert {"noticed", "supporting", "closed"} <= set(going.seen)
    assert going.refused > 100
    assert counted(going) == 9


def test_a_lead_that_goes_no_further(quick_path, rules):
    for event, on, fields in (
        ("lead.transfer", "2026-03-03", {"to": "示例丙区人民检察院", "document": "书"}),
        ("filing.decide", "2026-03-05", {"decision": "decline", "approved_by": "王五"}),
    ):
        desk = Desk(quick_path / f"{event}.ledger")
        desk.open()
        desk.record("lead.assess", "2026-03-03", truth="yes", checkable="yes")
        going = Walk(desk, rules)
        going.step(event, on, **fields)
        assert going.seen[-1] in {"transferred", "declined"}
        assert going.refused > 30
