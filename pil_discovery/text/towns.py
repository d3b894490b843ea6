"""The town that a text names, for sorting by place."""

from __future__ import annotations

import re

_TOWN = re.compile(
    r"(?:[一-鿿]{2,9}?[省市区县旗])*?([一-鿿]{2,4}?(?:街道|镇|乡))(?![一-鿿]{0,2}企业|长|政府)"
)
_BEFORE = re.compile(r"^(?:位于|坐落于|地处|由|在|址)")


def town_in(text: str | None) -> str | None:
    """Return the first town (街道, 镇, 乡) that a text names, None where it names none.

    It reads words only: whether such a town exists, `parse_address` tells.
    """
    found = _TOWN.search(_BEFORE.sub("", text or ""))
    return found[1] if found else None
