import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.errors import ReadError
from pil_discovery.text.cells import type_frame
from pil_discovery.types import Dataset, Field, Words


def typed(field, cells, unit=None, **options):
    fields = field if isinstance(field, tuple) else (field,)
    data = Dataset(
        id="d", title=Words(zh="样例"), domain="common", holder="", kind="record",
        fields=fields, **options,
    )  # fmt: skip
    name = fields[0].name
    raw = pd.DataFrame({name: cells}, dtype=object)
    return type_frame(raw, data, units={name: unit} if unit else {})


def values(result):
    column = result.frame.iloc[:, 0]
    return [None if pd.isna(v) else v for v in column]


PRICE = Field(name="price_cny", type="number", unit="CNY")
AREA = Field(name="area_m2", type="number", unit="m2")
RATE = Field(name="late_rate_per_day", type="number", unit="1/d")
NOTE = Field(name="note", type="text")
DATE = Field(name="due_date", type="date")


def test_money_is_converted_exactly_and_rounded_to_the_cent():
    result = typed(PRICE, ["1.234567", "0.00005", "2万元", "1,000"], "万元")
    assert values(result) == [12345.67, 0.5, 20000.0, 10_000_000.0]
    assert result.frame["price_cny"].dtype == "float64"


def test_a_point_is_doubted_beside_commas_of_decimals():
    result = typed(AREA, ["1,5", "1.000", "2.5", "7", "-2.250,5"])
    assert values(result) == [None, None, 2.5, 7.0, None]
    assert [p.row for p in result.problems] == [0, 1, 4]


def test_one_slip_among_many_figures_dooms_none_of_them():
    result = typed(AREA, ["1,5", "1.000", "12.345", "7.125"])
    assert values(result) == [None, 1.0, 12.345, 7.125]


@given(st.decimals(0, 10**9, places=2))
def test_the_quick_way_and_the_exact_way_agree(amount):
    quick, exact = typed(PRICE, [f"{amount}"]), typed(PRICE, [f" {amount:,}元"])
    assert values(quick) == values(exact) == [float(amount)]


def test_areas_of_the_cell_win_over_silence():
    result = typed(AREA, ["1", "3亩", "1.5公顷", "1万平方米"])
    assert values(result) == [1.0, 2000.0, 15000.0, 10000.0]


def test_an_undeclared_unit_is_written_down():
    assert "按元读取" in [i.value for i in typed(PRICE, ["1"]).inferences]
    assert typed(PRICE, ["1"], "元").inferences == ()
    habit = PRICE.model_copy(update={"source_unit": "万元"})
    assert values(typed(habit, ["1"])) == [10000.0]
    assert values(typed(habit, ["1"], "元")) == [1.0]


def test_a_multiple_in_a_converted_column_is_not_guessed():
    result = typed(PRICE, ["1.2万"], "万元")
    assert values(result) == [None]
    assert result.problems[0].reason_class == "unit"


def test_a_wrong_unit_is_refused_with_a_hint():
    with pytest.raises(ReadError, match="公顷"):
        typed(AREA, ["1"], "公项")
    with pytest.raises(ReadError, match="不是同一种量"):
        typed(AREA, ["1"], "万元")


def test_a_daily_rate_without_unit_is_not_believed_above_one_per_cent():
    result = typed(RATE, ["1", "0.001", "1‰", "千分之一"])
    assert values(result) == [None, 0.001, 0.001, 0.001]
    assert result.problems[0].reason_class == "unit"
    assert values(typed(RATE, ["1"], "‰")) == [0.001]


def test_packed_instalments_are_unreadable_and_a_trailing_mark_is_not():
    result = typed(PRICE, ["24.9480;", "24.9480;12.0000;"], "万元")
    assert values(result) == [249480.0, None]
    assert "多个数" in result.problems[0].reason
    assert any("分隔符" in i.what for i in result.inferences)


def test_identifiers_stay_text():
    key = Field(name="contract_no", type="text")
    result = typed(
        key, ["０１-a", 12.0, "HT 1", 3.3030219900101126e17, "3.30E+17", "/"]
    )
    assert values(result) == ["01-a", "12", "HT 1", None, None, None]
    assert [p.reason_class for p in result.problems] == ["truncated", "truncated"]
    assert str(result.frame["contract_no"].dtype) == "string"


def test_a_bad_check_digit_is_listed_and_the_text_kept():
    code = Field(name="uscc", type="text", code="uscc")
    result = typed(code, ["916400005541616821(01）", "916400005541616820", "554161682"])
    assert values(result) == ["916400005541616821", "916400005541616820", "554161682"]
    assert [p.reason_class for p in result.problems] == ["checksum"]


def test_parcel_and_supervision_numbers_are_written_in_one_way_and_say_so():
    parcel = Field(name="parcel_no", type="text", code="parcel")
    cells = ["330302 001001 gb00012", "33030200100lGB00012", "330302001001GB0001"]
    result = typed(parcel, [*cells, "鹿城区2019-12号", "g-01"])
    whole = "330302001001GB00012"
    assert values(result) == [whole, whole, cells[2], "鹿城区2019-12号", "g-01"]
    assert result.problems == ()
    notes = " ".join(i.what + i.why for i in result.inferences)
    assert "形近数字" in notes  # the one possible reading is told
    assert "实为18位" in notes
    assert "实为9位" not in notes  # a local number never claimed to be a national one

    paper = Field(name="supervision_no", type="text", code="supervision")
    result = typed(paper, ["33O3022019b00123", "3303022019B00123"])
    assert values(result) == ["3303022019B00123"] * 2


