from __future__ import annotations

import datetime as dt

import pytest

from pil_discovery.catalog import load_law, load_procedure
from pil_discovery.errors import ArgumentError
from pil_discovery.procedure import crosses, find_venues, tags_of

FACTS = load_law()[0]
PROCEDURE = load_procedure(FACTS)
RULES = PROCEDURE.books["2021"].venues
ON = dt.date(2026, 9, 30)


def venues(track, *tags, on=ON):
    found = find_venues(track, tags, rules=RULES, facts=FACTS, on=on)
    return [(v.question, v.id) for v in found]


def test_an_administrative_case_is_at_home_where_the_agency_sits():
    found = find_venues("admin", rules=RULES, facts=FACTS, on=ON)
    assert [v.id for v in found] == ["admin-filing", "admin-suit", "admin-court"]
    assert "同级人民检察院" in found[0].organ_zh
    assert "基层人民法院" in found[2].organ_zh
    assert found[2].basis == ("int-5-2",)


def test_a_civil_case_goes_to_the_intermediate_court_through_the_prefecture():
    found = find_venues("civil", rules=RULES, facts=FACTS, on=ON)
    assert [v.id for v in found] == ["civil-filing", "civil-suit", "civil-court"]
    assert "市（分、州）人民检察院" in found[1].organ_zh
    assert "中级人民法院" in found[2].organ_zh


def test_of_a_government_the_next_level_may_file():
    found = find_venues("admin", ["government"], rules=RULES, facts=FACTS, on=ON)
    assert [(v.id, v.may) for v in found][:2] == [
        ("admin-filing", False),
        ("admin-filing-government", True),
    ]


def test_the_sea_has_its_court():
    assert ("court", "admin-court-marine") in venues("admin", "marine")
    assert ("court", "civil-court-marine") in venues("civil", "marine")
    assert ("court", "admin-court") not in venues("admin", "marine")
    # before the interpretation on the sea, the general rule
    early = dt.date(2022, 5, 14)
    assert ("court", "admin-court") in venues("admin", "marine", on=early)


def test_antitrust_starts_at_the_prefecture():
    found = venues("civil", "antitrust")
    assert ("filing", "civil-filing-antitrust") in found
    assert ("suit", "civil-suit-antitrust") in found
    assert ("filing", "civil-filing") not in found


def test_an_incidental_case_stays_with_the_criminal_one():
    found = venues("civil", "criminal")
    assert ("filing", "civil-filing-incidental") in found
    assert ("court", "civil-court-incidental") in found


def test_no_rule_before_the_rules():
    assert venues("admin", on=dt.date(2020, 12, 31)) == []
    assert venues("admin", on=dt.date(2021, 1, 1)) == [
        ("suit", "admin-suit"),
        ("court", "admin-court"),
    ]


def test_an_unknown_track_is_an_error():
    with pytest.raises(ArgumentError, match="没有「criminal」这种程序"):
        venues("criminal")


@pytest.mark.parametrize(
    ("divisions", "across"),
    [
        ([], False),
        (["990302"], False),
        (["990302", "990302"], False),
        (["990302", "990300"], False),
        (["990302", "990000", "990300"], False),
        (["990302", "990303"], True),
        (["990310", "990315"], True),
        (["990300", "990402"], True),
    ],
)
def test_places_of_a_case_across_regions(divisions, across):
    assert (crosses(divisions) == {"cross-region"}) == across
    found = venues("admin", *crosses(divisions))
    assert (("filing", "admin-filing-cross") in found) == across


def test_powers_of_governments_are_told_apart():
    powers = PROCEDURE.powers
    assert tags_of("water.source.outfall.remove", powers) == {"government"}
    assert tags_of("sea.use.enforce", powers) == {"marine"}
    assert tags_of("water.outfall.supervise", powers) == frozenset()
    named = {p.id for p in powers if p.jurisdiction is None and "人民政府" in p.agency}
    tagged = {p.id for p in powers if "government" in p.tags}
    # the government only decides there which of its departments acts
    assert named - tagged == {"catering.fume.enforce"}
    assert tagged <= named
