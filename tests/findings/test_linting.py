"""What is wrong with a model beyond its form: every fault with its place."""

import pytest

from pil_discovery.errors import ModelError
from pil_discovery.findings import lint, screen
from tests.findings.factory import AS_OF, DATASETS, SQL, bills, inputs, model

DUE = {"bill_no": "a", "due_date": "2026-01-01", "amount_cny": 200}
SMALL = {**DUE, "bill_no": "b", "amount_cny": 100}
OPEN = {**DUE, "bill_no": "c", "amount_cny": None}


def example(name, rows, expect, relief=None):
    given = {"bill": rows} if relief is None else {"bill": rows, "relief": relief}
    return {"name": name, "as_of": "2026-09-30", "given": given, "expect": expect}


def examples(n=5):
    plain = [
        example("命中", [DUE, SMALL, OPEN], {"hit": [["a"]], "clear": [["b"]]})
        | {"expect": {"hit": [["a"]], "clear": [["b"]], "unknown": [["c"]]}},
        example("减免", [DUE], {"dropped": [["a"]]}, [{"bill_no": "a"}]),
    ]
    more = [example(f"又{i}", [DUE], {"hit": [["a"]]}) for i in range(n - 1)]
    return plain + more


def faults(**changes):
    made = model(**{"examples": examples(), **changes})
    return [(f.field, f.what, f.remedy) for f in lint(made, DATASETS)]


def test_a_sound_model_has_no_fault():
    assert faults() == []


def test_columns_data_steps_and_parameters_in_vain_are_named():
    found = faults(
        population={
            "key": ["bill_no"],
            "sql": "SELECT bill_no, amount_cny, amount_cny > 100 AS hit FROM bill",
        },
        steps=[{"table": "spare", "sql": "SELECT bill_no FROM bill"}],
        exclusions=[],
    )
    assert [(where, what) for where, what, _ in found if "不符" not in what] == [
        ("parameters.floor", "没有一处用到参数「floor」"),
        ("data.bill.1", "没有一步用到「bill」的「due_date」"),
        ("clears.relief", "没有一步用到数据集「relief」"),
        ("steps.0", "后面没有一步用到表「spare」"),
    ]


def test_broken_sql_is_told_once_though_others_build_on_it():
    sql = "SELECT bill_no, true AS hit FROM later"
    found = faults(
        steps=[
            {"table": "early", "sql": "SELECT bil_no FROM bill"},
            {"table": "later", "sql": "SELECT bill_no FROM early"},
        ],
        population={"key": ["bill_no"], "sql": sql},
        parameters={},
    )
    (only,) = found
    assert only[0] == "steps.0.sql"
    assert "没有列「bil_no」" in only[1]
    assert "bill_no" in only[2]


@pytest.mark.parametrize(
    ("changes", "where", "what"),
    [
        ({"merge_by": ["payer"]}, "merge_by.0", "总体缺少列 payer"),
        ({"measures": {"owed": "CNY"}}, "measures.owed", "总体缺少列 owed"),
        (
            {"explain": {"zh": "{bil_no}"}},
            "explain.zh",
            "总体没有列「bil_no」",
        ),
        (
            {"inaction": [{"when": "dayz > 3", "weight": 0.5, "zh": "久"}]},
            "inaction.0.when",
            "没有列「dayz」",
        ),
        (
            {"urgency": [{"when": "bill_no", "weight": 0.5, "zh": "急"}]},
            "urgency.0.when",
            "条件必须是布尔值",
        ),
        (
            {"records": {"bill": {"no": "bill_no"}}},
            "records.bill",
            "「bill」没有列「no」",
        ),
        (
            {"records": {"penalty": {"no": "bill_no"}}},
            "records.penalty",
            "模型没有用数据集或标准表「penalty」",
        ),
        (
            {
                "steps": [
                    {
                        "table": "m",
                        "match": {
                            "left": "bill",
                            "right": "reliefs",
                            "name": ["bill_no", "bill_no"],
                        },
                    }
                ]
            },
            "steps.0",
            "没有表「reliefs」",
        ),
        (
            {
                "steps": [
                    {
                        "table": "m",
                        "match": {
                            "left": "bill",
                            "right": "relief",
                            "name": ["name", "bill_no"],
                        },
                    }
                ]
            },
            "steps.0",
            "表「bill」没有列「name」",
        ),
        (
            {
                "population": {
                    "key": ["bill_no"],
                    "sql": SQL + " WHERE now() > due_date",
                }
            },
            "population.sql",
            "不得使用随时间或随机变化的函数",
        ),
    ],
)
def test_what_would_stop_a_scan_has_its_place(changes, where, what):
    found = [(w, said) for w, said, _ in faults(**changes)]
    assert any(w == where and what in said for w, said in found), found


