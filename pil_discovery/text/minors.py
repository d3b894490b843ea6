"""What tells who a minor is, beside names and numbers: school, age, birth, family.

Looked for only where redaction is strict: there too much is better than too little.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from pil_discovery.text.personal import PERSON, Found, unfold
from pil_discovery.text.resident_numbers import find_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BEFORE_SCHOOL = re.compile(
    "就读于|就读|在读|毕业于|来自|位于|转学至|转入|入读|学生|系|是|在|到|为"
)
_SCHOOL_END = (
    "幼儿园|托儿所|托育中心|早教中心|小学|中学|初中|高中|职高|职校|技校|附小|附中|学校|书院"
    "|青少年宫|少年宫|福利院|培训中心|托管班|补习班"
)
_SCHOOL = re.compile(
    rf"[\u4e00-\u9fff]{{1,18}}?(?:{_SCHOOL_END})"
    r"(?:[（(]?[\u4e00-\u9fff]{1,6}(?:校区|分校|分园|部)[）)]?)?"
)
_CLASS = re.compile(
    r"[一二三四五六七八九1-9]年级(?:\s{0,2}[（(]?[0-9一二三四五六七八九十]{1,2}[）)]?\s{0,2}班)?"
    r"|[初高][一二三](?:年级|\s{0,2}[（(]?[0-9一二三四五六七八九十]{1,2}[）)]?\s{0,2}班)"
    r"|(?:小|中|大)班(?=[\u4e00-\u9fff]{0,4}(?:幼儿|儿童|孩))"
)
_DAY = (
    r"(?:[12][0-9]{3}\s{0,2}[年\-/.]\s{0,2}[0-9]{1,2}(?:\s{0,2}[月\-/.]\s{0,2}"
    r"[0-9]{1,2}\s{0,2}日?|\s{0,2}月)?|[12][0-9]{3}年)"
)
_BORN = re.compile(
    rf"(?:出生日期|出生年月日?|出生时间|出生于|生于|生日)[为是在:：\s]{{0,3}}(?P<it>{_DAY})"
    rf"|(?P<then>{_DAY})(?=\s{{0,2}}(?:出生|生[，,。）)]))"
)
_AGE = re.compile(
    r"(?<![0-9])(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})\s{0,2}(?:周岁|岁)(?:半|[0-9一二三四五六七八九十]{1,2}个月)?"
)
_FAMILY = (
    "监护人|法定代理人|父亲|母亲|父|母|祖父|祖母|外祖父|外祖母|爷爷|奶奶|外公|外婆|养父|养母|继父|继母"
    "|班主任|老师|教师|同学|未成年人|儿童|幼儿|婴儿|男孩|女孩|男童|女童|被害人|之子|之女|儿子|女儿"
)
_RELATED = re.compile(
    rf"(?:{_FAMILY})(?:姓名)?[为是叫:：\s]{{0,3}}(?P<it>{PERSON})(?![\u4e00-\u9fff])"
    rf"|(?:{_FAMILY})(?:姓名)?[为是叫:：\s]{{1,3}}(?P<then>{PERSON})"
)
_MEDIA = re.compile(
    r"[^\s,，;；、。]{1,80}\.(?:jpe?g|png|heic|bmp|gif|webp|mp4|mov|avi|mkv|wav|mp3|m4a"
    r"|amr|aac)(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_COLUMNS = {
    "birth": re.compile(r"出生|生日|年龄|周岁|birth|\bage\b", re.IGNORECASE),
    "school": re.compile(
        r"学校|校名|就读|幼儿园|年级|班级|school|grade|class$", re.IGNORECASE
    ),
    "name": re.compile(
        r"监护人|法定代理人|父亲|母亲|家长|父母|班主任|学生|未成年人|儿童|guardian|parent|pupil"
        r"|student",
        re.IGNORECASE,
    ),
    "address": re.compile(r"住址|住所|家庭地址|户籍|居住|address", re.IGNORECASE),
    "field": re.compile(
        r"照片|相片|录音|录像|视频|音频|人脸|指纹|photo|voice|video", re.IGNORECASE
    ),
}


def find_minors(text: str) -> list[Found]:
    """Return what tells of a minor in a text, beside `find_personal`.

    Kinds: `school` (with class), `birth` (day of birth or age), `name` (family,
    teachers, the child), `field` (file of a picture or a voice).
    """
    folded = unfold(text)
    return [
        Found(*folded.span(start, end), kind, folded.text[start:end])
        for start, end, kind in sorted(_spans(folded.text))
    ]


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    for pattern, kind in ((_BORN, "birth"), (_RELATED, "name")):
        for match in pattern.finditer(text):
            yield (*match.span("it" if match["it"] else "then"), kind)
    apart = _BEFORE_SCHOOL.sub(lambda m: "\n" * len(m.group()), text)
    for pattern, words, kind in (
        (_MEDIA, text, "field"),
        (_SCHOOL, apart, "school"),
        (_CLASS, text, "school"),
        (_AGE, text, "birth"),
    ):
        for match in pattern.finditer(words):
            yield (*match.span(), kind)


def column_of_minors(header: str) -> str | None:
    """Return what a column tells of a minor by its header: a kind, or None.

    >>> [column_of_minors(header) for header in ("监护人姓名", "就读学校", "金额")]
    ['name', 'school', None]
    """
    return next((k for k, words in _COLUMNS.items() if words.search(header)), None)


def births_told(cells: Mapping[str, str | None], on: dt.date) -> list[dt.date]:
    """Return the days of birth that a row tells: columns of birth or age, numbers.

    An age counts back from `on`; a column of births that holds no day tells none.
    """
    found = []
    for header, value in cells.items():
        text = unfold(value or "").text.strip()
        found += [_born(n.number) for n in find_numbers(text)]
        if text and column_of_minors(header) == "birth":
            found += _told(text, on)
    return found


def _born(number: str) -> dt.date:
    return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _told(text: str, on: dt.date) -> list[dt.date]:
    parts = [int(p) for p in re.findall(r"[0-9]+", text)]
    if re.fullmatch(r"[0-9]{1,2}(?:\s*(?:周岁|岁))?", text):
        return [dt.date(on.year - parts[0], 1, 1)]
    if re.fullmatch(r"[12][0-9]{7}", text):
        parts = [int(text[:4]), int(text[4:6]), int(text[6:])]
    if not parts or not re.match(r"[12][0-9]{3}", text):
        return []
    year, month, day = (*parts, 1, 1)[:3] if len(parts) < 3 else parts[:3]
    try:
        return [dt.date(year, month, day)]
    except ValueError:
        return []
