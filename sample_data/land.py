"""Land: contracts, payments, permits, registration, supply results, red lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from district import Firm, firm, later, wrong_uscc
from land_files import write_land, write_supply
from scenes import AFTER, CONFIRM, Event

if TYPE_CHECKING:
    from district import District, Row

UNPAID, FAR, IDLE1, IDLE2 = (
    "land/unpaid-price",
    "land/far-raised",
    "land/idle-one-year",
    "land/idle-two-years",
)
BEYOND, EARLY, SUPPLY = (
    "land/beyond-parcel",
    "land/registered-before-paid",
    "land/agreed-start-passed",
)
AS_OF = "2026-09-30"
PARCEL_W, PARCEL_H = 140, 150


def slot(column: int, row: int) -> tuple[float, float]:
    """Return the SW corner of a parcel's place, metres from the district's corner."""
    return 2110 + column * 185.0, 210 + row * 190.0


@dataclass
class Deal:
    """A land-transfer contract with everything that hangs on it; orderly by default."""

    no: str
    grantee: Firm
    price: int
    sign: str
    area_m2: float = 12000.0
    far: float = 2.0
    use_code: str = "0701"
    handover: str = ""
    start: str = ""
    code: str | None = ""
    due: list[tuple[int, str, str]] = field(default_factory=list)
    amounts: list[int | str] = field(default_factory=list)
    paid: list[list[object]] = field(default_factory=list)
    permits: list[list[object]] = field(default_factory=list)
    registered: list[list[object]] = field(default_factory=list)
    completed: list[list[object]] = field(default_factory=list)
    place: tuple[float, float] | None = None

    @property
    def parcel_no(self) -> str:
        """Return the number of the parcel."""
        return self.no.replace("示让", "990302GB")


class Land:
    """The land side of the district while it is being put together."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.deals: list[Deal] = []
        self.supplements: list[Row] = []
        self.notices: list[Row] = []
        self.idle: list[Row] = []
        self.loose: list[list[object]] = []
        self.parcels: list[tuple[str, float, float]] = []
        self.events: list[Event] = []
        self.temp_land: list[tuple[str, str, str, tuple[float, ...]]] = []
        self._firms = 0

    def deal(self, no: str, sign: str, **changes: object) -> Deal:
        """Add a contract that is in order: paid in time, started, nothing else."""
        grantee = changes.pop("grantee", None) or self.next_firm()
        price = int(changes.pop("price", 12_000_000))  # type: ignore[call-overload]
        deal = Deal(no, grantee, price, sign, code=grantee.code)  # type: ignore[arg-type,union-attr]
        first, second = later(sign, 30), later(sign, 180)
        half = price // 2
        deal.due = [(1, first, first), (2, second, second)]
        deal.amounts = [half, price - half]
        deal.paid = [
            [1, later(first, -3), half, "价款"],
            [2, later(second, -3), price - half, "价款"],
        ]
        deal.handover = later(sign, 60)
        deal.start = later(sign, 365)
        for name, value in changes.items():
            setattr(deal, name, value)
        if deal.start.count("-") == 2:
            deal.permits = [[later(deal.start, -10), deal.code, None]]
        self.deals.append(deal)
        return deal

    def next_firm(self) -> Firm:
        """Return a firm that has no contract yet."""
        self._firms += 1
        kinds = ("置业", "房地产开发", "实业", "科技", "商贸")
        return firm(self._firms, kinds[self._firms % len(kinds)])

    def put(self, deal: Deal, column: int, row: int) -> tuple[float, float]:
        """Give a contract its parcel on the map; its area follows."""
        x, y = slot(column, row)
        deal.place, deal.area_m2 = (x, y), float(PARCEL_W * PARCEL_H)
        self.parcels.append((deal.parcel_no, x, y))
        return x, y

    def works(self, x: float, y: float, width: float, height: float) -> None:
        """Show construction since the second picture."""
        dates = (AFTER, CONFIRM)
        self.events.append(Event(x, y, width, height, "built", dates))

    def plant(self, model: str, state: str, key: object, why: str) -> None:
        """Note what a candidate must be found to be."""
        self.district.plant(model, state, key, why)


