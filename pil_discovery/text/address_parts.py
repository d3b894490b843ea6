"""The parts of an address below the county: zone, town, road, number, building."""

from __future__ import annotations

import re
from typing import NamedTuple

_HAN = r"[\u3400-\u9fff·]"
_WAYS = r"路|大街|街|大道|道|巷|弄|胡同|公路|里弄"

ZONE = re.compile(
    rf"{_HAN}{{0,8}}?"
    r"(?:高新技术产业开发区|新技术开发区|高新技术开发区|高新技术产业园区|经济技术开发区|经济开发区"
    r"|工业开发区|产业集聚区|高新区|经开区|经济区|开发区|高教园区|科技园区|工业园区"
    r"|产业园区|旅游度假区|度假区|保税区|示范区|管理区|工业区|自由贸易试验区|自贸区|新区)"
    r"(?:管理委员会|管委会)?(?![东南西北]?(?:路|街|大道))"
)
TOWN = re.compile(
    r"(?P<name>[^\W\d_路街巷弄号村区]{1,8}?(?:街道|民族苏木|苏木|民族乡|镇|乡))"
    r"(?:办事处|办|人民政府)?"
    r"(?!镇|[东南西北中]?[一二三四五六七八九十]?(?:路|街|大道|巷|弄)|办学|银行|企业)"
)
_VILLAGES = re.compile("村|社区|嘎查")
_HEAD = re.compile(
    r"(?P<village>[^\W\d_路街巷弄号]{1,3}[路街巷]村(?!口)"
    r"|[^\W\d_路街巷弄号]{1,8}?(?:行政村|村|社区|嘎查))"
    r"(?:村?民委员会|村?委会|居委会)?"
)
_WAY = re.compile(
    rf"(?P<road>(?:[A-Z0-9]{{1,5}}|{_HAN}){{1,12}}?(?:{_WAYS})"
    r"(?:[东南西北中]?(?:[一二三四五六七八九十]{1,3}|\d{1,4})?"
    r"(?:路|街|支路|支弄|支巷|弄|巷|里))?(?:[东南西北中一二三四五]段)?)"
    r"(?P<number>\d{1,5}(?:[-、]\d{1,5}){0,3}(?:-?[甲乙丙丁A-Z]\d{0,3})?号?"
    r"(?:之[一二三四五六七八九十\d]{1,3})?|[甲乙丙丁]\d{1,5}号)?"
)
_BARE_NUMBER = re.compile(
    r"(?P<number>\d{1,5}(?:[-、]\d{1,5}){0,3}号)(?!楼|馆|厂|院|库|线)"
)
_NOT_A_NUMBER = re.compile(r"幢|栋|座|楼|层|室|单元|米|公里|#|弄|支|组|队|年")
_BUILDING_OF_NUMBER = re.compile(r"楼(?![上下])|馆|厂房|库")
_BUILDING = re.compile(
    r"(?:[A-Z]\d{0,3}|\d{1,4}[A-Z]?|[一二三四五六七八九十甲乙丙丁东西南北]{1,3})"
    r"(?:-\d{1,3})?(?:#?楼(?!层)|号楼|幢|栋|座|号馆|号厂房|号院|号库|#)"
)


class Detail(NamedTuple):
    """What stands behind the town; None where the address does not say."""

    village: str | None
    road: str | None
    number: str | None
    building: str | None


def read_detail(text: str) -> Detail:
    """Return village, road, number and building of the end of an address.

    The number is given without 号, the building as written (3号楼, A座).
    """
    head = _HEAD.match(text) if _VILLAGES.search(text, 0, 14) else None
    village = head["village"] if head else None
    after = text[head.end() :] if head and village else text
    way = _WAY.match(after)
    road = way["road"] if way else None
    number = way["number"] if way else None
    behind = after[way.end() :] if way else after
    if number is not None:
        number, behind = _of_the_house(number, behind)
    if number is None and road is None:
        bare = _BARE_NUMBER.search(after)
        number = bare["number"] if bare else None
        behind = after[bare.end() :] if bare else behind
    found = _BUILDING.search(behind)
    building = found[0] if found else None
    return Detail(village, road, number and number.removesuffix("号"), building)


def _of_the_house(number: str, behind: str) -> tuple[str | None, str]:
    """Take a number for that of the house where no building follows that it names.

    In 人民路3幢 and 人民路3号楼 the figure belongs to the building; in 人民路3号院 and
    人民路3号楼下 it is the house.
    """
    follows = _BUILDING_OF_NUMBER if number.endswith("号") else _NOT_A_NUMBER
    return (None, number + behind) if follows.match(behind) else (number, behind)
