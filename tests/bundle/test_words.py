import datetime as dt
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.bundle import exhibits, redaction
from pil_discovery.bundle.canonical import json_bytes, plain, printable
from pil_discovery.bundle.exhibits import stored_name
from pil_discovery.bundle.redaction import mask, mask_cells
from pil_discovery.bundle.words import citation, date_zh, numeral, validity
from tests.bundle import factory


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "零"),
        (5, "五"),
        (10, "十"),
        (16, "十六"),
        (20, "二十"),
        (105, "一百零五"),
        (110, "一百一十"),
        (1057, "一千零五十七"),
        (1010, "一千零一十"),
        (1100, "一千一百"),
        (9999, "九千九百九十九"),
        (2005, "二千零五"),
    ],
)
def test_numerals(number, text):
    assert numeral(number) == text


def test_citations():
    basis = factory.BASES[2]
    assert citation(basis) == "《中华人民共和国行政诉讼法》第二十五条第四款"
    many = basis.model_copy(update={"item": "(2)-(4)"})
    assert citation(many).endswith("第四款第（二）项至第（四）项")
    assert citation(basis.model_copy(update={"citation_zh": "甲"})) == "甲"
    ended = basis.model_copy(update={"effective_to": dt.date(2026, 8, 14)})
    assert (validity(basis), validity(ended)) == (
        "2017-07-01起",
        "2017-07-01至2026-08-14",
    )
    assert date_zh(dt.date(2026, 9, 3)) == "2026年9月3日"


@given(st.text())
def test_printable_is_one_line_and_stable(text):
    once = printable(text)
    assert printable(once) == once
    assert not any(ord(c) < 32 for c in once)
    once.encode("utf-8")


@given(st.text(min_size=1))
def test_stored_names_are_safe(name):
    stored = stored_name("a" * 64, name)
    assert not set(stored) & set('/\\%\r\n\0:*?"<>|~')
    assert len(stored.encode("utf-8", "replace")) < 255


@given(st.text())
def test_masks_hide(text):
    hidden = mask(text)
    assert len(hidden) == len(text)
    assert not text or "*" in hidden


def test_masks_follow_the_marks_of_the_data_set():
    cells = {"联系电话 PHONE": "13800001234", "合同编号": "13800001234", "空": None}
    masked = mask_cells(cells, factory.DATASETS["land_contract"])
    assert masked == {
        "联系电话 PHONE": "138******34",
        "合同编号": "13800001234",
        "空": None,
    }
    assert mask_cells(cells, None) == cells


def test_json_holds_no_floats():
    assert plain({"a": [0.1, 1e-7, 2]}) == {"a": ["0.1", "0.0000001", 2]}
    assert (
        json_bytes({"b": 1, "a": "\ud800"}).decode("utf-8")
        == '{\n  "a": "?",\n  "b": 1\n}\n'
    )


@pytest.mark.parametrize("module", [exhibits, redaction])
def test_doctests(module):
    assert doctest.testmod(module).failed == 0
