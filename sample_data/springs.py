"""Drinking-water sources: zones of villages, what was built in them, and farms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from district import AS_OF, Sheet, TextFile, Workbook, stem_name, uscc
from scenes import AFTER, CONFIRM, Cloud
from terrain import GEOGRAPHIC, METRIC, at, degrees, layer

if TYPE_CHECKING:
    from district import Row
    from terrain import Nature

BUILDING = "environment/source-zone-building"
FARMING = {"issuer": "示例区农业农村局", "obtained": "2026-09-23"}
WIDTH, HEIGHT = 120.0, 100.0
BUILT = "新增建设"
Spot = tuple[float, float]


def field(column: int, row: int) -> Spot:
    """Return the SW corner of a village's zone in the fields of the south, metres."""
    return 1300.0 + 180 * column, 560.0 + 145 * row


class Springs:
    """Zones and farms while they are put together."""

    def __init__(self, nature: Nature) -> None:
        self.nature = nature
        self.zones: list[dict[str, object]] = []
        self.approvals: list[dict[str, object]] = []
        self.farms: list[Row] = []
        self.candidates = 0

    def zone(
        self,
        spot: Spot,
        state: str = "",
        why: str = "",
        *,
        level: str = "一级",
        day: str | None = "2019-05-01",
    ) -> None:
        """Add a zone; what its ground must be found to be once it is in force."""
        name = f"示例{stem_name(len(self.zones))}村水源"
        self.zones.append(
            {
                "名称": name,
                "级别": level,
                "批复日期": day,
                "服务人口": 700 + 260 * len(self.zones),
                "geometry": at(*spot, WIDTH, HEIGHT),
            }
        )
        if day is None or day <= AS_OF.isoformat():
            self.built(name, level, state, why)

    def built(self, name: str, level: str, state: str, why: str) -> None:
        """Count a zone; note what its ground must be found to be."""
        self.candidates += 1
        if state:
            key = [name, level, BUILT]
            self.nature.district.plant(BUILDING, state, key, why)

    def house(
        self,
        spot: Spot,
        width: float = 60,
        height: float = 40,
        dates: tuple[str, ...] = (AFTER, CONFIRM),
    ) -> None:
        """Show ground turned into a building site, in the middle of a zone."""
        x, y = spot[0] + 30, spot[1] + 30
        self.nature.change(x, y, width, height, "built", dates)

    def approve(self, spot: Spot, width: float, day: str) -> None:
        """Approve the western part of a building site."""
        number = f"示乡规〔{day[:4]}〕水源{len(self.approvals) + 1}号"
        self.approvals.append(
            {
                "批准文号": number,
                "批准类型": "乡村规划许可",
                "批准日期": day,
                "有效期止": None,
                "geometry": at(spot[0] + 25, spot[1] + 25, width + 5, 50),
            }
        )

    def farm(
        self,
        spot: Spot | None,
        zone: tuple[str | None, str | None] = (None, None),
        state: str = "",
        why: str = "",
        *,
        head: int = 600,
    ) -> None:
        """Add a farm at a point: the zone it lies in, what it must be found to be."""
        number = f"ZY990302{len(self.farms) + 1:04d}"
        lon, lat = degrees(*spot) if spot else (None, None)
        kind = ("生猪", "肉鸡", "蛋鸭", "肉牛")[len(self.farms) % 4]
        code = uscc(5400 + len(self.farms))
        self.farms.append([number, code, kind, head, lon, lat])
        self.candidates += 1
        if state:
            key = [*zone, f"养殖场{number}"]
            self.nature.district.plant(BUILDING, state, key, why)


def build_springs(nature: Nature) -> None:
    """Put the zones of villages and all farms together, and add their files."""
    springs = Springs(nature)
    _reservoir(springs)
    _zones(springs)
    _zones_by_day(springs)
    _hidden(springs)
    _farms(springs)
    nature.district.settle(BUILDING, springs.candidates)
    _write(springs)


def _reservoir(springs: Springs) -> None:
    """Build in the zones around the lake, which stand in the layer of outfalls."""
    springs.nature.change(2660, 3220, 60, 50, "built")
    springs.built("示例水库", "一级", "hit", "一级保护区岸边新增建设")
    springs.nature.change(2520, 3300, 50, 40, "built")
    springs.built("示例水库", "二级", "review", "二级保护区内新增建设，是否排污待核")
    springs.built("示例村水井", "一级", "", "")


