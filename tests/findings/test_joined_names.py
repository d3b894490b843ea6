"""What findings say of names that were joined by likeness, or are open."""

import pyarrow as pa

from pil_discovery.findings import Inputs
from pil_discovery.findings.joined_names import links_behind
from pil_discovery.findings.name_links import Spellings, asks_for_subjects
from pil_discovery.types import Dataset
from tests.findings.factory import model

FIRM = Dataset.model_validate(
    {
        "id": "bill",
        "title": {"zh": "账单"},
        "domain": "state_assets",
        "holder": "财政局",
        "kind": "record",
        "parties": {"subject": {"name": "payer"}},
        "fields": [
            {"name": "bill_no", "type": "text"},
            {"name": "payer", "type": "text"},
        ],
    }
)
ASKING = model(data={"bill": ["bill_no", "subject_id"]}, clears={})
ROWS = pa.table({"subject_id": ["A", "A", "B"], "_party": [-1, 0, 1]})


def pair(probability, registers):
    return {
        "party": 1,
        "subject_id": "B",
        "name": "乙",
        "other": "丙",
        "registers": registers,
        "probability": probability,
        "reason": "待核对",
    }


def told(positions, *pairs, asking=ASKING):
    tie = {"party": 0, "name": "甲", "other": "甲甲", "probability": 0.96}
    spellings = Spellings(
        pa.Table.from_pylist([{**tie, "reason": "一字之差"}]),
        pa.Table.from_pylist(list(pairs)),
    )
    inputs = Inputs({"bill": ROWS}, (), {"bill": FIRM}, spellings=spellings)
    (links,) = links_behind(asking, inputs, [{"bill": positions}])
    return [(link.name, link.decision) for link in links]


def test_a_row_that_likeness_joins_is_told_and_one_with_a_code_is_not():
    assert told([0]) == []
    assert told([0, 1]) == [("甲", "same")]


def test_an_open_pair_is_told_where_the_other_may_be_in_a_table_of_the_model():
    assert told([2], pair(0.6, ["bill"])) == [("乙", "review")]
    assert told([2], pair(0.6, ["elsewhere"])) == []


def test_an_unlikely_pair_is_left_to_the_list():
    assert told([2], pair(0.49, ["bill"])) == []


def test_a_model_that_asks_for_no_subject_says_nothing_of_names():
    plain = model(data={"bill": ["bill_no"]}, clears={})
    assert told([1], asking=plain) == []
    assert asks_for_subjects(ASKING, {"bill": FIRM})
    assert not asks_for_subjects(plain, {"bill": FIRM})
