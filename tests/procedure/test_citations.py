from __future__ import annotations

import pytest

from pil_discovery.catalog import load_law
from pil_discovery.procedure.citations import citation_zh, numeral_zh, title_zh

FACTS = load_law()[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lal-55", "《中华人民共和国土地管理法》第五十五条第一款"),
        ("eec-1242", "《中华人民共和国生态环境法典》第一千二百四十二条"),
        ("ppo-20", "《中华人民共和国人民检察院组织法》第二十条第（四）项"),
        ("apn-72", "《中华人民共和国行政处罚法》第七十二条第（一）项、第（四）项"),
        (
            "ban-35-1",
            "《人民检察院公益诉讼办案规则》第三十五条第一款第（一）项至第（七）项",
        ),
        ("eec-1109", "《中华人民共和国生态环境法典》第一千一百零九条第一款至第二款"),
        ("cpl-85", "《中华人民共和国民事诉讼法》第八十五条第二款至第四款"),
    ],
)
def test_citations(name, expected):
    assert citation_zh(FACTS[name]) == expected


def test_document_numbers_follow_the_title_and_versions_go():
    assert title_zh("甲法（2024修订）") == "《甲法》"
    assert title_zh("乙条例（2026修订，国务院令第830号）") == "《乙条例》"
    assert title_zh("丙规定（法释〔2026〕10号）") == "《丙规定》（法释〔2026〕10号）"


def test_a_row_without_article_cites_the_title_alone():
    assert citation_zh(FACTS["t-time"]).endswith("》")


def test_every_row_can_be_cited():
    assert all(citation_zh(f).startswith("《") for f in FACTS.values())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "一"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (318, "三百一十八"),
        (1000, "一千"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (1109, "一千一百零九"),
    ],
)
def test_numerals(number, words):
    assert numeral_zh(number) == words


def test_numerals_differ():
    assert len({numeral_zh(n) for n in range(1, 10_000)}) == 9_999


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_numerals_have_a_range(number):
    with pytest.raises(ValueError, match="outside"):
        numeral_zh(number)
