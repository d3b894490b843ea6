"""Dated local values: which row of a rate table holds where and when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING

import pyarrow as pa

from pil_discovery.text.codes import division_stem
from pil_discovery.types import RateTable, UsedRate, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.types import Example, Model, RateRow

OPEN_END = dt.date.max
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """One row of a table while it holds; both days included, `row` counts from 0."""

    row: int
    category: str | None
    valid_from: dt.date
    valid_to: dt.date


def periods(table: RateTable, jurisdiction: str) -> list[Period]:
    """Tell which row holds in a jurisdiction, category by category and day by day.

    The row of the smallest division that the jurisdiction lies in wins. While places
    inside the jurisdiction have another value, no row holds for the whole of it: the
    place of each candidate would have to be known.

    Parameters
    ----------
    jurisdiction
        Division code.

    Returns
    -------
    list
        By category, then date; never two for one category and day.
    """
    home = division_stem(jurisdiction)
    numbered = list(enumerate(table.rows))
    categories = dict.fromkeys(row.category for row in table.rows)
    return [
        period
        for category in categories
        for period in _timeline(
            [(n, r) for n, r in numbered if r.category == category], home
        )
    ]


def _timeline(rows: Sequence[tuple[int, RateRow]], home: str) -> Iterable[Period]:
    near = [(n, r) for n, r in rows if _touches(r, home)]
    starts = {r.valid_from for _, r in near}
    starts |= {
        r.valid_to + _DAY for _, r in near if r.valid_to and r.valid_to < OPEN_END
    }
    ordered = sorted(starts)
    for start, following in zip_longest(ordered, ordered[1:]):
        end = OPEN_END if following is None else following - _DAY
        number = _holding([p for p in near if _in_force(p[1], start)], home)
        if number is not None:
            row = dict(near)[number]
            yield Period(number, row.category, start, end)


def _touches(row: RateRow, home: str) -> bool:
    stem = division_stem(row.division)
    return home.startswith(stem) or stem.startswith(home)


def _in_force(row: RateRow, day: dt.date) -> bool:
    return row.valid_from <= day <= (row.valid_to or OPEN_END)


def _holding(rows: Sequence[tuple[int, RateRow]], home: str) -> int | None:
    around = [(n, r) for n, r in rows if home.startswith(division_stem(r.division))]
    if not around:
        return None
    number, best = max(around, key=lambda pair: len(division_stem(pair[1].division)))
    inside = (r for n, r in rows if (n, r) not in around)
    return None if any(r.value != best.value for r in inside) else number


def rate_table(table: RateTable, jurisdiction: str) -> pa.Table:
    """Return what a model sees of a table.

    Returns
    -------
    pyarrow.Table
        `_id` (row of the table, from 0), `category`, `valid_from`, `valid_to` (last
        day; an open end is 9999-12-31), `value` (DOUBLE), `fictional`.
    """
    found = periods(table, jurisdiction)
    rows = [table.rows[p.row] for p in found]
    return pa.table(
        {
            "_id": pa.array([p.row for p in found], type=pa.int64()),
            "category": pa.array([p.category for p in found], type=pa.string()),
            "valid_from": pa.array([p.valid_from for p in found], type=pa.date32()),
            "valid_to": pa.array([p.valid_to for p in found], type=pa.date32()),
            "value": pa.array([r.value for r in rows], type=pa.float64()),
            "fictional": pa.array([r.fictional for r in rows], type=pa.bool_()),
        }
    )


def bare_table(name: str, rows: tuple[RateRow, ...] = ()) -> RateTable:
    """Return a table that nothing is known of but its rows."""
    title, columns = Words(zh=name), {"value": name}
    return RateTable.model_validate(
        {"id": name, "title": title, "unit": "1", "columns": columns, "rows": rows}
    )


def example_tables(model: Model, example: Example) -> dict[str, RateTable]:
    """Return the tables of an example: the rows that it gives, and no others."""
    return {n: bare_table(n, example.tables.get(n, ())) for n in model.tables}


def used_rates(
    tables: Mapping[str, RateTable], behind: Mapping[str, Sequence[int]]
) -> tuple[UsedRate, ...]:
    """Describe the rows of rate tables behind a finding, in the order of the tables."""
    return tuple(
        _used(tables[name], number)
        for name, numbers in behind.items()
        if name in tables
        for number in numbers
    )


def _used(table: RateTable, number: int) -> UsedRate:
    row = table.rows[number]
    return UsedRate(
        table=table.id,
        title=table.title.zh,
        file=table.origin.file if table.origin else "",
        row=number + 1,
        division=row.division,
        category=row.category,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        value=Decimal(repr(row.value)),
        unit=table.unit,
        unit_zh=table.unit_zh,
        basis=row.basis,
        document=row.document,
        fictional=row.fictional,
        note=row.note,
    )


def rates_note(rates: Iterable[UsedRate], lang: str = "zh") -> str:
    """Say that an amount rests on made-up values, or on values with a reservation.

    Empty where neither is so. The note belongs to the sentence of the finding itself,
    so that nothing can print the amount without it.
    """
    used = tuple(rates)
    return _fictional(used, lang) + _reserved(used, lang)


def _fictional(rates: Iterable[UsedRate], lang: str) -> str:
    made_up = dict.fromkeys(r.title for r in rates if r.fictional)
    if not made_up:
        return ""
    if lang == "en":
        return (
            f" (Computed with made-up sample values, not with the law: "
            f"{', '.join(made_up)}; replace them by local ones.)"
        )
    titles = "".join(f"《{title}》" for title in made_up)
    return (
        f"（所用{titles}为虚构的示例值，不是法定标准，金额不得引用；"
        "请换成当地标准重新筛查。）"
    )


def _reserved(rates: Iterable[UsedRate], lang: str) -> str:
    """Return what tables note on real values: an average is no local rate."""
    noted = dict.fromkeys(
        (r.title, r.note) for r in rates if r.note and not r.fictional
    )
    if lang == "en":
        return "".join(
            f" (The value of {title} is subject to a note: {note}.)"
            for title, note in noted
        )
    return "".join(f"（所用《{title}》：{note}。）" for title, note in noted)
