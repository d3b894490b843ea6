import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from pil_discovery.text.check_digits import (
    org_check_digit,
    resident_check_digit,
    uscc_check_digit,
)
from pil_discovery.text.codes import check_code

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BODIES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["91", "92", "93", "12", "51", "52"]),
    st.integers(110000, 659999),
    st.text(ALPHABET, min_size=9, max_size=9),
)
CODES = BODIES.map(lambda b: b + uscc_check_digit(b))


@given(CODES)
def test_valid_codes_agree_with_stdnum(code):
    assert check_code("uscc", code).valid
    assert uscc.is_valid(code)


@given(CODES, st.integers(8, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_never_passes(code, place, wrong):
    other = code[:place] + wrong + code[place + 1 :]
    assert check_code("uscc", other).valid == (other == code) == uscc.is_valid(other)


def test_spelling_is_repaired_by_name_only():
    body = "91330302MA2AAAAA0"
    good = body + uscc_check_digit(body)
    for text in (
        good.lower(),
        f" {good[:4]} {good[4:]}",
        f"{good}(01）",
        f"{good}\u200b",
    ):
        code = check_code("uscc", text)
        assert code.valid
        assert code.normal == good
        assert "已统一写法" in code.reason


def test_lookalike_letters_have_one_reading_but_are_not_valid():
    body = "91330302MA2AAAAA0"
    good = body + uscc_check_digit(body)
    code = check_code("uscc", good.replace("0", "O"))
    assert not code.valid
    assert code.normal == good
    assert "O" in code.reason


def test_a_letter_with_two_right_readings_is_left_alone():
    bodies = (f"91330302MA2A{n:04}0" for n in range(500))
    codes = (b[:8] + "S" + b[9:] + uscc_check_digit(b) for b in bodies)
    found = [check_code("uscc", code) for code in codes]
    assert not any(code.valid for code in found)
    for code in found:
        readings = [code.text.replace("S", c) for c in "58"]
        right = [r for r in readings if check_code("uscc", r).valid]
        assert code.normal == (right[0] if len(right) == 1 else None)


def test_a_permit_number_begins_with_the_code():
    body = "91330302MA2AAAAA0"
    good = body + uscc_check_digit(body)
    code = check_code("uscc", f"{good}001P")
    assert (code.valid, code.normal) == (False, good)


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        ("uscc", "123", "十八位"),
        ("uscc", "91330302MA2AAAAA0?", "字符"),
        ("uscc", "554161682", "九位"),
        ("org", "554161683", "校验码"),
        ("org", "12", "八位"),
        ("resident_id", "110105194912310021", "校验码"),
        ("resident_id", "110105194913310028", "出生日期"),
        ("resident_id", "12345", "十八位"),
        ("division", "003302", "省级"),
        ("division", "33030", "六位"),
    ],
)
def test_wrong_codes_say_why(kind, text, word):
    code = check_code(kind, text)
    assert not code.valid
    assert word in code.reason


def test_right_codes():
    assert check_code("org", "55416168-2").normal == "554161682"
    assert check_code("resident_id", "11010519491231002x").normal.endswith("X")
    assert check_code("division", "990302").valid
    assert check_code("division", "3303").normal == "330300"
    assert not check_code("division", "3303").valid


@given(st.integers(110000, 659999), st.dates(), st.integers(0, 999).map("{:03}".format))
def test_identity_numbers_agree_with_stdnum(division, birth, order):
    body = f"{division}{birth:%Y%m%d}".ljust(14, "0")[:14] + order
    if birth.year < 1000:
        return
    number = body + resident_check_digit(body)
    assert check_code("resident_id", number).valid
    assert ric.calc_check_digit(number) == number[-1]


def test_the_old_number_has_one_reading():
    code = check_code("resident_id", "110105491231002")
    assert (code.valid, code.normal) == (False, "11010519491231002X")
    assert check_code("resident_id", "110105491231996").normal is None


@given(st.text("0123456789ABCDEFGHIJ", min_size=8, max_size=8))
def test_organisation_codes_pass_their_own_digit(body):
    assert check_code("org", body + org_check_digit(body)).valid


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="未知的代码类型"):
        check_code("vat", "1")


@pytest.mark.parametrize("value", [None, 3, 1.5])
def test_what_is_not_text_is_misuse(value):
    with pytest.raises(TypeError, match="代码应当是文字"):
        check_code("uscc", value)
