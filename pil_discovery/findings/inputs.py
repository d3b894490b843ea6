"""The tables and pictures a model may see: what it declared, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from pil_discovery.types.sources import ORIGIN_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.types import Dataset, Field, Image, Model, RateTable

PLACE_COLUMNS = ("_sigma_m", "_valid_from", "_valid_to")
"""Columns that rows with a place carry besides their geometry."""

OPEN_END = np.datetime64("9999-12-31", "s")
"""How an open end (长期) enters a comparison: later than any date."""


@dataclass(frozen=True)
class Inputs:
    """What a scan has read.

    Attributes
    ----------
    frames
        Data set → rows: canonical columns, `_source`, `_sheet`, `_row`; with a place
        also `geometry` (shapely, EPSG:4490), `_sigma_m`, `_valid_from`, `_valid_to`.
    images
        Pictures in order of acquisition.
    datasets
        Data set descriptions by id.
    tables
        Rate tables by id.
    jurisdiction
        Division code of the place that is screened: it decides which rates hold.
    """

    frames: Mapping[str, pd.DataFrame]
    images: Sequence[Image] = ()
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    tables: Mapping[str, RateTable] = field(default_factory=dict)
    jurisdiction: str = ""


def missing_data(model: Model, inputs: Inputs) -> list[str]:
    """Name every required data set and column that is not there.

    Returns
    -------
    list
        «data set» or «data set.column», in the order of the model file.
    """
    gone: list[str] = []
    for dataset, columns in model.data.items():
        if dataset == "image":
            gone += _missing_bands(model, inputs.images, columns)
        elif dataset not in inputs.frames:
            gone.append(dataset)
        else:
            frame = inputs.frames[dataset]
            gone += [f"{dataset}.{c}" for c in columns if c not in frame.columns]
    return gone


def missing_clears(model: Model, inputs: Inputs) -> list[str]:
    """Name the optional data sets and columns that could have cleared a hit."""
    gone: list[str] = []
    for dataset, columns in model.clears.items():
        if dataset == "image":
            if not usable_images(inputs.images, columns):
                gone.append("image")
        elif dataset not in inputs.frames:
            gone.append(dataset)
        else:
            frame = inputs.frames[dataset]
            gone += [f"{dataset}.{c}" for c in columns if c not in frame.columns]
    return gone


def readiness(model: Model, inputs: Inputs) -> dict[str, Any]:
    """Tell whether a model can be computed, and what it lacks.

    Returns
    -------
    dict
        `state` (`computed` or `not_computable`), `missing`, `missing_clears`.
    """
    gone = missing_data(model, inputs)
    return {
        "state": "not_computable" if gone else "computed",
        "missing": gone,
        "missing_clears": missing_clears(model, inputs),
    }


def usable_images(images: Sequence[Image], bands: Iterable[str]) -> list[Image]:
    """Return the pictures that have all of these bands, oldest first."""
    wanted = set(bands)
    fit = [i for i in images if wanted <= set(i.bands)]
    return sorted(fit, key=lambda i: (i.acquired, str(i.path)))


def _missing_bands(
    model: Model, images: Sequence[Image], bands: tuple[str, ...]
) -> list[str]:
    if not images:
        return ["image"]
    have = usable_images(images, bands)
    if len(have) >= _pictures_needed(model):
        return []
    lacking = [b for b in bands if not any(b in i.bands for i in images)]
    return [f"image.{b}" for b in lacking] or ["image"]


def _pictures_needed(model: Model) -> int:
    kinds = {
        kind
        for step in model.steps
        for kind in ("change", "series")
        if hasattr(step, kind)
    }
    return 2 if kinds else 1


def exposed(model: Model, inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Return the declared tables, each with `_id`, absent optional ones empty."""
    return {
        name: _declared_columns(inputs, name, declared_columns(model, name))
        for name in sorted({*model.data, *model.clears})
        if name != "image"
    }


def declared_columns(model: Model, dataset: str) -> tuple[str, ...]:
    """Return the columns of a data set that a model may see, required ones first."""
    names = (*model.data.get(dataset, ()), *model.clears.get(dataset, ()))
    return tuple(dict.fromkeys(names))


def _declared_columns(
    inputs: Inputs, name: str, columns: tuple[str, ...]
) -> pd.DataFrame:
    source = inputs.frames.get(name)
    if source is None:
        source = pd.DataFrame(columns=[*columns, *ORIGIN_COLUMNS])
    wanted = [*columns, *(c for col in columns for c in _companions(source, col))]
    place = PLACE_COLUMNS if "geometry" in columns else ()
    origin = [c for c in ORIGIN_COLUMNS if c in source.columns]
    extra = [*place, *origin]
    frame = source.reindex(columns=[*wanted, *extra])
    frame.insert(0, "_id", np.arange(len(frame), dtype=np.int64))
    return frame.reset_index(drop=True)


