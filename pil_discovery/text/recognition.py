"""What headers and values say of a file and its columns: recognised, or asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pil_discovery.errors import ReadError
from pil_discovery.text.characters import is_placeholder, squeeze
from pil_discovery.text.headers import HeaderMatch, field_names, read_header
from pil_discovery.text.readings import Reading, reader_of
from pil_discovery.text.rules import rules_of
from pil_discovery.types.sources import Candidate, Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.errors import Problem
    from pil_discovery.text.cells import TypedFrame
    from pil_discovery.types.datasets import Dataset, Field
    from pil_discovery.types.sources import Source

SAMPLE = 50
"""So many filled cells of a column are looked at."""
TIE = 0.05
"""Data sets whose scores differ by less cannot be told apart."""
_MISFIT = 0.2
_TELLING = 0.03
_FITS = 0.8
_SHORT_YEAR = "年份只有两位"
_NEAR = 0.6
_MOST_HEADERS, _LONGEST_NAME = 100, 40
"""Likeness is looked for in so many headers, none longer than this."""
_TYPES = {
    "number": "数",
    "integer": "整数",
    "date": "日期",
    "datetime": "时间",
    "boolean": "是或否",
}
_CODES = {
    "uscc": "统一社会信用代码",
    "org": "组织机构代码",
    "resident_id": "居民身份号码",
    "division": "行政区划代码",
}


class UnrecognisedError(ReadError):
    """A file that is no data set, or may be several, with what could be answered.

    `source` is the file itself, where the reader has it at hand.
    """

    def __init__(
        self,
        problem: Problem,
        candidates: Sequence[Candidate] = (),
        suggestions: Sequence[Suggestion] = (),
    ) -> None:
        super().__init__(problem)
        self.candidates = tuple(candidates)
        self.suggestions = tuple(suggestions)
        self.source: Source | None = None


@dataclass(frozen=True)
class Fit:
    """How the filled cells of a column fit a field.

    Attributes
    ----------
    share
        Of the cells that can be read as the field; 1.0 where any text would do.
    telling
        Such cells are rarely something else: codes with check digits, listed values.
    words
        What was tested, in Chinese; empty where any text would do.
    """

    share: float
    telling: bool
    words: str


_ANY_TEXT = Fit(1.0, telling=False, words="")


def fit_of(cells: Sequence[object], field: Field, dataset: Dataset) -> Fit:
    """Test the first filled cells of a column against a field."""
    words = _tested(field)
    filled = [c for c in cells[: 20 * SAMPLE] if not _is_empty(c)][:SAMPLE]
    if not words or not filled:
        return _ANY_TEXT
    rules = rules_of(dataset, field, unit=None, century=None)
    read = [_is_read(r) for r in reader_of(field.type)(filled, rules)]
    telling = field.code is not None or bool(field.values)
    return Fit(sum(read) / len(read), telling=telling, words=words)


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and is_placeholder(cell))


def _tested(field: Field) -> str:
    if field.code is not None:
        return f"校验位正确的{_CODES[field.code]}"
    if field.type == "enum":
        return f"取值表“{'、'.join(field.values[:4])}”之内" if field.values else ""
    return _TYPES.get(field.type, "")


def _is_read(reading: object) -> bool:
    """Count a unit to be asked and a year of two digits as a number and a date."""
    if not isinstance(reading, Reading):
        return True
    return reading.reason_class in {None, "unit"} or _SHORT_YEAR in reading.reason


def weigh_values(
    candidate: Candidate,
    match: HeaderMatch,
    columns: Mapping[int, Sequence[object]],
    dataset: Dataset,
) -> Candidate:
    """Raise or lower the score of a candidate by what its columns hold.

    Parameters
    ----------
    match
        Headers matched with the data set.
    columns
        Position of the header → cells.
    """
    fits = []
    for position, name in match.mapping.items():
        field = dataset.field(name)
        if field is not None and position in columns:
            fits.append((name, fit_of(columns[position], field, dataset)))
    tested = [(name, fit) for name, fit in fits if fit.words]
    if not tested:
        return candidate
    misfit = 1 - sum(fit.share for _, fit in tested) / len(tested)
    telling = sum(fit.telling and fit.share >= _FITS for _, fit in tested)
    score = candidate.score - _MISFIT * misfit + _TELLING * min(telling, 3)
    reasons = (*candidate.reasons, *_value_reasons(dataset, tested))
    return candidate.model_copy(update={"score": round(score, 4), "reasons": reasons})


def _value_reasons(dataset: Dataset, tested: Sequence[tuple[str, Fit]]) -> list[str]:
    good = [_named(dataset, n, f) for n, f in tested if f.share >= _FITS]
    bad = [_named(dataset, n, f) for n, f in tested if f.share < _FITS]
    reasons = [f"{len(good)} 列取值相符：{'、'.join(good)}"] if good else []
    return reasons + ([f"{len(bad)} 列取值不符：{'、'.join(bad)}"] if bad else [])


def _named(dataset: Dataset, name: str, fit: Fit) -> str:
    return f"{dataset.words(name)} {fit.share:.0%} 是{fit.words}"


def close_ones(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return the best candidate and those that cannot be told apart from it."""
    if not ranked:
        return []
    return [c for c in ranked if c.score > ranked[0].score - TIE]


