"""What a check says, in the words of a prosecutor."""

import pytest

from pil_discovery.errors import WorkspaceError
from pil_discovery.pipeline.checking import check_workspace
from tests.pipeline.test_checking import HEAD, sheets_of, write

ROWS = (
    "合同编号,受让人,出让面积,成交价(万元)\n"
    "HT-1,甲,1000,35\nHT-2,乙,二千多,40\nHT-1,甲,1000,35\n"
)


def entry(*lines):
    told = "\n".join(f"    {line}" for line in lines)
    return f"{HEAD}records:\n  - dataset: land_contract\n    file: 合同.csv\n{told}\n"


def test_columns_are_named_in_chinese(tmp_path):
    write(tmp_path, 合同_dot_csv=ROWS)
    found = check_workspace(tmp_path)
    whats = {i["what"] for r in found.readings for i in r["inferences"]}
    assert "列 成交价（price_total_cny）：单位" in whats
    assert any("出让面积（area_m2）" in p.where for p in found.problems)
    assert any(p.where == "第4行" for p in found.problems)
    sheets = sheets_of(tmp_path / "检查结果.xlsx")
    assert sheets["重复"][1][3] == ""
    assert sheets["类型"][1][3] == "出让面积（area_m2）"


def test_a_source_says_who_gave_it_out_and_when(tmp_path):
    write(tmp_path, 合同_dot_csv=ROWS, 说明_dot_docx="x")
    text = entry("issuer: 示例局", 'obtained: "2026-09-01"')
    (tmp_path / "pil.yaml").write_text(text, encoding="utf-8")
    check_workspace(tmp_path)
    heads, row, other = sheets_of(tmp_path / "检查结果.xlsx")["来源"]
    told = dict(zip(heads, row, strict=True))
    assert (told["提供单位"], told["取得日期"]) == ("示例局", "2026-09-01")
    assert told["读入行数"] == 3
    told = dict(zip(heads, other, strict=True))
    assert told["读入行数"] == ""
    assert ".xlsx" in told["说明"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (['columns: {"受让人": "?", "出让面积": "?"}'], "还是问号，没有填写"),
        (['crs: "?"'], "请填写坐标系"),
    ],
)
def test_a_question_mark_that_was_left_is_named(tmp_path, lines, words):
    write(tmp_path, 合同_dot_csv=ROWS)
    (tmp_path / "pil.yaml").write_text(entry(*lines), encoding="utf-8")
    with pytest.raises(WorkspaceError, match=words) as error:
        check_workspace(tmp_path)
    assert "个表头对应" not in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["name: a\n  b: [\n", "name: a\n\tb: c\n", "name: 'a\n", "- a\nb: c\n", "a: *b\n"],
)
def test_mistakes_of_grammar_are_named_in_chinese(tmp_path, text):
    (tmp_path / "pil.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError) as error:
        check_workspace(tmp_path)
    said = error.value.problems[0].what.replace("YAML", "")
    assert not any(c.isascii() and c.isalpha() for c in said), said


def test_pictographs_in_names_stay_readable(tmp_path):
    write(tmp_path, **{"合同😀_dot_csv": ROWS})
    check_workspace(tmp_path)
    assert 'file: "合同😀.csv"' in (tmp_path / "pil.yaml").read_text("utf-8")
    assert check_workspace(tmp_path).files[0]["state"] == "used"
