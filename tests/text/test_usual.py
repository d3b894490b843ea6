"""The quick way in columns must say what the exact readers say of every cell."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.text.cells import type_frame
from pil_discovery.text.characters import PLACEHOLDERS
from pil_discovery.text.check_digits import uscc_check_digit
from pil_discovery.text.readings import Reading, reader_of
from pil_discovery.text.rules import rules_of
from pil_discovery.text.settling import settle
from pil_discovery.text.usual import settle_floats, usual_reader
from pil_discovery.types import Dataset, Field, Words

USCC = "91310000607389526" + uscc_check_digit("91310000607389526")
FIELDS = {
    "key": Field(name="contract_no", type="text"),
    "note": Field(name="note", type="text"),
    "kind": Field(name="kind", type="enum"),
    "uscc": Field(name="uscc", type="text", code="uscc"),
    "person": Field(name="person_id", type="text", code="resident_id"),
    "division": Field(name="division_code", type="text", code="division"),
    "money": Field(name="price_cny", type="number", unit="CNY"),
    "area": Field(name="area_m2", type="number", unit="m2"),
    "rate": Field(name="late_rate", type="number", unit="1/d"),
    "bare": Field(name="score", type="number"),
    "count": Field(name="instalment_no", type="integer"),
    "day": Field(name="due_date", type="date"),
    "month": Field(name="month_date", type="date"),
    "time": Field(name="deal_ts", type="datetime"),
}
UNITS = {"money": ("万元", "亿元"), "area": ("亩", "公顷")}
CASES = [(name, unit) for name in FIELDS for unit in (None, *UNITS.get(name, ()))]

ALIKE = ["-0", "0.00", "-0.005", "1.005", "2.675", "007.10", "9" * 13, "9" * 15]
ALIKE += ["9" * 16, "1" * 13 + ".99", "0." + "1" * 12, "12345.678905", "1e5", "+1"]
ALIKE += ["1.", ".5", "1,000", "１２", "1 ", " 1", "1\n", "3.30E+17", "33030E+17"]
ALIKE += ["2024-02-29", "2023-02-29", "1900-01-01", "1900-01-02", "1899-12-31"]
ALIKE += ["2100-12-31", "2101-01-01", "9999-12-31", "0000-00-00", "2024-1-5"]
ALIKE += ["2024-13-01", "2024-00-10", "2024-01-00", "2024-01-02 23:59:59"]
ALIKE += ["2024-01-02 24:00:00", "2024-01-02T10:00:00", "2100-12-31 23:59:60"]
ALIKE += ["1900-01-01 10:00:00", "03/04/2024", "2024-01-02\n", "2024年3月", "长期"]
ALIKE += [USCC, USCC.lower(), USCC[:-1] + "0", USCC[:9], f"{USCC} ", USCC + "(1)"]
ALIKE += ["11010519491231002X", "11010519491231002x", "110105189912310026"]
ALIKE += ["640000", "990000", "000000", "６４００００", "64", "640104001"]
ALIKE += ["无锡示例公司", "无", "未命名河", "E座", "Err:502", "#N/A", "公司（分）"]
ALIKE += ["甲 乙", "甲　乙", "甲\u200b", "--", "-_-_-_-_", "a" * 9, "n / a", "ⅷ", "﨑"]
ALIKE += ["\x00", "a\tb", "x ", "甲 ", "１甲", "ｎｕｌｌ", "“甲”", "甲·乙", "\ud7ff"]
ALIKE += [*sorted(PLACEHOLDERS), "", " ", "NULL", "None", "NaN"]
SHAPED = st.from_regex(r"-?[0-9]{1,14}(\.[0-9]{1,7})?", fullmatch=True)
DATED = st.from_regex(r"(19|20|21)[0-9]{2}-[01][0-9]-[0-3][0-9]", fullmatch=True)
CELLS = st.sampled_from(ALIKE) | SHAPED | DATED | st.text(max_size=8)


def rules_for(name, unit):
    field = FIELDS[name]
    data = Dataset(
        id="d", title=Words(zh="样例"), domain="common", holder="", kind="record",
        fields=(field,),
    )  # fmt: skip
    return data, rules_of(data, field, unit=unit, century=None)


def outcome(reading):
    """What a reading gives; a bare value says nothing else."""
    if not isinstance(reading, Reading):
        return (reading,)
    told = (reading.last, reading.open, reading.note, reading.reason_class)
    return (reading.value,) if told == (None, False, "", None) else (reading,)


@pytest.mark.parametrize(("name", "unit"), CASES)
@settings(max_examples=60)
@given(cells=st.lists(CELLS, min_size=1, max_size=20))
def test_what_is_settled_is_what_the_exact_reader_says(name, unit, cells):
    _, rules = rules_for(name, unit)
    read = usual_reader(rules)
    values, settled = read(pa.array(cells, pa.large_string()), rules)
    exact = reader_of(rules.field.type)(cells, rules)
    for value, sure, reading in zip(
        values.to_pylist(), settled.to_pylist(), exact, strict=True
    ):
        if sure:
            assert repr((value,)) == repr(outcome(reading))
        else:
            assert value is None


@pytest.mark.parametrize(("name", "unit"), CASES)
def test_every_spelling_that_is_hard_to_tell(name, unit):
    _, rules = rules_for(name, unit)
    read = usual_reader(rules)
    assert read is not None
    test_what_is_settled_is_what_the_exact_reader_says.hypothesis.inner_test(
        name, unit, ALIKE
    )


USUAL = {
    "key": ["HT-2023-001", "电子监管号640104", "99010", "甲-1"],
    "note": ["示例区第一实业有限公司", "公司（分）", "a b", "无锡示例实业公司"],
    "kind": ["医疗器械", "a b"],
    "uscc": [USCC],
    "person": ["11010519491231002X"],
    "division": ["640104"],
    "money": ["0", "-1.5", "12345678.90"],
    "area": ["1.23456"],
    "bare": ["0.000001"],
    "rate": ["0.0005", "0"],
    "count": ["0", "12"],
    "day": ["2024-02-29"],
    "time": ["2024-02-29 10:00:00", "2024-02-29"],
}


@pytest.mark.parametrize("name", USUAL)
def test_usual_spellings_are_settled(name):
    _, rules = rules_for(name, None)
    cells = pa.array([*USUAL[name], "", None], pa.large_string())
    _, settled = usual_reader(rules)(cells, rules)
    assert settled.to_pylist() == [True] * len(cells)


@pytest.mark.parametrize(("name", "unit"), CASES)
@settings(max_examples=25)
@given(cells=st.lists(st.none() | CELLS, max_size=12))
def test_arrow_columns_and_columns_of_objects_are_typed_alike(name, unit, cells):
    data, rules = rules_for(name, unit)
    column = rules.field.name
    units = {column: unit} if unit else {}
    quick = pd.DataFrame({column: pd.array(cells, dtype="string")})
    slow = pd.DataFrame({column: pd.Series(cells, dtype=object)})
    one, other = (type_frame(f, data, units=units) for f in (quick, slow))
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert one.problems == other.problems
    assert one.inferences == other.inferences


@given(
    st.lists(st.floats(width=32) | st.decimals(-(10**9), 10**9, places=2).map(float))
)
def test_floats_that_stay_are_what_the_exact_reader_says(reals):
    for name in ("money", "area", "bare"):
        _, rules = rules_for(name, None)
        stays = settle_floats(pd.Series(reals, dtype="float64").to_numpy(), rules)
        exact = reader_of("number")(list(reals), rules)
        for real, sure, reading in zip(reals, stays, exact, strict=True):
            if sure:
                assert outcome(reading) == (real,)


NUMBERS = st.floats(width=32) | st.integers(-(2**60), 2**60) | st.integers(-99, 99)
NUMBERS |= st.decimals(-(10**9), 10**9, places=3).map(float)
NUMBERS |= st.decimals(0, 1, places=4).map(float) | st.booleans()


@pytest.mark.parametrize(
    ("name", "unit"),
    [(n, u) for n, u in CASES if FIELDS[n].type in {"number", "integer"}],
)
@settings(max_examples=60)
@given(cells=st.lists(st.none() | NUMBERS | SHAPED, max_size=12))
def test_number_cells_are_settled_as_the_exact_reader_says(name, unit, cells):
    _, rules = rules_for(name, unit)
    dtype = {"number": "float64", "integer": "Int64"}[rules.field.type]
    found = settle(pd.Series(cells, dtype=object), rules, dtype)
    rest = set(found.rest.tolist())
    for at, cell in enumerate(cells):
        if at in rest or pd.isna(cell):
            continue
        (reading,) = reader_of(rules.field.type)([cell], rules)
        typed = pd.Series(found.typed).tolist()[at]
        assert repr((typed,)) == repr(outcome(reading))


@pytest.mark.parametrize(
    ("name", "unit", "cells"),
    [
        ("money", "万元", [1.5, 3, 0.1234]),
        ("area", "亩", [12, 0.01]),
        ("rate", None, [0.0005, 0.0003]),
        ("count", None, [1, 2.0]),
    ],
)
def test_usual_number_cells_are_settled(name, unit, cells):
    _, rules = rules_for(name, unit)
    dtype = {"number": "float64", "integer": "Int64"}[rules.field.type]
    assert not len(settle(pd.Series(cells, dtype=object), rules, dtype).rest)


def test_mixed_cells_of_a_workbook():
    cells = [1.5, "2.50", None, 3, "约4", 2.675, "", dt.date(2024, 1, 1), "1.5"]
    data, _ = rules_for("money", None)
    raw = pd.DataFrame({"price_cny": pd.Series(cells, dtype=object)})
    result = type_frame(raw, data, units={})
    shown = [None if pd.isna(v) else v for v in result.frame["price_cny"]]
    assert shown == [1.5, 2.5, None, 3.0, None, 2.68, None, None, 1.5]
    assert [p.row for p in result.problems] == [4, 7]
