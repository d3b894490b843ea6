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
    origin
        The file it was read from; set by the catalogue, never written by an author.
    """

    id: str
    title: Words
    unit: str
    columns: dict[Literal["division", "category", "value"], str]
    rows: tuple[RateRow, ...] = ()
    origin: SkipJsonSchema[Origin | None] = _Field(default=None)


class UsedRate(Noun):
    """The row of a rate table on which a finding rests; `row` counts from 1."""

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
    basis: tuple[str, ...] = ()
    document: str = ""
    fictional: bool = False

    def words(self) -> str:
        """Say in Chinese what the row is, where it is from, and if it is made up."""
        where = f"{self.division}，" if self.division else "全国，"
        kind = f"{self.category}，" if self.category else ""
        until = f"至{self.valid_to}" if self.valid_to else "起"
        unit = "" if self.unit == "1" else f" {self.unit}"
        ground = "、".join((*self.basis, self.document)).strip("、")
        if self.fictional:
            ground = "虚构的示例值，不是法定标准"
        return (
            f"《{self.title}》{where}{kind}{self.valid_from}{until}：{self.value}{unit}"
            f"（{ground}；{self.file} 第 {self.row} 行）"
        )
