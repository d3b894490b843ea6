"""Personal data in running text: identity numbers, phones, cards, plates, addresses.

Text is read as people disguise it: full width, other digits, blanks, dashes and
characters of no width between the digits; places refer to the text as it was given.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from pil_discovery.text.check_digits import (
    is_right_uscc,
    registration_check_digit,
    resident_check_digit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

BETWEEN = r"[\s\-‐-―_·•・*/\\|.,、:;'\"()\[\]~]{0,4}"
"""What may stand between the characters of a number that somebody pulled apart."""

_GAP = r"[^\S\n\r\t]{0,3}[\-‐-―_·•・.]?[^\S\n\r\t]{0,3}"
_RUN = re.compile(rf"[0-9](?:{_GAP}[0-9])*(?:{_GAP}[Xx](?![A-Za-z]))?")
_HAN_DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
_HAN_DIGITS |= dict(zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True))
_HAN_RUN = re.compile(rf"[{''.join(_HAN_DIGITS)}]{{11,19}}")
_HASH = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32,}(?![0-9A-Za-z])")
_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_PLATE = re.compile(
    rf"[{_PROVINCES}]{_GAP}[A-HJ-NP-Z](?:{_GAP}[A-HJ-NP-Z0-9]){{4,5}}"
    rf"(?:{_GAP}[A-HJ-NP-Z0-9挂学警港澳])?(?![A-Z0-9])"
)
_LANDLINE = re.compile(
    r"(?<![0-9])[(]?0[0-9]{2,3}(?:[)]|[\s\-‐-―])[\s\-‐-―]{0,2}"
    r"[0-9]{3,4}[\s\-]?[0-9]{4}(?![0-9])"
)
_MAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}")
_REGION = r"(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区|市|自治州|县|区|旗|镇|乡|街道))*"
_STREET = (
    r"(?:路|街|大道|巷|弄|胡同|村|社区|小区|花园|公寓|家园|新村|苑|里|坊|组|屯|寨)"
)
_DOOR = r"(?:[0-9A-Za-z一二三四五六七八九十\-]+(?:号楼|幢|栋|单元|室|户|楼[0-9]))"
_HOME = re.compile(
    rf"{_REGION}[\u4e00-\u9fff]{{1,12}}?{_STREET}"
    rf"[\u4e00-\u9fff0-9A-Za-z\-]{{0,16}}?{_DOOR}(?:[0-9A-Za-z]+(?:单元|室|户|号|楼|层))*"
    rf"|{_REGION}[\u4e00-\u9fff]{{1,8}}村[\u4e00-\u9fff0-9]{{0,6}}(?:组|队|屯)[0-9]+号"
)
_LIVES = re.compile(
    r"(?:家庭住址|户籍地址|户籍所在地|户籍地|现住址|住址|常住地|暂住地|家住|现住|居住于|住在|户籍)"
    r"[为是在:\s]{0,3}(?P<it>[\u4e00-\u9fffA-Za-z0-9\-()]{5,40})"
)
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗"
    "凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛"
    "禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌"
    "霍虞万支柯昝管卢莫房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程嵇邢裴陆荣翁荀羊惠甄曲封储靳段焦巴牧山谷车"
    "侯全班仰秋仲伊宫宁仇栾甘厉祖武符刘景詹束龙叶幸司韶黎薄白怀蒲邰从索赖卓屠蒙池乔阴胥苍闻莘党翟谭贡劳姬申扶堵"
    "冉宰郦雍桑桂牛边扈燕冀尚农温庄晏柴瞿阎慕连习艾鱼容向古易廖耿满匡文寇广东欧沃蔚越隆师巩聂晁勾敖融冷辛阚那简饶"
    "曾沙丰关相查红游竺权盖益桓公肖闫代佟岳帅苟付邸仝褟岩覃"
)
"""Single-character family names (百家姓 and the usual ones beside it)."""
_TWO = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|司徒|夏侯|端木|南宫"
PERSON = (
    rf"(?:[{SURNAMES}](?: {{1,3}}[\u4e00-\u9fff]){{1,2}}(?![\u4e00-\u9fff])"
    rf"|(?:(?:{_TWO})|[{SURNAMES}])[\u4e00-\u9fff]{{1,2}})"
)
"""How the name of a natural person is written, behind a word that announces it."""
_ROLES = (
    "姓名|联系人|法定代表人|法人代表|负责人|经营者|当事人|户主|患者|业主|受害人|证人|被害人|经办人|参保人|"
    "领取人|死者|村民|居民|职工|学生|家长|司机|驾驶员|医师|医生|药师|承租人|申请人|实际控制人|股东"
)
_TIP = "举报人|投诉人|信访人|反映人|控告人|检举人|来电人|来访人|爆料人|线人"
_NAMED = re.compile(
    rf"(?:{_ROLES})(?:姓名|名称)?[为是叫:\s]{{0,3}}(?P<it>{PERSON})(?![\u4e00-\u9fff])"
    rf"|(?:{_ROLES})(?:姓名)?[为是叫:\s]{{1,3}}(?P<then>{PERSON})"
)
_GIVER = re.compile(
    rf"(?:{_TIP})(?:姓名|名称|信息)?[为是叫:\s]{{0,3}}(?P<it>{PERSON}|[^\s,，。;；]{{2,20}})"
)
_ORGANISATION = re.compile(
    r"(?:公司|集团|企业|合作社|联合社|厂|店|行|部|社|院|所|站|中心|局|委|委员会|协会|学会|学校|小学|中学|大学|"
    r"幼儿园|超市|商场|市场|银行|医院|诊所|药房|药业|村|队|场|园|馆|楼|坊|吧|铺|库|矿|厅|处|政府|办|办事处|户|"
    r"经济组织|俱乐部|基金会|支行|分行|农场|林场|渔场|摊|档|网吧|工作室|事务所|服务队|项目部|码头|港|苑|轩|阁|居)"
    r"(?:[(（][^()（）]*[)）])?$"
)


class Found(NamedTuple):
    """Personal data in a text: where, of which kind, and how it reads undisguised."""

    start: int
    end: int
    kind: str
    plain: str


class Folded(NamedTuple):
    """A text in plain characters, and the place of each in the original."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of the plain text stands in the original."""
        return self.places[start], self.places[end - 1] + 1


