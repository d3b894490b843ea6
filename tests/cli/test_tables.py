from pil_discovery.cli.tables import lacking_lines


def model(code, *missing):
    state = "not_computable" if missing else "computed"
    return {"code": code, "state": state, "missing": list(missing)}


def test_the_models_that_lack_least_are_named_first():
    models = [
        model("A-1", "payroll", "tax.amount_cny"),
        model("B-1", "tax.amount_cny"),
        model("C-1"),
        *(model(f"D-{n}", "x", "y", "z") for n in range(5)),
    ]
    head, first, second, *_, last = lacking_lines(models, {"tax": "纳税申报"})
    assert head.startswith("7 个模型缺数据")
    assert first == "  B-1：纳税申报（tax.amount_cny）"
    assert second == "  A-1：payroll（payroll）、纳税申报（tax.amount_cny）"
    assert "运行概览" in last


def test_where_nothing_lacks_nothing_is_said():
    assert lacking_lines([model("C-1")], {}) == []


def test_a_model_that_was_stopped_says_why():
    words = "models/screening/a/c.yaml：运行时进程中断，多为内存耗尽"
    stopped = {"code": "C-9", "state": "stopped", "missing": [], "notes": [words]}
    assert lacking_lines([stopped], {}) == [f"C-9 已停止，没有结果：{words}"]
