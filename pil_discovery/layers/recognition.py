"""Which data set a layer is: told by its columns, their values and its shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from pil_discovery.layers.features import KINDS, WANTED
from pil_discovery.text.characters import squeeze
from pil_discovery.text.headers import (
    HeaderMatch,
    field_names,
    match_headers,
    read_header,
)
from pil_discovery.text.recognition import SAMPLE, TIE, close_ones, weigh_values
from pil_discovery.types import Candidate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pil_discovery.layers.contents import Contents
    from pil_discovery.types import Dataset

MOST_SAMPLED = 4 * SAMPLE
"""So many features of a layer are looked at, the first ones."""
LEAST_SCORE = 0.4
"""Below it nothing is said of the data set of a layer."""
_POSSIBLE = 0.3
"""From it on, values that tell a data set may raise the columns to `LEAST_SCORE`."""
_WEIGHED = 8
"""So many of the best data sets by their columns are also judged by values."""
_WRONG_KIND = 0.2
"""What points lose where the data set holds areas, and the other way round."""
_COMMON_NAME = 0.2
"""What a data set loses of which only a name is there that keys of others bear too."""
_DOUBT = 0.15
"""What the best data set may lose before it has to be asked."""


@dataclass(frozen=True)
class Described:
    """One layer as far as recognition looks at it.

    Attributes
    ----------
    hint
        Names of the file and the layer.
    headers
        Of its columns, without the geometry.
    cut_bytes
        Length at which the format cuts names; 0 = never.
    sample
        Returns its first features; called only where the columns leave a choice.
    """

    hint: str
    headers: Sequence[str]
    cut_bytes: int
    sample: Callable[[], Contents]


@dataclass(frozen=True)
class Recognition:
    """What a layer may be.

    Attributes
    ----------
    ranked
        Data sets by columns, values and shapes, best first.
    close
        The best ones that cannot be told apart; empty where no data set fits.
    doubted
        Whether so much speaks against the best that it has to be asked.
    """

    ranked: tuple[Candidate, ...]
    close: tuple[Candidate, ...]
    doubted: bool


def recognise_layer(layer: Described, datasets: Mapping[str, Dataset]) -> Recognition:
    """Rank the data sets with a place that a layer may hold.

    The best eight by their columns are weighed by the values of the first features, by
    the kind of their shapes, and by how common a single column is. Among those that
    tie, one whose title stands in the name of the file or layer is taken.
    """
    by_columns = _by_columns(layer, datasets)
    sample = layer.sample() if by_columns else None
    weighed = [
        _weigh_name(
            _weighed(candidate, match, sample, datasets[candidate.dataset]),
            match,
            layer,
            datasets,
        )
        for candidate, match in by_columns[:_WEIGHED]
        if sample is not None
    ]
    before = {c.dataset: c.score for c, _ in by_columns}
    ranked = sorted(weighed, key=lambda c: (-c.score, c.dataset))
    fitting = [c for c in ranked if max(c.score, before[c.dataset]) >= LEAST_SCORE]
    close = _undecided(fitting, {c.dataset: m for c, m in by_columns}, datasets)
    named = [c for c in close if _is_named_after(layer, datasets[c.dataset])]
    if len(close) > 1 and len(named) == 1:
        close = [_with_reason(named[0], "文件名或图层名含数据集名称")]
        ranked = [*close, *(c for c in ranked if c.dataset != close[0].dataset)]
    doubted = any(before[c.dataset] - c.score > _DOUBT for c in close[:1])
    return Recognition(tuple(ranked), tuple(close), doubted)


def _undecided(
    fitting: Sequence[Candidate],
    matches: Mapping[str, HeaderMatch],
    datasets: Mapping[str, Dataset],
) -> list[Candidate]:
    """Return the best candidate and those that nothing in the layer tells from it.

    Of two data sets that the same columns fit, the one with fewer columns scores
    higher; that tells nothing of the layer, unless a key is missing.
    """
    close = close_ones(fitting)
    if not close:
        return []
    best = matches[close[0].dataset]
    lost = best.score - close[0].score
    for candidate in fitting[len(close) :]:
        match = matches[candidate.dataset]
        as_many = best.mapping.keys() <= match.mapping.keys()
        keyed = set(datasets[candidate.dataset].key) <= set(match.mapping.values())
        if as_many and keyed and match.score - candidate.score < lost + TIE:
            close.append(candidate)
    return close


def _by_columns(
    layer: Described, datasets: Mapping[str, Dataset]
) -> list[tuple[Candidate, HeaderMatch]]:
    found = []
    end = len(layer.headers)
    for dataset in datasets.values():
        if not dataset.has_geometry:
            continue
        # without the overrides: those are written for one data set
        headers = [*layer.headers, "geometry"]
        match = match_headers(headers, dataset, cut_bytes=layer.cut_bytes)
        if match.score >= _POSSIBLE and any(at < end for at in match.mapping):
            found.append((_candidate(dataset, match), match))
    return sorted(found, key=lambda pair: (-pair[0].score, pair[0].dataset))


def _candidate(dataset: Dataset, match: HeaderMatch) -> Candidate:
    words = "、".join(dataset.words(n) for n in match.mapping.values())
    why = f"相符 {len(match.mapping)}/{len(dataset.fields)} 列：{words}"
    return Candidate(
        dataset=dataset.id,
        title=dataset.title.zh,
        score=match.score,
        reasons=(why,),
    )


def _weighed(
    candidate: Candidate, match: HeaderMatch, sample: Contents, dataset: Dataset
) -> Candidate:
    cells = {at: column[:MOST_SAMPLED] for at, column in enumerate(sample.columns)}
    return _weigh_shapes(
        weigh_values(candidate, match, cells, dataset), sample, dataset
    )


def _weigh_shapes(
    candidate: Candidate, sample: Contents, dataset: Dataset
) -> Candidate:
    """Lower the score by the share of shapes that the data set cannot hold."""
    field = dataset.field("geometry")
    wanted = None if field is None else WANTED.get(field.geom or "")
    shapes = sample.geometries[:MOST_SAMPLED]
    kinds = shapely.get_dimensions(shapes[~shapely.is_missing(shapes)])
    if wanted is None or not len(kinds):
        return candidate
    share = float((kinds == wanted).mean())
    if share == 1.0:
        return _with_reason(candidate, f"图形都是{KINDS[wanted]}")
    score = round(candidate.score - _WRONG_KIND * (1 - share), 4)
    why = f"图形应为{KINDS[wanted]}，{1 - share:.0%} 不是"
    return _with_reason(candidate.model_copy(update={"score": score}), why)


def _weigh_name(
    candidate: Candidate,
    match: HeaderMatch,
    layer: Described,
    datasets: Mapping[str, Dataset],
) -> Candidate:
    """Lower the score of a data set that only a column like 名称 speaks for."""
    found = [layer.headers[at] for at in match.mapping if at < len(layer.headers)]
    named = _is_named_after(layer, datasets[candidate.dataset])
    if named or len(found) > 1 or not _is_common(found[0], datasets):
        return candidate
    score = round(candidate.score - _COMMON_NAME, 4)
    why = f"只有“{found[0]}”一列相符，别的数据集也有这样的列"
    return _with_reason(candidate.model_copy(update={"score": score}), why)


def _is_common(header: str, datasets: Mapping[str, Dataset]) -> bool:
    """Tell whether the keys of several data sets with a place are called so."""
    named = read_header(header).names
    keyed = [
        dataset.id
        for dataset in datasets.values()
        if dataset.has_geometry
        and any(
            field in dataset.key
            for name in named
            for field, _ in field_names(dataset).get(name, ())
        )
    ]
    return len(keyed) > 1


def _with_reason(candidate: Candidate, reason: str) -> Candidate:
    return candidate.model_copy(update={"reasons": (*candidate.reasons, reason)})


def _is_named_after(layer: Described, dataset: Dataset) -> bool:
    titles = (*dataset.title.zh.split("/"), *dataset.aliases)
    return any(title and squeeze(title) in squeeze(layer.hint) for title in titles)
