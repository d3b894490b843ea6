"""`pil law`: periods, ways, venues and plaintiffs from the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from pil_discovery.cli.root import pil as command


def pil(*words):
    return CliRunner().invoke(command, ["law", *map(str, words)])


def test_a_period_is_reckoned_step_by_step(tmp_path):
    file = tmp_path / "期限.ics"
    run = pil("due", "suggestion-reply", "2026-08-01", "--ics", file, "--case", "案-1")
    assert run.exit_code == 0
    assert run.stdout.splitlines()[0] == "行政机关履职并书面回复：2026-10-08"
    assert "2026-10-01 是休息日，顺延至 2026-10-08" in run.stdout
    assert "依据：int-21-2a" in run.stdout
    assert b"DTSTART;VALUE=DATE:20261008\r\n" in file.read_bytes()


def test_suspensions_and_extensions_are_options():
    run = pil(
        "due",
        "review-admin",
        "2026-01-31",
        *("--suspend", "2026-02-10..2026-02-19"),
        *("--extend", "chief:1"),
        "--json",
    )
    deadline = json.loads(run.stdout)
    assert deadline["date"] == "2026-04-10"
    assert not deadline["provisional"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("due", "suggestion-repli", "2026-08-01"), "是不是「suggestion-reply」"),
        (("due", "review-admin", "2026-08-01", "--extend", "mayor:1"), "不能批准延长"),
        (("due", "review-admin", "2026-08-01", "--extend", "chief"), "应写作 chief:1"),
        (
            ("due", "review-admin", "2026-08-01", "--regime", "2012"),
            "没有「2012」这套规则",
        ),
        (
            ("due", "review-admin", "2026-08-01", "--suspend", "2026-09-01.."),
            "不是日期",
        ),
        (("clocks", "--regime", "2012"), "没有「2012」这套规则"),
        (("avenues", "educaton", "--on", "2026-09-30"), "是不是「education」"),
        (("avenues", "minors", "--on", "2026-09-30", "--tag", "marin"), "「marine」"),
        (("avenues", "minors", "--on", "2026-09-30", "--known", "fild"), "「filed」"),
        (("avenues", "minors", "--on", "2021-06-30"), "没有载入该日期的版本"),
        (("jurisdiction", "admin", "--on", "2026-09-30", "--power", "x.y"), "职权"),
        (("plaintiffs", "没有.csv", "--on", "2026-09-30"), "找不到文件"),
    ],
)
def test_slips_are_sentences(words, sentence):
    run = pil(*words)
    assert run.exit_code == 2
    assert sentence in run.stderr


def test_clocks_are_listed_with_their_length():
    rows = json.loads(pil("clocks", "--json").stdout)
    assert {clock["id"]: words for clock, words in rows}["suggestion-reply"] == "两个月"
    assert "civil-notice" in pil("clocks").stdout


def test_ways_of_a_field_without_a_statute_end_in_an_opinion():
    run = pil("avenues", "education", "--on", "2026-09-30")
    assert run.exit_code == 0
    assert "监督意见（探索领域）：尚缺 3 项" in run.stdout
    assert "不能走：事实发生日的起诉授权：没有载入该日期的版本" in run.stdout


def test_no_way_at_all_is_a_problem():
    run = pil("avenues", "women", "--on", "2022-12-31", "--json")
    assert run.exit_code == 1
    ways = json.loads(run.stdout)["avenues"]
    assert ways
    assert not any(way["open"] for way in ways)
    assert "没有一条途径可走" in run.stderr


def test_agency_and_venues_of_a_case():
    run = pil(
        "jurisdiction",
        "admin",
        *("--on", "2026-09-30", "--power", "water.source.outfall.remove"),
        *("--division", "990302", "--division", "990303", "--json"),
    )
    told = json.loads(run.stdout)
    assert told["agency"] == "示例区人民政府"
    assert {v["id"] for v in told["venues"]} >= {
        "admin-filing-government",
        "admin-filing-cross",
        "admin-court",
    }
    elsewhere = pil(
        "jurisdiction",
        "admin",
        *("--on", "2026-09-30", "--power", "water.outfall.supervise"),
        *("--division", "330302"),
    )
    assert "主管机关：生态环境主管部门" in elsewhere.stdout


def test_a_register_of_plaintiffs_is_judged(tmp_path):
    file = tmp_path / "登记册.csv"
    file.write_text(
        "组织名称,主体类别,登记机关层级,从事公益活动起始日期,违法记录日期,核查日期\n"
        "示例环保会,environment-organisation,设区的市级,2015-03-01,,2026-09-01\n"
        "示例新会,environment-organisation,设区的市级,2024-03-01,,2026-09-01\n"
        "示例某会,environment-organisation,省级,2015-03-01,,\n",
        encoding="utf-8",
    )
    run = pil("plaintiffs", file, "--on", "2026-09-30", "--json")
    states = {s["org_name"]: s["state"] for s in json.loads(run.stdout)["standings"]}
    assert states == {
        "示例环保会": "eligible",
        "示例新会": "not_eligible",
        "示例某会": "unknown",
    }
    page = pil("plaintiffs", file, "--on", "2026-09-30").stdout
    assert "专门从事环境保护公益活动连续五年以上：不符合" in page


def test_rows_of_a_register_that_cannot_be_used_are_told(tmp_path):
    file = tmp_path / "登记册.csv"
    file.write_text(
        "组织名称,主体类别,从事公益活动起始日期\n"
        "示例环保会,environment-organisation,二〇某年\n"
        ",environment-organisation,2015-03-01\n",
        encoding="utf-8",
    )
    run = pil("plaintiffs", file, "--on", "2026-09-30", "--json")
    assert run.exit_code == 4
    told = json.loads(run.stdout)
    assert [s["state"] for s in told["standings"]] == ["unknown"]
    assert [line.partition(" ")[0] for line in told["set_apart"]] == ["第2行", "第3行"]
    assert "× 第3行" in run.stderr


def test_show_lists_a_topic_old_and_new():
    run = pil("show", "env.ngo-standing", "--json")
    assert [row["id"] for row in json.loads(run.stdout)] == ["epl-58", "eec-147"]


def test_a_notice_of_a_local_folder_ends_the_provision(tmp_path):
    year = tmp_path / "procedure" / "calendar"
    year.mkdir(parents=True)
    (year / "2027.yaml").write_text(
        "year: 2027\nofficial: true\nrest: [2027-02-05, 2027-02-08]\n"
        "work: [2027-02-07]\n",
        encoding="utf-8",
    )
    without = json.loads(pil("due", "suggestion-reply", "2026-12-07", "--json").stdout)
    assert (without["date"], without["provisional"]) == ("2027-02-11", True)
    run = pil("due", "suggestion-reply", "2026-12-07", "--models", tmp_path, "--json")
    told = json.loads(run.stdout)
    assert (told["date"], told["provisional"]) == ("2027-02-07", False)


def test_a_later_body_of_rules_reckons_from_its_first_day(tmp_path):
    home = tmp_path / "procedure" / "regime_act"
    home.mkdir(parents=True)
    (home / "regime.yaml").write_text(
        "id: act\ntitle_zh: 新法\nvalid_from: 2028-01-01\nextends: '2021'\n",
        encoding="utf-8",
    )
    (home / "clocks.yaml").write_text(
        "clocks:\n  - {id: suggestion-reply, title_zh: 书面回复, number: 10, "
        "unit: day, starts_from: 收到, basis: [int-21-2a]}\n",
        encoding="utf-8",
    )

    def due(start, *more):
        run = pil("due", "suggestion-reply", start, "--models", tmp_path, *more)
        return run.stdout.splitlines()[0]

    assert due("2028-02-01") == "书面回复：2028-02-11（暂定）"
    assert due("2027-12-31").startswith("行政机关履职并书面回复：2028-02-29")
    assert due("2028-02-01", "--regime", "2021").startswith("行政机关履职并书面回复")


def test_a_period_cites_the_rules_of_its_days():
    def told(step, start):
        return json.loads(pil("due", step, start, "--json").stdout)

    assert told("bare-land-cover", "2026-03-01")["basis"] == ["air-115"]
    assert told("bare-land-cover", "2026-07-01")["basis"] == ["eec-240", "air-115"]
    assert told("bare-land-cover", "2026-08-15")["basis"] == ["eec-240"]
    early = told("penalty-decision", "2019-05-01")
    assert early["basis"] == ["apn-60"]
    assert "没有载入该日期的版本" in early["reckoning"][-1]


def test_local_regulations_answer_beside_the_law(tmp_path):
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "x.yaml").write_text(
        "law: 某市餐厨垃圾管理规定\nlaw_key: XCC\narticles:\n"
        "  - {id: xcc-9, article: 9, effective_from: '2024-05-01', topic: duty, "
        "effective_from_basis: text, domain: env, source: 市人大公报, verified: text, "
        "summary_zh: 餐厨垃圾交由特许单位收运}\n",
        encoding="utf-8",
    )

    def asked(day):
        return pil("resolve", "xcc-9", "--on", day, "--models", tmp_path, "--json")

    (basis,) = json.loads(asked("2024-05-01").stdout)["basis"]
    assert basis["citation_zh"] == "《某市餐厨垃圾管理规定》第九条"
    assert asked("2024-04-30").exit_code == 1
    assert "2024-05-01" in pil("show", "XCC", "--models", tmp_path).stdout
