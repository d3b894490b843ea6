"""Mines: licences, what was dug beyond them, and what was restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from district import Sheet, TextFile, Workbook, stem_name, uscc
from scenes import AFTER, BEFORE, CONFIRM, DATES, Cloud
from shapely.geometry import Polygon
from terrain import GEOGRAPHIC, METRIC, at, layer

if TYPE_CHECKING:
    from district import Row
    from terrain import Nature

BEYOND, BARE = "environment/mining-beyond-licence", "environment/mine-unrestored"
WIDTH, HEIGHT = 100.0, 80.0
ENDLESS = "2032-12-31"
Spot = tuple[float, float]


def hill(column: int, row: int) -> Spot:
    """Return the SW corner of a mine in the hills north of the town, metres."""
    return 1420.0 + 220 * column, 3140.0 + 140 * row


def valley(column: int, row: int) -> Spot:
    """Return the SW corner of a mine east of the river, metres."""
    return 3230.0 + 260 * column, 40.0 + 235 * row


class Mines:
    """Mining rights and the papers about them while they are put together."""

    def __init__(self, nature: Nature) -> None:
        self.nature = nature
        self.rights: list[dict[str, object]] = []
        self.restorations: list[Row] = []
        self.works: list[dict[str, object]] = []
        self.approvals: list[dict[str, object]] = []
        self.penalties: list[Row] = []

    def right(
        self,
        spot: Spot,
        end: str | None = ENDLESS,
        *,
        start: str = "2018-01-01",
        status: str | None = "有效",
        size: tuple[float, float] = (WIDTH, HEIGHT),
        number: str = "",
        holder: bool = True,
    ) -> str:
        """Add a mining right; its number."""
        serial = len(self.rights) + 1
        number = number or f"C990302{start[:4]}017130{serial:05d}"
        self.rights.append(
            {
                "许可证号": number,
                "采矿权人": f"示例{stem_name(serial)}矿业有限公司" if holder else None,
                "统一社会信用代码": uscc(5300 + serial) if holder else None,
                "矿种": "建筑用石料",
                "有效期起": start,
                "有效期止": end,
                "状态": status,
                "geometry": at(*spot, *size),
            }
        )
        return number

    def dig(
        self,
        spot: Spot,
        left: float,
        right: float,
        *,
        low: float = 10,
        high: float = 60,
        dates: tuple[str, ...] = (AFTER, CONFIRM),
    ) -> None:
        """Lay ground bare, between metres from a mine's SW corner."""
        x, y = spot
        self.nature.change(x + left, y + low, right - left, high - low, "bare", dates)

    def pit(self, spot: Spot) -> None:
        """Show most of a mine bare on all dates."""
        self.dig(spot, 0, WIDTH, low=0, high=HEIGHT, dates=DATES)

    def road(self, spot: Spot, left: float, right: float, day: str) -> None:
        """Approve land beside a mine, between metres from its SW corner."""
        x, y = spot
        number = f"示乡规〔{day[:4]}〕矿{len(self.approvals) + 1}号"
        shape = at(x + left, y - 10, right - left, HEIGHT + 20)
        self.approvals.append(
            {
                "批准文号": number,
                "批准类型": "乡村规划许可",
                "批准日期": day,
                "有效期止": None,
                "geometry": shape,
            }
        )

    def restoration(
        self, number: str, plan: float | None, day: str | None, area: float | None
    ) -> None:
        """Add a plan of restoration, or an acceptance of it."""
        self.restorations.append([number, plan, 36.5, day, area])

    def penalty(self, number: str, day: str, fact: str) -> None:
        """Add a penalty of the holder of a right."""
        held = next(r for r in self.rights if r["许可证号"] == number)
        no = f"示自然罚〔{day[:4]}〕矿{len(self.penalties) + 1}号"
        party, code = str(held["采矿权人"]), str(held["统一社会信用代码"])
        row: Row = [no, party, code, fact, "罚款", 60000, day]
        self.penalties.append([*row, "示例区自然资源和规划局"])

    def beyond(self, number: str, state: str, why: str) -> None:
        """Note what the model of digging beyond a licence must find."""
        self.nature.district.plant(BEYOND, state, number, why)

    def bare(self, number: str, state: str, why: str) -> None:
        """Note what the model of mines that were not restored must find."""
        self.nature.district.plant(BARE, state, number, why)


