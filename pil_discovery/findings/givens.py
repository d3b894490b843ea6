"""What the examples of a model give: its tables, typed once and linked once.

To type a table takes longer than to screen a handful of rows. So what all examples of
a model give for one data set is typed in one go, wherever every cell means the same as
it would alone; and a model that is changed elsewhere finds its tables as they were.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pil_discovery.errors import ModelError, Problem
from pil_discovery.findings.inputs import declared_columns
from pil_discovery.findings.name_links import (
    Identified,
    asked_roles,
    asks_for_subjects,
)
from pil_discovery.text.cells import TypedFrame, type_frame

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.findings.name_links import Linker
    from pil_discovery.types import Dataset, Example, Model

    Rows = Sequence[Mapping[str, Any]]

_TEXTS = ("text", "enum")


class Givens:
    """The tables of the examples of one model.

    Parameters
    ----------
    model
        The model; what matters here are the data that it declares.
    examples
        Examples whose tables are typed together.
    linker
        Links names, for models that ask for subjects.
    """

    def __init__(
        self,
        model: Model,
        examples: Sequence[Example],
        datasets: Mapping[str, Dataset],
        linker: Linker | None = None,
    ) -> None:
        self._model, self._datasets, self._linker = model, datasets, linker
        self._examples = tuple(examples)  # held, so that no other takes its id
        self._typed: dict[tuple[int, str], pd.DataFrame] | None = None
        self._told: dict[int, Identified] = {}

    def told_of(self, example: Example) -> Identified:
        """Return the tables of an example, with subjects where the model asks for them.

        Raises
        ------
        ModelError
            If the example gives data that the data sets do not know or cannot hold.
        """
        if id(example) in self._told:
            return self._told[id(example)]
        told = self._linked(self._frames(example))
        if any(example is one for one in self._examples):
            self._told[id(example)] = told
        return told

    def _linked(self, frames: Mapping[str, pd.DataFrame]) -> Identified:
        if not asks_for_subjects(self._model, self._datasets):
            return Identified(frames)
        if self._linker is None:
            what = "没有给出名称关联的方法，不能得到主体"
            raise ModelError(Problem(self._model.place, "data", what))
        return self._linker.identify(frames, self._datasets)

    def _frames(self, example: Example) -> dict[str, pd.DataFrame]:
        frames = {}
        for name, rows in example.given.items():
            if name not in self._datasets:
                raise self._wrong(example, f"没有数据集 {name}")
            frames[name] = self._frame(example, self._datasets[name], rows)
        return frames

    def _frame(self, example: Example, dataset: Dataset, rows: Rows) -> pd.DataFrame:
        names = self._names(dataset, rows)
        stray = [n for n in names if dataset.field(n) is None]
        if stray:
            raise self._wrong(example, f"{dataset.id} 没有列 {'、'.join(stray)}")
        if self._typed is None:
            self._typed = self._together()
        cells = self._typed.get((id(example), dataset.id))
        if cells is None:
            cells = self._alone(example, dataset, names, rows)
        plain = [n for n in names if n != "geometry"]
        extra = [n for n in cells.columns if dataset.field(n) is None]
        frame = cells[[*plain, *extra]].assign(
            _source=f"examples/{example.name}",
            _sheet=None,
            _row=range(1, len(rows) + 1),
        )
        if "geometry" not in names:
            return frame
        placed = _with_place(frame, example, [row.get("geometry") for row in rows])
        return placed.assign(
            _valid_from=_seconds(example.valid_from.get(dataset.id)),
            _valid_to=_seconds(example.valid_to.get(dataset.id)),
        )

    def _alone(
        self, example: Example, dataset: Dataset, names: Iterable[str], rows: Rows
    ) -> pd.DataFrame:
        typed = _typed(dataset, names, rows)
        if typed.problems:
            notes = "；".join(str(p.reason) for p in typed.problems)
            raise self._wrong(example, f"{dataset.id}：{notes}")
        return typed.frame

    def _together(self) -> dict[tuple[int, str], pd.DataFrame]:
        """Return (example, data set) → cells, of the data sets that can be typed so."""
        found: dict[tuple[int, str], pd.DataFrame] = {}
        for dataset in self._datasets.values():
            giving = [e for e in self._examples if dataset.id in e.given]
            rows = [row for e in giving for row in e.given[dataset.id]]
            names = self._names(dataset, rows)
            if len(giving) < 2 or any(dataset.field(n) is None for n in names):
                continue
            if not all(_of_one_kind(dataset, n, rows) for n in names):
                continue
            typed = _typed(dataset, names, rows)
            # what was concluded or refused may rest on the rows of another example
            if typed.problems or typed.inferences:
                continue
            at = 0
            for example in giving:
                end = at + len(example.given[dataset.id])
                part = typed.frame.iloc[at:end].reset_index(drop=True)
                found[id(example), dataset.id] = part
                at = end
        return found

    def _names(self, dataset: Dataset, rows: Rows) -> list[str]:
        """Return the columns that the model declares and those of the rows."""
        asked = declared_columns(self._model, dataset.id) or dataset.columns
        roles = asked_roles(self._model, dataset)
        parties = [dataset.parties[role].columns for role in roles]
        added = {field.name for field in dataset.identities}
        declared = [n for n in (*asked, *chain(*parties)) if n not in added]
        return list(dict.fromkeys([*declared, *(n for row in rows for n in row)]))

    def _wrong(self, example: Example, what: str) -> ModelError:
        return ModelError(Problem(self._model.place, f"examples.{example.name}", what))


def _of_one_kind(dataset: Dataset, name: str, rows: Rows) -> bool:
    """Tell whether a text column holds texts alone: 1 and 1.0 would count as one."""
    field = dataset.field(name)
    if field is None or field.type not in _TEXTS:
        return True
    return all(row.get(name) is None or type(row[name]) is str for row in rows)


def _typed(dataset: Dataset, names: Iterable[str], rows: Rows) -> TypedFrame:
    plain = [n for n in names if n != "geometry"]
    raw = pd.DataFrame({n: [row.get(n) for row in rows] for n in plain}, dtype=object)
    # examples are written in canonical units, whatever agencies usually export
    units = {f.name: f.unit for f in dataset.fields if f.unit and f.name in plain}
    return type_frame(raw, dataset, units=units)


def _seconds(day: dt.date | None) -> np.datetime64:
    return np.datetime64("NaT" if day is None else day, "s")


def _with_place(
    frame: pd.DataFrame, example: Example, texts: Sequence[str | None]
) -> pd.DataFrame:
    from pil_discovery.geo.crs import safe_transform

    shapes = gpd.GeoSeries(shapely.from_wkt(list(texts)), crs=example.crs)
    placed = safe_transform(shapes, example.crs, "EPSG:4490")
    sigma = np.nan if example.sigma_m is None else example.sigma_m
    return frame.assign(
        geometry=np.asarray(placed, dtype=object),
        _sigma_m=sigma,
    )
