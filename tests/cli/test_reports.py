"""`pil report`: what a ledger tells of a year, an agency, a case."""

import json

import pytest
from click.testing import CliRunner

from pil_discovery.cli.root import pil
from tests.procedure.ledger.desk import AGENCY, SUGGESTION, TWO, Desk, investigated

OTHER = "示例区财政局"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Three cases: answered in time and restored, answered late, never answered."""
    desk = Desk(tmp_path_factory.mktemp("账本") / "a.ledger")
    desk.cases = []
    for agency, matter, reply in (
        (AGENCY, "land.price-overdue", "2026-05-20"),
        (AGENCY, "land.idle", "2026-06-30"),
        (OTHER, "land.price-overdue", None),
    ):
        desk.open(agency=agency, matter=matter, title="示例甲置业欠缴")
        investigated(desk)
        desk.record(
            "suggestion.decide", "2026-03-24", **(SUGGESTION | {"agency": agency})
        )
        desk.record("suggestion.serve", "2026-03-25", received_by="赵六")
        if reply:
            desk.record("agency.reply", reply, measure="示例甲置业已缴清")
        desk.cases.append(desk.case)
    desk.case = desk.cases[0]
    told = {"outcome": "partial", "collector": TWO}
    desk.record("followup.check", "2026-06-01", recovered_cny="3,000,000", **told)
    told = {"outcome": "restored", "collector": TWO}
    desk.record("followup.check", "2026-07-01", recovered_cny="8000000.50", **told)
    desk.open(on="2027-01-05", agency=OTHER, matter="asset.idle-enforcement")
    return desk


def run(*words, code=0):
    done = CliRunner().invoke(pil, ["report", *(str(w) for w in words)])
    assert done.exit_code == code, done.output
    return done


def test_the_year_is_counted_from_the_ledger(desk):
    done = run("annual", desk.ledger, "--year", 2026, "--json")
    told = json.loads(done.stdout)
    counts = told["counts"]
    assert (counts["opened"], counts["filed"], counts["suggestions"]) == (3, 3, 3)
    assert (counts["suits"], counts["closed"]) == (0, 0)
    assert told["replies"] == {
        "due": 3,
        "replied": 2,
        "on_time": 1,
        "ended_unanswered": 0,
        "reply_share": "0.6667",
        "on_time_share": "0.3333",
    }
    assert told["outcomes"] == {"restored": 1}
    assert told["recovered"] == {"recovered_cny": "8000000.50", "recovered_m2": "0.00"}
    assert told["gaps"] == [
        {
            "matter": "land.price-overdue",
            "cases": 2,
            "agencies": sorted([AGENCY, OTHER]),
        }
    ]
    assert told["head"] == desk.run("verify", desk.ledger)["head"]


def test_a_year_without_cases_has_no_shares(desk):
    told = json.loads(run("annual", desk.ledger, "--year", 2025, "--json").stdout)
    assert set(told["counts"].values()) == {0}
    assert told["replies"]["reply_share"] is None
    assert "—" in run("annual", desk.ledger, "--year", 2025).stdout


def test_each_agency_has_its_row(desk):
    told = json.loads(run("scorecard", desk.ledger, "--year", 2026, "--json").stdout)
    rows = {r["agency"]: r for r in told["agencies"]}
    assert (rows[AGENCY]["suggestions"], rows[AGENCY]["repeated"]) == (2, True)
    assert (rows[AGENCY]["replies"]["on_time"], rows[AGENCY]["unanswered"]) == (1, 0)
    assert (rows[OTHER]["unanswered"], rows[OTHER]["replies"]["replied"]) == (1, 0)
    text = run("scorecard", desk.ledger, "--year", 2026).stdout
    assert f"| {OTHER} | 1 | 1 | 0 | 0 | 1 | — | 0 |" in text


def test_a_digest_names_nobody(desk):
    text = run("digest", desk.ledger, desk.cases[0]).stdout
    assert "2026-03 送达检察建议书" in text
    assert "跟进结果：已恢复" in text
    for name in (AGENCY, "示例甲置业", "赵六", "张三", "王五", desk.cases[0]):
        assert name not in text


def test_the_ladder_says_what_is_missing_before_it(desk):
    answered = json.loads(
        run("escalation", desk.ledger, desk.cases[0], "--json").stdout
    )
    assert len(answered["missing"]) == 1
    assert "回复期限也没有逾期" in answered["missing"][0]
    late = json.loads(run("escalation", desk.ledger, desk.cases[1], "--json").stdout)
    assert late["missing"] == []
    assert "ban-45" in late["ladder"][0]["basis"]
    assert "条件已具备" in run("escalation", desk.ledger, desk.cases[1]).stdout


def test_a_report_is_written_the_same_each_time(desk, tmp_path):
    texts = []
    for name in ("甲.md", "乙.md"):
        run("annual", desk.ledger, "--year", 2026, "-o", tmp_path / name)
        texts.append((tmp_path / name).read_text("utf-8"))
    assert texts[0] == texts[1]
    assert "回复 2 件（66.7%），按期 1 件（33.3%）" in texts[0]
    assert f"- {AGENCY}" in texts[0]


def test_a_report_on_a_case_says_what_the_ledger_says(desk):
    text = run("committee", desk.ledger, desk.cases[0]).stdout
    assert "（草稿）" in text
    assert "〔　　〕　　号" in text
    assert f"- 行政机关：{AGENCY}" in text
    assert "- 依法追缴欠缴的土地出让价款（第" in text
    assert "2026-05-20" in text
    assert "seed-4-b" in text


def test_a_briefing_names_who_is_silent_and_the_means(desk):
    told = json.loads(run("briefing", desk.ledger, "--year", 2026, "--json").stdout)
    assert told["silent"] == [OTHER]
    text = run("briefing", desk.ledger, "--year", 2026).stdout
    assert "质询（" in text
    assert "npc-51" in text


def test_a_folder_gets_word_file_pdf_page_and_workbook(desk, tmp_path):
    done = run(
        *("annual", desk.ledger, "--year", 2026, "-o", tmp_path / "年报"),
        *("--office", "示例区人民检察院"),
    )
    names = {p.name for p in (tmp_path / "年报").iterdir()}
    assert names == {
        f"行政检察年度分析报告.{e}" for e in ("docx", "pdf", "html", "xlsx")
    }
    assert "# 行政检察年度分析（2026-01-01 至 2026-12-31）" in done.stdout
    page = (tmp_path / "年报" / "行政检察年度分析报告.html").read_text("utf-8")
    assert "示例区人民检察院" in page


def test_the_count_may_end_within_the_year_and_not_outside(desk):
    told = json.loads(
        run(
            *("annual", desk.ledger, "--year", 2026),
            *("--as-of", "2026-04-30", "--json"),
        ).stdout
    )
    assert (told["to"], told["replies"]["due"]) == ("2026-04-30", 0)
    wrong = run(
        "briefing", desk.ledger, "--year", 2026, "--as-of", "2027-01-01", code=2
    )
    assert "不在2026年" in wrong.stderr


@pytest.mark.parametrize(
    ("command", "stems"),
    [
        ("meeting", ["01_会议议程", "02_事实确认书", "03_签到表", "04_会议记录"]),
        (
            "hearing",
            [
                "01_听证公告",
                "02_听证议程和参加人",
                "03_听证员意见表",
                "04_听证笔录",
                "05_听证通知",
            ],
        ),
        ("evaluation", ["第三方评估表"]),
    ],
)
def test_packs_of_a_case_are_written_to_a_folder(desk, tmp_path, command, stems):
    done = run(command, desk.ledger, desk.cases[0], "-o", tmp_path / "材料")
    listed = [line.rpartition("/")[2] for line in done.stdout.splitlines()]
    assert listed == [f"{s}.{e}" for s in stems for e in ("docx", "pdf")]


def test_a_pack_wants_scan_and_lead_together_and_knows_its_fields(desk, tmp_path):
    words = ("meeting", desk.ledger, desk.cases[0], "-o", tmp_path / "材料")
    assert "--lead" in run(*words, "--scan", tmp_path, code=2).stderr
    refused = run(*words, "--field", "room=3", code=2).stderr
    assert "place（会议地点）" in refused


def test_papers_of_single_cases_are_written_too(desk, tmp_path):
    run("committee", desk.ledger, desk.cases[0], "-o", tmp_path / "报告")
    run("digest", desk.ledger, desk.cases[0], "-o", tmp_path / "摘要")
    assert (tmp_path / "报告" / "案件情况报告.docx").is_file()
    page = (tmp_path / "摘要" / "案例摘要.html").read_text("utf-8")
    for name in (AGENCY, "示例甲置业", "赵六", "张三", "王五", desk.cases[0]):
        assert name not in page
