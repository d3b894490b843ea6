"""Food: platform shops, licences, market subjects, samples, penalties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from district import Sheet, TextFile, Workbook, firm, stem_name, uscc, wrong_uscc

if TYPE_CHECKING:
    from district import District, Row

SHARED = "food/shared-licence-online"
LICENCE, SAMPLE = "food/licence-expired-online", "food/failed-sample-unpunished"


def build_food(district: District) -> None:
    """Add shops, licences, registrations, samples and penalties."""
    _shops(district)
    _samples(district)


class _Market:
    """Rows of the three registers while they are being filled."""

    def __init__(self) -> None:
        self.shops: list[Row] = [
            [
                "商户ID",
                "店铺名称",
                "公示许可证号",
                "位置",
                "最近下单日期",
                "近30日订单数",
                "电话",
            ]
        ]
        self.licences: list[Row] = [
            [
                "许可证编号",
                "统一社会信用代码",
                "经营地址",
                "有效期至",
                "经营项目",
                "状态",
            ]
        ]
        self.firms: list[Row] = [
            ["统一社会信用代码", "企业名称", "经营者", "经营状态", "成立日期", "住所"]
        ]

    def shop(
        self, name: str, licence: str | None, addr: str, orders: object, last: str
    ) -> str:
        number = f"SL{len(self.shops):05d}"
        self.shops.append([number, name, licence, addr, last, orders, "无"])  # type: ignore[list-item]
        return number

    def licence(
        self, code: str, addr: str | None, end: str | None, status: str = "有效"
    ) -> str:
        number = f"JY2990302{len(self.licences):07d}"
        self.licences.append([number, code, addr, end, "热食类食品制售", status])
        return number

    def firm(self, number: int, name: str, addr: str) -> str:
        code = uscc(number)
        self.firms.append(
            [code, name, f"示例员{stem_name(number)}", "存续", "2020/3/1", addr]
        )
        return code


def _addr(number: int) -> str:
    return f"示例区示例街道{stem_name(number)}巷{number}号"


def _shops(district: District) -> None:
    market = _Market()
    for i in range(1, 19):
        name = f"示例{stem_name(i)}小馆"
        code = market.firm(600 + i, name, _addr(i))
        licence = market.licence(code, _addr(i), f"202{7 + i % 3}/{1 + i % 12}/20")
        market.shop(name, licence, _addr(i), 40 + 31 * i % 700, "2026-09-28")
    _shop_cases(district, market)
    _write_market(district, market)


def _shop_cases(district: District, market: _Market) -> None:
    last = "2026-09-27"

    def plant(state: str, shop: str, why: str) -> None:
        district.plant(LICENCE, state, shop, why)

    def owned(
        number: int, kind: str, end: str | None, status: str = "有效"
    ) -> tuple[str, str, str]:
        name = f"示例{stem_name(number)}{kind}"
        code = market.firm(600 + number, name, _addr(number))
        return name, code, market.licence(code, _addr(number), end, status)

    name, _, licence = owned(21, "面馆", "2026-03-31")
    plant(
        "hit",
        market.shop(name, licence, _addr(21), 512, last),
        "许可证过期半年仍在接单",
    )
    name, _, licence = owned(22, "烧烤店", "2026-08-15")
    plant("hit", market.shop(name, licence, _addr(22), 96, last), "许可证过期一个多月")
    name, _, licence = owned(
        23, "粥铺", "2026-09-27"
    )  # clear: ends on the day of the last order
    market.shop(name, licence, _addr(23), 60, last)
    name, _, licence = owned(24, "粉店", "2026-09-26")
    plant("hit", market.shop(name, licence, _addr(24), 75, last), "到期次日仍有订单")
    name, code, licence = owned(25, "饺子馆", "2026-02-01")
    market.licence(code, _addr(25), "2031-02-01")  # clear: renewed at the same address
    market.shop(name, licence, _addr(25), 230, last)
    name, code, licence = owned(26, "快餐店", "2026-02-01")
    market.licence(code, _addr(126), "2031-02-01")
    plant(
        "review",
        market.shop(name, licence, _addr(26), 230, last),
        "另有地址不同的有效许可证",
    )
    name, _, licence = owned(27, "烤鱼店", "2026-04-01")  # clear: no orders
    market.shop(name, licence, _addr(27), 0, "2026-03-20")
    plant(
        "hit",
        market.shop("示例幼儿园旁小饭桌", None, _addr(28), 150, last),
        "未公示许可证（校园周边）",
    )
    plant(
        "review",
        market.shop("示例甲便利店", None, _addr(29), 80, last),
        "可能仅销售预包装食品",
    )
    plant(
        "hit",
        market.shop("示例乙酸辣粉", "JY29903029999999", _addr(30), 44, last),
        "公示的编号查无此证",
    )
    plant(
        "review",
        market.shop("示例丙凉皮", "示小餐登2024第0031号", _addr(31), 44, last),
        "编号像小餐饮登记",
    )
    plant(
        "review",
        market.shop("示例丁米线", "JY29903120000017", _addr(32), 44, last),
        "外地发证机关的编号",
    )
    name, _, licence = owned(33, "砂锅店", "2028-01-01", "注销")
    plant(
        "review",
        market.shop(name, licence, _addr(33), 39, last),
        "许可证已注销，日期不明",
    )
    name, _, licence = owned(34, "火锅店", "2028-01-01")
    market.firm(635, "示例戊辰卤味坊", _addr(35))
    plant(
        "hit",
        market.shop("示例戊辰卤味坊", licence, _addr(35), 66, last),
        "公示的是他人许可证，本店名称地址均可对应另一主体",
    )
    district.meet(SHARED, 28, [([licence], "许可证在另一处的店铺使用")])
    name, _, licence = owned(36, "煲仔饭", "2026-05-05")
    plant("unknown", market.shop(name, licence, _addr(36), None, last), "订单数缺失")
    name, _, licence = owned(37, "汤包店", "无")
    plant(
        "unknown", market.shop(name, licence, _addr(37), 35, last), "许可证有效期缺失"
    )


def _write_market(district: District, market: _Market) -> None:
    path = "数据/外卖平台商户.csv"
    market.shops.append([None, "示例无编号店", None, _addr(99), "2026-09-01", 5, "无"])
    district.mark(path, len(market.shops), "key_missing", "没有商户ID")
    district.add("platform_shop", TextFile(path, market.shops, "utf-8-sig"))
    path = "数据/食品经营许可.csv"
    market.licences.append(list(market.licences[3]))
    district.mark(path, len(market.licences), "duplicate", "同一许可证录入两次")
    district.add("food_licence", TextFile(path, market.licences, "gbk"))
    file = TextFile("数据/市场主体登记.csv", market.firms, "gb18030")
    district.add("registration", file)
    district.settle(LICENCE, len(market.shops) - 2)


def _samples(district: District) -> None:
    head: Row = [
        "报告编号",
        "统一社会信用代码",
        "抽样日期",
        "检验结论",
        "不合格项目",
        "生产者统一社会信用代码",
        "生产日期/批号",
    ]
    rows: list[Row] = [["示例区2025—2026年食品安全监督抽检结果"] + [None] * 6, head]
    penalties: list[Row] = [
        [
            "处罚决定书文号",
            "行政相对人名称",
            "统一社会信用代码",
            "违法事实",
            "处罚内容",
            "罚款金额(元)",
            "处罚日期",
            "处罚机关",
        ]
    ]
    path = "数据/食品抽检结果.xlsx"
    subjects: set[str | None] = set()

    def sample(
        code: str | None, date: str, item: str = "", producer: str | None = ""
    ) -> None:
        number = f"SLCJ{len(rows):05d}"
        result = "不合格" if item else "合格"
        maker = code if producer == "" else producer
        rows.append([number, code, date, result, item or "/", maker, "2026-01-01"])
        subjects.add(code)

    def penalty(code: str, date: str, fact: str) -> None:
        number = f"示市监罚〔2026〕示例{len(penalties)}号"
        penalties.append(
            [
                number,
                "示例处罚相对人",
                code,
                fact,
                "罚款",
                "5,000.00",
                date,
                "示例区市场监督管理局",
            ]
        )

    def plant(state: str, code: str | None, why: str) -> None:
        district.plant(SAMPLE, state, [code], why)

    for i in range(1, 21):
        sample(uscc(600 + i), f"2026-0{1 + i % 8}-1{i % 9}")
    fail = "菌落总数"
    codes = [uscc(700 + i) for i in range(1, 20)]
    sample(codes[0], "2025-06-10", "恩诺沙星")
    sample(codes[0], "2025-11-20", "恩诺沙星")
    plant("hit", codes[0], "一年内两批次兽药残留不合格未见处罚")
    sample(codes[1], "2026-02-14", fail)
    plant("hit", codes[1], "不合格半年以上未见处罚")
    sample(codes[2], "2026-03-05", "苯甲酸及其钠盐")
    penalty(codes[2], "2026年5月8日", "经营抽检不合格食品")  # clear: penalised
    sample(codes[3], "2026-07-02", fail)
    # clear: ninety days end on the day of screening
    sample(codes[4], "2026-07-01", fail)
    plant("hit", codes[4], "抽样后满九十一日")
    sample(codes[5], "2024-09-29", fail)  # clear: before the window of 24 months
    sample(codes[6], "2024-09-30", fail)
    plant("hit", codes[6], "恰在二十四个月之内")
    sample(codes[7], "2026-01-08", "镉（以Cd计）", uscc(790))
    plant("review", codes[7], "不合格食品由其他单位生产")
    sample(codes[8], "2026-01-09", fail)
    penalty(codes[8], "2026-04-01", "未按规定悬挂广告牌匾")
    plant("review", codes[8], "抽样后只有与食品无关的处罚")
    sample(codes[9], "2026-01-10", fail)
    penalty(codes[9], "2025-10-10", "经营标签不符合规定的食品")
    plant("hit", codes[9], "处罚在抽样之前")
    sample(codes[10], "2026-02-10", fail)
    penalty(codes[10], "26/03/18", "经营抽检不合格食品")
    district.mark(
        "数据/行政处罚.xlsx", len(penalties), "date", "年份只有两位", "decision_date"
    )
    plant("unknown", codes[10], "处罚日期年份只有两位，先后不明")
    sample(codes[11], "2026年7月", fail)
    plant("unknown", codes[11], "抽样日期只写到月，是否满九十日不明")
    bad = wrong_uscc(795)
    sample(bad, "2026-02-20", fail)
    subjects.discard(bad)
    subjects.add(None)
    district.mark(path, len(rows), "checksum", "被抽样单位代码校验位有误", "uscc")
    district.mark(path, len(rows), "checksum", "同一错误代码", "producer_uscc")
    plant("unknown", None, "不合格食品的单位代码有误，不能关联")
    for _ in range(2):
        sample(codes[12], "2026-03-03")
    rows[-1][0] = rows[-2][0]
    rows[-1][2] = "2026-03-04"
    district.mark(path, len(rows) - 1, "key_conflict", "同一报告编号内容不同")
    district.mark(path, len(rows), "key_conflict", "同一报告编号内容不同")
    subjects.discard(codes[12])
    for i in range(13, 17):
        sample(codes[i], f"2026-0{i - 11}-21", "过氧化值" if i < 15 else "")
        if i < 15:
            plant("hit", codes[i], "不合格未见处罚（同一机关多主体）")
    district.add("sampling", Workbook(path, [Sheet("抽检", rows)]))
    _more_penalties(penalties)
    district.add(
        "penalty", Workbook("数据/行政处罚.xlsx", [Sheet("处罚决定", penalties)])
    )
    district.settle(SAMPLE, len(subjects))


def _more_penalties(penalties: list[Row]) -> None:
    """Penalties that have nothing to do with samples: one for an outfall."""
    penalties.append(
        [
            "示环罚〔2024〕示例7号",
            "示例处罚相对人",
            firm(803, "食品").code,
            "通过排污口超标排放水污染物",
            "罚款",
            "80,000.00",
            "2024-05-06",
            "示例区生态环境局",
        ]
    )
