"""Which dated value holds: the nearest place, the day of the fact, or none."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.findings import Inputs, explain, lint, rows_of, screen
from pil_discovery.findings.rates import periods, rate_table, rates_note, used_rates
from pil_discovery.types import RateRow, RateTable, UsedRate, Words
from tests.findings.factory import AS_OF, DATASETS, bills, model

DAY = dt.date
NEW_YEAR = DAY(2020, 1, 1)


def table(*rows, category=False):
    columns = {"division": "地区", "value": "标准"}
    if category:
        columns["category"] = "种类"
    return RateTable(
        id="fee_rate",
        title=Words(zh="收费标准"),
        unit="CNY",
        columns=columns,
        rows=tuple(RateRow.model_validate(row) for row in rows),
    )


def row(division, value, start=NEW_YEAR, end=None, **more):
    given = {"division": division, "value": value, "valid_from": start}
    return {**given, "valid_to": end, **more}


def held(rates, place, day, category=None):
    found = [
        rates.rows[p.row].value
        for p in periods(rates, place)
        if p.category == category and p.valid_from <= day <= p.valid_to
    ]
    assert len(found) < 2
    return found[0] if found else None


def test_the_nearest_place_wins_while_it_has_a_value():
    rates = table(
        row("", 1.0),
        row("9903", 2.0, DAY(2021, 1, 1)),
        row("990302", 3.0, DAY(2022, 1, 1), DAY(2022, 12, 31)),
    )
    days = [DAY(2019, 12, 31), DAY(2020, 6, 1), DAY(2021, 1, 1), DAY(2022, 12, 31)]
    days.append(DAY(2023, 1, 1))
    assert [held(rates, "990302", d) for d in days] == [None, 1.0, 2.0, 3.0, 2.0]
    assert [held(rates, "990502", d) for d in days] == [None, 1.0, 1.0, 1.0, 1.0]


def test_codes_filled_up_with_zeros_mean_the_same_place():
    rates = table(row("990300", 2.0))
    assert held(rates, "990302", AS_OF) == 2.0
    assert held(rates, "9903", AS_OF) == 2.0
    assert held(rates, "990000", AS_OF) is None


def test_where_places_inside_differ_no_value_holds_for_the_whole():
    rates = table(row("9903", 2.0), row("990302", 3.0, DAY(2022, 1, 1)))
    assert held(rates, "990300", DAY(2021, 12, 31)) == 2.0
    assert held(rates, "990300", DAY(2022, 1, 1)) is None
    assert held(rates, "990305", DAY(2022, 1, 1)) == 2.0
    same = table(row("9903", 2.0), row("990302", 2.0, DAY(2022, 1, 1)))
    assert held(same, "990300", DAY(2022, 1, 1)) == 2.0


def test_categories_have_lines_of_their_own():
    rates = table(
        row("99", 2.0, category="耕地"),
        row("99", 1.0, category="林地"),
        row("9903", 3.0, category="林地"),
        category=True,
    )
    assert held(rates, "990302", AS_OF, "耕地") == 2.0
    assert held(rates, "990302", AS_OF, "林地") == 3.0
    assert held(rates, "990302", AS_OF, None) is None


def test_an_empty_table_gives_an_empty_relation_of_the_same_columns():
    found = rate_table(table(), "990302")
    assert found.num_rows == 0
    assert found.column_names == rate_table(table(row("", 1)), "990302").column_names


DIVISIONS = st.sampled_from(["", "99", "9903", "990302", "990305", "9905"])
DAYS = st.dates(DAY(2020, 1, 1), DAY(2020, 3, 1))


@given(
    rows=st.lists(st.tuples(DIVISIONS, DAYS, st.integers(0, 40)), max_size=6),
    place=st.sampled_from(["99", "9903", "990302"]),
)
def test_never_two_values_for_one_day(rows, place):
    rates = table(*(row(d, float(n), s, s + dt.timedelta(days=n)) for d, s, n in rows))
    found = periods(rates, place)
    ordered = sorted(found, key=lambda p: p.valid_from)
    for before, after in pairwise(ordered):
        assert before.valid_to < after.valid_from
    for p in found:
        source = rates.rows[p.row]
        assert source.valid_from <= p.valid_from <= p.valid_to
        assert p.valid_to <= (source.valid_to or dt.date.max)
        assert place.startswith(source.division)


SQL = """
SELECT b.bill_no, b.due_date AS fact_date, b.amount_cny, r._id AS rate_row,
       CAST(round(b.amount_cny * r.value, 2) AS DECIMAL(18, 2)) AS fee_cny,
       b.amount_cny > $floor AS hit
