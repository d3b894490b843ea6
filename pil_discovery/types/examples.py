"""Examples: the tests that live in a model file."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field as _Field

from pil_discovery.types.base import Noun
from pil_discovery.types.vocabulary import RateRow

Scalar = str | int | float | bool

_Side = Annotated[int, _Field(ge=1, le=2000)]


class ExamplePatch(Noun):
    """A block of pixels (row0, row1, col0, col1), ends excluded, with other values."""

    block: tuple[int, int, int, int]
    bands: dict[str, float]


class ExampleImage(Noun):
    """A small synthetic picture of an example.

    `size` is (rows, columns); `origin` the upper left corner (x, y) in the CRS of the
    example; `pixel_m` the side of a pixel. `base` gives the value of every band;
    each patch overwrites a block; `cloud` lists blocks (row0, row1, col0, col1).
    `texture` makes the ground lighter and darker by this share, field by field and the
    same on all dates; `moved` displaces ground and patches by (rows, columns).
    """

    acquired: str
    size: tuple[_Side, _Side]
    origin: tuple[float, float]
    pixel_m: float
    base: dict[str, float]
    patches: tuple[ExamplePatch, ...] = ()
    cloud: tuple[tuple[int, int, int, int], ...] = ()
    noise: float = 0.0
    texture: float = _Field(default=0.0, ge=0, lt=1)
    moved: tuple[int, int] = (0, 0)


class Expect(Noun):
    """Keys by state that an example must give; a list that is absent is not checked.

    A key is a list of values in the order of the population key. `downgraded` are the
    hits and reviews that an exclusion weakens (`then: downgrade`). `basis` gives, by
    key (its values with `|` between them), the rules that a finding rests on, whatever
    its date.
    """

    hit: tuple[tuple[Scalar, ...], ...] | None = None
    review: tuple[tuple[Scalar, ...], ...] | None = None
    dropped: tuple[tuple[Scalar, ...], ...] | None = None
    unknown: tuple[tuple[Scalar, ...], ...] | None = None
    clear: tuple[tuple[Scalar, ...], ...] | None = None
    downgraded: tuple[tuple[Scalar, ...], ...] | None = None
    measures: dict[str, dict[str, float]] = _Field(default_factory=dict)
    basis: dict[str, tuple[str, ...]] = _Field(default_factory=dict)


class Example(Noun):
    """A test that lives in the model file.

    `given` maps data set → rows of canonical columns; a geometry is WKT in `crs`
    (default EPSG:4490). A data set of `clears` that is absent here is absent.
    `sigma_m` is the positional sigma of every layer given (None = not known);
    `valid_from` and `valid_to` give data set → the days between which a layer holds.
    `tables` gives the rows of rate tables; one that is absent here is empty.
    """

    name: str
    as_of: dt.date
    jurisdiction: str = "990302"
    given: dict[str, tuple[dict[str, Any], ...]]
    tables: dict[str, tuple[RateRow, ...]] = _Field(default_factory=dict)
    images: tuple[ExampleImage, ...] = ()
    crs: str = "EPSG:4490"
    sigma_m: float | None = None
    valid_from: dict[str, dt.date] = _Field(default_factory=dict)
    valid_to: dict[str, dt.date] = _Field(default_factory=dict)
    parameters: dict[str, Scalar] = _Field(default_factory=dict)
    expect: Expect
