"""Overview, waterfall, table and curve: what they say, and that they say it legibly."""

import datetime as dt
import io
import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image as Picture

from pil_discovery.errors import GeometryError
from pil_discovery.maps.charts import Curve, draw_series
from pil_discovery.maps.layers import MapLayer
from pil_discovery.maps.overview import Places, draw_overview
from pil_discovery.maps.tables import MARGIN, WIDTH, Column, draw_table
from pil_discovery.maps.waterfall import Step, draw_waterfall

STEPS = [
    Step("损害", 42.3, "0.94 × 权重 0.45"),
    Step("确定性", -21.1, "× 0.5"),
    Step("得分", None),
]
COLUMNS = (Column("机关", 900), Column("线索", 500, bar=True))


def opened(png):
    return np.asarray(Picture.open(io.BytesIO(png)).convert("RGB")).astype(int)


def texts(svg):
    return re.findall(r"<text[^>]*>([^<]*)<", svg.decode())


def sizes(svg):
    return [int(n) for n in re.findall(r'<text[^>]* font-size="(\d+)"', svg.decode())]


def points(*pairs):
    found = np.empty(len(pairs), dtype=object)
    found[:] = [shapely.Point(*p) for p in pairs]
    return found


def overview(**more):
    places = [
        Places("生态环境", points((120.01, 28.01), (120.05, 28.03)), ("1", "12")),
        Places("国有财产", points((120.03, 28.02)), ("",)),
    ]
    zone = gpd.GeoDataFrame(
        geometry=[shapely.box(120.0, 28.0, 120.04, 28.03)], crs=4490
    )
    return draw_overview(places, [MapLayer(zone, "水源保护区")], **more)


def test_the_overview_counts_and_numbers_the_leads():
    svg = overview(form="svg", note="基准日2026-09-30。")
    words = texts(svg)
    assert {"生态环境（2）", "国有财产（1）", "水源保护区", "1", "12", "北"} <= set(
        words
    )
    assert "基准日2026-09-30" in "".join(words)
    assert overview() == overview()


def test_an_overview_over_the_border_of_zones_is_drawn_in_one():
    far = [Places("甲", points((121.3, 28.0), (121.7, 28.3)), ("", ""))]
    assert any("中央经线120°" in w or "中央经线123°" in w
               for w in texts(draw_overview(far, [], form="svg")))  # fmt: skip


def test_an_overview_of_nothing_is_refused():
    with pytest.raises(GeometryError, match="没有一条线索有位置"):
        draw_overview([Places("甲", points(), ())], [])


def test_a_waterfall_ends_where_its_steps_lead():
    svg = draw_waterfall(STEPS, form="svg")
    assert {"+42.30", "−21.10", "21.20", "损害", "0.94 × 权重 0.45"} <= set(texts(svg))
    assert draw_waterfall(STEPS) == draw_waterfall(STEPS)


def test_losses_are_striped_not_only_coloured():
    """In grey print a loss is told from a gain by its strokes."""
    pixels = opened(draw_waterfall(STEPS, title="")).mean(axis=-1)
    gain, loss = (pixels[y - 10 : y + 10, 950:1100] for y in (67, 141))
    assert gain.std() < 10 < loss.std()


def test_a_score_of_nothing_is_drawn():
    steps = [Step("损害", 0.0), Step("得分", None)]
    assert "0.00" in texts(draw_waterfall(steps, form="svg"))


def test_bars_of_a_table_are_as_long_as_their_numbers():
    png = draw_table(COLUMNS, [("甲局", "40"), ("乙局", "10")], title="")
    blue = (np.abs(opened(png) - (0x9E, 0xC5, 0xDE)).max(axis=-1) < 3).sum(axis=1)
    runs = blue[blue > 20]
    assert runs.max() / runs.min() == pytest.approx(4, rel=0.05)


def test_long_cells_are_wrapped_and_stay_in_their_column():
    name = "示例区" + "很长的机关名称" * 12
    svg = draw_table(COLUMNS, [(name, "1")], title="表", form="svg")
    parts = [w for w in texts(svg) if "很长" in w]
    assert "".join(parts) == name
    places = re.findall(r'<text x="([\d.]+)"[^>]*textLength="([\d.]+)"', svg.decode())
    assert all(float(x) + float(n) <= WIDTH - MARGIN for x, n in places)


def test_a_curve_stands_on_a_sheet_of_its_own():
    days = tuple(dt.date(2025, month, 1) for month in (1, 4, 7, 10))
    curve = Curve(
        "植被指数（NDVI）", days, (0.7, 0.6, 0.2, 0.1), (True, True, True, False),
        interval=(days[1], days[2]), interval_name="变化发生的区间",
    )  # fmt: skip
    svg = draw_series(curve, title="示例", form="svg")
    assert {"变化发生的区间", "有云等遮挡，不参与判断"} <= set(texts(svg))
    assert draw_series(curve) == draw_series(curve)


def test_no_letter_is_too_small_to_read():
    """Six points and more on paper: 25 pixels at 300 dots per inch."""
    table = draw_table(COLUMNS, [("甲局", "1")], title="表", form="svg")
    for svg in (overview(form="svg"), draw_waterfall(STEPS, form="svg"), table):
        assert min(sizes(svg)) >= 25
