"""The layers inside a vector file, and which of them hold the wanted data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError, near_names
from pil_discovery.text.characters import squeeze
from pil_discovery.text.headers import HeaderMatch, match_headers
from pil_discovery.text.recognition import UnrecognisedError, dataset_choice
from pil_discovery.types import Candidate, Inference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.types import Dataset

LEAST_SCORE = 0.4
"""Below it the columns of a layer say nothing about its data set."""
TIE = 0.05
"""Data sets whose scores differ by less cannot be told apart by their columns."""
CUT_BYTES = 10
"""A shapefile keeps ten bytes of a column name."""


@dataclass(frozen=True)
class Sheet:
    """A layer of a file, matched with a data set (None: of no known data set)."""

    name: str
    dataset: Dataset | None
    mapping: dict[int, str]
    units: dict[str, str]
    notes: tuple[Inference, ...]


@dataclass(frozen=True)
class Layers:
    """The columns of every layer that may be read, and what is said of them."""

    file: str
    headers: Mapping[str, Sequence[str]]
    columns: Mapping[str, str]
    cut_bytes: int = 0

    def match(self, layer: str, dataset: Dataset) -> HeaderMatch:
        """Match one layer; its own geometry stands for the geometry column.

        Raises
        ------
        ReadError
            An override names no column of the data set.
        """
        headers = self.headers[layer]
        mine = {h: c for h, c in self.columns.items() if h in headers}
        try:
            return match_headers(
                [*headers, "geometry"], dataset, mine, cut_bytes=self.cut_bytes
            )
        except ReadError as error:
            raise ReadError(
                Problem(self.file, p.where, p.what, p.remedy) for p in error.problems
            ) from None


def choose_sheets(
    layers: Layers, datasets: Mapping[str, Dataset], wanted: str | None
) -> tuple[list[Sheet], list[Inference]]:
    """Choose the layers to read together.

    Parameters
    ----------
    layers
        Name → columns.
    datasets
        Known data sets.
    wanted
        Id of the data set; None recognises it from the columns. A single layer that is
        recognised as none is read as it is.

    Returns
    -------
    sheets, notes
        At least one sheet; the layers left unread are notes.

    Raises
    ------
    ReadError
        Unknown data set or column, or several candidates, listed.
    """
    dataset = _dataset(layers, datasets, wanted)
    if dataset is None:
        (name,) = layers.headers
        return [_unknown(name)], []
    _check_columns(layers)
    mine = [n for n in layers.headers if _belongs(layers, n, (dataset, datasets))]
    if len(layers.headers) == 1:
        mine = list(layers.headers)
    if not mine:
        what = f"没有一个图层的列像《{dataset.title.zh}》：{'、'.join(layers.headers)}"
        remedy = "在 pil.yaml 的该图层写明 layer 和 columns"
        raise ReadError(Problem(layers.file, "", what, remedy))
    notes = [
        Inference(what="未读取的图层", value=n, why=f"列不像《{dataset.title.zh}》")
        for n in layers.headers
        if n not in mine
    ]
    return [_sheet(layers, name, dataset) for name in mine], notes


def _dataset(
    layers: Layers, datasets: Mapping[str, Dataset], wanted: str | None
) -> Dataset | None:
    if wanted is not None:
        if wanted in datasets:
            return datasets[wanted]
        what = f"没有数据集“{wanted}”"
        remedy = near_names(wanted, datasets) or "核对 dataset 的写法"
        raise ReadError(Problem(layers.file, "dataset", what, remedy))
    best = {n: _candidates(layers, n, datasets) for n in layers.headers}
    found = sorted({names[0] for names in best.values() if len(names) == 1})
    doubtful = any(len(names) > 1 for names in best.values())
    if len(found) == 1 and not doubtful:
        return datasets[found[0]]
    if not found and not doubtful and len(best) == 1:
        return None
    raise _several(best, datasets, layers)


def _several(
    best: Mapping[str, Sequence[str]], datasets: Mapping[str, Dataset], layers: Layers
) -> UnrecognisedError:
    titles = {n: f"{n}（{d.title.zh}）" for n, d in datasets.items()}
    words = "；".join(
        f"图层 {layer}：{'、'.join(titles[n] for n in names[:6]) or '认不出'}"
        for layer, names in best.items()
    )
    what = f"不能确定是哪个数据集（{words}）"
    problem = Problem(layers.file, "", what, "用 dataset 指明数据集，用 layer 指明图层")
    alone = len(best) == 1
    told = [
        (layer, _candidate(layers, layer, datasets[name]))
        for layer, names in best.items()
        for name in names
    ]
    choices = [dataset_choice(c, "" if alone else layer) for layer, c in told]
    return UnrecognisedError(problem, [c for _, c in told], choices)


def _candidate(layers: Layers, layer: str, dataset: Dataset) -> Candidate:
    match = _free_match(layers, layer, dataset)
    words = "、".join(dataset.words(n) for n in match.mapping.values())
    why = f"相符 {len(match.mapping)}/{len(dataset.fields)} 列：{words}"
    return Candidate(
        dataset=dataset.id,
        title=dataset.title.zh,
        score=match.score,
        reasons=(why,),
    )


def _candidates(
    layers: Layers, layer: str, datasets: Mapping[str, Dataset]
) -> list[str]:
    """Ids of the data sets that fit best, more than one where they tie."""
    end = len(layers.headers[layer])
    scores = {}
    for name, dataset in datasets.items():
        if dataset.has_geometry:
            match = _free_match(layers, layer, dataset)
            if any(at < end for at in match.mapping):
                scores[name] = match.score
    top = max(scores.values(), default=0.0)
    near = [n for n, s in scores.items() if top >= LEAST_SCORE and s > top - TIE]
    named = [n for n in near if _is_named_after(layers, layer, datasets[n])]
    return sorted(named if len(named) == 1 else near, key=lambda n: (-scores[n], n))


def _is_named_after(layers: Layers, layer: str, dataset: Dataset) -> bool:
    """Tell whether a title stands in the name of a layer or of its file."""
    hint = squeeze(f"{layers.file.rpartition('/')[2]} {layer}")
    titles = (dataset.title.zh, *dataset.aliases)
    return any(title and squeeze(title) in hint for title in titles)


def _free_match(layers: Layers, layer: str, dataset: Dataset) -> HeaderMatch:
    """Match without the overrides: those are written for one data set."""
    headers = [*layers.headers[layer], "geometry"]
    return match_headers(headers, dataset, cut_bytes=layers.cut_bytes)


def _belongs(
    layers: Layers, layer: str, sets: tuple[Dataset, Mapping[str, Dataset]]
) -> bool:
    dataset, datasets = sets
    if any(h in layers.headers[layer] for h in layers.columns):
        return True
    known = {**datasets, dataset.id: dataset}
    return dataset.id in _candidates(layers, layer, known)


def _check_columns(layers: Layers) -> None:
    """Refuse overrides of columns that no layer has."""
    known = list(dict.fromkeys(h for hs in layers.headers.values() for h in hs))
    problems = [
        Problem(
            layers.file,
            "columns",
            f"图层里没有列“{header}”",
            near_names(header, known) or f"可用：{'、'.join(known)}",
        )
        for header in layers.columns
        if header not in known
    ]
    if problems:
        raise ReadError(problems)


def _sheet(layers: Layers, name: str, dataset: Dataset) -> Sheet:
    match = layers.match(name, dataset)
    end = len(layers.headers[name])
    mapping = {a: n for a, n in match.mapping.items() if a < end and n != "geometry"}
    return Sheet(name, dataset, mapping, dict(match.units), tuple(_notes(match)))


def _notes(match: HeaderMatch) -> list[Inference]:
    notes = []
    unused = [h for h in match.unmatched if h != "geometry"]
    if unused:
        why = "数据集里没有对应的列"
        notes.append(Inference(what="未使用的列", value="、".join(unused), why=why))
    if match.duplicates:
        why = "同一含义的列出现多次，采用第一个相符的"
        words = "、".join(match.duplicates)
        notes.append(Inference(what="重复的列未使用", value=words, why=why))
    return notes


def _unknown(name: str) -> Sheet:
    note = Inference(
        what=f"图层 {name}",
        value="不属于任何已知数据集",
        why="列名不足以认定；原样保留各列",
    )
    return Sheet(name, None, {}, {}, (note,))
