"""A name given in a SELECT that the rest of it takes for a column is told."""

import pytest

from pil_discovery.findings import lint
from pil_discovery.findings.plans import Plans
from tests.findings.factory import AS_OF, DATASETS, model

BILL = {"bill_no": "VARCHAR", "amount_cny": "DECIMAL(18,2)", "due_date": "DATE"}


def hidden(sql):
    with Plans({"as_of": AS_OF}) as plans:
        plans.declare("bill", BILL)
        plans.declare("relief", {"bill_no": "VARCHAR", "approved_date": "DATE"})
        return plans.hidden(sql)


@pytest.mark.parametrize(
    "rest",
    [
        "bill_no FROM bill WHERE amount_cny > 0",
        "count(*) FROM bill GROUP BY amount_cny",
        "amount_cny * 2 AS twice FROM bill",
        "row_number() OVER (ORDER BY amount_cny) FROM bill",
        "bill_no FROM bill QUALIFY row_number() OVER (ORDER BY amount_cny) = 1",
        "Amount_CNY > $as_of - DATE '2026-01-01' AS big FROM bill",
    ],
)
def test_the_column_is_taken_for_the_new_value(rest):
    assert hidden(f"SELECT coalesce(amount_cny, 0) AS amount_cny, {rest}") == [
        "amount_cny"
    ]


CLEAR = """
SELECT b.amount_cny AS amount_cny FROM bill b WHERE amount_cny > 0;
SELECT coalesce(b.amount_cny, 0) AS amount_cny FROM bill b WHERE b.amount_cny > 0;
SELECT coalesce(amount_cny, 0) AS amount_cny FROM bill ORDER BY amount_cny;
SELECT coalesce(amount_cny, 0) AS known_cny FROM bill WHERE known_cny > 0;
SELECT max(due_date) AS due_date, count(due_date) FROM bill WHERE due_date > $as_of;
SELECT (SELECT max(due_date) FROM bill) AS due_date FROM relief WHERE due_date IS NULL;
SELECT 1 AS amount_cny, (SELECT min(amount_cny) FROM bill) AS least FROM bill
"""


@pytest.mark.parametrize("sql", CLEAR.split(";"))
def test_nobody_can_take_one_for_the_other(sql):
    assert hidden(sql) == []


INSIDE = """
WITH a AS (SELECT upper(bill_no) AS bill_no, bill_no || 1 AS x FROM bill) FROM a;
SELECT * FROM (SELECT upper(bill_no) AS bill_no FROM bill WHERE bill_no <> '');
SELECT bill_no FROM relief UNION ALL
  SELECT upper(bill_no) AS bill_no FROM bill WHERE bill_no <> '';
WITH a AS (SELECT bill_no FROM bill), b AS (SELECT * FROM a)
  SELECT lower(bill_no) AS bill_no FROM b GROUP BY bill_no;
SELECT max(amount_cny) AS bill_no, bill_no || '?' AS asked FROM bill GROUP BY ALL;
SELECT * REPLACE (upper(bill_no) AS bill_no), bill_no || '?' AS asked FROM bill
"""


@pytest.mark.parametrize("sql", INSIDE.split(";"))
def test_selects_inside_and_sums_are_looked_through(sql):
    assert hidden(sql) == ["bill_no"]


def test_the_fault_names_the_place_and_what_to_do():
    step = {
        "table": "known",
        "sql": "SELECT bill_no, due_date, coalesce(amount_cny, 0) AS amount_cny"
        " FROM bill WHERE amount_cny IS NOT NULL",
    }
    (fault,) = (f for f in lint(model(steps=[step]), DATASETS) if "同名" in f.what)
    assert fault.field == "steps.0.sql"
    assert "「amount_cny」" in fault.what
    assert "表名.amount_cny" in fault.remedy
