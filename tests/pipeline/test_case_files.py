"""What documents may tell of a case."""

import datetime as dt

import pytest

from pil_discovery.pipeline.case_files import told_case
from tests.procedure.ledger.desk import Desk, investigated


@pytest.fixture
def desk(quick_path):
    desk = Desk(quick_path / "案件.ledger")
    desk.open()
    return desk


def test_no_document_tells_of_tips_their_reward_or_notes(desk):
    investigated(desk)
    seq = desk.record("tip.register", "2026-03-21", identity="举报人甲")["seq"]
    told = {"verified": "no", "adopted": "no", "reward": "none"}
    desk.record("tip.assess", "2026-03-21", seq=seq, **told)
    desk.record("note.add", "2026-03-21", text="便条")
    desk.record("meeting.hold", "2026-03-21", topic="碰头")
    named = (desk.ledger, desk.case)
    file = told_case("suggestion", named, {}, dt.date(2026, 3, 24)).file
    events = {record.event for record in file.records}
    assert events.isdisjoint({"tip.register", "tip.assess", "note.add"})
    assert {"meeting.hold", "investigation.end"} <= events
