from __future__ import annotations

import datetime as dt

import pytest

from pil_discovery.catalog import load_law
from pil_discovery.errors import CatalogError


def test_all_facts_load_with_their_fields():
    facts, _ = load_law()
    assert len(facts) >= 480
    reply = facts["int-21-2a"]
    assert reply.article == 21
    assert reply.paragraph == 2
    assert reply.deadline is not None
    assert (reply.deadline.number, reply.deadline.unit) == (2, "month")
    assert facts["wpl-64"].effective_to == dt.date(2026, 8, 14)
    assert facts["eec-318"].effective_from == dt.date(2026, 8, 15)


def test_a_topic_holds_its_own_facts_and_those_listed():
    _, topics = load_law()
    assert "apl-25-4" in topics["mandate"]
    assert {"ure-26", "mem-53-14"} <= set(topics["land.idle"])
    assert topics["mandate.finance"] == ()


def test_penalty_topics_hold_sanctions_only():
    facts, topics = load_law()
    for topic, ids in topics.items():
        if topic.endswith(".penalty"):
            assert ids, topic
            assert {facts[i].topic for i in ids} <= {"sanction", "law.map"}, topic


def test_topics_hold_old_and_new_law_without_a_hole():
    """Where a topic knows a replaced rule, another one begins on the next day."""
    facts, topics = load_law()
    for topic, ids in topics.items():
        if not topic.startswith(("env.", "mandate.s", "mandate.m")):
            continue
        starts = {facts[i].effective_from for i in ids}
        for i in ids:
            last = facts[i].effective_to
            if last is not None:
                assert last + dt.timedelta(days=1) in starts, topic


def test_mistakes_name_file_field_and_near_ids(root):
    law = root / "law" / "ex.yaml"
    text = law.read_text(encoding="utf-8").replace(
        "verified: text\n", "verified: txt\n"
    )
    law.write_text(text, encoding="utf-8")
    topics = root / "law" / "topics" / "land.yaml"
    topics.write_text("topics:\n  land.test: [ex-9, ex-8]\n  b: x\n", encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load_law(root)
    first, second, third = map(str, caught.value.problems)
    assert first.startswith("models/law/ex.yaml：articles[0].verified（第 13 行）")
    assert first.endswith("「txt」不在允许的值之内；是不是「text」？")
    assert second.startswith("models/law/topics/land.yaml：topics.land.test[1]")
    assert second.endswith("没有编号为「ex-8」的法条；是不是「ex-9」？")
    assert third.endswith("topics.b（第 3 行）：应当是法条编号的列表")


def test_a_validity_does_not_end_before_it_begins(root):
    law = root / "law" / "ex.yaml"
    text = law.read_text(encoding="utf-8").replace("2026-08-14", "2019-08-14")
    law.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match="失效日期早于生效日期"):
        load_law(root)


def test_ids_are_unique_over_files(root):
    text = (root / "law" / "ex.yaml").read_text(encoding="utf-8")
    (root / "law" / "ey.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match="编号「ex-1」重复"):
        load_law(root)


def test_a_law_file_has_a_title(root):
    (root / "law" / "ey.yaml").write_text("articles: []\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="缺少「law」"):
        load_law(root)
