"""Spellings that were joined by likeness, or are still open, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pil_discovery.types import NameLink


def links_note(links: Iterable[NameLink], lang: str = "zh") -> str:
    """Say which spellings a sentence takes for one subject, and which are open."""
    return "".join(_NOTES[link.decision, lang].format(link=link) for link in links)


_NOTES = {
    ("same", "zh"): (
        "（“{link.name}”与“{link.other}”由名称比对认定为同一主体，"
        "概率{link.probability}，没有代码印证，待核查）"
    ),
    ("same", "en"): (
        " (“{link.name}” was taken for “{link.other}” by name alone, probability "
        "{link.probability}; to be verified)"
    ),
    ("review", "zh"): (
        "（另有名称相近的“{link.other}”，是否与“{link.name}”为同一主体尚待人工核对，"
        "没有合并）"
    ),
    ("review", "en"): (
        " (whether “{link.other}” is the same as “{link.name}” is open; not joined)"
    ),
}


def link_words(link: NameLink) -> str:
    """Say what joins two spellings, or leaves them open, and how likely that is."""
    verdict = {"same": "按名称认定为同一主体", "review": "待人工核对，没有合并"}
    return (
        f"“{link.name}”与“{link.other}”：{verdict[link.decision]}，"
        f"概率{link.probability}；{link.reason}"
    )
