import json

import pytest
import xlsxwriter

from pil_discovery.errors import PilError
from pil_discovery.report import read_decisions
from pil_discovery.report.decisions import FIELDS
from tests.report.builders import make_lead, write


def fill(path, *rows, header=tuple(FIELDS)):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("线索")
        sheet.write_row(0, 0, header)
        for i, row in enumerate(rows, 1):
            sheet.write_row(i, 0, row)
    return path


def test_the_workbook_is_read_back(tmp_path):
    path = fill(
        tmp_path / "d.xlsx",
        ["a1", "排除", "数据错误", "重复", "张三", "2026-10-08"],
        ["b2", "", "", "", "", ""],
        ["c3", "采纳", "", "", "", ""],
    )
    first, second = read_decisions(path)
    assert first == {
        "lead_id": "a1",
        "decision": "reject",
        "reason": "data_error",
        "note": "重复",
        "by": "张三",
        "on": "2026-10-08",
        "stage": "desk",
    }
    assert (second["lead_id"], second["decision"]) == ("c3", "adopt")


def test_the_file_of_the_page_is_read_back(tmp_path):
    path = tmp_path / "d.json"
    given = {"lead_id": "a1", "decision": "check", "reason": "", "note": "问"}
    path.write_text(json.dumps({"scan": "0", "decisions": [given]}), "utf-8")
    [decision] = read_decisions(path)
    assert decision == {**given, "by": "", "on": "", "stage": "screened"}


def test_the_stage_of_a_check_is_read_where_the_workbook_has_it(tmp_path):
    header = (*FIELDS, "核查阶段")
    path = fill(
        tmp_path / "d.xlsx",
        ["a1", "采纳", "", "", "", "", "实地核查"],
        ["b2", "采纳", "", "", "", "", ""],
        header=header,
    )
    assert [d["stage"] for d in read_decisions(path)] == ["field", "desk"]
    wrong = fill(
        tmp_path / "w.xlsx", ["a1", "采纳", "", "", "", "", "路过"], header=header
    )
    with pytest.raises(PilError, match="核查阶段「路过」不在选项中"):
        read_decisions(wrong)


def test_a_fresh_workbook_holds_no_decision(tmp_path):
    assert read_decisions(write(tmp_path / "out") / "leads.xlsx") == []


def test_every_unknown_word_is_named_with_its_row(tmp_path):
    path = fill(
        tmp_path / "d.xlsx",
        ["a1", "同意", "", "", "", ""],
        ["b2", "排除", "随便", "", "", ""],
    )
    with pytest.raises(PilError, match=r"第2行.*同意[\s\S]*第3行.*随便"):
        read_decisions(path)


def test_a_lost_column_is_named(tmp_path):
    path = fill(tmp_path / "d.xlsx", header=("线索编号", "处理意见"))
    with pytest.raises(PilError, match="理由代码"):
        read_decisions(path)


@pytest.mark.parametrize("name", ["d.xlsx", "d.json"])
def test_an_unreadable_file_is_said(tmp_path, name):
    (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(PilError, match="无法读取处理意见"):
        read_decisions(tmp_path / name)


def test_a_filled_in_workbook_is_never_overwritten(tmp_path):
    out = write(tmp_path / "out")
    fill(out / "leads.xlsx", ["a1", "采纳", "", "", "", ""])
    with pytest.raises(PilError, match="处理意见"):
        write(out, leads=[make_lead(2)])
    assert len(read_decisions(out / "leads.xlsx")) == 1


def test_sheets_of_fields_are_read_and_contradictions_named(tmp_path):
    path = tmp_path / "d.xlsx"
    rows = {
        "线索": [("a1", "采纳", ""), ("b2", "", ""), ("c3", "待核实", "问")],
        "食品药品安全": [("a1", "采纳", ""), ("b2", "排除", "")],
        "说明": [],
    }
    with xlsxwriter.Workbook(path) as book:
        for name, decided in rows.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, tuple(FIELDS) if name != "说明" else ("项目",))
            for i, (lead, decision, note) in enumerate(decided, 1):
                sheet.write_row(i, 0, [lead, decision, "", note, "", "2026-10-08"])
    read = {d["lead_id"]: d["decision"] for d in read_decisions(path)}
    assert read == {"a1": "adopt", "c3": "check", "b2": "reject"}


def test_a_lead_decided_on_twice_and_not_alike_is_listed(tmp_path):
    path = tmp_path / "d.json"
    given = [
        {"lead_id": "a1", "decision": "adopt"},
        {"lead_id": "a1", "decision": "reject", "note": "重复"},
        {"lead_id": "b2", "decision": "check"},
        {"lead_id": "b2", "decision": "check"},
    ]
    path.write_text(json.dumps({"decisions": given}), "utf-8")
    with pytest.raises(PilError) as raised:
        read_decisions(path)
    [problem] = raised.value.problems
    assert problem.where == "第2条"
    assert "第1条填得不同：处理意见、备注" in problem.what


def test_page_and_workbook_say_the_same(tmp_path):
    note = "重复，<b>见附件</b>"
    row = ["a1", "排除", "数据错误", note, "张三", "2026-10-08", "实地核查"]
    book = fill(tmp_path / "d.xlsx", row, header=(*FIELDS, "核查阶段"))
    decided = {
        "lead_id": "a1",
        "decision": "reject",
        "reason": "data_error",
        "note": note,
        "by": "张三",
        "on": "2026-10-08",
        "stage": "field",
    }
    page = tmp_path / "d.json"
    page.write_text(json.dumps({"scan": "0", "decisions": [decided]}), "utf-8")
    assert read_decisions(book) == read_decisions(page) == [decided]
