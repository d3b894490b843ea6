"""Text tables: titles, footers, headers, data sets and keys."""

from __future__ import annotations

from tests.zoo.cases import cell, row
from tests.zoo.making import FIRST, HEAD, ROWS, SECOND, text, text_of
from tests.zoo.text_cases import CONTRACT, PLAIN, READ, contract, rows_of

# ---- layout ----

_TITLE = ("示例区2024年出让合同台账", "", "", "", "")
_LAYOUT = [
    rows_of(
        "layout-title",
        [_TITLE, *ROWS],
        rows=2,
        cells={3: {"area_m2": 1000.0}},
        skipped={1: "标题"},
    ),
    rows_of(
        "layout-short-title",
        "示例区出让合同台账\r\n\r\n" + PLAIN,
        rows=2,
        cells={4: {"area_m2": 1000.0}},
        skipped={1: "标题"},
    ),
    rows_of(
        "layout-blank-lines",
        [HEAD, FIRST, ("",) * 5, SECOND, ("",) * 5],
        rows=2,
        cells={4: {"area_m2": 2000.5}},
        skipped={3: "空行", 5: "空行"},
    ),
    rows_of(
        "layout-bare-blank-lines",
        text_of(ROWS[:2]) + "\r\n\r\n" + text_of(ROWS[2:]),
        rows=2,
        cells={5: {"area_m2": 2000.5}},
    ),
    rows_of(
        "layout-total",
        [*ROWS, ("合计", "", "3000.5", "12200000.5", "")],
        rows=2,
        skipped={4: "合计"},
    ),
    rows_of(
        "layout-total-spaced",
        [*ROWS, ("合　计", "", "3000.5", "12200000.5", "")],
        rows=2,
        skipped={4: "合计"},
    ),
    rows_of(
        "layout-subtotals",
        [
            HEAD,
            FIRST,
            ("小计", "", "1000", "", ""),
            SECOND,
            ("小计", "", "2000.5", "", ""),
            ("总计", "2宗", "3000.5", "", ""),
        ],
        rows=2,
        skipped={3: "小计", 5: "小计", 6: "合计"},
    ),
    rows_of(
        "layout-signed",
        [
            *ROWS,
            ("制表人：张某", "", "审核人：李某", "", ""),
            ("填报日期：2024-12-31", "", "", "", ""),
        ],
        rows=2,
        skipped={4: "表尾", 5: "表尾"},
    ),
    rows_of(
        "layout-remark",
        [*ROWS, ("备注：面积以批准文件为准", "", "", "", "")],
        rows=2,
        skipped={4: "表尾"},
    ),
    rows_of(
        "layout-repeated-header",
        [HEAD, FIRST, HEAD, SECOND, HEAD],
        rows=2,
        cells={4: {"area_m2": 2000.5}},
        skipped={3: "重复的表头", 5: "重复的表头"},
    ),
    rows_of(
        "layout-page-footer",
        [HEAD, FIRST, ("第1页 共2页", "", "", "", ""), HEAD, SECOND],
        rows=2,
        skipped={3: "表尾", 4: "重复的表头"},
    ),
    rows_of(
        "layout-company-named-like-a-total",
        [HEAD, ("合计划-1", "合计划公司", *FIRST[2:])],
        rows=1,
        cells={2: {"contract_no": "合计划-1"}},
    ),
    rows_of(
        "layout-units-row",
        [
            ("合同编号", "受让人", "出让面积", "成交价", "签订日期"),
            ("", "", "公顷", "万元", ""),
            ("A-1", "甲", "1.5", "500", "2024-3-5"),
        ],
        rows=1,
        cells={3: {"area_m2": 15000.0, "price_total_cny": 5000000.0}},
        skipped={2: "单位行"},
        notes=("公顷", "万元"),
    ),
    rows_of(
        "layout-two-header-rows",
        [
            ("合同", "", "宗地", "", ""),
            ("合同编号", "受让人", "出让面积（亩）", "成交价（万元）", "签订日期"),
            ("A-1", "甲", "3", "500", "2024-3-5"),
        ],
        rows=1,
        cells={3: {"area_m2": 2000.0, "price_total_cny": 5000000.0}},
    ),
    rows_of("layout-header-only", [HEAD], rows=0),
    rows_of(
        "layout-no-header",
        [FIRST, SECOND],
        refused="header",
        says=("找不到", "表头", "合同编号"),
    ),
    rows_of(
        "layout-other-header",
        [("甲", "乙"), ("1", "2")],
        refused="header",
        says=("表头",),
    ),
]

# ---- headers ----

