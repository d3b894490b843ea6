"""Quantities of a layer that its other columns or its shapes contradict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.geo.area import area_m2
from pil_discovery.layers.recognition import MOST_SAMPLED
from pil_discovery.text.doubles import Double, compare_doubles
from pil_discovery.text.headers import declared_unit
from pil_discovery.text.plausibility import judge_units
from pil_discovery.types.datasets import Relation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pil_discovery.layers.contents import Contents
    from pil_discovery.layers.sheets import Sheet
    from pil_discovery.layers.usable import Usable
    from pil_discovery.text.cells import TypedFrame
    from pil_discovery.types import Dataset

_DRAWN = "_drawn_m2"
_LOW, _HIGH = 0.955, 1.045
"""An area and its shape agree within; the usual units lie factors of 15 apart."""


def judge_quantities(
    typed: TypedFrame,
    raw: pd.DataFrame,
    sheet: Sheet,
    *,
    units: Mapping[str, str],
    drawn: tuple[Contents, Usable],
) -> TypedFrame:
    """Ask for units and columns that other columns or the drawn areas contradict.

    Parameters
    ----------
    typed
        Typed cells in canonical units.
    raw
        The cells as in the file, same index and columns.
    sheet
        A layer of a known data set.
    units
        Canonical column → unit that a header or the workspace declares.
    drawn
        The layer as read, and its usable geometries.

    Returns
    -------
    TypedFrame
        As `judge_units` and `compare_doubles` give it.
    """
    contents, usable = drawn
    dataset = sheet.dataset
    assert dataset is not None  # noqa: S101 - only of known data sets
    related, frame = _with_drawn(typed.frame, dataset, usable)
    told = {**units, _DRAWN: "平方米"}
    judged = judge_units(replace(typed, frame=frame), raw, related, told)
    kept = judged.frame.drop(columns=_DRAWN, errors="ignore")
    return compare_doubles(
        replace(judged, frame=kept),
        raw,
        _doubles(sheet, contents, dataset),
        dataset=dataset,
        units=units,
    )


def _with_drawn(
    frame: pd.DataFrame, dataset: Dataset, usable: Usable
) -> tuple[Dataset, pd.DataFrame]:
    """Add the drawn area of the first polygons, and that columns of area equal it."""
    place = dataset.field("geometry")
    columns = [f for f in dataset.fields if f.unit == "m2" and f.name in frame]
    if place is None or place.geom != "polygon" or not columns:
        return dataset, frame
    relations = [
        Relation(
            total=field.name,
            factors=(_DRAWN,),
            low=_LOW,
            high=_HIGH,
            why=f"{field.words} 应与图形的椭球面积相等",
        )
        for field in columns
    ]
    related = dataset.model_copy(update={"relations": (*dataset.relations, *relations)})
    return related, frame.assign(**{_DRAWN: _areas(usable)})


def _areas(usable: Usable) -> NDArray[np.float64]:
    """Return the official areas in m² of the first usable shapes, NaN of all others."""
    first = np.flatnonzero(usable.kept)[:MOST_SAMPLED]
    areas = np.full(len(usable.kept), np.nan)
    areas[first] = area_m2(usable.geometries[first])
    return areas


def _doubles(sheet: Sheet, contents: Contents, dataset: Dataset) -> list[Double]:
    used = {name: contents.headers[at] for at, name in sheet.mapping.items()}
    return [
        Double(
            field=field,
            used=used[name],
            header=contents.headers[at],
            cells=pd.Series(contents.columns[at], dtype=object),
            unit=declared_unit(contents.headers[at]),
        )
        for at, name in sheet.doubles.items()
        if (field := dataset.field(name)) is not None
    ]
