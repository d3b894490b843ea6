"""What the quality of pictures says, in words for a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pil_discovery.types import PictureQuality

VERDICTS = {"ok": "通过", "flag": "提示", "refuse": "不能据以判断"}
GATES = {
    "pictures": "时相",
    "shift": "配准",
    "season": "季节",
    "cloud": "云和有效面积",
    "abstain": "检测方法",
    "rectified": "正射",
    "grid": "格网",
    "normalisation": "辐射归一化",
    "bands": "波段",
    "labels": "标注样点",
    "mask": "外部掩膜",
    "series": "时间序列",
}


def quality_words(quality: PictureQuality) -> dict[str, str]:
    """Return label → words: the verdict, then every gate with its own and its reason.

    Gates that a later model step may add keep their own name as label.
    """
    words = {"结论": VERDICTS[quality.verdict]}
    for name, gate in quality.gates.items():
        words[GATES.get(name, name)] = f"{VERDICTS[gate.verdict]}，{gate.reason}"
    return words


def quality_line(quality: PictureQuality) -> str:
    """Return `quality_words` as one line."""
    return "；".join(
        f"{label}：{said}" for label, said in quality_words(quality).items()
    )


def flagged_words(quality: PictureQuality) -> tuple[str, ...]:
    """Return the flagged gates with their reasons."""
    return tuple(
        f"{GATES.get(name, name)}：{gate.reason}"
        for name, gate in quality.gates.items()
        if gate.verdict == "flag"
    )
