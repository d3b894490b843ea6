from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.catalog import load_law, load_procedure
from pil_discovery.errors import LawError
from pil_discovery.procedure import find_field, missing_words, open_avenues

FACTS, TOPICS = load_law()
PROCEDURE = load_procedure(FACTS)
BOOK, ROUTES = PROCEDURE.books["2021"], PROCEDURE.routes["2021"]
AS_OF = dt.date(2026, 9, 30)
SUITS = {"admin-suggestion", "admin-suit", "civil-suit", "support", "urge"}


def day(text):
    return dt.date.fromisoformat(text)


def avenues(field, on="2026-09-30", *, last=None, as_of=AS_OF, tags=(), known=()):
    found = open_avenues(
        find_field(field, BOOK, ROUTES),
        span=(day(on), day(last or on)),
        as_of=as_of,
        tags=tags,
        known=known,
        rules=BOOK.avenues,
        facts=FACTS,
        topics=TOPICS,
    )
    return {a.id: a for a in found}


def wants(avenue):
    return [w.id for w in avenue.missing]


def test_environment_has_both_suits_support_and_urging():
    found = avenues("environment")
    assert set(found) == SUITS
    assert found["admin-suit"].mandate == ("apl-25-4", "ppo-20", "m-eec-1076")
    assert found["civil-suit"].mandate == ("cpl-58", "ppo-20", "m-eec-1075")


def test_land_and_state_property_have_no_civil_way():
    for field in ("land_transfer", "state_assets"):
        assert set(avenues(field)) == {"admin-suggestion", "admin-suit"}


def test_what_is_missing_is_a_sentence_with_its_fact():
    said = missing_words(avenues("environment")["civil-suit"])
    assert "在具有全国影响的媒体公告，公告期已经届满（int-13-1、ban-91-2）" in said
    assert "没有适格的机关、组织起诉（cpl-58、ban-96）" in said


def test_a_way_opens_when_everything_is_there():
    every = wants(avenues("environment")["admin-suit"])
    assert every[0] == "agency"
    assert not avenues("environment", known=every[1:])["admin-suit"].is_open
    assert avenues("environment", known=every)["admin-suit"].is_open


@given(st.sets(st.sampled_from(wants(avenues("environment")["civil-suit"]))))
def test_the_civil_suit_waits_for_every_single_want(known):
    suit = avenues("environment", known=known)["civil-suit"]
    assert set(wants(suit)) == set(wants(avenues("environment")["civil-suit"])) - known
    assert suit.is_open == (not suit.missing)


@pytest.mark.parametrize(
    "field", ["education", "employment", "road-traffic", "finance"]
)
def test_a_field_without_a_statute_ends_in_an_opinion(field):
    found = avenues(field)
    assert all(found[name].refused for name in SUITS)
    opinion = found["opinion"]
    assert opinion.refused is None
    assert "不得提起诉讼" in opinion.note_zh
    assert opinion.basis == ("seed-2-4-d",)


@pytest.mark.parametrize(
    ("field", "before", "since"),
    [
        ("work-safety", "2021-08-31", "2021-09-01"),
        ("relics", "2025-02-28", "2025-03-01"),
        ("network-information", "2021-10-31", "2021-11-01"),
    ],
)
def test_a_mandate_ends_the_exploration_from_its_first_day(field, before, since):
    old, new = avenues(field, before), avenues(field, since)
    assert old["opinion"].refused is None
    assert "没有载入该日期的版本" in old["admin-suit"].refused.zh
    assert new["opinion"].refused.basis == new["admin-suit"].mandate
    assert new["admin-suit"].refused is None
    assert avenues(field, before, last=since)["admin-suit"].refused is None


def test_only_exploratory_fields_have_an_opinion():
    exploratory = {f.id for f in BOOK.fields if f.exploratory}
    assert {f.id for f in BOOK.fields if "opinion" in avenues(f.id)} == exploratory
    assert len(exploratory) == 7
    assert "opinion" not in avenues("environment")


