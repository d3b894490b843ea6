from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.errors import ModelError
from pil_discovery.findings import screen
from tests.findings.factory import AS_OF, SQL, bills, inputs, model


def states(run_and_findings):
    return {f.key["bill_no"]: f.state for f in run_and_findings[1]}


def test_every_candidate_has_one_state():
    rows = bills(
        ("A", "2026-01-01", 500.0),
        ("B", "2026-12-01", 500.0),
        ("C", "2026-01-01", 100.0),
        ("D", "2026-01-01", 100.01),
        ("E", "2026-01-01", 900.0),
    )
    run, findings = screen(model(), inputs(rows, ["E"]), as_of=AS_OF)
    assert {f.key["bill_no"]: f.state for f in findings} == {
        "A": "hit",
        "D": "hit",
        "E": "dropped",
    }
    assert run.counts.population == 5
    assert run.counts.clear == 2
    assert findings[-1].exclusions[0].zh == "已批准减免"


def test_a_missing_value_that_decides_is_unknown_and_named():
    rows = bills(
        ("A", None, 500.0), ("B", "2026-01-01", None), ("C", "2027-01-01", None)
    )
    found = screen(model(), inputs(rows), as_of=AS_OF)
    assert states(found) == {"A": "unknown", "B": "unknown"}, "C is clear either way"
    assert "bill.due_date" in found[1][0].missing[0]
    assert "bill.amount_cny" in found[1][1].missing[0]


def test_a_missing_column_makes_the_model_not_computable():
    rows = bills(("A", "2026-01-01", 500.0)).drop(columns="amount_cny")
    run, findings = screen(model(), inputs(rows), as_of=AS_OF)
    assert (run.state, run.missing, findings) == (
        "not_computable",
        ("bill.amount_cny",),
        [],
    )


def test_an_absent_clearing_table_is_told():
    rows = bills(("A", "2026-01-01", 500.0))
    assert screen(model(), inputs(rows), as_of=AS_OF)[0].missing_clears == ("relief",)
    assert screen(model(), inputs(rows, []), as_of=AS_OF)[0].missing_clears == ()


def test_findings_lead_back_to_file_and_row():
    rows = bills(("A", "2026-12-01", 1.0), ("B", "2026-01-01", 500.0))
    (finding,) = screen(model(), inputs(rows), as_of=AS_OF)[1]
    assert [(r.source, r.row) for r in finding.records] == [("账单.csv", 3)]
    assert finding.measures == {"amount_cny": Decimal("500.00")}
    assert finding.sentence_zh == "B欠500.00元。"


def test_rows_with_a_missing_part_of_the_key_stand_behind_their_finding():
    rows = bills(
        ("A", None, 500.0), ("B", None, None), (None, None, None), (None, None, 7.0)
    )
    sql = "SELECT bill_no, amount_cny, TRUE AS hit FROM bill"
    keyed = {
        "population": {"key": ["bill_no", "amount_cny"], "sql": sql},
        "exclusions": [],
        "explain": {"zh": "待核查", "en": "to be verified"},
    }
    found = screen(model(**keyed), inputs(rows), as_of=AS_OF)[1]
    behind = {
        (f.key["bill_no"], f.measures["amount_cny"]): [r.row for r in f.records]
        for f in found
    }
    assert behind == {
        ("A", Decimal("500.00")): [2],
        ("B", None): [3],
        (None, Decimal("7.00")): [5],
        (None, None): [],
    }, "a key of which nothing is known is nobody's"


def test_an_agency_that_the_record_names_is_that_of_the_finding():
    rows = bills(("A", "2026-01-01", 500.0))
    named = SQL.replace("bill_no,", "bill_no, '示例镇人民政府' AS agency,", 1)
    population = {"key": ["bill_no"], "sql": named}
    (found,) = screen(model(population=population), inputs(rows), as_of=AS_OF)[1]
    assert found.agency == "示例镇人民政府"
    (plain,) = screen(model(), inputs(rows), as_of=AS_OF)[1]
    assert plain.agency is None


def test_a_remedy_that_the_row_does_not_call_for_is_told():
    rows = bills(("A", "2026-01-01", 500.0), ("B", "2026-01-01", 9000.0))
    more = {"remedy": ["collect", "sue"], "remedy_when": {"sue": "amount_cny > 1000"}}
    found = screen(model(**more), inputs(rows), as_of=AS_OF)[1]
    assert [f.not_asked for f in found] == [("sue",), ()]


def test_a_rule_that_the_row_does_not_rest_on_is_left_out():
    rows = bills(("A", "2026-01-01", 500.0), ("B", None, 9000.0))
    sql = SQL.replace("due_date <= $as_of AND", "")
    dated = {
        "basis": ["ure-26", "bud-55"],
        "basis_when": {"ure-26": "fact_date < DATE '2026-06-01'"},
        "population": {"key": ["bill_no"], "sql": sql},
    }
    found = screen(model(**dated), inputs(rows), as_of=AS_OF)[1]
    assert [f.basis for f in found] == [("ure-26", "bud-55"), ("bud-55",)]
    with pytest.raises(ValueError, match="basis_when 的依据不在 basis 里：ure-26"):
        model(**{**dated, "basis": ["bud-55"]})