def unfold(text: str) -> Folded:
    r"""Return a text without disguise: NFKC, plain digits, nothing of no width.

    >>> unfold("１３８\u200b００").text
    '13800'
    """
    if text.isascii() and text.isprintable():
        return Folded(text, tuple(range(len(text))))
    plain: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for one in _plain(character):
            plain.append(one)
            places.append(place)
    return Folded("".join(plain), tuple(places))


def _plain(character: str) -> str:
    if character.isascii():
        return character
    kind = unicodedata.category(character)
    if kind in {"Cf", "Mn", "Me"} or character in "\u115f\u1160\u3164\uffa0":
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    return unicodedata.normalize("NFKC", character)


def find_personal(text: str) -> list[Found]:
    """Return the personal data in a text, in order, none inside another.

    Kinds: `id` (18 digits with a right check digit, GB 11643-1999, or 15), `phone`,
    `card` (16 to 19 digits, Luhn, ISO/IEC 7812-1), `plate`, `address`, `name` behind a
    word such as 联系人, `tip` (who reported), `mail`.
    """
    folded = unfold(text)
    hidden = _HASH.sub(lambda m: "#" * len(m.group()), folded.text)
    found = [
        *_named(hidden),
        *_numbers(hidden),
        *_patterns(hidden),
    ]
    return [
        Found(*folded.span(start, end), kind, folded.text[start:end])
        for start, end, kind in _apart(found)
    ]


def is_person(name: str) -> bool:
    """Return whether a name is that of a natural person, so far as its form tells.

    >>> is_person("王某甲"), is_person("示例置业有限公司"), is_person("王记小吃店")
    (True, False, False)
    """
    plain = re.sub(r"\s", "", unfold(name).text)
    if not plain or _ORGANISATION.search(plain):
        return False
    if re.fullmatch(r"[A-Za-z .'·\-]{2,40}", plain):
        return True
    if "·" in plain:
        return re.fullmatch(r"[\u3400-\u9fff·]{3,20}", plain) is not None
    return re.fullmatch(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}", plain) is not None


Span = tuple[int, int, str]