def candidate_words(candidate: Candidate) -> str:
    """Return one candidate with its reasons in one sentence."""
    reasons = "，".join(candidate.reasons)
    return f"{candidate.dataset}（{candidate.title}，{candidate.score:.2f}，{reasons}）"


def dataset_choice(candidate: Candidate, part: str = "") -> Suggestion:
    """Return the question whether a file, or a part of it, is that data set.

    Parameters
    ----------
    part
        Sheet or layer; empty for the whole file.
    """
    reasons = "；".join(candidate.reasons)
    why = f"{candidate.title}，得分 {candidate.score:.2f}：{reasons}"
    return Suggestion(
        key="dataset", name=part, value=candidate.dataset, why=why, asks=True
    )


# ---- headers that are near, but not equal ----


def suggest_columns(
    headers: Sequence[str],
    columns: Mapping[int, Sequence[object]],
    dataset: Dataset,
    taken: Mapping[int, str],
) -> list[Suggestion]:
    """Say what the unused columns of a file could be; nothing of it is applied.

    Parameters
    ----------
    headers
        As in the file.
    columns
        Position of the header → cells.
    taken
        Position → canonical name of the columns in use.

    Returns
    -------
    suggestions
        In file order; one for each header that is near a free name of the data set, or
        whose values are codes or listed values that only a free column would hold.
    """
    free = [f for f in dataset.fields if f.name not in taken.values()]
    found = []
    for position, header in enumerate(headers[:_MOST_HEADERS]):
        if position in taken or not squeeze(header) or position not in columns:
            continue
        likely = _likely(header, columns[position], free, dataset)
        if likely:
            found.append(_suggestion(header, likely))
    return found


_Likely = tuple[float, "Field", str]


def _likely(
    header: str, cells: Sequence[object], free: Sequence[Field], dataset: Dataset
) -> list[_Likely]:
    """Return the best fields for one header, more than one where they tie."""
    if all(_is_empty(c) for c in cells[: 20 * SAMPLE]):
        return []
    scored: list[_Likely] = []
    names = _aliases(dataset)
    for field in free:
        likeness, alias = _likeness(header, names[field.name])
        fit = fit_of(cells, field, dataset)
        only = _is_only(field, free) and _shares_a_word(header, alias)
        near = likeness >= _NEAR or only
        if fit.share >= _FITS and (near or fit.telling):
            why = f"列名与“{alias}”相近" if near else "列名未知"
            why += f"，取值 {fit.share:.0%} 是{fit.words}" if fit.words else ""
            why += f"，{_TYPES[field.type]}列只空着这一个" if only else ""
            scored.append((max(likeness, 0.5), field, why))
    best = max((s for s, _, _ in scored), default=0.0)
    return [entry for entry in scored if entry[0] > best - TIE]


def _is_only(field: Field, free: Sequence[Field]) -> bool:
    """Return whether a number, date or the like is the only free one of its type."""
    return field.type in _TYPES and sum(f.type == field.type for f in free) == 1


def _shares_a_word(header: str, alias: str) -> bool:
    """Return whether two characters stand side by side in both names."""
    name = squeeze(header)
    return any(name[i : i + 2] in alias for i in range(len(name) - 1))


def _suggestion(header: str, likely: Sequence[_Likely]) -> Suggestion:
    names = " 或 ".join(field.name for _, field, _ in likely[:3])
    why = "；".join(f"{field.words}：{why}" for _, field, why in likely[:3])
    return Suggestion(key="columns", name=header, value=names, why=why)


@lru_cache(maxsize=512)
def _aliases(dataset: Dataset) -> dict[str, tuple[str, ...]]:
    """Return the normalised names of every field."""
    found: dict[str, list[str]] = {field.name: [] for field in dataset.fields}
    for name, fields in field_names(dataset).items():
        for field, _ in fields:
            found[field].append(name)
    return {field: tuple(names) for field, names in found.items()}


def _likeness(header: str, aliases: Sequence[str]) -> tuple[float, str]:
    """Return the likeness of a header to the nearest of some names, and that name."""
    pairs = [
        (_alike(name, alias), alias)
        for name in read_header(header).names
        for alias in aliases
        if 1 < len(name) <= _LONGEST_NAME
    ]
    return max(pairs, default=(0.0, ""))


