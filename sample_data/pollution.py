"""Pollution: discharge permits and power after their end, monitored exceedances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from district import Sheet, TextFile, Workbook, firm, wrong_uscc
from monitoring import MONITORED, build_monitoring

if TYPE_CHECKING:
    from district import District, Row

ENDED = "environment/permit-ended-still-operating"
_PERMITS, _POWER = "数据/排污许可证.xlsx", "数据/企业月用电量.csv"
_FIRST, _MONTHS = (2024, 7), 26
_YEAR_END = ("2021-01-01", "2025-12-31")
_RUNNING = ("2023-07-01", "2028-06-30")

# of the last five months of the export (April to August 2026), all after the grace
# of sixty days that follows the end of the year
_TAIL = 5


@dataclass(frozen=True)
class _Case:
    """A permit: its term and status, and the power (kWh a month) before and after.

    `tail` are the last five months where they differ; None is a missing reading.
    """

    number: int
    before: float | None
    after: float | None
    state: str
    why: str
    tail: tuple[float | None, ...] = ()
    term: tuple[str | None, str | None] = _YEAR_END
    status: str = "过期"
    ended: str | None = None


_CASES = [
    _Case(2201, 60_000, 58_000, "hit", "许可过期，用电照旧"),
    _Case(
        2202,
        45_000,
        30_000,
        "hit",
        "期内被吊销，用电仍有三分之二",
        term=("2022-01-01", "2026-12-31"),
        status="吊销",
        ended="2025-10-20",
    ),
    _Case(2203, 10_000, 3_000, "hit", "用电恰为终止前的三成"),
    _Case(2204, 10_000, 2_999, "", "用电低于终止前的三成"),
    _Case(
        2205,
        5_000,
        2_000,
        "hit",
        "恰有三个月达到两千千瓦时",
        tail=(2_000, 1_999, 2_000, 1_999, 2_000),
    ),
    _Case(2206, 5_000, 2_000, "", "两个月", tail=(2_000, 1_999, 1_999, 1_999, 2_000)),
    _Case(2207, 52_000, 52_000, "", "以另一编号延续"),
    _Case(2208, 9_000, 8_500, "dropped", "已改为排污登记"),
    _Case(2209, 33_000, 32_000, "review", "同名单位以新代码取得许可，厂址没有坐标"),
    _Case(2210, 9_000, 9_300, "review", "半年后才办理登记"),
    _Case(2211, 28_000, 27_000, "review", "同一厂址另有他人的有效许可证"),
    _Case(2212, 21_000, 20_000, "review", "同一登记地址另有市场主体"),
    _Case(2213, 40_000, 26_000, "review", "许可证持有单位已注销"),
    _Case(2214, 15_000, 14_000, "review", "用电类别为商业"),
    _Case(2215, 38_000, 15_000, "review", "用水量降到三成以下"),
    _Case(
        2216,
        30_000,
        30_000,
        "review",
        "无证排污受罚后未再生产",
        tail=(31_000, 30_000, 29_000, 90, 80),
    ),
    _Case(2217, 30_000, 29_000, "hit", "无证排污受罚后继续生产"),
    _Case(
        2218,
        20_000,
        19_000,
        "unknown",
        "最近数月缺少读数",
        tail=(19_000, None, None, None, 18_000),
    ),
    _Case(2219, None, None, "unknown", "没有用电记录，可能由他人开户"),
    _Case(
        2220,
        26_000,
        25_000,
        "unknown",
        "已注销而没有注销日期",
        term=("2023-01-01", "2027-12-31"),
        status="注销",
    ),
    _Case(2221, 70_000, 68_000, "unknown", "同一单位在另一厂址有有效许可证"),
    _Case(2222, 41_000, 300, "", "已停产"),
    _Case(
        2223,
        35_000,
        36_000,
        "",
        "当日到期",
        term=("2021-10-01", "2026-09-30"),
        status="有效",
    ),
    _Case(2224, 35_000, 36_000, "", "前一日到期", term=("2021-09-30", "2026-09-29")),
    _Case(2225, 48_000, 47_000, "hit", "已到期而登记仍为有效", status="有效"),
    _Case(2226, 25_000, 24_000, "hit", "用电类别为大工业，用水照旧"),
    _Case(2227, 25_000, 24_000, "review", "登记回执已到期"),
    _Case(2228, 22_000, 21_000, "hit", "邻近的他人许可证也已到期"),
]
_PLACES = {
    2211: (2300.0, 2500.0),
    2221: (2900.0, 2500.0),
    2228: (2600.0, 2500.0),
}


class _Registers:
    """Rows of the registers while they are being filled."""

    def __init__(self) -> None:
        self.permits: list[Row] = []
        self.power: list[Row] = []
        self.accounts: list[Row] = []
        self.tap: list[Row] = []
        self.receipts: list[Row] = []
        self.firms: list[Row] = []

    def permit(
        self,
        number: int,
        term: tuple[str | None, str | None],
        *,
        status: str = "有效",
        ended: str | None = None,
        name: str = "",
        spot: tuple[float, float] | None = None,
    ) -> str:
        """Enter a permit and return its number."""
        owner = firm(number, "制造")
        count = sum(row[1] == owner.code for row in self.permits) + 1
        permit_no = f"{owner.code}{count:03d}P"
        load = f"{1.5 + number % 17 * 2.5:.1f}"
        place: tuple[float, float] | tuple[None, None] = (None, None)
        if spot:
            place = (498_000 + spot[0], 3_098_000 + spot[1])
        self.permits.append(
            [
                permit_no,
                owner.code,
                name or owner.name,
                "金属制品业",
                *term,
                status,
                ended,
                load,
                *place,
            ]
        )
        return permit_no

    def use(self, number: int, months: list[float | None], tariff: str) -> None:
        """Enter a firm's account and its monthly power; None is no reading."""
        code, account = firm(number, "制造").code, f"39903{number:06d}"
        self.accounts.append([account, firm(number, "制造").name, code, tariff])
        for offset, amount in enumerate(months):
            month = _FIRST[1] - 1 + offset
            date = f"{_FIRST[0] + month // 12}-{month % 12 + 1:02d}-01"
            self.power.append([account, code, date, amount])


