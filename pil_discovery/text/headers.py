"""Column headers of a file → canonical fields of a data set."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import lru_cache
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError
from pil_discovery.text.characters import fold, squeeze
from pil_discovery.text.units import find_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.types.datasets import Dataset

CUT_BYTES = 10
"""A shapefile keeps ten bytes of a field name."""


@dataclass(frozen=True)
class HeaderMatch:
    """Which column of the file is which field.

    Attributes
    ----------
    mapping
        Position of the header → canonical field name.
    units
        Canonical field name → unit that the header declares, e.g. 万元.
    unmatched
        Headers that are no field of the data set.
    duplicates
        Headers that mean a field already taken by an earlier or better header.
    doubles
        Position of such a header → the field that it means.
    score
        0 to 1: how well the headers and the data set fit.
    """

    mapping: dict[int, str]
    units: dict[str, str]
    unmatched: tuple[str, ...]
    duplicates: tuple[str, ...]
    score: float
    doubles: dict[int, str] = dataclass_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A header that may be a field: the lower the rank, the better."""

    rank: int
    order: int
    position: int
    field: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """A header taken apart: names from the whole to its parts, and its unit."""

    names: tuple[str, ...]
    unit: str | None


def match_headers(
    headers: Sequence[str],
    dataset: Dataset,
    overrides: Mapping[str, str] | None = None,
    *,
    cut_bytes: int = CUT_BYTES,
) -> HeaderMatch:
    """Match the headers of a file with the fields of a data set.

    Parameters
    ----------
    headers
        As in the file; may repeat.
    dataset
        Its canonical names and aliases both match, by the whole header, by the part
        outside or inside brackets, or by a part between spaces.
    overrides
        Header as in the file → canonical name; wins over everything.
    cut_bytes
        Length at which the format cuts names; such a header matches as the beginning
        of exactly one name. 0 where names are never cut.

    Raises
    ------
    ReadError
        With every override whose header or canonical name does not exist.
    """
    fixed = _fixed(headers, dataset, overrides or {})
    claims = _claims(headers, dataset, cut_bytes)
    mapping, doubles = _assign(claims, fixed)
    readings = [read_header(h) for h in headers]
    units = {
        name: unit
        for position, name in mapping.items()
        if (unit := readings[position].unit) and squeeze(headers[position]) != name
    }
    taken = set(mapping) | set(doubles)
    unmatched = tuple(h for p, h in enumerate(headers) if p not in taken and squeeze(h))
    score = _score(headers, dataset, set(mapping.values()))
    return HeaderMatch(
        mapping, units, unmatched, tuple(headers[p] for p in doubles), score, doubles
    )


def _fixed(
    headers: Sequence[str], dataset: Dataset, overrides: Mapping[str, str]
) -> dict[int, str]:
    plain = [squeeze(h) for h in headers]
    fixed, problems = {}, []
    for header, name in overrides.items():
        if dataset.field(name) is None:
            problems.append(_unknown("规范列名", name, dataset.columns))
        if squeeze(header) in plain:
            fixed[plain.index(squeeze(header))] = name
        else:
            problems.append(_unknown("文件表头", header, headers))
    if problems:
        raise ReadError(problems)
    return fixed


def _unknown(kind: str, name: str, known: Sequence[str]) -> Problem:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
    hint = f"是否为：{'、'.join(near)}" if near else f"可用：{'、'.join(known)}"
    return Problem("", "columns", f"{kind}中没有“{name}”", hint)


def _claims(headers: Sequence[str], dataset: Dataset, cut_bytes: int) -> list[_Claim]:
    names = field_names(dataset)
    claims = []
    for position, header in enumerate(headers):
        for rank, name in enumerate(read_header(header).names):
            found = names.get(name, ())
            claims += [_Claim(min(rank, 9), o, position, f) for f, o in found]
        whole = _cut_name(header, names, cut_bytes) if cut_bytes else None
        if whole is not None:
            claims += [_Claim(10, o, position, f) for f, o in names[whole]]
    return sorted(claims, key=lambda c: (c.rank, c.order, c.position))


def _assign(
    claims: Sequence[_Claim], fixed: dict[int, str]
) -> tuple[dict[int, str], dict[int, str]]:
    """Return position → field, and the same of headers whose field is taken."""
    mapping = dict(fixed)
    for claim in claims:
        if claim.position not in mapping and claim.field not in mapping.values():
            mapping[claim.position] = claim.field
    spare = {c.position: c.field for c in reversed(claims) if c.position not in mapping}
    return dict(sorted(mapping.items())), dict(sorted(spare.items()))


