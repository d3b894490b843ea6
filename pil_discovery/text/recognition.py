"""What headers and values say of a file and its columns: recognised, or asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pil_discovery.errors import ReadError
from pil_discovery.text.characters import is_placeholder, squeeze
from pil_discovery.text.headers import HeaderMatch, read_header
from pil_discovery.text.likeness import LONGEST_NAME, NEAR, alike, names_of, stands_in
from pil_discovery.text.readings import Reading, reader_of
from pil_discovery.text.rules import rules_of
from pil_discovery.types.sources import Candidate, Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.errors import Problem
    from pil_discovery.types.datasets import Dataset, Field
    from pil_discovery.types.sources import Source

SAMPLE = 50
"""So many filled cells of a column are looked at."""
TIE = 0.05
"""Data sets whose scores differ by less cannot be told apart."""
_MISFIT = 0.2
_TELLING = 0.03
FITS = 0.8
SHORT_YEAR = "年份只有两位"
"""What the reader of dates says of such a cell."""
MOST_HEADERS = 100
"""Likeness is looked for in so many headers."""
TYPES = {
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
    "registration": "注册号",
}
"""Codes with a check digit, which tell columns apart."""


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
    filled = [c for c in cells[: 20 * SAMPLE] if not is_empty(c)][:SAMPLE]
    if not words or not filled:
        return _ANY_TEXT
    rules = rules_of(dataset, field, unit=None, century=None)
    read = [_is_read(r) for r in reader_of(field.type)(filled, rules)]
    telling = field.code in _CODES or bool(field.values)
    return Fit(sum(read) / len(read), telling=telling, words=words)


def is_empty(cell: object) -> bool:
    """Return whether a cell says nothing."""
    return cell is None or (isinstance(cell, str) and is_placeholder(cell))


def _tested(field: Field) -> str:
    if field.code in _CODES:
        return f"校验位正确的{_CODES[field.code]}"
    if field.type == "enum":
        return f"取值表“{'、'.join(field.values[:4])}”之内" if field.values else ""
    return TYPES.get(field.type, "")


def _is_read(reading: Reading) -> bool:
    """Count a unit to be asked and a year of two digits as a number and a date."""
    return reading.reason_class in {None, "unit"} or SHORT_YEAR in reading.reason


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
    telling = sum(fit.telling and fit.share >= FITS for _, fit in tested)
    score = candidate.score - _MISFIT * misfit + _TELLING * min(telling, 3)
    reasons = (*candidate.reasons, *_value_reasons(dataset, tested))
    return candidate.model_copy(update={"score": round(score, 4), "reasons": reasons})


def _value_reasons(dataset: Dataset, tested: Sequence[tuple[str, Fit]]) -> list[str]:
    good = [_named(dataset, n, f) for n, f in tested if f.share >= FITS]
    bad = [_named(dataset, n, f) for n, f in tested if f.share < FITS]
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


def guess_datasets(
    headers: Sequence[str], datasets: Mapping[str, Dataset]
) -> list[Candidate]:
    """Rank the data sets that headers are near to, for files recognised as none.

    Returns
    -------
    candidates
        At most three, best first; `score` is the share of headers that are near.
    """
    named = [h for h in headers[:MOST_HEADERS] if squeeze(h)]
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
        for field, aliases in names_of(dataset).items():
            for alias in aliases:
                found.setdefault(alias, []).append((dataset.id, field))
    return found


def _nearest(header: str, meanings: _Meanings) -> dict[str, str]:
    """Return data set → its field that a header is nearest to, where one is near."""
    best: dict[str, tuple[float, str]] = {}
    names = [n for n in read_header(header).names if 1 < len(n) <= LONGEST_NAME]
    for name in names:
        for alias, likeness in _alike_ones(name, meanings).items():
            for dataset, field in meanings[alias]:
                best[dataset] = max(best.get(dataset, (0.0, "")), (likeness, field))
    return {dataset: field for dataset, (_, field) in best.items()}


def _alike_ones(name: str, meanings: _Meanings) -> dict[str, float]:
    """Return the names near to one name; compared in bulk, for there are thousands."""
    scorer = Levenshtein.normalized_similarity
    near = process.extract(
        name, list(meanings), scorer=scorer, score_cutoff=NEAR, limit=None
    )
    inside = [a for a in meanings if stands_in(name, a)]
    return {a: alike(name, a) for a in [*(alias for alias, _, _ in near), *inside]}


def _guess(dataset: Dataset, score: float, why: str) -> Candidate:
    return Candidate(
        dataset=dataset.id, title=dataset.title.zh, score=score, reasons=(why,)
    )
