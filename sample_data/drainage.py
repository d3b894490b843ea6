"""Drainage: caterers by the water, their permits, and the sewers around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from district import Sheet, TextFile, Workbook, stem_name, uscc
from scenes import SOUTH, WEST
from terrain import GEOGRAPHIC, METRIC, at, layer

if TYPE_CHECKING:
    from district import District, Row
    from terrain import Nature

UNDRAINED = "environment/waterside-catering-undrained"
RIVERS = "environment/river-range-occupied"
_PERMITS = "数据/排水许可证.xlsx"
_LICENCES, _FIRMS = "数据/食品经营许可_滨河街道.xlsx", "数据/市场主体登记_滨河街道.csv"
_COOKING, _SCOPE = "热食类食品制售", "餐饮服务；食品销售"
# metres from the district's corner: the ranges of the river, the town sewers on its
# west bank, the village sewers on its east bank; the shops stand between the parcels
# and the river
_REACHES = ((3040.0, 100.0, 150.0, 900.0), (3040.0, 1500.0, 150.0, 650.0))
_TOWN, _VILLAGE = (2100.0, 100.0, 940.0, 900.0), (3190.0, 600.0, 300.0, 300.0)


@dataclass(frozen=True)
class _Shop:
    """A caterer: the registers it stands in; None is no row or an empty cell."""

    number: int
    kind: str
    state: str = ""
    why: str = ""
    spot: tuple[float, float] | None = (3010.0, 300.0)
    scope: str | None = _SCOPE
    status: str | None = "存续"
    licence: tuple[str | None, str] | None = ("2028-06-30", _COOKING)

    @property
    def name(self) -> str:
        return f"示例{stem_name(self.number % 60)}{self.kind}"

    @property
    def addr(self) -> str:
        return f"示例区滨河路{self.number}号"


# the permits of these shops are in _papers
_SHOPS = [
    _Shop(2401, "鱼馆", "hit", "距管理范围三十米，没有排水许可"),
    _Shop(2402, "酒楼", "hit", "排水许可到期一年以上"),
    _Shop(2403, "火锅店", "hit", "排水许可前一日到期"),
    _Shop(2404, "烧烤店"),  # clear: ends on the day of the screening
    _Shop(2405, "面馆", "hit", "排水许可已注销"),
    _Shop(2406, "小炒店", "hit", "排水许可尚未发出"),
    _Shop(2407, "砂锅店", "review", "同一主体在另一地址有排水许可"),
    _Shop(2408, "粥铺", "review", "房东在同一门牌有排水许可"),
    _Shop(2409, "柳岸春江酒楼有限公司", "review", "名称相近的排水户有许可"),
    _Shop(
        2410, "饺子馆", "review", "食品经营许可已过期", licence=("2026-03-31", _COOKING)
    ),
    _Shop(2411, "茶餐厅", "review", "没有食品经营许可", licence=None),
    _Shop(
        2412,
        "特产店",
        "review",
        "只许可销售预包装食品",
        licence=("2028-06-30", "预包装食品销售"),
    ),
    _Shop(2413, "农庄", "review", "不在污水收集范围", spot=(3230.0, 400.0)),
    _Shop(2414, "快餐店", "review", "距河湖管理范围七百余米", spot=(2270.0, 500.0)),
    _Shop(2415, "汤包店", "dropped", "已完成雨污分流和隔油改造"),
    _Shop(2416, "米粉店", "review", "列入改造台账而未完成"),
    _Shop(2417, "饭庄", "dropped", "已注销", status="注销"),
    _Shop(2418, "农家乐", "dropped", "接入村庄污水设施", spot=(3240.0, 700.0)),
    _Shop(2425, "大排档", "hit", "曾因排水受罚，仍无许可（减弱）"),
    _Shop(
        2426,
        "煲仔饭店",
        "unknown",
        "经营状态和食品许可期限都缺失",
        status=None,
        licence=(None, _COOKING),
    ),
    _Shop(2427, "凉皮店", "unknown", "排水许可证没有有效期"),
    _Shop(2428, "商行", "unknown", "经营范围缺失", scope=None, licence=None),
    _Shop(2429, "餐饮管理公司", scope="餐饮管理；企业管理咨询", licence=None),
    _Shop(2430, "餐具商店", scope="餐具、厨具批发", licence=None),
    _Shop(2431, "早餐店", spot=None),  # clear: the permit names city and floor
    _Shop(2432, "烤鱼店", "hit", "没有点位，没有排水许可", spot=None),
    _Shop(2433, "卤味店", "hit", "同一门牌的他人许可已过期"),
]


class _Registers:
    """Rows of the registers while they are being filled."""

    def __init__(self) -> None:
        self.permits: list[Row] = []
        self.firms: list[Row] = []
        self.licences: list[Row] = []
        self.sites: list[Row] = []

    def enter(self, shop: _Shop) -> None:
        code = uscc(shop.number)
        self.firms.append([code, shop.name, shop.status, shop.addr, shop.scope])
        if shop.licence:
            end, items = shop.licence
            number = f"JY2990302{5_000_000 + shop.number:07d}"
            self.licences.append([number, code, shop.addr, items, end, "有效"])
        if shop.spot:
            x, y = WEST + shop.spot[0], SOUTH + shop.spot[1]
            self.sites.append([code, shop.name, x, y])

    def permit(
        self,
        holder: tuple[str | None, str | None],
        addr: str,
        end: str | None,
        *,
        issued: str = "2023-10-01",
        status: str = "有效",
    ) -> None:
        number = f"示排字第{len(self.permits) + 1:05d}号"
        code, name = holder
        self.permits.append([number, name, code, addr, issued, end, status])


def build_drainage(nature: Nature) -> None:
    """Add the caterers by the water; every other firm of the district has a permit."""
    district, book = nature.district, _Registers()
    others = _permits_of_others(district, book)
    for shop in _SHOPS:
        book.enter(shop)
        if shop.state:
            district.plant(
                UNDRAINED, shop.state, [uscc(shop.number), shop.addr], shop.why
            )
    _papers(book)
    kinds = ("饭店", "小馆", "茶餐厅", "酒家", "小吃店")
    for i in range(1, 26):
        spot = (2994.0 + 9 * (i % 5), 130.0 + 30 * i)
        shop = _Shop(2440 + i, kinds[i % 5], spot=spot)
        book.enter(shop)
        end = f"202{7 + i % 3}-1{i % 3}-20"
        book.permit((uscc(shop.number), shop.name), shop.addr, end)
    _write(nature, book)
    _works(district)
    district.settle(UNDRAINED, others + len(book.firms))


def _papers(book: _Registers) -> None:
    """Add permits that help, help no more, or belong to somebody else."""
    shops = {shop.number: shop for shop in _SHOPS}

    def own(number: int, end: str | None, addr: str = "", **how: str) -> None:
        shop = shops[number]
        holder = uscc(number), shop.name
        book.permit(holder, addr or shop.addr, end, **how)

    own(2402, "2025-08-31")
    own(2403, "2026-09-29")
    own(2404, "2026-09-30")
    own(2405, "2028-09-30", status="注销")
    own(2406, "2031-10-07", issued="2026-10-08")
    own(2407, "2028-09-30", "示例区湖山路7号")
    landlord = "示例某甲（房东）"
    book.permit((None, landlord), f"{shops[2408].addr}一至三层", "2028-12-31")
    near = shops[2409].name.replace("酒楼", "大酒楼")
    book.permit((None, near), "示例区湖山路9号", "2028-12-31")
    own(2427, None)
    own(2431, "2028-12-31", f"示例市{shops[2431].addr}一层")
    book.permit((None, landlord), f"{shops[2433].addr}二层", "2026-05-31")


def _permits_of_others(district: District, book: _Registers) -> int:
    """Give every firm of the other registers a permit; return their premises' count."""
    names: dict[str, str] = {}
    registered: dict[str, str] = {}
    licensed: dict[str, set[str]] = {}
    registers = {
        e["file"]: e["dataset"]
        for e in district.records
        if e["dataset"] in ("registration", "food_licence")
    }
    for file in district.files:
        if file.path not in registers:
            continue
        rows = file.rows if isinstance(file, TextFile) else file.sheets[0].rows
        head = next(row for row in rows if "统一社会信用代码" in row)
        for row in rows[rows.index(head) + 1 :]:
            cells = dict(zip(head, row, strict=False))
            code = str(cells["统一社会信用代码"])
            addr = str(cells.get("住所") or cells.get("经营地址"))
            if registers[file.path] == "registration":
                names[code] = str(cells["企业名称"])
                registered[code] = addr
            else:
                licensed.setdefault(code, set()).add(addr)
    premises = {(code, a) for code, found in licensed.items() for a in found}
    premises |= {(c, a) for c, a in registered.items() if c not in licensed}
    for code, addr in sorted(premises):
        book.permit((code, names.get(code)), addr, "2029-03-31")
    return len(premises)


