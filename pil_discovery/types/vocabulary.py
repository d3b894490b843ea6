"""Tables of rates and thresholds that differ by place and date."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from pydantic import Field as _Field
from pydantic.json_schema import SkipJsonSchema

from pil_discovery.types.base import Noun, Origin, Words

FICTIONAL_DIVISION = "99"
"""Made-up values count only in divisions that do not exist: codes under 99xxxx."""


class ScaleError(Noun):
    """Positional standard deviation on one axis for maps of a scale and larger ones."""

    scale: int = _Field(ge=1)
    sigma_m: float = _Field(gt=0)


class ScaleErrors(Noun):
    """What maps are expected to be off by, with the source of the figures."""

    source: str
    scales: tuple[ScaleError, ...]


class RateRow(Noun):
    """One value, where and from when to when it is in force (both days included).

    `division` is a division code (two, four or six digits; empty: the whole country).
    A value rests on `basis` (fact ids), on a local `document` (title and number), or is
    `fictional`.
    """

    division: str = ""
    category: str | None = None
    valid_from: dt.date
    valid_to: dt.date | None = None
    value: float
    basis: tuple[str, ...] = ()
    document: str = ""
    fictional: bool = False
    note: str = ""


class RateTable(Noun):
    """A table of dated local values that models may use.

    Attributes
    ----------
    id
        Equals the name of the file; the name of the relation in the SQL of a model.
    unit
        Unit of `value`.
    columns
        What the columns in use mean, in Chinese; `category` only where rows have one.
    unit_zh
        Chinese name of the unit; set by the catalogue, as `origin` is, which names the
        file it was read from. An author writes neither.
    """

    id: str
    title: Words
    unit: str
    columns: dict[Literal["division", "category", "value"], str]
    rows: tuple[RateRow, ...] = ()
    unit_zh: SkipJsonSchema[str] = ""
    origin: SkipJsonSchema[Origin | None] = _Field(default=None)


class UsedRate(Noun):
    """The row of a rate table on which a finding rests; `row` counts from 1.

    `unit_zh` is the Chinese name of `unit`; without it the unit itself is printed.
    `note` is what the table says against taking the value for more than it is.
    """

    table: str
    title: str
    file: str
    row: int
    division: str
    category: str | None
    valid_from: dt.date
    valid_to: dt.date | None
    value: Decimal
    unit: str
    unit_zh: str = ""
    basis: tuple[str, ...] = ()
    document: str = ""
    fictional: bool = False
    note: str = ""

    @property
    def amount(self) -> str:
        """The value with its unit in Chinese: 25 元/平方米, 3%, 每日 0.0005."""
        unit = self.unit_zh or self.unit
        value = f"{self.value.normalize():f}"
        if self.unit == "1":
            return value
        if self.unit == "%":
            return f"{value}%"
        return f"{unit} {value}" if unit.startswith("每") else f"{value} {unit}"

    def words(self) -> str:
        """Say in Chinese what the row is, where it is from, and if it is made up."""
        where = f"{self.division}，" if self.division else "全国，"
        kind = f"{self.category}，" if self.category else ""
        until = f"至{self.valid_to}" if self.valid_to else "起"
        ground = "、".join((*self.basis, self.document)).strip("、")
        if self.fictional:
            ground = "虚构的示例值，不是法定标准"
        if self.note:
            ground = f"{ground}；{self.note}"
        return (
            f"《{self.title}》{where}{kind}{self.valid_from}{until}：{self.amount}"
            f"（{ground}；{self.file} 第 {self.row} 行）"
        )
