"""Which leads are checked next: by capacity, with some of them drawn by lot."""

import datetime as dt
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.leads import expected, shortlist
from pil_discovery.leads.weighing import rank
from pil_discovery.types import Capacity, Lead, Parts

AS_OF = dt.date(2026, 9, 30)


def lead(number, certainty="0.5000", **changes):
    parts = dict.fromkeys(
        ("verifiability", "harm", "inaction", "urgency", "scale"), Decimal("0.5")
    )
    values = {
        "lead_id": f"L{number:03}",
        "rank": number,
        "score": Decimal(100 - number),
        "parts": Parts(certainty=Decimal(certainty), **parts),
        "domain": "land_transfer",
        "model": "land/unpaid",
        "code": "LAND-01",
        "title_zh": "示例",
        "route": "admin",
        "findings": (f"f{number}",),
    }
    return Lead(**{**values, **changes})


def bands(leads):
    return {x.lead_id: x.band for x in leads}


def test_the_best_are_checked_and_a_share_of_the_places_is_drawn_by_lot():
    given_leads = [lead(n) for n in range(1, 41)]
    listed = shortlist(given_leads, Capacity(leads=10), as_of=AS_OF)
    found = bands(listed)
    assert [i for i, b in found.items() if b == "top"] == [
        f"L{n:03}" for n in range(1, 9)
    ]
    drawn = [i for i, b in found.items() if b == "drawn"]
    assert len(drawn) == 2  # 0.15 of ten places, rounded up
    assert all(i > "L008" for i in drawn)
    chances = {x.band: x.inclusion_probability for x in listed}
    # 2 of the 32 leads below the cut
    assert chances == {"top": 1, "drawn": Decimal("0.0625"), "later": Decimal("0.0625")}


def test_without_a_capacity_nothing_is_said():
    listed = shortlist([lead(1)], None, as_of=AS_OF)
    assert listed == [lead(1)]


@pytest.mark.parametrize(
    "lane",
    ["饮用水水源一级保护区", "涉未成年人食品安全", "险情紧迫的地质灾害", "办结后反弹"],
)
def test_the_lowest_score_with_a_lane_is_checked_before_the_highest(lane):
    seen = lead(40, score=Decimal(0), certainty="0.0100", lanes=(lane,))
    ordered = rank([*(lead(n) for n in range(1, 40)), seen])
    assert ordered[0].lead_id == seen.lead_id
    listed = shortlist(ordered, Capacity(leads=1), as_of=AS_OF)
    assert (listed[0].band, listed[0].inclusion_probability) == ("must", 1)


def test_what_a_person_must_see_comes_first_and_may_go_beyond_the_capacity():
    leads = rank(
        [
            *(lead(n, lanes=("一级保护区",)) for n in (31, 32, 33)),
            *(lead(n) for n in range(1, 11)),
        ]
    )
    listed = shortlist(leads, Capacity(leads=3), as_of=AS_OF)
    found = bands(listed)
    assert [i for i, b in found.items() if b == "must"] == ["L031", "L032", "L033"]
    assert list(found.values()).count("top") == 0
    assert list(found.values()).count("drawn") == 1  # still one from below the cut


def test_class_leads_and_unlisted_ones_have_no_band():
    leads = [lead(1), lead(2, listed=False), lead(3, kind="class", members=("L001",))]
    listed = shortlist(leads, Capacity(leads=5), as_of=AS_OF)
    assert [x.band for x in listed] == ["top", None, None]


def test_the_lot_falls_anew_on_another_day_but_not_on_the_same():
    leads = [lead(n) for n in range(1, 101)]
    ten = Capacity(leads=10, random_share=Decimal("0.5"))

    def drawn(day):
        return {
            x.lead_id for x in shortlist(leads, ten, as_of=day) if x.band == "drawn"
        }

    assert drawn(AS_OF) == drawn(AS_OF)
    assert drawn(AS_OF) != drawn(AS_OF + dt.timedelta(1))


def test_every_lead_below_the_cut_is_drawn_as_often_as_told():
    leads = [lead(n) for n in range(1, 21)]
    three = Capacity(leads=5, random_share=Decimal("0.5"))
    days = [AS_OF + dt.timedelta(n) for n in range(1000)]
    times = dict.fromkeys((x.lead_id for x in leads[2:]), 0)
    for day in days:
        for x in shortlist(leads, three, as_of=day):
            times[x.lead_id] = times.get(x.lead_id, 0) + (x.band == "drawn")
    chance = 3 / 18
    spread = math.sqrt(len(days) * chance * (1 - chance))
    below = [times[x.lead_id] for x in leads[2:]]
    assert all(abs(n - len(days) * chance) < 4 * spread for n in below)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 6))
def test_no_place_is_left_empty_while_leads_wait(capacity, number, lanes):
    leads = [
        *(lead(100 + n, lanes=("必看",)) for n in range(lanes)),
        *(lead(n) for n in range(1, number + 1)),
    ]
    listed = shortlist(leads, Capacity(leads=capacity), as_of=AS_OF)
    now = sum(x.band != "later" for x in listed)
    assert len(listed) == len(leads)
    assert now >= min(capacity, len(leads))
    assert now <= max(capacity, lanes + math.ceil(capacity * 0.15))


def test_the_expected_number_of_true_leads_has_its_interval():
    leads = [lead(n, certainty="0.2000", band="top") for n in range(1, 101)]
    hope = expected(leads)
    # mean 20; 1.645 · √(100 · 0.2 · 0.8) = 6.58
    assert (hope.leads, hope.true) == (100, Decimal("20.0"))
    assert (hope.low, hope.high) == (Decimal("13.4"), Decimal("26.6"))
    assert expected([]).model_dump() == {"leads": 0, "true": 0, "low": 0, "high": 0}
