from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.catalog import load_law
from pil_discovery.errors import LawError
from pil_discovery.procedure.bases import law_versions, resolve_basis, show

FACTS, TOPICS = load_law()


def resolve(names, on, **more):
    return resolve_basis(names, on, facts=FACTS, topics=TOPICS, **more)


def ids(names, on, **more):
    return [b.id for b in resolve(names, on, **more)]


def test_the_date_of_the_fact_picks_the_law():
    topic = "env.outfall-in-source-zone"
    old, new = ids(topic, "2026-08-14"), ids(topic, "2026-08-15")
    assert old == ["wpl-64", "wpl-84", "wpl-65", "wpl-66", "wpl-67", "wpl-91"]
    assert new[:2] == ["eec-318", "eec-1109"]
    assert new[2:] == ["eec-319", "eec-320", "eec-321", "eec-1145"]


def test_a_continuing_state_answers_with_both():
    topic = "env.outfall-in-source-zone"
    found = ids(topic, ("2026-08-14", "2026-08-15"))
    assert found == ids(topic, "2026-08-14") + ids(topic, "2026-08-15")


def test_dates_and_texts_are_the_same():
    assert ids("land.idle", dt.date(2026, 1, 1)) == ids("land.idle", "2026-01-01")


def test_a_penalty_decided_after_the_change():
    topic = "env.outfall-in-source-zone.penalty"
    found = resolve(topic, "2026-08-01", decided_on="2026-09-01")
    assert [(b.id, b.role) for b in found] == [
        ("wpl-84", "applies"),
        ("eec-1109", "if_milder"),
        ("eec-1057", "transition"),
    ]


@pytest.mark.parametrize(
    ("on", "decided_on"),
    [
        ("2026-08-01", None),
        ("2026-08-01", "2026-08-14"),
    ],
)
def test_a_penalty_decided_before_the_change(on, decided_on):
    found = resolve("env.start-before-eia.penalty", on, decided_on=decided_on)
    assert [(b.id, b.role) for b in found] == [("eia-31", "applies")]


def test_a_penalty_after_the_change_has_nothing_milder():
    found = ids("env.start-before-eia.penalty", "2026-08-20", decided_on="2026-09-01")
    assert found == ["eec-1095"]


def test_a_continuing_state_over_the_change_has_nothing_milder():
    span = ("2026-08-01", "2026-08-20")
    found = resolve("env.start-before-eia.penalty", span, decided_on="2026-09-01")
    assert [(b.id, b.role) for b in found] == [
        ("eia-31", "applies"),
        ("eec-1095", "applies"),
    ]


def test_law_that_was_not_replaced_has_no_transition():
    found = resolve(
        "env.unapproved-land-use.penalty", "2026-08-01", decided_on="2026-09-01"
    )
    assert {b.role for b in found} == {"applies"}


def test_other_topics_ignore_the_decision():
    topic = "env.outfall-in-source-zone"
    assert ids(topic, "2026-08-01", decided_on="2026-09-01") == ids(topic, "2026-08-01")


def test_a_decision_before_the_fact_is_an_error():
    with pytest.raises(LawError, match="决定日 2026-07-01 早于事实日 2026-08-01"):
        resolve("env.start-before-eia.penalty", "2026-08-01", decided_on="2026-07-01")


def test_a_gap_says_so():
    (gap,) = resolve("mandate.environment-civil", "2026-08-14")
    assert (gap.role, gap.law, gap.kind) == ("gap", "", "reference")
    assert "没有载入该日期的版本" in gap.note


@pytest.mark.parametrize(
    "field", ["education", "employment", "road-traffic", "finance"]
)
def test_fields_without_a_statute_are_always_a_gap(field):
    assert [b.role for b in resolve(f"mandate.{field}", "2026-09-30")] == ["gap"]


def test_law_of_2027_is_never_cited_early():
    assert "ybf-48" not in ids("asset.medical-fund", "2026-12-31")
    assert {"ybf-48", "ybf-49"} <= set(ids("asset.medical-fund", "2027-01-01"))


def test_ids_and_topics_mix():
    found = ids(["lal-55", "food.health-certificate", "ure-16"], "2026-01-01")
    assert sorted(found) == ["fsl-45", "lal-55", "ure-16"]


