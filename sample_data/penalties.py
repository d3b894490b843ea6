"""Penalties of the land, ecology and town offices, and what the courts ruled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from district import AS_OF, Sheet, TextFile, Workbook, day, firm
from monitoring import MONITORED
from scenes import AFTER, BEFORE, CONFIRM
from terrain import METRIC, at, layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from district import District, Row
    from terrain import Nature

LAND = "environment/land-penalty-unexecuted"
MONEY = "assets/confiscation-unexecuted"
OFFICE, TOWN = "示例区自然资源和规划局", "示例镇人民政府"
_ECOLOGY, _STREETS = "示例区生态环境局", "示例区综合行政执法局"
_BOOK, _RULINGS = "数据/自然资源行政处罚.xlsx", "数据/行政非诉执行裁定.xlsx"
_REMOVE = "责令退还土地，限期拆除新建建筑物"
_TAKE = "没收在土地上新建的建筑物"
_WASTE = "未经批准占用未利用地建设仓库"
_CROP = "未经批准占用耕地建设厂房"
_NUMBERS = ("处罚决定书文号", "处罚决定文号")
"""Headings under which registers tell the number of a decision, in the first column."""
_HEAD: Row = [
    "处罚决定书文号",
    "行政相对人名称",
    "统一社会信用代码",
    "公民身份号码",
    "违法事实",
    "土地用途",
    "土地性质",
    "土地面积(平方米)",
    "处罚内容",
    "罚款金额(万元)",
    "处罚日期",
    "处罚机关",
    "执行完毕日期",
]


def doc_no(number: int, date: str | None) -> str:
    """Return the number of a land penalty as the office writes it."""
    return f"示自然资罚〔{date[:4] if date else 2025}〕示例{number}号"


def plain(doc: str) -> str:
    """Return a document number without its brackets."""
    return re.sub(r"[〔〕\[\]]", "", doc)


@dataclass(frozen=True)
class Penalty:
    """A land penalty as decided; the fine in yuan, the area in m²."""

    number: int
    date: str | None
    measures: str | None = _REMOVE
    executed: str | None = None
    fact: str | None = _WASTE
    area: float | None = 1200.0
    fine: float | None = None
    use: str | None = "仓储"
    nature: str | None = None
    agency: str = OFFICE
    code: str | None = ""
    party: str = ""
    person: str | None = None


@dataclass(frozen=True)
class _Case:
    """A penalty, what the court ruled on it, and what it must be found to be."""

    penalty: Penalty
    ruling: tuple[str | None, str | None] | None
    land: tuple[str, str] = ("", "")
    money: tuple[str, str] = ("", "")


# result and date of a ruling; the penalties of 2025-12-03 and -04 are 301 and 300 days
# old, the rulings of 2026-04-02 and -03 181 and 180
_CASES = [
    _Case(
        Penalty(101, "2024-11-20", area=3258.0, fact=_CROP),
        ("准予", "2025-06-01"),
        ("hit", "裁定准予一年多仍未执行"),
    ),
    _Case(
        Penalty(102, "2025-06-11"),
        ("准予", "2026-04-02"),
        ("hit", "裁定准予满一百八十一日"),
    ),
    _Case(Penalty(103, "2025-06-12"), ("准予", "2026-04-03")),  # clear: 180 days
    _Case(
        Penalty(104, "2025-08-20", area=7200.0),
        ("准予", "2026-01-15"),
        ("hit", "影像显示处罚以来没有变化"),
    ),
    _Case(
        Penalty(105, "2025-08-21"),
        ("准予", "2026-01-16"),
        ("review", "影像显示处罚以后建筑已不在"),
    ),
    _Case(
        Penalty(106, "2024-09-09", f"{_REMOVE}；罚款", fine=80_000),
        ("不准予", "2025-03-03"),
        ("dropped", "法院裁定不准予执行"),
        ("dropped", "法院裁定不准予执行"),
    ),
    _Case(Penalty(107, "2025-12-03"), None, ("review", "满三百零一日未见申请执行")),
    _Case(Penalty(108, "2025-12-04"), None),  # clear: 300 days
    _Case(
        Penalty(109, "2024-08-08", agency=TOWN),
        ("准予", "2025-02-02"),
        ("review", "该机关从未登记执行日期"),
    ),
    _Case(
        Penalty(110, "2024-07-07", _TAKE),
        ("准予", "2025-01-10"),
        ("review", "仅没收，可能移交处置"),
        ("hit", "没收的建筑物两年未见移交或者执行"),
    ),
    _Case(
        Penalty(111, "2025-02-14"),
        ("准予", "2025-09-01"),
        ("review", "处罚之后批准了农转用"),
    ),
    _Case(
        Penalty(112, "2025-03-15"), (None, "2025-10-10"), ("unknown", "裁判结果缺失")
    ),
    _Case(Penalty(113, "2025-03-16"), ("准予", None), ("unknown", "裁定日期缺失")),
    _Case(Penalty(114, None), None, ("unknown", "处罚日期缺失")),
    _Case(
        Penalty(115, "2025-01-08", None),
        None,
        ("unknown", "处罚内容缺失"),
        ("unknown", "处罚内容缺失"),
    ),
    _Case(Penalty(116, "2025-01-09", executed="2026-09-30"), ("准予", "2025-08-01")),
    _Case(
        Penalty(117, "2025-01-10", executed="2026-10-12"),
        ("准予", "2025-08-02"),
        ("hit", "登记的执行日期尚未到"),
    ),
    _Case(
        Penalty(118, "2024-05-05", "罚款", fine=36_000),
        None,
        money=("hit", "罚款两年未见缴纳"),
    ),  # no measure on the land itself: no candidate of unexecuted removal
    _Case(
        Penalty(119, "2026-04-02", "罚款", fine=20_000),
        None,
        money=("hit", "罚款满一百八十一日"),
    ),
    _Case(Penalty(120, "2026-04-03", "罚款", fine=20_000), None),  # clear: 180 days
    _Case(
        Penalty(121, "2024-03-03", fact="越界开采建筑用砂", use=None, area=None), None
    ),  # clear: no land penalty
    _Case(
        Penalty(122, "2024-12-12"),
        ("准予", "2025-07-15"),
        ("review", "同一决定的另一当事人已执行"),
    ),
    _Case(
        Penalty(123, "2024-10-10", f"{_TAKE}；罚款", "2025-05-05", fine=66_000),
        ("准予", "2025-03-01"),
    ),
]
_SITES = {104: (200.0, 200.0), 105: (400.0, 200.0), 111: (600.0, 200.0)}
LATER_APPROVAL = ("示农转〔2026〕示例60号", "2026-02-10", at(595, 195, 70, 60))
"""The approval over the site of penalty 111: number, date, area."""


def build_penalties(nature: Nature, taxed: list[Penalty]) -> None:
    """Add the penalties of all offices and the rulings; last of all builders.

    `taxed` are land penalties that were planted for the farmland tax.
    """
    district = nature.district
    for entry in list(district.records):
        if entry["dataset"] == "penalty":
            _money_of_others(district, str(entry["file"]))
    _sites(nature)
    _ecology(district)
    _land(district, taxed)
    documents = {plain(str(row[0])) for row in penalty_rows(district)}
    for model in (LAND, MONEY):
        district.settle(model, len(documents))
    district.beside.add(MONEY)


def penalty_rows(district: District, but: str = "") -> list[Row]:
    """Return the rows of every penalty register, quarantined ones left out."""
    files = {e["file"] for e in district.records if e["dataset"] == "penalty"} - {but}
    marked = {(d["file"], d["row"]) for d in district.dirty if d["column"] is None}
    found: list[Row] = []
    for file in district.files:
        if file.path in files:
            start, rows = _register(file)
            found += [
                row
                for i, row in enumerate(rows[start + 1 :], start + 2)
                if (file.path, i) not in marked
            ]
    return found


def _register(file: TextFile | Workbook) -> tuple[int, Sequence[Row]]:
    """Return where the headings of a penalty register stand, and its rows."""
    rows = file.rows if isinstance(file, TextFile) else file.sheets[0].rows
    return next(i for i, row in enumerate(rows) if row[0] in _NUMBERS), rows


def _money_of_others(district: District, path: str) -> None:
    """Note the fines of offices that were written for other models.

    The market office notes no execution, so an old fine asks for a look; the ecology
    and the land office note them elsewhere, so their old fine without one is open.
    """
    start, rows = _register(next(f for f in district.files if f.path == path))
    head = list(rows[start])
    for row in rows[start + 1 :]:
        cells = dict(zip(head, row, strict=False))
        if "罚款" not in str(cells["处罚内容"]):
            continue
        date = re.fullmatch(r"(\d{4})\D(\d+)\D(\d+)日?", str(cells["处罚日期"]))
        key = plain(str(row[0]))
        if date is None:
            district.plant(MONEY, "unknown", key, "处罚日期无法读取")
            continue
        decided = day("-".join(part.zfill(2) for part in date.groups()))
        if (AS_OF - decided).days > 180:
            known = cells["处罚机关"] in (_ECOLOGY, OFFICE)
            why = "罚款逾期未见执行" if known else "该机关从未登记执行日期"
            district.plant(MONEY, "hit" if known else "review", key, why)


def _sites(nature: Nature) -> None:
    """Add the surveyed sites; the pictures show what became of the buildings."""
    rows: list[dict[str, object]] = []
    for number, (x, y) in _SITES.items():
        case = next(c for c in _CASES if c.penalty.number == number)
        document = doc_no(number, case.penalty.date)
        rows.append({"处罚决定书文号": document, "geometry": at(x, y, 60, 50)})
    nature.change(200, 200, 60, 50, "built", (BEFORE, AFTER, CONFIRM))
    nature.change(400, 200, 60, 50, "built", (BEFORE,))
    nature.add(
        "penalty_site",
        "图层/处罚地块勘测定界.gpkg",
        layer(rows, METRIC),
        issuer=OFFICE,
        scale=500,
    )


def _row(case: Penalty) -> Row:
    owner = firm(2600 + case.number, "建材")
    code = owner.code if case.code == "" else case.code
    fine = None if case.fine is None else case.fine / 10000
    return [
        doc_no(case.number, case.date),
        case.party or owner.name,
        code,
        case.person,
        case.fact,
        case.use,
        case.nature,
        case.area,
        case.measures,
        fine,
        case.date,
        case.agency,
        case.executed,
    ]


def _land(district: District, taxed: list[Penalty]) -> None:
    title: Row = ["示例区自然资源领域行政处罚决定台账"] + [None] * 12
    rows: list[Row] = [title, list(_HEAD)]
    rulings: list[Row] = []

    def rule(document: str, result: str | None, date: str | None) -> None:
        number = f"（{date[:4] if date else 2025}）示9903行审{len(rulings) + 1}号"
        rulings.append([number, document, result, TOWN, date])

    for case in _CASES:
        document = doc_no(case.penalty.number, case.penalty.date)
        rows.append(_row(case.penalty))
        for model, (state, why) in ((LAND, case.land), (MONEY, case.money)):
            if state:
                district.plant(model, state, plain(document), why)
        if case.ruling:
            # courts write the brackets in their own way
            rule(document.replace("〔", "[").replace("〕", "]"), *case.ruling)
    part = _row(next(c.penalty for c in _CASES if c.penalty.number == 122))
    part[0] = str(part[0]).replace("〔", "[").replace("〕", "]")
    part[1:3] = [firm(2690, "建材").name, firm(2690, "建材").code]
    part[-1] = "2026-02-02"
    rows.append(part)
    for i in range(1, 21):
        date = f"202{3 + i % 3}-0{1 + i % 9}-1{i % 9}"
        done = f"202{4 + i % 3}-0{1 + i % 9}-2{i % 9}"
        orderly = Penalty(
            140 + i,
            date,
            (_REMOVE, f"{_REMOVE}；罚款")[i % 2],
            done,
            area=400.0 + 90 * i,
        )
        rows.append(_row(orderly))
        if i % 3 == 0:
            rule(doc_no(140 + i, date), "准予", done)
    rows += [_row(case) for case in taxed]
    rows.append([None, *rows[4][1:]])
    district.mark(_BOOK, len(rows), "key_missing", "没有处罚文号")
    rows.append(list(rows[30]))
    district.mark(_BOOK, len(rows), "duplicate", "同一决定录入两次")
    sheet = Sheet("处罚", rows, [(0, 0, 0, 12)])
    district.add("penalty", Workbook(_BOOK, [sheet]), issuer=OFFICE)
    head: Row = ["案号", "处罚决定文号", "裁判结果", "组织实施机关", "裁定日期"]
    found: list[Row] = [["示例区人民法院行政非诉执行案件"] + [None] * 4, head, *rulings]
    found.append([None, "示自然资罚[2024]示例150号", "准予", TOWN, "2025-05-05"])
    district.mark(_RULINGS, len(found), "key_missing", "没有案号")
    book = Workbook(_RULINGS, [Sheet("裁定", found, [(0, 0, 0, 4)])])
    district.add("court_ruling", book)


def _ecology(district: District) -> None:
    """Add penalties for discharge, monitoring and drainage, mostly executed."""
    excess = "通过在线监测的排放口超标排放水污染物"
    unlicensed = "未取得排污许可证排放污染物"
    drains = "未取得排水许可向城镇排水设施排放污水"
    cases: list[tuple[int, str | None, str, str, str | None]] = [
        (2216, "2026-07-10", unlicensed, _ECOLOGY, "2026-07-20"),
        (2217, "2026-03-10", unlicensed, _ECOLOGY, None),
        (2317, "2026-07-15", excess, _ECOLOGY, "2026-07-30"),
        (2318, "2026-02-10", excess, _ECOLOGY, "2026-02-20"),
        (2319, "2026-07-16", "未按规定公开环境信息", _ECOLOGY, "2026-08-01"),
        (2320, "2026-07-17", excess, _ECOLOGY, "2026-08-02"),
        (2321, "26/07/18", excess, _ECOLOGY, "2026-08-03"),
        (2425, "2025-05-20", drains, _STREETS, "2025-06-20"),
    ]
    head = [_HEAD[i] for i in (0, 1, 2, 4, 8, 9, 10, 11, 12)]
    head[5] = "罚款金额(元)"
    rows: list[Row] = [head]
    path = "数据/生态环境和城管处罚.csv"
    for i, (number, date, fact, agency, executed) in enumerate(cases, 1):
        owner = firm(number, "制造" if number < 2300 else "餐饮管理")
        code = None if number == 2320 else owner.code
        document = f"示{'环' if agency == _ECOLOGY else '综执'}罚〔2026〕示例{i}号"
        name = MONITORED.get(number, owner.name)
        fine = f"{20_000 * i:,.2f}"
        rows.append([document, name, code, fact, "罚款", fine, date, agency, executed])
        if date == "26/07/18":
            district.mark(path, len(rows), "date", "年份只有两位", "decision_date")
        if executed is None:
            district.plant(MONEY, "hit", plain(document), "罚款半年未见缴纳")
    district.add("penalty", TextFile(path, rows, "gbk"), issuer=_ECOLOGY)
