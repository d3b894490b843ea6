"""The ledger under the rules of a day, and under those that follow them."""

from __future__ import annotations

import datetime as dt

import pytest

from pil_discovery.catalog import load_case_rules, load_law, load_procedure
from pil_discovery.errors import LawError
from pil_discovery.procedure.ledger import Rulebook

FACTS, TOPICS = load_law()
PROCEDURE = load_procedure(FACTS)
RULES = load_case_rules(FACTS, TOPICS, PROCEDURE.clocks)
OLD = PROCEDURE.regimes["2021"]
ACT = OLD.model_copy(
    update={"id": "act", "valid_from": dt.date(2028, 1, 1), "extends": "2021"}
)
CLOCK = PROCEDURE.clocks["2021"]["suggestion-reply"]


def book(act=ACT):
    clocks = PROCEDURE.clocks["2021"]
    shorter = clocks | {CLOCK.id: CLOCK.model_copy(update={"number": 1})}
    return Rulebook(
        FACTS,
        TOPICS,
        {"2021": OLD, "act": act},
        {"2021": clocks, "act": shorter},
        RULES,
        PROCEDURE.calendar,
    )


def test_a_later_regime_keeps_the_events_of_the_one_that_it_extends():
    rules = book()
    assert rules.regime(dt.date(2027, 12, 31)) == "2021"
    assert rules.regime(dt.date(2028, 1, 1)) == "act"
    assert rules.on(dt.date(2028, 1, 1)) is RULES["2021"]


def test_its_own_clocks_count_from_its_first_day():
    rules, start = book(), dt.date(2028, 3, 1)
    assert rules.due(CLOCK.id, start, on=dt.date(2027, 12, 31)).date.month == 5
    assert rules.due(CLOCK.id, start, on=dt.date(2028, 1, 1)).date.month == 4


def test_a_regime_that_extends_nothing_must_bring_its_events():
    lone = ACT.model_copy(update={"extends": None})
    with pytest.raises(LawError, match="没有载入该日期的版本"):
        book(lone).on(dt.date(2028, 1, 1))


def test_the_ledger_and_the_ways_agree_on_who_may_sue_over_what():
    fields = PROCEDURE.books["2021"].fields
    told = {}
    for field in fields:
        for track, topics in field.mandates.items():
            for topic in topics:
                told.setdefault(topic, set()).add(track)
    general = {"mandate.administrative", "mandate.civil", "mandate.environment-admin"}
    rules, day = book(), dt.date(2026, 9, 30)
    for topic in set(told) - general:
        if not TOPICS[topic]:
            continue
        opened = {t for t in ("admin", "civil") if rules.mandate(t, topic, (), day=day)}
        assert opened == told[topic], topic
