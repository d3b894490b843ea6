import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.near_duplicates import near_duplicates
from tests.records.data import CONTRACT, PAYMENT, PERSON


def table(rows, columns, sheets=None):
    frame = pd.DataFrame(rows, columns=columns)
    for name in frame.columns:
        if name.endswith("_date"):
            frame[name] = pd.to_datetime(frame[name])
        elif frame[name].dtype != "float64":
            frame[name] = frame[name].astype("string")
    frame["_source"] = pd.Series("f", index=frame.index, dtype="string")
    frame["_sheet"] = pd.Series(sheets, index=frame.index, dtype="string")
    frame["_row"] = range(2, len(frame) + 2)
    return frame


NAMES = ["contract_no", "grantee", "price_cny", "sign_date"]


def told(rows, dataset=CONTRACT, columns=NAMES, **options):
    notes = near_duplicates(table(rows, columns, **options), dataset)
    return {n.what.partition("：")[2]: n.why.partition("；都")[0] for n in notes}


def test_words_written_in_two_ways():
    rows = [
        ("HT-1", "示例（甲）有限公司", 1.0, "2024-01-01"),
        ("HT-2", "乙", 1.0, "2024-01-01"),
        ("ht1", "示例(甲) 有限公司", 1.0, "2024-01-01"),
    ]
    assert told(rows) == {"仅空格、全半角、大小写或标点不同": "第2、4行"}


def test_one_fact_under_two_numbers():
    rows = [
        ("HT-1", "甲", 1.0, "2024-01-01"),
        ("HT-2", "乙", 1.0, "2024-01-01"),
        ("HT-3", "甲", 1.0, "2024-01-01"),
        ("HT-4", "乙", 2.0, "2024-01-01"),
    ]
    assert told(rows) == {"除编号外各列都相同": "第2、4行"}


@pytest.mark.parametrize(
    "row",
    [(None, 1.0, "2024-01-01"), ("甲", None, "2024-01-01"), ("甲", 1.0, None)],
)
def test_too_little_besides_the_number_says_nothing(row):
    assert told([("HT-1", *row), ("HT-2", *row)]) == {}


def test_other_people_are_no_duplicates():
    columns = ["person_id", "month_date", "unit_name"]
    rows = [("1", "2024-01-01", "甲"), ("2", "2024-01-01", "甲")]
    assert told(rows, PERSON, columns) == {}


def test_without_a_key_rows_that_are_wholly_equal_are_told_elsewhere():
    columns = ["contract_no", "amount_cny", "paid_date"]
    rows = [("HT-1", 1.0, "2024-01-01")] * 2
    assert told(rows, PAYMENT, columns) == {}
    assert len(told([*rows, ("HT 1", 1.0, "2024-01-01")], PAYMENT, columns)) == 1


def test_sheets_are_named_and_no_value_is_printed():
    rows = [("HT-1", "张三", 1.0, "2024-01-01"), ("HT-2", "张 三", 1.0, "2024-01-01")]
    (why,) = told(rows, sheets=["甲", "乙"]).values()
    assert why == "工作表“甲”第2行、工作表“乙”第3行"


def test_long_lists_are_cut_and_counted():
    rows = [(f"HT-{n}", f"公司{n // 2}", 1.0, "2024-01-01") for n in range(100)]
    (note,) = near_duplicates(table(rows, NAMES), CONTRACT)
    assert note.value == "100 行"
    assert "等 50 组" in note.why


def test_an_empty_table_says_nothing():
    assert told([]) == {}


@given(st.permutations(range(6)))
def test_the_order_of_columns_changes_nothing(order):
    rows = [("HT-1", "甲", 1.0, "2024-01-01"), ("HT-2", "甲", 1.0, "2024-01-01")]
    frame = table(rows, NAMES)
    columns = [frame.columns[n] for n in order if n < len(frame.columns)]
    rest = [c for c in frame.columns if c not in columns]
    assert near_duplicates(frame[columns + rest], CONTRACT) == near_duplicates(
        frame, CONTRACT
    )