def build_land(district: District) -> Land:
    """Put the land side together and add its files."""
    land = Land(district)
    _orderly(land)
    _unpaid(land)
    _idle_one_year(land)
    _idle_two_years(land)
    _registered(land)
    _plot_ratio(land)
    _red_lines(land)
    write_land(land)
    supplies = write_supply(land)
    deals = land.deals
    district.settle(UNPAID, sum(len(d.due) for d in deals))
    district.settle(IDLE1, len(deals))
    district.settle(IDLE2, len(deals))
    granted = [d for d in deals if any(r[3] != "划拨" for r in d.registered)]
    district.settle(EARLY, len(granted))
    done = [d for d in deals if any(_accepted(c[0]) for c in d.completed)]
    district.settle(FAR, len(done))
    district.settle(BEYOND, len(land.parcels))
    district.settle(SUPPLY, supplies)
    return land


def _accepted(date: object) -> bool:
    return date is None or str(date) <= AS_OF


def _orderly(land: Land) -> None:
    """Contracts in which everything is in order."""
    for i in range(28):
        year, month = 2019 + i // 8, 1 + (5 * i) % 12
        deal = land.deal(
            f"示让{year}-{i + 1:02d}",
            f"{year}-{month:02d}-{3 + i % 20:02d}",
            price=6_000_000 + 350_000 * i,
            area_m2=8000.0 + 400 * (i % 9),
        )
        if i % 2 == 0:
            when = later(str(deal.paid[-1][1]), 25)
            deal.registered = [[when, deal.code, None, "出让"]]
        if i % 3 == 0:
            gfa = round(deal.area_m2 * deal.far * (0.94 + 0.01 * (i % 6)), 2)
            deal.completed = [[later(deal.start, 700), gfa, deal.area_m2]]


