"""The layers inside a vector file, and which of them hold the wanted data set."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError, near_names
from pil_discovery.layers.recognition import Described, Recognition, recognise_layer
from pil_discovery.text.headers import HeaderMatch, match_headers
from pil_discovery.text.recognition import (
    UnrecognisedError,
    candidate_words,
    dataset_choice,
)
from pil_discovery.types import Candidate, Inference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pil_discovery.layers.contents import Contents
    from pil_discovery.types import Dataset

CUT_BYTES = 10
"""A shapefile keeps ten bytes of a column name."""


@dataclass(frozen=True)
class Sheet:
    """A layer of a file, matched with a data set (None: of no known data set).

    `mapping` is position of the column → canonical name, `doubles` the same of columns
    whose field another one is read for, unless the workspace settled that.
    """

    name: str
    dataset: Dataset | None
    mapping: dict[int, str]
    units: dict[str, str]
    notes: tuple[Inference, ...]
    doubles: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layers:
    """The columns of every layer that may be read, and what is said of them.

    Attributes
    ----------
    headers
        Name → columns.
    columns
        Header as in the file → canonical name, as the workspace says it.
    sample
        Returns the first features of a layer.
    cut_bytes
        Length at which the format cuts the names of columns; 0 = never.
    """

    file: str
    headers: Mapping[str, Sequence[str]]
    columns: Mapping[str, str]
    sample: Callable[[str], Contents]
    cut_bytes: int = 0

    def described(self, layer: str) -> Described:
        """Return one layer as recognition looks at it."""
        return Described(
            f"{self.file.rpartition('/')[2]} {layer}",
            self.headers[layer],
            self.cut_bytes,
            partial(self.sample, layer),
        )

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


@dataclass(frozen=True)
class Choice:
    """The layers to read together.

    Attributes
    ----------
    sheets
        At least one.
    notes
        The layers left unread.
    candidates
        Data sets that the layers were chosen from, best first; empty where it was told.
    """

    sheets: list[Sheet]
    notes: list[Inference]
    candidates: tuple[Candidate, ...] = ()


def choose_sheets(
    layers: Layers, datasets: Mapping[str, Dataset], wanted: str | None
) -> Choice:
    """Choose the layers to read together.

    Parameters
    ----------
    wanted
        Id of the data set; None recognises it from columns, values and shapes. A single
        layer that is recognised as none is read as it is.

    Raises
    ------
    ReadError
        Unknown data set or column.
    UnrecognisedError
        Several data sets fit as well, the layers are of different ones, or the values
        contradict the columns.
    """
    told = None if wanted is None else _named_dataset(layers, datasets, wanted)
    alone = len(layers.headers) == 1
    found = {} if told and alone else _recognitions(layers, datasets)
    dataset = told or _told_dataset(found, datasets, layers)
    if dataset is None:
        ((name, none),) = found.items()
        return Choice([_unknown(name)], [], none.ranked)
    _check_columns(layers)
    mine = [
        n
        for n, headers in layers.headers.items()
        if alone
        or any(h in headers for h in layers.columns)
        or dataset.id in [c.dataset for c in found[n].close]
    ]
    if not mine:
        what = f"没有一个图层的列像《{dataset.title.zh}》：{'、'.join(layers.headers)}"
        remedy = "在 pil.yaml 的该图层写明 layer 和 columns"
        raise ReadError(Problem(layers.file, "", what, remedy))
    notes = [
        Inference(what="未读取的图层", value=n, why=f"列不像《{dataset.title.zh}》")
        for n in layers.headers
        if n not in mine
    ]
    candidates = () if told else tuple(c for n in mine for c in found[n].ranked)
    return Choice([_sheet(layers, name, dataset) for name in mine], notes, candidates)


def _recognitions(
    layers: Layers, datasets: Mapping[str, Dataset]
) -> dict[str, Recognition]:
    return {
        name: recognise_layer(layers.described(name), datasets)
        for name in layers.headers
    }


def _named_dataset(
    layers: Layers, datasets: Mapping[str, Dataset], wanted: str
) -> Dataset:
    if wanted in datasets:
        return datasets[wanted]
    what = f"没有数据集“{wanted}”"
    remedy = near_names(wanted, datasets) or "核对 dataset 的写法"
    raise ReadError(Problem(layers.file, "dataset", what, remedy))


def _told_dataset(
    found: Mapping[str, Recognition], datasets: Mapping[str, Dataset], layers: Layers
) -> Dataset | None:
    """Return the one data set that the layers are; None for one layer that is none."""
    sure = {r.close[0].dataset for r in found.values() if len(r.close) == 1}
    doubtful = any(len(r.close) > 1 or r.doubted for r in found.values())
    if len(sure) == 1 and not doubtful:
        return datasets[sure.pop()]
    if not sure and not doubtful and len(found) == 1:
        return None
    raise _several(found, layers)


def _several(found: Mapping[str, Recognition], layers: Layers) -> UnrecognisedError:
    alone = len(found) == 1
    words = "；".join(
        f"图层 {layer}：{_names(told.close, in_full=alone) or '认不出'}"
        for layer, told in found.items()
    )
    what = f"不能确定是哪个数据集（{words}）"
    problem = Problem(layers.file, "", what, "用 dataset 指明数据集，用 layer 指明图层")
    told = [(layer, c) for layer, r in found.items() for c in r.close]
    choices = [dataset_choice(c, "" if alone else layer) for layer, c in told]
    return UnrecognisedError(problem, [c for _, c in told], choices)


def _names(close: Sequence[Candidate], *, in_full: bool) -> str:
    if in_full:
        return "；".join(map(candidate_words, close[:6]))
    return "、".join(f"{c.dataset}（{c.title}）" for c in close[:6])


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
    settled = {"geometry", *layers.columns.values()}
    doubles = {a: n for a, n in match.doubles.items() if a < end and n not in settled}
    notes = tuple(_notes(match))
    return Sheet(name, dataset, mapping, dict(match.units), notes, doubles)


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
