"""The town that a place text names, told from its words alone.

Used to count, not to join: no table of towns is asked, so that fictional and newly
formed towns are found, too.
"""

from __future__ import annotations

import re

_BEFORE = "省市区县旗州盟"
_TOWN = re.compile(
    rf"(?:^|[{_BEFORE}])((?:(?![{_BEFORE}])[\u4e00-\u9fff]){{1,10}}?(?:街道|镇|乡|苏木))(?![{_BEFORE}])"
)
_BLANK = re.compile(r"\s+")


def town_of(text: str | None) -> str | None:
    """Return the first town or subdistrict that a text names, else None.

    It stands at the beginning or behind a larger division: of 示例区示例镇甲乙路1号
    it is 示例镇.
    """
    found = _TOWN.search(_BLANK.sub("", text or ""))
    return None if found is None else found[1]
