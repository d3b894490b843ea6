"""Requests built by hand: one fictional district, one lead, its rows and law."""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from pil_discovery.bundle import BundleRequest
from pil_discovery.types import (
    Applied,
    Basis,
    Course,
    CourseStep,
    Dataset,
    Field,
    Finding,
    Fired,
    Lead,
    Model,
    Office,
    Parts,
    RecordRef,
    Source,
    Words,
)

TEMPLATES = Path(__file__).parents[2] / "models/procedure/documents"
AS_OF = date(2026, 9, 30)


def png(width=1500, height=1000):
    """A plain picture: a grey ground with a red frame."""
    line = (
        b"\0"
        + b"\xdd\xdd\xdd" * 300
        + b"\xc0\x20\x20" * (width - 600)
        + b"\xdd\xdd\xdd" * 300
    )
    edge = b"\0" + b"\xdd\xdd\xdd" * width
    rows = edge * 200 + line * (height - 400) + edge * 200

    def chunk(tag, data):
        body = tag + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (
        chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + parts


def dataset(name, title, fields, holder="示例区自然资源和规划局"):
    return Dataset(
        id=name,
        title=Words(zh=title),
        domain="land_transfer",
        holder=holder,
        kind="record",
        fields=fields,
    )


DATASETS = {
    "land_contract": dataset(
        "land_contract",
        "国有建设用地使用权出让合同",
        (
            Field(name="contract_no", aliases=("合同编号",), type="text"),
            Field(name="grantee", aliases=("受让人",), type="text", pii="name"),
            Field(name="phone", aliases=("联系电话",), type="text", pii="identifier"),
        ),
    ),
    "land_payment": dataset(
        "land_payment",
        "土地出让价款缴库明细",
        (
            Field(name="contract_no", aliases=("合同编号",), type="text"),
            Field(name="amount_cny", aliases=("实缴金额",), type="number", unit="CNY"),
        ),
        "示例区税务局",
    ),
}

MODEL = Model.model_validate(
    {
        "id": "land/unpaid-price",
        "code": "LAND-01",
        "version": "1.0.0",
        "status": "trial",
        "title": {"zh": "欠缴土地出让价款及违约金"},
        "domain": "land_transfer",
        "why": "国有土地收入未足额征收，主管部门负有催缴、追究违约责任的职责。",
        "data": {
            "land_contract": ["contract_no"],
            "land_payment": ["contract_no", "amount_cny"],
        },
        "parameters": {
            "min_unpaid_cny": {"value": 10000, "unit": "CNY", "why": "忽略尾差"}
        },
        "steps": [
            {
                "table": "paid",
                "sql": "SELECT contract_no, sum(amount_cny) AS paid_cny "
                "FROM land_payment GROUP BY ALL",
            }
        ],
        "population": {
            "key": ["contract_no"],
            "sql": "SELECT contract_no, TRUE AS hit FROM land_contract",
        },
        "exclusions": [
            {
                "when": "handover_date > $as_of",
                "then": "review",
                "zh": "政府尚未交地，缴款期限可能顺延",
            }
        ],
        "measures": {"unpaid_cny": "CNY", "days_late": "day"},
        "agency": {"power": "land.transfer.collect"},
        "remedy": ["collect_price", "collect_late_fee"],
        "verify": ["核对出让合同及补充协议", "核对非税收入缴库凭证"],
        "explain": {"zh": "{subject_name}"},
        "data_gap": "未计算违约金",
    }
)

BASES = (
    Basis(
        id="re-16",
        law="中华人民共和国城市房地产管理法",
        article="16",
        effective_from=date(2020, 1, 1),
        effective_to=None,
        kind="binding",
        role="applies",
        verified="text",
        summary_zh="土地使用者未按照出让合同约定支付出让金的，土地管理部门有权解除合同，并可以请求违约赔偿",
    ),
    Basis(
        id="lalr-14",
        law="中华人民共和国城镇国有土地使用权出让和转让暂行条例",
        article="14",
        effective_from=date(2020, 11, 29),
        effective_to=None,
        kind="binding",
        role="applies",
        verified="text+regex",
        summary_zh="签订出让合同后六十日内支付全部出让金；逾期未全部支付的，出让方有权解除合同，并可请求违约赔偿",
    ),
    Basis(
        id="apl-25-4",
        law="中华人民共和国行政诉讼法",
        article="25",
        paragraph="4",
        effective_from=date(2017, 7, 1),
        effective_to=None,
        kind="binding",
        role="applies",
        verified="text+regex",
        summary_zh="负有监督管理职责的行政机关违法行使职权或者不作为，致使公益受到侵害的，应当提出检察建议，督促其依法履行职责",
    ),
    Basis(
        id="int-21",
        law="最高人民法院、最高人民检察院关于检察公益诉讼案件适用法律若干问题的解释",
        article="21",
        paragraph="2",
        effective_from=date(2021, 1, 1),
        effective_to=None,
        kind="binding",
        role="applies",
        verified="text",
        summary_zh="行政机关应当自收到检察建议书之日起两个月内依法履行职责，并书面回复；紧急情形十五日内回复",
    ),
    Basis(
        id="mem-53-14",
        law="闲置土地处置办法",
        article="14",
        effective_from=date(2012, 7, 1),
        effective_to=None,
        kind="reference",
        role="applies",
        verified="secondary",
        summary_zh="二手资料",
    ),
)

COURSE = Course(
    agency="示例区自然资源和规划局",
    route="admin",
    why="主管部门未依法履行职责",
    mandate=("apl-25-4",),
    steps=(
        CourseStep(
            event="suggestion.serve",
            title_zh="送达检察建议书",
            clock="suggestion-service",
            period_zh="三日内",
        ),
        CourseStep(
            event="agency.reply",
            title_zh="书面回复",
            clock="suggestion-reply",
            period_zh="两个月内",
            basis=("int-21",),
        ),
        CourseStep(
            event="agency.reply",
            title_zh="紧急回复",
            clock="suggestion-reply-urgent",
            period_zh="十五日内",
            basis=("int-21",),
        ),
    ),
)

SQUARE = {
    "type": "Polygon",
    "coordinates": [
        [[120.6, 28.0], [120.61, 28.0], [120.61, 28.01], [120.6, 28.01], [120.6, 28.0]]
    ],
}


def finding(number, *, name="示例置业有限公司", state="hit", **more):
    given = {
        "finding_id": hashlib.sha256(f"f{number}".encode()).hexdigest(),
        "model": MODEL.id,
        "code": MODEL.code,
        "model_version": "1.0.0",
        "domain": "land_transfer",
        "state": state,
        "key": {"contract_no": f"HT-{number}", "instalment_no": 1},
        "subject_name": name,
        "fact_date": date(2025, 3, 1),
        "measures": {"unpaid_cny": Decimal("12345678.90"), "days_late": 578},
        "sentence_zh": f"{name}（合同HT-{number}）第1期价款逾期578日，"
        "尚欠1234.57万元。",
        "basis": ("re-16",),
        "agency": "示例区自然资源和规划局",
        "records": (
            RecordRef(
                dataset="land_contract",
                source="数据/出让合同.csv",
                sheet=None,
                row=number + 1,
            ),
            RecordRef(
                dataset="land_payment",
                source="数据/缴库明细.csv",
                sheet=None,
                row=number + 1,
            ),
        ),
        "inaction": (Fired(weight=0.6, zh="逾期超过六十日未解除合同"),),
    }
    return Finding.model_validate({**given, **more})


def request(folder, *, name="示例置业有限公司", plate=True, findings=None, **more):
    """A complete request with raw files below `folder`."""
    paths = raw_files(folder)
    found = (
        findings
        if findings is not None
        else [
            finding(1, name=name, geometry=SQUARE),
            finding(
                2,
                name=name,
                state="review",
                place="示例区示范街道12号地块",
                exclusions=(
                    Applied(then="review", zh="政府尚未交地，缴款期限可能顺延"),
                ),
            ),
        ]
    )
    whole = BundleRequest(
        scan_dir=folder / "out",
        run={
            "as_of": AS_OF.isoformat(),
            "version": "0.1.0",
            "models": [
                {
                    "id": MODEL.id,
                    "version": "1.0.0",
                    "state": "computed",
                    "missing_clears": ["land_supplement"],
                }
            ],
        },
        lead=lead(found, name),
        findings=found,
        models={MODEL.id: MODEL},
        bases=BASES,
        course=COURSE,
        office=Office(name="示例区人民检察院", short="示检"),
        out=folder / "bundle",
        templates=TEMPLATES,
        datasets=DATASETS,
        rows=rows(found, name),
        sources=sources(paths),
        source_paths=paths,
        plate=png() if plate else None,
        remedies={
            "collect_price": "依法催缴尚欠的土地出让价款",
            "collect_late_fee": "依照合同约定追究逾期缴款的违约责任",
        },
    )
    return replace(whole, **more)


def lead(found, name):
    zero = Decimal("0.5000")
    return Lead(
        lead_id=hashlib.sha256(b"lead").hexdigest(),
        rank=1,
        score=zero,
        parts=Parts(
            certainty=zero,
            verifiability=zero,
            harm=zero,
            inaction=zero,
            urgency=zero,
            scale=zero,
        ),
        domain="land_transfer",
        model=MODEL.id,
        code=MODEL.code,
        title_zh=f"{name}欠缴土地出让价款",
        subject_name=name,
        agency="示例区自然资源和规划局",
        route="admin",
        findings=tuple(f.finding_id for f in found),
        remedy=MODEL.remedy,
        verify=MODEL.verify,
        missing=("没有补充协议数据",),
    )


def rows(found, name):
    return [
        {
            "dataset": r.dataset,
            "source": r.source,
            "sheet": r.sheet,
            "row": r.row,
            "cells": {
                "合同编号": f.key["contract_no"],
                "受让人": name,
                "联系电话": "13800001234",
                "备注": "=1+1",
            },
        }
        for f in found
        for r in f.records
    ]


def raw_files(folder):
    base = folder / "工作区/数据"
    base.mkdir(parents=True, exist_ok=True)
    (base / "出让合同.csv").write_text(
        "合同编号,受让人\nHT-1,甲\nHT-2,乙\n", encoding="utf-8"
    )
    (base / "缴库明细.csv").write_text(
        "合同编号,实缴金额\nHT-1,1\nHT-2,2\n", encoding="utf-8"
    )
    return {f"数据/{p.name}": p for p in sorted(base.iterdir())}


def sources(paths):
    data = {"数据/出让合同.csv": "land_contract", "数据/缴库明细.csv": "land_payment"}
    return [
        Source(
            dataset=data[file],
            file=file,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            bytes=path.stat().st_size,
            rows_read=2,
            rows_used=2,
            encoding="utf-8",
            obtained="2026-09-15",
        )
        for file, path in paths.items()
    ]