def test_a_number_cell_under_a_structured_code_says_that_zeros_may_be_lost():
    paper = Field(name="supervision_no", type="text", code="supervision")
    result = typed(paper, [12345.0])
    assert values(result) == ["12345"]
    (note,) = [i for i in result.inferences if "前导零" in i.what]
    assert "编号结构" in note.what


def test_identifiers_of_persons_are_masked_wherever_they_are_shown():
    person = Field(name="person_id", type="text", code="resident_id", pii="identifier")
    result = typed(person, ["110105194912310021", "11010519491231002x"])
    shown = [p.value for p in result.problems] + [i.why for i in result.inferences]
    assert all("19491231" not in text for text in shown)
    assert result.problems[0].value.startswith("110")


def test_enums_fold_and_refuse():
    kind = Field(name="kind", type="enum", values=("价款", "利息"))
    result = typed(kind, ["价款", " 利 息", "坏", None])
    assert values(result) == ["价款", "利息", None, None]
    assert result.problems[0].reason_class == "range"
    free = Field(name="kind", type="enum")
    assert values(typed(free, ["任意"])) == ["任意"]


def test_booleans_take_the_placeholder_for_nothing_as_no():
    flag = Field(name="approved", type="boolean")
    result = typed(flag, ["是", "无", True, 0, 1.0, "/", "也许"])
    assert values(result) == [True, False, True, False, True, None, None]
    assert [p.value for p in result.problems] == ["也许"]


def test_integers():
    number = Field(name="instalment_no", type="integer")
    result = typed(number, ["1", 2.0, "第3期", "4.5", "1,000", True, "1"])
    assert values(result) == [1, 2, 3, None, 1000, None, 1]
    assert str(result.frame["instalment_no"].dtype) == "Int64"


def test_partial_and_open_dates_get_companions_only_where_they_occur():
    result = typed(DATE, ["2024年3月", "长期", "2024-05-06 10:00", "1900-01-01", "x"])
    assert list(result.frame) == ["due_date", "due_date_last", "due_date_open"]
    assert str(result.frame["due_date"].dtype) == "datetime64[s]"
    assert values(result)[:3] == [
        pd.Timestamp("2024-03-01"),
        None,
        pd.Timestamp("2024-05-06"),
    ]
    last = result.frame["due_date_last"]
    assert last[0] == pd.Timestamp("2024-03-31")
    assert last[2] == pd.Timestamp("2024-05-06")
    assert result.frame["due_date_open"].tolist() == [False, True, False, False, False]
    assert [p.reason_class for p in result.problems] == ["date"]
    assert list(typed(DATE, ["2024-01-01"]).frame) == ["due_date"]


def test_a_period_column_holds_first_days():
    month = Field(name="month_date", type="date")
    assert list(typed(month, ["2024年3月"]).frame) == ["month_date"]


def test_reversed_limits_are_both_missing_and_listed():
    low = Field(name="low", type="number", unit="1")
    high = Field(name="high", type="number", unit="1")
    data = Dataset(
        id="d", title=Words(zh="样例"), domain="common", holder="", kind="record",
        fields=(low, high), ordered=(("low", "high"),),
    )  # fmt: skip
    raw = pd.DataFrame({"low": ["1", "3", None], "high": ["2", "2", "1"]}, dtype=object)
    result = type_frame(raw, data, units={})
    assert result.frame["low"].tolist()[0] == 1.0
    assert result.frame["low"].isna().tolist() == [False, True, True]
    assert [(p.row, p.column, p.value) for p in result.problems] == [
        (1, "low", "3"),
        (1, "high", "2"),
    ]


def test_the_input_is_not_touched():
    raw = pd.DataFrame({"price_cny": ["1"]}, dtype=object)
    before = raw.copy(deep=True)
    data = Dataset(
        id="d", title=Words(zh="样例"), domain="common", holder="", kind="record",
        fields=(PRICE,),
    )  # fmt: skip
    type_frame(raw, data, units={})
    pd.testing.assert_frame_equal(raw, before)


CELLS = st.none() | st.text(max_size=10) | st.floats() | st.integers() | st.dates()


@given(st.lists(CELLS, max_size=8), st.sampled_from([PRICE, NOTE, DATE, RATE]))
def test_every_cell_is_a_value_missing_or_listed(cells, field):
    result = typed(field, cells)
    assert len(result.frame) == len(cells)
    assert all(cells[p.row] is not None for p in result.problems)
    assert all(isinstance(p.row, int) for p in result.problems)


def test_date_cells_in_text_columns_read_as_iso():
    cells = [dt.date(2024, 1, 2), dt.datetime(2024, 1, 2, 3, 4)]  # noqa: DTZ001
    assert values(typed(NOTE, cells)) == ["2024-01-02", "2024-01-02 03:04:00"]


@pytest.mark.parametrize("cell", [1e26, "9" * 400, "1e99", 10**20])
def test_impossible_numbers_are_listed(cell):
    result = typed(PRICE, [cell])
    assert values(result) == [None]
    assert result.problems[0].reason_class == "range"


def test_the_mark_that_keeps_a_code_text_in_excel_is_dropped_and_noted():
    number = Field(name="contract_no", type="text")
    result = typed(number, ["'007", "’008", "009", "'/", "'a'", "'"])
    assert values(result) == ["007", "008", "009", None, "'a'", "'"]
    (note,) = [i for i in result.inferences if "撇号" in i.what]
    assert note.value == "2 格"
    assert values(typed(NOTE, ["'007"])) == ["'007"]


def test_a_share_in_a_column_without_unit_is_a_share():
    assert values(typed(Field(name="qty", type="number"), ["250%", "3"])) == [2.5, 3.0]
