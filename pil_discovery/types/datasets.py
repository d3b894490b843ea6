"""Canonical data sets: names, aliases, types, units, keys, personal-data marks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as _Field

from pil_discovery.types.base import Noun, Words

FieldType = Literal[
    "text", "number", "integer", "date", "datetime", "boolean", "enum", "geometry"
]
DatasetKind = Literal["record", "vector", "raster", "table"]
CodeKind = Literal[
    "uscc",
    "org",
    "resident_id",
    "division",
    "registration",
    "permit",
    "parcel",
    "supervision",
]
"""Numbers whose check digit or structure is known."""


class Relation(Noun):
    """What the columns of a row have to do with each other: it reveals a wrong unit.

    In most rows, `total` divided by the product of `factors` lies between `low` and
    `high`, all in canonical units. The default band is an equation up to rounding.

    Attributes
    ----------
    why
        The relation in Chinese, as a prosecutor would say it.
    """

    total: str
    factors: tuple[str, ...] = _Field(min_length=1)
    low: float = 0.98
    high: float = 1.02
    why: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The total and its factors."""
        return (self.total, *self.factors)


class Usual(Noun):
    """Where the median of a whole export lies, in the canonical unit.

    It is only ever a reason to ask for the unit, never to convert.
    """

    low: float
    high: float
    why: str


class Field(Noun):
    """One column of a data set.

    Attributes
    ----------
    name
        Canonical snake_case name; ends in its unit where it has one (`_m2`, `_cny`).
    aliases
        Chinese column names met in agency exports.
    seen
        Those aliases that were seen in a public source.
    type
        How a cell is read; `enum` and `text` are text columns.
    unit
        Canonical unit of the values (`CNY`, `m2`, `1/d`, …); None = no unit.
    source_unit
        Unit in which the holder's exports state the values where no header names one.
    geom
        Geometry kind, only for `type: geometry`.
    values
        Allowed values of an enum; empty = the code list differs by agency.
    pii
        `name` or `identifier` when the column holds personal data.
    code
        Kind of code; where it has a check digit, only right ones join registers.
    usual
        Where the median of an export lies; only where that can be defended.
    """

    name: str
    aliases: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    type: FieldType
    unit: str | None = None
    source_unit: str | None = None
    geom: Literal["point", "polygon", "any"] | None = None
    values: tuple[str, ...] = ()
    pii: Literal["name", "identifier"] | None = None
    code: CodeKind | None = None
    usual: Usual | None = None
    note: str = ""

    @property
    def words(self) -> str:
        """The Chinese name with the canonical one: `成交价（price_total_cny）`."""
        return f"{self.aliases[0]}（{self.name}）" if self.aliases else self.name


class Dataset(Noun):
    """A canonical data set; tables are filled from one or more sources.

    `ordered` are pairs of columns (low, high): where low exceeds high neither is known.
    `relations` tell units that contradict each other.
    """

    id: str
    title: Words
    title_seen: bool = False
    domain: str
    holder: str
    kind: DatasetKind
    key: tuple[str, ...] = ()
    key_basis: str = ""
    ordered: tuple[tuple[str, str], ...] = ()
    relations: tuple[Relation, ...] = ()
    aliases: tuple[str, ...] = ()
    fields: tuple[Field, ...] = _Field(min_length=1)

    def __hash__(self) -> int:
        # by default all fields are hashed, at every look into a cache
        return hash(self.id)

    def field(self, name: str) -> Field | None:
        """Return the column of that canonical name, or None."""
        return next((f for f in self.fields if f.name == name), None)

    def words(self, name: str) -> str:
        """Return the Chinese name of a column with its canonical one."""
        field = self.field(name)
        return name if field is None else field.words

    @property
    def columns(self) -> tuple[str, ...]:
        """Canonical column names in file order."""
        return tuple(f.name for f in self.fields)

    @property
    def has_geometry(self) -> bool:
        """Whether rows of this data set have a place."""
        return any(f.type == "geometry" for f in self.fields)
