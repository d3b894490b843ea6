"""A small scan for the tests of this folder."""

import datetime as dt
from decimal import Decimal

import pandas as pd

from pil_discovery.report import write_scan
from pil_discovery.types import Applied, Finding, Fired, Lead, Parts, RecordRef

HOSTILE = "</script><img src=x onerror=alert(1)>=1+1"
POINT = {"type": "Point", "coordinates": [119.5, 30.1234567]}
RUN = {
    "product": "0.1.0",
    "name": "示例区筛查",
    "as_of": "2026-09-30",
    "sources": [
        {
            "dataset": "land_contract",
            "file": "数据/合同.xlsx",
            "sha256": "0" * 64,
            "bytes": 9,
            "rows_read": 3,
            "rows_used": 2,
            "rows_quarantined": 1,
            "encoding": None,
            "crs": None,
        }
    ],
    "units": {"CNY": "元", "day": "日"},
    "models": [
        {
            "id": "land/unpaid",
            "code": "LAND-01",
            "version": "1.0.0",
            "state": "computed",
            "missing": [],
            "counts": {"population": 2, "hit": 1, "review": 0, "clear": 1},
            "labels": {"unpaid_cny": "欠缴金额", "days_late": "逾期"},
            "units": {"unpaid_cny": "CNY", "days_late": "day"},
        },
        {
            "id": "environment/drain",
            "code": "ENV-18",
            "version": "1.0.0",
            "state": "not_computable",
            "missing": ["drain_permit.permit_no"],
            "counts": {"population": 0, "hit": 0, "review": 0, "clear": 0},
        },
    ],
}


def make_finding(number=1, **changes):
    values = {
        "finding_id": f"{number:024x}",
        "model": "land/unpaid",
        "code": "LAND-01",
        "model_version": "1.0.0",
        "domain": "land_transfer",
        "state": "hit",
        "key": {"contract_no": f"HT-{number}", "instalment_no": 1},
        "subject_name": "示例置业有限公司",
        "subject_code": "919903020000000012",
        "fact_date": dt.date(2026, 1, 1),
        "measures": {"unpaid_cny": Decimal("100000.00"), "days_late": None},
        "sentence_zh": f"第{number}期价款逾期。",
        "basis": ("law-1",),
        "agency": "示例区自然资源和规划局",
        "records": (
            RecordRef(dataset="land_contract", source="a.xlsx", sheet="表1", row=2),
        ),
        "geometry": POINT,
        "exclusions": (Applied(then="downgrade", zh="尾差"),),
        "inaction": (Fired(weight=0.6, zh="逾期"),),
        "merge": (f"HT-{number}",),
    }
    return Finding(**{**values, **changes})


def make_lead(number=1, **changes):
    part = Decimal("0.5000")
    names = ("certainty", "verifiability", "harm", "inaction", "urgency", "scale")
    values = {
        "lead_id": f"{number:024x}",
        "rank": number,
        "score": Decimal("17.68"),
        "parts": Parts(**dict.fromkeys(names, part)),
        "routes": {"admin": {"verifiability": part, "score": Decimal("17.68")}},
        "domain": "land_transfer",
        "model": "land/unpaid",
        "code": "LAND-01",
        "title_zh": "欠缴价款：示例置业有限公司（待核查）",
        "subject_name": "示例置业有限公司",
        "subject_code": "919903020000000012",
        "agency": "示例区自然资源和规划局",
        "route": "admin",
        "findings": (f"{number:024x}",),
        "measures": {"unpaid_cny": Decimal("100000.00")},
        "fact_date": dt.date(2026, 1, 1),
        "reasons": ("得分 17.68",),
        "geometry": POINT,
        "steps": ({"event": "suggest", "title_zh": "制发检察建议", "blocked_by": ()},),
    }
    return Lead(**{**values, **changes})


def make_quarantine(**changes):
    row = {
        "source": "数据/合同.xlsx",
        "sheet": "表1",
        "row": 7,
        "column": "due_date",
        "value": "=1+1",
        "scope": "cell",
        "reason_class": "date",
        "reason": "日期无法识别",
        "remedy": "改为 2024-03-01 的写法",
    }
    return pd.DataFrame([{**row, **changes}])


def write(out, **changes):
    values = {
        "run": RUN,
        "findings": [make_finding()],
        "leads": [make_lead()],
        "quarantine": make_quarantine(),
        "timing": {"seconds": 1.25},
    }
    return write_scan(out, **{**values, **changes})
