"""Tables that agencies send back: recorded row by row, nothing lost."""

import pytest

from tests.procedure.ledger.desk import AGENCY, Desk, served


@pytest.fixture
def desk(quick_path):
    desk = Desk(quick_path / "案件.ledger")
    desk.open()
    served(desk)
    return desk


def test_a_reply_in_a_table_is_recorded_once(desk, tmp_path):
    file = tmp_path / "回复.csv"
    row = f"{desk.case},2026/5/20,已催缴；已立案,示资函1号"
    text = f"案件编号,回复日期,整改措施,文号\n{row}\n"
    file.write_text(text, encoding="gb18030")
    told = desk.run("import", desk.ledger, file, "--by", "张三")
    assert (told["rows"], told["added"], told["quarantined"]) == (1, 1, 0)
    assert desk.state() == "replied"
    assert desk.due("2026-05-26")["suggestion-reply"]["done_on"] == "2026-05-20"
    told = desk.run("import", desk.ledger, file)
    assert (told["added"], told["known"]) == (0, 1)


def test_the_headers_of_an_agency_are_understood_by_its_name(desk, tmp_path):
    file = tmp_path / "反馈.csv"
    file.write_text(
        f"线索号,办结时间,处理结果\n{desk.case},2026-05-20,已催缴\n", "utf-8"
    )
    told = desk.run("import", desk.ledger, file, "--from", AGENCY)
    assert told["added"] == 1
    desk.run("import", desk.ledger, file, "--from", "某局", code=2)
    assert "没有「某局」的字段对照" in desk.said


def test_headers_may_be_named_by_hand(desk, tmp_path):
    file = tmp_path / "反馈.csv"
    file.write_text(f"甲,乙,丙\n{desk.case},2026-05-20,已催缴\n", "utf-8")
    named = ("甲=case_no", "乙=reply_date", "丙=measure")
    flags = [part for pair in named for part in ("--columns", pair)]
    assert desk.run("import", desk.ledger, file, *flags)["added"] == 1


def test_rows_that_cannot_be_recorded_are_told_and_not_lost(desk, tmp_path):
    case = desk.case
    desk.open(agency="另一局")
    rows = [
        f"{case},2026-05-20,已催缴,1",
        f"{case},下周,已催缴,2",  # no date
        "没有的案件,2026-05-20,已催缴,3",
        f"{desk.case},2026-05-20,已催缴,4",  # no suggestion was served
        f"{case},2026-05-21,,5",  # no measure
        f"{case},2026-05-01,已催缴,6",  # before the latest record
    ]
    file = tmp_path / "回复.csv"
    text = "\n".join(["案件编号,回复日期,整改措施,文号", *rows]) + "\n"
    file.write_text(text, encoding="utf-8")
    told = desk.run("import", desk.ledger, file, code=4)
    assert (told["rows"], told["added"], told["quarantined"]) == (6, 1, 5)
    assert [q["row"] for q in told["quarantine"]] == [3, 4, 5, 6, 7]
    words = [q["what"] for q in told["quarantine"]]
    assert "缺少案件编号或者日期" in words[0]
    assert "账本里没有案件" in words[1]
    assert "送达以后才有回复" in words[2]
    assert "缺少 measure" in words[3]
    assert "早于本案最近一次记录" in words[4]
