"""What a scan saw around a lead and did not put into it."""

import datetime as dt
import json

from pil_discovery.pipeline.asides import MOST, looked_at, set_aside, verdicts_on
from pil_discovery.types import VERDICTS
from tests.bundle import factory

LINE = {
    "source": "数据/出让合同.csv",
    "sheet": None,
    "row": 9,
    "column": None,
    "value": "王建国 | 990302199001011234",
    "scope": "row",
    "reason_class": "duplicate",
    "reason": "与第2行完全相同",
    "remedy": "保留一行",
}


def test_only_what_was_not_listed_of_the_same_subject_and_model():
    own = factory.finding(1)
    dropped, unknown = (
        factory.finding(n, state=s) for n, s in ((2, "dropped"), (3, "unknown"))
    )
    others = [
        factory.finding(4),
        factory.finding(5, name="示例别家有限公司", state="dropped"),
        dropped.model_copy(update={"model": "land/other", "finding_id": "o"}),
    ]
    found = looked_at([own], [own, dropped, unknown, *others])
    assert found == [dropped, unknown]


def test_subjects_without_a_name_are_nobodys_twin():
    own = factory.finding(1).model_copy(update={"subject_name": None})
    other = factory.finding(2, state="dropped").model_copy(
        update={"subject_name": None}
    )
    assert looked_at([own], [own, other]) == []


def test_the_quarantine_of_the_files_comes_own_cells_first_and_without_values(tmp_path):
    own = {**LINE, "row": 2, "scope": "cell", "column": "sign_date"}
    lines = [LINE, {**LINE, "source": "数据/别的.csv"}, own]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "quarantine.jsonl").write_text(text, encoding="utf-8")
    found, left = set_aside(tmp_path, [factory.finding(1)], {"数据/出让合同.csv"})
    assert left == 0
    assert [(s.row, s.scope, s.column) for s in found] == [
        (2, "cell", "sign_date"),
        (9, "row", None),
    ]
    assert "王建国" not in "".join(s.model_dump_json() for s in found)


def test_a_scan_without_a_quarantine_has_nothing_aside(tmp_path):
    nothing = set_aside(tmp_path, [factory.finding(1)], {"数据/出让合同.csv"})
    assert nothing == ([], 0)


def test_of_a_long_quarantine_the_rest_is_counted(tmp_path):
    lines = [{**LINE, "row": n} for n in range(10, 10 + MOST + 7)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "quarantine.jsonl").write_text(text, encoding="utf-8")
    found, left = set_aside(tmp_path, [factory.finding(1)], {"数据/出让合同.csv"})
    assert (len(found), left) == (MOST, 7)


def test_checks_up_to_the_day_of_the_scan_count(tmp_path):
    lead = factory.lead([factory.finding(1)], "示例置业有限公司")
    told = {
        "lead_id": lead.lead_id,
        "model": lead.model,
        "model_version": "1.0.0",
        "outcome": "confirmed",
        "on": "2026-09-01",
        "by": "示例检察官",
    }
    lines = [told, {**told, "on": "2026-12-01"}, {**told, "lead_id": "x"}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / VERDICTS).write_text(text, encoding="utf-8")
    (found,) = verdicts_on(tmp_path, lead, factory.AS_OF)
    assert (found.on, found.by) == (dt.date(2026, 9, 1), "示例检察官")
