import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.check_digits import (
    org_check_digit,
    registration_check_digit,
    resident_check_digit,
    uscc_check_digit,
)
from pil_discovery.text.codes import check_code

DIGITS = "0123456789"
LETTERS = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


# Written anew from the standards, without a line of the library.
def uscc_by_hand(code):
    values = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    total = 0
    for character, weight in zip(code, weights, strict=False):
        total += values.find(character) * weight
    return values[(31 - total % 31) % 31]


def resident_by_hand(code):
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    rest = sum(ord(c) % 48 * w for c, w in zip(code, weights, strict=False)) % 11
    return {0: "1", 1: "0", 2: "X"}.get(rest, str(12 - rest))


def org_by_hand(code):
    values = {c: n for n, c in enumerate(LETTERS)}
    rest = sum(
        values[c] * w for c, w in zip(code, [3, 7, 9, 10, 5, 8, 4, 2], strict=False)
    )
    return {10: "X", 11: "0"}.get(11 - rest % 11, str(11 - rest % 11))


def registration_is_right_by_hand(code):
    carried = 10
    for place in range(14):
        total = (carried + int(code[place])) % 10
        carried = (total or 10) * 2 % 11
    return (carried + int(code[14])) % 10 == 1


PUBLISHED = [
    ("uscc", "91130200699229617X"),  # HJ 608-2017, annex A
    ("org", "D2143569X"),  # GB 11714-1997
    ("resident_id", "11010519491231002X"),  # GB 11643-1999
    ("resident_id", "440524188001010014"),  # GB 11643-1999
    ("registration", "110108000000016"),  # GS 15-2006, annex A
    ("permit", "91130200699229617X001P"),  # HJ 608-2017, annex A
]


@pytest.mark.parametrize(("kind", "code"), PUBLISHED)
def test_published_examples_are_right(kind, code):
    assert check_code(kind, code).valid


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_credit_codes_by_hand(body):
    assert uscc_check_digit(body) == uscc_by_hand(body)


@given(st.text(DIGITS, min_size=17, max_size=17))
def test_identity_numbers_by_hand(body):
    assert resident_check_digit(body) == resident_by_hand(body)


@given(st.text(LETTERS, min_size=8, max_size=8))
def test_organisation_codes_by_hand(body):
    assert org_check_digit(body) == org_by_hand(body)


@given(st.text(DIGITS, min_size=14, max_size=14))
def test_registration_numbers_by_hand(body):
    assert registration_is_right_by_hand(body + registration_check_digit(body))


def accepted_with_one_wrong_character(kind, code, alphabet):
    others = (
        code[:place] + wrong + code[place + 1 :]
        for place in range(len(code))
        for wrong in alphabet
        if wrong != code[place]
    )
    return [other for other in others if check_code(kind, other).valid]


@pytest.mark.parametrize(
    ("kind", "code"),
    [pair for pair in PUBLISHED if pair[0] not in {"org", "permit"}],
)
def test_every_single_wrong_character_is_seen(kind, code):
    alphabet = LETTERS + LETTERS.lower() + "?/.汉"
    found = accepted_with_one_wrong_character(kind, code, alphabet)
    assert [other for other in found if other.upper() != code] == []


@given(st.text(DIGITS, min_size=12, max_size=12))
def test_every_single_wrong_digit_of_a_registration_number_is_seen(rest):
    body = "33" + rest
    code = body + registration_check_digit(body)
    assert accepted_with_one_wrong_character("registration", code, DIGITS) == []


def test_an_organisation_code_tells_digits_but_not_all_letters_apart():
    code = "1234567" + "8" + org_check_digit("12345678")
    assert accepted_with_one_wrong_character("org", code, DIGITS + "X") == []
    missed = accepted_with_one_wrong_character("org", code, LETTERS)
    values = [
        (int(code[at], 36), int(other[at], 36))
        for other in missed
        for at in range(8)
        if other[at] != code[at]
    ]
    assert len(values) == 18  # of 280 + 10
    assert all(abs(a - b) % 11 == 0 for a, b in values)


def test_the_serial_number_of_a_permit_has_no_check_digit():
    permit = "91130200699229617X001P"
    missed = accepted_with_one_wrong_character("permit", permit, DIGITS + "P")
    assert missed
    assert {other[:18] for other in missed} == {permit[:18]}
