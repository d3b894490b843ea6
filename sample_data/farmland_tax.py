"""Farmland-occupation tax: penalties and approvals with and without a payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from district import DIVISION, TextFile, firm
from penalties import LATER_APPROVAL, OFFICE, Penalty, doc_no, penalty_rows
from terrain import GEOGRAPHIC, METRIC, at, layer

from pil_discovery.text.check_digits import resident_check_digit

if TYPE_CHECKING:
    from district import District, Row
    from terrain import Nature

TAX = "assets/farmland-tax-uncollected"
RECLAIM = "environment/temporary-land-unreclaimed"
_FILE = "数据/耕地占用税缴纳.csv"
_PENALTY, _APPROVAL, _TEMPORARY = "违法占地处罚", "批准用地", "临时用地"
_RATE = 30.0
_CROP = "未经批准占用耕地建设厂房"


def _resident(number: int) -> str:
    """Return a fictional identity number with a right check digit."""
    body = f"{DIVISION}19550101{number:03d}"
    return body + resident_check_digit(body)


class _Payments:
    """Rows of the tax office: payer, approval, area, tax, date."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.rows: list[Row] = [
            [
                "统一社会信用代码",
                "公民身份号码",
                "批准文号",
                "面积(平方米)",
                "税额(元)",
                "缴纳日期",
            ]
        ]

    def pay(
        self,
        area: float | None,
        date: str | None,
        *,
        code: str | None = None,
        person: str | None = None,
        approval: str | None = None,
        rate: float = _RATE,
    ) -> None:
        tax = None if area is None else f"{area * rate:.2f}"
        self.rows.append([code, person, approval, area, tax, date])


def _fined(number: int, date: str | None, area: float | None, **how: object) -> Penalty:
    """Return a penalty that only fines, with the fine paid: nothing else is open."""
    given = {"fact": _CROP, "use": "厂房", "fine": 10_000.0, "executed": "2026-09-15"}
    return Penalty(number, date, "罚款", area=area, **{**given, **how})


# penalty; payments (area, date, share of the rate); what must be found, and why
_CASES: list[tuple[Penalty, list[tuple[float | None, str | None, float]], str, str]] = [
    (
        _fined(201, "2025-03-01", 5120.0),
        [],
        "hit",
        "占用耕地五千余平方米，没有纳税记录",
    ),
    (
        _fined(202, "2024-06-01", 900.0, fact="非法占用永久基本农田堆放砂石"),
        [],
        "hit",
        "占用永久基本农田，没有纳税记录",
    ),
    (
        _fined(203, "2024-12-31", 640.0, fact="未经批准非法占地", nature="水田"),
        [],
        "hit",
        "土地性质写明水田",
    ),
    (_fined(204, "2026-08-30", 100.0), [], "hit", "面积恰为一百平方米，期限前一日届满"),
    (_fined(205, "2026-08-31", 100.0), [], "", "期限当日届满"),
    (_fined(206, "2025-01-15", 99.9), [], "", "不足一百平方米"),
    (
        _fined(207, "2025-01-16", 1000.0),
        [(1020.0, "2025-03-01", 1)],
        "",
        "相差百分之二",
    ),
    (
        _fined(208, "2025-01-17", 1000.0),
        [(1021.0, "2025-03-01", 1)],
        "review",
        "纳税面积相差百分之二以上",
    ),
    (
        _fined(209, "2025-05-01", 770.0),
        [(770.0, "2025-04-30", 1)],
        "",
        "处罚前一日已缴",
    ),
    (
        _fined(210, "2025-05-02", 880.0),
        [(880.0, "2025-06-30", 0)],
        "review",
        "零税额申报",
    ),
    (
        _fined(211, "2025-05-03", 1310.0, fact="占用耕地建设示例镇中心小学围墙"),
        [],
        "review",
        "可能属于学校减免",
    ),
    (
        _fined(212, "2025-05-04", 1460.0, fact="未经批准占用园地建设厂房"),
        [],
        "review",
        "占用的是园地",
    ),
    (_fined(213, "2019-08-31", 2210.0), [], "review", "早于耕地占用税法施行"),
    (_fined(214, "2019-09-01", 2220.0), [], "hit", "耕地占用税法施行当日"),
    (
        _fined(215, "2025-06-02", 1570.0, code=None),
        [],
        "unknown",
        "处罚没有单位代码",
    ),
    (_fined(216, "2025-06-03", None), [], "unknown", "处罚没有面积"),
    (
        _fined(217, "2025-06-04", 1680.0, fact="非法占地堆放建材"),
        [],
        "unknown",
        "没有写明占用的地类",
    ),
    (
        _fined(218, "2025-06-05", 1790.0),
        [(None, "2025-07-01", 1)],
        "unknown",
        "纳税没有面积",
    ),
    (
        Penalty(
            219,
            "2025-02-06",
            "责令拆除，恢复种植条件",
            "2025-12-01",
            _CROP,
            1830.0,
        ),
        [],
        "review",
        "已拆除并恢复种植条件",
    ),
]


