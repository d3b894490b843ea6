"""Which data set a file of rows is: told by its headers and values, or asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError, near_names
from pil_discovery.records.headings import (
    LEAST_SCORE,
    Heading,
    best_heading,
    possible_headings,
    recognise,
)
from pil_discovery.text.column_advice import column_skeleton, suggest_columns
from pil_discovery.text.headers import match_headers
from pil_discovery.text.recognition import (
    SAMPLE,
    UnrecognisedError,
    candidate_words,
    close_ones,
    dataset_choice,
    guess_datasets,
    weigh_values,
)
from pil_discovery.types.sources import Candidate, Source, Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.records.files import Blob
    from pil_discovery.records.grids import Cell, Grid
    from pil_discovery.types.datasets import Dataset

    Ranked = list[tuple[Candidate, Heading]]

_WEIGHED = 8
"""So many of the best data sets by their headers are also judged by their values."""


@dataclass(frozen=True)
class Recognised:
    """The data set of a file, and the candidates it was chosen from, best first."""

    dataset: Dataset
    candidates: tuple[Candidate, ...] = ()


def choose_dataset(
    grids: Sequence[Grid],
    datasets: Mapping[str, Dataset],
    *,
    blob: Blob,
    wanted: str | None,
) -> Recognised:
    """Return the wanted data set, or the one that headers and values clearly tell.

    Raises
    ------
    ReadError
        When there is no data set of that name.
    UnrecognisedError
        When none fits, several fit as well, or the sheets are of different ones.
    """
    if wanted is None:
        try:
            return _recognised(grids, datasets, blob)
        except UnrecognisedError as doubt:
            doubt.source = _source(blob)
            raise
    if wanted in datasets:
        return Recognised(datasets[wanted])
    what = f"没有数据集“{wanted}”"
    raise ReadError(Problem(blob.file, "dataset", what, near_names(wanted, datasets)))


def _source(blob: Blob) -> Source:
    size = blob.path.stat().st_size
    return Source(dataset=None, file=blob.file, sha256=blob.sha256, bytes=size)


def _recognised(
    grids: Sequence[Grid], datasets: Mapping[str, Dataset], blob: Blob
) -> Recognised:
    best: dict[str, list[str]] = {}
    found: list[Candidate] = []
    for grid in grids:
        ranked = rank_datasets(grid, datasets, f"{blob.path.stem} {grid.sheet or ''}")
        if ranked:
            _refuse_tie(ranked, blob.file, grid)
            best.setdefault(ranked[0].dataset, []).append(grid.sheet or "")
            found += ranked
    if len(best) == 1:
        return Recognised(datasets[next(iter(best))], tuple(found))
    if best:
        raise _several(best, found, blob.file)
    raise _none(grids, datasets, blob.file)


def rank_datasets(
    grid: Grid, datasets: Mapping[str, Dataset], hint: str = ""
) -> list[Candidate]:
    """Rank the data sets that a grid may hold, by its headers, then by its values.

    Parameters
    ----------
    hint
        Name of the file and sheet.

    Returns
    -------
    candidates
        Those whose headers match well enough, best first.
    """
    ranked: Ranked = []
    possible = possible_headings(grid)
    for name, dataset in datasets.items():
        heading = best_heading(possible, dataset, {})
        if heading is not None:
            found = recognise(heading.headers, {name: dataset}, hint=hint)
            ranked += [(c, heading) for c in found if c.score >= LEAST_SCORE]
    ranked.sort(key=lambda pair: (-pair[0].score, pair[0].dataset))
    weighed = [_weighed(c, h, grid, datasets[c.dataset]) for c, h in ranked[:_WEIGHED]]
    return sorted(weighed, key=lambda c: (-c.score, c.dataset))


def _weighed(
    candidate: Candidate, heading: Heading, grid: Grid, dataset: Dataset
) -> Candidate:
    match = match_headers(heading.headers, dataset, cut_bytes=0)
    return weigh_values(candidate, match, first_cells(grid, heading), dataset)


def first_cells(grid: Grid, heading: Heading) -> dict[int, list[Cell]]:
    """Return position → the first cells of each column below the header."""
    start = heading.last + 1
    rows = list(grid.rows[start : start + 4 * SAMPLE])
    return {
        position: [row[position] for row in rows if position < len(row)]
        for position in range(len(heading.headers))
    }


def _refuse_tie(ranked: Sequence[Candidate], file: str, grid: Grid) -> None:
    close = close_ones(ranked)
    if len(close) == 1:
        return
    words = "；".join(map(candidate_words, close[:6]))
    where = f"工作表 {grid.sheet}" if grid.sheet else ""
    problem = Problem(
        file, where, f"表头同时像几个数据集：{words}", "用 dataset 指明是哪一个"
    )
    raise UnrecognisedError(problem, close, [dataset_choice(c) for c in close])


def _several(
    best: Mapping[str, Sequence[str]], found: Sequence[Candidate], file: str
) -> UnrecognisedError:
    words = "；".join(f"{name}：{'、'.join(sheets)}" for name, sheets in best.items())
    what = f"各工作表属于不同的数据集（{words}）"
    problem = Problem(file, "", what, "用 dataset 和 sheet 指明要读的工作表")
    told = {c.dataset: c for c in reversed(found)}
    choices = [
        dataset_choice(told[n], sheet) for n, sheets in best.items() for sheet in sheets
    ]
    return UnrecognisedError(problem, [told[n] for n in best], choices)


def _none(
    grids: Sequence[Grid], datasets: Mapping[str, Dataset], file: str
) -> UnrecognisedError:
    """Say what the file is nearest to, and what is known of its columns."""
    what = "认不出是哪个数据集：没有足够的列名相符"
    remedy = "用 dataset 指明，并用 columns 对应列名"
    tried = [(g, heading) for g in grids for heading in _fullest(g)]
    if not tried:
        return UnrecognisedError(Problem(file, "", what, remedy))
    grid, heading = max(tried, key=lambda pair: len(set(pair[1].headers)))
    guesses = guess_datasets(heading.headers, datasets)
    near: list[Suggestion] = []
    if guesses:
        what += (
            f"；最接近的是 {'、'.join(f'{g.dataset}（{g.title}）' for g in guesses)}"
        )
        best = datasets[guesses[0].dataset]
        taken = match_headers(heading.headers, best, cut_bytes=0).mapping
        near = [_known(heading.headers[p], n, best) for p, n in taken.items()]
        near += suggest_columns(
            heading.headers, first_cells(grid, heading), best, taken
        )
    suggestions = [dataset_choice(g) for g in guesses]
    suggestions += column_skeleton(heading.headers, near)
    return UnrecognisedError(Problem(file, "", what, remedy), guesses, suggestions)


def _known(header: str, name: str, dataset: Dataset) -> Suggestion:
    why = f"列名就是 {dataset.words(name)}"
    return Suggestion(key="columns", name=header, value=name, why=why)


def _fullest(grid: Grid) -> list[Heading]:
    """Return the row that looks most like a header: the first with the most texts."""
    singles = [h for h in possible_headings(grid) if any(h.headers)]
    if not singles:
        return []
    return [max(singles, key=lambda h: (len({*h.headers} - {""}), -h.first))]
