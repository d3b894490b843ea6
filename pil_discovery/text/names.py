"""Names of organisations, normalised for comparison and taken apart.

A registered name is region + brand (字号) + industry + legal form, a branch adds its
own name behind (企业名称登记管理规定). Regions and industries that no list knows stay
in the brand: what compares names must not rest on the lists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pil_discovery.text.characters import fold
from pil_discovery.text.name_words import FORMS, INDUSTRIES, PROVINCES
from pil_discovery.text.traditional import SIMPLIFIED

if TYPE_CHECKING:
    from collections.abc import Collection


def _with_a_slip(form: str) -> list[str]:
    """Return patterns of a form with one character wrong, missing or swapped."""
    places = range(len(form))
    wrong = [f"{form[:at]}[^()]{form[at + 1 :]}" for at in places]
    missing = [form[:at] + form[at + 1 :] for at in places]
    swapped = [
        form[:at] + form[at + 1] + form[at] + form[at + 2 :] for at in places[:-1]
    ]
    return [*wrong, *swapped, *missing]


_BRACKETS = str.maketrans("[]{}【】〔〕〈〉《》", "()()()()()()")
_CUT = re.compile(r"(?:\.{2,}|…+|。{2,})$")
_FORMER = re.compile(
    r"[(,;、]?(?:原名?称?|曾用名|更名前)[:是为]?(?P<name>[^()]{4,})\)?$"
)
_NOTE = re.compile(r"\([0-9A-Z.\-]*\)$")
_ENDING = re.compile(rf"\(?({'|'.join(FORMS)})\)?$")
_MISTYPED = tuple(
    (form, re.compile(f"(?:{'|'.join(_with_a_slip(form))})$"))
    for form in ("股份有限公司", "有限责任公司", "有限公司")
)
_BEGUN = re.compile(r"(?:股份?|(?:股份)?有(?:限(?:责(?:任公?)?|公)?)?)$")
"""What a text that was cut may leave of a form."""
_OPENING = re.compile(rf"^({'|'.join(f for f in FORMS if f.endswith('公司'))})(?=..)")
_BRANCH_ENDS = (
    "分公司|分厂|分院|分店|分部|分社|分行|分校|支行|支公司|营业部|营业厅|办事处|项目部|"
    "门市部|经营部|代表处|工作站|服务部|直营店|专卖店|加油站|店"
)
_BRANCH = re.compile(
    r"^(?P<head>.{2,}?(?:公司|合作社|联合社|厂|院|社|银行|超市|集团|经营部|商行|农场))"
    rf"(?P<branch>[^()]{{1,16}}(?:{_BRANCH_ENDS})|\([^()]{{1,12}}(?:{_BRANCH_ENDS})\))$"
)
_BEHIND_FORM = re.compile(
    r"^(?P<head>.{2,}?(?:有限(?:责任)?|股份|集团)公司)(?P<branch>[^()]{2,16})$"
)
"""Whatever stands behind a whole legal form is a part of that company."""
_SPLIT_OFF = re.compile(
    r"^(?P<head>.{4,})(?P<branch>[^()]{2}分(?:公司|[厂院店部社行校所站场]|中心))$"
)
"""A branch behind a form that no list has; its place has two characters at least."""
_DIVISION = re.compile(
    r"[^()省市县区旗]{2,9}?"
    r"(?:自治[区州县旗]|[省县]|(?<![超城都门夜菜])市|(?<![红国])旗|(?<![小园社])区)"
)
_ENDS = frozenset("省市县区")
_FIRST_INDUSTRY = re.compile("|".join(sorted(INDUSTRIES, key=len, reverse=True)))
_IN_BRACKETS = re.compile(r"\(([^()]{2,8})\)")


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """A name and its parts.

    Attributes
    ----------
    whole
        Normalised name, for exact comparison: one width, one kind of brackets,
        simplified, without notes behind it and former names.
    core
        The name without branch and legal form, its region in brackets brought to the
        front: «示例环保(城关)有限公司» and «城关示例环保有限公司» have one core.
    form
        Legal form at the end (or front), empty when none is recognised.
    branch
        Branch behind the head organisation, empty when none.
    region, brand, industry
        Parts of the core; an unknown region or industry is left in the brand.
    former
        Former name that the text gives, empty when none.
    is_cut
        The text ends in a mark that something was left out.
    """

    whole: str
    core: str
    form: str = ""
    branch: str = ""
    region: str = ""
    brand: str = ""
    industry: str = ""
    former: str = ""
    is_cut: bool = False


def normalise_name(text: str) -> str:
    """Return the name with one width, simplified, one kind of brackets, no spaces."""
    plain = "".join(fold(text).split()).upper()
    plain = plain.translate(_BRACKETS).translate(SIMPLIFIED)
    return plain.strip(".,;:'\"·。，、*…")


def parse_name(
    text: str, *, regions: Collection[str] = frozenset()
) -> OrganisationName:
    """Return the parts of a name.

    Parameters
    ----------
    text
        The name as written.
    regions
        Names of places beside the provinces, such as 温州市 and 温州. Places are also
        told by their last character (…市, …县, …区).
    """
    plain, former = _without_former(_NOTE.sub("", normalise_name(text)))
    is_cut = bool(_CUT.search(fold(text).rstrip()))
    if not is_cut and _whole_is_known(plain):
        return OrganisationName(plain, plain, former=former)
    head, branch = _split_branch(plain)
    stem, form = _split_form(head)
    stem = _BEGUN.sub("", stem) if is_cut else stem
    core, bracketed = _region_first(stem, regions)
    region = bracketed or _leading_region(core, regions)
    brand, industry = _split_industry(core[len(region) :])
    return OrganisationName(
        plain, core or head, form, branch, region, brand, industry, former, is_cut
    )


def _whole_is_known(plain: str) -> bool:
    """Return whether there is nothing but a legal form."""
    return plain in FORMS


def _without_former(plain: str) -> tuple[str, str]:
    match = _FORMER.search(plain)
    if match is None or match.start() < 2:
        return plain, ""
    return plain[: match.start()], match["name"]


def _split_branch(plain: str) -> tuple[str, str]:
    for pattern in (_BRANCH, _BEHIND_FORM, _SPLIT_OFF):
        match = pattern.match(plain)
        if match is not None and match["branch"] not in FORMS:
            return match["head"], match["branch"].strip("()")
    return plain, ""


def _split_form(head: str) -> tuple[str, str]:
    ending = _ENDING.search(head)
    short = ending is None or ending[1] in {"公司", "责任公司"}
    slip = _mistyped_form(head) if short else None
    if slip:
        return slip
    if ending and ending.start():
        return head[: ending.start()], ending[1]
    opening = _OPENING.match(head)
    return (head[opening.end() :], opening[1]) if opening else (head, "")


def _mistyped_form(head: str) -> tuple[str, str] | None:
    """Return what stands before a form with one slip, and the form that was meant."""
    for form, slips in _MISTYPED:
        found = slips.search(head)
        if found and found.start() >= 2:
            return head[: found.start()], form
    return None


def _region_first(stem: str, regions: Collection[str]) -> tuple[str, str]:
    """Bring what stands in brackets to the front: there it is a place nearly always.

    Unless a place stands at the front already, or the brackets hold a form.
    """
    match = _IN_BRACKETS.search(stem)
    if match is None:
        return stem, ""
    before, inside, after = stem[: match.start()], match[1], stem[match.end() :]
    if inside in FORMS:
        return before + after, ""
    if _leading_region(before + "  ", regions) or before.startswith(inside):
        return before + inside + after, ""
    known = _leading_region(inside + "  ", regions) == inside
    return inside + before + after, inside if known else ""


def _leading_region(core: str, regions: Collection[str]) -> str:
    """Return the places at the front; two characters at least are left."""
    end = 0
    while found := _one_region(core[end:], regions):
        end += len(found)
    return core[:end]


def _one_region(text: str, regions: Collection[str]) -> str:
    for length in range(min(11, len(text) - 2), 1, -1):
        if text[:length] in regions or text[:length] in PROVINCES:
            named = text[length : length + 1] in _ENDS and len(text) > length + 2
            return text[: length + named]
    match = _DIVISION.match(text)
    return match[0] if match and len(match[0]) <= len(text) - 2 else ""


@lru_cache(maxsize=1 << 16)
def _split_industry(rest: str) -> tuple[str, str]:
    """Split behind a brand of at least two characters."""
    match = _FIRST_INDUSTRY.search(rest, 2)
    return (rest[: match.start()], rest[match.start() :]) if match else (rest, "")