def _unpaid(land: Land) -> None:
    deal = land.deal("示让2023-41", "2023-03-10", price=60_000_000)
    deal.start, deal.permits = "2024-03-31", []
    deal.paid = deal.paid[:1]
    deal.registered = [["2023-06-01", deal.code, None, "出让"]]
    land.put(deal, 0, 0)
    land.plant(UNPAID, "hit", [deal.no, 2], "第二期三千万元逾期三年分文未缴")
    land.plant(IDLE2, "hit", deal.no, "同一受让人既欠价款又满二年未动工")
    land.plant(EARLY, "hit", deal.no, "只缴一半即办证，至今未缴清")

    deal = land.deal("示让2024-42", "2024-09-01", price=20_000_000)
    deal.due = [(1, "2024-10-01", ""), (2, "2025-02-28", "")]
    deal.paid = [
        [1, "2024-11-20", 10_000_000, "价款"],
        [2, "2025-02-20", 6_000_000, "价款"],
    ]
    land.plant(UNPAID, "hit", [deal.no, 1], "逾期五十日缴清而未缴违约金")
    land.plant(UNPAID, "hit", [deal.no, 2], "只缴六成")

    deal = land.deal("示让2022-43", "2022-05-06", price=16_000_000)
    deal.paid[1][1] = later(str(deal.due[1][1]), 100)
    land.plant(UNPAID, "hit", [deal.no, 2], "逾期一百日缴清，违约金未追究")

    deal = land.deal("示让2022-44", "2022-06-06", price=16_000_000)
    deal.paid[1][1] = later(str(deal.due[1][1]), 100)
    deal.paid.append([2, later(str(deal.due[1][1]), 110), 680_000, "违约金"])
    # clear: the late fee was paid to 85 % of the reckoned amount

    deal = land.deal("示让2022-45", "2022-07-01", price=18_000_000)
    deal.paid[0][2] = 6_000_000
    deal.paid.append([1, deal.paid[0][1], 3_000_000, "保证金抵扣"])
    # clear: the bid bond set off is price

    deal = land.deal("示让2025-46", "2025-10-02", price=14_000_000)
    deal.paid = deal.paid[:1]
    land.supplements.append([deal.no, 2, "2026-12-31", None, "2026-02-10"])
    land.plant(UNPAID, "dropped", [deal.no, 2], "补充协议已改约缴款日")

    deal = land.deal(
        "示让2025-47", "2025-11-01", price=15_000_000, handover="2026-11-30"
    )
    deal.start, deal.permits = "2027-05-31", []
    deal.paid = deal.paid[:1]
    land.plant(UNPAID, "review", [deal.no, 2], "政府尚未交地")

    deal = land.deal("示让2025-48", "2025-02-15", price=13_000_000)
    deal.paid[1][2] = "见附件回单"
    land.plant(UNPAID, "unknown", [deal.no, 2], "缴款金额无法读取")

    deal = land.deal("示让2025-49", "2025-12-20", price=15_600_000)
    deal.due[1] = (2, "2026年下半年", "")
    deal.paid = deal.paid[:1]
    land.plant(
        UNPAID, "unknown", [deal.no, 2], "约定缴款日只写到半年，筛查日是否到期不明"
    )

    for no, due, unpaid, state, why in (
        (
            "示让2026-50",
            "2026-08-02",
            999_999,
            "",
            "欠九千九百九十九元九角九分、逾期五十九日",
        ),
        ("示让2026-51", "2026-08-01", 999_999, "hit", "欠款不足一万元但逾期恰满六十日"),
        ("示让2026-52", "2026-09-15", 1_000_000, "hit", "欠款恰为一万元"),
    ):
        deal = land.deal(no, "2026-01-15", price=8_000_000)
        deal.due[1] = (2, due, "")
        paid = f"{(400_000_000 - unpaid) // 100}.{(400_000_000 - unpaid) % 100:02d}"
        deal.paid[1][1:3] = [later(due, -5), paid]
        if state:
            land.plant(UNPAID, state, [no, 2], why)

    deal = land.deal("示让2025-53", "2025-10-05", price=22_000_000)
    deal.paid = deal.paid[:1]
    land.notices.append([deal.no, "2026-09-01", "示催缴〔2026〕示例3号"])
    land.plant(UNPAID, "review", [deal.no, 2], "近期已发催缴通知")

    deal = land.deal("示让2025-54", "2025-08-08", price=17_000_000)
    deal.paid = deal.paid[:1]
    land.loose.append([None, "2026-02-06", 8_500_000, "价款"])
    land.plant(UNPAID, "review", [deal.no, 2], "有一笔未写合同编号、金额相等的缴款")

    deal = land.deal("示让2025-55", "2025-08-18", price=17_400_000)
    deal.paid = deal.paid[:1]
    land.supplements.append([deal.no, None, None, None, "2026-01-20"])
    land.plant(UNPAID, "review", [deal.no, 2], "补充协议未写明期次和新的日期")

    deal = land.deal("示让2025-56", "2025-07-18", price=19_000_000)
    deal.paid.append([2, later(str(deal.paid[1][1]), 20), -9_500_000, "价款"])
    land.plant(UNPAID, "review", [deal.no, 2], "缴款后又冲销")

    deal = land.deal("示让2026-57", "2026-03-01", price=9_000_000)
    deal.due[1] = (2, AS_OF, "")
    deal.paid = deal.paid[:1]
    land.plant(UNPAID, "review", [deal.no, 2], "筛查日即约定缴款日，当日尚未届满")

    deal = land.deal("示让2024-58", "2024-05-10", price=9_600_000)
    deal.amounts[1] = "/"
    land.plant(UNPAID, "unknown", [deal.no, 2], "应缴金额未填")

    deal = land.deal("示让2023-59", "2023-09-01", price=9_800_000)
    deal.paid[1][1] = later(str(deal.due[1][1]), 6)
    land.plant(UNPAID, "review", [deal.no, 2], "逾期六日缴清，可能遇节假日顺延")

    deal = land.deal("示让2022-60", "2022-11-01", price=26_000_000)
    deal.paid = deal.paid[:1]
    land.notices.append([deal.no, "2024-03-05", "示催缴〔2024〕示例1号"])
    land.plant(UNPAID, "hit", [deal.no, 2], "催缴二年后仍未到账")


