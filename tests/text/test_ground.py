"""What an overlap says, in words."""

import datetime as dt
from decimal import Decimal

from pil_discovery.text.ground import NOT_ASSESSED, layer_words, overlap_words
from pil_discovery.types import LayerVersion, Overlap

KNOWN = Overlap(
    step="cut",
    how="intersection",
    area_m2=Decimal("5000.00"),
    share=Decimal("0.5000"),
    area_low_m2=Decimal("4178.00"),
    area_high_m2=Decimal("5822.00"),
    p_overlap=Decimal("1.0000"),
    p_over=Decimal("0.9500"),
    threshold_m2=Decimal("400.00"),
    on_date=dt.date(2026, 9, 30),
    validity="in_force",
    valid_from=dt.date(2018, 5, 21),
    left_out=("2015-01-01至2018-05-20（已失效）",),
)


def test_every_figure_is_said_with_its_unit():
    assert overlap_words(KNOWN) == {
        "关系": "重叠",
        "面积": "5000.00 平方米（7.50 亩）",
        "90%区间（只计位置误差）": "4178.00 至 5822.00 平方米",
        "保守面积（5%分位数）": "4178.00 平方米",
        "存在重叠的概率": "1.0000",
        "面积大于 400.00 平方米的概率": "0.9500",
        "范围的有效期": "在2026-09-30有效（2018-05-21至今）",
        "当时不在有效期、未计入的范围": "2015-01-01至2018-05-20（已失效）",
    }


def test_what_was_not_assessed_is_said_never_zero():
    bare = KNOWN.model_copy(
        update={"area_low_m2": None, "area_high_m2": None, "p_overlap": None}
    )
    words = overlap_words(bare)
    assert words["90%区间（只计位置误差）"] == words["存在重叠的概率"] == NOT_ASSESSED
    assert "保守面积（5%分位数）" not in words


def test_a_term_that_the_model_judges_itself_is_named():
    judged = KNOWN.model_copy(update={"validity": "not_asked"})
    said = "2018-05-21至今（是否覆盖事实发生日由模型另行判断）"
    assert overlap_words(judged)["范围的有效期"] == said
    undated = judged.model_copy(update={"valid_from": None})
    assert overlap_words(undated)["范围的有效期"] == "没有注明有效期，待核"


def test_a_layer_without_a_term_says_so():
    layer = LayerVersion(dataset="pbf", file="a.gpkg", sha256="0" * 64)
    assert "有效期 未提供" in layer_words(layer)
    until = layer.model_copy(update={"valid_to": "2020-01-01"})
    assert "有效期 ？至2020-01-01" in layer_words(until)
