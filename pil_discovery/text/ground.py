"""What an overlap says, in words for a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.text.areas import rounded_area

if TYPE_CHECKING:
    from decimal import Decimal

    from pil_discovery.types import LayerVersion, Overlap

HOWS = {
    "intersection": "重叠",
    "difference": "范围以外",
    "within": "位于范围内",
    "near": "邻近",
}
_CHANCES = {
    "intersection": "存在重叠的概率",
    "difference": "存在范围以外部分的概率",
    "within": "位于范围内的概率",
    "near": "在设定距离以内的概率",
}
_INTERVAL = "90%区间（只计位置误差）"
"""Not in it: how coarse the pixels of a picture are, and what was drawn wrongly."""
NOT_ASSESSED = "未评定（没有位置误差）"
_VALIDITY = {
    "in_force": "在{day}有效（{first}至{last}）",
    "several": "在{day}均有效",
    "unstated": "没有注明有效期，待核",
    "unknown": "有效期只知一半，待核",
    "not_asked": "{first}至{last}（是否覆盖事实发生日由模型另行判断）",
}


def overlap_words(overlap: Overlap) -> dict[str, str]:
    """Return label → words on the ground that a finding was measured on.

    Returns
    -------
    dict
        面积 in m² and 亩, 区间 (90 %), 保守面积 (5 % quantile), probabilities, what is
        known of the term of the zone, and the zones that did not count.
    """
    words = {"关系": HOWS[overlap.how]}
    if overlap.distance_m is not None:
        words["距离"] = f"{overlap.distance_m} 米"
    if overlap.area_m2:
        words |= _area_words(overlap)
    words[_CHANCES[overlap.how]] = _chance(overlap.p_overlap)
    if overlap.threshold_m2 is not None:
        label = f"面积大于 {overlap.threshold_m2} 平方米的概率"
        words[label] = _chance(overlap.p_over)
    words["范围的有效期"] = term_words(overlap)
    if overlap.left_out:
        words["当时不在有效期、未计入的范围"] = "、".join(overlap.left_out)
    return words


def term_words(overlap: Overlap) -> str:
    """Say on which day the zone counted, and how that is known."""
    kind: str = overlap.validity
    if kind == "in_force" and overlap.valid_from is None:
        kind = "several"
    if kind == "not_asked" and overlap.valid_from is overlap.valid_to is None:
        kind = "unstated"
    first, last = overlap.valid_from or "？", overlap.valid_to or "今"
    return _VALIDITY[kind].format(day=overlap.on_date, first=first, last=last)


def layer_words(layer: LayerVersion) -> str:
    """Return file, term, day of receipt and hash of an edition of a layer."""
    first, last = layer.valid_from, layer.valid_to
    term = f"{first or '？'}至{last or '今'}" if first or last else "未提供"
    return (
        f"{layer.file}：提供单位 {layer.issuer or '未提供'}；取得日期 "
        f"{layer.obtained or '未提供'}；有效期 {term}；SHA-256 {layer.sha256}"
    )


def _area_words(overlap: Overlap) -> dict[str, str]:
    area = overlap.area_m2
    assert area is not None  # noqa: S101 -- asked by the caller
    words = {
        "面积": f"{rounded_area(area, 'm2')} 平方米（{rounded_area(area, 'mu')} 亩）"
    }
    low, high = overlap.area_low_m2, overlap.area_high_m2
    if low is None or high is None:
        return {**words, _INTERVAL: NOT_ASSESSED}
    span = f"{rounded_area(low, 'm2')} 至 {rounded_area(high, 'm2')} 平方米"
    least = f"{rounded_area(low, 'm2')} 平方米"
    return {**words, _INTERVAL: span, "保守面积（5%分位数）": least}


def _chance(value: Decimal | None) -> str:
    return NOT_ASSESSED if value is None else f"{value:.4f}"
