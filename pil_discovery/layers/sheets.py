"""The layers inside a vector file, and which of them hold the wanted data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyogrio

from pil_discovery.errors import Problem, ReadError
from pil_discovery.text.headers import HeaderMatch, match_headers
from pil_discovery.types import Inference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pil_discovery.types import Dataset

_RECOGNISED = 0.3
_CLEARLY = 0.05


@dataclass(frozen=True)
class Sheet:
    """A layer of a file, matched with a data set."""

    name: str
    dataset: Dataset
    match: HeaderMatch

    @property
    def notes(self) -> list[Inference]:
        """What was not used of the layer's columns."""
        notes = []
        if self.match.unmatched:
            names = "、".join(self.match.unmatched)
            why = "数据集里没有对应的列"
            notes.append(Inference(what="未使用的列", value=names, why=why))
        if self.match.duplicates:
            names = "、".join(self.match.duplicates)
            why = "同一含义的列出现多次，采用第一个相符的"
            notes.append(Inference(what="重复的列未使用", value=names, why=why))
        return notes


def choose_sheets(  # noqa: PLR0913 -- what the workspace says of the file
    path: Path,
    file: str,
    datasets: Mapping[str, Dataset],
    *,
    wanted: str | None,
    layer: str | None,
    text: str | None,
    columns: Mapping[str, str] | None,
) -> list[Sheet]:
    """Return the layers to read, all of one data set.

    Raises
    ------
    ReadError
        If the file has no such layer, nothing fits, or several data sets fit.
    """
    names = _layer_names(path, file)
    if layer is not None and layer not in names:
        what = f"没有图层 {layer}，现有：{'、'.join(names)}"
        raise ReadError(Problem(file, "", what, "核对 pil.yaml 中的 layer"))
    chosen = [layer] if layer is not None else names
    headers = {n: _headers(path, file, n, text) for n in chosen}
    if wanted is not None:
        return _of_dataset(headers, datasets[wanted], columns, file)
    return _recognised(headers, datasets, file)


def _layer_names(path: Path, file: str) -> list[str]:
    try:
        rows = pyogrio.list_layers(path)
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        what = f"无法打开（{str(error).splitlines()[0]}）"
        raise ReadError(Problem(file, "", what, "请重新导出")) from error
    # a table without geometry (styles, for one) is no layer
    names = [str(name) for name, kind in rows if kind is not None]
    if not names:
        raise ReadError(Problem(file, "", "文件里没有图层", "请导出带图形的图层"))
    return names


def _headers(path: Path, file: str, layer: str, text: str | None) -> list[str]:
    try:
        info = pyogrio.read_info(path, layer=layer, encoding=text)
    except (pyogrio.errors.DataSourceError, UnicodeDecodeError, ValueError) as error:
        what = f"图层 {layer} 无法打开（{str(error).splitlines()[0]}）"
        raise ReadError(Problem(file, "", what, "请重新导出")) from error
    return [str(name) for name in info["fields"]]


def _of_dataset(
    headers: Mapping[str, Sequence[str]],
    dataset: Dataset,
    columns: Mapping[str, str] | None,
    file: str,
) -> list[Sheet]:
    sheets = [
        Sheet(name, dataset, match_headers(fields, dataset, _present(columns, fields)))
        for name, fields in headers.items()
    ]
    if len(sheets) == 1:
        return sheets
    fitting = [s for s in sheets if s.match.mapping]
    if not fitting:
        what = f"没有一个图层像《{dataset.title.zh}》：{'、'.join(headers)}"
        raise ReadError(Problem(file, "", what, "在 pil.yaml 写明 layer 和 columns"))
    best = max(s.match.score for s in fitting)
    return [s for s in fitting if s.match.score >= best - _CLEARLY]


def _present(
    columns: Mapping[str, str] | None, fields: Sequence[str]
) -> dict[str, str]:
    """Keep the overrides whose header this layer has; others belong to its siblings."""
    return {h: c for h, c in (columns or {}).items() if h in fields}


def _recognised(
    headers: Mapping[str, Sequence[str]], datasets: Mapping[str, Dataset], file: str
) -> list[Sheet]:
    places = [d for d in datasets.values() if d.has_geometry]
    best: list[Sheet] = []
    for name, fields in headers.items():
        ranked = sorted(
            (Sheet(name, d, match_headers(fields, d)) for d in places),
            key=lambda s: (-s.match.score, s.dataset.id),
        )
        if ranked and ranked[0].match.score >= _RECOGNISED:
            tied = [
                s for s in ranked if s.match.score >= ranked[0].match.score - _CLEARLY
            ]
            best += tied
    found = sorted({s.dataset.id for s in best})
    if len(found) == 1:
        return best
    if not found:
        fields = "、".join(f for names in headers.values() for f in names)
        what = f"认不出是哪个数据集，列名：{fields or '（无）'}"
    else:
        what = f"可能是多个数据集：{'、'.join(found)}"
    raise ReadError(Problem(file, "", what, "在 pil.yaml 写明 dataset 和 columns"))
