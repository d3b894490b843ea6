import datetime as dt

import pandas as pd

from pil_discovery.pipeline.overviews import overview, required_columns
from tests.findings.factory import BILL, bills, model

AS_OF = dt.date(2026, 9, 30)


def test_period_freshness_and_gaps_are_told():
    rows = bills(("A", "2026-01-01", 5.0), ("B", "2026-12-31", None), ("C", None, 1.0))
    told = overview(rows, BILL, ["amount_cny", "due_date", "uscc"], AS_OF)
    assert told["period"] == {"due_date": ["2026-01-01", "2026-12-31"]}
    assert (told["latest"], told["age_day"]) == ("2026-01-01", 272)
    assert told["missing"] == {
        "amount_cny": "0.3333",
        "due_date": "0.3333",
        "uscc": "1.0000",
    }


def test_rows_without_dates_have_no_period():
    told = overview(pd.DataFrame({"bill_no": ["A"]}), BILL, [], AS_OF)
    assert (told["period"], told["latest"], told["age_day"]) == ({}, None, None)


def test_required_columns_are_those_of_all_models():
    assert required_columns([model()]) == {
        "bill": ["amount_cny", "bill_no", "due_date"]
    }
