import pytest

from pil_discovery.text.codes import check_code
from pil_discovery.text.register_numbers import permit_holder

HOLDER = "91130200699229617X"
PARCEL = "990302001002GB00015"


def test_a_permit_gives_its_holder():
    assert check_code("permit", f"{HOLDER.lower()}-001P").normal == f"{HOLDER}001P"
    assert permit_holder(f"{HOLDER}001P") == HOLDER
    assert permit_holder(f"{HOLDER}001") is None


def test_a_permit_without_a_credit_code_names_no_holder():
    number = "H9330302000000012A001P"
    assert check_code("permit", number).valid
    assert permit_holder(number) is None


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        ("permit", HOLDER, "三位顺序码"),
        ("permit", "911302006992296171001P", "前十八位"),
        ("registration", "11010800000001", "十五位"),
        ("registration", "110108000000017", "校验码"),
        ("registration", "000000000000001", "登记机关"),
        ("registration", HOLDER, "统一社会信用代码"),
        ("parcel", "990302001002GB0001", "十九位"),
        ("parcel", "000302001002GB00015", "省级"),
        ("parcel", "990302001002GI00015", "宗地特征码"),
        ("parcel", "990302001002GC00015", "集体"),
        ("parcel", "99030200100?GB00015", "数字"),
        ("parcel", f"{PARCEL}X00010001", "不动产单元"),
    ],
)
def test_wrong_numbers_say_why(kind, text, word):
    code = check_code(kind, text)
    assert not code.valid
    assert code.normal is None
    assert word in code.reason


def test_a_parcel_is_read_out_of_a_unit():
    code = check_code("parcel", f"{PARCEL} F00010001")
    assert (code.valid, code.normal) == (False, PARCEL)
    assert "不动产单元" in code.reason


def test_a_letter_where_only_a_digit_can_stand_has_one_reading():
    code = check_code("parcel", PARCEL.replace("0", "O"))
    assert (code.valid, code.normal) == (False, PARCEL)
    assert "形近" in code.reason
    assert check_code("parcel", PARCEL).valid


def test_a_registration_number_is_right_as_written():
    assert check_code("registration", " 110108000000016\u200b").normal


@pytest.mark.parametrize(
    ("text", "valid", "normal"),
    [
        ("9903022021B00123", True, "9903022021B00123"),
        ("9903022021b00123-1", True, "9903022021B00123-1"),
        ("９９０３０２２０２１B00123", True, "9903022021B00123"),
        ("99O3022021B0O123", False, "9903022021B00123"),
        ("9903021821B00123", False, None),
        ("0003022021B00123", False, None),
        ("990302202100123", False, None),
    ],
)
def test_supervision_numbers(text, valid, normal):
    code = check_code("supervision", text)
    assert (code.valid, code.normal) == (valid, normal)