def planted_penalties() -> list[Penalty]:
    """Return the land penalties that are planted for this tax."""
    dwelling = _fined(
        220,
        "2025-06-06",
        140.0,
        fact="未经批准占用耕地建房",
        code=None,
        party="示例某甲",
        person=_resident(11),
    )
    paid = _fined(
        221,
        "2025-06-07",
        160.0,
        fact="未经批准占用耕地建房",
        code=None,
        party="示例某乙",
        person=_resident(22),
    )
    twins = [
        _fined(number, date, 2500.0, code=firm(owner, "建材").code)
        for number, date, owner in (
            (222, "2025-06-08", 2870),
            (223, "2025-06-09", 2870),
            (224, "2025-06-10", 2871),
            (225, "2025-06-11", 2871),
        )
    ]
    orderly = [
        _fined(240 + i, f"2025-0{1 + i % 8}-08", 500.0 + 37 * i) for i in range(12)
    ]
    return [*(case[0] for case in _CASES), dwelling, paid, *twins, *orderly]


def build_farmland_tax(nature: Nature) -> None:
    """Add the payments and the approvals; after all penalties."""
    district = nature.district
    book = _Payments(district)

    for case, payments, state, why in _CASES:
        code = firm(2600 + case.number, "建材").code
        for area, date, share in payments:
            book.pay(area, date, code=code, rate=_RATE * share)
        if state:
            key = [_PENALTY, doc_no(case.number, case.date)]
            district.plant(TAX, state, key, why)
    _more_penalties(book)
    others = _approvals_of_others(nature, book)
    own = _approvals(nature, book)
    book.rows.append(["总计", *[None] * 5])
    district.add("tax_farmland", TextFile(_FILE, book.rows, "gbk"))
    district.settle(TAX, len(penalty_rows(district)) + others + own)


def _more_penalties(book: _Payments) -> None:
    """Plant dwellings, payments that fit two penalties, and those in order."""

    def plant(state: str, case: Penalty, why: str) -> None:
        document = doc_no(case.number, case.date)
        book.district.plant(TAX, state, [_PENALTY, document], why)

    rest = planted_penalties()[len(_CASES) :]
    dwelling, paid, first, second, third, fourth, *orderly = rest
    plant("review", dwelling, "可能是农村居民自建住宅")
    book.pay(160.0, "2025-06-20", person=paid.person)
    book.pay(2500.0, "2025-06-21", code=first.code)
    for case in (first, second):
        plant("unknown", case, "一笔税款对应两件处罚")
    for case in (third, fourth):
        book.pay(2500.0, "2025-06-22", code=case.code)  # clear: a payment for each
    for case in orderly:
        code = firm(2600 + case.number, "建材").code
        book.pay(case.area, "2025-09-20", code=code)
    # the removal that the court allowed is not executed, nor is the land taxed
    case = Penalty(101, "2024-11-20")
    plant("hit", case, "占用耕地，既未拆除也未纳税")


def _approvals_of_others(nature: Nature, book: _Payments) -> int:
    """Pay for the approvals that were planted for other models; return their count."""
    numbers: dict[str, float] = {}
    for dataset, _, frame in nature.layers:
        if dataset in ("land_approval", "temp_land"):
            read = frame[frame.is_valid]  # the others are quarantined
            areas = read.to_crs(METRIC).area
            for number, area in zip(read["批准文号"], areas, strict=True):
                numbers[number] = numbers.get(number, 0.0) + area
    for number, area in numbers.items():
        book.pay(round(float(area), 1), "2026-09-01", approval=number)
    return len(numbers)


