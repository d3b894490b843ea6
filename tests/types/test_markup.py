"""What a notebook shows of the nouns."""

import pandas as pd

from pil_discovery.pipeline.flow import Scan
from pil_discovery.types import (
    QUARANTINE_COLUMNS,
    Course,
    CourseStep,
    ReadReport,
    Table,
)
from pil_discovery.types.markup import table_html
from tests.report.builders import HOSTILE, make_lead


def test_no_record_becomes_markup():
    told = table_html(HOSTILE, (HOSTILE,), [(HOSTILE, None)])
    assert "<img" not in told
    assert told.count("&lt;img") == 3
    assert "<td>—</td>" in told


def test_a_lead_and_a_scan_show_what_is_to_be_verified():
    lead = make_lead(reasons=("得分 17.68",), missing=("补充协议",))
    told = lead._repr_html_()
    for words in (lead.title_zh, "17.68", "补充协议", "待核查"):
        assert words in told
    hidden = make_lead(2, listed=False, title_zh="不列出")
    frame = pd.DataFrame(columns=list(QUARANTINE_COLUMNS))
    scan = Scan((lead, hidden), (), {"name": "示例"}, frame, {})
    assert "共 2 件线索" in scan._repr_html_()
    assert "不列出" not in scan._repr_html_()


def test_a_table_shows_counts_and_columns_but_no_values():
    frame = pd.DataFrame({"person_id": ["990302199001011234"], "_row": [2]})
    report = ReadReport(rows_read=1, rows_used=1, rows_quarantined=0)
    empty = pd.DataFrame(columns=list(QUARANTINE_COLUMNS))
    told = Table(None, frame, empty, report)._repr_html_()
    assert "1、1、0" in told
    assert "person_id" in told
    assert "990302199001011234" not in told
    assert "_row" not in told


def test_a_course_shows_its_steps():
    step = CourseStep(event="a", title_zh="送达", period_zh="3日", blocked_by=("决定",))
    told = Course(agency=None, route="admin", why="原因", steps=(step,))._repr_html_()
    assert "<td>送达</td><td>3日</td><td>决定</td>" in told
    assert "行政机关未确定" in told
