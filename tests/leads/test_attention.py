import datetime as dt
from decimal import Decimal

from pil_discovery.leads import Enterprises, attention, weigh
from pil_discovery.types import Verdict
from tests.leads.builders import AS_OF, BINDING, make_finding, make_model

DAY = dt.date(2026, 9, 1)


def leads_of(*subjects):
    model = make_model(merge_by=("contract_no",))
    findings = [
        make_finding(n, subject_code=code, place=place, merge=(f"HT-{n}",))
        for n, (code, place) in enumerate(subjects)
    ]
    return weigh(
        findings,
        models={model.id: model},
        bases={"law-1": BINDING},
        runs=[],
        as_of=AS_OF,
    )


def verdicts_on(leads, outcome, on=DAY):
    return [
        Verdict(
            lead_id=lead.lead_id,
            model=lead.model,
            model_version="1.0.0",
            outcome=outcome,
            on=on,
        )
        for lead in leads
        if lead.kind == "single"
    ]


def registered(**towns):
    codes = {
        f"{town}-{n}": "" if town == "none" else f"{town}镇"
        for town, number in towns.items()
        for n in range(number)
    }
    return Enterprises(town=codes, size=dict.fromkeys(codes, ""))


def test_enterprises_with_a_lead_are_counted_against_those_registered():
    found = attention(
        leads_of(("甲-0", None), ("甲-0", None), ("甲-1", None), ("外来", "乙镇一路")),
        registered(甲=40, 乙=10, none=5),
        as_of=AS_OF,
    )
    towns = [g for g in found if g.by == "town"]
    assert [g.value for g in towns] == ["甲镇", "乙镇", ""]
    first, second, _ = towns
    assert (first.flagged.hits, first.flagged.n) == (2, 40)
    assert first.flagged.share == Decimal("0.0500")
    assert first.flagged.low < first.flagged.share < first.flagged.high
    assert first.flagged.enough
    assert not second.flagged.enough
    assert second.flagged.words().endswith("证据不足")


def test_precision_counts_checked_leads_wherever_the_place_tells_a_town():
    leads = leads_of(("甲-0", None), ("外来", "乙镇一路"), ("另一", None))
    told = verdicts_on(leads[:1], "confirmed") + verdicts_on(leads[1:], "refuted")
    found = attention(leads, registered(甲=1), told, as_of=AS_OF)
    shares = {g.value: g.precision for g in found if g.by == "town"}
    assert {town: share.n for town, share in shares.items()} == {
        "甲镇": 1,
        "乙镇": 1,
        "": 1,
    }
    assert sum(share.hits for share in shares.values()) == 1
    assert not any(share.enough for share in shares.values())


def test_checks_after_the_day_and_unclear_ones_do_not_count():
    leads = leads_of(("甲-0", None))
    late = verdicts_on(leads, "confirmed", on=AS_OF + dt.timedelta(days=1))
    told = [*verdicts_on(leads, "unclear"), *late]
    (town, _) = attention(leads, registered(甲=1), told, as_of=AS_OF)
    assert town.precision.n == 0
    assert town.precision.share is None


def test_sizes_are_counted_like_towns():
    known = Enterprises(town={"甲-0": ""}, size={"甲-0": "小型"})
    found = attention(leads_of(("甲-0", None)), known, as_of=AS_OF)
    assert [(g.by, g.value, g.flagged.hits) for g in found] == [
        ("town", "", 1),
        ("size", "小型", 1),
    ]