def _idle_one_year(land: Land) -> None:
    deal = land.deal("示让2024-61", "2024-08-31", start="2025-08-31")
    deal.permits = []
    land.put(deal, 0, 2)
    land.plant(IDLE1, "hit", deal.no, "逾期一年未动工，影像未见施工")

    deal = land.deal("示让2024-62", "2024-01-15", start="2025-01-15")
    deal.permits = []
    land.idle.append([deal.no, "2026-02-10", "企业自身", "征缴闲置费", 240])
    land.plant(IDLE1, "hit", deal.no, "已认定闲置费而未缴")

    for no, start, state in (
        ("示让2024-63", "2025-09-30", "hit"),
        ("示让2024-64", "2025-10-01", ""),
    ):
        land.deal(no, "2024-09-30", start=start).permits = []
        if state:
            land.plant(IDLE1, state, no, "筛查日恰满一年")

    deal = land.deal("示让2024-65", "2024-05-15", start="2025-05-15")
    deal.permits = []
    land.supplements.append([deal.no, None, None, "2026-03-31", "2025-04-01"])
    land.plant(IDLE1, "dropped", deal.no, "补充协议延期动工")

    deal = land.deal("示让2024-66", "2024-04-15", start="2025-04-15")
    deal.permits = []
    land.idle.append([deal.no, "2026-05-20", "政府原因", None, None])
    land.plant(IDLE1, "dropped", deal.no, "政府原因造成闲置")

    deal = land.deal("示让2024-67", "2024-03-15", start="2025-03-15")
    deal.permits = []
    land.idle.append([deal.no, "2026-04-02", "企业自身", "征缴闲置费", 100])
    deal.paid.append([None, "2026-06-10", 1_000_000, "闲置费"])
    # clear: the idle fee was paid in full

    deal = land.deal("示让2024-68", "2024-07-15", start="2025年")
    deal.permits = []
    land.plant(IDLE1, "unknown", deal.no, "约定动工日只写到年")

    deal = land.deal("示让2024-69", "2024-02-15", start="/")
    deal.permits = []
    land.plant(IDLE1, "unknown", deal.no, "约定动工日未填")
    land.plant(IDLE2, "unknown", deal.no, "约定动工日未填")

    deal = land.deal("示让2024-70", "2024-08-15", start="2025-08-15")
    deal.permits = []
    x, y = land.put(deal, 2, 2)
    land.works(x + 30, y + 30, 80, 70)
    land.plant(IDLE1, "review", deal.no, "影像显示宗地内已施工")

    first = land.deal("示让2024-71", "2024-08-20", start="2025-08-20")
    x, y = land.put(first, 4, 2)
    first.permits = [["2025-08-01", first.code, (x + 60, y + 70)]]
    land.works(x + 20, y + 30, 70, 80)
    second = land.deal(
        "示让2024-72", "2024-08-20", start="2025-08-20", grantee=first.grantee
    )
    land.put(second, 0, 4)
    second.permits = []
    land.plant(IDLE1, "hit", second.no, "同一受让人的许可属于另一宗地")

    deal = land.deal("示让2024-73", "2024-08-25", start="2025-08-25")
    land.put(deal, 2, 4)
    deal.permits = [["2025-08-05", deal.code, (300.0, 300.0)]]
    land.plant(IDLE1, "review", deal.no, "受让人的许可坐标不在任何宗地附近")

    deal = land.deal("示让2024-74", "2024-08-28", start="2025-08-28")
    x, y = land.put(deal, 4, 4)
    deal.permits = [["2025-08-18", firm(401, "项目管理").code, (x - 20, y + 40)]]
    # clear: the permit of the project company stands 20 m beside the parcel

    deal = land.deal(
        "示让2024-75", "2024-06-15", start="2025-06-15", handover="2025-09-01"
    )
    deal.permits = []
    land.plant(IDLE1, "review", deal.no, "交地晚于约定动工日")

    for number, month in ((76, "02"), (77, "03"), (78, "06")):
        deal = land.deal(
            f"示让2024-{number}", f"2024-{month}-08", start=f"2025-{month}-08"
        )
        deal.permits = []
        land.plant(IDLE1, "hit", deal.no, "满一年未动工（同一机关多主体）")


