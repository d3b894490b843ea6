"""Canonical data sets: names, aliases, types, units, keys, personal-data marks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as _Field
from pydantic import model_validator

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


SUBJECT = "subject"
"""Role of the party that a row is about; of others the role stands in the names."""


class PartyColumns(Noun):
    """The columns of a data set that name one party of a row.

    Attributes
    ----------
    name, code
        Its name, and its credit or organisation code.
    permit
        A permit number that begins with the credit code of its holder.
    person
        Identity number: a row with one and without a legal form in its name speaks of
        a natural person, whose name links nothing.
    region, address
        Where it is; tells names apart that several may bear.
    """

    name: str | None = None
    code: str | None = None
    permit: str | None = None
    person: str | None = None
    region: str | None = None
    address: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are named."""
        named = (self.name, self.code, self.permit, self.person)
        every = (*named, self.region, self.address)
        return tuple(column for column in every if column is not None)

    @model_validator(mode="after")
    def _named(self) -> PartyColumns:
        if self.name is None and self.code is None:
            msg = "name or code"
            raise ValueError(msg)
        return self


class Dataset(Noun):
    """A canonical data set; tables are filled from one or more sources.

    `ordered` are pairs of columns (low, high): where low exceeds high neither is known.
    `relations` tell units that contradict each other. `tips` says that the rows come
    from people who reported: what is marked in them never leaves the office. `parties`
    names the parties of a row by role: linking gives models their `identities` beside
    the columns.
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
    tips: bool = False
    aliases: tuple[str, ...] = ()
    parties: dict[str, PartyColumns] = _Field(default_factory=dict)
    fields: tuple[Field, ...] = _Field(min_length=1)

    def __hash__(self) -> int:
        # by default all fields are hashed, at every look into a cache
        return hash(self.id)

    def field(self, name: str) -> Field | None:
        """Return the column of that canonical name, or None."""
        return next((f for f in self.fields if f.name == name), None)

    @property
    def identities(self) -> tuple[Field, ...]:
        """What linking adds to the columns: who the parties of a row are.

        `subject_id`, the same for every row of a subject in all registers, missing
        where nobody can be told; `subject_code`, its credit code where one is known.
        Of a role beside the subject: `<role>_subject_id`, `<role>_subject_code`.
        """
        return tuple(
            Field(
                name=f"{identity_prefix(role)}subject_{what}",
                aliases=(f"{zh}（由代码或者名称关联）",),
                type="text",
            )
            for role in self.parties
            for what, zh in (("id", "主体"), ("code", "主体代码"))
        )

    @property
    def offered(self) -> tuple[str, ...]:
        """What a model may ask for: the columns, and what linking adds."""
        return (*self.columns, *(f.name for f in self.identities))

    def offered_field(self, name: str) -> Field | None:
        """Return what a model may ask for under a name, or None."""
        return self.field(name) or next(
            (f for f in self.identities if f.name == name), None
        )

    def words(self, name: str) -> str:
        """Return the Chinese name of a column with its canonical one."""
        field = self.offered_field(name)
        return name if field is None else field.words

    @property
    def columns(self) -> tuple[str, ...]:
        """Canonical column names in file order."""
        return tuple(f.name for f in self.fields)

    @property
    def has_geometry(self) -> bool:
        """Whether rows of this data set have a place."""
        return any(f.type == "geometry" for f in self.fields)


def identity_prefix(role: str) -> str:
    """Return what stands before `subject_id` in the names of a role's columns."""
    return "" if role == SUBJECT else f"{role}_"