def build_pollution(district: District) -> None:
    """Add permits, power, accounts, receipts and the monitoring of outlets."""
    book = _Registers()
    for case in _CASES:
        _add(district, book, case)
    for i in range(1, 21):
        number = 2240 + i
        book.permit(number, (f"202{2 + i % 3}-04-01", f"202{7 + i % 3}-03-31"))
        months = [20_000.0 + 1_500 * i + 370 * (m * i % 7) for m in range(_MONTHS)]
        book.use(number, months, "大工业")
    for number, name in MONITORED.items():
        book.permit(number, _RUNNING, name=name)
    _circumstances(district, book)
    _write(district, book)
    build_monitoring(district)


def _add(district: District, book: _Registers, case: _Case) -> None:
    spot = _PLACES.get(case.number)
    how = {"status": case.status, "ended": case.ended, "spot": spot}
    permit_no = book.permit(case.number, case.term, **how)
    if case.state:
        district.plant(ENDED, case.state, permit_no, case.why)
    if case.before is None or case.after is None:
        return
    stop = case.ended or case.term[1] or ""
    whole = (int(stop[:4]) - _FIRST[0]) * 12 + int(stop[5:7]) - _FIRST[1] + 1
    whole = min(whole, _MONTHS)
    months: list[float | None] = [case.before] * whole
    months += [case.after] * (_MONTHS - whole)
    if case.tail:
        months[-_TAIL:] = case.tail
    book.use(case.number, months, "商业" if case.number == 2214 else "大工业")


