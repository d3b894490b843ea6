import pandas as pd
import pytest

from pil_discovery.errors import ArgumentError
from pil_discovery.leads.scorers.conduct import is_personal, is_process
from pil_discovery.leads.scorers.spec import ScorerSpec
from pil_discovery.leads.scorers.training import fit_scorer
from tests.leads.scorers.builders import SPEC, register

RESIDENT = "11010519491231002X"  # the example of the standard


@pytest.mark.parametrize(
    "column",
    ["法定代表人身份证号", "性别", "gender", "resident_id", "birthDate", "户主年龄"],
)
def test_columns_about_persons_are_known_by_name(column):
    assert is_personal(column)


@pytest.mark.parametrize(
    "column",
    ["ageAtInspection", "mobile_food_license", "企业规模", "racecourse", "设备年龄"],
)
def test_other_columns_are_not_taken_for_personal(column):
    assert not is_personal(column)


def test_identity_numbers_are_known_by_their_check_digits():
    numbers = pd.Series([RESIDENT] * 3 + [None])
    assert is_personal("编码", numbers)
    assert not is_personal("编码", pd.Series(["91990202MA9C000019"] * 3))


@pytest.mark.parametrize("column", ["Inspector_ID", "检查人", "经办人", "reporter"])
def test_process_columns_are_known_by_name(column):
    assert is_process(column)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"category": ("性别",)}, "个人信息"),
        ({"entity": "法人身份证号"}, "个人信息"),
        ({"category": ("检查人",)}, "不得用于排序"),
        ({"numeric": ("没有的列",)}, "没有“没有的列”这一列"),
        ({"process": ("乡镇",)}, "两种用途"),
        ({"monotone": {"乡镇": 1}}, "不在 numeric 里"),
        ({"numeric": ("行业",), "category": ()}, "不是数"),
        ({"time": "行业", "category": ()}, "没有日期"),
    ],
)
def test_a_spec_that_must_not_be_used_is_refused_in_chinese(change, words):
    history = register(90).assign(性别="女", 检查人="甲", 法人身份证号=RESIDENT)
    told = {**SPEC.model_dump(), "monotone": {}, **change}
    with pytest.raises(ArgumentError, match=words):
        fit_scorer(history, ScorerSpec(**told))


def test_every_mistake_is_told_at_once():
    spec = SPEC.model_copy(update={"category": ("性别", "检查人")})
    with pytest.raises(ArgumentError) as refused:
        fit_scorer(register(90), spec)
    assert len(refused.value.problems) == 4  # two missing, one personal, one process


def test_a_single_column_may_stand_without_brackets():
    spec = ScorerSpec(target="y", time="t", entity="e", place="镇")
    assert spec.place == ("镇",)


def test_a_register_without_outcomes_is_refused():
    with pytest.raises(ArgumentError, match="没有一次检查有结果"):
        fit_scorer(register(90).assign(属实=pd.NA), SPEC)
