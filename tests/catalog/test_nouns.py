from __future__ import annotations

import pytest

from pil_discovery.catalog.nouns import Document, field_path, to_noun
from pil_discovery.catalog.strict import parse_yaml
from pil_discovery.errors import CatalogError
from pil_discovery.types import Dataset, Model
from tests.catalog.conftest import DATASET, MODEL

UNKNOWN = "不认识的字段「overlai」"


def load(noun, text):
    return to_noun(noun, Document("x.yaml", text, parse_yaml(text, name="x.yaml")))


def mistakes(noun, text):
    with pytest.raises(CatalogError) as caught:
        load(noun, text)
    return [str(p) for p in caught.value.problems]


def test_a_sound_file_is_a_noun():
    assert load(Model, MODEL).code == "TEST-01"


def test_all_mistakes_at_once_with_place_and_near_names():
    text = DATASET.replace("holder: 示例局", "holdr: 示例局").replace(
        "kind: record", "kind: recrod"
    )
    assert mistakes(Dataset, text) == [
        "x.yaml：缺少「holder」；请补上",
        "x.yaml：kind（第 5 行）：「recrod」不在允许的值之内；是不是「record」？",
        "x.yaml：holdr（第 4 行）：不认识的字段「holdr」；是不是「holder」？",
    ]


def test_text_is_not_a_number_nor_the_reverse():
    text = DATASET.replace("id: contract", "id: 12").replace("unit: CNY}", "unit: 3}")
    assert mistakes(Dataset, text) == [
        "x.yaml：id（第 1 行）：应当是文字（编号、日期等请加引号）",
        "x.yaml：fields[1].unit（第 9 行）：应当是文字（编号、日期等请加引号）",
    ]


def test_a_step_is_judged_as_what_its_author_meant():
    text = (
        MODEL + "steps:\n  - {table: near, overlai: {left: a, right: b, how: within}}\n"
    )
    assert mistakes(Model, text) == [
        "x.yaml：steps[0]（第 18 行）：缺少「overlay」；请补上",
        f"x.yaml：steps[0].overlai（第 18 行）：{UNKNOWN}；是不是「overlay」？",
    ]


def test_an_unknown_word_inside_a_step_names_the_choices():
    text = (
        MODEL + "steps:\n  - {table: near, overlay: {left: a, right: b, how: insde}}\n"
    )
    (problem,) = mistakes(Model, text)
    assert "steps[0].overlay.how（第 18 行）：「insde」不在允许的值之内" in problem


def test_a_wrong_value_of_a_scalar_union_is_one_problem():
    text = MODEL.replace("value: 60", "value: [60]")
    (problem,) = mistakes(Model, text)
    assert problem.startswith("x.yaml：parameters.days.value")


def test_dates_are_iso():
    text = MODEL + "examples:\n  - {name: x, as_of: 2026-9-3, given: {}, expect: {}}\n"
    (problem,) = mistakes(Model, text)
    assert (
        problem
        == "x.yaml：examples[0].as_of（第 18 行）：应当是日期；请写成 2026-09-30"
    )


def test_field_paths_read_like_code():
    assert field_path(("steps", 0, "sql")) == "steps[0].sql"
