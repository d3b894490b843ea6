from pil_discovery.cli.language import bind_language
from pil_discovery.cli.summary import summary_lines

NEED = {
    "dataset": "permit",
    "title_zh": "排污许可证",
    "title_en": "Discharge permit",
    "holder": "生态环境局",
    "placed": False,
    "columns": [],
}
SOURCE = {"rows_read": 1200, "rows_used": 1198, "rows_quarantined": 2}
QUIET = {"alarms": [], "share": "0.0100"}
LOUD = {"alarms": ["标出过多"], "share": "0.4850"}


def model(code, state="computed", quality=QUIET):
    return {"id": f"x/{code}", "code": code, "state": state, "quality": quality}


def aside(reason, **changes):
    row = {"source": "合同.xlsx", "sheet": "表1", "row": 7, "value": "另附"}
    return {
        **row,
        "scope": "cell",
        "reason_class": reason,
        "reason": "读不懂",
    } | changes


def told(**changes):
    run = {
        "sources": [SOURCE],
        "models": [model("A-1"), model("B-1", "not_computable"), model("C-1", "off")],
        "gaps": [{"needs": [NEED], "models": ["B-1", "B-2"]}],
        "leads": {"expected": {"leads": 9, "true": 5, "low": 3, "high": 7}},
    }
    quarantine = changes.pop("quarantine", [aside("date")])
    seconds = changes.pop("seconds", {"x/A-1": 1.25})
    return summary_lines({**run, **changes}, quarantine, seconds)


def test_what_came_in_is_what_was_used_and_set_aside():
    assert told()[0] == (
        "来了 1 份来源：读入 1,200 行，使用 1,198 行，隔离 2 行；"
        "另有 1 个值有疑问，单列。"
    )


def test_reasons_are_named_with_a_row_the_most_frequent_first():
    rows = [aside("date"), aside("type"), aside("type"), aside("range"), aside("unit")]
    _, first, second, third, last, *_ = told(quarantine=rows)
    assert first == "  类型 2 处，例如 合同.xlsx［表1］第 7 行“另附”：读不懂"
    assert [second[2:4], third[2:4]] == ["日期", "取值"]
    assert last == "  其余 1 类原因见 run.html"


def test_models_that_flag_too_much_are_named():
    lines = told(models=[model("A-1", quality=LOUD), model("B-1")])
    assert "模型 2 个：已计算 2，无法计算 0，未启用 0。" in lines
    assert any(line.endswith("：A-1 48.5%") for line in lines)
    assert "  用时最多（秒）：A-1 1.2" in lines


def test_it_says_which_table_would_make_models_computable_and_who_keeps_it():
    lines = told()
    at = lines.index("补上这些就能再算：")
    assert lines[at + 1] == (
        "  再提供〈排污许可证〉一表（生态环境局），可多算 2 个模型（B-1、B-2）"
    )
    assert "补上这些就能再算：" not in told(gaps=[])


def test_a_missing_column_and_what_has_a_place_are_called_so():
    need = {**NEED, "columns": ["许可证号（permit_no）"]}
    gap = {"needs": [need, {**NEED, "placed": True}], "models": ["B-1"]}
    line = next(x for x in told(gaps=[gap]) if "可多算" in x)
    assert "〈排污许可证〉的列：许可证号（permit_no）" in line
    assert "〈排污许可证〉（图层或者带位置的表）" in line


def test_the_summary_is_there_in_english():
    bind_language("en")
    try:
        lines = told()
    finally:
        bind_language("zh")
    assert "  Discharge permit: B-1, B-2" in lines
    assert lines[-1].startswith("9 leads listed; expect 5 true (90 %: 3 to 7)")


def test_a_model_that_was_stopped_says_why():
    words = "models/screening/a/c.yaml：运行时进程中断，多为内存耗尽"
    stopped = model("C-9", "stopped") | {"notes": [words]}
    lines = told(models=[model("A-1"), stopped])
    assert f"  C-9 已停止，没有结果：{words}" in lines
