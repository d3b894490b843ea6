"""Small models and tables, built where they are used."""

import datetime as dt

import pandas as pd

from pil_discovery.findings import Inputs, rows_of
from pil_discovery.types import Dataset, Model

AS_OF = dt.date(2026, 9, 30)

BILL = Dataset.model_validate(
    {
        "id": "bill",
        "title": {"zh": "账单"},
        "domain": "state_assets",
        "holder": "财政局",
        "kind": "record",
        "key": ["bill_no"],
        "fields": [
            {"name": "bill_no", "aliases": ["账单号"], "type": "text"},
            {"name": "due_date", "aliases": ["应缴日期"], "type": "date"},
            {
                "name": "amount_cny",
                "aliases": ["金额"],
                "type": "number",
                "unit": "CNY",
            },
        ],
    }
)
RELIEF = Dataset.model_validate(
    {
        "id": "relief",
        "title": {"zh": "减免"},
        "domain": "state_assets",
        "holder": "财政局",
        "kind": "record",
        "key": ["bill_no"],
        "fields": [{"name": "bill_no", "aliases": ["账单号"], "type": "text"}],
    }
)
DATASETS = {d.id: d for d in (BILL, RELIEF)}

SQL = """
SELECT bill_no, due_date AS fact_date, amount_cny,
       due_date <= $as_of AND amount_cny > $floor AS hit,
       EXISTS (SELECT 1 FROM relief r WHERE r.bill_no = b.bill_no) AS relieved
FROM bill b
"""


def model(**changes: object) -> Model:
    """Return a model over bills that are due and larger than a floor."""
    plain = {
        "id": "assets/bill",
        "code": "X-01",
        "version": "1.0.0",
        "status": "trial",
        "title": {"zh": "欠缴账单"},
        "domain": "state_assets",
        "why": "试验",
        "data": {"bill": ["bill_no", "due_date", "amount_cny"]},
        "clears": {"relief": ["bill_no"]},
        "parameters": {"floor": {"value": 100, "unit": "CNY", "why": "忽略尾差"}},
        "population": {"key": ["bill_no"], "sql": SQL},
        "exclusions": [{"when": "relieved", "then": "drop", "zh": "已批准减免"}],
        "measures": {"amount_cny": "CNY"},
        "agency": {"power": "p"},
        "explain": {"zh": "{bill_no}欠{amount_cny:yuan}元。", "en": "{bill_no}"},
    }
    return Model.model_validate({**plain, **changes})


def bills(*rows: tuple[str, str | None, float | None]) -> pd.DataFrame:
    """Return typed rows of (bill number, due date, amount)."""
    frame = pd.DataFrame(rows, columns=["bill_no", "due_date", "amount_cny"])
    return frame.assign(
        bill_no=frame["bill_no"].astype("string"),
        due_date=pd.to_datetime(frame["due_date"]).astype("datetime64[s]"),
        amount_cny=frame["amount_cny"].astype(float),
        _source="账单.csv",
        _sheet=None,
        _row=range(2, len(frame) + 2),
    )


def inputs(bill: pd.DataFrame, relief: list[str] | None = None) -> Inputs:
    """Return inputs of bills and, where given, the reliefs."""
    frames = {"bill": bill}
    if relief is not None:
        frames["relief"] = pd.DataFrame(
            {"bill_no": pd.array(relief, dtype="string")}
        ).assign(_source="减免.csv", _sheet=None, _row=range(2, len(relief) + 2))
    return Inputs(rows_of(frames, DATASETS), (), DATASETS)