def _idle_two_years(land: Land) -> None:
    deal = land.deal("示让2021-81", "2021-06-30", start="2022-06-30")
    deal.permits = []
    land.plant(IDLE2, "hit", deal.no, "闲置四年未见认定")

    deal = land.deal("示让2023-82", "2023-09-30", start="2024-09-30")
    deal.permits = []
    land.plant(IDLE2, "hit", deal.no, "筛查日恰满二年")

    deal = land.deal("示让2023-83", "2023-10-01", start="2024-10-01")
    deal.permits = []
    land.plant(IDLE1, "hit", deal.no, "差一日满二年，仍属满一年")

    deal = land.deal("示让2022-84", "2022-04-01", start="2023-04-01")
    deal.permits = []
    land.idle.append([deal.no, "2025-06-18", "企业自身", None, None])
    land.plant(IDLE2, "unknown", deal.no, "台账未写处置方式")

    deal = land.deal("示让2022-85", "2022-05-01", start="2023-05-01")
    deal.permits = []
    land.idle.append([deal.no, "2024-08-18", "企业自身", "征缴闲置费", 120])
    deal.paid.append([None, "2024-10-10", 1_200_000, "闲置费"])
    land.plant(IDLE2, "review", deal.no, "只缴过闲置费，未见收回")

    deal = land.deal("示让2021-86", "2021-05-11", start="2022-05-11")
    deal.permits = []
    land.idle.append([deal.no, "2024-09-09", "企业自身", "无偿收回", None])
    # clear, for the land was recovered

    deal = land.deal("示让2021-87", "2021-05-21", start="2022-05-21")
    deal.permits = []
    land.idle.append([deal.no, "2024-09-19", "不可抗力", None, None])
    land.plant(IDLE2, "dropped", deal.no, "不可抗力造成闲置")

    deal = land.deal("示让2022-88", "2022-08-11", start="2023-08-11")
    deal.permits = []
    land.supplements.append([deal.no, None, None, "2026-06-30", "2023-07-20"])
    land.plant(IDLE1, "dropped", deal.no, "补充协议延期动工，未满一年")
    land.plant(IDLE2, "dropped", deal.no, "补充协议延期动工，未满二年")

    deal = land.deal("示让2022-89", "2022-09-11", start="2023-09-11")
    deal.permits = [["2026-12-01", deal.code, None]]
    land.plant(IDLE2, "review", deal.no, "许可登记的开工日期在筛查日之后")

    deal = land.deal("示让2022-90", "2022-10-11", start="2023-10-11")
    deal.code, deal.permits = wrong_uscc(190), []
    land.plant(IDLE2, "unknown", deal.no, "受让人代码校验位有误，无法与施工许可关联")

    deal = land.deal("示让2022-91", "2022-12-11", start="2023-12-11")
    deal.permits = []
    land.idle.append([deal.no, "2025-03-03", "历史遗留", "征缴闲置费", None])
    land.plant(IDLE2, "review", deal.no, "闲置原因不在代码表内，只有闲置费处置")


def _registered(land: Land) -> None:
    deal = land.deal("示让2023-93", "2023-04-04", price=24_000_000)
    deal.registered = [["2023-07-01", deal.code, None, "出让"]]
    land.plant(EARLY, "hit", deal.no, "第二期未到账即登记，后来缴清")

    deal = land.deal("示让2023-94", "2023-05-04", price=20_000_000)
    end = deal.due[1][1]
    deal.paid[1] = [2, later(end, -30), 9_992_000, "价款"]
    deal.paid.append([2, later(end, -3), 8_000, "价款"])
    deal.registered = [[later(end, -10), deal.code, None, "出让"]]
    land.plant(EARLY, "review", deal.no, "登记时只差八千元尾差")

    deal = land.deal("示让2008-95", "2008-12-01", price=3_000_000)
    deal.registered = [["2009-03-01", deal.code, None, "出让"]]
    land.plant(EARLY, "review", deal.no, "早期登记")

    deal = land.deal("示让2023-96", "2023-06-04", price=11_000_000)
    deal.registered = [["2023-08-15", firm(402, "投资").code, None, "出让"]]
    land.plant(EARLY, "review", deal.no, "登记权利人不是受让人")

    deal = land.deal("示让2023-97", "2023-07-04", price=11_600_000)
    deal.registered = [[deal.paid[1][1], deal.code, None, "出让"]]
    # clear: registered on the day of the last payment

    deal = land.deal("示让2023-98", "2023-08-04", price=11_800_000)
    deal.registered = [["2023-09-20", deal.code, None, "划拨"]]
    # no candidate: allocated land is registered on another ground

    deal = land.deal("示让2024-99", "2023-11-17", price=12_800_000)
    deal.due[1] = (2, "2024-05-25", "")
    deal.paid[1][1] = "2024-05-15"
    deal.registered = [["2024年5月", deal.code, None, "出让"]]
    land.plant(EARLY, "unknown", deal.no, "登记时间只写到月，缴清前后不明")

    deal = land.deal("示让2026-100", "2026-04-17", price=12_200_000)
    deal.due[1] = (2, "2026-12-31", "")
    deal.paid = deal.paid[:1]
    deal.registered = [["无", deal.code, None, "出让"]]
    land.plant(EARLY, "unknown", deal.no, "登记时间缺失且价款未缴清")

    deal = land.deal("示让2020-101", "2020-04-17", price=7_200_000)
    deal.due, deal.amounts, deal.paid = [], [], []
    deal.registered = [["2020-12-01", deal.code, "示例员一", "出让"]]
    land.plant(EARLY, "hit", deal.no, "缴库明细中没有该合同的任何记录（降低确定性）")


