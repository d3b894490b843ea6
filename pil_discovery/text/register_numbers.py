"""Numbers under which registers keep a firm, a pollution source or a parcel.

Registration number of a market subject: GS 15-2006. Number of a pollutant discharge
permit: HJ 608-2017. Parcel code: GB/T 37346-2019. Number of the electronic supervision
of a supply of land (电子监管号): its structure as the land market publishes it.

Only the registration number has a check digit, and a permit number the one of the
credit code that it begins with. The serial number of a permit and a parcel code have
none: what has the right structure there may still be the wrong number.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from pil_discovery.text.check_digits import is_right_uscc, registration_check_digit

Verdict: TypeAlias = tuple[bool, str | None, str]
"""Valid as written; the one possible reading; what is wrong, in Chinese."""

_PROVINCES_IN_USE = """
11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54
61 62 63 64 65 66 71 81 82 83 99
"""
PROVINCES = frozenset(_PROVINCES_IN_USE.split())
"""First two digits of division codes; 66 is the corps in Xinjiang, 99 synthetic."""

_NATIONAL = "100000"
_DIGITS_ALIKE = str.maketrans("OIL", "011")
_FEATURES = "ABCDEFGHLNSWXY"
"""Second feature character of a parcel: what right to use the land it is for."""


def registration(code: str) -> Verdict:
    """Check the 15 digits of a registration number from before credit codes."""
    if is_right_uscc(code):
        return False, None, "是十八位统一社会信用代码，不是十五位注册号"
    if not re.fullmatch(r"[0-9]{15}", code):
        return False, None, f"应为十五位数字，实为{len(code)}位"
    if code[:2] not in PROVINCES and code[:6] != _NATIONAL:
        return False, None, f"没有以{code[:2]}开头的登记机关代码"
    if registration_check_digit(code[:14]) != code[14]:
        return False, None, "校验码不符"
    return True, code, ""


def permit(code: str) -> Verdict:
    """Check a permit number: 18 characters of the holder, 3 digits and a letter."""
    if not re.fullmatch(r"[0-9A-Z]{18}[0-9]{3}[A-Z]", code):
        return False, None, "应为十八位统一社会信用代码、三位顺序码加一位字母"
    if is_right_uscc(code[:18]) or _issued_without_code(code[:18]):
        return True, code, ""
    return False, None, "前十八位不是正确的统一社会信用代码"


def permit_holder(code: str) -> str | None:
    """Return the credit code that a permit number begins with, if it is right."""
    return code[:18] if permit(code)[0] and is_right_uscc(code[:18]) else None


def _issued_without_code(holder: str) -> bool:
    """Return whether the authority made up the 18 characters, which nothing checks."""
    return bool(re.fullmatch(r"H9[0-9]{6}[0-9A-Z]{9}[A-Z]", holder))


def parcel(code: str) -> Verdict:
    """Check the structure of a parcel code of 19 characters."""
    if len(code) == 28:
        return _of_unit(code)
    if len(code) != 19:
        return False, None, f"应为十九位，实为{len(code)}位"
    if _is_parcel(code):
        return True, code, ""
    digits = "".join(_digits(code[a:b]) for a, b in ((0, 12), (14, 19)))
    mended = digits[:12] + code[12:14] + digits[12:]
    if mended != code and _is_parcel(mended):
        return False, mended, "数字位上是字母O、I或L，疑为形近数字0、1"
    return False, None, _wrong_in_parcel(code)


def _of_unit(code: str) -> Verdict:
    if _is_parcel(code[:19]) and re.fullmatch(r"[FLQW][0-9]{8}", code[19:]):
        return False, code[:19], "是二十八位不动产单元代码，取前十九位宗地代码"
    return False, None, "应为十九位，实为28位，也不是不动产单元代码"


def _digits(text: str) -> str:
    return text.translate(_DIGITS_ALIKE)


def _is_parcel(code: str) -> bool:
    shape = rf"[0-9]{{12}}[GJZ][{_FEATURES}][0-9]{{5}}"
    return bool(re.fullmatch(shape, code)) and not _wrong_in_parcel(code)


def _wrong_in_parcel(code: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", code[:12]) or not code[14:].isdecimal():
        return "前十二位和末五位应为数字"
    if code[:2] not in PROVINCES:
        return f"没有以{code[:2]}开头的省级代码"
    if code[12] not in "GJZ" or code[13] not in _FEATURES:
        return f"“{code[12:14]}”不是宗地特征码"
    if code[12] == "G" and code[13] in "AC":
        return f"集体土地的特征码“{code[13]}”不能用于国有土地"
    return ""


def supervision(code: str) -> Verdict:
    """Check the structure of a supervision number: place, year, letter, five digits."""
    if _is_supervision(code):
        return True, code, ""
    body, hyphen, part = code.partition("-")
    mended = "".join(
        (_digits(body[:10]), body[10:11], _digits(body[11:]), hyphen, part)
    )
    if mended != code and _is_supervision(mended):
        return False, mended, "数字位上是字母O、I或L，疑为形近数字0、1"
    return False, None, "应为六位区划代码、四位年份、一位字母加五位顺序号"


def _is_supervision(code: str) -> bool:
    shape = r"[0-9]{6}(?:19|20)[0-9]{2}[A-Z][0-9]{5}(?:-[0-9]{1,2})?"
    return bool(re.fullmatch(shape, code)) and code[:2] in PROVINCES