def build_mines(nature: Nature) -> None:
    """Put the mines together and add their files."""
    mines = Mines(nature)
    _everyday(mines)
    _beyond(mines)
    _papers_beyond(mines)
    _after_the_term(mines)
    _not_dug(mines)
    _hidden(mines)
    _unrestored(mines)
    _restored(mines)
    numbers = {right["许可证号"] for right in mines.rights}
    nature.district.settle(BEYOND, len(numbers))
    nature.district.settle(BARE, len(numbers))
    _write_layers(mines)
    _write_papers(mines)


def _everyday(mines: Mines) -> None:
    """Mines in their term, dug inside their licence; one was prolonged."""
    places = [(c, r) for r in (0, 2, 3) for c in range(3)] + [(0, 1)]
    for i, (column, row) in enumerate(places):
        spot = valley(column, row)
        mines.right(spot, f"20{28 + i % 5}-0{1 + i % 9}-15")
        mines.pit(spot)
    number = str(mines.rights[0]["许可证号"])
    mines.right(valley(0, 0), "2017-12-31", start="2013-01-01", number=number)


def _beyond(mines: Mines) -> None:
    spot = hill(0, 0)
    number = mines.right(spot)
    mines.dig(spot, 40, 170)
    mines.beyond(number, "hit", "向东越界七十米")

    spot = hill(1, 0)
    number = mines.right(spot)
    mines.dig(spot, 40, 160)
    mines.penalty(number, "2025-12-08", "超越批准的矿区范围开采矿产资源")
    mines.beyond(number, "hit", "受罚以后裸露仍在范围以外")

    spot = hill(2, 0)
    number = mines.right(spot)
    mines.dig(spot, 30, 190)
    mines.road(spot, 90, 140, "2024-03-05")
    mines.beyond(number, "hit", "道路用地以外仍越界五十米")

    spot = hill(3, 0)
    number = mines.right(spot)
    mines.dig(spot, 40, 180)
    mines.restoration(number, 8000, "2025-07-19", 8000)
    x, y = spot
    mines.works.append(_work("甲", "2025-01-10", "2025-07-19", at(x, y, 180, 90)))
    mines.beyond(number, "hit", "治理工程、验收均在前期影像以前")

    spot = hill(0, 1)
    number = mines.right(spot)
    mines.dig(spot, 40, 130, high=40)
    mines.beyond(number, "review", "越界六百平方米，计入位置误差后可能不足门槛")

    spot = hill(1, 1)
    number = mines.right(spot)
    mines.dig(spot, 90, 110, high=20)
    mines.dig(spot, 110, 200)
    mines.beyond(number, "review", "新增裸露几乎全部在范围以外，坐标系待核")


def _work(name: str, start: str, finish: str, shape: Polygon) -> dict[str, object]:
    return {
        "治理工程名称": f"示例{name}山滑坡治理",
        "开工日期": start,
        "完工日期": finish,
        "geometry": shape,
    }


def _papers_beyond(mines: Mines) -> None:
    """Dug beyond the licence, but other papers must be looked at first."""
    spot = hill(2, 1)
    number = mines.right(spot)
    mines.dig(spot, 40, 170)
    mines.road(spot, 100, 180, "2026-08-20")
    mines.beyond(number, "review", "变化之后取得用地批准")

    spot = hill(3, 1)
    number = mines.right(spot)
    mines.dig(spot, 40, 190)
    mines.road(spot, 100, 140, "2026-02-10")
    mines.beyond(number, "review", "两期影像之间取得部分用地批准")

    first, second = hill(0, 2), hill(1, 2)
    for spot in (first, second):
        number = mines.right(spot)
        mines.beyond(number, "review", "裸露连通两个矿区，开采主体待核")
    mines.dig(first, 60, 260)

    spot = hill(2, 2)
    number = mines.right(spot)
    mines.dig(spot, 40, 170)
    x, y = spot
    mines.works.append(_work("乙", "2025-07-19", "2025-11-30", at(x, y, 180, 90)))
    mines.beyond(number, "review", "位于同期地质灾害治理工程内")

    spot = hill(3, 2)
    number = mines.right(spot)
    mines.dig(spot, 40, 170)
    mines.restoration(number, 9000, None, None)
    mines.beyond(number, "review", "治理恢复方案尚未验收，可能为削坡治理")


