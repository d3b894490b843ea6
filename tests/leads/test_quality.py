import datetime as dt
from decimal import Decimal

import pytest

from pil_discovery.leads import quality, rank, tallies, weigh
from pil_discovery.types import Counts, ModelRun, Quality, Verdict
from tests.leads.builders import AS_OF, BINDING, make_finding, make_model

DAY = dt.date(2026, 9, 1)


def run_of(hit=0, review=0, population=0, unknown=0, version="1.0.0"):
    counts = Counts(
        population=population,
        hit=hit,
        review=review,
        unknown=unknown,
        clear=population - hit - review - unknown,
    )
    return ModelRun(
        id="a/b", code="A-1", version=version, state="computed", counts=counts
    )


def verdicts(confirmed, refuted, **more):
    outcomes = ["confirmed"] * confirmed + ["refuted"] * refuted
    given = {"model": "a/b", "model_version": "1.0.0", "on": DAY, **more}
    return [
        Verdict(lead_id=f"{n:03}", outcome=outcome, **given)
        for n, outcome in enumerate(outcomes)
    ]


@pytest.mark.parametrize(
    ("hit", "review", "population", "alarmed"),
    [
        (4, 0, 20, False),
        (4, 1, 20, True),
        (19, 0, 19, False),
        (21, 0, 100, True),
        (0, 0, 0, False),
    ],
)
def test_more_than_a_fifth_of_twenty_is_an_alarm(hit, review, population, alarmed):
    found = quality(run_of(hit, review, population))
    assert any("超过 20%" in alarm for alarm in found.alarms) == alarmed
    assert not found.noisy


def test_the_share_is_that_of_hits_and_reviews():
    found = quality(run_of(25, 5, 90))
    assert (found.flagged, found.share) == (30, Decimal("0.3333"))
    assert "A-1" in found.alarms[0]
    assert "33.3%" in found.alarms[0]
    assert quality(run_of()).share is None


def test_nothing_but_unknown_is_an_alarm():
    (alarm,) = quality(run_of(population=3, unknown=3)).alarms
    assert "3 条全部不能判定" in alarm
    assert quality(run_of(population=3, unknown=2)).alarms == ()
    assert quality(run_of()).alarms == ()


@pytest.mark.parametrize(
    ("confirmed", "refuted", "noisy"),
    [(3, 17, True), (4, 16, False), (0, 19, False), (0, 20, True), (7, 28, False)],
)
def test_after_twenty_checks_a_fifth_must_be_true(confirmed, refuted, noisy):
    found = quality(run_of(), verdicts(confirmed, refuted))
    assert found.noisy == noisy
    assert (found.checked, found.confirmed) == (confirmed + refuted, confirmed)
    assert bool(found.alarms) == noisy


def test_what_is_unclear_or_of_another_model_or_release_does_not_count():
    others = [
        *verdicts(0, 20, model="a/c"),
        *verdicts(0, 20, model_version="0.9.0"),
        *verdicts(0, 20, model_version="1.1.0"),
    ]
    unclear = [v.model_copy(update={"outcome": "unclear"}) for v in verdicts(0, 20)]
    assert quality(run_of(), [*others, *unclear]).checked == 0
    assert quality(run_of(version="1.0.7"), verdicts(0, 20)).noisy


def test_the_last_word_on_a_lead_counts():
    again = [*verdicts(0, 20), *verdicts(20, 0)]
    found = quality(run_of(), again)
    assert (found.checked, found.precision) == (20, Decimal("1.0000"))


def test_a_check_after_the_day_of_the_scan_does_not_count():
    assert quality(run_of(), verdicts(0, 20), as_of=DAY).noisy
    before = DAY - dt.timedelta(days=1)
    assert quality(run_of(), verdicts(0, 20), as_of=before).checked == 0