def test_ids_of_which_one_is_in_force_have_no_gap():
    assert ids(["wpl-64", "eec-318"], "2026-09-01") == ["eec-318"]
    assert [b.role for b in resolve(["wpl-64"], "2026-09-01")] == ["gap"]


@pytest.mark.parametrize("name", ["mem-53-14", "pil-draft-3", "seed-2-4-a", "spp-rs"])
def test_what_nobody_checked_is_reference(name):
    (basis,) = resolve([name], "2026-09-30")
    assert basis.kind == "reference"


def test_a_basis_is_complete():
    (basis,) = resolve(["int-21-2a"], "2026-09-30")
    assert basis.model_dump(mode="json") == {
        "id": "int-21-2a",
        "law": FACTS["int-21-2a"].law,
        "article": "21",
        "paragraph": "2",
        "item": None,
        "effective_from": "2021-01-01",
        "effective_to": None,
        "kind": "binding",
        "role": "applies",
        "verified": "text",
        "summary_zh": "机关收到建议书起两个月内履职并书面回复",
        "note": "",
        "citation_zh": "《最高人民法院、最高人民检察院关于检察公益诉讼案件"
        "适用法律若干问题的解释》第二十一条第二款",
        "successor_zh": "",
    }


def test_a_repealed_rule_names_where_it_stands_since():
    (basis,) = resolve(["swl-20"], "2026-08-14")
    assert basis.successor_zh == "生态环境法典第四百七十五条、第一百六十四条"
    ended = {f.id for f in FACTS.values() if f.topic == "law.map"}
    assert {f.id for f in FACTS.values() if f.successor_zh} == ended


def test_a_date_that_was_not_seen_is_said():
    (basis,) = resolve(["cpl-58"], "2026-01-01")
    assert "生效日期未经核实" in basis.note


def test_unknown_names_are_all_told_with_near_ones():
    with pytest.raises(LawError) as caught:
        resolve(["land.idl", "lal-555"], "2026-01-01")
    first, second = map(str, caught.value.problems)
    assert "没有「land.idl」" in first
    assert "land.idle" in first
    assert "lal-55" in second


def test_a_reversed_interval_is_an_error():
    with pytest.raises(LawError, match="首日 2026-02-01 晚于末日 2026-01-01"):
        resolve("land.idle", ("2026-02-01", "2026-01-01"))
    with pytest.raises(LawError, match="两项，这里有 3 项"):
        resolve("land.idle", ("2026-02-01", "2026-02-02", "2026-02-03"))


@pytest.mark.parametrize("bad", ["2026", "昨天", "2026-02-30"])
def test_a_date_that_is_none(bad):
    with pytest.raises(LawError, match="不是日期"):
        resolve("land.idle", bad)


def test_versions_of_an_article():
    assert [f.id for f in law_versions(FACTS, "int-21-2b")] == [
        "int-21-2a",
        "int-21-2b",
        "int-21-3",
    ]
    assert show(FACTS, "int-21-2b")[0].id == "int-21-2b"
    with pytest.raises(LawError, match="没有「int-21」"):
        law_versions(FACTS, "int-21")


days = st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31))
names = st.sampled_from(sorted(TOPICS))


@given(names, days, st.integers(0, 3000), st.none() | st.integers(0, 2000))
def test_no_basis_lies_outside_the_date(name, first, length, decided):
    last = first + dt.timedelta(days=length)
    decided_on = None if decided is None else last + dt.timedelta(days=decided)
    found = resolve(name, (first, last), decided_on=decided_on)
    assert found
    for basis in found:
        if basis.role == "applies":
            assert basis.effective_from <= last
            assert basis.effective_to is None or first <= basis.effective_to
        elif basis.role == "gap":
            assert len(found) == 1
        else:
            assert name.endswith(".penalty")
            assert basis.effective_from <= decided_on


@given(names, days, days)
def test_an_interval_answers_with_all_that_its_ends_answer(name, one, other):
    first, last = sorted((one, other))
    whole = {b.id for b in resolve(name, (first, last)) if b.role == "applies"}
    for end in (first, last):
        assert {b.id for b in resolve(name, end) if b.role == "applies"} <= whole