def test_missing_examples_are_named():
    told = [w for _, w, _ in faults(examples=examples(1)[:1])]
    assert "只有 1 个示例，至少要 6 个" in told
    assert "没有一个示例用到这个排除：已批准减免" in told
    assert "没有一个示例给出数据集「relief」" in told
    kept = [e | {"expect": {"hit": [["a"]]}} for e in examples()]
    told = [w for _, w, _ in faults(examples=kept)]
    assert "没有一个示例的结果是“未知”（expect.unknown）" in told
    assert "没有一个示例写明这个排除的结果：已批准减免" in told


def test_a_conditional_rule_without_examples_of_both_sides_is_named():
    rules = {"basis": ["ure-26"], "basis_when": {"ure-26": "relieved"}}
    what = "没有示例写明依据 ure-26 何时适用、何时不适用"
    assert ("basis_when.ure-26", what) in [(w, said) for w, said, _ in faults(**rules)]
    with_both = [
        example("甲", [DUE], {"basis": {"a": []}}),
        example("乙", [DUE], {"basis": {"a": ["ure-26"]}}, relief=[{"bill_no": "a"}]),
    ]
    found = faults(**rules, examples=with_both)
    assert what not in [said for _, said, _ in found]


def test_words_of_an_example_that_can_never_come_true_are_named():
    odd = {
        **example("怪", [DUE], {"hit": [["a", 1]], "measures": {"a": {"owed": 1}}}),
        "parameters": {"flor": 1},
    }
    found = faults(examples=[*examples(), odd, example("空", [DUE], {})])
    assert [w for w, what, _ in found if "不符" not in what] == [
        "examples.6.expect.hit.0",
        "examples.6.expect.measures.a",
        "examples.6.parameters.flor",
        "examples.7.expect",
    ]
    assert found[2][2] == "是不是「floor」？"


def test_an_example_that_the_rule_contradicts_is_named():
    wrong = example("错", [DUE, SMALL], {"hit": [["b"]]})
    found = faults(examples=[*examples(), wrong])
    assert [where for where, _, _ in found] == ["examples.6"] * len(found)
    assert any("示例“错”不符" in what for _, what, _ in found)


def test_an_example_that_cannot_run_is_named_with_the_others():
    broken = example("坏", [{"bill_no": "a", "owed": 3}], {"hit": []})
    ((where, what, _),) = faults(examples=[*examples(), broken])
    assert where == "examples.6"
    assert "bill 没有列 owed" in what


def test_a_weakening_exclusion_wants_an_example_that_sees_it():
    weak = [{"when": "relieved", "then": "downgrade", "zh": "减免待核"}]
    seen = example(
        "减弱", [DUE], {"hit": [["a"]], "downgraded": [["a"]]}, [{"bill_no": "a"}]
    )
    blind = {**seen, "expect": {"hit": [["a"]]}}
    others = [e for e in examples(6) if e["name"] != "减免"]
    assert faults(exclusions=weak, examples=[*others, seen]) == []
    ((where, what, remedy),) = faults(exclusions=weak, examples=[*others, blind])
    assert where == "exclusions.0"
    assert "没有一个示例写明这个排除的结果" in what
    assert remedy == "请在 expect 里写 downgraded"


def test_a_draft_needs_no_examples_but_a_reason():
    assert faults(status="draft", examples=[], data_gap="没有减免数据") == []
    ((where, what, _),) = faults(status="draft", examples=[])
    assert where == "status"
    assert "没有写明还缺什么" in what


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{bill_no!r}", "花括号里只能写列名，或者列名加单位"),
        ("{amount_cny:>1000000000}", "amount_cny:>1000000000"),
        ("{amount_cny:{amount_cny}}", "花括号里只能写列名"),
        ("{bill_no:wan}", "「bill_no」不是数，不能写单位 wan"),
        ("{fact_date:pct}", "「fact_date」不是数，不能写单位 pct"),
        ("{bill_no.__class__}", "总体没有列「bill_no.__class__」"),
    ],
)
def test_braces_that_cannot_be_filled_are_named(template, words):
    found = faults(explain={"zh": template, "en": "{bill_no}"})
    told = [what for where, what, _ in found if where == "explain.zh"]
    assert any(words in what for what in told)


def test_a_scan_refuses_a_sentence_that_it_cannot_fill():
    for template in ("{bill_no!r}", "{amount_cny:>9}", "{bill_no:wan}", "{nope}"):
        made = model(explain={"zh": template, "en": ""})
        with pytest.raises(ModelError, match=r"explain\.zh：句子填不上"):
            screen(made, inputs(bills(("a", "2026-01-01", 500.0))), as_of=AS_OF)
