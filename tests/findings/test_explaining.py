"""Every value on the way to the state of one row."""

import datetime as dt

import pytest

from pil_discovery.errors import ModelError
from pil_discovery.findings import explain, finding_id
from tests.findings.factory import AS_OF, bills, inputs, model

ROWS = bills(("a", "2026-01-01", 200.0), ("b", "2026-01-01", 50.0), ("c", None, 200.0))


def told(row, found=None, **changes):
    return explain(model(**changes), found or inputs(ROWS), row, as_of=AS_OF)


def hit_parts(explanation):
    (reading,) = explanation.readings
    return {c.sql: c.value for c in reading.hit}


@pytest.mark.parametrize(
    ("row", "state", "due", "large"),
    [
        ("a", "hit", True, True),
        ("b", "clear", True, False),
        ("c", "unknown", None, True),
    ],
)
def test_each_condition_has_its_value(row, state, due, large):
    found = told(row)
    assert found.state == state
    assert hit_parts(found) == {
        "due_date <= $as_of": due,
        "amount_cny > $floor": large,
    }


def test_exclusions_parameters_and_rows_are_told():
    found = told("a", inputs(ROWS, relief=["a"]))
    (reading,) = found.readings
    assert found.state == "dropped"
    (exclusion,) = reading.conditions
    assert (exclusion.loc, exclusion.sql, exclusion.value) == (
        ("exclusions", 0, "when"),
        "relieved",
        True,
    )
    assert found.parameters == {"floor": 100}
    (row,) = reading.tables["bill"]
    assert row["来源"] == "账单.csv第2行"
    assert row["amount_cny"] == 200
    assert [r["来源"] for r in reading.tables["relief"]] == ["减免.csv第2行"]
    assert told("a").missing_clears == ("relief",)


def test_steps_show_the_rows_that_belong():
    step = {"table": "large", "sql": "SELECT * FROM bill WHERE amount_cny > 100"}
    (reading,) = told("b", steps=[step]).readings
    assert reading.tables["large"] == ()
    assert [(s.table, s.rows_out) for s in reading.steps] == [("large", 2)]


@pytest.mark.parametrize(
    "row", ["a", '{"bill_no": "a"}', finding_id("assets/bill", {"bill_no": "a"})]
)
def test_a_row_is_named_by_key_json_or_finding(row):
    assert told(row).key == {"bill_no": "a"}


def test_a_key_of_several_values_is_compared_by_type():
    two = {
        "key": ["bill_no", "fact_date", "amount_cny"],
        "sql": model().population.sql,
    }
    assert told("a|2026-01-01|200", population=two).state == "hit"
    assert told("c||200.00", population=two).state == "unknown"


def test_a_row_that_is_not_there_names_near_ones():
    near = bills(("HT-100", "2026-01-01", 200.0))
    with pytest.raises(
        ModelError, match=r"没有这一行：HT-10（主键：bill_no）；.*HT-100"
    ):
        told("HT-10", inputs(near))
    with pytest.raises(ModelError, match="主键有 2 个值"):
        told(
            "a",
            population={"key": ["bill_no", "fact_date"], "sql": model().population.sql},
        )


def test_a_quote_in_a_key_is_only_a_letter():
    odd = bills(("a' OR 'x' = 'x", "2026-01-01", 200.0))
    assert told("a' OR 'x' = 'x", inputs(odd)).state == "hit"
    with pytest.raises(ModelError):
        told("b' OR 'x' = 'x", inputs(odd))


def test_a_partial_date_is_read_from_both_ends():
    late = bills(("a", "2026-09-01", 200.0))
    late["due_date_last"] = late["due_date"] + dt.timedelta(days=60)
    found = told("a", inputs(late))
    assert [r.state for r in found.readings] == ["hit", "clear"]
    assert found.state == "unknown"


def test_a_model_that_lacks_data_says_which():
    found = inputs(ROWS.drop(columns="due_date"))
    with pytest.raises(ModelError, match=r"不可计算，缺少 bill\.due_date"):
        told("a", found)
