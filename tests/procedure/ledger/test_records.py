"""What other mechanisms record: kept as told, never wanting more than they need."""

import pytest

from pil_discovery.pipeline.cases import open_ledger
from tests.procedure.ledger.desk import Desk, investigated


@pytest.fixture
def desk(quick_path):
    desk = Desk(quick_path / "案件.ledger")
    desk.open()
    return desk


def test_meetings_hearings_and_evaluations_are_kept_with_what_they_hold(desk, tmp_path):
    investigated(desk)
    minutes = tmp_path / "会议记录.docx"
    minutes.write_bytes(b"x")
    told = {"agenda": ["确认事实", "整改方案"], "attendees": ["甲局", "乙局"]}
    desk.record("meeting.hold", "2026-03-21", "--file", minutes, **told)
    desk.record("hearing.hold", "2026-03-22", topic="公益损害")
    told = {"evaluator": "示例评估所", "recovered_m2": "1200", "recurrence": "no"}
    desk.record("evaluation.add", "2026-03-23", **told)
    entries = open_ledger(desk.ledger).read()[-3:]
    assert entries[0].fields["attendees"] == ("甲局", "乙局")
    assert entries[0].files[0].name == "会议记录.docx"
    assert entries[2].fields["recovered_m2"] == ("1200",)
    assert desk.state() == "investigated"


def test_an_evaluation_wants_something_to_evaluate(desk):
    desk.refused("evaluation.add", "2026-03-03", "立案调查以后", evaluator="x")


def test_a_transfer_wants_to_know_to_whom(desk):
    desk.refused("transfer.out", "2026-03-03", "ban-31", kind="职务违法线索")
    done = desk.record("transfer.out", "2026-03-03", to="示例区监委")
    assert done["state"] == "lead"


def test_a_criminal_route_leaves_the_duty_open(desk):
    desk.record("transfer.out", "2026-03-03", to="示例区公安分局")
    investigated(desk)
    assert desk.state() == "investigated"
