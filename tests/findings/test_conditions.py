"""The conditions inside `hit` are laid open as columns, without guessing from text."""

import duckdb
import pytest

from pil_discovery.findings.conditions import trace


@pytest.mark.parametrize(
    ("sql", "texts"),
    [
        (
            "SELECT b, due <= $as_of AND (owed > $f OR b = 'a') AS hit FROM bill",
            ("due <= $as_of", "owed > $f", "b = 'a'"),
        ),
        ("SELECT a - b AS owed, owed > 0 AS hit FROM bill", ("owed > 0",)),
        ("SELECT a > 1 AND b AS big, big OR c AS hit FROM t", ("a > 1", "b", "c")),
        (
            "SELECT CASE WHEN x IS NULL THEN NULL ELSE y OR NOT z END AS hit FROM t",
            ("x IS NULL", "y", "z"),
        ),
        ("WITH j AS (SELECT a AS hit FROM t) SELECT j.hit FROM j", ("j.hit",)),
        ("SELECT TRUE AS hit FROM t", ()),
        ("SELECT (a = 1) AND (a = 1) AS hit FROM t", ("a = 1",)),
    ],
)
def test_conditions_are_found(sql, texts):
    assert trace(sql).texts == texts


@pytest.mark.parametrize(
    "sql",
    ["SELECT 1 AS hit FROM a UNION ALL SELECT 0 FROM b", "SELECT * FROM t", "SELEC"],
)
def test_a_select_without_a_hit_of_its_own_is_left_alone(sql):
    assert trace(sql) is None


def test_the_columns_hold_the_values_of_the_conditions():
    traced = trace("SELECT a, a > 1 AND b IS NOT NULL AS hit FROM t")
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t AS SELECT 2 AS a, NULL::INT AS b")
        assert connection.execute(traced.sql).fetchall() == [(2, False, True, False)]
