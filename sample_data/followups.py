"""Suggestions that were closed: what became of their sites afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from district import Sheet, TextFile, Workbook, later, uscc
from scenes import AFTER, BEFORE, CONFIRM, DATES, Cloud
from shapely.geometry import Polygon
from terrain import GEOGRAPHIC, at, layer

if TYPE_CHECKING:
    from district import Row
    from terrain import Nature

RELAPSED = "environment/rectification-relapsed"
OWN = {"issuer": "示例区人民检察院", "obtained": "2026-09-30"}
WIDTH, HEIGHT = 100.0, 90.0
UNDER_CLOUD = (1640.0, 250.0)
LATER = (AFTER, CONFIRM)
OLD, NEW = "示检行公建〔2024〕示例3号", "示检行公建〔2025〕示例11号"
OPEN, LATE, EARLY = (
    "示检行公建〔2026〕示例2号",
    "示检行公建〔2025〕示例19号",
    "示检行公建〔2025〕示例1号",
)
LETTERS: list[tuple[str, str, str, str | None]] = [
    (OLD, "示例区生态环境局", "2024-02-20", "2024-06-28"),
    (NEW, "示例镇人民政府", "2025-08-05", "2025-12-16"),
    (OPEN, "示例区自然资源和规划局", "2026-06-08", None),
    (LATE, "示例街道办事处", "2025-11-03", "2026-07-20"),
    (EARLY, "示例区水利局", "2025-05-12", "2025-09-08"),
]
"""Number, agency, day of issue and of closing."""
DAMAGED = "2023-06-01"
"""Before every picture: none shows the sites as they were."""
CLOSED = {number: closed for number, _, _, closed in LETTERS}


def corner(place: int) -> tuple[float, float]:
    """Return the SW corner of a site in the far south-west, metres."""
    columns = (20.0, 160.0, 300.0, 440.0, 580.0, 860.0)
    row, column = divmod(place, len(columns))
    return columns[column], 10.0 + 108 * row


class Sites:
    """Sites, penalties and approvals while they are put together."""

    def __init__(self, nature: Nature) -> None:
        self.nature = nature
        self.sites: list[dict[str, object]] = []
        self.corners: list[tuple[float, float]] = []
        self.penalties: list[Row] = []
        self.approvals: list[dict[str, object]] = []

    def site(
        self,
        letter: str,
        target: str | None,
        state: str = "",
        why: str = "",
        *,
        due: str | None = None,
        place: tuple[float, float] | None = None,
    ) -> str:
        """Add a site, on the next free ground unless it has a place; its number."""
        number = f"{len(self.sites) + 1:02d}"
        self.corners.append(place or corner(len(self.sites)))
        self.sites.append(
            {
                "检察建议书文号": letter,
                "点位编号": number,
                "整改目标": target,
                "责任单位统一社会信用代码": uscc(5600 + len(self.sites)),
                "约定整改期限": due,
                "损害发生日期": DAMAGED,
                "geometry": at(*self.corners[-1], WIDTH, HEIGHT),
            }
        )
        if state:
            self.nature.district.plant(RELAPSED, state, [letter, number], why)
        return number

    def show(
        self,
        number: str,
        dates: tuple[str, ...],
        part: tuple[float, float] = (0, WIDTH),
        *,
        height: float = HEIGHT,
        cover: str = "bare",
    ) -> None:
        """Show land cover on a part of a site, between metres from its west side."""
        x, y = self.corners[int(number) - 1]
        left, right = part
        self.nature.change(x + left, y, right - left, height, cover, dates)

    def punish(
        self, number: str, day: str | None, *, fact: str = "超标排放水污染物"
    ) -> None:
        """Add a penalty of the firm that is responsible for a site."""
        code = str(self.sites[int(number) - 1]["责任单位统一社会信用代码"])
        no = f"示环罚〔{(day or '2026')[:4]}〕回访{len(self.penalties) + 1}号"
        row: Row = [no, "示例整改责任单位", code, fact, "罚款", 90000]
        self.penalties.append([*row, day or "详见决定书", "示例区生态环境局"])

    def approve(self, number: str, day: str) -> None:
        """Approve the ground of a site for another use."""
        x, y = self.corners[int(number) - 1]
        self.approvals.append(
            {
                "批准文号": f"示乡规〔{day[:4]}〕点位{number}号",
                "批准类型": "乡村规划许可",
                "批准日期": day,
                "有效期止": None,
                "geometry": at(x, y, WIDTH, HEIGHT),
            }
        )


def build_followups(nature: Nature) -> None:
    """Put the sites of closed suggestions together and add their files."""
    sites = Sites(nature)
    _as_promised(sites)
    _sham(sites)
    _relapsed(sites)
    _punished(sites)
    _undecided(sites)
    nature.district.settle(RELAPSED, len(sites.sites))
    _write(sites)


def _as_promised(sites: Sites) -> None:
    """Ground that was put right, as the pictures show."""
    for target in ("复绿", "拆除", "清运"):
        sites.show(sites.site(NEW, target), (BEFORE,))
    number = sites.site(NEW, "复耕")  # clear: 200 m² of new bare ground
    sites.show(number, (BEFORE,), (0, 70))
    sites.show(number, LATER, (80, 100), height=10)
    number = sites.site(OPEN, "复绿")  # clear: not closed
    sites.show(number, DATES)
    sites.site(OLD, "停止排放")
    sites.site(OLD, "停止排放")


def _sham(sites: Sites) -> None:
    """Plant sites that were closed although the pictures show no change."""
    why = "办结后影像与建议发出以前相比未见变化"
    sites.show(sites.site(NEW, "复绿", "hit", why), DATES)
    sites.show(sites.site(NEW, "拆除", "hit", why), DATES, cover="built")
    why = "约定的整改期限尚未届满"
    number = sites.site(NEW, "清运", "dropped", why, due="2026-12-31")
    sites.show(number, DATES)
    why = "约定的整改期限筛查日届满"
    number = sites.site(NEW, "清运", "hit", why, due="2026-09-30")
    sites.show(number, DATES)
    number = sites.site(NEW, "复耕", "review", "建议发出后点位另有用地批准")
    sites.show(number, DATES, cover="built")
    sites.approve(number, "2025-10-20")
    number = sites.site(NEW, "复耕", "hit", "用地批准在建议发出当日，不是其后")
    sites.show(number, DATES, cover="built")
    sites.approve(number, "2025-08-05")


def _relapsed(sites: Sites) -> None:
    """Put right, then damaged anew."""
    why = "原处已复绿，旁边又出现裸地"
    number = sites.site(NEW, "复绿", "hit", why)
    sites.show(number, (BEFORE,), (0, 40))
    sites.show(number, LATER, (50, WIDTH))
    why = "新的裸地仅一期影像可见"
    number = sites.site(NEW, "复绿", "review", why)
    sites.show(number, (BEFORE,), (0, 40))
    sites.show(number, (AFTER,), (50, WIDTH))
    why = "新的变化没有后期影像确认"
    number = sites.site(LATE, "复绿", "review", why)
    sites.show(number, (CONFIRM,), (50, WIDTH))
    why = "建议发出以前没有影像，办结以后又现裸地"
    number = sites.site(EARLY, "复绿", "hit", why)
    sites.show(number, LATER, (20, WIDTH))


def _punished(sites: Sites) -> None:
    """Whether the firm was punished again within two years of the closing."""
    closed = str(CLOSED[OLD])
    for days, state, why in (
        (0, "", ""),
        (90, "review", "办结后第九十日的处罚可能针对办结以前的行为"),
        (91, "hit", "办结后第九十一日又被处罚"),
        (730, "hit", "办结后恰满二年又被处罚"),
        (731, "", ""),
    ):
        number = sites.site(OLD, "停止排放", state, why)
        sites.punish(number, later(closed, days))
    number = sites.site(OLD, "停止排放", "hit", "办结后两次被处罚")
    sites.punish(number, later(closed, 30))
    sites.punish(number, later(closed, 400))
    why = "整改目标为其他，不能比对处罚的违法事实"
    number = sites.site(OLD, "其他", "unknown", why)
    sites.punish(number, later(closed, 400))
    number = sites.site(OLD, "停止排放")  # clear: punished for another matter
    sites.punish(number, later(closed, 400), fact="未按规定公开环境信息")


def _undecided(sites: Sites) -> None:
    why = "处罚日期写的是文字"
    number = sites.site(OLD, "停止排放", "unknown", why)
    sites.punish(number, None)
    why = "检察建议台账中没有该文号"
    sites.site("示检行公建〔2023〕示例7号", "复绿", "unknown", why)
    sites.site(NEW, None, "unknown", "没有记载整改目标")
    sites.site(OLD, "复绿", "unknown", "建议发出、办结以前都没有影像")
    sites.site(NEW, "复绿", "unknown", "办结以后的影像有云", place=UNDER_CLOUD)
    x, y = UNDER_CLOUD
    middle = (x + WIDTH / 2, y + HEIGHT / 2)
    sites.nature.clouds.append(Cloud(*middle, 95, LATER))


def _write(sites: Sites) -> None:
    nature, path = sites.nature, "图层/整改点位.gpkg"
    empty = {**sites.sites[0], "点位编号": "99", "geometry": Polygon()}
    whole = [*sites.sites, empty]
    nature.district.mark(path, len(whole), "geometry_empty", "点位没有范围")
    frame = layer(whole, GEOGRAPHIC)
    nature.add("rectification_site", path, frame, scale=2000, **OWN)
    path = "图层/点位用地批准.geojson"
    frame = layer(sites.approvals, GEOGRAPHIC)
    nature.add("land_approval", path, frame, crs=GEOGRAPHIC, scale=2000)
    _write_papers(sites)


def _write_papers(sites: Sites) -> None:
    district, path = sites.nature.district, "数据/检察建议台账.xlsx"
    head: Row = ["检察建议书文号", "被建议机关", "发出日期", "办结日期"]
    rows: list[Row] = [["示例区人民检察院检察建议台账"] + [None] * 3, head]
    rows += [list(letter) for letter in LETTERS]
    rows.append([None, "示例区农业农村局", "2026-03-02", None])
    district.mark(path, len(rows), "key_missing", "没有文号")
    book = Workbook(path, [Sheet("台账", rows, [(0, 0, 0, 3)])])
    district.add("suggestion", book, **OWN)
    head = ["处罚决定书文号", "行政相对人名称", "统一社会信用代码", "违法事实"]
    head += ["处罚内容", "罚款金额(元)", "处罚日期", "处罚机关"]
    path = "数据/生态环境处罚.csv"
    rows = [head, *sites.penalties]
    bad = next(i for i, row in enumerate(rows, 1) if row[6] == "详见决定书")
    district.mark(path, bad, "date", "日期栏写的是文字", "decision_date")
    owner = {"issuer": "示例区生态环境局", "obtained": "2026-09-29"}
    district.add("penalty", TextFile(path, rows, "gb18030"), **owner)
