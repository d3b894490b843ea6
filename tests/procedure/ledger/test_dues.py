"""Periods of a case: started, suspended, extended, done, unseen."""

import pytest

from tests.procedure.ledger.desk import TWO, Desk, investigated, served


@pytest.fixture
def desk(quick_path):
    desk = Desk(quick_path / "案件.ledger")
    desk.open()
    return desk


def test_a_period_is_overdue_until_it_is_done_and_stays_late_afterwards(desk):
    desk.record("lead.assess", "2026-03-03", truth="yes", checkable="yes")
    told = {"decision": "file", "approved_by": "王五", "harm": "x", "default": "y"}
    desk.record("filing.decide", "2026-03-05", **told)
    row = desk.due("2026-03-12")["filing-decision-service"]
    assert (row["start"], row["date"]) == ("2026-03-05", "2026-03-12")
    assert (row["overdue"], row["done"]) == (False, False)
    assert row["basis"] == ["ban-70-1"]
    assert desk.due("2026-03-13", code=3)["filing-decision-service"]["overdue"] is True
    desk.record("filing.serve", "2026-03-16", received_by="赵六")
    row = desk.due("2026-03-16")["filing-decision-service"]
    assert (row["overdue"], row["done"], row["done_on"]) == (True, True, "2026-03-16")
    earlier = desk.due("2026-03-13", code=3)["filing-decision-service"]
    assert earlier["done"] is False  # only what was known then counts


def test_what_no_record_tells_is_neither_done_nor_overdue(desk):
    served(desk)
    row = desk.due("2026-05-01")["suggestion-filing-superior"]
    assert (row["date"], row["done"], row["overdue"]) == ("2026-03-30", None, False)
    desk.record("note.add", "2026-04-02", done="suggestion-filing-superior")
    row = desk.due("2026-05-01")["suggestion-filing-superior"]
    assert (row["done"], row["overdue"]) == (True, True)


def test_an_urgent_suggestion_is_answered_in_fifteen_days(desk):
    served(desk, urgent="yes", urgency_ground="损害继续扩大")
    rows = desk.due("2026-04-01")
    assert rows["suggestion-reply-urgent"]["date"] == "2026-04-09"
    assert "suggestion-reply" not in rows


def test_the_review_runs_from_the_date_that_the_suggestion_names(desk):
    served(desk, rectify_by="2026-10-01")  # a rest day, but written so
    row = desk.due("2026-09-01", code=3)["review-admin"]
    assert (row["start"], row["date"]) == ("2026-10-01", "2026-11-02")


def test_the_review_runs_from_the_rolled_end_of_a_period(desk):
    served(desk, rectify_by="6个月")  # 25 September 2026 is the Mid-Autumn Festival
    assert desk.due("2026-09-01", code=3)["review-admin"]["start"] == "2026-09-28"


def test_an_appraisal_does_not_count(desk):
    served(desk)
    before = desk.due("2026-05-25")["review-admin"]
    assert (before["start"], before["date"]) == ("2026-05-25", "2026-06-25")
    told = {"institution": "示例鉴定中心", "fee_status": "deferred"}
    desk.record("agency.reply", "2026-05-20", measure="无")
    desk.record("appraisal.start", "2026-06-01", **told)
    running = desk.due("2026-07-20")["review-admin"]
    assert (running["standing"], running["overdue"]) == (True, False)
    desk.record("appraisal.end", "2026-06-10", report="意见")
    after = desk.due("2026-06-25")["review-admin"]
    assert (after["date"], after["standing"]) == ("2026-07-06", False)  # 5 July: Sunday
    assert any("扣除 2026-06-01 至 2026-06-10 共10日" in w for w in after["reckoning"])


def test_a_suspension_stops_the_review(desk):
    served(desk)
    desk.record("agency.reply", "2026-05-20", measure="x")
    told = {"plan": "x", "obstacle": "汛期", "slack": "no", "approved_by": "王五"}
    desk.record("review.suspend", "2026-06-01", **told)
    assert desk.due("2026-12-31")["review-admin"]["standing"] is True
    desk.record("review.resume", "2026-06-30", cause_ended="2026-06-30")
    assert desk.due("2026-06-30")["review-admin"]["date"] == "2026-07-27"


def test_what_ends_the_case_ends_its_periods(desk):
    investigated(desk, proposal="close")
    desk.record("case.close", "2026-03-23", ground="no-illegality", approved_by="王五")
    assert {d["done"] for d in desk.due("2027-01-01").values()} == {True}


def test_a_period_that_ends_in_a_year_without_notice_is_provisional(desk):
    served(desk, rectify_by="2027-01-29")
    desk.record("agency.reply", "2026-05-20", measure="x")
    assert desk.due("2026-06-01")["review-admin"]["provisional"] is True


def test_before_the_case_there_is_nothing(desk):
    served(desk)
    assert desk.due("2026-03-01") == {}


def test_all_cases_are_told_together_and_written_as_a_calendar(desk, tmp_path):
    served(desk)
    first = desk.case
    desk.open(agency="另一局", title="第二案, 有;标点")
    served_other(desk)
    file = tmp_path / "期限.ics"
    words = ("due", desk.ledger, "--as-of", "2026-03-26", "--ics", file)
    rows = desk.run(*words)
    assert {d["case"] for d in rows} == {first, desk.case}
    text = file.read_bytes().decode()
    desk.run(*words)
    assert file.read_bytes().decode() == text
    lines = text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert max(len(line.encode()) for line in lines) <= 75
    open_rows = [d for d in rows if d["done"] is not True]
    assert lines.count("BEGIN:VEVENT") == len(open_rows)
    assert "第二案\\, 有\\;标点" in text.replace("\r\n ", "")


def served_other(desk):
    from tests.procedure.ledger.desk import SUGGESTION

    investigated(desk)
    told = SUGGESTION | {"agency": "另一局"}
    desk.record("suggestion.decide", "2026-03-24", **told)
    desk.record("suggestion.serve", "2026-03-25", received_by="x")


def test_a_reply_ends_the_wait_and_a_followup_does_not(desk):
    served(desk)
    desk.record("followup.check", "2026-05-26", outcome="not", collector=TWO)
    assert desk.due("2026-05-26", code=3)["suggestion-reply"]["done"] is False
