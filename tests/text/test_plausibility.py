import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.catalog import load_datasets
from pil_discovery.text.cells import type_frame
from pil_discovery.text.plausibility import find_contradictions, judge_units

DATASETS = load_datasets()
CONTRACT = DATASETS["land_contract"]
AREAS = [1000.0, 2500.5, 300.0]
UNIT_PRICES = [1200.0, 800.0, 950.25]
YUAN = [a * p for a, p in zip(AREAS, UNIT_PRICES, strict=True)]
WAN = [round(y / 10_000, 4) for y in YUAN]


def judged(cells, units, dataset=CONTRACT):
    raw = pd.DataFrame(cells, dtype=object)
    return judge_units(type_frame(raw, dataset, units=units), raw, dataset, units)


def contract(price, area=AREAS, unit_price=UNIT_PRICES):
    return {
        "price_total_cny": price,
        "area_m2": area,
        "unit_price_cny_per_m2": unit_price,
    }


def asked(typed):
    return {s.name: s.value for s in typed.suggestions if s.key == "units"}


KNOWN = {"area_m2": "平方米", "unit_price_cny_per_m2": "元/平方米"}


def test_ten_thousands_read_as_yuan_become_missing_and_are_asked():
    typed = judged(contract(WAN), KNOWN)
    assert typed.frame["price_total_cny"].isna().all()
    assert typed.frame["area_m2"].tolist() == AREAS
    assert [(p.row, p.column, p.value, p.reason_class) for p in typed.problems] == [
        (row, "price_total_cny", str(value), "unit") for row, value in enumerate(WAN)
    ]
    assert "成交价 = 面积 × 单价" in typed.problems[0].reason
    assert asked(typed) == {"price_total_cny": "万元"}
    assert all(s.asks for s in typed.suggestions)


def test_the_answer_of_the_workspace_settles_it():
    typed = judged(contract(WAN), {**KNOWN, "price_total_cny": "万元"})
    assert typed.frame["price_total_cny"].tolist() == pytest.approx(YUAN, abs=1)
    assert typed.problems == ()
    assert typed.suggestions == ()


def test_both_are_missing_where_neither_is_declared():
    typed = judged(contract(WAN), {"unit_price_cny_per_m2": "元/平方米"})
    assert typed.frame[["price_total_cny", "area_m2"]].isna().all(axis=None)
    assert asked(typed) == {"price_total_cny": "万元", "area_m2": "平方米"}


def test_declared_units_that_contradict_keep_their_values_and_are_asked():
    typed = judged(contract(WAN), {**KNOWN, "price_total_cny": "元"})
    assert typed.frame["price_total_cny"].tolist() == pytest.approx(WAN, abs=0.01)
    assert typed.problems == ()
    assert any("矛盾" in i.what for i in typed.inferences)
    assert "price_total_cny" in asked(typed)


def test_a_cell_with_its_own_unit_stays():
    cells = contract(["120万元", WAN[1], WAN[2], WAN[0], WAN[1], WAN[2]])
    cells |= {"area_m2": AREAS * 2, "unit_price_cny_per_m2": UNIT_PRICES * 2}
    typed = judged(cells, KNOWN)
    assert typed.frame["price_total_cny"].tolist()[0] == 1_200_000.0
    assert typed.frame["price_total_cny"].isna().tolist() == [False] + [True] * 5


def test_mu_read_as_square_metres_are_found():
    mu = [a / (2000 / 3) for a in AREAS]
    typed = judged(
        contract(YUAN, area=mu),
        {"price_total_cny": "元", "unit_price_cny_per_m2": "元/平方米"},
    )
    assert asked(typed)["area_m2"] == "亩"
    assert typed.frame["area_m2"].isna().all()


def test_rows_that_agree_or_are_merely_wrong_are_left_alone():
    assert judged(contract(YUAN), {}).problems == ()
    noise = [y * f for y, f in zip(YUAN, (1.4, 0.3, 7.7), strict=True)]
    typed = judged(contract(noise), {})
    assert typed.problems == ()
    assert not [s for s in typed.suggestions if "矛盾" in s.why]


def test_a_median_out_of_the_usual_range_only_asks():
    typed = judged({"price_total_cny": ["35", "70"]}, {})
    assert typed.frame["price_total_cny"].tolist() == [35.0, 70.0]
    assert "万元" in asked(typed)["price_total_cny"]
    told = judged({"price_total_cny": ["35", "70"]}, {"price_total_cny": "元"})
    assert asked(told) == {}
    assert asked(judged({"price_total_cny": ["35万元", "70万元"]}, {})) == {}


def test_a_wide_band_needs_rows_and_finds_paid_against_due():
    fee = DATASETS["cad_case"]
    due = [200_000.0, 350_000.0, 90_000.0, 410_000.0, 77_000.0, 66_000.0]
    paid = [d / 10_000 for d in due]
    few = judged({"due_cny": due[:3], "paid_cny": paid[:3]}, {}, fee)
    assert few.problems == ()
    typed = judged({"due_cny": due, "paid_cny": paid}, {"due_cny": "元"}, fee)
    assert typed.frame["paid_cny"].isna().all()
    assert "万元" in asked(typed)["paid_cny"]


@given(
    st.permutations(["price_total_cny", "area_m2", "unit_price_cny_per_m2"]),
    st.sampled_from([("元", 1.0), ("万元", 1e4), ("亿元", 1e8)]),
)
def test_no_declared_unit_that_is_right_is_ever_contradicted(order, unit):
    cells = contract([y / unit[1] for y in YUAN])
    raw = pd.DataFrame({name: cells[name] for name in order}, dtype=object)
    units = {**KNOWN, "price_total_cny": unit[0]}
    frame = type_frame(raw, CONTRACT, units=units).frame
    assert find_contradictions(frame, CONTRACT, units) == []


def test_every_relation_of_the_catalogue_has_readings_to_offer():
    for dataset in DATASETS.values():
        for relation in dataset.relations:
            fields = [dataset.field(name) for name in relation.columns]
            assert all(f is not None and f.unit is not None for f in fields)