def _apart(found: list[Span]) -> list[Span]:
    """Return spans that do not meet; earlier kinds in the list go first."""
    kept: list[Span] = []
    for one in found:
        if all(one[1] <= k[0] or one[0] >= k[1] for k in kept):
            kept.append(one)
    return sorted(kept)


def _named(text: str) -> Iterator[Span]:
    for match in _GIVER.finditer(text):
        yield (*match.span("it"), "tip")
    for match in _NAMED.finditer(text):
        group = "it" if match["it"] else "then"
        yield (*match.span(group), "name")


def _patterns(text: str) -> Iterator[Span]:
    upper = text.upper() if len(text.upper()) == len(text) else text
    for pattern, kind in ((_MAIL, "mail"), (_LANDLINE, "phone")):
        for match in pattern.finditer(text):
            yield (*match.span(), kind)
    for match in _PLATE.finditer(upper):
        yield (*match.span(), "plate")
    for match in _LIVES.finditer(text):
        yield (*match.span("it"), "address")
    for match in _HOME.finditer(text):
        yield (*match.span(), "address")


def _numbers(text: str) -> Iterator[Span]:
    for run in _RUN.finditer(text):
        places = [n for n in range(*run.span()) if text[n] in "0123456789Xx"]
        if len(places) >= 11:
            yield from _in_run(text, places)
    for run in _HAN_RUN.finditer(text):
        digits = "".join(_HAN_DIGITS[c] for c in run.group())
        if kind := _kind(digits):
            yield (*run.span(), kind)


_LENGTHS = (18, 19, 17, 16, 11, 15)


def _in_run(text: str, places: list[int]) -> Iterator[Span]:
    taken: set[int] = set()
    # the run as a whole first: a card of 19 digits may begin like one of 18
    for length in (len(places), *_LENGTHS):
        for first in range(len(places) - length + 1):
            window = places[first : first + length]
            if taken.intersection(window) or _glued(text, window):
                continue
            digits = "".join(text[n] for n in window).upper()
            if kind := _kind(digits, decimal=_is_decimal(text, window)):
                taken.update(window)
                yield window[0], window[-1] + 1, kind


def _glued(text: str, window: list[int]) -> bool:
    """Whether a digit touches the window: it is then part of a longer number."""
    before, after = window[0] - 1, window[-1] + 1
    touches = before >= 0 and text[before].isdigit()
    return touches or (after < len(text) and text[after].isdigit())


def _is_decimal(text: str, window: list[int]) -> bool:
    inside = text[window[0] : window[-1] + 1]
    before = text[window[0] - 1] if window[0] else ""
    return before == "." or re.fullmatch(r"[0-9]+\.[0-9]+", inside) is not None


def _kind(digits: str, *, decimal: bool = False) -> str:
    if decimal or len(digits) > 19:
        return ""
    if len(digits) == 18 and _is_resident(digits):
        return "id"
    if "X" in digits:
        return ""
    if len(digits) == 11:
        return "phone" if re.fullmatch("1[3-9][0-9]{9}", digits) else ""
    if len(digits) == 15:
        return "id" if _is_old_resident(digits) else ""
    return "card" if _is_card(digits) else ""


def _is_resident(digits: str) -> bool:
    shape = re.fullmatch("[1-9][0-9]{16}[0-9X]", digits)
    right = shape is not None and resident_check_digit(digits[:17]) == digits[17]
    return right and _is_day(digits[6:14])


def _is_old_resident(digits: str) -> bool:
    if registration_check_digit(digits[:14]) == digits[14]:
        return False
    return digits[0] in "12345678" and _is_day(f"19{digits[6:12]}")


def _is_day(text: str) -> bool:
    try:
        day = dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=dt.UTC)
    except ValueError:
        return False
    return 1850 <= day.year <= 2100


def _is_card(digits: str) -> bool:
    if not 16 <= len(digits) <= 19 or digits[0] not in "34569":
        return False
    if len(digits) == 18 and is_right_uscc(digits):
        return False
    doubled = [int(d) * 2 for d in digits[-2::-2]]
    total = sum(map(int, digits[-1::-2])) + sum(d - 9 if d > 9 else d for d in doubled)
    return total % 10 == 0