def _zones(springs: Springs) -> None:
    spot = field(0, 0)
    springs.zone(spot, "hit", "一级保护区内新增建设")
    springs.house(spot)
    spot = field(1, 0)
    springs.zone(spot, "review", "建设范围另有批准")
    springs.house(spot)
    springs.approve(spot, 60, "2025-03-18")
    spot = field(2, 0)
    springs.zone(spot, "hit", "批准只占建设范围的三成")
    springs.house(spot)
    springs.approve(spot, 20, "2025-03-18")
    spot = field(3, 0)
    springs.zone(spot, "review", "二级保护区内新增建设，是否排污待核", level="二级")
    springs.house(spot)
    spot = field(0, 1)
    springs.zone(spot)  # clear: 200 m², below four pixels
    springs.house(spot, 20, 10)
    spot = field(1, 1)
    springs.zone(spot, "hit", "新增建设六百平方米")
    springs.house(spot, 30, 20)
    spot = field(2, 1)
    springs.zone(spot, "dropped", "变化仅一期影像可见")
    springs.house(spot, dates=(AFTER,))
    springs.zone((1040, 705))  # clear: nothing changed
    springs.zone((1040, 850))


def _zones_by_day(springs: Springs) -> None:
    """Zones drawn before, on and after the days of the pictures."""
    for column, day, state, why in (
        (0, "2025-07-20", "hit", "前期影像当日批复"),
        (1, "2025-07-21", "review", "前期影像早于保护区批复一日"),
        (2, None, "review", "保护区批复日期缺失"),
    ):
        spot = field(column, 2)
        springs.zone(spot, state, why, day=day)
        springs.house(spot)
    spot = field(3, 2)
    springs.house(spot)
    springs.zone(spot, day="2026-10-15")  # no candidate: not yet in force


def _hidden(springs: Springs) -> None:
    """Zones under clouds."""
    for spot, dates, state, why in (
        ((1040.0, 300.0), (CONFIRM,), "review", "复核影像有云，变化未经确认"),
        ((1340.0, 300.0), (AFTER, CONFIRM), "unknown", "后两期影像有云"),
        ((1900.0, 300.0), (AFTER,), "review", "后期影像有云，只能与另一季节的影像比较"),
    ):
        springs.zone(spot, state, why)
        springs.house(spot)
        x, y = spot
        springs.nature.clouds.append(Cloud(x + 60, y + 50, 105, dates))


def _farms(springs: Springs) -> None:
    lake, village = "示例水库", "示例甲子村水源"
    first, second = "一级", "二级"
    why = "一级保护区内的养猪场"
    springs.farm((2700, 3280), (lake, first), "hit", why, head=2400)
    springs.farm((1360, 640), (village, first), "hit", "村水源一级保护区内养殖")
    why = "二级保护区内，是否排污待核"
    springs.farm((2530, 3250), (lake, second), "review", why)
    springs.farm((3100, 2680))  # clear: in the outer zone
    why = "距一级保护区边界三米，计入位置误差后不能确认"
    springs.farm((1303, 610), (village, first), "review", why)
    springs.farm(None, state="unknown", why="没有坐标")
    why = "养殖单位已注销"
    springs.farm((2680, 3230), (lake, first), "review", why)
    why = "保护区批复日期缺失"
    springs.farm((3350, 2400), ("示例村水井", first), "review", why)
    x, y = field(3, 2)
    springs.farm((x + 60, y + 80))  # clear: the zone is not yet in force
    for i in range(16):
        springs.farm((120 + 225 * (i % 8), 2190 + 30 * (i // 8)), head=90 + 40 * i)


def _write(springs: Springs) -> None:
    nature, path = springs.nature, "图层/村镇水源保护区.shp"
    zones = [*springs.zones, dict(springs.zones[0])]
    nature.district.mark(path, len(zones), "duplicate", "同一保护区录入两次")
    owner = {"issuer": "示例区生态环境局", "obtained": "2026-09-29"}
    nature.add("water_zone", path, layer(zones, METRIC), scale=2000, **owner)
    path = "图层/水源地用地批准.gpkg"
    frame = layer(springs.approvals, GEOGRAPHIC)
    nature.add("land_approval", path, frame, scale=2000)
    _write_farms(springs)


def _write_farms(springs: Springs) -> None:
    district, path = springs.nature.district, "数据/畜禽养殖场备案.xlsx"
    rows: list[Row] = [
        ["示例区畜禽养殖场（户）备案表"] + [None] * 5,
        ["备案号", "统一社会信用代码", "畜禽种类", "存栏(头)", "经度(°)", "纬度(°)"],
        *springs.farms,
    ]
    rows.append([None, uscc(5490), "生猪", 300, None, None])
    district.mark(path, len(rows), "key_missing", "没有备案号")
    book = Workbook(path, [Sheet("备案", rows, [(0, 0, 0, 5)])])
    district.add("farm", book, crs=GEOGRAPHIC, sigma_m=5.0, **FARMING)
    head: Row = ["统一社会信用代码", "企业名称", "经营状态", "成立日期", "住所"]
    head.append("经营范围")
    firms: list[Row] = [
        [row[1], f"示例养殖{i + 1}场", "注销" if i == 6 else "存续", "2016-04-01"]
        for i, row in enumerate(springs.farms[:9])
    ]
    firms = [
        [*row, f"示例区示例镇养殖路{i + 1}号", "畜禽养殖、销售"]
        for i, row in enumerate(firms)
    ]
    file = TextFile("数据/养殖主体登记.csv", [head, *firms], "gbk")
    district.add("registration", file)