def test_a_condition_for_a_remedy_that_is_none_is_refused():
    with pytest.raises(ValueError, match="remedy_when"):
        model(remedy=["collect"], remedy_when={"sue": "TRUE"})


def test_a_partial_date_that_decides_nothing_is_unknown():
    rows = bills(("A", "2026-09-01", 500.0), ("B", "2026-08-01", 500.0))
    last = pd.to_datetime(["2026-10-31", "2026-08-31"])
    found = screen(model(), inputs(rows.assign(due_date_last=last)), as_of=AS_OF)
    assert states(found) == {"A": "unknown", "B": "hit"}
    assert "日期只到月份" in found[1][0].missing[0]


def test_an_open_end_is_later_than_any_day():
    rows = bills(("A", None, 500.0)).assign(due_date_open=[True])
    assert states(screen(model(), inputs(rows), as_of=AS_OF)) == {}


def test_rows_that_multiply_are_unknown_not_counted_twice():
    sql = """SELECT b.bill_no, b.amount_cny, x.n, TRUE AS hit, FALSE AS relieved
             FROM bill b, (VALUES (1), (2)) x(n)"""
    many = model(population={"key": ["bill_no"], "sql": sql})
    run, findings = screen(many, inputs(bills(("A", "2026-01-01", 5.0))), as_of=AS_OF)
    assert (run.counts.population, run.counts.unknown) == (1, 1)
    assert "多行" in findings[0].missing[0]


def test_review_keeps_a_finding_and_undecided_conditions_are_listed():
    weighed = model(
        exclusions=[
            {"when": "fact_date > DATE '2026-06-01'", "then": "review", "zh": "近期"},
        ],
        population={
            "key": ["bill_no"],
            "sql": """SELECT bill_no, due_date AS fact_date, amount_cny, TRUE AS hit
                      FROM bill""",
        },
    )
    rows = bills(("A", "2026-07-01", 5.0), ("B", None, 5.0))
    _, (first, second) = screen(weighed, inputs(rows), as_of=AS_OF)
    assert (first.state, second.state) == ("review", "hit")
    assert second.undecided == ("近期",)


def test_personal_models_are_off_without_a_written_ground():
    private = model(personal=True)
    rows = bills(("A", "2026-01-01", 500.0))
    assert screen(private, inputs(rows), as_of=AS_OF)[0].state == "off"
    assert (
        screen(private, inputs(rows), as_of=AS_OF, personal=True)[0].state == "computed"
    )


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT 1; SELECT 2", "一条语句"),
        ("DROP TABLE bill", "只允许 SELECT"),
        ("COPY bill TO 'x.csv'", "只允许 SELECT"),
        ("SELECT * FROM read_text('/etc/passwd')", "FROM 里不得使用函数"),
        ("SELECT * FROM '/etc/passwd'", "执行失败"),
        ("SELECT now() AS hit", "随时间或随机"),
        ("SELECT random() > 0.5 AS hit", "随时间或随机"),
        ("SELECT $unknown AS hit", "没有声明的参数"),
        ("SELECT bill_no FROM bill", "缺少列 hit"),
        ("SELECT supervision_no AS bill_no FROM bill", "执行失败"),
        ("SELECT * FROM rows", "执行失败"),
    ],
)
def test_a_model_can_do_nothing_but_one_steady_select(sql, why):
    rows = bills(("A", "2026-01-01", 500.0))
    hostile = model(population={"key": ["bill_no"], "sql": sql}, exclusions=[])
    with pytest.raises(ModelError, match=why):
        screen(hostile, inputs(rows), as_of=AS_OF)


def test_parameters_are_bound_never_pasted():
    rows = bills(("A", "2026-01-01", 500.0))
    with pytest.raises(ModelError, match="执行失败"):
        screen(model(), inputs(rows), as_of=AS_OF, parameters={"floor": "0 OR TRUE"})


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(order):
    rows = bills(
        ("A", "2026-01-01", 500.0),
        ("B", None, 7.0),
        ("C", "2026-01-01", None),
        ("D", "2026-02-01", 200.0),
        ("E", "2027-02-01", 200.0),
        ("F", "2026-03-01", 300.0),
    )
    shuffled = rows.iloc[list(order)].reset_index(drop=True)
    first = screen(model(), inputs(rows, ["F"]), as_of=AS_OF)
    assert screen(model(), inputs(shuffled, ["F"]), as_of=AS_OF) == first


@settings(max_examples=15, deadline=None)
@given(st.lists(st.decimals(0, 10**9, places=2), min_size=1, max_size=20))
def test_counts_add_up_and_money_is_exact(amounts):
    rows = bills(*((str(n), "2026-01-01", float(a)) for n, a in enumerate(amounts)))
    run, findings = screen(model(), inputs(rows), as_of=AS_OF)
    c = run.counts
    assert c.population == c.hit + c.review + c.dropped + c.unknown + c.clear
    told = {f.key["bill_no"]: f.measures["amount_cny"] for f in findings}
    assert all(told[str(n)] == a for n, a in enumerate(amounts) if a > 100)
