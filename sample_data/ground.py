"""Farmland and forest: patches, papers, and what the pictures show on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes import AFTER, CONFIRM, SOUTH, WEST, Cloud
from shapely.geometry import Polygon
from terrain import GEOGRAPHIC, METRIC, Nature, at, layer

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

FARM, FOREST = "environment/farmland-occupied", "environment/forest-occupied"

# ---- farmland ----


def _cell(column: int, row: int) -> tuple[float, float]:
    return 30 + column * 250.0, 1010 + row * 220.0


def build_farmland(nature: Nature) -> None:  # noqa: C901 - a list of cases
    """Plant the cases of permanent basic farmland."""

    def plant(state: str, patch: str, why: str) -> None:
        nature.district.plant(FARM, state, patch, why)

    gone = {(6, 4), (7, 3), (6, 0), (7, 1)}
    patches: dict[tuple[int, int], str] = {}
    rows: list[dict[str, object]] = []
    for row in range(5):
        for column in range(8):
            if (column, row) in gone:
                continue
            x, y = _cell(column, row)
            number = f"9903021{len(rows) + 1:05d}"
            patches[column, row] = number
            shape = at(x, y, 230, 200)
            corner = at(x + 210, y + 185, 30, 30)
            rows.append(
                {
                    "图斑编号": number,
                    "地类编码": "0101",
                    "geometry": shape.difference(corner),
                }
            )
    approvals: list[dict[str, object]] = []

    def approve(
        no: str, kind: str, start: str, end: str | None, shape: Polygon
    ) -> None:
        approvals.append(
            {
                "批准文号": no,
                "批准类型": kind,
                "批准日期": start,
                "有效期止": end,
                "geometry": shape,
            }
        )

    def spot(column: int, row: int, dx: float, dy: float) -> tuple[float, float]:
        x, y = _cell(column, row)
        return x + dx, y + dy

    x, y = spot(0, 0, 60, 60)
    nature.change(x, y, 80, 60, "built")
    plant("hit", patches[0, 0], "新增建设七亩，达到五亩线")
    x, y = spot(2, 0, 40, 50)
    nature.change(x, y, 50, 40)
    plant("hit", patches[2, 0], "新增裸地三亩")
    x, y = spot(4, 0, 60, 70)
    nature.change(x, y, 70, 60)
    approve(
        "示临用〔2024〕示例1号",
        "临时用地",
        "2024-01-10",
        "2025-12-31",
        at(x - 10, y - 10, 90, 80),
    )
    plant("hit", patches[4, 0], "临时用地批准已过期")
    x, y = spot(1, 1, 20, 20)
    nature.change(x, y, 160, 130, "film", (AFTER,))
    plant("dropped", patches[1, 1], "地膜，仅一期影像可见")
    x, y = spot(3, 1, 20, 30)
    nature.change(x, y, 150, 100, "stubble", (AFTER,))
    plant("dropped", patches[3, 1], "收割翻耕，后期影像已恢复")
    x, y = spot(5, 1, 50, 50)
    nature.change(x, y, 60, 60, "built")
    approve(
        "示农转〔2025〕示例8号",
        "农转用",
        "2025-09-15",
        None,
        at(x - 10, y - 10, 80, 80),
    )
    # clear: approved before the change
    x, y = spot(0, 2, 50, 60)
    nature.change(x, y, 60, 50, "built")
    approve(
        "示农转〔2026〕示例2号",
        "农转用",
        "2026-08-20",
        None,
        at(x - 10, y - 10, 80, 70),
    )
    plant("review", patches[0, 2], "变化之后才取得批准")
    x, y = spot(2, 2, 90, 90)
    nature.change(x, y, 20, 10)  # clear: below four pixels
    x, y = spot(4, 2, 60, 50)
    nature.change(x, y, 50, 50, "built")
    approve(
        "示临用〔2026〕示例5号",
        "临时用地",
        "2026-03-10",
        None,
        at(x - 10, y - 10, 70, 70),
    )
    plant("unknown", patches[4, 2], "临时用地批准没有截止日期")
    x, y = spot(6, 2, 60, 60)
    nature.change(x, y, 60, 50, "built")
    history = [("204", 2024, at(x - 5, y - 5, 70, 60))]
    plant("review", patches[6, 2], "前期影像以前的调查已记为建设用地")
    x, y = spot(1, 3, 60, 60)
    nature.change(x, y, 60, 60, "built")
    history.append(("1202", 2024, at(x - 5, y - 5, 70, 70)))
    plant("review", patches[1, 3], "变更调查记为设施农用地")
    x, y = _cell(7, 0)
    nature.change(x + 60, y + 60, 60, 60)
    nature.clouds.append(Cloud(x + 115, y + 100, 170, (CONFIRM,)))
    plant("review", patches[7, 0], "复核影像有云，变化未经确认")
    x, y = _cell(7, 4)
    nature.change(x + 60, y + 60, 60, 60)
    nature.clouds.append(Cloud(x + 115, y + 100, 170, (AFTER, CONFIRM)))
    plant("unknown", patches[7, 4], "后两期影像有云")
    for column, covered, state in ((3, 35.25, ""), (5, 34.5, "hit")):
        x, y = spot(column, 3, 60, 60)
        nature.change(x, y, 50, 40, "built")
        paper = f"示农转〔2025〕示例2{column}号"
        approve(paper, "农转用", "2025-10-15", None, at(x, y - 5, covered, 50))
        if state:
            plant(
                state, patches[column, 3], "批准范围外二百余平方米（保守估计低于门槛）"
            )
    # clear: the other one leaves 190 m², below the least area
    nature.change(700, 400, 80, 80)  # no candidate: outside the layer
    nature.change(1200, 600, 60, 60, "built")
    _farm_layers(nature, rows, approvals, history)
    nature.district.settle(FARM, len(rows))


def _farm_layers(
    nature: Nature,
    rows: list[dict[str, object]],
    approvals: list[dict[str, object]],
    history: list[tuple[str, int, Polygon]],
) -> None:
    path = "图层/永久基本农田.shp"
    x, y = WEST + 2200, SOUTH + 3300
    bow = Polygon([(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100)])
    whole = [*rows, {"图斑编号": "990302199001", "地类编码": "0101", "geometry": bow}]
    frame = layer(whole, METRIC)
    frame.insert(2, "图斑面积", frame.geometry.area.round(2))
    nature.district.mark(
        path, len(whole), "geometry_invalid", "图斑边界自相交（蝴蝶结）"
    )
    nature.add(
        "pbf",
        path,
        frame,
        issuer="示例区自然资源和规划局",
        valid_from="2021-11-01",
        scale=10000,
    )
    nature.add(
        "land_approval",
        "图层/农用地批准范围.gpkg",
        layer(approvals, GEOGRAPHIC),
        issuer="示例区自然资源和规划局",
        scale=2000,
    )
    survey = [
        {"地类编码": c, "年度": year, "权属单位名称": "示例村", "geometry": shape}
        for c, year, shape in history
    ]
    survey += [
        {
            "地类编码": "0101",
            "年度": 2024,
            "权属单位名称": "示例村",
            "geometry": r["geometry"],
        }
        for r in rows[:6]
    ]
    nature.add(
        "lulc_patch",
        "图层/变更调查2024.gpkg",
        layer(survey, METRIC),
        issuer="示例区自然资源和规划局",
        valid_from="2024-12-31",
        scale=10000,
    )


# ---- forest ----


def build_forest(nature: Nature) -> None:
    """Plant the cases of forest land."""

    def plant(state: str, patch: str, why: str) -> None:
        nature.district.plant(FOREST, state, patch, why)

    gone = {(1, 3), (0, 2), (3, 0), (4, 1), (3, 3), (4, 3), (4, 2)}
    rows: list[dict[str, object]] = []
    names: dict[tuple[int, int], str] = {}
    for row in range(4):
        for column in range(5):
            if (column, row) in gone:
                continue
            x, y = 30 + column * 255.0, 2330 + row * 420.0
            number = f"LD990302-{len(rows) + 1:03d}"
            names[column, row] = number
            kind = "竹林" if (column, row) == (2, 3) else "乔木林地"
            rows.append(
                {
                    "图斑编号": number,
                    "地类": kind,
                    "林地保护等级": 2 + row % 3,
                    "是否公益林": "是" if row == 1 else "否",
                    "geometry": at(x, y, 240, 400),
                }
            )

    def cut(
        column: int, row: int, width: float, height: float, **how: object
    ) -> tuple[float, float]:
        x, y = 30 + column * 255.0 + 60, 2330 + row * 420.0 + 120
        nature.change(x, y, width, height, **how)  # type: ignore[arg-type]
        return x, y

    consents: list[dict[str, object]] = []

    def consent(
        no: str,
        start: str,
        end: str | None,
        x: float,
        y: float,
        width: float,
        height: float,
    ) -> None:
        consents.append(
            {
                "批准文号": no,
                "批准日期": start,
                "有效期止": end,
                "geometry": at(x, y, width, height),
            }
        )

    x, y = cut(0, 0, 100, 80)
    felling: list[dict[str, object]] = [
        {
            "采伐许可证号": "示林采〔2022〕示例7号",
            "采伐期限起": "2022-03-01",
            "采伐期限止": "2022-12-31",
            "geometry": at(x - 10, y - 10, 120, 100),
        }
    ]
    plant("hit", names[0, 0], "毁林十二亩，采伐许可早已到期")
    x, y = cut(1, 1, 60, 50)
    fires: list[dict[str, object]] = [
        {
            "灾害类型": "火灾",
            "过火日期": "2021-04-05",
            "geometry": at(x - 10, y - 10, 80, 70),
        }
    ]
    plant("hit", names[1, 1], "公益林被占，火灾在前期影像以前")
    x, y = cut(2, 0, 70, 60)
    consent("示林准〔2023〕示例4号", "2023-05-01", "2025-04-30", x - 10, y - 10, 90, 80)
    plant("hit", names[2, 0], "临时占用林地批准已过期")
    x, y = cut(2, 1, 60, 60)
    consent("示林准〔2025〕示例9号", "2025-12-01", "2027-11-30", x - 15, y - 15, 90, 90)
    # clear: valid consent
    x, y = cut(3, 1, 60, 60)
    consent("示林准〔2026〕示例3号", "2026-08-15", "2028-08-14", x - 10, y - 10, 80, 80)
    plant("review", names[3, 1], "变化之后才取得同意")
    cut(1, 2, 80, 80, cover="grass", dates=(AFTER,))
    plant("dropped", names[1, 2], "后期影像上植被已恢复")
    cut(2, 2, 20, 30)  # clear: 600 m², below one mu
    cut(2, 3, 80, 60)
    plant("review", names[2, 3], "竹林可能属正常采收")
    x, y = cut(3, 2, 60, 60)
    consent("示林准〔2026〕示例1号", "2026-02-01", None, x - 10, y - 10, 80, 80)
    plant("unknown", names[3, 2], "同意书没有截止日期")
    cut(0, 3, 60, 60)
    nature.clouds.append(Cloud(150, 3790, 250, (AFTER, CONFIRM)))
    plant("unknown", names[0, 3], "后两期影像有云")
    cut(4, 0, 60, 60)
    nature.clouds.append(Cloud(30 + 4 * 255 + 120, 2530, 250, (CONFIRM,)))
    plant("review", names[4, 0], "复核影像有云，变化未经确认")
    nature.district.settle(FOREST, len(rows))
    path = "图层/林地一张图.gpkg"
    empty: BaseGeometry = Polygon()
    whole = [
        *rows,
        {
            "图斑编号": "LD990302-900",
            "地类": "乔木林地",
            "林地保护等级": 3,
            "是否公益林": "否",
            "geometry": empty,
        },
    ]
    nature.district.mark(path, len(whole), "geometry_empty", "小班没有范围")
    nature.add(
        "forest_patch",
        path,
        layer(whole, METRIC),
        issuer="示例区自然资源和规划局",
        valid_from="2023-01-01",
        scale=10000,
    )
    nature.add(
        "forest_approval",
        "图层/使用林地批准.geojson",
        layer(consents, GEOGRAPHIC),
        crs=GEOGRAPHIC,
        issuer="示例区自然资源和规划局",
        scale=2000,
    )
    path = "图层/采伐许可.geojson"
    frame = layer(felling, GEOGRAPHIC)
    nature.add("felling_licence", path, frame, crs=GEOGRAPHIC, scale=2000)
    path = "图层/森林灾害.geojson"
    frame = layer(fires, GEOGRAPHIC)
    nature.add("forest_event", path, frame, crs=GEOGRAPHIC, scale=2000)