def _companions(frame: pd.DataFrame, column: str) -> list[str]:
    return [c for c in (f"{column}_last", f"{column}_open") if c in frame.columns]


def arrow_table(frame: pd.DataFrame, dataset: Dataset, *, late: bool) -> pa.Table:
    """Turn typed rows into Arrow with exact types.

    Money becomes DECIMAL(18,2), geometry WKB, an open end the date 9999-12-31. With
    `late` a partial date stands for its last possible day, else for its first.

    Parameters
    ----------
    frame
        Rows of `exposed`.
    dataset
        Its description.
    """
    arrays: dict[str, pa.Array] = {"_id": pa.array(frame["_id"].to_numpy())}
    for name in frame.columns:
        spec = dataset.field(name)
        if spec is not None:
            arrays[name] = _array(_dated(frame, spec, late=late), spec)
    for name in PLACE_COLUMNS:
        if name in frame.columns:
            arrays[name] = _plain(frame[name], date=name != "_sigma_m")
    return pa.table(arrays)


def _dated(frame: pd.DataFrame, spec: Field, *, late: bool) -> pd.Series[Any]:
    values = frame[spec.name]
    if spec.type not in ("date", "datetime"):
        return values
    last, is_open = f"{spec.name}_last", f"{spec.name}_open"
    if late and last in frame.columns:
        values = frame[last].where(frame[last].notna(), values)
    if is_open in frame.columns:
        endless = frame[is_open].fillna(value=False).astype(bool)
        values = values.astype("datetime64[s]").mask(endless, OPEN_END)
    return values


def has_partial_dates(frames: Mapping[str, pd.DataFrame]) -> bool:
    """Tell whether some date is only known to its month or year."""
    return any(
        bool(frame[c].notna().any())
        for frame in frames.values()
        for c in frame.columns
        if str(c).endswith("_last") and str(c)[: -len("_last")] in frame.columns
    )


def _array(values: pd.Series[Any], spec: Field) -> pa.Array:
    if spec.type == "geometry":
        return _wkb(values)
    if spec.type == "number":
        return _number(values, money=spec.unit == "CNY")
    if spec.type == "datetime":
        # of a data set that is not there the column is an empty one of no type
        return pa.array(values.astype("datetime64[us]").to_numpy())
    if spec.type == "date":
        return _plain(values, date=True)
    kind = {"integer": pa.int64(), "boolean": pa.bool_()}.get(spec.type, pa.string())
    cells = [None if pd.isna(v) else v for v in values]
    return pa.array(cells, type=kind)


def _number(values: pd.Series[Any], *, money: bool) -> pa.Array:
    floats = pd.to_numeric(values).astype("Float64")
    plain = floats.to_numpy(dtype=float, na_value=np.nan)
    array = pa.array(plain, mask=np.isnan(plain))
    if not money:
        return array
    # through text: float → DECIMAL must round to the cent, not reject
    cents = pa.array(
        [None if np.isnan(v) else f"{v:.2f}" for v in plain], type=pa.string()
    )
    return cents.cast(pa.decimal128(18, 2))


def _plain(values: pd.Series[Any], *, date: bool) -> pa.Array:
    if not date:
        plain = pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
        return pa.array(plain, mask=np.isnan(plain))
    days = values.astype("datetime64[s]").to_numpy().astype("datetime64[D]")
    return pa.array(days)


def _wkb(values: pd.Series[Any]) -> pa.Array:
    shapes = np.asarray([None if _is_gap(v) else v for v in values], dtype=object)
    return pa.array(shapely.to_wkb(shapes).tolist(), type=pa.binary())


def _is_gap(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def image_table(images: Sequence[Image]) -> pa.Table:
    """Describe the pictures: `_id`, `acquired_date`, `sensor`, `gsd_m`."""
    return pa.table(
        {
            "_id": pa.array(range(len(images)), type=pa.int64()),
            "acquired_date": pa.array(
                [i.acquired_date for i in images], type=pa.date32()
            ),
            "sensor": pa.array([i.sensor for i in images], type=pa.string()),
            "gsd_m": pa.array(
                [float(i.provenance.gsd_x_m) for i in images], type=pa.float64()
            ),
        }
    )