def _approvals(nature: Nature, book: _Payments) -> int:
    """Plant approvals of conversion and temporary use; return their count."""
    district = nature.district
    rows: list[dict[str, object]] = []
    survey: list[dict[str, object]] = []

    def approve(
        number: int,
        kind: str | None,
        date: str,
        land: str = "",
        *,
        width: float = 100.0,
    ) -> str:
        """Add an approval in a row of plots 60 m deep; `land` is what was surveyed."""
        paper = f"示农转〔{date[:4]}〕示例{number}号"
        shape = at(100 + 170.0 * (number - 61), 500, width, 60)
        rows.append(
            {"批准文号": paper, "批准类型": kind, "批准日期": date, "geometry": shape}
        )
        if land:
            survey.append({"地类编码": land, "年度": 2024, "geometry": shape})
        return paper

    def plant(state: str, kind: str, paper: str, why: str) -> None:
        district.plant(TAX, state, [kind, paper], why)

    plant(
        "hit",
        _APPROVAL,
        approve(61, "农转用", "2025-03-01", "0101"),
        "水田六千平方米未纳税",
    )
    paper = approve(62, "农转用", "2025-03-02")
    plant("hit", _APPROVAL, paper, "没有地类图斑（减弱）")
    paper = approve(63, "农转用", "2025-03-03", "0103", width=57.0)
    plant("review", _APPROVAL, paper, "有未写文号而面积相符的纳税")
    book.pay(3420.0, "2025-05-05", code=firm(2880, "置业").code)
    paper = approve(64, "农转用", "2025-03-04", "0101", width=90.0)
    book.pay(5400.0, "2025-03-03", approval=paper)  # clear: paid the day before
    approve(65, "设施农用地", "2025-03-05", "0101", width=80.0)  # clear: not taxable
    paper = approve(66, "农转用", "2025-03-06", "0101", width=70.0)
    book.pay(4200.0, None, approval=paper)
    plant("unknown", _APPROVAL, paper, "纳税记录没有日期")
    paper = approve(67, "农转用", "2025-03-07", "0101", width=60.0)
    book.pay(3600.0, "2025-04-01", approval=paper, rate=0)
    plant("review", _APPROVAL, paper, "零税额申报")
    paper = approve(68, None, "2025-03-08", "0101", width=50.0)
    plant("unknown", _APPROVAL, paper, "没有批准类型")
    paper = approve(69, "农转用", "2019-06-01")
    plant("review", _APPROVAL, paper, "批准早于耕地占用税法施行")
    approve(70, "农转用", "2025-03-10", "0401", width=40.0)  # clear: grassland
    paper, date, shape = LATER_APPROVAL
    rows.append(
        {"批准文号": paper, "批准类型": "农转用", "批准日期": date, "geometry": shape}
    )
    book.pay(4200.5, "2026-03-01", approval=paper)
    path = "图层/农转用批准_城郊.gpkg"
    nature.add("land_approval", path, layer(rows, METRIC), issuer=OFFICE, scale=2000)
    count = _reclaimed(nature, survey)
    _survey(nature, survey)
    return len(rows) + count


def _reclaimed(nature: Nature, survey: list[dict[str, object]]) -> int:
    """Plant temporary uses that were reclaimed in time and a day late."""
    district = nature.district
    rows: list[dict[str, object]] = []
    cases = (
        (81, "2025-03-01", "dropped", "期满一年内复垦，税款退还"),
        (82, "2025-03-02", "hit", "复垦验收迟一日，税款不退"),
    )
    for number, accepted, state, why in cases:
        paper = f"示临用〔2022〕示例{number}号"
        shape = at(100 + 170.0 * (number - 81), 700, 50, 90)
        rows.append(
            {
                "批准文号": paper,
                "用地单位": firm(2800 + number, "路桥").name,
                "批准日期": "2022-03-01",
                "到期时间": "2024-03-01",
                "复垦验收日期": accepted,
                "geometry": shape,
            }
        )
        survey.append({"地类编码": "0101", "年度": 2021, "geometry": shape})
        district.plant(TAX, state, [_TEMPORARY, paper], why)
    # both are accepted, so neither is open in the register of reclamation
    others = sum(len(f) for name, _, f in nature.layers if name == "temp_land")
    district.join(RECLAIM, len(rows), others)
    nature.add(
        "temp_land",
        "图层/临时用地_已复垦.geojson",
        layer(rows, GEOGRAPHIC),
        crs=GEOGRAPHIC,
        issuer=OFFICE,
        scale=2000,
    )
    return len(rows)


def _survey(nature: Nature, rows: list[dict[str, object]]) -> None:
    nature.add(
        "lulc_patch",
        "图层/变更调查_城郊.gpkg",
        layer(rows, METRIC),
        issuer=OFFICE,
        valid_from="2024-12-31",
        scale=10000,
    )
