"""Temporary land: plots whose term ended, and whether they were reclaimed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from district import stem_name
from scenes import DATES
from shapely.geometry import Polygon
from terrain import GEOGRAPHIC, METRIC, at, layer

if TYPE_CHECKING:
    from terrain import Nature

UNRECLAIMED = "environment/temporary-land-unreclaimed"
WIDTH, HEIGHT = 90.0, 70.0
Spot = tuple[float, float]


def strip(column: int, row: int) -> Spot:
    """Return the SW corner of a plot south of the farmland, metres."""
    return 20.0 + 140 * column, 560.0 + 110 * row


class Plots:
    """Plots, approvals and the survey over them while they are put together."""

    def __init__(self, nature: Nature) -> None:
        self.nature = nature
        self.plots: list[dict[str, object]] = []
        self.approvals: list[dict[str, object]] = []
        self.survey: list[dict[str, object]] = []

    def plot(
        self,
        spot: Spot,
        end: str | None,
        accepted: str | None = None,
        *,
        start: str = "2018-03-01",
        number: str = "",
        cover: str = "",
    ) -> str:
        """Add a plot, with a land cover on all dates; its approval number."""
        number = number or f"示临用〔{start[:4]}〕示例{100 + len(self.plots)}号"
        self.plots.append(
            {
                "批准文号": number,
                "用地单位": f"示例{stem_name(len(self.plots))}工程有限公司",
                "批准日期": start,
                "到期时间": end,
                "复垦验收日期": accepted,
                "geometry": at(*spot, WIDTH, HEIGHT),
            }
        )
        if cover:
            self.nature.change(*spot, WIDTH, HEIGHT, cover, DATES)
        return number

    def late(
        self, spot: Spot, end: str, state: str, why: str, *, cover: str = "bare"
    ) -> str:
        """Add a plot that nobody accepted; what it must be found to be."""
        number = self.plot(spot, end, cover=cover)
        self.found(number, state, why)
        return number

    def found(self, number: str, state: str, why: str) -> None:
        """Note what an approval must be found to be."""
        self.nature.district.plant(UNRECLAIMED, state, number, why)

    def approve(self, spot: Spot, width: float) -> None:
        """Approve the western part of a plot for good."""
        number = f"示乡规〔2024〕复垦{len(self.approvals) + 1}号"
        self.approvals.append(
            {
                "批准文号": number,
                "批准类型": "乡村规划许可",
                "批准日期": "2024-06-18",
                "有效期止": None,
                "geometry": at(*spot, width, HEIGHT),
            }
        )

    def surveyed(self, spot: Spot, code: str, year: int) -> None:
        """Record a plot in the land survey of a year."""
        shape = at(*spot, WIDTH, HEIGHT)
        row = {"地类编码": code, "年度": year, "权属单位名称": "示例村"}
        self.survey.append({**row, "geometry": shape})


def build_plots(nature: Nature) -> None:
    """Put the temporary land together and add its files."""
    plots = Plots(nature)
    _everyday(plots)
    _unreclaimed(plots)
    _prolonged(plots)
    _other_uses(plots)
    _in_parts(plots)
    numbers = {plot["批准文号"] for plot in plots.plots}
    earlier = 1  # the plot beside a parcel, planted for its red line
    nature.district.settle(UNRECLAIMED, len(numbers) + earlier)
    _write(plots)


def _everyday(plots: Plots) -> None:
    for column in range(7):
        spot = strip(column, 0)
        plots.plot(spot, f"20{20 + column % 5}-0{2 + column}-28", "2025-04-16")
    spot = strip(0, 1)
    plots.plot(spot, "2024-08-31", "2026-09-30")  # clear: accepted on the very day
    spot = strip(1, 1)
    plots.plot(spot, "2025-09-30", cover="bare")  # clear: a year ends on the day
    spot = strip(2, 1)
    plots.plot(spot, "2027-05-31", cover="built")  # clear: still in use


def _unreclaimed(plots: Plots) -> None:
    why = "到期五年仍为硬化地"
    plots.late(strip(3, 1), "2021-06-30", "hit", why, cover="built")
    plots.late(strip(4, 1), "2025-09-29", "hit", "复垦期限届满一日")
    why = "一公里内没有三个耕地图斑，不作影像比较"
    plots.late((1990, 30), "2023-03-31", "hit", why, cover="")
    number = plots.plot(strip(5, 1), "2023-12-31", "2026-10-09", cover="bare")
    plots.found(number, "hit", "验收登记在筛查日以后")
    why = "影像植被与周边耕地相当"
    plots.late(strip(6, 1), "2023-10-31", "review", why, cover="")
    number = plots.plot(strip(0, 2), None, cover="bare")
    plots.found(number, "unknown", "使用期限缺失")


def _prolonged(plots: Plots) -> None:
    spot = strip(1, 2)
    why = "另有批准延长至复垦期限未满之日"
    plots.late(spot, "2023-12-31", "dropped", why)
    plots.plot(spot, "2026-06-30", start="2023-12-20")  # clear: a year is not over
    spot = strip(2, 2)
    why = "延长的期限也已届满一年以上"
    plots.late(spot, "2022-05-31", "hit", why)
    number = plots.plot(spot, "2024-05-31", start="2022-05-20")
    plots.found(number, "hit", "延长的期限届满一年以上")
    spot = strip(3, 2)
    plots.late(spot, "2023-11-30", "review", "另有没有期限的临时用地批准")
    number = plots.plot(spot, None, start="2023-11-20")
    plots.found(number, "unknown", "使用期限缺失")


def _other_uses(plots: Plots) -> None:
    spot = strip(4, 2)
    why = "另有乡村规划许可，可能已转为正式用地"
    plots.late(spot, "2023-06-30", "review", why, cover="built")
    plots.approve(spot, 60)
    spot = strip(5, 2)
    why = "乡村规划许可只占三分之一"
    plots.late(spot, "2023-06-30", "hit", why, cover="built")
    plots.approve(spot, 30)
    for column, code, year, state, why in (
        (6, "0201", 2025, "review", "到期后变更调查记为果园"),
        (0, "0201", 2022, "hit", "记为果园的是到期以前的调查"),
        (1, "1104", 2025, "review", "到期后变更调查记为坑塘"),
        (2, "0103", 2025, "hit", "变更调查记为旱地而影像裸露"),
    ):
        spot = strip(column, 2 if column == 6 else 3)
        plots.late(spot, "2023-09-30", state, why)
        plots.surveyed(spot, code, year)


def _in_parts(plots: Plots) -> None:
    """Approvals of two plots each."""
    for column, first, second, state, why in (
        (3, "2025-03-20", None, "review", "两个地块中的一个已通过验收"),
        (5, None, None, "hit", "两个地块均未验收"),
    ):
        number = plots.plot(strip(column, 3), "2023-08-31", first, cover="bare")
        spot = strip(column + 1, 3)
        plots.plot(spot, "2023-08-31", second, number=number, cover="bare")
        plots.found(number, state, why)


def _write(plots: Plots) -> None:
    nature, path = plots.nature, "图层/临时用地台账.gpkg"
    x, y = 498_400.0, 3_098_030.0
    bow = Polygon([(x, y), (x + 60, y + 60), (x + 60, y), (x, y + 60)])
    whole = [*plots.plots, {**plots.plots[0], "批准文号": "示临用〔2019〕示例99号"}]
    whole[-1]["geometry"] = bow
    nature.district.mark(path, len(whole), "geometry_invalid", "边界自相交")
    nature.add("temp_land", path, layer(whole, METRIC), scale=2000)
    path = "图层/复垦地块用地批准.gpkg"
    nature.add("land_approval", path, layer(plots.approvals, GEOGRAPHIC), scale=2000)
    path = "图层/变更调查2025.geojson"
    frame = layer(plots.survey, GEOGRAPHIC)
    until = "2025-12-31"
    nature.add("lulc_patch", path, frame, crs=GEOGRAPHIC, valid_from=until, scale=10000)
