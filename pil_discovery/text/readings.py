"""How a cell is read, by the type of its column: one function per type."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from pil_discovery.text.characters import fold, is_placeholder, squeeze, tidy
from pil_discovery.text.codes import check_code
from pil_discovery.text.dates import DateReading, read_dates
from pil_discovery.text.numbers import (
    NumberReading,
    error_words,
    is_error_value,
    read_number,
    read_ordinal,
)
from pil_discovery.text.units import conversion, find_unit, scale, unit_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pil_discovery.text.rules import Rules
    from pil_discovery.types.datasets import CodeKind, FieldType
    from pil_discovery.types.sources import ReasonClass

    Reader: TypeAlias = "Callable[[Sequence[object], Rules], list[Reading]]"


@dataclass(frozen=True, slots=True)
class Reading:
    """One distinct cell, read.

    `note` names a conclusion in Chinese; `reason_class` is set where the cell is to be
    listed, and `value` then stays None unless the cell is kept.
    """

    value: object = None
    last: dt.datetime | None = None
    open: bool = False
    note: str = ""
    reason_class: ReasonClass | None = None
    reason: str = ""
    remedy: str = ""


_PERIODS = ("month_", "quarter_", "period_", "year_")
_MISSING = Reading(note="占位符按缺失处理")
_BLANK = Reading()


def reader_of(
    kind: FieldType,
) -> Callable[[Sequence[object], Rules], Sequence[Reading]]:
    """Return the function that reads the distinct cells of such a column, exactly.

    It gives one `Reading` per cell. Usual spellings are settled in whole columns before
    (`text.usual`); only what is left comes here.
    """
    readers: dict[str, Reader] = {
        "text": _texts,
        "geometry": _texts,
        "enum": _enums,
        "number": _numbers,
        "integer": _integers,
        "boolean": _booleans,
        "date": _dates,
        "datetime": _moments,
    }
    return readers[kind]


# ---- text ----


def _texts(values: Sequence[object], rules: Rules) -> list[Reading]:
    return [_text(value, rules) for value in values]


def _text(value: object, rules: Rules) -> Reading:
    if not isinstance(value, str):
        return _text_of_number(value, rules)
    if value == "" or value.isspace():
        return _BLANK
    if is_placeholder(value):
        return _MISSING
    if _LOST_DIGITS.fullmatch(value.strip()):
        return _truncated()
    if is_error_value(value.strip()):
        return _unreadable(error_words(value.strip()))
    return _identifier(fold(value), rules) if rules.identifier else Reading(tidy(value))


_TEXT_MARKS = "'‘’"
"""In front of a code one of these makes Excel take it for text; exports carry it on."""


def _identifier(plain: str, rules: Rules) -> Reading:
    marked = plain[0] in _TEXT_MARKS and plain[-1] not in _TEXT_MARKS
    bare = plain[1:].strip() if marked else plain
    if marked and is_placeholder(bare):
        return _MISSING
    reading = _coded(bare, rules.field.code) if rules.field.code else Reading(bare)
    note = "去掉开头的撇号（表格软件的文本标记）" if marked else ""
    return replace(reading, note=reading.note or note) if note else reading


_LOST_DIGITS = re.compile(r"\d(\.\d+)?[eE]\+(1[5-9]|[2-9]\d)")


def _text_of_number(value: object, rules: Rules) -> Reading:
    if isinstance(value, dt.datetime):
        has_time = value.time() != dt.time()
        return Reading(str(value) if has_time else value.date().isoformat())
    if not isinstance(value, int | float | Decimal):
        return Reading(str(value))
    exact = Decimal(str(value))
    if abs(exact) >= 10**15:
        return _truncated()
    whole = int(exact)
    text = str(whole) if whole == exact else str(value)
    lost = "数字单元格转为文字，前导零可能已丢失" if rules.identifier else ""
    reading = _coded(text, rules.field.code) if rules.field.code else Reading(text)
    return replace(reading, note="；".join(n for n in (lost, reading.note) if n))


def _truncated() -> Reading:
    return Reading(
        reason_class="truncated",
        reason="表格软件按数字保存，十五位以后的数字已丢失",
        remedy="请导出方把该列设为文本格式后重新导出",
    )


_STRUCTURED: frozenset[CodeKind] = frozenset({"permit", "parcel", "supervision"})
"""Numbers without a check digit of their own, of which older kinds are in use."""
_ONE_READING: frozenset[CodeKind] = frozenset({"resident_id", "parcel", "supervision"})
"""Numbers that are read in the one way their structure leaves, and say so.

