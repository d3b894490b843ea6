from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.catalog import load_law, load_procedure
from pil_discovery.procedure import Appointment, due, to_icalendar

PROCEDURE = load_procedure(load_law()[0])
AS_OF = dt.date(2026, 9, 30)


def appointment(case="案-1", step="suggestion-reply", start="2026-08-01", **more):
    deadline = due(PROCEDURE.clocks, step, start, calendar=PROCEDURE.calendar, **more)
    return Appointment(case=case, deadline=deadline)


def unfolded(text):
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def value(lines, name):
    return [x.split(":", 1)[1] for x in lines if re.match(rf"{name}[;:]", x)]


def unescaped(text):
    return re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), text)


def test_a_deadline_is_an_all_day_event():
    lines = unfolded(to_icalendar([appointment()], as_of=AS_OF))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert value(lines, "DTSTART") == ["20261008"]
    assert value(lines, "DTEND") == ["20261009"]  # the end is exclusive
    assert value(lines, "DTSTAMP") == ["20260930T000000Z"]
    assert value(lines, "SUMMARY") == ["行政机关履职并书面回复 案-1"]
    assert value(lines, "STATUS") == ["CONFIRMED"]
    told = unescaped(value(lines, "DESCRIPTION")[0])
    assert "2026-10-01 是休息日，顺延至 2026-10-08" in told
    assert "依据：int-21-2a" in told
    assert told.endswith("待核查")


def test_a_provisional_day_is_tentative():
    lines = unfolded(to_icalendar([appointment(start="2026-12-07")], as_of=AS_OF))
    assert value(lines, "STATUS") == ["TENTATIVE"]
    assert value(lines, "SUMMARY") == ["行政机关履职并书面回复（暂定） 案-1"]


def test_the_uid_stays_when_the_day_moves():
    plain = appointment(step="review-admin")
    longer = appointment(
        step="review-admin", suspensions=[("2026-08-03", "2026-08-20")]
    )
    one, other = (unfolded(to_icalendar([a], as_of=AS_OF)) for a in (plain, longer))
    assert value(one, "UID") == value(other, "UID")
    assert value(one, "DTSTART") != value(other, "DTSTART")


def test_a_period_that_begins_anew_keeps_its_event_where_the_mark_says_so():
    first, again = appointment(), appointment(start="2026-08-20")
    assert uid(first) != uid(again)
    assert uid(replace(first, mark="")) == uid(replace(again, mark=""))


def uid(made):
    return value(unfolded(to_icalendar([made], as_of=AS_OF)), "UID")


def test_the_case_is_called_by_its_title():
    lines = unfolded(to_icalendar([replace(appointment(), title="甲案")], as_of=AS_OF))
    assert value(lines, "SUMMARY") == ["行政机关履职并书面回复 甲案"]
    assert value(lines, "DESCRIPTION")[0].startswith("案件 案-1\\n")


def test_events_differ_and_are_in_the_order_of_their_days():
    late, early = appointment(case="案-1"), appointment(case="案-2", start="2026-07-01")
    again = appointment(case="案-1", start="2026-07-15")
    text = to_icalendar([late, early, again], as_of=AS_OF)
    assert text == to_icalendar([again, late, early], as_of=AS_OF)
    lines = unfolded(text)
    assert value(lines, "DTSTART") == sorted(value(lines, "DTSTART"))
    assert len(set(value(lines, "UID"))) == 3


def test_a_wide_blank_stays():
    made = replace(appointment(), title="示检行公建〔2026〕　　号")
    lines = unfolded(to_icalendar([made], as_of=AS_OF))
    assert value(lines, "SUMMARY")[0].endswith("〔2026〕　　号")


def test_an_empty_calendar_is_one():
    lines = unfolded(to_icalendar([], as_of=AS_OF))
    assert "BEGIN:VEVENT" not in lines
    assert lines.count("END:VCALENDAR") == 1


@given(st.text(max_size=200), st.text(max_size=300))
def test_any_text_stays_in_its_line_and_comes_back(case, note):
    made = Appointment("1", appointment().deadline, title=case, note=note)
    text = to_icalendar([made], as_of=AS_OF)
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75
        assert not re.search(r"[\r\n\x00-\x1f\x7f]", line)
    lines = unfolded(text)
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    lined = note.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lined if c == "\n" or unicodedata.category(c) != "Cc")
    assert unescaped(value(lines, "DESCRIPTION")[0]).startswith(f"案件 1\n{kept}")
