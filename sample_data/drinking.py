"""Drinking water: tanks of housing estates, rural works, tests and complaints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from district import Sheet, TextFile, Workbook, stem_name, uscc

if TYPE_CHECKING:
    from district import District, Row

TANK, RURAL = "food/secondary-water-overdue", "food/rural-water-failing"
HOUSING = {"issuer": "示例区住房和城乡建设局", "obtained": "2026-09-25"}
HEALTH = {"issuer": "示例区卫生健康局", "obtained": "2026-09-24"}
WATER = {"issuer": "示例区水利局", "obtained": "2026-09-24"}
HOTLINE = {"issuer": "示例区政务服务中心", "obtained": "2026-09-28"}
CLEANED, TESTED = "清洗消毒", "水质检测"
PASSED, FAILED, GERMS = "合格", "不合格", "不合格（总大肠菌群）"
Work = tuple[str | None, str | None, str | None]
"""Day, kind and result of one cleaning or test."""


@dataclass
class Supply:
    """Water supplies and what is on record about them, while they are put together."""

    district: District
    tanks: list[Row] = field(default_factory=list)
    plants: list[Row] = field(default_factory=list)
    tank_works: list[Row] = field(default_factory=list)
    rural_works: list[Row] = field(default_factory=list)
    corrections: list[Row] = field(default_factory=list)
    complaints: list[Row] = field(default_factory=list)
    penalties: list[Row] = field(default_factory=list)

    def tank(
        self,
        works: list[Work],
        state: str = "",
        why: str = "",
        *,
        rural: tuple[str, str] = ("", ""),
        place: str = "",
        households: int = 420,
    ) -> str:
        """Add the tank of an estate; `rural` is what the model of rural works finds."""
        number = len(self.tanks) + 1
        no, name = f"SW990302-{number:03d}", stem_name(number)
        manager = f"示例{name}物业服务有限公司"
        self.tanks.append([no, place or f"示例{name}小区", manager, households])
        self.tank_works += [[no, *work] for work in works]
        self._expect(no, (state, why), rural)
        return no

    def plant(
        self,
        works: list[Work],
        state: str = "",
        why: str = "",
        *,
        village: str = "",
        persons: int = 860,
        operator: int | None = None,
    ) -> str:
        """Add a rural waterworks."""
        number = len(self.plants) + 1
        no, name = f"NS990302-{number:02d}", stem_name(number)
        village = village or f"示例{name}村"
        code = None if operator is None else uscc(operator)
        self.plants.append([no, f"示例{name}水厂", village, persons, code])
        self.rural_works += [[no, *work] for work in works]
        self._expect(no, ("", ""), (state, why))
        return no

    def stranger(
        self, no: str | None, work: Work, tank: tuple[str, str], rural: tuple[str, str]
    ) -> None:
        """Add a test of a supply that stands in no register."""
        self.rural_works.append([no, *work])
        self._expect(no, tank, rural)

    def _expect(
        self, no: str | None, tank: tuple[str, str], rural: tuple[str, str]
    ) -> None:
        for model, (state, why) in ((TANK, tank), (RURAL, rural)):
            if state:
                self.district.plant(model, state, [no], why)

    def corrected(self, no: str, date: str | None) -> None:
        """Add a corrective record."""
        self.corrections.append([no, date, "更换消毒设备并冲洗管网"])

    def complain(self, when: str, text: str, addr: str | None = None) -> None:
        """Add a call to the hotline."""
        no = f"SL{when[:10].replace('-', '')}{len(self.complaints) + 1:04d}"
        self.complaints.append([no, when, text, addr, "示例区水利局", None, "已转办"])

    def penalty(self, operator: int, date: str, fact: str) -> None:
        """Add a penalty of the health authority."""
        no = f"示卫水罚〔{date[:4]}〕示例{len(self.penalties) + 1}号"
        row: Row = [no, "示例供水单位", uscc(operator), fact, "罚款", 3000, date]
        self.penalties.append([*row, "示例区卫生健康局"])


def build_drinking(district: District) -> None:
    """Add both registers of supplies, their tests and what answered a failed one."""
    supply = Supply(district)
    _good_tanks(supply)
    _late_tanks(supply)
    _failed_tanks(supply)
    _undecided_tanks(supply)
    _good_plants(supply)
    _failed_plants(supply)
    _answered_plants(supply)
    _undecided_plants(supply)
    _calls(supply)
    tanks, plants = ({row[0] for row in rows} for rows in (supply.tanks, supply.plants))
    strangers = {row[0] for row in supply.rural_works} - plants
    tested = {row[0] for row in supply.tank_works}
    district.settle(TANK, len(tanks | tested | strangers))
    district.settle(RURAL, len(tested | plants | strangers))
    _write_tanks(supply)
    _write_plants(supply)


# ---- housing estates ----

RECENT: Work = ("2026-06-18", CLEANED, PASSED)
"""A cleaning that is in order."""
FINE: Work = ("2026-07-09", TESTED, PASSED)
"""A test that is in order."""


def _good_tanks(supply: Supply) -> None:
    for i in range(20):
        month, day = 4 + i % 5, 3 + i
        cleaned: Work = (f"2026-{month:02d}-{day:02d}", CLEANED, PASSED)
        tested: Work = (f"2026-0{5 + i % 4}-{day:02d}", TESTED, PASSED)
        earlier: Work = (f"2025-{9 + i % 4:02d}-{day:02d}", CLEANED, PASSED)
        supply.tank([earlier, cleaned, tested], households=180 + 37 * i)


def _late_tanks(supply: Supply) -> None:
    old: Work = ("2025-06-10", CLEANED, PASSED)
    supply.tank([old, FINE], "hit", "一年多未清洗消毒", households=1260)
    late: Work = ("2025-12-01", TESTED, PASSED)
    supply.tank([RECENT, late], "hit", "十个月未检测水质")
    edge: Work = ("2026-03-30", CLEANED, PASSED)
    supply.tank([edge, FINE], "hit", "距上次清洗恰满一百八十四日")
    edge = ("2026-03-31", CLEANED, PASSED)
    supply.tank([edge, FINE])  # clear: 183 days
    place = "示例中学宿舍区"
    supply.tank([old, late], "hit", "学校宿舍区清洗、检测均超期", place=place)
    supply.tank([old], "hit", "清洗超期，另无检测记录")
    supply.tank([], "review", "没有任何记录，可能为新设施或者无水箱")
    supply.tank([RECENT], "review", "只缺水质检测类记录")
    supply.tank([FINE], "review", "只缺清洗消毒类记录")
    future: Work = ("2026-10-12", CLEANED, PASSED)
    supply.tank([old, future, FINE], "hit", "下一次清洗登记在筛查日以后")


def _failed_tanks(supply: Supply) -> None:
    listed = ("dropped", "列在二次供水台账，由二次供水模型处理")

    def failed(date: str, result: str = FAILED) -> Work:
        return (date, TESTED, result)

    why = "检测不合格逾三十日未见复检"
    supply.tank([RECENT, failed("2026-08-20", GERMS)], "hit", why, rural=listed)
    why = "检测不合格恰满三十一日"
    supply.tank([RECENT, failed("2026-08-30")], "hit", why, rural=listed)
    supply.tank([RECENT, failed("2026-08-31")])  # clear: thirty days end on the day
    works = [RECENT, failed("2026-06-01"), failed("2026-06-25", PASSED)]
    supply.tank(works)  # clear: retested in time
    works = [RECENT, failed("2026-05-01"), failed("2026-08-15", PASSED)]
    supply.tank(works, rural=listed)  # clear: the last test passed
    works = [RECENT, failed("2026-08-01"), failed("2026-08-01", PASSED)]
    supply.tank(works, "hit", "同日两次检测结果相反", rural=listed)


def _undecided_tanks(supply: Supply) -> None:
    no = supply.tank([("另附", CLEANED, PASSED), FINE], "unknown", "清洗日期写的是文字")
    row = 1 + [work[0] for work in supply.tank_works].index(no) + 1
    path = "数据/二次供水清洗检测.csv"
    supply.district.mark(path, row, "date", "日期栏写的是文字", "done_date")
    works: list[Work] = [("2026-06-20", None, PASSED), FINE]
    supply.tank(works, "unknown", "未写清洗还是检测")
    tested: Work = ("2026-05-20", TESTED, None)
    why = "最近一次检测没有结果"
    supply.tank([RECENT, tested], "unknown", why, rural=("unknown", "检测没有结果"))


# ---- villages ----


def _good_plants(supply: Supply) -> None:
    for i in range(15):
        days = (f"2025-11-{3 + i:02d}", f"2026-03-{3 + i:02d}", f"2026-07-{3 + i:02d}")
        persons = 240 + 115 * i
        supply.plant([(day, TESTED, PASSED) for day in days], persons=persons)


def _failed_plants(supply: Supply) -> None:
    works: list[Work] = [
        ("2026-05-12", TESTED, GERMS),
        ("2026-08-01", TESTED, "浊度超标"),
    ]
    why = "两次不合格，其中一次为微生物指标"
    supply.plant(works, "hit", why, persons=3200)
    works = [("2025-11-03", TESTED, FAILED)]
    supply.plant(works, "hit", "近一年前不合格，未见处置", village="示例中心小学")
    for date, state, why in (
        ("2026-08-30", "hit", "不合格恰满三十一日"),
        ("2026-08-31", "", ""),
        ("2025-09-30", "hit", "恰在近十二个月以内"),
        ("2025-09-29", "", ""),
    ):
        supply.plant([(date, TESTED, FAILED)], state, why)
    supply.plant([("2026-07-06", TESTED, "总大肠菌群未检出")])  # clear: none found
    supply.plant([("2026-07-06", CLEANED, FAILED)])  # clear: no test of the water
    supply.plant([])  # clear: nothing on record


def _answered_plants(supply: Supply) -> None:
    failed: Work = ("2026-07-01", TESTED, FAILED)
    supply.plant([failed, ("2026-07-31", TESTED, PASSED)])  # clear: on the last day
    why = "第三十一日才复检合格"
    supply.plant([failed, ("2026-08-01", TESTED, PASSED)], "review", why)
    supply.corrected(supply.plant([failed]), "2026-07-31")  # clear: on the last day
    no = supply.plant([failed], "review", "逾期后才整改")
    supply.corrected(no, "2026-09-20")
    why = "供水单位在不合格后受过涉水处罚"
    supply.plant([failed], "review", why, operator=5201)
    supply.penalty(5201, "2026-07-20", "供应的生活饮用水不符合卫生标准")
    why = "涉水处罚在不合格以前"
    supply.plant([failed], "hit", why, operator=5202)
    supply.penalty(5202, "2026-06-30", "供应的生活饮用水不符合卫生标准")
    supply.plant([failed], "hit", "处罚与供水无关", operator=5203)
    supply.penalty(5203, "2026-07-20", "未按规定公示收费项目")


def _undecided_plants(supply: Supply) -> None:
    supply.plant([("2026-07-01", TESTED, None)], "unknown", "检测没有结果")
    no = supply.plant([("2026-07-01", TESTED, FAILED)], "unknown", "整改日期未填")
    supply.corrected(no, None)
    failed: Work = ("2026-07-02", TESTED, FAILED)
    lost = ("unknown", "检测记录的设施不在任何台账中")
    rural = ("review", "不在农村供水工程台账中")
    supply.stranger("NS990302-90", failed, lost, rural)
    nameless = ("unknown", "检测记录没有设施编号")
    supply.stranger(None, failed, nameless, nameless)


def _calls(supply: Supply) -> None:
    late, tank = supply.tanks[20][1], supply.tanks[30][1]
    plant, village = supply.plants[15][1:3]
    supply.complain("2026-08-03 09:12:00", f"{late}自来水发黄，水箱多年没洗")
    supply.complain("2026-09-11 20:40:00", "自来水有异味", f"示例区{late}3幢")
    supply.complain("2026-08-25 07:55:00", f"{tank}二次供水浑浊")
    supply.complain("2025-08-25 07:55:00", f"{tank}自来水发黄")  # over a year ago
    supply.complain("2026-08-06 18:20:00", f"{plant}自来水发黄")
    supply.complain("2026-08-09 08:31:00", "孩子喝了自来水拉肚子", f"示例区{village}")
    supply.complain("2026-08-12 10:02:00", f"{village}道路破损，路灯不亮")
    for i in range(12):
        place = supply.tanks[i][1]
        matter = ("夜间施工噪声", "占用消防通道", "楼道堆放杂物")[i % 3]
        supply.complain(
            f"2026-0{3 + i % 6}-{10 + i} 15:0{i % 6}:00", f"{place}{matter}"
        )


# ---- files ----


def _write_tanks(supply: Supply) -> None:
    district = supply.district
    path = "数据/二次供水设施台账.xlsx"
    rows: list[Row] = [
        ["示例区居民住宅二次供水设施台账"] + [None] * 3,
        ["设施编号", "小区", "管理单位", "服务户数(户)"],
        *supply.tanks,
    ]
    rows.insert(12, list(rows[11]))
    district.mark(path, 13, "duplicate", "重复录入的一行")
    book = Workbook(path, [Sheet("设施", rows, [(0, 0, 0, 3)])])
    district.add("sws_facility", book, **HOUSING)
    head: Row = ["设施编号", "日期", "类型", "结果"]
    path = "数据/二次供水清洗检测.csv"
    file = TextFile(path, [head, *supply.tank_works], "gbk")
    district.add("sws_test", file, **HEALTH)
    path = "数据/热线工单.csv"
    head = ["工单号", "受理时间", "诉求内容", "地址", "承办单位", "办结日期", "结果"]
    rows = [head, *supply.complaints, list(supply.complaints[0])]
    district.mark(path, len(rows), "duplicate", "同一工单导出两次")
    district.add("complaint", TextFile(path, rows, "utf-8-sig"), **HOTLINE)


def _write_plants(supply: Supply) -> None:
    district = supply.district
    path = "数据/农村供水工程台账.xls"
    head: Row = ["水厂编号", "水厂名称", "受益村", "受益人口(人)"]
    head += ["供水单位统一社会信用代码"]
    rows = [head, *supply.plants, [None, "示例无编号水厂", "示例村", 90, None]]
    district.mark(path, len(rows), "key_missing", "没有水厂编号")
    district.add("rural_water_plant", Workbook(path, [Sheet("水厂", rows)]), **WATER)
    head = ["设施编号", "日期", "类型", "结果"]
    path = "数据/农村供水水质检测.xlsx"
    rows = [["示例区农村供水水质检测"] + [None] * 3, head, *supply.rural_works]
    district.add("sws_test", Workbook(path, [Sheet("检测", rows)]), **HEALTH)
    head = ["设施编号", "整改完成日期", "整改措施"]
    file = TextFile("数据/供水整改记录.txt", [head, *supply.corrections], "gbk", "\t")
    district.add("water_correction", file, **WATER)
    head = ["处罚决定书文号", "行政相对人名称", "统一社会信用代码", "违法事实"]
    head += ["处罚内容", "罚款金额(元)", "处罚日期", "处罚机关"]
    file = TextFile("数据/供水处罚.csv", [head, *supply.penalties], "gbk")
    district.add("penalty", file, **HEALTH)