def _after_the_term(mines: Mines) -> None:
    """Dug inside the outline of a licence that ended about then."""

    def dug(column: int, row: int, end: str | None, status: str = "有效") -> str:
        spot = hill(column, row)
        mines.dig(spot, 0, WIDTH, low=0, high=70)
        return mines.right(spot, end, status=status)

    number = dug(0, 3, "2024-06-30")
    mines.beyond(number, "hit", "许可到期后新增裸露")
    mines.bare(number, "review", "有效期已过而登记状态仍为有效")
    number = dug(1, 3, "2025-07-19", "到期")
    mines.beyond(number, "hit", "许可在前期影像前一日到期")
    mines.bare(number, "hit", "到期一年以上未见验收，影像裸露")
    number = dug(2, 3, "2025-07-20", "到期")
    mines.beyond(number, "unknown", "许可在前期影像当日到期，变化时是否有效不明")
    mines.bare(number, "hit", "到期一年以上未见验收")
    dug(3, 3, "2026-07-12")  # clear: in force on the day of the later picture
    number = dug(0, 4, "2026-07-11")
    mines.beyond(number, "unknown", "许可在后期影像前一日到期")
    number = dug(1, 4, "2025-01-31", "延续办理中")
    mines.beyond(number, "review", "登记状态为延续办理中")
    mines.bare(number, "review", "登记状态为延续办理中")
    number = dug(2, 4, None)
    mines.beyond(number, "unknown", "有效期缺失")
    mines.bare(number, "unknown", "有效期缺失")
    number = dug(3, 4, ENDLESS, "注销")
    mines.beyond(number, "unknown", "已注销而日期不明")
    mines.bare(number, "unknown", "提前关闭而日期不明")


def _not_dug(mines: Mines) -> None:
    """Dug inside the licence, within an approval, by a little, or for a while."""
    spot = hill(0, 5)
    mines.right(spot)
    mines.dig(spot, 10, 90)  # clear: inside

    spot = hill(1, 5)
    mines.right(spot)
    mines.dig(spot, 40, 170)
    mines.road(spot, 90, 180, "2024-05-20")  # clear: approved works

    spot = hill(2, 5)
    mines.right(spot)
    mines.dig(spot, 40, 130, high=30)  # clear: 400 m² beyond

    spot = hill(3, 5)
    number = mines.right(spot)
    mines.dig(spot, 40, 170, dates=(AFTER,))
    mines.beyond(number, "dropped", "裸露仅一期影像可见")

    spot = valley(0, 4)
    mines.right(spot, size=(190, 120))
    mines.dig(spot, 0, 190, low=0, high=110)
    mines.dig(spot, 190, 220, low=10, high=50)  # clear: below five per cent


def _hidden(mines: Mines) -> None:
    """Dug beyond the licence under clouds."""
    for spot, dates, state, why in (
        (valley(2, 4), (CONFIRM,), "review", "复核影像有云，变化未经确认"),
        (valley(2, 6), (AFTER, CONFIRM), "unknown", "后两期影像有云"),
    ):
        number = mines.right(spot)
        mines.dig(spot, 40, 170)
        x, y = spot
        mines.nature.clouds.append(Cloud(x + 85, y + 40, 105, dates))
        mines.beyond(number, state, why)


def _unrestored(mines: Mines) -> None:
    """Bare since the term ended."""

    def old(spot: Spot, end: str, why: str, *, holder: bool = True) -> str:
        mines.pit(spot)
        number = mines.right(spot, end, start="2008-01-01", status=None, holder=holder)
        mines.bare(number, "hit" if holder else "review", why)
        return number

    number = old(valley(0, 5), "2019-03-31", "到期七年未见验收")
    mines.restoration(number, 8000, None, None)
    old(valley(1, 5), "2025-09-29", "到期满一年零一日")
    number = old(valley(2, 5), "2021-06-30", "分两次验收合计不足八成")
    mines.restoration(number, 8000, "2023-05-10", 4000)
    mines.restoration(number, 8000, "2024-05-10", 2390)
    number = old(valley(0, 6), "2022-12-31", "验收登记在筛查日以后")
    mines.restoration(number, 8000, "2026-10-09", 8000)
    old(valley(1, 6), "2015-12-31", "没有采矿权人，可能为历史遗留", holder=False)


