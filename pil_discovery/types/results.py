"""What a scan finds: findings, model runs, leads."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field as _Field

from pil_discovery.types.base import Noun
from pil_discovery.types.linking import NameLink
from pil_discovery.types.markup import CAUTION, table_html
from pil_discovery.types.vocabulary import UsedRate

FindingState = Literal["hit", "review", "dropped", "unknown"]
KeyValue = str | int | Decimal | bool | None


class RecordRef(Noun):
    """A row behind a finding; `row` counts from 1, headers included."""

    dataset: str
    source: str
    sheet: str | None
    row: int


class Applied(Noun):
    """An exclusion that applied, in words."""

    then: Literal["drop", "review", "downgrade"]
    zh: str


class Fired(Noun):
    """A signal that fired, with its weight."""

    weight: float
    zh: str


Validity = Literal["in_force", "unstated", "unknown", "not_asked"]


class Overlap(Noun):
    """Ground of a finding measured against a zone, or all zones of a layer.

    `step` and `how` name the overlay of the model. Areas are official ellipsoidal ones,
    m², two decimals; `area_low_m2` (the conservative area) and `area_high_m2` are their
    5 % and 95 % quantiles under positional error, `p_overlap` and `p_over` (of an area
    above `threshold_m2`) probabilities with four decimals; None = not assessed, because
    the error is not known. `on_date` is the day on which zones had to be in force,
    `valid_from` and `valid_to` the term of the zone that counted, `left_out` words on
    zones that lie there and were not in force. `geometry` is what was measured.
    """

    step: str
    how: Literal["intersection", "difference", "within", "near"]
    area_m2: Decimal | None
    share: Decimal | None
    area_low_m2: Decimal | None = None
    area_high_m2: Decimal | None = None
    p_overlap: Decimal | None = None
    p_over: Decimal | None = None
    threshold_m2: Decimal | None = None
    distance_m: Decimal | None = None
    on_date: dt.date | None = None
    validity: Validity = "unstated"
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    left_out: tuple[str, ...] = ()
    geometry: dict[str, Any] | None = None


class LayerVersion(Noun):
    """Which edition of a layer a finding rests on."""

    dataset: str
    file: str
    sha256: str
    issuer: str | None = None
    obtained: str | None = None
    period: tuple[str, str] | None = None
    valid_from: str | None = None
    valid_to: str | None = None


class Gate(Noun):
    """One test of the pictures behind a finding, and why it came out so, in Chinese."""

    verdict: Literal["ok", "flag", "refuse"]
    reason: str


class PictureQuality(Noun):
    """How far the pictures behind a finding bear it.

    `gates` by name: `pictures` (which dates there are), `shift`, `season`, `cloud`
    (inside the polygon, not of the scene), `abstain` (visible light alone), and others
    of the steps that the model ran. `verdict` is the worst of them. `refuse` says that
    the pictures of a step decided nothing; the finding may stand on records.
    """

    verdict: Literal["ok", "flag", "refuse"]
    gates: dict[str, Gate]


class Finding(Noun):
    """One candidate row of one model that is not clear.

    `measures` have the decimals of their unit (money and areas two, shares and
    probabilities four). `geometry` is GeoJSON in EPSG:4490 with 7 decimals.
    `missing` says in words what could not be known; `undecided` lists exclusions
    whose condition met a missing value; `not_asked` the remedies of the model that
    this row does not call for; `rates` the rows of rate tables it was computed with;
    `overlaps` the ground it was measured on, `layers` the editions of the layers;
    `subject_id` is the same in all registers, where a model asks for it; `quality`
    tells of the pictures, None where it does not rest on any; `links` the
    spellings that were joined by likeness, or are still open.
    """

    finding_id: str
    model: str
    code: str
    model_version: str
    domain: str
    state: FindingState
    key: dict[str, KeyValue]
    subject_name: str | None = None
    subject_code: str | None = None
    subject_id: str | None = None
    fact_date: dt.date | None = None
    fact_last_date: dt.date | None = None
    place: str | None = None
    measures: dict[str, Decimal | int | None] = _Field(default_factory=dict)
    sentence_zh: str = ""
    sentence_en: str = ""
    basis: tuple[str, ...] = ()
    agency: str | None = None
    records: tuple[RecordRef, ...] = ()
    rates: tuple[UsedRate, ...] = ()
    geometry: dict[str, Any] | None = None
    overlaps: tuple[Overlap, ...] = ()
    layers: tuple[LayerVersion, ...] = ()
    quality: PictureQuality | None = None
    exclusions: tuple[Applied, ...] = ()
    undecided: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    merge: tuple[KeyValue, ...] = ()
    inaction: tuple[Fired, ...] = ()
    urgency: tuple[Fired, ...] = ()
    scale: tuple[Fired, ...] = ()
    lanes: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    links: tuple[NameLink, ...] = ()


class Counts(Noun):
    """population = hit + review + dropped + unknown + clear."""

    population: int = 0
    hit: int = 0
    review: int = 0
    dropped: int = 0
    unknown: int = 0
    clear: int = 0


class StepRun(Noun):
    """Rows in (by table) and out of one step.

    Of an overlay also: `slivers`, rows set aside because they may be two drawings of
    one line; `doubtful`, zones of which it is half known whether they were in force on
    a day in question; `out_of_force`, pairs that meet but not while the zone was in
    force.
    """

    table: str
    kind: str
    rows_in: dict[str, int]
    rows_out: int
    slivers: int = 0
    doubtful: int = 0
    out_of_force: int = 0


class ModelRun(Noun):
    """How one model ran.

    `missing` names required columns or data sets («data set.column»);
    `missing_clears` optional data that could have cleared hits. One that was `stopped`
    took too much time, memory or rows: `notes` say which.
    """

    id: str
    code: str
    version: str
    state: Literal["computed", "not_computable", "off", "stopped"]
    missing: tuple[str, ...] = ()
    missing_clears: tuple[str, ...] = ()
    counts: Counts = Counts()
    steps: tuple[StepRun, ...] = ()
    notes: tuple[str, ...] = ()


class Parts(Noun):
    """The six parts of a score, each 0–1, four decimals.

    `verifiability` is that of the chosen route.
    """

    certainty: Decimal
    verifiability: Decimal
    harm: Decimal
    inaction: Decimal
    urgency: Decimal
    scale: Decimal


class Expected(Noun):
    """How many of a list of leads may prove true, with a 90 % interval."""

    leads: int
    true: Decimal
    low: Decimal
    high: Decimal


class Lead(Noun):
    """Findings about one subject and matter that one agency must answer for.

    `route` is `admin`, `civil` or `none`; `routes` shows verifiability and score of
    each. `reasons` explain every part with value and origin; `missing` is what would
    raise the lead; `spellings` are the names under which registers know its subject,
    where there are several. A class lead (类案) has `members`. `listed` is false where
    checks found the model wrong too often: the lead is there for who asks for it.
    `band` and `inclusion_probability` (chance to be checked now) are there where the
    workspace tells the capacity of the office.
    """

    lead_id: str
    kind: Literal["single", "class"] = "single"
    rank: int
    listed: bool = True
    band: Literal["must", "top", "drawn", "later"] | None = None
    inclusion_probability: Decimal | None = None
    score: Decimal
    parts: Parts
    routes: dict[str, dict[str, Decimal]] = _Field(default_factory=dict)
    domain: str
    model: str
    code: str
    title_zh: str
    title_en: str = ""
    subject_name: str | None = None
    subject_code: str | None = None
    spellings: tuple[str, ...] = ()
    agency: str | None = None
    route: Literal["admin", "civil", "none"]
    findings: tuple[str, ...]
    members: tuple[str, ...] = ()
    measures: dict[str, Decimal | int | None] = _Field(default_factory=dict)
    fact_date: dt.date | None = None
    fact_last_date: dt.date | None = None
    place: str | None = None
    basis: tuple[str, ...] = ()
    remedy: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    lanes: tuple[str, ...] = ()
    steps: tuple[dict[str, Any], ...] = ()
    geometry: dict[str, Any] | None = None

    def _repr_html_(self) -> str:
        rows = (
            ("得分", self.score),
            ("主体", self.subject_name),
            ("行政机关", self.agency),
            ("事实日期", self.fact_date),
            ("地点", self.place),
            *(("理由", reason) for reason in self.reasons),
            *(("待补充", words) for words in self.missing),
            ("", CAUTION),
        )
        return table_html(f"{self.rank}. {self.title_zh}", (), rows)
