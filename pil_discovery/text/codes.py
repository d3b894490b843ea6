"""Identification codes and their check digits.

Unified social credit code: GB 32100-2015. Organisation code: GB 11714-1997. Citizen
identity number: GB 11643-1999. Division code: GB/T 2260. Numbers of registers: see
`register_numbers`; what check digits can and cannot tell: see `check_digits`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from pil_discovery.errors import ArgumentError
from pil_discovery.text.characters import fold
from pil_discovery.text.check_digits import (
    USCC,
    is_right_uscc,
    org_check_digit,
    resident_check_digit,
)
from pil_discovery.text.register_numbers import (
    PROVINCES,
    Verdict,
    parcel,
    permit,
    registration,
    supervision,
)
from pil_discovery.text.resident_numbers import is_day, normal_number

if TYPE_CHECKING:
    from pil_discovery.types.datasets import CodeKind


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


_LOOKALIKES = {"I": "1J", "O": "0DQ", "S": "58", "V": "UY", "Z": "27"}
"""Letters that no credit code holds, with the characters they may have been."""


def check_code(kind: CodeKind, text: str) -> Code:
    """Check one code; nothing is repaired silently.

    Parameters
    ----------
    kind
        `uscc` (18 characters), `org` (9), `resident_id` (18, old form 15),
        `division` (6, 9 or 12 digits), `registration` (15 digits), `permit` (22
        characters, the holder's `uscc` first), `parcel` (19) or `supervision` (16, of a
        supply of land, with a part behind a hyphen).
    text
        The code as written.

    Raises
    ------
    ArgumentError
        When the kind is not one of these.
    TypeError
        When `text` is not text.
    """
    checks = {
        "uscc": _uscc,
        "org": _org,
        "resident_id": _resident,
        "division": _division,
        "registration": registration,
        "permit": permit,
        "parcel": parcel,
        "supervision": supervision,
    }
    if kind not in checks:
        raise ArgumentError(f"未知的代码类型“{kind}”，可用：{'、'.join(checks)}")
    if not isinstance(text, str):
        raise TypeError(f"代码应当是文字，不是 {type(text).__name__}")
    plain, repairs = _plain(text, hyphens=kind == "supervision")
    valid, normal, reason = checks[kind](plain)
    words = [reason] if reason else []
    if normal is not None and repairs:
        words.append(f"已统一写法（{'、'.join(repairs)}）")
    return Code(kind, text, valid, normal, "；".join(words))


def _plain(text: str, *, hyphens: bool) -> tuple[str, list[str]]:
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
    joined = cut if hyphens else re.sub(r"(?<=\w)-(?=\w)", "", cut)
    if joined != cut:
        repairs.append("连字符")
    upper = joined.upper()
    if upper != joined:
        repairs.append("大小写")
    return upper, repairs


def _uscc(code: str) -> Verdict:
    if is_right_uscc(code):
        return True, code, ""
    if len(code) == 9:
        return False, None, "是九位组织机构代码，不是十八位统一社会信用代码"
    if len(code) > 18 and code.isalnum() and is_right_uscc(code[:18]):
        return False, code[:18], "取前十八位（许可证编号以统一社会信用代码开头）"
    if len(code) != 18:
        return False, None, f"应为十八位，实为{len(code)}位"
    return _repaired_uscc(code)


def _repaired_uscc(code: str) -> Verdict:
    wrong = [letter for letter in _LOOKALIKES if letter in code]
    readings = {
        code.translate(str.maketrans("".join(wrong), "".join(chosen)))
        for chosen in product(*(_LOOKALIKES[letter] for letter in wrong))
    }
    right = [reading for reading in sorted(readings) if is_right_uscc(reading)]
    if not wrong or not set(code) - set(wrong) <= set(USCC):
        fault = "校验码不符" if set(code) <= set(USCC) else "含不允许的字符"
        return False, None, fault
    named = f"含不允许的字母{'、'.join(wrong)}"
    if len(right) == 1:
        return False, right[0], f"{named}，疑为形近字符，只有一种读法"
    return False, None, f"{named}，{'有多种读法' if right else '换成形近字符也不对'}"


def _org(code: str) -> Verdict:
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return False, None, "应为八位本体代码加一位校验码"
    if org_check_digit(code[:8]) == code[8]:
        return True, code, ""
    return False, None, "校验码不符"


def _resident(code: str) -> Verdict:
    if re.fullmatch(r"[0-9]{15}", code):
        normal = normal_number(code)
        known = "十五位旧号，补世纪与校验位"
        return False, normal, known if normal else "十五位旧号的出生日期不能确定"
    if not re.fullmatch(r"[0-9]{17}[0-9X]", code):
        return False, None, f"应为十八位数字（末位可为X），实为{len(code)}位"
    if not is_day(code[6:14]):
        return False, None, "第七至十四位不是存在的出生日期"
    if resident_check_digit(code[:17]) != code[17]:
        return False, None, "校验码不符"
    return True, code, ""


def _division(code: str) -> Verdict:
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
