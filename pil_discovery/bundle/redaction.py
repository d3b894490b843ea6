"""Redaction: what a reader outside the office may not see is replaced before writing.

Every artefact is composed from the redacted request, so that nothing is ever laid over
a text that is still there. What was replaced keeps one label throughout the bundle
(«【姓名1】») and is bound by a commitment that the sealed annex can open.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pil_discovery.text.minors import column_of_minors, find_minors
from pil_discovery.text.personal import BETWEEN, find_personal, is_person, unfold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pil_discovery.types import Dataset

PROFILES = ("internal", "agency", "court", "public")
"""For whom a bundle is: the office, the agency, the court, everybody."""
OUTSIDE = frozenset({"agency", "public"})
"""Readers who do not learn how the office weighs its case, nor what concerns others."""

KINDS = {
    "id": "证件号码",
    "phone": "电话",
    "card": "银行卡号",
    "plate": "车牌号",
    "address": "住址",
    "mail": "邮箱",
    "name": "姓名",
    "field": "标识信息",
    "school": "学校",
    "birth": "年龄信息",
}
TIP = "【举报人信息】"
"""Stands for whoever reported: it is replaced and kept nowhere, not even sealed."""


def mask(text: str) -> str:
    """Mask an identifier: the first three and last two characters stay.

    >>> mask("990302199001011234")
    '990*************34'
    >>> mask("12345")
    '*****'
    """
    if len(text) <= 7:
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 5) + text[-2:]


def mask_cells(
    cells: Mapping[str, str | None], dataset: Dataset | None
) -> dict[str, str | None]:
    """Return a row's cells with those masked whose column holds identifiers.

    A header names a column by its canonical name, an alias, or one of its parts
    («身份证号 SFZH» matches either).
    """
    marks = column_marks(cells, dataset)
    return {
        header: mask(value) if value and marks[header] == "identifier" else value
        for header, value in cells.items()
    }


def column_marks(
    headers: Iterable[str], dataset: Dataset | None
) -> dict[str, str | None]:
    """Return the mark of each column: `identifier`, `name` or None."""
    known = {
        _normal(name): f.pii
        for f in (dataset.fields if dataset else ())
        for name in (f.name, *f.aliases)
        if f.pii is not None
    }
    return {
        h: next((known[p] for p in sorted(_parts(h)) if p in known), None)
        for h in headers
    }


@dataclass(frozen=True)
class Secret:
    """One value that was replaced: its label, its kind, and as it was written first."""

    label: str
    kind: str
    value: str


@dataclass
class Redactor:
    """Replaces personal data by labels, the same value by the same label.

    Attributes
    ----------
    profile
        `agency` and `court` show the names of those whom the agency must act on;
        `public` shows no natural person.
    shown
        Names that stay.
    strict
        The data are of a minor: schools, ages and days of birth, family and teachers,
        files of pictures and voices go as well, and no natural person is shown.
    """

    profile: str
    shown: frozenset[str] = frozenset()
    strict: bool = False
    _labels: dict[str, Secret] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _sought: dict[str, list[str]] = field(default_factory=dict)

    def learn(self, value: str | None, mark: str | None) -> None:
        """Take a value of a marked column as a secret wherever it is met."""
        if mark == "name" and self._is_hidden_name(value or ""):
            self._label(value or "", "name")
        elif mark == "identifier" and squeezed(value or ""):
            self._label(value or "", _kind_of(value or ""))
        elif mark in KINDS and mark != "name" and squeezed(value or ""):
            self._tag(value or "", mark)

    def marks(
        self, headers: Iterable[str], dataset: Dataset | None
    ) -> dict[str, str | None]:
        """Return the marks of columns; where redaction is strict, by header as well."""
        known = column_marks(headers, dataset)
        if not self.strict:
            return known
        return {h: mark or column_of_minors(h) for h, mark in known.items()}

    def cell(self, value: str | None, mark: str | None) -> str | None:
        """Return the cell of a column; a marked one is replaced whole."""
        if not value or mark is None:
            return value if value is None else self.text(value)
        if mark == "identifier":
            return self._label(value, _kind_of(value)).label
        if mark != "name":
            return self._tag(value, mark)
        hidden = self._is_hidden_name(value)
        return self._label(value, "name").label if hidden else self.text(value)

    def text(self, text: str) -> str:
        """Return a text in which every secret is replaced by its label."""
        if not text:
            return text
        told = find_personal(text)
        told += find_minors(text) if self.strict else []
        marks = [(s, e, self._tag(p, k)) for s, e, k, p in told]
        marks += self._met(text)
        # what lies inside another is gone with it
        marks = [m for m in marks if not any(_covers(o, m) for o in marks)]
        done, place = [], 0
        for start, end, label in sorted(set(marks)):
            if start >= place:
                done += [text[place:start], label]
            place = max(place, end)
        return "".join([*done, text[place:]])

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What was replaced, in the order in which it was met."""
        return tuple(self._labels.values())

    def _is_hidden_name(self, name: str) -> bool:
        return bool(name) and is_person(name) and squeezed(name) not in self.shown

    def _tag(self, plain: str, kind: str) -> str:
        if kind == "tip":
            return TIP
        if kind in {"name", "school"} and squeezed(plain) in self.shown:
            return plain
        return self._label(plain, kind).label

    def _label(self, value: str, kind: str) -> Secret:
        plain = squeezed(value)
        found = self._labels.get(plain)
        if found is None:
            number = self._counts.get(kind, 0) + 1
            found = Secret(f"【{KINDS[kind]}{number}】", kind, value)
            self._labels[plain] = found
            self._counts[kind] = number
            if is_telling(plain, kind):
                near = self._sought.setdefault(plain[:2], [])
                near.append(plain)
                near.sort(key=lambda p: (-len(p), p))
        return found

    def _met(self, text: str) -> list[tuple[int, int, str]]:
        """Return where known secrets stand, however they are pulled apart."""
        folded = unfold(text)
        kept = [n for n, c in enumerate(folded.text) if not _LOOSE.match(c)]
        bare = [folded.text[n].casefold() for n in kept]
        whole = "".join(c if len(c) == 1 else "\0" for c in bare)
        met: list[tuple[int, int, str]] = []
        place = 0
        while place < len(whole) - 1:
            plain = self._at(whole, place)
            if plain is None or _is_glued(folded.text, kept, (place, len(plain))):
                place += 1
                continue
            last = place + len(plain) - 1
            span = folded.span(kept[place], kept[last] + 1)
            met.append((*span, self._labels[plain].label))
            place = last + 1
        return met

    def _at(self, whole: str, place: int) -> str | None:
        """Return the longest secret that begins at a place: 王小明 before 王小."""
        sought = self._sought.get(whole[place : place + 2], ())
        return next((p for p in sought if whole.startswith(p, place)), None)


