"""What was read: sources, tables, layers, images, and every row that was not used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from pil_discovery.errors import Problem
from pil_discovery.types.base import Noun
from pil_discovery.types.markup import table_html

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd

    from pil_discovery.types.datasets import Dataset

ReasonClass = Literal[
    "encoding",
    "header",
    "type",
    "unit",
    "date",
    "key_missing",
    "key_conflict",
    "duplicate",
    "checksum",
    "range",
    "geometry_invalid",
    "geometry_empty",
    "crs",
    "outside_area",
    "truncated",
    "empty",
    "unsupported",
    "forbidden_path",
    "forbidden_driver",
    "too_large",
    "fields",
]

SourceKind = Literal["table", "layer", "image"]

QUARANTINE_COLUMNS = (
    "source",
    "sheet",
    "row",
    "column",
    "value",
    "scope",
    "reason_class",
    "reason",
    "remedy",
)
"""Columns of quarantine frames; `scope` is `row` or `cell`, `row` counts from 1."""

ORIGIN_COLUMNS = ("_source", "_sheet", "_row")
"""Columns of every table frame that lead a row back to its file, sheet and row."""


class Part(Noun):
    """A further file that a source rests on: `.dbf` of a shapefile, a cloud mask."""

    file: str
    sha256: str
    bytes: int


class Archive(Noun):
    """The archive that a file was unpacked from."""

    file: str
    sha256: str


def part_listing(parts: Iterable[Part]) -> str:
    """Return the lines «name size sha256» of the files in a folder, sorted by name.

    Each line ends with a newline; `name` is that inside the folder.
    """
    lines = [f"{p.file.rpartition('/')[2]} {p.bytes} {p.sha256}\n" for p in parts]
    return "".join(sorted(lines))


class Source(Noun):
    """One input file as it was found.

    `sha256` is that of the bytes of `file` alone, as `sha256sum` prints it. Where the
    source consists of several files (shapefile, ENVI picture), `parts` names and hashes
    each of the others. A query to a database has the hash of its `Answer.lines`. A
    file geodatabase is a folder and has no bytes of its own: its `sha256` is that of
    `part_listing` of all its files, which are its parts, and `bytes` their sum.
    `issuer` (who gave it out), `obtained`, `valid_from` and `valid_to` (ISO dates) are
    what the workspace states; `period` is the first and the last day (ISO) that the
    rows tell of, or on which the picture was taken, None where there is none. Whatever
    is not known is None.
    """

    dataset: str | None
    file: str
    sha256: str
    bytes: int
    rows_read: int = 0
    rows_used: int = 0
    rows_quarantined: int = 0
    encoding: str | None = None
    crs: str | None = None
    kind: SourceKind = "table"
    issuer: str | None = None
    obtained: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    licence: str | None = None
    period: tuple[str, str] | None = None
    archive: Archive | None = None
    parts: tuple[Part, ...] = ()


class Inference(Noun):
    """Something that was concluded from the file instead of being told."""

    what: str
    value: str
    why: str


class Skipped(Noun):
    """A line that is not a record: title, header, footer, repeated header, blank."""

    row: int
    reason: str
    sheet: str | None = None


class Candidate(Noun):
    """A data set that a file may be, with what speaks for it in Chinese.

    `score` is 0 to about 1.2: the share of columns that match, then the values.
    """

    dataset: str
    title: str
    score: float
    reasons: tuple[str, ...] = ()


class Suggestion(Noun):
    """A line that `pil.yaml` could say of a source; never applied on its own.

    Attributes
    ----------
    key
        Field of the source in `pil.yaml`.
    name
        Header (`columns`) or canonical column (`units`, `century`); else empty.
    value
        What could be written; `?` where only the user can know.
    why
        Reason in Chinese.
    asks
        Values stay missing, or may be wrong, until it is answered.
    """

    key: Literal["dataset", "columns", "units", "century", "encoding", "crs"]
    name: str = ""
    value: str
    why: str
    asks: bool = False


class ReadReport(Noun):
    """What reading a file gave; rows_read = rows_used + rows_quarantined, always.

    A report that does not add up cannot be made, whoever reads the file: a lost row is
    a defect of the reader, never an answer. `candidates` are the data sets that the
    file may be, best first, where it had to be recognised; `suggestions` what the
    workspace could say to have more of it read; `problems` why a file that was only
    surveyed has no rows here.
    """

    rows_read: int
    rows_used: int
    rows_quarantined: int
    rows_skipped: tuple[Skipped, ...] = ()
    inferences: tuple[Inference, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    problems: tuple[Problem, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> ReadReport:
        if self.rows_read != self.rows_used + self.rows_quarantined:
            gone = self.rows_read - self.rows_used - self.rows_quarantined
            raise ValueError(f"{gone} of {self.rows_read} rows are unaccounted for")
        return self


def _demand_account(
    frame: pd.DataFrame, quarantine: pd.DataFrame, report: ReadReport
) -> None:
    """Raise where rows that were read are neither in the frame nor in quarantine."""
    left = int((quarantine["scope"] == "row").sum())
    if (len(frame), left) != (report.rows_used, report.rows_quarantined):
        raise AssertionError(
            f"{len(frame)} rows and {left} entries, but {report.rows_used} used and "
            f"{report.rows_quarantined} quarantined"
        )


@dataclass(frozen=True)
class Table:
    """A data set filled from sources.

    It can only be made where every row that was read is in `frame` or in `quarantine`.

    Attributes
    ----------
    frame
        Typed rows: canonical columns, then `_source`, `_sheet`, `_row`; where the
        export holds plain coordinates, `_x` and `_y` as given (easting/longitude,
        northing/latitude).
    quarantine
        Every row or cell not used, columns `QUARANTINE_COLUMNS`.
    """

    dataset: Dataset | None
    frame: pd.DataFrame
    quarantine: pd.DataFrame
    report: ReadReport
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        _demand_account(self.frame, self.quarantine, self.report)

    def __len__(self) -> int:
        return len(self.frame)

    def _repr_html_(self) -> str:
        # counts and columns only: a row may hold what identifies a person
        told = self.report
        title = "未认定的数据" if self.dataset is None else self.dataset.title.zh
        rows = (
            ("文件", "、".join(s.file for s in self.sources)),
            (
                "读入、使用、隔离",
                f"{told.rows_read}、{told.rows_used}、{told.rows_quarantined}",
            ),
            ("列", "、".join(str(c) for c in self.frame.columns if str(c)[0] != "_")),
        )
        return table_html(title, (), rows)


class LayerProvenance(Noun):
    """Where a vector layer comes from and how far its lines may be off.

    `sigma_m` is the one-axis positional standard deviation in metres; None means
    «not known», never zero. `crs_in` is the declared system of the file; `obtained`
    and `period` are those of its Source.
    """

    issuer: str | None = None
    obtained: str | None = None
    period: tuple[str, str] | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    scale: int | None = None
    sigma_m: float | None = None
    sigma_source: str = ""
    crs_in: str = ""
    transformation: str = ""
    driver: str = ""
    layer: str | None = None


@dataclass(frozen=True)
class Layer:
    """A vector layer; `frame` is a GeoDataFrame in EPSG:4490 (CGCS2000).

    It can only be made where every feature that was read is in `frame` or in
    `quarantine`.
    """

    dataset: Dataset | None
    frame: gpd.GeoDataFrame
    quarantine: pd.DataFrame
    report: ReadReport
    provenance: LayerProvenance
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        _demand_account(self.frame, self.quarantine, self.report)

    def __len__(self) -> int:
        return len(self.frame)
