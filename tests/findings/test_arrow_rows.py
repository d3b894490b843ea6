"""Typed rows reach the engine with exact types."""

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.findings.arrow_rows import arrow_rows
from pil_discovery.types import Dataset

PLOT = Dataset.model_validate(
    {
        "id": "plot",
        "title": {"zh": "地块"},
        "domain": "land",
        "holder": "所",
        "kind": "record",
        "fields": [
            {"name": "no", "type": "text"},
            {"name": "price_cny", "type": "number", "unit": "CNY"},
            {"name": "floors", "type": "integer"},
            {"name": "public", "type": "boolean"},
            {"name": "due_date", "type": "date"},
            {"name": "seen_ts", "type": "datetime"},
            {"name": "geometry", "type": "geometry"},
        ],
    }
)


def table(**columns):
    return arrow_rows(pd.DataFrame(columns), PLOT)


@given(st.lists(st.floats(-1e14, 1e14) | st.just(np.nan), max_size=30))
def test_money_is_rounded_as_its_exact_value_asks(values):
    amounts = table(price_cny=np.array(values, dtype=float))["price_cny"].to_pylist()
    cent = Decimal("0.01")
    assert amounts == [
        None if np.isnan(v) else Decimal(v).quantize(cent, ROUND_HALF_EVEN)
        for v in values
    ]


@pytest.mark.parametrize("value", [2.675, 1.005, -0.125, 0.125, 1e10 + 0.005])
def test_money_beside_half_a_cent(value):
    (amount,) = table(price_cny=[value])["price_cny"].to_pylist()
    assert str(amount) == f"{value:.2f}"


def test_every_type_has_gaps():
    found = table(
        no=pd.array(["甲", None], dtype="string"),
        floors=pd.array([3, None], dtype="Int64"),
        public=pd.array([True, None], dtype="boolean"),
        due_date=np.array(["2026-01-02", "NaT"], dtype="datetime64[s]"),
        seen_ts=np.array(["2026-01-02T03:04:05", "NaT"], dtype="datetime64[s]"),
        geometry=[shapely.Point(1, 2), None],
    )
    first, second = found.to_pylist()
    assert first == {
        "no": "甲",
        "floors": 3,
        "public": True,
        "due_date": dt.date(2026, 1, 2),
        "seen_ts": dt.datetime.fromisoformat("2026-01-02T03:04:05"),
        "geometry": shapely.to_wkb(shapely.Point(1, 2)),
    }
    assert set(second.values()) == {None}


def test_partial_and_open_dates():
    days = np.array(["2026-02-01", "2026-03-01", "NaT"], dtype="datetime64[s]")
    last = np.array(["2026-02-28", "NaT", "NaT"], dtype="datetime64[s]")
    found = table(due_date=days, due_date_last=last, due_date_open=[False, False, True])
    end = dt.date(9999, 12, 31)
    assert found["due_date"].to_pylist()[0] == dt.date(2026, 2, 1)
    assert found["due_date_last"].to_pylist() == [
        dt.date(2026, 2, 28),
        dt.date(2026, 3, 1),
        end,
    ]
    whole = table(due_date=days, due_date_last=np.full(3, np.datetime64("NaT", "s")))
    assert "due_date_last" not in whole.column_names, "nothing is partial"


def test_rows_are_not_forgotten_without_columns():
    assert len(arrow_rows(pd.DataFrame(index=range(3)), PLOT)) == 3


def test_rows_beyond_a_block_are_turned_as_those_of_one():
    rows = 2**18 + 3
    frame = pd.DataFrame(
        {
            "no": pd.array([f"{n % 9}" for n in range(rows)], dtype="string"),
            "price_cny": np.arange(rows) / 8,
            "floors": pd.array([None, *range(rows - 1)], dtype="Int64"),
            "due_date": np.datetime64("2024-03-01", "s"),
            "due_date_last": np.datetime64("NaT", "s"),
        }
    )
    frame.loc[rows - 1, "due_date_last"] = pd.Timestamp("2024-03-31")
    whole = arrow_rows(frame, PLOT)
    assert whole["due_date_last"].to_pylist()[-2:] == [
        dt.date(2024, 3, 1),
        dt.date(2024, 3, 31),
    ]
    for start, end in [(0, 5), (2**18 - 2, rows)]:
        part = arrow_rows(frame.iloc[start:end], PLOT)
        assert whole.slice(start, end - start).select(part.column_names).equals(part)