_HEADERS = [
    rows_of(
        "header-code-beside-name",
        [
            ("合同编号 HTBH", "受让人", "出让面积(公顷)", "签订日期"),
            ("A-1", "甲", "1.5", "2024-3-5"),
        ],
        cells={2: {"contract_no": "A-1", "area_m2": 15000.0}},
    ),
    rows_of(
        "header-starred",
        [
            ("*合同编号", "＊受让人", "出让面积：亩", "签订日期*"),
            ("A-1", "甲", "3", "2024-3-5"),
        ],
        cells={2: {"contract_no": "A-1", "area_m2": 2000.0}},
    ),
    rows_of(
        "header-full-width",
        [
            ("合同编号", "受让人", "出让面积（ｍ２）", "成交价［万元］"),
            ("A-1", "甲", "3", "2"),
        ],
        cells={2: {"area_m2": 3.0, "price_total_cny": 20000.0}},
    ),
    rows_of(
        "header-line-end",
        [
            ("合同\n编号", "受 让 人", "出让\n面积\n（亩）", "签订日期"),
            ("A-1", "甲", "3", "2024-3-5"),
        ],
        cells={5: {"contract_no": "A-1", "grantee": "甲", "area_m2": 2000.0}},
    ),
    rows_of(
        "header-invisible",
        [
            ("\u200b合同编号\ufeff", "受让人\u00a0", "出让面积\u3000(亩)", "签订日期"),
            ("A-1", "甲", "3", "2024-3-5"),
        ],
        cells={2: {"contract_no": "A-1", "area_m2": 2000.0}},
    ),
    rows_of(
        "header-canonical",
        [
            ("contract_no", "grantee", "area_m2", "sign_date"),
            ("A-1", "甲", "3", "2024-3-5"),
        ],
        cells={2: {"area_m2": 3.0}},
    ),
    rows_of(
        "header-unused-column",
        [(*HEAD, "经办科室"), (*FIRST, "一科")],
        cells={2: READ[2]},
        notes=("未使用的列 经办科室",),
    ),
    rows_of(
        "header-twice",
        [(*HEAD, "出让合同号"), (*FIRST, "另一号")],
        cells={2: {"contract_no": "示合2024-001"}},
        notes=("重复的列未使用 出让合同号",),
    ),
    rows_of("header-nameless-column", [("", *HEAD), ("1", *FIRST)], cells={2: READ[2]}),
    contract(
        "header-told",
        text([("号", *HEAD[1:]), FIRST]),
        options={**CONTRACT, "columns": {"号": "contract_no"}},
        cells={2: READ[2]},
    ),
    contract(
        "header-told-wrongly",
        text(ROWS),
        options={**CONTRACT, "columns": {"受让方": "grantee"}},
        refused="header",
        says=("没有“受让方”", "受让人"),
    ),
    contract(
        "header-told-to-nothing",
        text(ROWS),
        options={**CONTRACT, "columns": {"受让人": "granted"}},
        refused="header",
        says=("没有“granted”", "grantee"),
    ),
    contract(
        "data-set-recognised",
        text(ROWS),
        options={},
        rows=2,
        cells=READ,
        also=lambda t: _is(t.dataset.id, "land_contract"),
    ),
    contract(
        "data-set-unrecognised",
        text([("甲", "乙"), ("1", "2")]),
        options={},
        refused="header",
        says=("认不出是哪个数据集",),
    ),
    contract(
        "data-set-unknown",
        text(ROWS),
        options={"dataset": "land_contracts"},
        refused="header",
        says=("没有数据集“land_contracts”", "land_contract"),
    ),
    contract(
        "data-set-tie",
        text([("合同编号", "备注"), ("A-1", "x")], name="x.csv"),
        options={},
        refused="header",
        says=("数据集",),
    ),
]


def _is(found, wanted):
    assert found == wanted


# ---- keys ----

_KEYS = [
    rows_of(
        "key-missing", [*ROWS, ("", *SECOND[1:])], rows=2, out=[row(4, "key_missing")]
    ),
    rows_of(
        "key-placeholder",
        [*ROWS, ("/", *SECOND[1:])],
        rows=2,
        out=[row(4, "key_missing")],
        notes=("占位符",),
    ),
    rows_of("key-duplicate", [*ROWS, FIRST], rows=2, out=[row(4, "duplicate")]),
    rows_of(
        "key-duplicate-thrice",
        [HEAD, FIRST, FIRST, FIRST],
        rows=1,
        out=[row(3, "duplicate"), row(4, "duplicate")],
    ),
    rows_of(
        "key-duplicate-otherwise-written",
        [
            HEAD,
            FIRST,
            (
                "示合２０２４－００１",
                "示例甲公司",
                "1,000.00",
                "500万元",
                "2024年3月5日",
            ),
        ],
        rows=1,
        out=[row(3, "duplicate")],
    ),
    rows_of(
        "key-conflict",
        [*ROWS, (FIRST[0], "示例丙公司", *FIRST[2:])],
        rows=1,
        out=[row(2, "key_conflict"), row(4, "key_conflict")],
    ),
    rows_of(
        "key-conflict-and-duplicate",
        [HEAD, FIRST, FIRST, (FIRST[0], "丙", *FIRST[2:])],
        rows=0,
        out=[row(2, "key_conflict"), row(3, "duplicate"), row(4, "key_conflict")],
    ),
    contract(
        "key-of-two-columns",
        text(
            [
                ("合同编号", "期次", "应缴金额(元)"),
                ("A", "1", "5"),
                ("A", "2", "5"),
                ("A", "2", "6"),
            ]
        ),
        options={"dataset": "land_instalment"},
        rows=1,
        out=[row(3, "key_conflict"), row(4, "key_conflict")],
    ),
    contract(
        "key-none-keeps-twins",
        text(
            [
                ("合同编号", "期次", "缴款日期", "实缴金额(元)"),
                *[("A", "1", "2024-1-5", "5")] * 2,
            ]
        ),
        options={"dataset": "land_payment"},
        rows=2,
        notes=("内容完全相同的行都已保留",),
    ),
    contract(
        "key-column-absent", text([HEAD[1:], FIRST[1:]]), rows=1, notes=("缺少主键列",)
    ),
    contract(
        "key-date-may-be-missing",
        text([("身份证号", "年月"), ("11010519491231002X", "")]),
        options={"dataset": "social_insurance"},
        rows=1,
    ),
    rows_of(
        "key-letter-case", [HEAD, ("ab-1", *FIRST[1:]), ("AB-1", *SECOND[1:])], rows=2
    ),
]
_UNREADABLE_KEY = rows_of(
    "key-truncated",
    [HEAD, ("9.9E+17", *FIRST[1:])],
    rows=0,
    out=[cell(2, "contract_no", "truncated"), row(2, "key_missing")],
)

CASES = [*_LAYOUT, *_HEADERS, *_KEYS, _UNREADABLE_KEY]