FROM bill b LEFT JOIN fee_rate r ON b.due_date BETWEEN r.valid_from AND r.valid_to
"""


@pytest.fixture
def rated():
    return model(
        tables=["fee_rate"],
        clears={},
        exclusions=[],
        population={"key": ["bill_no"], "sql": SQL},
        measures={"fee_cny": "CNY"},
        records={"bill": {"bill_no": "bill_no"}, "fee_rate": {"_id": "rate_row"}},
        explain={"zh": "{bill_no}应缴{fee_cny:yuan}元。", "en": "{bill_no}"},
    )


def given_rates(rates, place="990302"):
    frame = bills(("A", "2021-12-31", 1000), ("B", "2022-01-01", 1000))
    return Inputs(
        rows_of({"bill": frame}, DATASETS),
        datasets=DATASETS,
        tables={} if rates is None else {"fee_rate": rates},
        jurisdiction=place,
    )


def screened(rated, rates, place="990302"):
    _, findings = screen(rated, given_rates(rates, place), as_of=AS_OF)
    return {f.key["bill_no"]: f for f in findings}


RATES = table(
    row("9903", 0.1, end=DAY(2021, 12, 31), document="某市办法（某政发〔2020〕1号）"),
    row("9903", 0.2, DAY(2022, 1, 1), fictional=True),
)


def test_the_value_in_force_on_the_day_of_the_fact_counts(rated):
    found = screened(rated, RATES)
    assert found["A"].measures["fee_cny"] == Decimal("100.00")
    assert found["B"].measures["fee_cny"] == Decimal("200.00")
    (used,) = found["A"].rates
    assert (used.table, used.row, used.value) == ("fee_rate", 1, Decimal("0.1"))
    assert used.document == "某市办法（某政发〔2020〕1号）"
    assert [r.dataset for r in found["A"].records] == ["bill"]


def test_a_made_up_value_is_said_in_the_sentence_itself(rated):
    found = screened(rated, RATES)
    assert found["A"].sentence_zh == "A应缴100.00元。"
    assert "《收费标准》为虚构的示例值，不是法定标准" in found["B"].sentence_zh
    assert "made-up sample values" in found["B"].sentence_en
    assert "made-up" not in found["A"].sentence_en


@pytest.mark.parametrize("rates", [None, RATES])
def test_without_a_value_the_amount_is_not_known_and_the_hit_stays(rated, rates):
    found = screened(rated, rates, "990502")
    assert [f.state for f in found.values()] == ["hit", "hit"]
    assert all(f.measures["fee_cny"] is None for f in found.values())
    assert all(f.rates == () for f in found.values())


def test_the_relation_says_which_values_are_made_up():
    found = rate_table(RATES, "990302")
    assert pc.sum(found["fictional"]).as_py() == 1
    assert found["valid_to"].to_pylist() == [DAY(2021, 12, 31), DAY(9999, 12, 31)]


def test_an_explanation_names_the_row_that_holds(rated):
    (reading,) = explain(rated, given_rates(RATES), "B", as_of=AS_OF).readings
    assert [(r.table, r.row, r.fictional) for r in reading.rates] == [
        ("fee_rate", 2, True)
    ]
    (reading,) = explain(rated, given_rates(None), "B", as_of=AS_OF).readings
    assert reading.rates == ()
    assert reading.columns["fee_cny"] is None


def example(name, state, amount, **more):
    row = {"bill_no": "A", "due_date": "2022-01-01", "amount_cny": amount}
    given = {"bill": [row]}
    plain = {"name": name, "as_of": "2026-09-30", "given": given}
    return {**plain, "expect": {state: [["A"]]}, **more}


def test_a_rate_table_must_be_used_and_tried(rated):
    amounts = [("hit", 500), ("clear", 100), ("unknown", None)] * 2
    examples = [example(f"例{n}", *a) for n, a in enumerate(amounts)]
    rates = {"fee_rate": [row("99", 0.5, "2020-01-01")]}

    def faults(**changes):
        whole = rated.model_dump(exclude={"origin"}) | changes
        found = lint(model(**whole), DATASETS)
        return [(f.field, f.what) for f in found]

    tried = [*examples, example("费率", "hit", 500, tables=rates)]
    assert faults(examples=tried) == []
    assert faults(examples=examples) == [
        ("tables.0", "没有一个示例给出标准表「fee_rate」的行")
    ]
    unused = {"key": ["bill_no"], "sql": SQL.replace("r.value", "0.1")}
    assert faults(examples=tried, population=unused) == [
        ("tables.0", "没有一步用到标准表「fee_rate」的值（value）")
    ]


def noted(fictional):
    ground = {"fictional": True} if fictional else {"document": "示例文〔2020〕1号"}
    rates = table(row("", 30, note="全省平均数", **ground))
    return used_rates({"fee_rate": rates}, {"fee_rate": [0]})


def test_a_value_that_is_less_than_it_seems_says_so_in_the_sentence():
    used = noted(fictional=False)
    assert "示例文〔2020〕1号；全省平均数；" in used[0].words()
    told = rates_note((*used, *used))
    assert told == f"（所用《{used[0].title}》：全省平均数。）"
    assert "subject to a note: 全省平均数" in rates_note(used, "en")
    assert rates_note([used[0].model_copy(update={"note": ""})]) == ""


def test_a_made_up_value_is_called_so_whatever_is_noted_beside_it():
    told = rates_note(noted(fictional=True))
    assert "虚构的示例值" in told
    assert "全省平均数" not in told


def test_a_plain_number_is_printed_without_a_unit():
    used = UsedRate(
        table="share",
        title="比例",
        file="比例.yaml",
        row=1,
        division="",
        category=None,
        valid_from=dt.date(2024, 1, 1),
        valid_to=None,
        value=Decimal("0.01"),
        unit="1",
        document="示例文〔2024〕1号",
    )
    assert "起：0.01（示例文" in used.words()
    assert "：0.01 CNY（" in used.model_copy(update={"unit": "CNY"}).words()


@pytest.mark.parametrize(
    ("unit", "unit_zh", "amount"),
    [
        ("1", "比例", "0.01"),
        ("%", "百分比", "0.01%"),
        ("1/d", "每日", "每日 0.01"),
        ("CNY/m2", "元/平方米", "0.01 元/平方米"),
    ],
)
def test_an_amount_is_printed_with_the_name_of_its_unit(unit, unit_zh, amount):
    rates = table(row("", 0.01, document="示例文〔2020〕1号"))
    named = rates.model_copy(update={"unit": unit, "unit_zh": unit_zh})
    (used,) = used_rates({"fee_rate": named}, {"fee_rate": [0]})
    assert used.amount == amount
    assert f"：{amount}（示例文" in used.words()
    whole = used.model_copy(update={"value": Decimal("50000.0"), "unit": "1"})
    assert whole.amount == "50000"
