"""Papers of a year: every number can be counted again from the records it names."""

import datetime as dt
import io
from collections import defaultdict
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from pil_discovery.bundle.papers import lay_out, printed_texts
from pil_discovery.errors import ArgumentError
from pil_discovery.pipeline.case_reports import annual_report
from pil_discovery.pipeline.paper_names import papers_folder
from pil_discovery.pipeline.year_papers import (
    ANNUAL,
    BRIEFING,
    SCORECARD,
    write_paper_files,
    year_papers,
)
from tests.pipeline.years import FINANCE, LAND, NAMES, PHONE, two_years


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return two_years(tmp_path_factory.mktemp("账本") / "a.ledger")


@pytest.fixture(scope="module")
def paper(books):
    return year_papers(books.ledger, 2026, office="示例区人民检察院")[0]


def rows(paper, sheet):
    table = next(t for t in paper.tables() if t.sheet == sheet)
    names = [c.name for c in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def number(text):
    return Decimal(text.replace(",", "").replace("−", "-"))


def test_numbers_are_those_of_the_ledger(books, paper):
    told = annual_report(books.ledger, 2026)
    counted = {r["项目"]: r for r in rows(paper, "办案数量")}
    assert {k: int(r["2026年"]) for k, r in counted.items()} == {
        told["labels"][k]: v for k, v in told["counts"].items()
    }
    assert counted["登记线索"]["2025年"] == "1"
    assert counted["登记线索"]["增减"] == "+3"
    rates = {r["比率"]: r for r in rows(paper, "回复率")}
    replies = told["replies"]
    assert rates["回复率"]["分子"] == str(replies["replied"]) == "2"
    assert rates["回复率"]["分母"] == str(replies["due"]) == "3"
    assert rates["按期回复率"]["2026年"] == "33.3%＊"
    assert rates["回复率"]["2025年"] == "0.0%＊"
    amounts = {r["项目"]: r["2026年"] for r in rows(paper, "追回和恢复")}
    assert list(amounts.values()) == ["8,123,456.50", "12,001.50"]
    assert number(amounts["追回（督促缴纳）金额（元）"]) == number(
        told["recovered"]["recovered_cny"]
    )


@pytest.mark.parametrize(
    ("sheet", "column"),
    [("按机关", "机关"), ("按领域", "领域"), ("按乡镇", "乡镇"), ("按月份", "月份")],
)
def test_each_group_is_the_sum_of_its_details(paper, sheet, column):
    shown = {
        "登记": "登记线索",
        "立案": "立案",
        "建议": "检察建议",
        "届满": "期限届满的检察建议",
        "回复": "其中已回复",
        "按期": "其中按期回复",
        "未复": "其中期满没有回复",
        "终结": "其中期满没有回复、案件已终结",
        "追回金额": "追回（督促缴纳）金额（元）",
        "恢复面积": "恢复面积（平方米）",
    }
    sums = defaultdict(Decimal)
    for row in rows(paper, "计数明细"):
        if row["年度"] == "本年":
            sums[row[column], row["指标"]] += number(row["数值"])
            sums["合计", row["指标"]] += number(row["数值"])
    groups = rows(paper, sheet)
    assert groups
    for group in groups:
        for name, measure in shown.items():
            wanted = sums[group["名称"], measure]
            assert number(group[name]) == wanted, (group["名称"], name)
        parts = sum(number(group[name]) for name in ("回复", "未复", "终结"))
        assert number(group["届满"]) == parts


def test_every_number_names_its_records(books, paper):
    entries = {e.seq: e for e in books.ledger.read()}
    traced = {r["指标"]: r for r in rows(paper, "数字和记录")}
    served = [int(n) for n in traced["检察建议"]["账本记录序号"].split()]
    assert [entries[n].event for n in served] == ["suggestion.decide"] * 4
    replied = [int(n) for n in traced["其中已回复"]["账本记录序号"].split()]
    assert {entries[n].event for n in replied} == {"suggestion.serve", "agency.reply"}
    assert traced["诉前公告"] == {
        "指标": "诉前公告",
        "数值": "0",
        "账本记录序号": "—",
    }


def test_agencies_that_are_told_again_and_those_that_are_silent(paper):
    repeated = {(r["机关"], r["本年"], r["上年"]) for r in rows(paper, "反复被建议")}
    assert repeated == {(LAND, "2", "1"), (FINANCE, "2", "0")}
    silent = [(r["机关"], r["事项"]) for r in rows(paper, "期满未回复")]
    assert silent == [(LAND, "欠缴土地出让价款"), (FINANCE, "欠缴土地出让价款")]
    gaps = rows(paper, "同类问题")
    assert [(g["事项"], g["登记"]) for g in gaps] == [("欠缴土地出让价款", "2")]


def test_few_cases_and_amounts_that_are_no_numbers_are_said(paper):
    text = "".join(printed_texts(paper))
    assert "分母不足10件" in text
    assert "记载的不是一个可以读出的数额，没有计入" in text
    assert "早于统计截止日" in text


def test_a_day_within_the_year_ends_the_count(books):
    early = year_papers(books.ledger, 2026, as_of=dt.date(2026, 3, 31))[0]
    rates = {r["比率"]: r for r in rows(early, "回复率")}
    assert (rates["回复率"]["分子"], rates["回复率"]["分母"]) == ("1", "1")
    assert "统计至2026年3月31日" in early.subtitle
    with pytest.raises(ArgumentError, match="不在2026年"):
        year_papers(books.ledger, 2026, as_of=dt.date(2027, 1, 1))


def test_a_year_without_cases_is_a_paper_too(books):
    empty = year_papers(books.ledger, 2024)[0]
    assert {r["2024年"] for r in rows(empty, "办案数量")} == {"0"}
    assert {r["2024年"] for r in rows(empty, "回复率")} == {"—"}
    assert not list(empty.charts())
    assert lay_out(empty, templates=papers_folder().parent)["pdf"]


@pytest.mark.parametrize("kind", [ANNUAL, SCORECARD, BRIEFING])
def test_papers_of_a_year_name_agencies_and_nobody_else(books, kind):
    told = year_papers(books.ledger, 2026, kind)[0]
    cells = [c for t in told.tables() for row in t.rows for c in row]
    text = "".join([*printed_texts(told), *cells])
    assert LAND in text
    for name in (*NAMES[:5], PHONE):
        assert name not in text
    assert "待核查" in text


def test_a_scorecard_ranks_nobody_and_asks_each_agency(books):
    told = year_papers(books.ledger, 2026, SCORECARD)[0]
    asked = rows(told, "核对意见")
    assert {r["机关"] for r in asked} == {LAND, FINANCE}
    assert all("□有异议" in r["意见"] for r in asked)
    assert "不是排名" in "".join(printed_texts(told))


def test_a_briefing_tells_the_means_without_ids_of_this_program(books):
    told = year_papers(books.ledger, 2026, BRIEFING)[0]
    tools = rows(told, "监督方式")
    assert "质询" in {r["监督方式"] for r in tools}
    assert all("《" in r["依据"] for r in tools)
    assert "npc-51" not in "".join(printed_texts(told))


def test_files_are_written_and_hold_every_record(paper, tmp_path):
    paths = write_paper_files([paper], tmp_path / "年报")
    assert [p.suffix for p in paths] == [".docx", ".pdf", ".html", ".xlsx"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(paths[-1].read_bytes()))
    held = book.get_sheet_by_name("计数明细").to_python()
    assert len(held) - 1 == len(rows(paper, "计数明细"))
    again = write_paper_files([paper], tmp_path / "再来")
    assert [p.read_bytes() for p in paths] == [p.read_bytes() for p in again]


def test_replies_in_words_add_up(paper):
    text = "".join(printed_texts(paper))
    assert "届满的3件：已回复2件（其中按期回复1件）" in text
    assert "仍在等待的1件。连同以前年度期满、至今没有回复的1件" in text
    assert "累计没有回复的共2件" in text
    assert len(rows(paper, "期满未回复")) == 2


def test_a_part_of_a_year_is_compared_with_the_same_part(books):
    early = year_papers(books.ledger, 2026, as_of=dt.date(2026, 3, 31))[0]
    text = "".join(printed_texts(early))
    assert "上年的数也只统计到2025年3月31日，不是上年全年的数" in text
    assert "2025年同期" in text
    assert [r["名称"] for r in rows(early, "按月份")] == ["1月", "2月", "3月", "合计"]
    (months, *_) = early.charts()
    assert [bar.label for bar in months.bars] == ["1月", "2月", "3月"]
    whole = "".join(printed_texts(year_papers(books.ledger, 2026)[0]))
    assert "同期" not in whole


def test_a_leap_day_is_compared_with_the_end_of_february(books):
    told = year_papers(books.ledger, 2028, as_of=dt.date(2028, 2, 29))[0]
    assert "2027年2月28日" in "".join(printed_texts(told))


def test_the_first_year_of_the_rules_has_a_report(books):
    told = year_papers(books.ledger, 2021)[0]
    assert {r["2020年"] for r in rows(told, "办案数量")} == {"0"}


def test_a_scorecard_lists_no_agency_that_only_a_lead_names(tmp_path):
    books = two_years(tmp_path / "a.ledger")
    books.open("2026-12-01", matter="food.no-licence", agency="示例区甲局")
    books.open(
        "2026-12-01",
        track="civil",
        agency="",
        party="某公司",
        matter="env.mine-not-restored",
    )
    told = year_papers(books.ledger, 2026, SCORECARD)[0]
    assert {r["机关"] for r in rows(told, "各机关")} == {LAND, FINANCE}
    whole = year_papers(books.ledger, 2026)[0]
    assert "示例区甲局" in {r["名称"] for r in rows(whole, "按机关")}
