"""Small nouns for the tests of this folder."""

import datetime as dt
from decimal import Decimal

import numpy as np

from pil_discovery.types import (
    Basis,
    Finding,
    Model,
    Parts,
    RecordRef,
    Verdict,
    Words,
)
from pil_discovery.types.models import AgencyRule, HarmMeasure, Population

AS_OF = dt.date(2026, 9, 30)
FIRST_CHECK = dt.date(2025, 1, 1)
BINDING = Basis(
    id="law-1",
    law="示例法",
    article="1",
    effective_from=dt.date(2020, 1, 1),
    effective_to=None,
    kind="binding",
    role="applies",
    verified="text",
    summary_zh="示例",
)


def make_model(model_id="land/unpaid", **changes):
    values = {
        "id": model_id,
        "code": "LAND-01",
        "version": "1.0.0",
        "status": "trial",
        "title": Words(zh="欠缴价款", en="Unpaid price"),
        "domain": "land_transfer",
        "why": "示例",
        "data": {"land_contract": ("contract_no",)},
        "population": Population(key=("contract_no",), sql="SELECT 1"),
        "measures": {"unpaid_cny": "CNY", "days_late": "day"},
        "harm": (HarmMeasure(measure="unpaid_cny", floor=10_000, cap=50_000_000),),
        "agency": AgencyRule(power="land.transfer.collect"),
        "explain": Words(zh="示例"),
    }
    return Model(**{**values, **changes})


def make_finding(number=1, **changes):
    values = {
        "finding_id": f"f{number:03}",
        "model": "land/unpaid",
        "code": "LAND-01",
        "model_version": "1.0.0",
        "domain": "land_transfer",
        "state": "hit",
        "key": {"contract_no": f"HT-{number}"},
        "subject_name": "示例置业有限公司",
        "subject_code": "91990302000000001X",
        "fact_date": dt.date(2026, 1, 1),
        "place": "示例区示例路1号",
        "measures": {"unpaid_cny": Decimal("100000.00"), "days_late": 100},
        "basis": ("law-1",),
        "agency": "示例区自然资源和规划局",
        "records": (
            RecordRef(dataset="land_contract", source="a.xlsx", sheet="S", row=2),
        ),
        "merge": (f"HT-{number}",),
    }
    return Finding(**{**values, **changes})


def parts_of(certainty, verifiability=1, inaction=0):
    told = (certainty, verifiability, 0, inaction, 0, 0)
    values = [Decimal(str(x)).quantize(Decimal("0.0001")) for x in told]
    return Parts(**dict(zip(Parts.model_fields, values, strict=True)))


def make_checks(number, *, seed=0, weight=3.0, reported=1.0):
    """Leads of which the provable ones are true more often than the card says."""
    draw = np.random.default_rng(seed)
    certainty = draw.uniform(0.2, 0.8, number)
    provable = draw.uniform(0, 1, number)
    logit = reported * np.log(certainty / (1 - certainty)) + weight * (provable - 0.5)
    true = draw.random(number) < 1 / (1 + np.exp(-logit))
    return [
        Verdict(
            lead_id=f"{n:04}",
            model="a/b",
            model_version="1.0.0",
            outcome="confirmed" if true[n] else "refuted",
            on=FIRST_CHECK + dt.timedelta(days=n),
            parts=parts_of(round(certainty[n], 4), round(provable[n], 4)),
        )
        for n in range(number)
    ]
