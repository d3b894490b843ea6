"""Identity numbers in texts, and what stands for them."""

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric

from pil_discovery.catalog import load_catalog
from pil_discovery.text.check_digits import resident_check_digit, uscc_check_digit
from pil_discovery.text.codes import check_code
from pil_discovery.text.pseudonyms import (
    hide_numbers,
    hide_persons,
    is_pseudonym,
    pseudonym,
)
from pil_discovery.text.resident_numbers import (
    find_numbers,
    mask_persons,
    normal_number,
)

SALT = bytes(range(32))
ID = "33030219900101123" + resident_check_digit("33030219900101123")
WRONG = ID[:17] + ("1" if ID[17] != "1" else "2")


@st.composite
def numbers(draw):
    days = st.dates(
        pd.Timestamp("1900-01-02").date(), pd.Timestamp("2026-09-30").date()
    )
    place = draw(st.sampled_from(["110101", "330302", "659001", "820102", "990302"]))
    body = f"{place}{draw(days):%Y%m%d}{draw(st.integers(0, 999)):03}"
    return body + resident_check_digit(body)


@given(numbers())
def test_a_right_number_is_normal_and_the_other_checker_agrees(number):
    assert normal_number(number) == number
    assert ric.calc_check_digit(number) == number[17]


@given(numbers(), st.text(max_size=8), st.text(max_size=8))
def test_a_number_is_found_between_any_words(number, before, after):
    text = f"{before}，{number}，{after}"
    assert number not in hide_numbers(text, SALT)
    assert number not in mask_persons(text)


@given(
    numbers(), st.integers(0, 17), st.characters(categories=["Nd"], max_codepoint=127)
)
def test_one_wrong_digit_hides_nothing_from_the_search(number, at, digit):
    wrong = number[:at] + digit + number[at + 1 :]
    assume(not check_code("uscc", wrong).valid)  # then it is more likely a firm's
    found = find_numbers(wrong)
    # a slip may spoil one of division, century and day; the others tell the number
    assert [f[:2] for f in found] == [(0, 18)]
    assert found[0].right == (wrong == number)


@pytest.mark.parametrize(
    "text",
    [
        "统一社会信用代码91330302MA2ABCDE1X",
        "账号6222020200012345678",
        "电话13800001111，0577-88886666",
        "面积123456789012345.67平方米",
        "工单20240301123456789",
        "批准文号〔2024〕330302号",
        "编号3303022021B00123",
    ],
)
def test_other_numbers_stay(text):
    assert hide_numbers(text, SALT) == text
    assert mask_persons(text) == text


def test_a_credit_code_of_digits_is_no_person():
    bodies = (f"513303025000001{n:02}" for n in range(31))
    code = next(c for b in bodies if (c := b + uscc_check_digit(b)).isdecimal())
    assert find_numbers(code) == []


def test_the_old_form_has_the_pseudonym_of_the_new():
    old = ID[:6] + ID[8:17]
    assert hide_numbers(f"（{old}）", SALT) == hide_numbers(f"（{ID}）", SALT)


def test_a_pseudonym_keeps_the_ends_and_hangs_on_the_salt():
    hidden = pseudonym(ID, SALT)
    assert is_pseudonym(hidden)
    assert (hidden[:3], hidden[-2:], len(hidden)) == (ID[:3], ID[-2:], 18)
    assert pseudonym(ID, b"another salt") != hidden
    assert mask_persons(hidden) == f"{ID[:3]}{'*' * 13}{ID[-2:]}"
    assert hide_numbers(hidden, SALT) == hidden


def test_what_fails_its_check_never_stands_for_a_right_number():
    wrong = pseudonym(WRONG, SALT, right=False)
    assert not is_pseudonym(wrong)
    assert mask_persons(wrong) == f"{WRONG[:3]}{'*' * 13}{WRONG[-2:]}"


def frame(**columns):
    return pd.DataFrame({k: pd.array(v, dtype="string") for k, v in columns.items()})


def test_a_column_of_numbers_loses_every_value_and_others_only_numbers():
    penalty = load_catalog().datasets["penalty"]
    given = frame(
        person_id=[ID, None, "不详甲乙丙丁戊己庚", WRONG],
        fact=[f"当事人{ID}占地", "无", None, "占地"],
        doc_no=[ID, "示罚〔2024〕1号", "示罚〔2024〕2号", None],
    )
    hidden = hide_persons(given, penalty, SALT)
    assert hidden.cells == 5
    told = hidden.frame
    assert told["person_id"].tolist()[0] == told["doc_no"].tolist()[0]
    assert is_pseudonym(told["person_id"][0])
    assert not any(map(is_pseudonym, told["person_id"].dropna()[1:]))
    assert ID not in told.to_csv()
    assert ID[:17] not in told.to_csv()
    assert told["fact"].isna().tolist() == [False, False, True, False]
    assert told.dtypes.tolist() == given.dtypes.tolist()
    assert given["person_id"][0] == ID


def test_numbers_made_of_place_and_day_are_no_persons():
    penalty = load_catalog().datasets["penalty"]
    serials = [f"33030220210315{i:04}" for i in range(40)]
    hidden = hide_persons(frame(doc_no=serials), penalty, SALT)
    assert hidden.cells == 0
    assert hidden.frame["doc_no"].tolist() == serials
