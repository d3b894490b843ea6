"""The text of a new model file: comments, a first rule and examples that hold."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ArgumentError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pil_discovery.types import Dataset, Field

    Example = dict[str, Any]
    Row = dict[str, Any]

_TEMPLATE = Path(__file__).with_name("new_model.yaml.jinja")
_AS_OF = "2026-09-30"
_CODES = {
    "uscc": ("91990302MA99053045", "91990302MA99053120"),
    "resident_id": ("990302198503120093", "990302199009090110"),
}
"""Fictional codes whose check digits are right."""


@dataclass(frozen=True)
class Draft:
    """What the author of a new model has answered.

    Attributes
    ----------
    id
        `folder/name`, the path below the folder of local models.
    key
        Columns that name one row.
    column
        The column that is judged: a date that has passed, a number over a limit, or a
        text that is a certain word.
    clears
        Data set that clears a hit where it has a row with the same key; may be empty.
    subject
        Column with the name of the firm or place concerned; may be empty.
    """

    id: str
    code: str
    title: str
    domain: str
    dataset: str
    key: tuple[str, ...]
    column: str
    power: str
    clears: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Rule:
    """One way to judge a column, and values on both sides of its limit.

    `moved` and `beyond`: another value of the parameter, and a value of the column that
    is over it.
    """

    columns: str
    hit: str
    name: str
    value: object
    unit: str
    why: str
    sentence: str
    over: object
    under: object
    moved: object
    beyond: object
    measures: dict[str, str]


def model_text(draft: Draft, dataset: Dataset, clears: Dataset | None) -> str:
    """Return the file: it passes `pil models check` and `pil models test` as it is.

    Raises
    ------
    ArgumentError
        If the column is of a kind that no rule judges.
    """
    from jinja2 import Environment, StrictUndefined

    rule = _rule(dataset, draft.column)
    shared = [] if clears is None else shared_key(draft, clears)
    room = Environment(  # noqa: S701 -- YAML, whose values are quoted by `q`
        trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    room.filters["q"] = _flow
    template = room.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    columns = dict.fromkeys([*draft.key, draft.column, *filter(None, [draft.subject])])
    return template.render(
        draft=draft,
        dataset=dataset,
        clears=clears,
        shared=shared,
        rule=rule,
        columns=list(columns),
        up="../" * draft.id.count("/"),
        sentence=_sentence(draft, rule),
        examples=_examples(draft, rule, dataset, clears),
    )


def _flow(value: object) -> str:
    """Write a value as YAML in one line; texts are quoted, keys are plain names."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{k}: {_flow(v)}' for k, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return json.dumps(value, ensure_ascii=False)


def shared_key(draft: Draft, clears: Dataset) -> list[str]:
    """Return the key columns by which a clearing data set is matched."""
    return [name for name in draft.key if clears.field(name) is not None]


def _sentence(draft: Draft, rule: Rule) -> str:
    named = "、".join(f"{{{name}}}" for name in draft.key)
    who = f"{{subject_name}}（{named}）" if draft.subject else named
    return f"{who}{rule.sentence}，待核查。"


def _rule(dataset: Dataset, column: str) -> Rule:
    field = dataset.field(column)
    kinds = {"date": _due, "datetime": _due, "number": _limit, "integer": _limit}
    kinds |= {"text": _word, "enum": _word}
    if field is None or field.type not in kinds:
        what = f"「{dataset.words(column)}」既不是日期、数，也不是文字，没有现成的规则"
        raise ArgumentError(Problem("", "", what, "请换一列，或复制一个现有的模型来改"))
    return kinds[field.type](field)


def _due(field: Field) -> Rule:
    clock = field.type == "datetime"
    day = f"CAST(r.{field.name} AS DATE)" if clock else f"r.{field.name}"
    return Rule(
        columns=f"{day} AS fact_date, date_diff('day', {day}, $as_of) AS days_past",
        hit=f"{day} + CAST($grace_day AS INTEGER) < $as_of",
        name="grace_day",
        value=30,
        unit="day",
        why="届满三十日仍未处理的才提示（设计值）",
        sentence="期限为{fact_date}，至今已过{days_past}日",
        over="2026-08-30",
        under="2026-08-31",
        moved=60,
        beyond="2026-07-31",
        measures={"days_past": "day"},
    )


def _limit(field: Field) -> Rule:
    step = 1 if field.type == "integer" else 0.01
    return Rule(
        columns=f"r.{field.name}",
        hit=f"r.{field.name} > $limit",
        name="limit",
        value=100,
        unit=field.unit or "1",
        why="超过限值的才提示（设计值）",
        sentence=f"数值为{{{field.name}}}，超过限值",
        over=100 + step,
        under=100,
        moved=200,
        beyond=200 + step,
        measures={field.name: field.unit or "1"},
    )


def _word(field: Field) -> Rule:
    first, second = (*field.values, "待查", "其他")[:2]
    return Rule(
        columns=f"r.{field.name}",
        hit=f"r.{field.name} = $word",
        name="word",
        value=first,
        unit="1",
        why="登记为该情形的才提示（设计值）",
        sentence=f"登记为{{{field.name}}}",
        over=first,
        under=second,
        moved=second,
        beyond=second,
        measures={},
    )


def _examples(
    draft: Draft, rule: Rule, dataset: Dataset, clears: Dataset | None
) -> list[Example]:
    first, second = (_key(draft.key, dataset, n) for n in (0, 1))
    one, two = (
        [_written(dataset, k, v) for k, v in key.items()] for key in (first, second)
    )

    def example(name: str, rows: Iterable[Row], **expect: list[Any]) -> Example:
        given = {dataset.id: list(rows)}
        told = {"name": name, "as_of": _AS_OF, "parameters": {}}
        return told | {"given": given, "expect": expect}

    over, under = ({draft.column: value} for value in (rule.over, rule.under))
    gone, beyond = {draft.column: None}, {draft.column: rule.beyond}
    found = [
        example("阈值两侧", [first | over, second | under], hit=[one], clear=[two]),
        example("缺值为未知", [first | gone], hit=[], unknown=[one]),
        example("没有命中", [first | under], hit=[], clear=[one]),
        example("两个都命中", [first | over, second | over], hit=[one, two], clear=[]),
        example(
            "缺值不影响别的", [first | over, second | gone], hit=[one], unknown=[two]
        ),
        example("参数改变后", [first | beyond], hit=[one], clear=[])
        | {"parameters": {rule.name: rule.moved}},
    ]
    if clears is not None:
        known = {name: first[name] for name in shared_key(draft, clears)}
        settled = example("已有记录的排除", [first | over], hit=[], dropped=[one])
        other = example("别的记录不排除", [second | over], hit=[two], dropped=[])
        found += [
            e | {"given": {**e["given"], clears.id: [known]}} for e in (settled, other)
        ]
    return found


def _key(names: Iterable[str], dataset: Dataset, number: int) -> Row:
    return {name: _value(dataset.field(name), number) for name in names}


def _value(field: Field | None, number: int) -> object:
    if field is None or field.type not in ("date", "datetime", "number", "integer"):
        codes = _CODES.get(field.code or "", ()) if field is not None else ()
        values = codes or (field.values if field is not None else ())
        return values[number] if len(values) > number else f"示-{number + 1}"
    if field.type in ("date", "datetime"):
        return f"2026-01-0{number + 1}"
    return number + 1


def _written(dataset: Dataset, name: str, value: object) -> object:
    """Return a value of a key as findings write it."""
    field = dataset.field(name)
    if field is None or field.type != "number":
        return value
    return f"{value}.00" if field.unit == "CNY" else f"{value}.0"