def test_no_suit_is_open_on_reference_alone():
    """What everything but a mandate is there for stays refused, in every field."""
    every = {want.id for rule in BOOK.avenues for want in rule.wants}
    tags = {tag for rule in BOOK.avenues for tag in rule.tags}
    for field in BOOK.fields:
        for avenue in avenues(field.id, "2010-01-01", known=every, tags=tags).values():
            if avenue.mode in {"suit", "suggestion", "support", "urge", "separate"}:
                assert not avenue.is_open, (field.id, avenue.id)


def test_heroes_ask_the_relatives_instead_of_the_usual_notice():
    found = avenues("heroes")
    assert "civil-suit" not in found
    suit = found["heroes-suit"]
    assert suit.mandate == ("m-her",)
    assert {"relatives-asked", "relatives-silent"} <= set(wants(suit))
    assert avenues("heroes", "2018-04-30")["heroes-suit"].refused is not None


def test_the_sea_and_the_state_come_before_the_procuratorate():
    assert {"regulator-told", "regulator-silent"} <= set(
        wants(avenues("marine")["marine-suit"])
    )
    assert "civil-suit" not in avenues("marine")
    loss = avenues("state-loss")["state-loss-suit"]
    assert {"government-told", "government-silent"} <= set(wants(loss))
    assert avenues("state-loss", "2026-08-14")["state-loss-suit"].refused


def test_a_crime_opens_the_incidental_suit_and_keeps_the_duty_open():
    found = avenues("environment", tags=["criminal"])
    assert "same-office" in wants(found["incidental-suit"])
    assert "duty-kept" in wants(found["to-criminal"])
    assert "incidental-suit" not in avenues("environment")


def test_minors_are_redacted_strictly_on_every_way():
    found = avenues("minors")
    assert {a.redaction for a in found.values()} == {"strict"}
    assert {"minors-care", "to-juvenile"} <= set(found)
    tagged = avenues("environment", tags=["minors"])
    assert {a.redaction for a in tagged.values()} == {"strict"}
    assert {a.redaction for a in avenues("environment").values()} == {"usual"}


@pytest.mark.parametrize(
    ("tag", "way", "fact"),
    [
        ("civil-supervision", "to-civil", "ban-66"),
        ("admin-supervision", "to-admin", "ban-66"),
        ("official-misconduct", "to-supervision", "sup-37"),
        ("obstruction", "to-police", "seed-4-d"),
        ("not-ours", "to-procuratorate", "ban-26-1"),
        ("superior", "to-superior", "ban-26-2"),
        ("several-agencies", "separate", "ban-69-1"),
    ],
)
def test_transfers_have_their_rule_and_their_wants(tag, way, fact):
    found = avenues("environment", tags=[tag])[way]
    assert fact in found.basis
    assert found.missing
    assert not found.is_open


def test_a_rule_that_did_not_yet_hold_shuts_the_way():
    early = avenues(
        "environment", tags=["official-misconduct"], as_of=dt.date(2021, 6, 30)
    )
    assert "没有载入该日期的版本" in early["to-supervision"].refused.zh


def test_every_want_says_its_rule():
    for rule in BOOK.avenues:
        assert rule.wants, rule.id
        assert rule.basis, rule.id
        assert all(want.basis for want in rule.wants), rule.id


def test_every_mandate_topic_belongs_to_a_field():
    named = {t for f in BOOK.fields for ts in f.mandates.values() for t in ts}
    named |= {t for r in ROUTES.values() for ts in r.mandates.values() for t in ts}
    # what two others say of the same harm
    spare = {"mandate.solid-waste", "mandate.soil"}
    mandates = {t for t in TOPICS if t.startswith("mandate.")} - spare
    assert mandates - named == {"mandate.single_statute"}


def test_an_unknown_field_names_near_ones():
    with pytest.raises(LawError, match=r"没有领域「heroe」.*heroes"):
        find_field("heroe", BOOK, ROUTES)
