import datetime as dt
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.bundle import exhibits, redaction
from pil_discovery.bundle.canonical import json_bytes, plain, printable
from pil_discovery.bundle.exhibits import stored_name
from pil_discovery.bundle.redaction import mask, mask_cells
from pil_discovery.bundle.words import (
    citation,
    date_zh,
    grouped,
    is_interpretation,
    numeral,
    plain_summary,
    spelt,
    validity,
)
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


def basis(law, article, **more):
    given = {"id": f"{law}-{article}", "law": law, "article": article, **more}
    return factory.BASES[0].model_copy(update={"paragraph": None, **given})


def test_articles_of_one_law_stand_together_in_order():
    bases = [basis("乙条例", "7"), basis("甲法", "77"), basis("甲法", "55")]
    assert grouped(bases) == "《甲法》第五十五条、第七十七条、《乙条例》第七条"


def test_old_and_new_law_name_their_days():
    ended, begun = dt.date(2026, 8, 14), dt.date(2026, 8, 15)
    old = basis("旧法", "64", effective_from=dt.date(2018, 1, 1), effective_to=ended)
    new = basis("新法典", "318", effective_from=begun)
    words = grouped([new, old], dt.date(2018, 5, 21))
    assert words == (
        "《旧法》第六十四条（适用至2026年8月14日）、"
        "《新法典》第三百一十八条（2026年8月15日起适用）"
    )
    assert grouped([new], begun) == "《新法典》第三百一十八条"


def test_interpretations_come_last_and_are_known():
    ruling = basis(
        "最高人民法院、最高人民检察院关于某事的规定（法释〔2026〕10号）", "1"
    )
    law = basis("甲法", "5")
    assert (is_interpretation(ruling), is_interpretation(law)) == (True, False)
    assert grouped([ruling, law]).startswith("《甲法》第五条、《最高人民法院")


@pytest.mark.parametrize(
    ("gist", "printed"),
    [
        ("旧：违法排污口 -> 法典1109定额", "违法排污口"),
        ("占用须经批准", "占用须经批准"),
        ('领域加"等"', "领域加“等”"),
        ("审批表->检察长->决定书", "审批表→检察长→决定书"),
    ],
)
def test_summaries_carry_no_marks_of_the_table(gist, printed):
    rule = basis("甲法", "5").model_copy(update={"summary_zh": gist})
    assert plain_summary(rule) == printed


def test_an_ended_rule_says_where_it_stands_since():
    rule = basis("甲法", "5").model_copy(
        update={
            "summary_zh": "旧：违法排污口 -> 法典1109",
            "successor_zh": "乙法典第九条、第十条",
            "effective_to": dt.date(2026, 8, 14),
        }
    )
    assert plain_summary(rule) == "违法排污口（2026年8月15日起见乙法典第九条、第十条）"
    open_end = rule.model_copy(update={"effective_to": None})
    assert plain_summary(open_end) == "违法排污口"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        ("2个月", "两个月"),
        ("15日", "十五日"),
        ("2日", "二日"),
        ("10天", "十天"),
        ("2年", "两年"),
        ("两个月", "两个月"),
        ("2026年底前", "2026年底前"),
        ("1e9日", "1e9日"),
    ],
)
def test_a_span_of_time_is_spelt_as_rules_spell_it(span, text):
    assert spelt(span) == text


def test_a_further_paragraph_of_an_article_is_cited_without_it():
    def rule(paragraph, article="70"):
        return factory.BASES[2].model_copy(
            update={"id": f"{article}-{paragraph}", "article": article}
            | {"paragraph": paragraph}
        )

    law = "《中华人民共和国行政诉讼法》"
    assert grouped([rule("1"), rule("2")]) == f"{law}第七十条第一款、第二款"
    assert (
        grouped([rule("1"), rule("2", "71"), rule("3", "71")])
        == f"{law}第七十条第一款、第七十一条第二款、第三款"
    )