def _circumstances(district: District, book: _Registers) -> None:
    """Add what speaks for or against some firms: other papers, water, neighbours."""
    book.permit(2207, ("2026-01-01", "2030-12-31"))
    book.permit(2229, _RUNNING, name=firm(2209, "制造").name)
    book.permit(2230, _RUNNING, spot=(2360.0, 2500.0))
    book.permit(2221, _RUNNING, spot=(3300.0, 700.0))
    district.plant(
        ENDED,
        "hit",
        book.permit(2231, _YEAR_END, status="过期"),
        "代码校验位有误，按全称在用电档案中找到单位，用电照旧",
    )
    book.permits[-1][1] = wrong_uscc(2231)
    path = "数据/排污许可证.xlsx"
    district.mark(path, len(book.permits) + 2, "checksum", "代码校验位有误", "uscc")
    book.use(2231, [18_000.0] * _MONTHS, "大工业")
    permit_no = book.permit(2232, ("2020-06-01", "2025-06-30"), spot=(2640.0, 2500.0))
    book.permits[-1][6] = "过期"
    district.plant(ENDED, "unknown", permit_no, "没有用电记录")
    receipts = (
        (2208, "2026-01-20", "2031-01-19"),
        (2210, "2026-07-01", "2031-06-30"),
        (2227, "2021-02-01", "2026-01-31"),
    )
    for number, start, end in receipts:
        owner = firm(number, "制造")
        book.receipts.append([f"{owner.code}001W", owner.code, owner.name, start, end])
    for number, later_m3 in ((2215, 60), (2226, 640), (2205, 30)):
        code = firm(number, "制造").code
        for month in range(20):
            date = f"{2025 + month // 12}-{month % 12 + 1:02d}-01"
            amount = (700 if number != 2205 else 31) if month < 12 else later_m3
            account = f"ZLS{number:05d}"
            book.tap.append([account, code, date, amount, f"{amount * 2.8:.2f}"])
    street = "示例区工业大道"
    for number, status in (
        (2201, "存续"),
        (2212, "存续"),
        (2213, "注销"),
        (2226, "存续"),
    ):
        owner = firm(number, "制造")
        book.firms.append([owner.code, owner.name, status, f"{street}{number}号"])
    tenant = firm(2233, "包装")
    book.firms.append([tenant.code, tenant.name, "存续", f"{street}2212号"])


def _write(district: District, book: _Registers) -> None:
    head: Row = [
        "许可证编号",
        "统一社会信用代码",
        "企业名称",
        "行业类别",
        "有效期限起",
        "有效期限止",
        "状态",
        "注销日期",
        "年许可排放量(吨/年)",
        "东坐标",
        "北坐标",
    ]
    title: Row = ["示例区固定污染源排污许可证清单"] + [None] * 10
    district.settle(ENDED, len(book.permits))
    rows = [title, head, *book.permits]
    rows.append(list(book.permits[-5]))
    district.mark(_PERMITS, len(rows), "duplicate", "同一许可证列了两次")
    sheet = Sheet("许可证", rows, [(0, 0, 0, 10)])
    place = {"crs": "EPSG:4549", "sigma_m": 5.0}
    district.add("pollution_permit", Workbook(_PERMITS, [sheet]), **place)
    power: list[Row] = [
        ["户号", "统一社会信用代码", "年月", "用电量(千瓦时)"],
        *book.power,
    ]
    power.append([*power[-1][:2], "2026-13-01", 20_000])
    district.mark(_POWER, len(power), "date", "没有十三月", "month_date")
    district.add("power_month", TextFile(_POWER, power, "gbk"))
    head = ["户号", "户名", "统一社会信用代码", "用电类别"]
    file: TextFile | Workbook = TextFile(
        "数据/用电客户档案.csv", [head, *book.accounts]
    )
    district.add("power_account", file)
    head = ["户号", "统一社会信用代码", "年月", "用水量(立方米)", "水费(元)"]
    file = Workbook("数据/工业园区自来水.xlsx", [Sheet("抄表", [head, *book.tap])])
    district.add("water_month", file)
    head = ["登记编号", "统一社会信用代码", "排污单位名称", "登记日期", "登记有效期止"]
    file = TextFile("数据/排污登记回执.txt", [head, *book.receipts], "utf-8", "\t")
    district.add("pollution_registration", file)
    head = ["统一社会信用代码", "企业名称", "经营状态", "住所", "经营范围"]
    firms = [[*row, "金属制品制造；金属表面处理"] for row in book.firms]
    file = TextFile("数据/市场主体登记_工业园区.csv", [head, *firms], "gb18030")
    district.add("registration", file)
