"""Addresses: taken apart by the divisions of a day, and put on the ground."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from pil_discovery.catalog.divisions import load_divisions
from pil_discovery.errors import ArgumentError
from pil_discovery.subjects.geocoding import locate
from pil_discovery.text.addresses import Address, read_address
from pil_discovery.text.codes import check_code
from pil_discovery.text.placing import Placing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import geopandas as gpd

    from pil_discovery.text.divisions import Divisions

Day = dt.date | str
_EARLY = "区划表自{}年起，按该年的区划"


def parse_address(
    texts: Iterable[str | None],
    *,
    on: Day | Sequence[Day | None] | pd.Series[Any] | None = None,
    within: str = "",
    divisions: Sequence[str | Path] = (),
) -> pd.DataFrame:
    """Take addresses apart; what cannot be decided is missing, with a reason.

    Parameters
    ----------
    texts
        Addresses; a Series keeps its index.
    on
        Day, or a day for each address, whose divisions are asked; None asks for those
        of the newest table, so abolished ones are answered by their successors. In
        the year of a change both the old and the new division count as in force.
    within
        Division code of the area that the list is about. It decides between places
        of one name and fills in nothing that an address does not say.
    divisions
        Own tables of divisions and towns, as for `load_divisions`.

    Returns
    -------
    DataFrame
        Texts, one row for each address: `province`, `city` (that of a municipality is
        the municipality; missing for counties directly under a province),
        `district`, `town`, `rest` (all behind them), `division_code` (six digits, of
        the deepest division), `road`, `number`, `building`, `village`, `zone`
        (开发区 and the like, also in `rest`), `town_code` (nine digits, newest table),
        `current_code` (division of the newest table), `written` (the division named,
        where the answer is another one) and `reason` (Chinese).

    Raises
    ------
    ArgumentError
        If `texts` is one text, or a day or the hint cannot be used.
    CatalogError
        If an own table has mistakes.
    """
    if isinstance(texts, str):
        raise ArgumentError("parse_address 要一列地址；只有一个的，请写成 [地址]")
    series = (
        texts if isinstance(texts, pd.Series) else pd.Series(list(texts), dtype=object)
    )
    index = load_divisions(tuple(divisions))
    area = _area(within, index)
    years = _years(on, len(series))
    first = min(r.first_year for r in index.rows if r.first_year)
    placings: dict[int | None, Placing] = {}
    known: dict[tuple[object, int | None], Address] = {}
    keys = list(zip(series.array, years, strict=True))
    for key in keys:
        if key not in known:
            known[key] = _read(key, (index, area, first), placings)
    return _framed([known[key] for key in keys], series.index)


def _framed(found: Sequence[Address], index: pd.Index[Any]) -> pd.DataFrame:
    columns = zip(*found, strict=True) if found else ((),) * len(Address._fields)
    texts = (pd.array(list(column), dtype="str") for column in columns)
    return pd.DataFrame(dict(zip(Address._fields, texts, strict=True)), index=index)


def locate_addresses(
    texts: Iterable[str | None],
    gazetteer: gpd.GeoDataFrame,
    *,
    address: str,
    within: str = "",
    divisions: Sequence[str | Path] = (),
) -> gpd.GeoDataFrame:
    """Put addresses on the ground by a layer of the user's own that carries addresses.

    Parameters
    ----------
    texts
        Addresses; a Series keeps its index.
    gazetteer
        Points of doors, buildings or parcels, in any CRS that leads safely to CGCS2000.
    address
        Column of the layer that holds the addresses.
    within, divisions
        As for `parse_address`; they hold for both sides.

    Returns
    -------
    GeoDataFrame
        As of `locate`: point (EPSG:4490), `radius_m`, `matched_level`, `feature` and
        `reason`, one row for each address.

    Raises
    ------
    ArgumentError
        If the layer has no such column.
    CrsError
        If its CRS is missing or not safe.
    """
    if address not in gazetteer.columns:
        raise ArgumentError(f"图层没有「{address}」列")
    told = parse_address(texts, within=within, divisions=divisions)
    places = parse_address(gazetteer[address], within=within, divisions=divisions)
    return locate(told, places, gazetteer.geometry)


def _area(within: str, divisions: Divisions) -> str:
    """Return the hint as six digits, refused when no division has them."""
    if not within:
        return ""
    code = (check_code("division", within).normal or "")[:6]
    if code not in divisions.by_code:
        raise ArgumentError(f"within「{within}」不是区划表里的代码")
    return code


def _years(on: object, count: int) -> list[int | None]:
    """Return the year for each address, None where the newest table is asked."""
    if on is None or isinstance(on, dt.date | str):
        return [_year(on)] * count
    days = list(on)  # type: ignore[call-overload]
    if len(days) != count:
        raise ArgumentError(f"on 有{len(days)}个日期，地址有{count}个")
    return [_year(day) for day in days]


def _year(day: object) -> int | None:
    if day is None or day is pd.NaT or day != day:  # noqa: PLR0124 - a missing float
        return None
    if isinstance(day, dt.date):
        return day.year
    try:
        return dt.date.fromisoformat(str(day)[:10]).year
    except ValueError:
        raise ArgumentError(f"on「{day}」不是日期，应当如 2015-06-30") from None


def _read(
    key: tuple[object, int | None],
    context: tuple[Divisions, str, int],
    placings: dict[int | None, Placing],
) -> Address:
    text, year = key
    divisions, within, first = context
    if not isinstance(text, str):
        return Address(reason="没有地址")
    asked = None if year is None else max(year, first)
    if asked not in placings:
        placings[asked] = Placing(divisions, asked, within)
    address = read_address(text, placings[asked])
    if asked == year or address.division_code is None:
        return address
    words = [w for w in (address.reason, _EARLY.format(first)) if w]
    return address._replace(reason="；".join(words))