A slip in a credit code is kept, since its holder may be another: linking decides.
"""


def _coded(text: str, kind: CodeKind) -> Reading:
    # Bodies without a unified code are still listed under their old organisation code.
    if kind == "uscc" and len(re.sub(r"[\s-]", "", text)) == 9:
        kind = "org"
    code = check_code(kind, text)
    if code.valid:
        note = "" if code.normal == text else "代码统一写法（大小写、空格、后缀）"
        return Reading(code.normal, note=note)
    if kind in _ONE_READING and code.normal:
        return Reading(code.normal, note=code.reason)
    if kind == "parcel" and not re.match(r"[0-9]{6}", text):
        return Reading(text)
    if kind in _STRUCTURED:
        return Reading(
            text, note=f"编号结构与国家标准不同（{code.reason}），按原文使用"
        )
    remedy = "按原文保留，不用于关联；请向数据提供方核实"
    if code.normal:
        remedy = f"原文保留；关联时按唯一可能的读法 {code.normal}，请向数据提供方核实"
    return Reading(
        text, reason_class="checksum", reason=f"代码有误：{code.reason}", remedy=remedy
    )


# ---- enum, boolean ----


def _enums(values: Sequence[object], rules: Rules) -> list[Reading]:
    allowed = {squeeze(v): v for v in rules.field.values}
    return [_enum(_text(value, rules), allowed) for value in values]


def _enum(reading: Reading, allowed: dict[str, str]) -> Reading:
    if reading.value is None or not allowed:
        return reading
    known = allowed.get(squeeze(str(reading.value)))
    if known is not None:
        return replace(reading, value=known)
    return Reading(
        reason_class="range",
        reason=f"不在允许的取值之内：{'、'.join(allowed.values())}",
        remedy="核对代码表，或在数据集文件里补充该取值",
    )


_YES = frozenset({"是", "有", "1", "1.0", "true", "t", "y", "yes", "√", "✓", "✔", "对"})
_NO = frozenset(
    {"否", "无", "没有", "0", "0.0", "false", "f", "n", "no", "×", "✗", "x"}
)


def _booleans(values: Sequence[object], rules: Rules) -> list[Reading]:
    del rules
    return [_boolean(value) for value in values]


def _boolean(value: object) -> Reading:
    text = squeeze(str(value))
    if text in _YES or text in _NO:
        return Reading(text in _YES)
    if is_placeholder(text):
        return _MISSING if text else _BLANK
    return Reading(
        reason_class="type", reason="不是“是”或“否”", remedy="改为 是/否 后重新导入"
    )


# ---- numbers ----


def _numbers(values: Sequence[object], rules: Rules) -> list[Reading]:
    factor = column_factor(rules)
    return [_number(value, rules, factor) for value in values]


def column_factor(rules: Rules) -> Fraction:
    """Return by what the numbers of a column are multiplied to have its unit."""
    if rules.unit is None:
        return Fraction(1)
    wanted = rules.field.unit
    factor = conversion(rules.unit, wanted or rules.unit)
    return Fraction(1) if factor is None else factor


def _number(value: object, rules: Rules, factor: Fraction) -> Reading:
    reading = read_number(value)
    if reading.fault:
        return _unreadable(reading.fault)
    if reading.value is None:
        return _BLANK if not str(value).strip() else _MISSING
    if reading.unit is not None:
        found = _cell_factor(reading.unit, rules)
        if isinstance(found, Reading):
            return found
        factor = found
    exact = scale(reading.value, factor)
    if max(abs(reading.value), abs(exact)) >= TOO_LARGE:
        return Reading(
            reason_class="range",
            reason="数值大到不可能",
            remedy="核对是否多列连写或编号误入数值列",
        )
    if _implausible(exact, reading, rules):
        return _unit_unclear(rules)
    return Reading(_rounded(exact, rules.field.unit), note=reading.note)


def _cell_factor(unit: str, rules: Rules) -> Fraction | Reading:
    """Return the factor of a unit written in the cell, or why it cannot be used."""
    wanted = rules.field.unit
    found = find_unit(unit)
    multiple = found is not None and found.dimension == "multiple"
    if found is not None and multiple and (wanted is None or not rules.declared):
        return found.factor
    if multiple:
        return _unit_fault(f"格内写“{unit}”，而该列单位已是{rules.unit}，无法确定")
    if wanted is None:
        share = found is not None and found.dimension == "ratio"
        return found.factor if found is not None and share else Fraction(1)
    factor = conversion(unit, wanted)
    return _unit_fault(unit_fault(unit, wanted)) if factor is None else factor


def _unit_fault(reason: str) -> Reading:
    return Reading(reason_class="unit", reason=reason, remedy="核对原始资料后改正该格")


def _unreadable(reason: str) -> Reading:
    return Reading(reason_class="type", reason=reason, remedy="核对原始资料后改正该格")


TOO_LARGE = 10**14
"""No export means so much, in any unit; an identity number of fifteen digits, which
somebody put into a column of amounts, is always more."""

_MOST_PER_DAY = Decimal("0.01")
"""A late fee above one per cent a day is no lawful rate: its unit must be asked."""


def _implausible(value: Decimal, reading: NumberReading, rules: Rules) -> bool:
    told = rules.declared or reading.unit is not None
    return rules.field.unit == "1/d" and not told and value > _MOST_PER_DAY


def _unit_unclear(rules: Rules) -> Reading:
    return _unit_fault(
        f"没有写单位，按小数读会超过每日{_MOST_PER_DAY:%}，可能是 % 或 ‰；"
        f"请在工作区 units 写明 {rules.field.name} 的单位"
    )


def _rounded(value: Decimal, unit: str | None) -> float:
    """Return the float; money is rounded to the cent while it is still exact."""
    if unit is not None and unit.startswith("CNY"):
        value = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return float(value)


def _integers(values: Sequence[object], rules: Rules) -> list[Reading]:
    factor = column_factor(rules)
    return [_integer(value, rules, factor) for value in values]


def _integer(value: object, rules: Rules, factor: Fraction) -> Reading:
    ordinal = read_ordinal(value) if isinstance(value, str) else None
    if ordinal is not None and ordinal < TOO_LARGE and factor == 1:
        plain = fold(str(value)).isdecimal()
        return Reading(ordinal, note="" if plain else "取序数中的数字")
    reading = _number(value, rules, factor)
    if not isinstance(reading.value, float):
        return reading
    if reading.value.is_integer():
        return replace(reading, value=int(reading.value))
    return _unreadable("应为整数")


# ---- dates ----


def _dates(values: Sequence[object], rules: Rules) -> list[Reading]:
    readings = _moments(values, rules)
    return [
        replace(r, value=_midnight(r.value)) if r.value is not None else r
        for r in readings
    ]


def _midnight(value: object) -> dt.datetime:
    assert isinstance(value, dt.datetime)  # noqa: S101 - readings of dates hold these
    return value.replace(hour=0, minute=0, second=0, microsecond=0)


def _moments(values: Sequence[object], rules: Rules) -> list[Reading]:
    whole = rules.field.name.startswith(_PERIODS)
    found = read_dates(values, rules.century)
    return [
        _moment(value, reading, whole)
        for value, reading in zip(values, found, strict=True)
    ]


def _moment(value: object, reading: DateReading, whole: bool) -> Reading:
    if reading.state == "missing":
        return _BLANK if not str(value).strip() else _MISSING
    if reading.state == "open":
        return Reading(open=True, note="长期按无截止日期处理")
    if reading.state == "bad":
        return Reading(
            reason_class="date", reason=reading.fault, remedy="核对原始资料后改正该格"
        )
    # A column of periods holds the first day by definition; it is no uncertain date.
    last = reading.last if reading.state == "period" and not whole else None
    note = "" if whole and reading.state == "period" else reading.note
    return Reading(reading.first, last=last, note=note)
