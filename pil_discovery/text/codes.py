"""Identification codes and their check digits.

Unified social credit code: GB 32100-2015. Organisation code: GB 11714-1997. Citizen
identity number: GB 11643-1999. Division code: GB/T 2260.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from pil_discovery.errors import ArgumentError
from pil_discovery.text.characters import fold

CodeKind = Literal["uscc", "org", "resident_id", "division"]


@dataclass(frozen=True, slots=True)
class Code:
    """The verdict on one code.

    Attributes
    ----------
    valid
        The code is right as written, but for width, case, spaces and hyphens.
    normal
        The canonical form where exactly one reading is possible, else None.
    reason
        In Chinese: what is wrong, and what was repaired to reach `normal`.
    """

    kind: CodeKind
    text: str
    valid: bool
    normal: str | None
    reason: str


USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ID_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_LOOKALIKES = {"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"}
_PROVINCES_IN_USE = """
11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54
61 62 63 64 65 66 71 81 82 83 99
"""
PROVINCES = frozenset(_PROVINCES_IN_USE.split())
"""First two digits of division codes; 66 is the corps in Xinjiang, 99 synthetic."""


def check_code(kind: CodeKind, text: str) -> Code:
    """Check one code; nothing is repaired silently.

    Parameters
    ----------
    kind
        `uscc` (18 characters), `org` (9), `resident_id` (18, old form 15) or
        `division` (6, 9 or 12 digits).
    text
        The code as written.

    Raises
    ------
    ArgumentError
        When the kind is not one of the four.
    TypeError
        When `text` is not text.
    """
    checks = {
        "uscc": _uscc,
        "org": _org,
        "resident_id": _resident,
        "division": _division,
    }
    if kind not in checks:
        raise ArgumentError(f"未知的代码类型“{kind}”，可用：{'、'.join(checks)}")
    if not isinstance(text, str):
        raise TypeError(f"代码应当是文字，不是 {type(text).__name__}")
    plain, repairs = _plain(text)
    valid, normal, reason = checks[kind](plain)
    words = [reason] if reason else []
    if normal is not None and repairs:
        words.append(f"已统一写法（{'、'.join(repairs)}）")
    return Code(kind, text, valid, normal, "；".join(words))


def _plain(text: str) -> tuple[str, list[str]]:
    repairs = []
    folded = fold(text)
    if folded != text:
        repairs.append("全半角与首尾空白")
    bare = re.sub(r"\s+", "", folded)
    if bare != folded:
        repairs.append("空格")
    cut = re.sub(r"(?<=\w)\([^()]*\)$", "", bare)
    if cut != bare:
        repairs.append("括号后缀")
    joined = re.sub(r"(?<=\w)-(?=\w)", "", cut)
    if joined != cut:
        repairs.append("连字符")
    upper = joined.upper()
    if upper != joined:
        repairs.append("大小写")
    return upper, repairs


_Verdict = tuple[bool, str | None, str]


def uscc_check_digit(body: str) -> str:
    """Return the 18th character for the first 17 (GB 32100-2015, modulo 31)."""
    total = sum(USCC.index(c) * w for c, w in zip(body, USCC_WEIGHTS, strict=True))
    return USCC[-total % 31]


def org_check_digit(body: str) -> str:
    """Return the 9th character for the first 8 (GB 11714-1997, modulo 11)."""
    total = sum(int(c, 36) * w for c, w in zip(body, _ORG_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def resident_check_digit(body: str) -> str:
    """Return the 18th character for the first 17 (GB 11643-1999, ISO 7064 11-2)."""
    total = sum(int(c) * w for c, w in zip(body, ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def _right_uscc(code: str) -> bool:
    shape = re.fullmatch(rf"[1-9ANY][{USCC}]\d{{6}}[{USCC}]{{10}}", code)
    return bool(shape) and uscc_check_digit(code[:17]) == code[17]


def _uscc(code: str) -> _Verdict:
    if _right_uscc(code):
        return True, code, ""
    if len(code) == 9:
        return False, None, "是九位组织机构代码，不是十八位统一社会信用代码"
    if len(code) > 18 and code.isalnum() and _right_uscc(code[:18]):
        return False, code[:18], "取前十八位（许可证编号以统一社会信用代码开头）"
    if len(code) != 18:
        return False, None, f"应为十八位，实为{len(code)}位"
    return _repaired_uscc(code)


def _repaired_uscc(code: str) -> _Verdict:
    swapped = "".join(_LOOKALIKES.get(c, c) for c in code)
    if swapped != code and _right_uscc(swapped):
        wrong = "、".join(sorted(set(code) & set(_LOOKALIKES)))
        return False, swapped, f"含不允许的字母{wrong}，疑为形近数字"
    if not set(code) <= set(USCC):
        return False, None, "含统一社会信用代码不允许的字符"
    return False, None, "校验码不符"


def _org(code: str) -> _Verdict:
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return False, None, "应为八位本体代码加一位校验码"
    if org_check_digit(code[:8]) == code[8]:
        return True, code, ""
    return False, None, "校验码不符"


def _resident(code: str) -> _Verdict:
    if re.fullmatch(r"\d{15}", code):
        return _old_resident(code)
    if not re.fullmatch(r"\d{17}[\dX]", code):
        return False, None, f"应为十八位数字（末位可为X），实为{len(code)}位"
    if not _is_day(code[6:14]):
        return False, None, "第七至十四位不是存在的出生日期"
    if resident_check_digit(code[:17]) != code[17]:
        return False, None, "校验码不符"
    return True, code, ""


def _old_resident(code: str) -> _Verdict:
    # Sequence numbers 996 to 999 were kept for people born before 1900.
    if code[12:] >= "996" or not _is_day(f"19{code[6:12]}"):
        return False, None, "十五位旧号的出生日期不能确定"
    body = f"{code[:6]}19{code[6:]}"
    return False, body + resident_check_digit(body), "十五位旧号，补世纪与校验位"


def _is_day(text: str) -> bool:
    try:
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def _division(code: str) -> _Verdict:
    if not code.isdecimal() or len(code) not in {2, 4, 6, 9, 12}:
        return False, None, "应为六位、九位或十二位数字"
    if code[:2] not in PROVINCES:
        return False, None, f"没有以{code[:2]}开头的省级代码"
    if len(code) < 6:
        return False, code.ljust(6, "0"), "不足六位，末尾补零"
    return True, code, ""


def division_stem(code: str) -> str:
    """Return a division code without the zero pairs that only fill it up.

    The code of a place then begins with the stem of every place that it lies in.
    """
    while code.endswith("00") and len(code) % 2 == 0:
        code = code[:-2]
    return code