def _alike(name: str, alias: str) -> float:
    """Likeness of two names; one that stands whole in the other is near as well."""
    inside = 0.7 if _stands_in(name, alias) else 0.0
    return max(inside, Levenshtein.normalized_similarity(name, alias))


def _stands_in(name: str, alias: str) -> bool:
    short, long = (name, alias) if len(name) < len(alias) else (alias, name)
    return len(short) >= 3 and short in long


def guess_datasets(
    headers: Sequence[str], datasets: Mapping[str, Dataset]
) -> list[Candidate]:
    """Rank the data sets that headers are near to, for files recognised as none.

    Returns
    -------
    candidates
        At most three, best first; `score` is the share of headers that are near.
    """
    named = [h for h in headers[:_MOST_HEADERS] if squeeze(h)]
    meanings = _meanings(datasets)
    near: dict[str, list[str]] = {}
    for header in named:
        for dataset, field in _nearest(header, meanings).items():
            words = datasets[dataset].words(field)
            near.setdefault(dataset, []).append(f"{header} 像 {words}")
    guesses = [
        _guess(
            datasets[dataset],
            round(len(told) / len(named), 4),
            f"{len(told)}/{len(named)} 列相近：{'、'.join(told[:6])}",
        )
        for dataset, told in near.items()
    ]
    return sorted(guesses, key=lambda c: (-c.score, c.dataset))[:3]


_Meanings = dict[str, list[tuple[str, str]]]
"""Normalised name → (data set, field) for all data sets together."""


def _meanings(datasets: Mapping[str, Dataset]) -> _Meanings:
    found: _Meanings = {}
    for dataset in datasets.values():
        for field, aliases in _aliases(dataset).items():
            for alias in aliases:
                found.setdefault(alias, []).append((dataset.id, field))
    return found


def _nearest(header: str, meanings: _Meanings) -> dict[str, str]:
    """Return data set → its field that a header is nearest to, where one is near."""
    best: dict[str, tuple[float, str]] = {}
    names = [n for n in read_header(header).names if 1 < len(n) <= _LONGEST_NAME]
    for name in names:
        for alias, likeness in _alike_ones(name, meanings).items():
            for dataset, field in meanings[alias]:
                best[dataset] = max(best.get(dataset, (0.0, "")), (likeness, field))
    return {dataset: field for dataset, (_, field) in best.items()}


def _alike_ones(name: str, meanings: _Meanings) -> dict[str, float]:
    """Return the names near to one name; compared in bulk, for there are thousands."""
    scorer = Levenshtein.normalized_similarity
    near = process.extract(
        name, list(meanings), scorer=scorer, score_cutoff=_NEAR, limit=None
    )
    inside = [a for a in meanings if _stands_in(name, a)]
    return {a: _alike(name, a) for a in [*(alias for alias, _, _ in near), *inside]}


def _guess(dataset: Dataset, score: float, why: str) -> Candidate:
    return Candidate(
        dataset=dataset.id, title=dataset.title.zh, score=score, reasons=(why,)
    )


def column_skeleton(
    headers: Sequence[str], near: Sequence[Suggestion]
) -> list[Suggestion]:
    """Return one line for every header of an unknown file: its column, or `?`."""
    known = {s.name: s for s in near}
    return [
        known.get(h)
        or Suggestion(key="columns", name=h, value="?", why="没有相近的列名，请填写")
        for h in dict.fromkeys(headers[:_MOST_HEADERS])
        if squeeze(h)
    ]


def with_column_advice(
    typed: TypedFrame,
    headers: Sequence[str],
    columns: Sequence[Sequence[object]],
    meaning: tuple[Dataset, Mapping[int, str]],
) -> TypedFrame:
    """Add what unused columns and years of two digits could mean.

    Parameters
    ----------
    headers, columns
        As in the file, position by position.
    meaning
        The data set, and position → canonical name of the columns in use.
    """
    dataset, taken = meaning
    cells = dict(enumerate(columns))
    advice = suggest_columns(headers, cells, dataset, taken)
    advice += suggest_centuries(typed, dataset)
    return replace(typed, suggestions=(*typed.suggestions, *advice))


def suggest_centuries(typed: TypedFrame, dataset: Dataset) -> list[Suggestion]:
    """Ask for the century of columns whose years have two digits."""
    counts: dict[str, int] = {}
    for problem in typed.problems:
        if problem.reason_class == "date" and _SHORT_YEAR in problem.reason:
            counts[problem.column] = counts.get(problem.column, 0) + 1
    return [
        Suggestion(
            key="century",
            name=name,
            value="2000 或 1900",
            why=f"{dataset.words(name)} 有 {count} 格的年份只有两位",
            asks=True,
        )
        for name, count in counts.items()
    ]