@lru_cache(maxsize=512)
def field_names(dataset: Dataset) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return normalised name → (field, order of the alias) for all names of a set."""
    found: dict[str, list[tuple[str, int]]] = {}
    for field in dataset.fields:
        spellings = (field.name, *field.aliases, *field.seen)
        for order, spelling in enumerate(spellings):
            for name in _spellings(spelling):
                entry = found.setdefault(name, [])
                if field.name not in [f for f, _ in entry]:
                    entry.append((field.name, order))
    return {name: tuple(fields) for name, fields in found.items()}


def _spellings(alias: str) -> tuple[str, ...]:
    """Return the alias as it is, and without its brackets."""
    whole = squeeze(alias)
    return tuple(dict.fromkeys((whole, _without_brackets(whole))))


def _without_brackets(text: str) -> str:
    return re.sub(r"[()\[\]【】〔〕{}]", "", text)


_ONE_WORD = re.compile(r"[0-9A-Za-z一-龥]+(?<![元米顷亩])")
"""A header that has no parts, and no unit behind its name."""


_FOOTNOTE = re.compile(r"[\u2460-\u2473]+\s*$")
"""Circled figures behind a name."""


_NUMBERS = re.compile(r"[-0-9\s.:,/+]*")


@lru_cache(maxsize=65536)
def read_header(header: str) -> _Reading:
    """Take a header apart into names, best first, and the unit it declares."""
    if _NUMBERS.fullmatch(header):
        return _Reading((), None)  # a cell of a record: no column is called so
    if _ONE_WORD.fullmatch(header):
        name = header.lower()
        return _Reading(() if _is_unit(name) else (name,), None)
    text = re.sub(r"^[*★☆]+|[*★☆:]+$", "", fold(_FOOTNOTE.sub("", header))).lower()
    outer = re.sub(r"\s*[(\[【〔{][^)\]】〕}]*[)\]】〕}]\s*", " ", text).strip()
    inner = re.findall(r"[(\[【〔{]([^)\]】〕}]*)[)\]】〕}]", text)
    unit = next((i for i in inner if _is_unit(i)), None)
    bare, unit = (outer, unit) if unit else _unit_behind(outer)
    parts = _parts(f"{bare} {' '.join(inner)}")
    names = [text, _without_brackets(text), bare, outer, *inner, *parts]
    flat = [squeeze(name) for name in names if not _is_unit(name)]
    named = tuple(dict.fromkeys(name for name in flat if name))
    return _Reading(named, _clean(unit) if unit else None)


def declared_unit(header: str) -> str | None:
    """Return the unit that a header declares, as in «面积(亩)»."""
    return read_header(header).unit


def _parts(text: str) -> list[str]:
    """Split at spaces and strokes; at underscores only beside Chinese."""
    cut = r"[\s/|\\]+" if text.isascii() else r"[\s/|\\_]+"
    return [part for part in re.split(cut, text) if part]


def _clean(unit: str) -> str:
    found = find_unit(unit)
    return unit if found is None else found.name


def _unit_behind(text: str) -> tuple[str, str | None]:
    """Split «金额/万元», «面积_亩», «成交价:万元», «成交价万元» into name and unit."""
    match = re.fullmatch(r"(.+?)\s*[/_:,\s]\s*(\S+)", text)
    if match and _is_unit(match[2]):
        return match[1], match[2]
    match = re.fullmatch(r"(.{2,}?)((?:[百千万亿]+元|平方米|公顷|[亩‰%]))", text)
    return (match[1], match[2]) if match else (text, None)


def _is_unit(text: str) -> bool:
    """Tell a unit; a bare figure, as in «成交价[1]», is the number of a footnote."""
    word = text.strip()
    return bool(word) and not word.isdecimal() and find_unit(word) is not None


def _cut_name(header: str, names: Mapping[str, object], cut: int) -> str | None:
    """Return the one name that begins with a header of the length of a cut name."""
    short = squeeze(header)
    lengths = {len(short.encode()), len(short.encode("gb18030"))}
    if not lengths & {cut, cut - 1} or short in names:
        return None
    longer = [n for n in names if n.startswith(short)]
    return longer[0] if len(longer) == 1 else None


def _score(headers: Sequence[str], dataset: Dataset, found: set[str]) -> float:
    used = len(found) / max(1, sum(bool(squeeze(h)) for h in headers))
    covered = len(found) / len(dataset.fields)
    if not dataset.key:  # having no key is no sign against a data set
        return round(0.5 * used + 0.5 * covered, 4)
    key = sum(k in found for k in dataset.key) / len(dataset.key)
    return round(0.4 * used + 0.4 * covered + 0.2 * key, 4)
