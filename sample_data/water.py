"""Water: abstraction permits, devices, output, quotas, tap bills and tax returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from district import Sheet, TextFile, Workbook, uscc, wrong_uscc
from water_cases import CASES, QUOTAS

if TYPE_CHECKING:
    from district import District, Row
    from water_cases import Case

TAKING = "environment/water-abstraction-unpermitted"
TAX = "assets/water-tax-underpaid"
_DEVICE = "无证取水"
_MADE, _TAXED = "数据/规上企业产量.xlsx", "数据/水资源税申报.csv"
_PERMITTED, _DEVICES = "数据/取水许可证.xlsx", "数据/取水设备登记.csv"


class _Registers:
    """Rows of the registers while they are being filled, and the candidates."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.made: list[Row] = []
        self.taxed: list[Row] = []
        self.billed: list[Row] = []
        self.permits: list[Row] = []
        self.devices: list[Row] = []
        self.years: set[tuple[str | None, int]] = set()
        self.owners: set[str | None] = set()

    def output(
        self, code: str, year: int, product: str, qty: object, unit: str
    ) -> None:
        """Write a year's output, in two halves where it is a number."""
        self.years.add((code, year))
        whole = isinstance(qty, (int, float))
        for part, month in ((0.5, 1), (0.5, 7)) if whole else ((1, 1),):
            amount = float(qty) * part if whole else qty
            self.made.append([code, f"{year}-{month:02d}-01", product, amount, unit])

    def tap(self, code: str, year: int, cubic_m: float) -> None:
        """Write a year's tap water on twelve bills."""
        account = f"ZLS{code[-7:-2]}"
        month_m3 = int(cubic_m // 12)
        for month in range(1, 13):
            last = cubic_m - 11 * month_m3
            amount = last if month == 12 else month_m3
            fee = f"{amount * 2.8:.2f}"
            self.billed.append([account, code, f"{year}-{month:02d}-01", amount, fee])

    def tax(self, code: str, year: int, cubic_m: float, rate: float = 0.4) -> None:
        """Declare a year's water in four quarters."""
        for quarter in range(4):
            last = cubic_m - 3 * (cubic_m // 4)
            amount = last if quarter == 3 else cubic_m // 4
            date = f"{year}/{quarter * 3 + 1}/1"
            self.taxed.append([code, date, amount, f"{amount * rate:.2f}"])

    def permit(
        self, code: str, cap: float | None, start: str | None, end: str | None
    ) -> str:
        """Enter a permit; its cap is written in units of ten thousand m³."""
        number = f"D990302S{start[:4] if start else '0000'}-{len(self.permits) + 1:04d}"
        shown = None if cap is None else cap / 10000
        self.permits.append([number, code, "地表水", shown, start, end, None, None])
        return number

    def device(
        self,
        code: str | None,
        kind: str,
        installed: str | None,
        spot: tuple[float, float] | None = None,
    ) -> None:
        """Enter a device with its place in metres (EPSG:4549) or without."""
        self.owners.add(code)
        self.devices.append([code, kind, installed, *(spot or (None, None))])

    def take(self, state: str, key: str | None, matter: object, why: str) -> None:
        """Note a candidate of unpermitted abstraction."""
        words = f"{matter}年用水" if isinstance(matter, int) else matter
        self.district.plant(TAKING, state, [key, words], why)

    def owe(self, state: str, key: str | None, year: int, why: str) -> None:
        """Note a candidate of underpaid water tax."""
        self.district.plant(TAX, state, [key, year], why)


def build_water(district: District) -> None:
    """Add permits, devices, output, quotas, tap bills and returns."""
    book = _Registers(district)
    for i in range(1, 13):
        _everyday(book, 2040 + i, i)
    for case in CASES:
        _add(book, case)
    _doubtful(book)
    _devices(book)
    _write(district, book)


def _everyday(book: _Registers, number: int, i: int) -> None:
    """Add a firm whose output, permit and returns agree in both years."""
    code = uscc(number)
    product, unit, quota = (
        ("文化用纸", "吨", 14.0),
        ("印染布", "百米", 1.6),
        ("啤酒", "千升", 4.0),
    )[i % 3]
    book.permit(code, 60_000 + 10_000 * i, "2022-03-01", "2027-02-28")
    book.device(code, "离心泵取水口", f"20{15 + i % 6}-05-10")
    for year in (2024, 2025):
        need = 30_000 + 5_000 * i + 400 * (year - 2024)
        book.output(code, year, product, round(need / quota, 1), unit)
        book.tap(code, year, 900 + 110 * i)
        book.tax(code, year, int(need * (0.82 + 0.02 * (i % 5))))


def _add(book: _Registers, case: Case) -> None:
    code, year = uscc(case.number), case.year
    book.output(code, year, case.product, case.qty, case.unit)
    if case.cap is not None:
        book.permit(code, case.cap, *case.term)
    if case.tap:
        book.tap(code, year, case.tap)
    if case.tax is not None and year > 2022:
        book.tax(code, year, case.tax)
    for note, (state, why) in ((book.take, case.taking), (book.owe, case.tax_state)):
        if state:
            note(state, code, year, why)


def _doubtful(book: _Registers) -> None:
    """Add output, returns and codes that cannot be read, and a year not over."""
    district, term = book.district, ("2021-01-01", "2028-12-31")
    code = uscc(2030)
    book.output(code, 2025, "啤酒", "待报", "千升")
    district.mark(_MADE, len(book.made) + 2, "type", "产量栏写的是文字", "qty")
    book.permit(code, 50_000, *term)
    book.tax(code, 2025, 8_000)
    for note in (book.take, book.owe):
        note("unknown", code, 2025, "产量尚未填报")
    code = uscc(2031)
    book.output(code, 2025, "啤酒", 15_000, "千升")
    book.permit(code, 70_000, *term)
    book.tax(code, 2025, 20_000)
    book.taxed[-1][2] = None
    for note in (book.take, book.owe):
        note("unknown", code, 2025, "一个季度的申报没有水量")
    code = uscc(2032)
    # the part without a quota can only add to a gap that is wide enough without it
    book.output(code, 2025, "啤酒", 20_000, "千升")
    book.output(code, 2025, "苏打水", 3_000, "千升")
    book.permit(code, 100_000, *term)
    book.tax(code, 2025, 12_000)
    for note in (book.take, book.owe):
        note("hit", code, 2025, "有定额的产品已足以认定差额")
    code = wrong_uscc(2033)
    book.made.append([code, "2025-01-01", "啤酒", 9_000, "千升"])
    book.years.add((None, 2025))
    district.mark(_MADE, len(book.made) + 2, "checksum", "代码校验位有误", "uscc")
    for note in (book.take, book.owe):
        note("unknown", None, 2025, "产量没有可用的单位代码")
    code = uscc(2001)
    book.output(code, 2024, "文化用纸", 20_000, "吨")
    book.tap(code, 2024, 3_000)
    book.tax(code, 2024, 250_000)  # clear: the year before all was declared
    book.output(code, 2026, "文化用纸", 9_000, "吨")
    book.take("unknown", code, 2026, "年度尚未结束，自来水数据不全")


def _devices(book: _Registers) -> None:
    """Add devices with and without permits."""
    east, north = 498_000.0, 3_098_000.0

    def well(
        number: int,
        state: str,
        why: str,
        *,
        kind: str = "深井泵",
        at: str = "2021-06-01",
    ) -> str:
        code = uscc(number)
        spot = (east + 100 + (number - 2060) * 170, north + 3_900)
        book.device(code, kind, at or None, spot)
        if state:
            book.take(state, code, _DEVICE, why)
        return code

    book.device(uscc(2002), "深井泵", "2019-04-01")
    book.device(uscc(2002), "备用深井泵", "2023-08-15")
    book.take("hit", uscc(2002), _DEVICE, "两眼井，没有许可证")
    book.device(uscc(2012), "离心泵取水口", "2018-10-01")
    book.take("hit", uscc(2012), _DEVICE, "许可证到期未延续")
    book.device(uscc(2023), "离心泵取水口", "2020-10-01")
    book.take("unknown", uscc(2023), _DEVICE, "许可证没有截止日期")
    book.permit(well(2061, "", ""), 30_000, "2016-01-01", "2024-12-31")
    book.permit(uscc(2061), 30_000, "2025-01-01", "2029-12-31")
    # clear: renewed under another number
    book.permit(well(2062, "", ""), 30_000, "2021-10-01", "2026-09-30")
    # clear: valid on the day of the screening
    code = well(2063, "hit", "许可证前一日到期")
    book.permit(code, 30_000, "2021-09-30", "2026-09-29")
    code = well(2064, "hit", "许可证次日才生效")
    book.permit(code, 30_000, "2026-10-01", "2031-09-30")
    book.permit(well(2065, "", "", at="2026-09-30"), 30_000, "2026-09-30", "2031-09-29")
    well(2066, "hit", "当日安装，没有许可证", at="2026-09-30")
    well(2067, "review", "消防用井", kind="消防应急备用井")
    well(2068, "review", "监测用井", kind="地下水位监测井")
    code = well(2069, "hit", "消防井之外另有生产用井", kind="消防水池补水泵")
    book.device(code, "深井潜水泵", "2022-02-02")
    well(2070, "unknown", "设备没有安装日期", at="")
    for number, away, state, why in (
        (2071, 40.0, "review", "四十米处有园区公司的许可证"),
        (2072, 160.0, "hit", "他人的许可证在一百米以外"),
    ):
        well(number, state, why)
        owner = uscc(number + 10)
        book.permit(owner, 500_000, "2022-01-01", "2031-12-31")
        x = east + 100 + (number - 2060) * 170
        book.permits[-1][6:] = [x, north + 3_900 - away]
    # not yet there: no candidate
    book.devices.append([uscc(2073), "深井泵", "2026-11-15", None, None])
    book.device(None, "深井泵", "2020-03-03")
    book.take("unknown", None, _DEVICE, "设备登记没有单位代码")


def _write(district: District, book: _Registers) -> None:
    head: Row = ["统一社会信用代码", "所属期", "产品", "产量", "计量单位"]
    made: list[Row] = [["示例区规模以上工业企业主要产品产量"] + [None] * 4, head]
    sheet = Sheet("产量", [*made, *book.made], [(0, 0, 0, 4)])
    district.add("production", Workbook(_MADE, [sheet]))
    head = ["行业", "产品", "先进值", "通用值", "定额单位", "依据文件"]
    paper = "示例省用水定额（虚构）"
    rows: list[Row] = [head, *([*row, paper] for row in QUOTAS)]
    district.add("quota", Workbook("数据/用水定额.xls", [Sheet("定额", rows)]))
    taxed: list[Row] = [["统一社会信用代码", "所属期", "水量(立方米)", "税额(元)"]]
    taxed += book.taxed
    taxed.append(list(taxed[5]))
    district.mark(_TAXED, len(taxed), "duplicate", "同一申报导出两次")
    district.add("tax_water", TextFile(_TAXED, taxed, "gbk"))
    head = ["户号", "统一社会信用代码", "年月", "用水量(立方米)", "水费(元)"]
    file = TextFile("数据/自来水用户用水量.csv", [head, *book.billed], "gbk")
    district.add("water_month", file)
    _write_permits(district, book)
    district.settle(TAKING, len(book.years) + len(book.owners))
    district.settle(TAX, len(book.years))


def _write_permits(district: District, book: _Registers) -> None:
    permits: list[Row] = [
        ["示例区取水许可证台账"] + [None] * 7,
        [
            "许可证号",
            "统一社会信用代码",
            "水源类型",
            "许可水量(万立方米/年)",
            "有效期起",
            "有效期止",
            "东坐标",
            "北坐标",
        ],
        *book.permits,
    ]
    permits.append([None, uscc(2090), "地下水", 3.0, "2024-01-01", "2028-12-31"])
    district.mark(_PERMITTED, len(permits), "key_missing", "没有许可证号")
    place = {"crs": "EPSG:4549", "sigma_m": 5.0}
    sheet = Sheet("许可证", permits, [(0, 0, 0, 7)])
    district.add("water_permit", Workbook(_PERMITTED, [sheet]), **place)
    devices: list[Row] = [
        ["统一社会信用代码", "取水设备", "安装日期", "Y坐标", "X坐标"]
    ]
    devices += book.devices
    file = TextFile(_DEVICES, devices)
    district.add("water_device", file, **place)