def _plot_ratio(land: Land) -> None:
    def built(no: str, measured: object, **changes: object) -> Deal:
        deal = land.deal(no, "2020-05-20", price=30_000_000, **changes)
        deal.area_m2 = 10000.0
        deal.completed = [["2024-06-18", measured, 10000.0]]
        return deal

    deal = built("示让2020-111", 26000.0)
    land.plant(FAR, "hit", deal.no, "超出六千平方米未补缴")
    deal = built("示让2020-112", 24000.0)
    deal.paid.append([None, "2024-09-10", 600_000, "补缴"])
    land.plant(FAR, "hit", deal.no, "只补缴一成")
    built("示让2020-113", 20580.0)  # clear: within 3 % tolerance
    deal = built("示让2020-114", 24000.0)
    deal.paid.append([None, "2024-09-20", 3_600_000, "补缴"])
    # clear: more than half of the reckoned price was paid
    deal = built("示让2020-115", 25000.0, use_code="0601")
    land.plant(FAR, "review", deal.no, "工业用地")
    deal = built("示让2020-116", 27000.0)
    other = land.deal("示让2020-117", "2020-05-20", grantee=deal.grantee)
    for one, column in ((deal, 2), (other, 4)):
        x, y = land.put(one, column, 0)
        one.permits = [["2021-05-01", one.code, (x + 60, y + 60)]]
    deal.area_m2 = 10000.0
    land.plant(FAR, "review", deal.no, "同一受让人两宗地合并建设")
    deal = built("示让2020-118", "未测")
    land.plant(FAR, "unknown", deal.no, "实测面积无法读取")
    built("示让2020-119", 20600.0)  # clear: just the tolerance
    deal = built("示让2020-120", 20601.0)
    land.plant(FAR, "hit", deal.no, "超出容差一平方米")
    deal = built("示让2020-121", 26000.0)
    deal.completed[0][0] = "2026-10-15"  # no candidate: accepted after the day


def _red_lines(land: Land) -> None:
    def parcel(
        no: str, column: int, row: int, area: float = 21000.0
    ) -> tuple[Deal, float, float]:
        deal = land.deal(no, "2022-03-01")
        x, y = land.put(deal, column, row)
        deal.area_m2 = area
        deal.permits = [["2023-02-01", deal.code, (x + 70, y + 70)]]
        return deal, x, y

    deal, x, y = parcel("示让2022-131", 0, 6)
    land.works(x + 30, y + 90, 80, 90)
    land.plant(BEYOND, "hit", deal.parcel_no, "厂房向北越线三十米")
    deal, x, y = parcel("示让2022-132", 2, 6)
    land.works(x + 70, y + 20, 90, 90)
    land.plant(BEYOND, "hit", deal.parcel_no, "厂房向东越线二十米")
    deal, x, y = parcel("示让2022-133", 4, 6)
    land.works(x + 30, y + 90, 80, 90)
    land.temp_land.append(
        ("示临用〔2025〕示例2号", "2025-11-01", "2027-10-31", (x - 5, y + 145, 150, 45))
    )
    land.plant(BEYOND, "dropped", deal.parcel_no, "越线部分在批准的临时用地上")
    deal, x, y = parcel("示让2022-134", 0, 8)
    land.works(x + 40, y + 140, 60, 60)
    land.plant(BEYOND, "review", deal.parcel_no, "变化主体不在本宗地内")
    deal, x, y = parcel("示让2022-135", 2, 8)
    land.works(x + 30, y + 30, 70, 80)  # clear: inside its red line
    deal, x, y = parcel("示让2022-136", 4, 8)
    land.works(x + 50, y + 90, 20, 70)
    land.plant(
        BEYOND, "review", deal.parcel_no, "越线二百平方米，计入位置误差不足九成把握"
    )
    deal, x, y = parcel("示让2022-137", 1, 5, 20500.0)
    deal.completed = [["2025-03-01", 39000.0, 20705.0]]
    land.plant(
        BEYOND, "review", deal.parcel_no, "只有竣工实测用地超出合同面积，恰为百分之一"
    )
    deal, x, y = parcel("示让2022-138", 1, 7, 20500.0)
    deal.completed = [["2025-03-01", 39000.0, 20704.0]]  # clear: below 1 %
    deal, x, y = parcel("示让2022-139", 1, 9)
    land.plant(BEYOND, "unknown", deal.parcel_no, "后两期影像有云")
    deal, x, y = parcel("示让2022-140", 3, 9)
    land.works(x + 20, y + 90, 80, 90)
    land.plant(BEYOND, "review", deal.parcel_no, "复核影像有云，变化未经确认")
