"""A wrong SELECT is told in Chinese, with the names that may have been meant."""

import duckdb
import pytest

from pil_discovery.findings.sql_words import sql_words

TABLE = "CREATE TABLE bill (bill_no VARCHAR, due_date DATE, amount DECIMAL(18,2))"


def said(sql):
    with duckdb.connect(":memory:") as connection:
        connection.execute(TABLE)
        with pytest.raises(duckdb.Error) as caught:
            connection.execute(sql).fetchall()
    return sql_words(caught.value)


@pytest.mark.parametrize(
    ("sql", "words", "near"),
    [
        ("SELECT bil_no FROM bill", "没有列「bil_no」", "是不是「bill_no」"),
        ("SELECT b.bil_no FROM bill b", "表「b」没有列「bil_no」", "是不是「bill_no」"),
        ("SELECT 1 FROM bil", "没有表「bil」", "是不是「bill」？"),
        ("SELECT x.bill_no FROM bill b", "没有表「x」", "是不是「b」？"),
        ("SELECT date_dif('d', due_date, due_date) FROM bill", "没有函数", ""),
        ("SELECT bill_no FROM bill WHERE", "语法错误，在「WHERE」附近", ""),
        ("SELECT bill_no, sum(amount) FROM bill", "没有分组，也没有汇总", ""),
        ("SELECT due_date > 3 FROM bill", "DATE 与 INTEGER_LITERAL 不能比较", ""),
        ("SELECT bill_no + 1 FROM bill", "参数类型不合", ""),
        ("SELECT bill_no FROM bill, bill b", "列「bill_no」不止一个表有", ""),
        ("SELECT CAST('x' AS INTEGER)", "「x」不能转换为 INT32", ""),
    ],
)
def test_a_mistake_is_told_in_chinese(sql, words, near):
    what, remedy = said(sql)
    assert words in what
    assert remedy.startswith(near)


def test_what_is_not_known_stays_as_it_was_said():
    assert sql_words(duckdb.Error("Some Error: odd\nLINE 1")) == ("Some Error: odd", "")
