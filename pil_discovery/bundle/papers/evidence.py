"""Pictures of the evidence that a paper shows, as wide as they fit on a page."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDEST_MM, HIGHEST_MM = 150, 190
"""Most width and height in print: the text is 156 by 225 mm, a caption stands below."""


def picture_rows(pictures: Mapping[str, bytes], plate: str) -> list[dict[str, Any]]:
    """Return item, caption and width of pictures, as the list of a paper.

    Parameters
    ----------
    pictures
        Item of evidence → PNG.
    plate
        The item that is the map; every other shows a place over time.
    """
    return [
        {
            "item": item,
            "caption": "位置图" if item == plate else f"影像时间序列图（发现{item}）",
            "width_mm": _width(png),
        }
        for item, png in pictures.items()
    ]


def _width(png: bytes) -> int:
    width, height = struct.unpack(">II", png[16:24])
    return int(min(WIDEST_MM, HIGHEST_MM * width // height))
