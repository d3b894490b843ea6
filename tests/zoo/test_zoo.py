"""The zoo: one generated file for every way in which agencies write one."""

import pytest

from tests.zoo import (
    cell_cases,
    date_cases,
    layer_cases,
    layout_cases,
    picture_cases,
    shape_cases,
    stubborn_cases,
    system_cases,
    text_cases,
    workbook_cases,
)
from tests.zoo.cases import CLASSES, judge

MODULES = (
    text_cases,
    layout_cases,
    cell_cases,
    date_cases,
    workbook_cases,
    layer_cases,
    system_cases,
    shape_cases,
    stubborn_cases,
    picture_cases,
)
CASES = [pytest.param(c, id=c.name) for m in MODULES for c in m.CASES]


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_read_right_or_refused_with_a_reason(case, tmp_path):
    judge(case, tmp_path)


def test_the_zoo_is_large_enough_and_names_nothing_twice():
    cases = [p.values[0] for p in CASES]
    assert len(CASES) >= 600
    assert len({c.name for c in cases}) == len(cases)


def test_every_reason_class_occurs():
    cases = [p.values[0] for p in CASES]
    seen = {c.refused for c in cases} | {e[-1] for c in cases for e in c.out}
    assert seen >= CLASSES
