"""No statute, article, period or agency in Python: law and procedure are data."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from pil_discovery.catalog import load_law, load_procedure

PACKAGE = Path(__file__).parents[1] / "pil_discovery"
FILES = sorted(PACKAGE.rglob("*.py"))
FACTS, TOPICS = load_law()
PROCEDURE = load_procedure(FACTS)
NUMERALS = "零一二三四五六七八九十百千"

ARTICLE = re.compile(
    rf"第[{NUMERALS}\d]+[条款]"
    r"|(?:法|条例|规则|规定|解释|法典|细则|办法)[》\s]*\d+"
    r"|\b[Aa]rt(?:icle)?s?\.? ?\d"
)
STATUTE = re.compile(
    r"《[^》]+(?:法|条例|规则|规定|解释|法典|细则|办法)》"
    r"|[\u4e00-\u9fff]{2,}(?:法典|诉讼法|处罚法|强制法|管理法|防治法|保护法|安全法|条例|规则（|细则)"
)
AGENCY = re.compile(
    r"[\u4e00-\u9fff]{2,}(?:主管部门|行政部门|公安机关|税务机关|管理局|监督局|生态环境局)"
    r"|公安机关|税务机关|监察委|最高人民(?:法院|检察院)"
)
PERIOD = re.compile(rf"(?<!第)(?:[{NUMERALS}两]+|\d+)(?:个月|个工作日|日内|日以内)")

ALLOWED = {
    # the age from which a picture no longer speaks for today: scoring, not procedure
    ("leads/evidence.py", "24个月"),
    # how near to the same day of another year a picture of the season lies
    ("imagery/roles.py", "25日以内"),
    # the limit of the model that `pil models new` writes as an example
    ("pipeline/model_templates.py", "三十日"),
    # the first lead of a ledger, no article
    ("procedure/ledger/postgres.py", "第一条"),
    ("procedure/ledger/sqlite.py", "第一条"),
    # who converts coordinates; nobody whose duty is screened
    ("geo/references.py", "请由测绘主管部门"),
    # our own sentence for a power without a holder
    ("procedure/agencies.py", "没有载入主管部门"),
}


def texts():
    """Yield file, line and text of every string, docstring and comment."""
    for file in FILES:
        source = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield file, node.lineno, node.value
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield file, token.start[0], token.string


TEXTS = list(texts())


def found(pattern):
    hits = []
    for file, line, text in TEXTS:
        name = file.relative_to(PACKAGE).as_posix()
        words = [hit.group() for hit in pattern.finditer(text)]
        hits += [f"{name}:{line}: {w}" for w in words if (name, w) not in ALLOWED]
    return hits


def short(title):
    """Return a title as people write it: without the state, version and number."""
    name = re.sub(r"（.*$", "", title).removeprefix("中华人民共和国")
    return name.strip("《》")


@pytest.mark.parametrize("pattern", [ARTICLE, STATUTE, AGENCY, PERIOD])
def test_no_text_in_python_carries_a_rule(pattern):
    assert found(pattern) == []


def test_no_title_of_a_loaded_law():
    titles = {short(fact.law) for fact in FACTS.values()}
    # a field of litigation and a kind of document are no title
    words = {t for t in titles if len(t) > 3}
    assert len(words) > 80
    assert found(re.compile("|".join(map(re.escape, words)))) == []


def test_no_agency_of_the_tables():
    agencies = {power.agency for power in PROCEDURE.powers}
    agencies |= {fact.agency for fact in FACTS.values() if fact.agency}
    # a generic word of addresses, and of the one who reads
    words = {a for a in agencies if len(a) > 3} - {"人民检察院", "县级以上人民政府"}
    assert len(words) > 60
    assert found(re.compile("|".join(map(re.escape, words)))) == []


IDS = re.compile(r"[a-z]+-\d+[a-z0-9-]*|m-[a-z0-9-]+|[a-z]+\.[a-z0-9.-]+")


def test_no_fact_or_topic_decides_in_python():
    """Code names facts in docstrings (the source of a rule), never in its values.

    The one exception: the topic that says what a penalty topic adds.
    """
    names = {name for name in (*FACTS, *TOPICS) if IDS.fullmatch(name)}
    assert len(names) > 0.9 * len(FACTS)
    there = {text for _, _, text in TEXTS if text in names}
    assert there - EVENTS == {"penalty.transition"}


EVENTS = {"lead.transfer"}
"""Events of the ledger that are spelled like a topic of the facts."""


PLAIN = {0, 1, 2}
NUMBERS = {
    # months of a year; digits, pairs and places of a numeral; the end of the calendar
    "procedure/deadlines.py": {12, 1900, 2100},
    "procedure/plaintiffs.py": {12},
    "procedure/citations.py": {10, 20, 10_000},
    # Saturday is the fifth day of the week
    "procedure/calendar.py": {5},
    # octets of a line, days before which a calendar reminds, digits of a name
    "procedure/icalendar.py": {75, 3, 32},
}


def test_numbers_in_the_room_of_the_law_are_not_periods():
    numbers = {}
    for file in FILES:
        name = file.relative_to(PACKAGE).as_posix()
        if not re.match(r"procedure/[a-z]+\.py|pipeline/(law|avenues|grounds)", name):
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        there = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and type(node.value) in (int, float)
        }
        if there - PLAIN:
            numbers[name] = there - PLAIN
    assert numbers == NUMBERS


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (ARTICLE, "行政处罚法 67"),
        (ARTICLE, "《水法》65"),
        (ARTICLE, "第八十三条"),
        (ARTICLE, "see art. 75(3)"),
        (STATUTE, "依照《水法》"),
        (STATUTE, "自生态环境法典施行"),
        (AGENCY, "由自然资源主管部门查处"),
        (AGENCY, "移送公安机关"),
        (PERIOD, "两个月"),
        (PERIOD, "十五日内"),
        (PERIOD, "10个工作日"),
    ],
)
def test_the_search_would_find_a_rule(pattern, text):
    assert pattern.search(text)
