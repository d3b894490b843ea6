from pil_discovery.catalog import load_datasets
from pil_discovery.text.column_advice import suggest_columns
from pil_discovery.text.headers import match_headers
from pil_discovery.text.recognition import (
    close_ones,
    fit_of,
    guess_datasets,
    weigh_values,
)
from pil_discovery.types import Candidate

DATASETS = load_datasets()
PAYMENT = DATASETS["land_payment"]


def candidate(dataset, score):
    return Candidate(dataset=dataset.id, title=dataset.title.zh, score=score)


def test_values_that_fit_speak_for_a_data_set_and_others_against_it():
    headers = ["合同编号", "缴款日期", "款项性质"]
    match = match_headers(headers, PAYMENT, cut_bytes=0)
    good = {0: ["HT-1"], 1: ["2024-01-02", "2024年3月"], 2: ["价款", "利息"]}
    bad = {0: ["HT-1"], 1: ["甲", "乙"], 2: ["红", "绿"]}
    up = weigh_values(candidate(PAYMENT, 0.6), match, good, PAYMENT)
    down = weigh_values(candidate(PAYMENT, 0.6), match, bad, PAYMENT)
    assert up.score > 0.6 > down.score
    assert "取值相符" in "".join(up.reasons)
    assert "取值不符" in "".join(down.reasons)


def test_a_year_of_two_digits_is_still_a_date():
    field = PAYMENT.field("paid_date")
    assert fit_of(["24-01-02", "23/5/6"], field, PAYMENT).share == 1.0
    assert fit_of(["甲", ""], field, PAYMENT).share == 0.0


def test_near_headers_are_suggested_where_their_values_fit():
    headers = ["合同编号", "缴款日", "本次入库数"]
    cells = {1: ["2024-01-02"], 2: ["12.5", "3"]}
    found = suggest_columns(headers, cells, PAYMENT, {0: "contract_no"})
    assert {s.name: s.value for s in found} == {
        "缴款日": "paid_date",
        "本次入库数": "amount_cny",
    }
    wrong = suggest_columns(
        headers, {1: ["甲"], 2: ["乙"]}, PAYMENT, {0: "contract_no"}
    )
    assert wrong == []


def test_codes_with_check_digits_tell_a_column_by_themselves():
    contract = DATASETS["land_contract"]
    codes = ["91350100M000100Y43"] * 3
    found = suggest_columns(["某码"], {0: codes}, contract, {})
    assert [s.value for s in found] == ["uscc"]


def test_close_scores_are_a_tie():
    a, b = DATASETS["land_payment"], DATASETS["land_instalment"]
    assert len(close_ones([candidate(a, 0.66), candidate(b, 0.64)])) == 2
    assert len(close_ones([candidate(a, 0.76), candidate(b, 0.64)])) == 1
    assert close_ones([]) == []


def test_an_unknown_file_is_told_what_it_is_nearest_to():
    guesses = guess_datasets(["合同号码", "缴款的日期", "天气"], DATASETS)
    assert guesses
    assert all(0 < g.score <= 1 for g in guesses)
    assert guess_datasets(["子", "丑"], DATASETS) == []
