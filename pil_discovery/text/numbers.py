"""Numbers as agencies write them, read exactly."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from pil_discovery.text.characters import fold, is_placeholder
from pil_discovery.text.units import find_unit


@dataclass(frozen=True, slots=True)
class NumberReading:
    """What one cell says.

    Attributes
    ----------
    value
        The number, before its unit is applied; None when missing or unreadable.
    unit
        Unit written in the cell itself, e.g. 万, 亩, %.
    fault
        Why the cell is unreadable, in Chinese; empty when it is readable or missing.
    note
        What was done to read it, in Chinese; empty when nothing.
    """

    value: Decimal | None = None
    unit: str | None = None
    fault: str = ""
    note: str = ""


NOT_FINITE = {"NaN": "#NaN", "Infinity": "#Infinity", "-Infinity": "#-Infinity"}
"""Name in JSON → error value that the cell shows."""

NOT_CALCULATED = "#公式未计算"
"""Error value of a cell whose formula has no stored result."""

_ERROR_VALUE = re.compile(
    r"#(REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!"
    rf"|UNKNOWN!|GETTING_DATA|NaN|-?Infinity|{NOT_CALCULATED[1:]})|Err:\d{{3}}",
    re.IGNORECASE,
)


def is_error_value(text: str) -> bool:
    """Tell whether a cell shows an error of the program instead of a value.

    `#N/A` is none of them: it says on purpose that there is nothing.
    """
    return text[:1] in "#Ee" and _ERROR_VALUE.fullmatch(text) is not None


def may_be_thousands(cell: object) -> bool:
    """Tell whether a text is 1.000 or the like, a thousand beside cells like 1,5."""
    return isinstance(cell, str) and _DOTTED.fullmatch(cell.strip()) is not None


def error_words(text: str) -> str:
    """Say of such a cell why it holds no value."""
    if text == NOT_CALCULATED:
        return "公式没有算出的结果，请用 Excel 或 WPS 打开并保存后再导入"
    return "是表格软件的错误值"


_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}([, ']\d{3})+(\.\d*)?")
_HEAD = re.compile(r"[+-]?[\d.,' ]*\d[\d.,' ]*(?:e[+-]?\d{1,2})?", re.IGNORECASE)
_CURRENCY = re.compile(r"^([+-]?)\s*(?:¥|人民币|rmb|cny)\s*:?\s*", re.IGNORECASE)
_MINUS_BEHIND = re.compile(r"([\d.,' ]*\d[\d.,' ]*)-")
_RAISED = re.compile(r"(?:^|[\d.,)])\s*[⁰¹²³⁴-⁹₀-₉①-⒛㉑-㉟㊱-㊿]")
EUROPEAN = "不是可读的数字：分不清逗号和点哪个是小数点（可能是欧洲写法）"
_DOTTED = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_EUROPEAN = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+(,\d*)?|\d+,\d{1,2}|\d+,\d{4,})")
_MU_FEN = re.compile(
    r"(?:(\d+(?:\.\d+)?)亩)(?:(\d+(?:\.\d+)?)分)?(?:(\d+(?:\.\d+)?)厘)?"
)
_PARTS = re.compile(r"([百千万])分之([\d.]+|[一二三四五六七八九十])")
_PARTS_OF = {"百": 100, "千": 1000, "万": 10000}
_HAN = {c: i for i, c in enumerate("零一二三四五六七八九十")}
_TRAILING = re.compile(r"[;,、。:]+$")
_PACKED = re.compile(r"\d\s*[;、|\n]\s*[+-]?\d")
_VAGUE = re.compile(r"[约近余<>≤≥~±]|以上|以下|左右|至|不低于|不超过|\d-\d")


def read_number(cell: object) -> NumberReading:
    """Read one cell as a number.

    Accepts numbers, `1,234.5`, `１２３`, spaces between groups of three, `¥1,200元`,
    `1.2万`, `3亩2分`, `35%`, `1‰`, `千分之一`, a minus behind or brackets for one, and
    a trailing separator (`24.9480;`). Several values in one cell, estimates, ranges,
    footnote marks and decimal commas (`1.234,5`) are faults, never a guess.
    """
    if isinstance(cell, bool):
        return NumberReading(fault="是逻辑值，不是数字")
    if isinstance(cell, int | Decimal):
        return NumberReading(Decimal(cell))
    if isinstance(cell, float):
        return _from_float(cell)
    if not isinstance(cell, str):
        return NumberReading(fault="不是数字")
    if is_placeholder(cell):
        return NumberReading()
    return _from_text(cell)


def _from_float(cell: float) -> NumberReading:
    if math.isnan(cell):
        return NumberReading()
    if math.isinf(cell):
        return NumberReading(fault="不是有限的数")
    return NumberReading(Decimal(repr(cell)))


def _from_text(cell: str) -> NumberReading:
    # Folded, 10² would be 102.
    if not cell.isascii() and _RAISED.search(cell):
        return NumberReading(fault="数字上带有上标或脚注号，不是一个确定的数")
    text = fold(cell)
    if _PLAIN.fullmatch(text):
        return NumberReading(Decimal(text))
    bare = _TRAILING.sub("", text)
    if _PACKED.search(bare):
        return NumberReading(fault="一个单元格里有多个数（多期合写），不能当作一个数")
    note = "去掉末尾分隔符" if bare != text else ""
    reading = _mu_fen(bare) or _share_in_words(bare) or _with_unit(bare)
    if reading is None:
        return NumberReading(fault=_fault(bare))
    return NumberReading(reading.value, reading.unit, note=note or reading.note)


def _mu_fen(text: str) -> NumberReading | None:
    match = _MU_FEN.fullmatch(text.replace(" ", ""))
    if match is None:
        return None
    mu, fen, li = (Decimal(part or 0) for part in match.groups())
    return NumberReading(mu + fen / 10 + li / 100, "亩")


def _share_in_words(text: str) -> NumberReading | None:
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    parts, many = match.groups()
    count = Decimal(_HAN[many]) if many in _HAN else _decimal(many)
    share = None if count is None else count / _PARTS_OF[parts]
    return None if share is None else NumberReading(share, "1")


def _with_unit(text: str) -> NumberReading | None:
    text = _CURRENCY.sub(r"\1", text)
    if text.startswith("(") and text.endswith(")"):
        return _negated(_with_unit(text[1:-1]), "括号按负数读取")
    if behind := _MINUS_BEHIND.fullmatch(text):
        return _negated(_with_unit(behind[1].strip()), "末尾的负号按负数读取")
    head = _HEAD.match(text)
    if head is None:
        return None
    value = _decimal(head[0].strip())
    unit = re.sub(r"(元)?[整正]$", r"\1", text[head.end() :].strip())
    if value is None or (unit and find_unit(unit) is None):
        return None
    return NumberReading(value, unit or None)


def _negated(reading: NumberReading | None, note: str) -> NumberReading | None:
    if reading is None or reading.value is None:
        return None
    return NumberReading(-reading.value, reading.unit, note=note)


def _decimal(text: str) -> Decimal | None:
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _GROUPED.fullmatch(text):
        return Decimal(re.sub(r"[, ']", "", text))
    return None


_IN_WORDS = re.compile(
    r"(人民币)?[零〇一二三四五六七八九两壹贰叁肆伍陆柒捌玖貳參陸十百千拾佰仟万萬亿億]+"
    r"([元圆角分整正亩平方米公顷]|[一二三四五六七八九壹贰叁肆伍陆柒捌玖零])*"
)


def _fault(text: str) -> str:
    if text.startswith("#") or is_error_value(text):
        return error_words(text)
    if _EUROPEAN.fullmatch(text):
        return EUROPEAN
    if _VAGUE.search(text):
        return "是约数或范围，不是一个确定的数"
    if _IN_WORDS.fullmatch(text):
        return "是汉字写的数字，不自动换算，请改写为阿拉伯数字"
    return "不是可读的数字"


_ORDINAL = re.compile(
    r"第?\s*(\d{1,15}|[一二三四五六七八九十]{1,3})\s*(?:[期次号批笔]|年度?)?"
)


def read_ordinal(text: str) -> int | None:
    """Return the number in «第1期», «第十二期», «3期», «2024年度», or None."""
    match = _ORDINAL.fullmatch(fold(text))
    if match is None:
        return None
    return int(match[1]) if match[1].isdecimal() else read_han(match[1])


def read_han(text: str) -> int | None:
    """Return the value of Chinese numerals up to ninety-nine, or None."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _HAN.get(text) if len(text) == 1 else None
    if len(tens) > 1 or len(ones) > 1 or "十" in (tens, ones):
        return None
    return _HAN.get(tens or "一", 0) * 10 + _HAN.get(ones or "零", 0)
