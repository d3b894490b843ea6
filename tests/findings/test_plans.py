"""What a SELECT reads is what the planner resolves, not which words it holds."""

import datetime as dt

import pytest

from pil_discovery.findings.plans import Plans

BILL = {"_id": "BIGINT", "no": "VARCHAR", "due": "DATE", "spare": "VARCHAR"}


@pytest.fixture
def plans():
    with Plans({"as_of": dt.date(2026, 9, 30)}) as made:
        made.declare("bill", BILL)
        made.declare("relief", {"_id": "BIGINT", "no": "VARCHAR", "until": "DATE"})
        yield made


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("SELECT no FROM bill WHERE due <= $as_of", {"bill": {"no", "due"}}),
        ("WITH x AS (SELECT * FROM bill) SELECT no FROM x", {"bill": {"no"}}),
        (
            "SELECT no FROM bill JOIN relief USING (no)",
            {"bill": {"no"}, "relief": {"no"}},
        ),
        (
            "SELECT no, EXISTS (SELECT 1 FROM relief WHERE no = b.no) x FROM bill b",
            {"bill": {"no"}, "relief": {"no"}},
        ),
        ("SELECT no, 'spare' AS due FROM bill", {"bill": {"no"}}),
        ("SELECT count(*) OVER (PARTITION BY spare) FROM bill", {"bill": {"spare"}}),
    ],
)
def test_the_columns_that_count_are_found(plans, sql, read):
    assert plans.reads(sql) == read


def test_a_table_that_is_only_counted_is_read(plans):
    assert set(plans.reads("SELECT EXISTS (SELECT 1 FROM relief) AS x")) == {"relief"}


def test_nothing_is_run(plans):
    sql = "SELECT error(no) FROM bill UNION ALL SELECT error('gone')"
    assert plans.reads(sql) == {"bill": {"no"}}
