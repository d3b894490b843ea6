"""The files of the land side, in the shapes that agencies send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from district import STEMS, Sheet, TextFile, Workbook, day, firm, later
from scenes import SOUTH, WEST

if TYPE_CHECKING:
    from district import Row
    from land import Land


def _yuan(amount: object) -> object:
    return f"{float(amount):,.2f}" if isinstance(amount, int) else amount


def _wan(amount: object) -> object:
    return float(amount) / 10000 if isinstance(amount, (int, str)) else amount


def _dotted(text: str) -> str:
    """Write a date as 2024.3.1, as many exports do."""
    parts = text.split("-")
    return ".".join(str(int(p)) for p in parts) if len(parts) == 3 else text


def _chinese(text: str) -> str:
    """Write a date as 2024年3月1日."""
    parts = text.split("-")
    if len(parts) != 3:
        return text
    year, month, day = (int(p) for p in parts)
    return f"{year}年{month}月{day}日"


def _serial(text: str) -> object:
    """Write a date as the day number of a spreadsheet."""
    if len(text.split("-")) != 3:
        return text
    return (day(text) - day("1899-12-30")).days


def write_land(land: Land) -> None:
    _contracts(land)
    _instalments(land)
    _payments(land)
    _other_papers(land)
    _permits(land)
    _registrations(land)


def _contracts(land: Land) -> None:
    top: list[Row] = [
        ["示例区国有建设用地使用权出让合同台账"] + [None] * 12,
        ["填报单位：示例区自然资源和规划局（虚构）"] + [None] * 12,
        [
            "合同编号",
            "电子监管号",
            "宗地编号",
            "受让人",
            "统一社会信用代码",
            "出让条件",
            None,
            None,
            "成交价(万元)",
            "约定日期",
            None,
            None,
            "违约金比例(‰)",
        ],
        [
            None,
            None,
            None,
            None,
            None,
            "出让面积(公顷)",
            "土地用途",
            "容积率上限",
            None,
            "签订日期",
            "交地日期",
            "约定动工时间",
            None,
        ],
    ]
    merges = [(0, 0, 0, 12), (2, 5, 2, 7), (2, 9, 2, 11)]
    merges += [(2, c, 3, c) for c in (0, 1, 2, 3, 4, 8, 12)]
    rows: list[Row] = list(top)
    path = "数据/出让合同台账.xlsx"
    for i, deal in enumerate(land.deals):
        if i == 40:  # a page break of the printed table
            rows += [list(top[2]), list(top[3])]
        rows.append(
            [
                deal.no,
                f"990302{deal.sign[:4]}B{i + 1:05d}",
                deal.parcel_no,
                deal.grantee.name,
                deal.code,
                round(deal.area_m2 / 10000, 6),
                deal.use_code,
                deal.far,
                deal.price / 10000,
                deal.sign,
                deal.handover,
                deal.start or "/",
                1,
            ]
        )
        if deal.no == "示让2022-90":
            why = "受让人代码校验位有误"
            land.district.mark(path, len(rows), "checksum", why, "uscc")
        if i == 5:
            rows[-1][1] = 990302202000012345
            why = "监管号按数字保存，末位丢失"
            land.district.mark(path, len(rows), "truncated", why, "supervision_no")
        if i == 7:
            rows.append(list(rows[-1]))
            land.district.mark(path, len(rows), "duplicate", "重复录入的一行")
    total = sum(d.price for d in land.deals) / 10000
    rows.append(["合计"] + [None] * 7 + [total] + [None] * 4)
    rows.append(["制表人：示例员甲"] + [None] * 12)
    old: list[Row] = [["合同编号", "受让人"], ["旧-1", "示例旧台账单位"]]
    sheets = [
        Sheet("出让台账", rows, merges),
        Sheet("旧台账（勿用）", old, hidden=True),
    ]
    land.district.add(
        "land_contract", Workbook(path, sheets), issuer="示例区自然资源和规划局"
    )


def _instalments(land: Land) -> None:
    rows: list[Row] = [["出让合同号", "期次", "约定缴款日期", "应缴金额（元）"]]
    for deal in land.deals:
        for (number, due, _), amount in zip(deal.due, deal.amounts, strict=True):
            rows.append([deal.no, number, _chinese(due), _yuan(amount)])  # type: ignore[list-item]
    rows[12][3] = "".join(
        chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in str(rows[12][3])
    )
    file = TextFile("数据/分期缴款约定.csv", rows, encoding="gbk")
    land.district.add("land_instalment", file)


def _payments(land: Land) -> None:
    head = ["合同编号", "期次", "入库日期", "入库金额(元)", "款项性质"]
    old: list[Row] = [list(head)]
    new: list[Row] = [
        ["示例区土地出让收入缴库明细（2024年以后）", None, None, None, None],
        ["合同编号", "期次", "缴款日期", "本次入库数", "款项性质"],
    ]
    every: list[tuple[str | None, list[object]]] = [
        (d.no, p) for d in land.deals for p in d.paid
    ]
    every += [(None, p) for p in land.loose]
    bad = 0
    for no, (number, date, amount, kind) in every:
        if str(date) < "2024-01-01":
            old.append([no, number, _dotted(str(date)), _yuan(amount), kind])  # type: ignore[list-item]
            continue
        shown = _wan(amount) if amount != "见附件回单" else amount
        new.append([no, number, _serial(str(date)), shown, kind])  # type: ignore[list-item]
        if amount == "见附件回单":
            bad = len(new)
    new.append(
        ["合计", None, None, sum(r[3] for r in new if isinstance(r[3], float)), None]
    )
    path = "数据/缴库明细_2024年起.xlsx"
    land.district.mark(path, bad, "type", "金额栏写的是文字", "amount_cny")
    land.district.add(
        "land_payment", TextFile("数据/缴库明细_2023年及以前.csv", old, "gbk")
    )
    land.district.add(
        "land_payment",
        Workbook(path, [Sheet("缴库", new)]),
        columns={"本次入库数": "amount_cny"},
        units={"amount_cny": "万元"},
    )


def _other_papers(land: Land) -> None:
    head: Row = [
        "合同编号",
        "期次",
        "变更后缴款日期",
        "变更后动工日期",
        "补充协议签订日期",
    ]
    file = TextFile("数据/补充协议.txt", [head, *land.supplements], "gbk", "\t")
    land.district.add("land_supplement", file)

    path = "数据/催缴通知.csv"
    notices: list[Row] = [["合同编号", "催缴日期", "文号"], *land.notices]
    notices.append(
        ["示让2022-60", "2023-08-01", "示催缴〔2023〕示例9号", "附件", "附件"]
    )
    land.district.mark(path, len(notices), "fields", "多出两栏，列错位")
    land.district.add("land_collection_notice", TextFile(path, notices, "utf-8-sig"))

    rows: list[Row] = [["合同编号", "认定日期", "闲置原因", "处置方式", "闲置费(万元)"]]
    path = "数据/闲置土地台账.xls"
    for row in land.idle:
        rows.append([row[0], _chinese(str(row[1])), *row[2:]])
        if row[2] == "历史遗留":
            why = "闲置原因不在代码表内"
            land.district.mark(path, len(rows), "range", why, "cause")
    land.district.add("idle_case", Workbook(path, [Sheet("闲置土地", rows)]))


def _permits(land: Land) -> None:
    head: Row = [
        "施工许可证号",
        "建设单位",
        "统一社会信用代码",
        "项目名称",
        "合同价格(万元)",
        "开工日期",
        "东坐标",
        "北坐标",
    ]
    rows: list[Row] = [head]
    for deal in land.deals:
        for date, code, place in deal.permits:
            x, y = place or (None, None)  # type: ignore[misc]
            rows.append(
                [
                    f"施{990302}{len(rows):06d}",
                    deal.grantee.name,
                    code,  # type: ignore[list-item]
                    f"{deal.grantee.name[2:4]}项目{len(rows)}期",
                    deal.price / 10000 * 1.5,
                    _serial(str(date)),  # type: ignore[list-item]
                    None if x is None else WEST + x,
                    None if y is None else SOUTH + y,
                ]
            )
    for i, (name, date) in enumerate(_NAMED_STARTS):
        number = len(rows)
        code = firm(410 + i, "建设").code
        rows.append(
            [
                f"施{990302}{number:06d}",
                f"示例建设{i}",
                code,
                name,
                900.0,
                date,
                None,
                None,
            ]
        )
    land.district.add(
        "construction_permit",
        Workbook("数据/施工许可.xlsx", [Sheet("施工许可", rows)]),
        crs="EPSG:4549",
        sigma_m=10.0,
    )
    _planning(land)


_NAMED_STARTS = [
    ("示例供地项目5号", "2022-03-01"),
    ("示例供地项目6号", "2023-05-18"),
    ("示例供地项目7号", "2021-11-11"),
    ("示例人防己项目", "2025-03-01"),
    ("示例人防甲项目", "2024-02-01"),
]


def _planning(land: Land) -> None:
    plans: list[Row] = [
        [
            "许可证号",
            "合同编号",
            "宗地编号",
            "统一社会信用代码",
            "发证日期",
            "计容面积(㎡)",
        ]
    ]
    done: list[Row] = [
        ["规划许可证号", "核实日期", "实测计容面积（平方米）", "实测用地面积（平方米）"]
    ]
    for deal in land.deals:
        for date, gfa, site in deal.completed:
            no = f"建字第990302{len(plans):04d}号"
            allowed = deal.area_m2 * deal.far
            over = deal.no == "示让2020-112"
            by_parcel = len(plans) % 4 == 0
            plans.append(
                [
                    no,
                    None if by_parcel else deal.no,
                    deal.parcel_no,
                    deal.code,
                    later(deal.sign, 300),
                    gfa if over else allowed,  # type: ignore[list-item]
                ]
            )
            done.append([no, _dotted(str(date)), gfa, site])  # type: ignore[list-item]
            if gfa == "未测":
                land.district.mark(
                    "数据/竣工核实.csv",
                    len(done),
                    "type",
                    "面积栏写的是文字",
                    "gfa_above_m2",
                )
    plans += [
        [
            f"建字第990302R{i:03d}号",
            None,
            None,
            firm(300 + i, "置业").code,
            land.district.cad_dates.get(i, "2024-03-05"),
            None,
        ]
        for i in range(1, 31)
    ]
    file = TextFile("数据/规划许可.csv", plans, "utf-8-sig", ";")
    land.district.add("planning_permit", file)
    land.district.add("completion", TextFile("数据/竣工核实.csv", done, "gbk"))


def _registrations(land: Land) -> None:
    rows: list[Row] = [
        [
            "不动产权证号",
            "宗地编号",
            "权利人",
            "统一社会信用代码",
            "登记时间",
            "建筑面积",
            "用途",
            "权利性质",
        ]
    ]
    for deal in land.deals:
        for date, code, person, kind in deal.registered:
            no = f"示（2026）示例区不动产权第{len(rows):07d}号"
            holder = person or deal.grantee.name
            rows.append(
                [
                    no,
                    deal.parcel_no,
                    holder,
                    code,
                    _chinese(str(date)),
                    deal.area_m2,
                    "商住",
                    kind,
                ]  # type: ignore[list-item]
            )
    # a rare character of GB 18030 that GBK does not have
    rows[1][2] = "示例㐂㑇有限公司"
    rows[2][2] = "示例𠮷丰有限公司"
    path = "数据/不动产登记.csv"
    rows.append(
        [
            None,
            "990302GB0000-00",
            "示例缺号单位",
            None,
            "2020年1月5日",
            100,
            "住宅",
            "出让",
        ]
    )
    land.district.mark(path, len(rows), "key_missing", "没有不动产权证号")
    land.district.add("realty_reg", TextFile(path, rows, "gb18030"))


def write_supply(land: Land) -> int:
    head: Row = [
        "行政区",
        "电子监管号",
        "项目名称",
        "土地坐落",
        "面积(公顷)",
        "土地用途",
        "供应方式",
        "成交价格(万元)",
        "土地使用权人",
        "合同签订日期",
        "约定交地时间",
        "约定开工时间",
        "约定竣工时间",
    ]
    rows: list[Row] = [["示例区土地供应结果公示"] + [None] * 12, head]
    path = "数据/供地结果公示.xlsx"
    special = {
        1: ("2023-06-30", "hit", "约定开工满三年，无同名许可"),
        2: ("2024-12-31", "hit", "约定开工满一年，无同名许可"),
        3: ("2025-09-30", "hit", "筛查日恰满一年"),
        4: ("2025-10-01", "", "差一日满一年"),
        5: ("2022-03-31", "review", "同名施工许可早于合同签订日"),
        6: ("2023-06-01", "dropped", "同名项目已有施工许可"),
        7: ("2021-12-01", "dropped", "同名项目已有施工许可"),
        8: ("/", "unknown", "约定开工时间未填"),
    }
    count = 20
    for i in range(1, count + 1):
        start, state, why = special.get(i, (f"2026-{1 + i % 12:02d}-15", "", ""))
        signed = f"20{20 + i % 6}-0{1 + i % 9}-1{i % 9}"
        area = round(1.2 + 0.35 * i, 4)
        name = f"示例供地项目{i}号"
        where = f"示例镇甲{STEMS[i % 10]}路{i}号"
        rows.append(
            [
                "示例区",
                f"9903022026S{i:04d}",
                name,
                where,
                area,
                "工业用地",
                "挂牌出让",
                800.0 + 120 * i,
                f"示例供地受让人{i}",
                signed,
                later(signed, 90),
                start,
                later(signed, 1200),
            ]
        )
        if state:
            key = ["示例区", where, name, signed, round(area * 10000, 2)]
            land.plant("land/agreed-start-passed", state, key, why)
    rows.append(["合计", None, None, None, sum(r[4] for r in rows[2:])] + [None] * 8)  # type: ignore[misc]
    land.district.add("land_supply_result", Workbook(path, [Sheet("供地结果", rows)]))
    return count
