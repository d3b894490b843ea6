"""Steps of a screening model: SQL, and typed ones over ground, pictures and names."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from pil_discovery.types.base import Noun
from pil_discovery.types.restoration import RestorationStep


class SqlStep(Noun):
    """One SELECT over the tables named so far."""

    table: str
    sql: str


_PLAIN_DAYS = (None, "$as_of", "ever")


class Overlay(Noun):
    """Geometry of two tables, each with a `geometry` column.

    Result columns: `left_id`, `right_id` (the `_id` of the input rows; `right_id`
    only for `by: pair`), `area_m2`, `share` (of the left feature), `area_low_m2`,
    `area_high_m2` (5 % and 95 % quantiles), `p_overlap`, with `threshold_m2` also
    `p_over` = P(area > threshold), with `how: near` also `distance_m`, `validity`,
    `geometry`, and `overlap`: all of this in one value, which a population hands on to
    its findings as evidence (one, or a list, under the name `overlap`).

    Positional error comes from `_sigma_m` of both tables where they carry it.
    `tolerance_sigma` grows the right features by that many σ of the left row first
    (not where σ is unknown), so that no shift of that size can explain what is left.

    Right rows with `_valid_from` and `_valid_to` count only while in force on the day
    `in_force_on`: a date column of the left table, or `$as_of`; not written: the
    column `fact_date` of the left table, where there is none `$as_of`. With `ever`
    all of them count. `validity` says how that is known: `in_force`, `unstated`
    (the layer names no dates), `unknown` (half of it is known: the model is then run
    with and without such zones, and where the states differ the row is unknown), or
    `not_asked` with `ever`.

    Common parts and remainders below 1 m² or narrower than `sliver_width_m` may be
    nothing but two drawings of one line. They stand in a table of their own,
    `<table>_slivers`, unless they are half of a feature. Numbers may be written as
    `$parameter`.
    """

    left: str
    right: str
    how: Literal["intersection", "difference", "within", "near"]
    by: Literal["pair", "left"] = "pair"
    in_force_on: str | None = None
    distance_m: float | str | None = None
    min_area_m2: float | str = 0.0
    threshold_m2: float | str | None = None
    tolerance_sigma: float | str | None = None
    sliver_width_m: float | str = 0.2

    @property
    def dated(self) -> bool:
        """Whether zones count only while in force."""
        return self.in_force_on != "ever"

    @property
    def day_column(self) -> str | None:
        """The column of the left table with the day on which zones must be in force."""
        return None if self.in_force_on in _PLAIN_DAYS else self.in_force_on

    @model_validator(mode="after")
    def _one_distance(self) -> Overlay:
        if self.distance_m is not None and self.tolerance_sigma is not None:
            msg = "distance_m 和 tolerance_sigma 只能写一个"
            raise ValueError(msg)
        return self


class OverlayStep(Noun):
    """Overlay as a named table."""

    table: str
    overlay: Overlay


class Zonal(Noun):
    """Statistics of one index or band per polygon of a table.

    One result row per polygon and usable picture, or only for the latest usable one:
    `zone_id`, `acquired_date`, `count`, `valid_share`, one column per statistic, and
    `quality` (gates of the picture, for the population to hand on).
    """

    zones: str
    index: str | None = None
    band: str | None = None
    stats: tuple[Literal["mean", "min", "max", "stdev", "median", "count"], ...] = (
        "mean",
    )
    pictures: Literal["latest", "all"] = "latest"
    inner_buffer_m: float | str = 0.0

    @model_validator(mode="after")
    def _one_source(self) -> Zonal:
        if (self.index is None) == (self.band is None):
            msg = "index 和 band 须写一个，也只能写一个"
            raise ValueError(msg)
        return self


class ZonalStep(Noun):
    """Zonal statistics as a named table."""

    table: str
    zonal: Zonal


class Change(Noun):
    """Before / after / confirm pictures → patches of change inside each polygon.

    The roles follow the house rule: confirm = latest usable picture on or before
    as_of; after = the latest usable 20–120 days before confirm; before = the latest of
    the same season (day of year ± 25) at least 300 days before after. Usable is judged
    inside the polygon. `direction` keeps only patches of that kind.

    Result: one row per polygon, `zone_id`, `state` (`changed`, `stable`, `unknown`),
    `reason`, `confirmed` (seen again on the confirming date), `before_date`,
    `after_date`, `confirm_date`, `area_m2`, `valid_share`, `sigma_m`, `quality` (gates
    of the pictures, for the population to hand on), and `geometry` (the patches that
    touch the polygon, followed out of it by at most `margin_m`).
    """

    zones: str
    direction: tuple[
        Literal["vegetation_lost", "water_filled", "bare_gained", "built_gained"], ...
    ] = ()
    min_area_m2: float | str = 0.0
    margin_m: float | str = 0.0
    before_column: str | None = None


class ChangeStep(Noun):
    """Picture change as a named table."""

    table: str
    change: Change


class Series(Noun):
    """Dated break of an index series per polygon.

    Result: `zone_id`, `state` (`broken`, `stable`, `unknown`), `earliest_date`,
    `latest_date`, `size`, `z`, `reason`, `quality`.
    """

    zones: str
    index: str
    start_column: str | None = None


class SeriesStep(Noun):
    """Dated breaks as a named table."""

    table: str
    series: Series


class Match(Noun):
    """Link of the rows of two tables by the rules of `pil.link`, with a review band.

    Result: `left_id`, `right_id`, `probability`, `decision` (`same`, `review`),
    `reason`, `is_exact` (a valid code or the same full name; else likeness decided).
    Rows without counterpart are absent.
    """

    left: str
    right: str
    name: tuple[str, str]
    code: tuple[str, str] | None = None
    region: tuple[str, str] | None = None
    address: tuple[str, str] | None = None


class MatchStep(Noun):
    """Fuzzy links as a named table."""

    table: str
    match: Match


Step = (
    SqlStep
    | OverlayStep
    | ZonalStep
    | ChangeStep
    | SeriesStep
    | RestorationStep
    | MatchStep
)
