import pandas as pd
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from pil_discovery.errors import PilError, ReadError
from pil_discovery.pipeline.link_reviews import (
    ask_for_reviews,
    keep_reviews,
    load_reviews,
)
from pil_discovery.pipeline.linking import link_registers, party_keys, read_registers
from pil_discovery.report.link_reviews import (
    ANSWERS,
    PAIR,
    read_link_reviews,
    write_link_reviews,
)
from pil_discovery.subjects.reviews import (
    apply_reviews,
    pair_ids,
    standing_decisions,
)
from pil_discovery.text.check_digits import uscc_check_digit
from pil_discovery.types.linking import Review

PEOPLE = pd.DataFrame(
    {"姓名": ["张三", "李四", "张三"], "住址": ["甲村", "乙村", "丙村"]}
)


def linked(frame, **columns):
    registers = read_registers(frame, None, {"name": "姓名", **columns})
    return registers, link_registers(registers)


def answered(path, rows):
    titles = [PAIR, "甲 姓名", "乙 姓名", *ANSWERS]
    lines = [dict(zip(titles, row, strict=True)) for row in rows]

    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, titles)
        for number, line in enumerate(lines, start=1):
            sheet.write_row(number, 0, list(line.values()))
    return path


def test_the_workbook_shows_both_rows_and_no_score(tmp_path):
    registers, links = linked(PEOPLE)
    keys = party_keys(registers.parties)
    assert ask_for_reviews(tmp_path / "核对.xlsx", links, keys, [PEOPLE]) == 1
    rows = CalamineWorkbook.from_path(tmp_path / "核对.xlsx").get_sheet_by_index(0)
    titles, line = rows.to_python()
    assert titles == [PAIR, "甲 姓名", "甲 住址", "乙 姓名", "乙 住址", *ANSWERS]
    assert line[1:5] == ["张三", "甲村", "张三", "丙村"]
    assert not any("概率" in str(cell) or "0.5" in str(cell) for cell in titles + line)


def test_two_writes_give_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_link_reviews(tmp_path / name, [{PAIR: "1", "甲 姓名": "张三"}])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_answers_come_back_and_are_used_again(tmp_path):
    registers, links = linked(PEOPLE)
    (pair,) = pair_ids(links, party_keys(registers.parties))
    rows = [
        [pair, "张三", "张三", "不同主体", "住址不同", "王检", "2026-11-02"],
        ["another", "甲", "甲", "", "", "", ""],
    ]
    reviews = read_link_reviews(answered(tmp_path / "回.xlsx", rows))
    assert reviews == [
        Review(
            pair=pair, decision="different", by="王检", on="2026-11-02", why="住址不同"
        )
    ]
    store = tmp_path / "核对.jsonl"
    assert keep_reviews(store, reviews) == 1
    assert keep_reviews(store, reviews) == 0
    moved = PEOPLE.iloc[::-1]
    again, links = linked(moved)
    settled = apply_reviews(links, party_keys(again.parties), load_reviews(store))
    assert settled["decision"].tolist() == ["different"]
    assert "王检" in settled["reason"][0]
    assert links["decision"].tolist() == ["review"]


def test_a_later_review_stands_and_the_earlier_is_kept(tmp_path):
    store = tmp_path / "核对.jsonl"
    first = Review(pair="x", decision="same", by="甲", on="2026-01-01")
    second = Review(pair="x", decision="different", by="乙", on="2026-01-02")
    keep_reviews(store, [first])
    keep_reviews(store, [second])
    assert load_reviews(store) == [first, second]


def test_a_review_against_two_codes_does_not_stand_and_is_told():
    bodies = ["91990302MA2AAAAA0", "91990302MA2AAAAB1"]
    codes = [body + uscc_check_digit(body) for body in bodies]
    frame = pd.DataFrame({"姓名": ["示例环保科技有限公司"] * 2, "代码": codes})
    registers, links = linked(frame, code="代码")
    keys = party_keys(registers.parties)
    (pair,) = pair_ids(links, keys)
    review = Review(pair=pair, decision="same", by="甲", on="2026-01-01")
    settled = apply_reviews(links, keys, [review])
    assert settled["decision"].tolist() == ["different"]
    assert "与核对结论矛盾" in settled["reason"][0]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (["x", "甲", "甲", "也许", "", "王", "2026-01-01"], "判断应为"),
        (["x", "甲", "甲", "同一主体", "", "", "2026-01-01"], "核对人"),
        (["x", "甲", "甲", "同一主体", "", "王", ""], "核对日期"),
    ],
)
def test_a_faulty_answer_names_its_line(tmp_path, row, word):
    with pytest.raises(ReadError, match=f"第2行.*{word}"):
        read_link_reviews(answered(tmp_path / "回.xlsx", [row]))


def test_another_file_is_refused(tmp_path):
    (tmp_path / "别的.xlsx").write_text("姓名", encoding="utf-8")
    with pytest.raises(ReadError, match="不能作为工作簿打开"):
        read_link_reviews(tmp_path / "别的.xlsx")

    with xlsxwriter.Workbook(tmp_path / "另.xlsx") as book:
        book.add_worksheet().write_row(0, 0, ["姓名"])
    with pytest.raises(ReadError, match="缺少列"):
        read_link_reviews(tmp_path / "另.xlsx")


def test_what_was_linked_once_stays_linked_and_a_change_is_told():
    names = ["瓯江市示例环保科技有限公司", "示例环保科技（瓯江市）有限公司"]
    registers, links = linked(pd.DataFrame({"姓名": names}))
    keys = party_keys(registers.parties)
    kept = standing_decisions(links, keys, by="company_names 1.0.0", on="2026-01-01")
    assert [review.decision for review in kept] == ["same"]
    changed = links.assign(decision="different", probability=0.01, reason="名称不同")
    settled = apply_reviews(changed, keys, kept)
    assert settled["decision"].tolist() == ["same"]
    assert "程序判断不同" in settled["reason"][0]
    again = apply_reviews(settled, keys, kept)
    assert again["decision"].tolist() == ["same"]


def test_a_store_that_somebody_edited_is_not_spoilt_and_a_broken_line_is_named(
    tmp_path,
):
    store = tmp_path / "核对.jsonl"
    first = Review(pair="a", decision="same", by="张三", on="2026-10-08")
    second = first.model_copy(update={"pair": "b"})
    keep_reviews(store, [first])
    store.write_text(store.read_text("utf-8").rstrip("\n"), encoding="utf-8")
    keep_reviews(store, [second])
    assert load_reviews(store) == [first, second]
    store.write_text('{"pair": "c"}\n', encoding="utf-8")
    with pytest.raises(
        PilError, match=r"第1行[\s\S]*不是一条关联核对意见：by、decision、on"
    ):
        load_reviews(store)