def _works(district: District) -> None:
    shops = {shop.number: shop for shop in _SHOPS}
    rows: list[Row] = [
        ["排水户名称", "统一社会信用代码", "改造地址", "改造内容", "验收日期"]
    ]
    for number, kind, done in (
        (2415, "雨污分流、安装隔油池", "2026-05-30"),
        (2416, "安装隔油池", None),
    ):
        shop = shops[number]
        rows.append([shop.name, uscc(number), shop.addr, kind, done])
    # the house of another shop, without a code: that shop has its permit anyway
    rows.append(["示例沿街商铺", None, shops[2404].addr, "雨污分流", "2026/4/1"])
    file = TextFile("数据/雨污分流改造台账.csv", rows)
    district.add("drainage_retrofit", file)


def _write(nature: Nature, book: _Registers) -> None:
    district = nature.district
    head: Row = [
        "排水许可证号",
        "排水户名称",
        "统一社会信用代码",
        "排水户地址",
        "发证日期",
        "有效期至",
        "状态",
    ]
    rows: list[Row] = [
        ["示例区污水排入排水管网许可证"] + [None] * 6,
        head,
        *book.permits,
    ]
    rows.append(list(rows[8]))
    district.mark(_PERMITS, len(rows), "duplicate", "同一许可证列了两次")
    sheet = Sheet("排水许可", rows, [(0, 0, 0, 6)])
    district.add("drainage_permit", Workbook(_PERMITS, [sheet]))
    head = ["统一社会信用代码", "企业名称", "经营状态", "住所", "经营范围"]
    file = TextFile(_FIRMS, [head, *book.firms], "gbk")
    district.add("registration", file)
    head = [
        "许可证编号",
        "统一社会信用代码",
        "经营地址",
        "经营项目",
        "有效期至",
        "状态",
    ]
    licences: list[Row] = [["滨河街道餐饮单位"] + [None] * 5, head, *book.licences]
    district.add("food_licence", Workbook(_LICENCES, [Sheet("许可", licences)]))
    head = ["统一社会信用代码", "店铺名称", "东坐标", "北坐标"]
    file = TextFile("数据/经营场所点位.csv", [head, *book.sites])
    district.add("business_site", file, crs=METRIC, sigma_m=3.0)
    ranges: list[dict[str, object]] = [
        {
            "河流名称": f"示例河（第{i}段）",
            "划定日期": "2020-12-01",
            "geometry": at(*shape),
        }
        for i, shape in enumerate(_REACHES, 1)
    ]
    nature.add(
        "river_mgmt",
        "图层/河湖管理范围.geojson",
        layer(ranges, GEOGRAPHIC),
        crs=GEOGRAPHIC,
        issuer="示例区水利局",
        valid_from="2020-12-01",
        scale=2000,
    )
    # nothing was built or filled there: both questions of both reaches are clear
    district.join(RIVERS, 2 * len(_REACHES))
    areas: list[dict[str, object]] = [
        {"名称": "示例污水处理厂", "设施类型": "城镇", "geometry": at(*_TOWN)},
        {"名称": "示例村生态处理站", "设施类型": "农村", "geometry": at(*_VILLAGE)},
    ]
    nature.add(
        "sewer_area",
        "图层/污水收集范围.gpkg",
        layer(areas, METRIC),
        issuer="示例区住房和城乡建设局",
        scale=2000,
    )