def _restored(mines: Mines) -> None:
    """Plant mines that ended but were restored, renewed, or are green."""

    def ended(
        column: int, end: str = "2020-06-30", *, row: int = 7, green: bool = False
    ) -> str:
        spot = valley(column, row)
        if not green:
            mines.pit(spot)
        return mines.right(spot, end, start="2010-01-01", status=None)

    ended(0, "2025-09-30")  # clear: a year ends on the day of screening
    number = ended(1)
    mines.restoration(number, 8000, "2022-05-10", 4000)
    mines.restoration(number, 8000, "2026-09-30", 2410)  # clear: above four fifths
    number = ended(2)
    mines.bare(number, "review", "另设的有效采矿权只覆盖原矿区的大部分")
    x, y = valley(2, 7)
    mines.right((x - 40, y), size=(WIDTH, HEIGHT))

    number = ended(0, row=8)
    mines.bare(number, "review", "另有期限不详的采矿权覆盖原矿区")
    x, y = valley(0, 8)
    other = mines.right((x - 40, y), None)
    mines.bare(other, "unknown", "有效期缺失")
    number = ended(1, row=8, green=True)
    mines.bare(number, "review", "影像显示已经复绿，未见验收")
    number = ended(2, row=8)
    mines.restoration(number, 8000, "2024-08-08", None)
    mines.bare(number, "unknown", "验收面积未填")

    spot = valley(1, 4)
    number = mines.right(spot, "2025-08-31", start="2012-01-01", status=None)
    mines.dig(spot, 0, WIDTH, low=0, high=HEIGHT, dates=(BEFORE,))
    mines.dig(spot, 0, WIDTH, low=0, high=50)
    mines.bare(number, "review", "植被比到期以前明显恢复")


def _write_layers(mines: Mines) -> None:
    nature, path = mines.nature, "图层/采矿权.gpkg"
    empty = {
        **mines.rights[0],
        "许可证号": "C9903022016017139999",
        "geometry": Polygon(),
    }
    nameless = {**mines.rights[1], "许可证号": None}
    whole = [*mines.rights, empty, nameless]
    nature.district.mark(path, len(whole) - 1, "geometry_empty", "矿区没有范围")
    nature.district.mark(path, len(whole), "key_missing", "没有许可证号")
    nature.add("mining_right", path, layer(whole, GEOGRAPHIC), scale=2000)
    path = "图层/地质灾害治理工程.gpkg"
    nature.add("hazard_treatment", path, layer(mines.works, METRIC), scale=2000)
    path = "图层/矿区用地批准.geojson"
    frame = layer(mines.approvals, GEOGRAPHIC)
    nature.add("land_approval", path, frame, crs=GEOGRAPHIC, scale=2000)


def _write_papers(mines: Mines) -> None:
    district = mines.nature.district
    path = "数据/矿山治理恢复台账.xlsx"
    rows: list[Row] = [
        ["示例区矿山地质环境治理恢复台账"] + [None] * 4,
        ["许可证号", "治理面积(㎡)", "基金计提余额(万元)", "验收日期", "验收面积(㎡)"],
        *mines.restorations,
    ]
    number = str(mines.rights[2]["许可证号"])
    rows.append([number, 8000, 12, "2024-02-30", 8000])
    district.mark(path, len(rows), "date", "没有这一天", "accept_date")
    book = Workbook(path, [Sheet("治理恢复", rows, [(0, 0, 0, 4)])])
    district.add("mine_restoration", book)
    head: Row = ["处罚决定文号", "当事人姓名", "统一社会信用代码", "违法事实"]
    head += ["处罚内容", "罚款金额（元）", "处罚日期", "处罚机关"]
    file = TextFile("数据/矿产处罚.csv", [head, *mines.penalties], "gbk")
    owner = {"issuer": "示例区自然资源和规划局", "obtained": "2026-09-28"}
    district.add("penalty", file, **owner)
