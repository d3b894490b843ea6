"""`pil fit` and `pil backtest`: files in, a score and a report out."""

import json

import pytest
from click.testing import CliRunner

import pil_discovery as pil
from pil_discovery.cli.root import pil as command
from tests.leads.scorers.builders import register

SPEC = """
target: 属实
time: 检查日期
entity: 许可证号
place: 乡镇
category: [行业]
numeric: [经营年数, 投诉数]
monotone: {投诉数: 1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write a register as an agency would: GBK, 是 and 否."""
    folder = tmp_path_factory.mktemp("登记")
    frame = register(900, days=1095)
    frame["属实"] = frame["属实"].map({True: "是", False: "否"})
    frame.to_csv(folder / "核查.csv", index=False, encoding="gb18030")
    (folder / "评分.yaml").write_text(SPEC, encoding="utf-8")
    return folder


def run(*words):
    return CliRunner().invoke(command, [str(w) for w in words])


def test_a_fitted_score_is_written_with_its_card(folder):
    out = folder / "模型.json"
    done = run("fit", folder / "核查.csv", "--spec", folder / "评分.yaml", "-o", out)
    assert done.exit_code == 0, done.output
    assert "读入 900 行，使用 900 行，隔离 0 行" in done.stderr
    scorer = pil.Scorer.from_json(out.read_text("utf-8"))
    assert out.with_suffix(".md").read_text("utf-8") == scorer.card
    assert scorer.card in done.stdout
    frame = register(900, days=1095)
    assert scorer.to_json() == pil.fit_scorer(frame, scorer.spec).to_json()


def test_a_backtest_writes_page_picture_and_numbers(folder):
    out = folder / "回测"
    words = ("backtest", folder / "核查.csv", "--spec", folder / "评分.yaml", "-o", out)
    done = run(*words, "--folds", 2)
    assert done.exit_code == 0, done.output
    assert "2026Q4" in done.stdout
    page = (out / "回测.html").read_text("utf-8")
    assert "名单看向谁：乡镇" in page
    assert "证据不足" in page
    assert "违法" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert (out / "回测.png").read_bytes().startswith(b"\x89PNG")
    card = (out / "模型卡.md").read_text("utf-8")
    assert "名单看向谁：乡镇" in card
    assert "标签是核查、立案的记录，不是事实本身" in card
    assert "PU" in card
    first = {p.name: p.read_bytes() for p in out.iterdir()}
    assert run(*words, "--folds", 2, "--json").exit_code == 0
    assert {p.name: p.read_bytes() for p in out.iterdir()} == first
    told = json.loads(first["backtest.json"])
    assert [f["period"] for f in told["folds"]] == ["2026Q3", "2026Q4"]


def test_a_leak_ends_with_exit_code_1_and_stands_on_the_page(folder):
    frame = register(900, days=1095)
    frame["罚款"] = frame["属实"] * 5000
    frame.to_csv(folder / "泄漏.csv", index=False)
    spec = SPEC.replace("投诉数]", "投诉数, 罚款]")
    (folder / "泄漏.yaml").write_text(spec, encoding="utf-8")
    words = ("--spec", folder / "泄漏.yaml", "-o", folder / "泄漏", "--folds", 1)
    done = run("backtest", folder / "泄漏.csv", *words)
    assert done.exit_code == 1
    assert "“罚款”一列就几乎等于结果" in done.stderr
    assert "疑似泄漏" in (folder / "泄漏" / "回测.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (SPEC.replace("target: 属实", ""), "target：缺少这一项"),
        (SPEC + "colour: 红\n", "colour：不认识这一项"),
        (SPEC.replace("投诉数: 1", "投诉数: 2"), "只能是 1 或 -1"),
        (SPEC.replace("[行业]", "[性别]"), "“性别”是个人信息"),
        (SPEC.replace("[行业]", "[规模]"), "没有“规模”这一列"),
        ("- 属实\n", "评分.yaml"),
    ],
)
def test_a_wrong_spec_is_refused_in_chinese(folder, tmp_path, spec, words):
    path = tmp_path / "评分.yaml"
    path.write_text(spec, encoding="utf-8")
    out = tmp_path / "模型.json"
    done = run("fit", folder / "核查.csv", "--spec", path, "-o", out)
    assert done.exit_code == 2
    assert words in done.stderr
    assert not out.exists()


def test_a_column_that_the_catalogue_marks_as_personal_is_refused(folder, tmp_path):
    from pil_discovery.catalog import load_catalog

    marked = next(
        f.name
        for dataset in load_catalog().datasets.values()
        for f in dataset.fields
        if f.pii == "identifier"
    )
    path = tmp_path / "评分.yaml"
    path.write_text(SPEC.replace("[行业]", f"[{marked}]"), encoding="utf-8")
    words = ("--spec", path, "-o", tmp_path / "模型.json")
    done = run("fit", folder / "核查.csv", *words)
    assert done.exit_code == 2
    assert f"“{marked}”是个人信息" in done.stderr


def test_what_is_no_scorer_cannot_be_compared_with(folder, tmp_path):
    (tmp_path / "旧.json").write_text("{}", encoding="utf-8")
    words = ("--spec", folder / "评分.yaml", "-o", tmp_path / "回测")
    done = run(
        "backtest", folder / "核查.csv", *words, "--previous", tmp_path / "旧.json"
    )
    assert done.exit_code == 2
    assert "旧.json" in done.stderr
    assert "不是评分模型文件" in done.stderr


def test_another_folder_is_never_overwritten(folder, tmp_path):
    (tmp_path / "笔记.txt").write_text("勿动", encoding="utf-8")
    words = ("--spec", folder / "评分.yaml", "-o", tmp_path, "--folds", 1)
    done = run("backtest", folder / "核查.csv", *words)
    assert done.exit_code == 2
    assert "不会覆盖" in done.stderr
