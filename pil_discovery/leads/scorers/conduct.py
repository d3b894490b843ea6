"""Columns that must not decide whose case is looked at.

Attributes of persons are never features, and who inspected, recorded or reported says
more of the office than of the harm: such a column is only compared with, never ranked
by.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from pil_discovery.errors import ArgumentError, Problem, near_names
from pil_discovery.text.codes import check_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pil_discovery.leads.scorers.spec import ScorerSpec

_PERSONAL_ZH = (
    *("身份证", "公民身份", "姓名", "性别", "民族", "籍贯", "户籍", "出生", "宗教"),
    *("婚姻", "学历", "政治面貌", "手机", "电话", "银行卡", "银行账号", "家庭住址"),
    *("残疾证", "低保证", "病历"),
)
_PERSON_AGE = re.compile("(^|[人员者主])年龄$")
_PERSONAL_EN = frozenset(
    (
        *("gender", "sex", "ethnic", "ethnicity", "race", "nationality", "religion"),
        *("birth", "birthday", "birthdate", "dob", "phone", "telephone", "email"),
        *("surname", "firstname", "lastname", "passport"),
    )
)
_PERSONAL_NAMES = (
    *("resident_id", "id_card", "idcard", "person_name", "full_name", "citizen_id"),
    *("person_age", "date_of_birth", "home_address", "marital_status", "bank_account"),
)
_PROCESS_ZH = ("检查人", "检查员", "执法人员", "经办", "承办人", "录入", "举报人")
_PROCESS_EN = frozenset(("inspector", "clerk", "officer", "sanitarian", "reporter"))
_TRIED = 200
"""Values of a column that are looked at for identity numbers."""


def demand_allowed(history: pd.DataFrame, spec: ScorerSpec) -> None:
    """Refuse columns that are missing, personal, or of the process.

    Raises
    ------
    ArgumentError
        With every problem, in Chinese.
    """
    problems = [
        *_missing(history, spec),
        *_twice(spec),
        *_personal(history, spec),
        *_process(spec),
        *_directions(spec),
    ]
    if problems:
        raise ArgumentError(problems)


def is_personal(column: str, values: pd.Series | None = None) -> bool:
    """Tell whether a column is about a person, by its name or its identity numbers."""
    words = set(_words(column))
    joined = "_".join(_words(column))
    named = (
        any(word in column for word in _PERSONAL_ZH)
        or bool(_PERSON_AGE.search(column))
        or bool(words & _PERSONAL_EN)
        or any(name in joined for name in _PERSONAL_NAMES)
    )
    return named or (values is not None and _holds_identity_numbers(values))


def is_process(column: str) -> bool:
    """Tell from its name whether a column says who inspected, recorded or reported."""
    known = any(word in column for word in _PROCESS_ZH)
    return known or bool(set(_words(column)) & _PROCESS_EN)


def _words(column: str) -> list[str]:
    """Split a name at everything but letters, and where a capital follows a small."""
    parts = re.split(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])", column)
    return [part.lower() for part in parts if part]


def _holds_identity_numbers(values: pd.Series) -> bool:
    if pd.api.types.is_float_dtype(values) or pd.api.types.is_bool_dtype(values):
        return False
    texts = values.dropna().astype(str).head(_TRIED)
    long = texts[texts.str.strip().str.len() == 18]
    found = sum(check_code("resident_id", text).valid for text in long)
    return bool(found) and found * 2 >= len(texts)


def _missing(history: pd.DataFrame, spec: ScorerSpec) -> Iterator[Problem]:
    known = [str(c) for c in history.columns]
    for column in (spec.target, spec.time, *spec.ranking, *spec.process):
        if column not in history.columns:
            near = near_names(column, known)
            yield Problem("", "", f"历史数据没有“{column}”这一列", near or "请核对列名")


def _twice(spec: ScorerSpec) -> Iterator[Problem]:
    told = [spec.target, spec.time, *spec.ranking, *spec.process]
    for column in sorted({c for c in told if told.count(c) > 1}):
        what = f"“{column}”写了两种用途"
        yield Problem("", "", what, "每一列只能有一种用途，请删去一处")


def _personal(history: pd.DataFrame, spec: ScorerSpec) -> Iterator[Problem]:
    for column in dict.fromkeys((*spec.ranking, *spec.process)):
        values = history[column] if column in history.columns else None
        if is_personal(column, values):
            what = f"“{column}”是个人信息，不得用于评分"
            yield Problem(
                "", "", what, "请从评分说明中删去；可改用企业、地块、点位等列"
            )


def _process(spec: ScorerSpec) -> Iterator[Problem]:
    for column in dict.fromkeys(spec.ranking):
        if is_process(column):
            what = f"“{column}”说的是谁检查、谁经办，不得用于排序"
            yield Problem("", "", what, "请移到 process，只用于对照")


def _directions(spec: ScorerSpec) -> Iterable[Problem]:
    for column in spec.monotone:
        if column not in spec.numeric:
            what = f"monotone 中的“{column}”不在 numeric 里"
            yield Problem("", "", what, "只有 numeric 的列可以写方向")
