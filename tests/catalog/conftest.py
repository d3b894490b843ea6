from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

DOMAINS = """\
domains:
  - {id: land_transfer, title: {zh: 国有土地使用权出让}}
"""
UNITS = "units: {CNY: 元, day: 日}\n"
DATASET = """\
id: contract
title: {zh: 合同}
domain: land_transfer
holder: 示例局
kind: record
key: [contract_no]
fields:
  - {name: contract_no, aliases: [合同编号], type: text}
  - {name: amount_cny, aliases: [金额], type: number, unit: CNY}
"""
LAW = """\
law: 示例法
law_key: EX
articles:
  - id: ex-1
    article: 1
    effective_from: 2020-01-01
    effective_to: 2026-08-14
    effective_from_basis: text
    topic: duty
    domain: land
    summary_zh: 旧规则
    source: 示例
    verified: text
  - id: ex-9
    article: 9
    effective_from: 2026-08-15
    effective_from_basis: text
    topic: duty
    domain: land
    summary_zh: 新规则
    source: 示例
    verified: secondary
"""
TOPICS = "topics:\n  land.test: [ex-1, ex-9]\n  mandate.none: []\n"
POWERS = """\
powers:
  - {id: land.collect, title: {zh: 催缴}, agency: 自然资源主管部门, basis: [ex-1]}
"""
AGENCIES = """\
jurisdiction: "990302"
agencies:
  - {power: land.collect, agency: 示例区旧局, valid_to: 2022-06-30}
  - {power: land.collect, agency: 示例区新局, valid_from: 2022-07-01}
"""
REGIME = 'id: "2021"\ntitle_zh: 示例规则\nvalid_from: 2021-07-01\n'
CLOCKS = """\
clocks:
  - {id: reply, title_zh: 回复, number: 2, unit: month, starts_from: 收到, basis: []}
"""
ROUTES = """\
routes:
  - id: admin
    title_zh: 行政公益诉讼
    mandates: {land_transfer: [land.test]}
    steps:
      - {event: agency.reply, title_zh: 回复, clock: reply, basis: [ex-1]}
"""
MODEL = """\
id: land/unpaid
code: TEST-01
version: 1.0.0
status: trial
title: {zh: 欠缴}
domain: land_transfer
why: 示例
data: {contract: [contract_no, amount_cny]}
parameters: {days: {value: 60, unit: day, why: 示例}}
population:
  key: [contract_no]
  sql: SELECT contract_no, amount_cny > 0 AS hit FROM contract
measures: {amount_cny: CNY}
agency: {power: land.collect}
basis: [ex-1]
explain: {zh: "{contract_no}"}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A complete small folder of models."""
    home = tmp_path / "models"
    files = {
        "datasets/units.yaml": UNITS,
        "datasets/land/contract.yaml": DATASET,
        "law/ex.yaml": LAW,
        "law/topics/land.yaml": TOPICS,
        "procedure/domains.yaml": DOMAINS,
        "procedure/documents/wording/remedies.yaml": "collect: 催缴\n",
        "procedure/powers.yaml": POWERS,
        "procedure/agencies/990302.yaml": AGENCIES,
        "procedure/regime_2021/regime.yaml": REGIME,
        "procedure/regime_2021/clocks.yaml": CLOCKS,
        "procedure/regime_2021/routes.yaml": ROUTES,
        "screening/land/unpaid.yaml": MODEL,
    }
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return home