def _is_glued(text: str, kept: list[int], span: tuple[int, int]) -> bool:
    """Whether a number goes on in front or behind: then it is another one."""
    place, length = span
    first, last = kept[place], kept[place + length - 1]
    before = text[first - 1 : first].isdigit() and text[first].isdigit()
    return before or (text[last + 1 : last + 2].isdigit() and text[last].isdigit())


def is_telling(plain: str, kind: str) -> bool:
    """Whether a value is looked for in other texts: «有» is no secret there.

    An age or a day of birth may be anything elsewhere: it goes where it is told as one.
    """
    if kind == "birth":
        return False
    if kind == "name":
        return len(plain) >= 2
    return len(plain) >= (6 if plain.isdigit() else 3)


def _covers(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    return (
        one != other
        and one[0] <= other[0]
        and other[1] <= one[1]
        and (one[:2] != other[:2] or one[2] < other[2])
    )


def commitment(secret: Secret, salt: bytes) -> str:
    """Return the HMAC-SHA-256 that binds a label to its value.

    Whoever is shown the value and the salt of this field can check it; whoever has
    neither cannot try values, as from a hash without salt one could.
    """
    told = f"{secret.label}\0{secret.value}".encode("utf-8", "surrogatepass")
    return hmac.new(salt, told, hashlib.sha256).hexdigest()


def field_salt(bundle_salt: bytes, secret: Secret) -> bytes:
    """Return the salt of one field, which tells nothing of the salts of others."""
    told = f"field\0{secret.label}".encode()
    return hmac.new(bundle_salt, told, hashlib.sha256).digest()[:16]


def _kind_of(value: str) -> str:
    found = find_personal(value)
    whole = [f for f in found if f.end - f.start >= 0.8 * len(value.strip())]
    return whole[0].kind if whole and whole[0].kind in KINDS else "field"


_LOOSE = re.compile(BETWEEN.rpartition("{")[0])


def squeezed(text: str) -> str:
    """Return a text without disguise and without what stands between characters."""
    return _LOOSE.sub("", unfold(text).text).casefold()


def _parts(header: str) -> set[str]:
    pieces = [header, *re.split(r"[\s（）()/／,，:：]+", header)]
    return {_normal(p) for p in pieces if p}


def _normal(name: str) -> str:
    return re.sub(r"\s", "", name).casefold()