def weighed(trust=None, **changes):
    model = make_model(merge_by=("contract_no",))
    findings = [
        make_finding(n, merge=(f"HT-{n}",), **(changes if n == 1 else {}))
        for n in (1, 2, 3)
    ]
    return weigh(
        findings,
        models={model.id: model},
        bases={"law-1": BINDING},
        runs=[],
        as_of=AS_OF,
        quality={} if trust is None else {model.id: trust},
    )


def test_leads_of_a_noisy_model_stay_and_are_not_listed():
    found = weighed(Quality(checked=20, confirmed=1, noisy=True))
    assert [lead.listed for lead in found] == [False] * 4
    assert all(lead.listed for lead in weighed())
    assert {x.lead_id for x in found} == {x.lead_id for x in weighed()}


def test_a_lead_that_a_person_must_see_is_listed_from_a_noisy_model_too():
    found = weighed(Quality(checked=20, noisy=True), lanes=("一级水源",))
    first, *rest = [lead for lead in found if lead.kind == "single"]
    assert first.listed
    assert first.rank == 1
    assert not any(lead.listed for lead in rest)


def test_what_is_not_listed_comes_last():
    leads = weighed()
    hidden = [leads[0].model_copy(update={"listed": False}), *leads[1:]]
    assert rank(hidden)[-1].lead_id == leads[0].lead_id


def test_checks_are_tallied_for_every_model_by_version_and_day():
    told = [
        *verdicts(2, 1),
        *verdicts(0, 5, model_version="2.0.0"),
        *verdicts(4, 0, on=DAY + dt.timedelta(days=1)),
    ]
    ran = make_model(id="a/b", version="1.0.3")
    other = make_model(id="a/c")
    found = tallies([ran, other], told, as_of=DAY)
    assert [(t.model, t.confirmed, t.checked) for t in found] == [
        ("a/b", 2, 3),
        ("a/c", 0, 0),
    ]


def rejected(reason, numbers, note="", **more):
    given = {"model": "a/b", "model_version": "1.0.0", "on": DAY, "note": note, **more}
    return [
        Verdict(lead_id=f"r{n:03}", outcome="refuted", reason=reason, **given)
        for n in numbers
    ]


def test_a_reason_behind_many_rejections_is_proposed_as_an_exclusion():
    given = [
        *rejected("lawfully_handled", range(6), note="补充协议"),
        *rejected("lawfully_handled", range(6, 7)),
        *rejected("data_error", range(7, 12)),
    ]
    found = quality(run_of(), given)
    assert found.rejections == {"lawfully_handled": 7, "data_error": 5}
    first, second = found.alarms
    assert first.startswith(
        "模型 A-1 被排除的 12 件中有 7 件理由是“已依法处理”（其中 6 件注明“补充协议”）"
    )
    assert "5 件理由是“数据错误”：" in second


@pytest.mark.parametrize("numbers", [(2, 0), (3, 7)])
def test_a_rare_reason_is_no_proposal(numbers):
    rare, others = numbers
    given = [
        *rejected("trivial", range(rare)),
        *[v for n in range(others) for v in rejected(f"r{n}", [100 + n])],
    ]
    assert not any("情节轻微" in alarm for alarm in quality(run_of(), given).alarms)


def test_the_surer_check_counts_whenever_it_was_written_down():
    at_the_desk = Verdict(
        lead_id="1", model="a/b", model_version="1.0.0", outcome="refuted", on=DAY
    )
    in_the_field = at_the_desk.model_copy(
        update={"stage": "field", "outcome": "confirmed"}
    )
    for order in ([at_the_desk, in_the_field], [in_the_field, at_the_desk]):
        found = quality(run_of(), order)
        assert (found.checked, found.confirmed) == (1, 1)
    # at one stage the last line corrects the one before it
    corrected = quality(
        run_of(), [at_the_desk.model_copy(update={"outcome": "confirmed"}), at_the_desk]
    )
    assert (corrected.checked, corrected.confirmed) == (1, 0)
